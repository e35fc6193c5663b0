//! How answers come back to the threads that asked: those of one turn of the owner together, with one wake-up for all.
//!
//! To wake a task of another thread costs a system call. So the owner hands a thread its answers in one piece, and there
//! they wake their tasks for nothing.

use std::cell::RefCell;
use std::sync::{Arc, Mutex, PoisonError};

use doorbuster_edge_core::Answer;
use tokio::runtime::{Handle, Id};
use tokio::sync::{Notify, oneshot};

thread_local! {
    static OURS: RefCell<Option<(Id, Arc<Mailbox>)>> = const { RefCell::new(None) };
}

/// The way back to whoever asked.
pub(super) struct ReplyTo {
    mailbox: Arc<Mailbox>,
    waiter: oneshot::Sender<Answer>,
}

/// What has been answered and not delivered: at most one answer for each request that the owner took.
#[derive(Default)]
pub(super) struct Mailbox {
    answers: Mutex<Vec<(oneshot::Sender<Answer>, Answer)>>,
    arrived: Notify,
}

/// Answers of one turn, thread by thread. There are as many threads as processors.
#[derive(Default)]
pub(super) struct Outgoing {
    mail: Vec<(Arc<Mailbox>, Vec<(oneshot::Sender<Answer>, Answer)>)>,
}

impl ReplyTo {
    /// A way back to the runtime that asks, and its end there.
    pub(super) fn here() -> (Self, oneshot::Receiver<Answer>) {
        let (waiter, answer) = oneshot::channel();
        (Self { mailbox: Mailbox::ours(), waiter }, answer)
    }
}

impl Mailbox {
    /// The mailbox of the runtime that this thread works for now.
    fn ours() -> Arc<Self> {
        let runtime = Handle::current();
        let id = runtime.id();
        OURS.with_borrow_mut(|ours| match ours {
            Some((of, mailbox)) if *of == id => Arc::clone(mailbox),
            _ => {
                let mailbox = Arc::new(Self::default());
                runtime.spawn(Arc::clone(&mailbox).deliver());
                *ours = Some((id, Arc::clone(&mailbox)));
                mailbox
            }
        })
    }

    /// Hands out what arrives, until its runtime ends.
    async fn deliver(self: Arc<Self>) {
        loop {
            self.arrived.notified().await;
            let arrived = std::mem::take(&mut *self.answers.lock().unwrap_or_else(PoisonError::into_inner));
            for (waiter, answer) in arrived {
                // Whoever asked may have gone: nobody to tell.
                drop(waiter.send(answer));
            }
        }
    }

    fn put(&self, answers: &mut Vec<(oneshot::Sender<Answer>, Answer)>) {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).append(answers);
        self.arrived.notify_one();
    }
}

impl Outgoing {
    /// Keeps an answer until [`Outgoing::send`].
    pub(super) fn add(&mut self, to: ReplyTo, answer: Answer) {
        let ReplyTo { mailbox, waiter } = to;
        match self.mail.iter_mut().find(|(of, _)| Arc::ptr_eq(of, &mailbox)) {
            Some((_, answers)) => answers.push((waiter, answer)),
            None => self.mail.push((mailbox, vec![(waiter, answer)])),
        }
    }

    /// Sends all that was kept. A mailbox without mail is forgotten.
    pub(super) fn send(&mut self) {
        self.mail.retain_mut(|(mailbox, answers)| {
            let has_mail = !answers.is_empty();
            if has_mail {
                mailbox.put(answers);
            }
            has_mail
        });
    }
}

#[cfg(test)]
mod tests {
    use doorbuster_edge_core::Refusal;

    use super::*;

    #[test]
    fn each_runtime_gets_its_answers() {
        let mut outgoing = Outgoing::default();
        for _ in 0..2 {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(async {
                let (first, second) = (ReplyTo::here(), ReplyTo::here());
                outgoing.add(first.0, Answer::Refused(Refusal::SoldOut));
                outgoing.add(second.0, Answer::Refused(Refusal::Over));
                outgoing.send();
                assert_eq!(first.1.await, Ok(Answer::Refused(Refusal::SoldOut)));
                assert_eq!(second.1.await, Ok(Answer::Refused(Refusal::Over)));
            });
        }
    }
}
