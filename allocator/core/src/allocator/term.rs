//! A new term: nothing is granted or evicted until every epoch that may hold escrow, or held it once, has spoken.

use doorbuster_proto::{EdgeId, Epoch, Timestamp};

use super::Allocator;
use super::log::Sync;
use super::words::Said;
use crate::{Command, EpochHead, Outcome, Phase, Write};

impl Allocator {
    pub(super) fn take_term(&mut self) {
        self.write(Write::Term(self.image.term.next()), Sync::Promise);
        let all = self.image.epochs.iter().flat_map(|(edge, books)| books.iter().map(move |book| (edge, book)));
        let awaited = all.filter(|(_, (_, book))| must_speak(&book.head));
        self.awaited = awaited.map(|(edge, (epoch, _))| (edge.clone(), *epoch)).collect();
        if self.image.restored {
            self.awaited.extend(self.settings.ids().map(|edge| (edge.clone(), ANY_EPOCH)));
        }
        self.words = self.image.stock.iter().map(|(sku, stock)| (sku.clone(), Said::of(stock))).collect();
        self.to_place = self.image.stock.keys().cloned().collect();
        let site = self.image.site();
        if site != doorbuster_proto::SiteVersion::default() {
            self.log.push(Command::SiteChanged { site });
        }
    }

    pub(super) fn waiting_for(&self) -> Vec<EdgeId> {
        let mut edges: Vec<_> = self.awaited.iter().map(|(edge, _)| edge.clone()).collect();
        edges.dedup();
        edges
    }

    /// The edge's epoch has spoken in this term, or was given up.
    pub(super) fn has_spoken(&mut self, edge: &EdgeId, epoch: Epoch, now: Timestamp) {
        if self.awaited.remove(&(edge.clone(), epoch)) && self.awaited.is_empty() {
            self.resume(now);
        }
    }

    pub(super) fn resume_grants(&mut self, now: Timestamp) -> Outcome {
        if self.awaited.is_empty() {
            return Outcome::Unchanged;
        }
        let missing = self.waiting_for();
        self.awaited.clear();
        let names: Vec<_> = missing.iter().map(EdgeId::as_str).collect();
        let text = format!(
            "grants were resumed by the operator before {} spoke in term {}",
            names.join(", "),
            self.image.term
        );
        self.alert(text, now);
        self.resume(now);
        Outcome::Resumed
    }

    fn resume(&mut self, now: Timestamp) {
        if self.image.restored {
            self.write(Write::Restored(false), Sync::Promise);
        }
        self.deferred_told.clear();
        self.to_place = self.image.stock.keys().cloned().collect();
        let deferred: Vec<_> = self.links.iter_mut().filter_map(|(c, link)| Some((c, link.deferred.take()?))).collect();
        for (connection, hello) in deferred {
            if let Some(link) = self.links.remove(connection) {
                self.link_changed(&link.edge);
            }
            self.hello(connection, *hello, now);
        }
    }
}

/// Stands for any hello of an edge, whatever its epoch. After a restore every edge of the configuration is waited for: one
/// that first connected after the backup holds units of which this ledger knows nothing.
pub(super) const ANY_EPOCH: Epoch = Epoch(0);

/// Whether a new term waits for an epoch. For a fenced one too, whatever its quarantine: where this ledger was restored
/// from a backup, the fence may have been the past's, and the epoch's logs have gone on; its hello tells. One that was
/// written off is not waited for, so that a disk which never returns holds up no further start: writing off is how an
/// operator says so, and is kept in the epoch's head (its accounts would not tell, the quarantine may have been empty).
fn must_speak(head: &EpochHead) -> bool {
    head.phase.is_unfenced() || (head.phase == Phase::Fenced && head.confirmed && !head.written_off)
}
