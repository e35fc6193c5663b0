//! A new term: nothing is granted or evicted until every epoch that may hold escrow has spoken.

use doorbuster_proto::{EdgeId, Timestamp};

use super::Allocator;
use super::log::Sync;
use crate::{Command, Outcome, Write};

impl Allocator {
    pub(super) fn take_term(&mut self) {
        self.write(Write::Term(self.image.term.next()), Sync::Promise);
        let unfenced = self.image.epochs.iter().filter_map(|(edge, books)| {
            let (epoch, book) = books.last_key_value()?;
            book.head.phase.is_unfenced().then(|| (edge.clone(), *epoch))
        });
        self.awaited = unfenced.collect();
        self.words = self.image.stock.iter().map(|(sku, stock)| (sku.clone(), stock.is_sold_out())).collect();
        self.to_place = self.image.stock.keys().cloned().collect();
        let site = self.image.site();
        if site != doorbuster_proto::SiteVersion::default() {
            self.log.push(Command::SiteChanged { site });
        }
    }

    pub(super) fn waiting_for(&self) -> Vec<EdgeId> {
        self.awaited.keys().cloned().collect()
    }

    /// The edge's epoch has spoken in this term.
    pub(super) fn has_spoken(&mut self, edge: &EdgeId, now: Timestamp) {
        if self.awaited.remove(edge).is_some() && self.awaited.is_empty() {
            self.resume(now);
        }
    }

    pub(super) fn resume_grants(&mut self, now: Timestamp) -> Outcome {
        if self.awaited.is_empty() {
            return Outcome::Unchanged;
        }
        let missing = std::mem::take(&mut self.awaited);
        let names: Vec<_> = missing.keys().map(EdgeId::as_str).collect();
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
        self.to_place = self.image.stock.keys().cloned().collect();
        let deferred: Vec<_> =
            self.links.iter_mut().filter_map(|(c, link)| Some((*c, link.deferred.take()?))).collect();
        for (connection, hello) in deferred {
            self.links.remove(&connection);
            self.hello(connection, *hello, now);
        }
    }
}
