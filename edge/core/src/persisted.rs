//! A batch has reached the disk: what it promised may leave.

use doorbuster_proto::{EdgeBody, Seq, Timestamp, UpBatch};

use crate::node::Edge;
use crate::session::{Phase, Standing};
use crate::{BatchId, SessionState};

impl Edge {
    /// Takes the completion of a [`Command::Persist`](crate::Command::Persist).
    pub fn handle_persisted(&mut self, batch: BatchId, now: Timestamp) {
        self.observe(now);
        let written = self.in_flight.take().expect("a batch is reported once");
        assert_eq!(written.batch, batch, "batches are reported in order");
        if written.sync {
            // A write that was not synced became durable with this one: the log of the store is in order.
            self.durable = written.mark;
            self.confirm_epoch();
            self.greet();
            self.acknowledge_all();
        }
        if self.connection.phase == Phase::Down {
            self.answer_pending();
        }
        self.advance();
    }

    /// The end of the up log's durable part.
    pub(crate) fn durable_tail(&self) -> Seq {
        if self.durable.epoch == self.meta.epoch { self.durable.up_tail } else { Seq(0) }
    }

    /// Up to here verdicts are durably applied.
    pub(crate) fn durable_up_taken(&self) -> Seq {
        if self.durable.epoch == self.meta.epoch { self.durable.up_taken } else { Seq(0) }
    }

    /// Whether the disk knows the epoch and whether it is closing.
    pub(crate) fn epoch_is_durable(&self) -> bool {
        self.durable.epoch == self.meta.epoch && self.durable.closing == self.meta.closing
    }

    /// Sends whatever is due and durable.
    pub(crate) fn advance(&mut self) {
        if self.connection.phase == Phase::Up {
            self.ship();
            self.tell_down_taken();
        }
    }

    /// An epoch that is offered lives once it is durable here.
    pub(crate) fn confirm_epoch(&mut self) {
        if self.connection.phase == Phase::Beginning && self.epoch_is_durable() {
            let epoch = self.meta.epoch.expect("an epoch was stored");
            self.send(EdgeBody::EpochStored { epoch });
            self.connection.phase = Phase::Up;
            self.set_standing(Standing::Live);
        }
    }

    fn ship(&mut self) {
        let verdicts_taken = self.durable_up_taken();
        while let Some((first, entries, totals)) = self.up.next_batch(self.durable_tail(), &self.orders) {
            let tail = self.meta.closing;
            self.send(EdgeBody::Up(UpBatch { first, entries, totals, verdicts_taken, tail }));
        }
        self.demand.shipped(self.up.shipped());
    }

    fn tell_down_taken(&mut self) {
        let is_durable = self.durable.epoch == self.meta.epoch && self.durable.down_taken == self.meta.down_taken;
        if self.connection.down_taken_due && is_durable {
            self.connection.down_taken_due = false;
            self.send(EdgeBody::DownTaken { watermark: self.meta.down_taken });
        }
    }

    /// Whether all that this edge knows is durable, and taken in by the ledger.
    pub fn is_drained(&self) -> bool {
        self.in_flight.is_none() && self.up.in_flight() == 0 && self.parked.is_empty() && self.waiting.is_empty()
    }

    /// Entries of the up log that the ledger has not taken in.
    pub fn up_in_flight(&self) -> u64 {
        self.up.in_flight()
    }

    /// What the session allows.
    pub fn session_state(&self) -> SessionState {
        match (self.connection.phase, self.standing) {
            (_, Standing::Refused(reason)) => SessionState::Refused(reason),
            (Phase::Down, _) => SessionState::Disconnected,
            (Phase::Up, Standing::Live) => SessionState::Live,
            (Phase::Up, Standing::Closing) => SessionState::Closing,
            _ => SessionState::Greeting,
        }
    }
}
