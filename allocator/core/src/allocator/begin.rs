//! New epochs: offered, then confirmed.

use doorbuster_proto::{DiskId, DownEntry, EdgeId, Epoch, OrderState, Timestamp, Verdict};

use super::Allocator;
use super::log::Sync;
use crate::{Book, Connection, LedgerOrder, Phase, SaleStage, Write};

impl Allocator {
    /// Begins an edge's next epoch. What its earlier ones were not told goes over to its down log.
    pub(super) fn begin_epoch(&mut self, edge: &EdgeId, disk: DiskId) -> Epoch {
        let epoch = self.image.last_epoch(edge).map_or(Epoch(1), |(last, _)| last.next());
        let head = Book::offered(disk).head;
        self.image.apply(&Write::Epoch { edge: edge.clone(), epoch, head });
        self.head_changed(edge, epoch, Sync::Promise);
        self.forget_levels(edge);
        for entry in self.carried_over(edge, disk, epoch) {
            self.append_down(edge, epoch, entry);
        }
        epoch
    }

    /// Takes the edge's word that it stored its epoch.
    pub(super) fn epoch_stored(&mut self, connection: Connection, epoch: Epoch, now: Timestamp) {
        let Some((edge, offered)) = self.spoken_for(connection) else { return };
        let is_offered = self.image.book(&edge, epoch).is_some_and(|book| book.head.phase == Phase::Offered);
        if offered == epoch && is_offered {
            self.confirm_epoch(&edge, epoch);
            self.send_words(connection);
            self.place_all();
            self.has_spoken(&edge, epoch, now);
        }
    }

    pub(super) fn confirm_epoch(&mut self, edge: &EdgeId, epoch: Epoch) {
        if self.image.book(edge, epoch).is_none_or(|book| book.head.phase != Phase::Offered) {
            return;
        }
        self.change_head(edge, epoch, Sync::Promise, |head| {
            head.phase = Phase::Live;
            head.confirmed = true;
        });
        self.to_send.insert(edge.clone());
        let closed = self.image.sales.values().filter(|sale| sale.stage == SaleStage::Closed);
        let closed: Vec<_> = closed.map(|sale| sale.definition.id.clone()).collect();
        for sale in closed {
            self.append_down(edge, epoch, DownEntry::SaleClosed { sale });
        }
    }

    fn carried_over(&mut self, edge: &EdgeId, disk: DiskId, epoch: Epoch) -> Vec<DownEntry> {
        let earlier: Vec<_> = self.image.epochs[edge].range(..epoch).map(|(earlier, _)| *earlier).collect();
        earlier.into_iter().flat_map(|earlier| self.take_undelivered(edge, earlier, disk)).collect()
    }

    /// Order states that an epoch did not deliver; and, where its disk lives on, the verdicts that it did not confirm.
    fn take_undelivered(&mut self, edge: &EdgeId, epoch: Epoch, disk: DiskId) -> Vec<DownEntry> {
        let book = self.image.book(edge, epoch).expect("an earlier epoch exists");
        let (head, same_disk) = (book.head, book.head.disk == disk);
        let mut entries = Vec::new();
        if same_disk {
            let judged = book.verdicts.values().flatten();
            entries.extend(judged.map(|judged| {
                // The id of a reused key is another order's, whose state says nothing of this one.
                let known = self.image.orders.get(&judged.order).filter(|_| judged.verdict != Verdict::KeyReused);
                let state: OrderState = known.and_then(|order| order.state).unwrap_or(judged.verdict.state());
                let backorder = known.is_some_and(LedgerOrder::is_on_backorder);
                DownEntry::OrderState { order: judged.order, state, backorder }
            }));
        }
        let states = book.down.values().filter(|entry| matches!(entry, DownEntry::OrderState { .. }));
        entries.extend(states.cloned());
        let untrimmed = (!book.down.is_empty(), same_disk && !book.verdicts.is_empty());
        if untrimmed.0 {
            self.trim_down(edge, epoch, head.down_tail);
        }
        if untrimmed.1 {
            self.trim_verdicts(edge, epoch, head.up_taken);
        }
        entries
    }
}
