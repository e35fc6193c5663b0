//! An edge as the random world drives it: it keeps the protocol.

use std::collections::{BTreeMap, BTreeSet};

use doorbuster_proto::{
    AllocatorBody, DownEntry, EdgeBody, FromAllocator, Level, LevelBooks, OrderId, OrderState, Seq, UpEntry, Verdict,
    Welcome,
};

use crate::allocator::desk::{Peer, sku, units};

/// An edge that keeps the protocol: its disk is durable at once, its messages may be lost with the connection.
#[derive(Clone)]
pub(super) struct Edge {
    pub(super) peer: Peer,
    pub(super) log: Vec<UpEntry>,
    pub(super) shelf: u64,
    pub(super) up: bool,
    pub(super) sent: u64,
    /// The allocator's messages, in order, not yet read.
    pub(super) inbox: Vec<FromAllocator>,
    /// What verdict each order got.
    pub(super) answers: BTreeMap<OrderId, OrderState>,
    /// Every order that this disk ever placed.
    pub(super) placed: BTreeSet<OrderId>,
}

impl Edge {
    pub(super) fn read(&mut self, message: FromAllocator) -> Vec<EdgeBody> {
        if !self.up || message.session != self.peer.session {
            return Vec::new();
        }
        self.peer.led_by = self.peer.led_by.max(Some((message.term, message.instance)));
        match message.body {
            AllocatorBody::Welcome(welcome) => self.welcome(welcome),
            AllocatorBody::Down(batch) => {
                assert_eq!((message.epoch, batch.first), (self.peer.epoch, self.peer.down_taken.next()));
                self.peer.down_taken = Seq(self.peer.down_taken.0 + batch.entries.len() as u64);
                batch.entries.iter().for_each(|entry| self.take(entry));
                vec![EdgeBody::DownTaken { watermark: self.peer.down_taken }]
            }
            AllocatorBody::UpTaken(taken) => {
                for verdict in taken.verdicts {
                    self.answer(verdict.seq, verdict.verdict);
                }
                self.peer.verdicts_taken = self.peer.verdicts_taken.max(taken.watermark);
                Vec::new()
            }
            AllocatorBody::Challenge(number) => vec![EdgeBody::ChallengeAnswered(number)],
            AllocatorBody::Recall { .. }
            | AllocatorBody::Words(_)
            | AllocatorBody::Guidance(_)
            | AllocatorBody::Published(_) => Vec::new(),
        }
    }

    /// The shelf, and so many that wait.
    pub(super) fn level(&self, waiting: u64) -> Level {
        let (mut sold, mut returned) = (0, 0);
        for entry in &self.log {
            match entry {
                UpEntry::OrderPlaced(placed) => sold += placed.units.get(),
                UpEntry::StockReturned { units, .. } => returned += units.get(),
                UpEntry::EpochClosed => {}
            }
        }
        let granted = units(self.shelf + sold + returned);
        let books = LevelBooks { granted, sold: units(sold), returned: units(returned) };
        Level { sku: sku("a"), shelf: units(self.shelf), waiting: units(waiting), books, views: 0 }
    }

    fn welcome(&mut self, welcome: Welcome) -> Vec<EdgeBody> {
        match welcome {
            Welcome::Resume { up_taken } => self.sent = up_taken.seq.0,
            Welcome::Fenced { up_taken } => {
                if !self.peer.closing {
                    self.log.push(UpEntry::EpochClosed);
                    (self.peer.closing, self.shelf) = (true, 0);
                }
                self.sent = up_taken.seq.0;
            }
            Welcome::Begin { epoch } => {
                let old = std::mem::take(&mut self.answers);
                let kept = Peer {
                    session: self.peer.session,
                    led_by: self.peer.led_by,
                    ..Peer::new(self.peer.edge.as_str(), 0)
                };
                self.peer = Peer { connection: self.peer.connection, disk: self.peer.disk, epoch: Some(epoch), ..kept };
                (self.answers, self.shelf, self.sent) = (old, 0, 0);
                self.log.clear();
                return vec![EdgeBody::EpochStored { epoch }];
            }
            Welcome::Refused(refused) => panic!("{}: {refused:?}", self.peer.edge),
        }
        Vec::new()
    }

    fn take(&mut self, entry: &DownEntry) {
        match entry {
            DownEntry::Grant { units, .. } => self.shelf += units.get(),
            DownEntry::OrderState { order, state, .. } => _ = self.answers.insert(*order, *state),
            DownEntry::SaleClosed { .. } => {}
        }
    }

    fn answer(&mut self, seq: Seq, verdict: Verdict) {
        let UpEntry::OrderPlaced(order) = &self.log[usize::try_from(seq.0).unwrap() - 1] else {
            panic!("a verdict of entry {seq}, which is no order");
        };
        let before = self.answers.get(&order.order).copied();
        // A repeat on one edge is another entry of the same order: the later answer is the newer.
        if before != Some(OrderState::Cancelled)
            || verdict.state() == OrderState::Cancelled
            || verdict == Verdict::Valid
        {
            self.answers.insert(order.order, verdict.state());
        }
    }
}
