//! Operators' requests that the core has not answered yet.

use std::collections::BTreeMap;

use doorbuster_allocator_core::{Outcome, Refusal, RequestId};

use super::Failure;
use super::input::Answer;
use super::publishing::Stored;

/// One request that waits.
pub(super) struct Request {
    pub(super) answer: Answer<Result<Outcome, Failure>>,
    /// What was stored for it, and goes where the ledger refuses.
    pub(super) stored: Option<Stored>,
}

/// Every request that waits. The queue of inputs bounds how many there can be in one turn.
#[derive(Default)]
pub(super) struct Requests {
    last: u64,
    waiting: BTreeMap<RequestId, Request>,
}

impl Requests {
    pub(super) fn add(&mut self, answer: Answer<Result<Outcome, Failure>>, stored: Option<Stored>) -> RequestId {
        self.last += 1;
        self.waiting.insert(RequestId(self.last), Request { answer, stored });
        RequestId(self.last)
    }

    pub(super) fn take(&mut self, request: RequestId) -> Option<Request> {
        self.waiting.remove(&request)
    }
}

impl Request {
    pub(super) fn done(self, outcome: Result<Outcome, Refusal>) {
        // Whoever asked may have gone.
        let _ = self.answer.send(outcome.map_err(Failure::Refused));
    }
}
