//! Where a thread of shoppers and the owner meet: purchases go to the owner together, and answers come back together.
//!
//! To wake another thread costs a system call, and an owner that is woken for the first of many purchases writes them in
//! two batches. So a thread gathers what its tasks ask until it has nothing else to do; and the owner hands a thread its
//! answers in one piece, where they wake their tasks for nothing.

use std::cell::RefCell;
use std::sync::atomic::Ordering;
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use doorbuster_edge_core::{Answer, Purchase};
use tokio::runtime::{Handle, Id};
use tokio::sync::{Notify, oneshot};

use super::handle::Busy;
use super::queue::{Request, Wish};
use super::shared::Shared;
use super::{OWNER_QUEUE_MAX, TURN_REQUESTS_MAX};

thread_local! {
    static DESKS: RefCell<Vec<(Id, Arc<Desk>)>> = const { RefCell::new(Vec::new()) };
}

/// An answer, and who waits for it.
type Answered = (oneshot::Sender<Answer>, Answer);

/// One runtime's meeting place with one owner.
pub(super) struct Desk {
    owner: SyncSender<Request>,
    shared: Arc<Shared>,
    /// Asked, and not handed to the owner yet.
    wishes: Mutex<Vec<Wish>>,
    wished: Notify,
    /// Answered, and not delivered yet: at most one for each request that the owner took.
    answers: Mutex<Vec<Answered>>,
    answered: Notify,
}

/// The way back to whoever asked.
pub(super) struct ReplyTo {
    desk: Arc<Desk>,
    waiter: oneshot::Sender<Answer>,
}

/// Answers of one turn, desk by desk. There are as many desks as threads that shoppers are served by.
#[derive(Default)]
pub(super) struct Mail {
    mail: Vec<(Arc<Desk>, Vec<Answered>)>,
}

impl Desk {
    /// The desk of the runtime that this thread works for now.
    pub(super) fn here(owner: &SyncSender<Request>, shared: &Arc<Shared>) -> Arc<Self> {
        let runtime = Handle::current();
        let id = runtime.id();
        DESKS.with_borrow_mut(|desks| {
            if let Some((_, desk)) = desks.iter().find(|(of, desk)| *of == id && Arc::ptr_eq(&desk.shared, shared)) {
                return Arc::clone(desk);
            }
            let desk = Arc::new(Self::new(owner.clone(), Arc::clone(shared)));
            runtime.spawn(Arc::clone(&desk).ask());
            runtime.spawn(Arc::clone(&desk).deliver());
            desks.push((id, Arc::clone(&desk)));
            desk
        })
    }

    /// Takes a purchase in, to be handed to the owner once this thread has nothing else to do.
    pub(super) fn take(self: Arc<Self>, purchase: Purchase) -> Result<oneshot::Receiver<Answer>, Busy> {
        if self.shared.queued.fetch_add(1, Ordering::Relaxed) >= OWNER_QUEUE_MAX {
            self.shared.queued.fetch_sub(1, Ordering::Relaxed);
            return Err(Busy);
        }
        let (waiter, answer) = oneshot::channel();
        let desk = Arc::clone(&self);
        let mut wishes = locked(&self.wishes);
        wishes.push(Wish { purchase, reply_to: ReplyTo { desk, waiter } });
        let (is_first, is_full) = (wishes.len() == 1, wishes.len() >= TURN_REQUESTS_MAX);
        drop(wishes);
        if is_full {
            self.hand_over();
        } else if is_first {
            self.wished.notify_one();
        }
        Ok(answer)
    }

    fn new(owner: SyncSender<Request>, shared: Arc<Shared>) -> Self {
        let (wishes, answers) = (Mutex::default(), Mutex::default());
        Self { owner, shared, wishes, wished: Notify::new(), answers, answered: Notify::new() }
    }

    /// Hands over what was asked, until the runtime ends. A task that is woken runs after all that were woken before.
    async fn ask(self: Arc<Self>) {
        loop {
            self.wished.notified().await;
            self.hand_over();
        }
    }

    fn hand_over(&self) {
        let wishes = std::mem::take(&mut *locked(&self.wishes));
        let count = wishes.len();
        if count > 0 && self.owner.try_send(Request::Purchases(wishes)).is_err() {
            // Dropped: those who asked hear `Busy`.
            self.shared.queued.fetch_sub(count, Ordering::Relaxed);
        }
    }

