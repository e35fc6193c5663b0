//! What happens because time has passed.

use doorbuster_proto::Timestamp;

use crate::node::Edge;
use crate::session::Phase;
use crate::{HangUpReason, SILENCE_MS_MAX};

impl Edge {
    /// Does what is due by now.
    pub fn handle_timeout(&mut self, now: Timestamp) {
        self.observe(now);
        if self.silent_at().is_some_and(|due| due <= self.clock) {
            self.hang_up(HangUpReason::Silent);
        }
        self.answer_overdue();
        self.turn_away_overdue();
        if self.sales.next_end().is_some_and(|end| end <= self.clock) {
            self.close_ended();
        }
        self.tell_levels();
    }

    /// When [`Edge::handle_timeout`] is due; in terms of the greatest time seen.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        let due = [
            // When a shopper has waited long enough for an acknowledgement.
            self.waiting.next_deadline(),
            // When a shopper has waited long enough at an empty shelf.
            self.parked.next_deadline(),
            // When a sale ends.
            self.sales.next_end(),
            // When the levels are to be told.
            self.levels_at(),
            // When the allocator has been silent for too long.
            self.silent_at(),
        ];
        due.into_iter().flatten().min()
    }

    fn silent_at(&self) -> Option<Timestamp> {
        let is_heard = !matches!(self.connection.phase, Phase::Down | Phase::HelloDue);
        is_heard.then(|| self.connection.heard_at.after_ms(SILENCE_MS_MAX))
    }
}
