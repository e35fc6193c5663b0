//! Who waits for an answer of the core's, by the number that the core knows them by.

use std::collections::VecDeque;

use doorbuster_edge_core::Waiter;

use super::desk::ReplyTo;

/// Those who wait. Numbers are given in order, and mostly answered in order: so they stand in a row.
#[derive(Default)]
pub(super) struct Waiters {
    /// The number of the first in the row.
    first: u64,
    row: VecDeque<Option<ReplyTo>>,
}

impl Waiters {
    /// Adds one, and names it.
    pub(super) fn add(&mut self, reply_to: ReplyTo) -> Waiter {
        self.row.push_back(Some(reply_to));
        Waiter(self.first + self.row.len() as u64 - 1)
    }

    /// Takes one out.
    pub(super) fn take(&mut self, waiter: Waiter) -> Option<ReplyTo> {
        let at = usize::try_from(waiter.0.checked_sub(self.first)?).ok()?;
        let taken = self.row.get_mut(at)?.take();
        while let Some(None) = self.row.front() {
            self.row.pop_front();
            self.first += 1;
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::super::desk::tests::Counter;
    use super::*;

    #[tokio::test]
    async fn each_is_found_once_in_any_order() {
        let counter = Counter::new(1);
        let asked: Vec<_> = (0..4).map(|_| counter.ask().unwrap()).collect();
        let mut replies = counter.handed().await.into_iter().map(|wish| wish.reply_to);
        let mut waiters = Waiters::default();
        let named: Vec<Waiter> = replies.by_ref().take(3).map(|reply_to| waiters.add(reply_to)).collect();
        assert!(waiters.take(named[1]).is_some() && waiters.take(named[1]).is_none());
        assert!(waiters.take(named[0]).is_some());
        assert_eq!(waiters.row.len(), 1);
        assert!(waiters.take(named[2]).is_some() && waiters.row.is_empty());
        assert_eq!(waiters.add(replies.next().unwrap()), Waiter(3));
        drop(asked);
    }
}