    /// Hands out the answers that come, until the runtime ends.
    async fn deliver(self: Arc<Self>) {
        loop {
            self.answered.notified().await;
            let answers = std::mem::take(&mut *locked(&self.answers));
            for (waiter, answer) in answers {
                // Whoever asked may have gone: nobody to tell.
                drop(waiter.send(answer));
            }
        }
    }

    fn put(&self, answers: &mut Vec<Answered>) {
        locked(&self.answers).append(answers);
        self.answered.notify_one();
    }
}

impl Mail {
    /// Keeps an answer until [`Mail::send`].
    pub(super) fn add(&mut self, to: ReplyTo, answer: Answer) {
        let ReplyTo { desk, waiter } = to;
        match self.mail.iter_mut().find(|(of, _)| Arc::ptr_eq(of, &desk)) {
            Some((_, answers)) => answers.push((waiter, answer)),
            None => self.mail.push((desk, vec![(waiter, answer)])),
        }
    }

    /// Sends all that was kept. A desk without mail is forgotten.
    pub(super) fn send(&mut self) {
        self.mail.retain_mut(|(desk, answers)| {
            let has_mail = !answers.is_empty();
            if has_mail {
                desk.put(answers);
            }
            has_mail
        });
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::mpsc::{Receiver, sync_channel};

    use doorbuster_edge_core::{Edge, Identity, Image, Refusal};
    use doorbuster_proto::{BootId, DiskId, Units};

    use super::*;

    /// A desk's surroundings, without an owner.
    pub(in crate::stock) struct Counter {
        owner: SyncSender<Request>,
        shared: Arc<Shared>,
        queue: Receiver<Request>,
    }

    impl Counter {
        pub(in crate::stock) fn new(room: usize) -> Self {
            let identity = Identity { edge: "edge-1".parse().unwrap(), disk: DiskId(1), boot: BootId(1) };
            let shared = Arc::new(Shared::of(&Edge::recover(identity, Image::default()).unwrap()));
            let (owner, queue) = sync_channel(room);
            Self { owner, shared, queue }
        }

        pub(in crate::stock) fn ask(&self) -> Result<oneshot::Receiver<Answer>, Busy> {
            let purchase = Purchase {
                sale: "s".parse().unwrap(),
                sku: "mug".parse().unwrap(),
                units: Units::ONE,
                shopper: "ann".parse().unwrap(),
                key: "k".parse().unwrap(),
            };
            Desk::here(&self.owner, &self.shared).take(purchase)
        }

        /// What the owner has been handed.
        pub(in crate::stock) async fn handed(&self) -> Vec<Wish> {
            tokio::task::yield_now().await;
            let handed = self.queue.try_iter().map(|request| match request {
                Request::Purchases(wishes) => wishes,
                _ => panic!("a desk hands over purchases"),
            });
            let handed: Vec<Vec<Wish>> = handed.collect();
            assert!(handed.len() <= 1, "in one piece");
            handed.into_iter().flatten().collect()
        }
    }

    #[test]
    fn what_is_asked_together_is_handed_over_and_answered_together_in_each_runtime() {
        let counter = Counter::new(1);
        let mut outgoing = Mail::default();
        for _ in 0..2 {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(async {
                let (first, second) = (counter.ask().unwrap(), counter.ask().unwrap());
                let refusals = [Refusal::SoldOut, Refusal::Over].map(Answer::Refused);
                for (wish, answer) in counter.handed().await.into_iter().zip(refusals.clone()) {
                    outgoing.add(wish.reply_to, answer);
                }
                outgoing.send();
                assert_eq!([first.await.unwrap(), second.await.unwrap()], refusals);
            });
        }
    }

    #[tokio::test]
    async fn more_than_the_queue_holds_is_busy() {
        let counter = Counter::new(1);
        counter.shared.queued.store(OWNER_QUEUE_MAX - 1, Ordering::Relaxed);
        let last = counter.ask().unwrap();
        assert_eq!(counter.ask().unwrap_err(), Busy);
        drop(counter.handed().await);
        assert!(last.await.is_err(), "an owner that drops a wish is busy");
    }

    #[tokio::test]
    async fn an_owner_that_takes_nothing_is_busy() {
        let counter = Counter::new(0);
        let asked = counter.ask().unwrap();
        assert!(asked.await.is_err());
        assert_eq!(counter.shared.queued.load(Ordering::Relaxed), 0);
    }
}
