//! Grants and recalls: what the policy proposes, done.

use std::collections::BTreeSet;
use std::sync::Arc;

use doorbuster_proto::{AllocatorBody, DownEntry, EdgeId, Sku, Timestamp, Units};

use super::Allocator;
use super::books::Tally;
use crate::{Account, Move, SaleStage, SkuView, Violation};

/// Edges that are looked at in one turn for what can wait: some two milliseconds' work.
const LOOKED_AT_MAX: usize = 1_000;

/// What came of it that the policy saw a SKU.
#[derive(Default)]
struct Seen {
    /// What it saw, where it is still so.
    view: Option<Arc<SkuView>>,
    /// Who was granted something, by number.
    granted: BTreeSet<usize>,
}

impl Allocator {
    /// Lets the policy see every SKU of which somebody lacks something, and, after a heartbeat, those of which there is news:
    /// as many in a turn as keep nobody waiting. Nothing moves while the term waits for an edge.
    pub(super) fn make_moves(&mut self, now: Timestamp) {
        self.looks_at = None;
        if !self.awaited.is_empty() {
            return;
        }
        while let Some(sku) = self.to_place.pop_first() {
            let seen = self.see(&sku, now);
            if !seen.granted.is_empty() {
                self.guide_about_grants(&sku, &seen.granted, now);
            }
            if self.settings.guides {
                // The others hear of it with the next heartbeat.
                self.to_look.insert(sku);
            }
        }
        let skus_max = (LOOKED_AT_MAX / self.settings.edges.len().max(1)).max(1);
        for _ in 0..skus_max {
            let Some(sku) = self.looking.pop_first() else { return };
            let seen = self.see(&sku, now);
            self.guide_all(&sku, seen.view, now);
        }
        self.looks_at = (!self.looking.is_empty()).then_some(now);
    }

    /// Has the policy see a SKU, and does what it proposes.
    fn see(&mut self, sku: &Sku, now: Timestamp) -> Seen {
        self.to_look.remove(sku);
        let Some(view) = self.sku_view(sku, now) else { return Seen::default() };
        let moves = self.settings.policy.moves(&view);
        if !view.debt.is_zero() {
            // Whoever was asked may bring nothing: with the next heartbeat others are.
            self.to_look.insert(sku.clone());
        }
        let mut seen = Seen { view: moves.is_empty().then_some(view), granted: BTreeSet::new() };
        for one in moves {
            if let Move::Grant { edge, .. } = &one {
                seen.granted.extend(self.settings.number(edge));
            }
            self.make_move(sku, one, now);
        }
        // What a grant changes is no reason for another: the edge has yet to speak of it.
        self.to_place.remove(sku);
        seen
    }

    /// Every SKU of a sale that is not over is looked at again.
    pub(super) fn place_all(&mut self) {
        let open = self.image.sales.values().filter(|sale| sale.stage == SaleStage::Published);
        self.to_place.extend(open.flat_map(|sale| sale.definition.skus()));
    }

    fn make_move(&mut self, sku: &Sku, one: Move, now: Timestamp) {
        match one {
            Move::Grant { edge, units } => {
                // A violation has halted the SKU and told why; there is nothing left to do.
                let _: Result<(), Violation> = self.grant(sku, &edge, units, now);
            }
            Move::Recall { edge, keep } => self.recall(sku, &edge, keep, now),
        }
    }

    fn grant(&mut self, sku: &Sku, edge: &EdgeId, units: Units, now: Timestamp) -> Result<(), Violation> {
        let (epoch, book) = self.image.last_epoch(edge).expect("the policy grants to live epochs");
        // The down log forgets what the edge has confirmed; the journal keeps the grant's number for an audit.
        let seq = book.head.down_tail.next();
        let mut tally = Tally::default();
        self.transfer(&mut tally, sku, (&Account::Pool, &Account::Escrow(edge.clone(), epoch)), units, now)?;
        self.journal(tally, "policy".into(), format!("grant {seq} to {edge}, epoch {epoch}"), now);
        let book = self.image.book_mut(edge, epoch).expect("the last epoch exists");
        let total = book.totals.entry(sku.clone()).or_default();
        (total.granted, total.last_grant) = (total.granted.plus(units), units);
        self.total_changed(edge, epoch, sku);
        self.append_down(edge, epoch, DownEntry::Grant { sku: sku.clone(), units });
        Ok(())
    }

    fn recall(&mut self, sku: &Sku, edge: &EdgeId, keep: Units, now: Timestamp) {
        let Some((connection, _)) = self.last_link(edge) else { return };
        self.watch(edge).recalled_at.insert(sku.clone(), now);
        self.pair_changed(edge, sku);
        self.send(connection, AllocatorBody::Recall { sku: sku.clone(), keep });
    }
}
