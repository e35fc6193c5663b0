//! What a whole head comes to: an answer from memory, something to be done first, or a request to be asked in full.

use doorbuster_http_core::{Framing, Head, Refusal};

use super::Stop;
use super::answer::Shape;
use super::encode::{self, Said};
use super::exchange::Exchange;
use super::output::Output;
use super::sheet::Sheet;
use crate::http::service::{AtHand, Peer, Posted, Service, WriteAnswer as _};

/// What the bytes that are there come to.
pub(super) enum Step<E> {
    /// More must come.
    Starved,
    /// A request was answered from memory.
    Answered {
        keeps_alive: bool,
    },
    /// A request was understood, and something must be done for it.
    Run(E, Shape),
    /// A request must be asked about.
    Ask(Box<Exchange>),
    Refuse(Refusal),
    Http2,
}

/// What it takes to answer a whole head.
pub(super) struct Taker<'c, S> {
    pub(super) service: &'c S,
    pub(super) peer: Peer,
    pub(super) stop: &'c Stop,
    pub(super) output: &'c mut Output,
}

impl<S: Service> Taker<'_, S> {
    /// What a whole head comes to, and how many bytes of the input that took.
    pub(super) fn step_of(self, head: &Head<'_>, bytes: &[u8]) -> (usize, Step<S::Errand>) {
        if let Some(answer) = self.service.at_hand(head, self.peer) {
            return (head.bytes, self.answer(head, answer));
        }
        if let Some(body) = body_at_hand(head, bytes)
            && let Some(posted) = self.service.posted(head, body, self.peer)
        {
            return (head.bytes + body.len(), self.take(head, posted));
        }
        let bound = self.service.body_bound(head.method, head.host, head.target);
        let exchange = Exchange::of(head, bytes, bound);
        (head.bytes, exchange.map_or_else(Step::Refuse, |exchange| Step::Ask(Box::new(exchange))))
    }

    fn answer(self, head: &Head<'_>, answer: AtHand) -> Step<S::Errand> {
        let keeps_alive = self.keeps_alive(head);
        let out = self.output.head();
        out.extend_from_slice(&answer.head);
        if let Some(more) = &answer.more {
            out.extend_from_slice(more);
        }
        encode::end(out, Said::of(keeps_alive, head.is_http_10));
        if head.method != "HEAD" {
            self.output.body(answer.body);
        }
        Step::Answered { keeps_alive }
    }

    fn take(self, head: &Head<'_>, posted: Posted<S::Answer, S::Errand>) -> Step<S::Errand> {
        match posted {
            Posted::Answered(outcome) => {
                let keeps_alive = self.keeps_alive(head);
                outcome.write(Sheet::new(self.output.head(), Said::of(keeps_alive, head.is_http_10)));
                Step::Answered { keeps_alive }
            }
            Posted::Begun(errand) => {
                let shape = Shape { is_head: false, is_http_10: head.is_http_10, keeps_alive: head.keeps_alive };
                Step::Run(errand, shape)
            }
        }
    }

    fn keeps_alive(&self, head: &Head<'_>) -> bool {
        head.keeps_alive && !self.stop.is_told()
    }
}

/// A request's body, if it has one and all of it is here. Whoever waits for a word before it sends the body gets that word.
fn body_at_hand<'b>(head: &Head<'_>, bytes: &'b [u8]) -> Option<&'b [u8]> {
    let Framing::Length(length) = head.framing else { return None };
    let length = usize::try_from(length).ok().filter(|_| !head.expects_continue)?;
    bytes.get(head.bytes..)?.get(..length)
}
