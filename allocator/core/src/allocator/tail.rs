//! The end of a fenced epoch's tail: what is left of its quarantine is free, and the disk may begin anew, or retires.

use doorbuster_proto::{EdgeId, Epoch, Timestamp};

use super::Allocator;
use super::log::Sync;
use crate::epochs::living_other;
use crate::{Account, Connection, Phase};

impl Allocator {
    pub(super) fn tail_is_in(&mut self, connection: Connection, edge: &EdgeId, epoch: Epoch, now: Timestamp) {
        self.change_head(edge, epoch, Sync::Promise, |head| head.phase = Phase::Closed);
        let who = format!("{edge}, epoch {epoch}");
        self.empty_quarantine(edge, epoch, &Account::Pool, (&who, "end of the tail"), now);
        let books = &self.image.epochs[edge];
        let disk = books[&epoch].head.disk;
        if living_other(books, disk).is_some() {
            return self.retire(connection, epoch);
        }
        let next = self.begin_epoch(edge, disk);
        self.link_changed(edge);
        let link = self.links.get_mut(connection).expect("its batch was just answered");
        link.epoch = Some(next);
        (link.down_sent, link.verdicts_sent) = Default::default();
        self.offer(connection, next);
    }
}
