//! Eviction: the ledger takes back what the epoch cannot have sold, and sets apart what it may have.

use doorbuster_proto::{EdgeId, Epoch, Sku, Timestamp, Units};

use super::Allocator;
use super::books::Tally;
use super::log::Sync;
use crate::{Account, Outcome, Phase, Refusal};

impl Allocator {
    pub(super) fn evict(&mut self, edge: &EdgeId, now: Timestamp) -> Result<Outcome, Refusal> {
        if !self.awaited.is_empty() {
            return Err(Refusal::Waiting { edges: self.waiting_for() });
        }
        let last = self.image.last_epoch(edge).filter(|(_, book)| book.head.phase.is_unfenced());
        let Some((epoch, _)) = last else {
            let known = self.settings.knows(edge) || self.image.epochs.contains_key(edge);
            let edge = edge.clone();
            return Err(if known { Refusal::NoLiveEpoch { edge } } else { Refusal::UnknownEdge { edge } });
        };
        let (reclaimed, quarantined) = self.fence(edge, epoch, "operator", "evicted", now);
        Ok(Outcome::Evicted { epoch, reclaimed, quarantined })
    }

    /// Fences an epoch. Of its escrow E, min(E, W) goes into quarantine and the rest to the pool; of a halted SKU, all
    /// goes into quarantine, for its numbers cannot be trusted.
    pub(super) fn fence(
        &mut self,
        edge: &EdgeId,
        epoch: Epoch,
        who: &str,
        why: &str,
        now: Timestamp,
    ) -> (Units, Units) {
        self.change_head(edge, epoch, Sync::Promise, |head| head.phase = Phase::Fenced);
        let escrow = Account::Escrow(edge.clone(), epoch);
        let quarantine = Account::Quarantine(edge.clone(), epoch);
        let mut tally = Tally::default();
        let mut moved = (Units::ZERO, Units::ZERO);
        for (sku, spare, kept) in self.split(&escrow) {
            // A violation has halted the SKU and told why; what is left stays where it is.
            let pooled = self.transfer(&mut tally, &sku, (&escrow, &Account::Pool), spare, now);
            let set_apart = self.transfer(&mut tally, &sku, (&escrow, &quarantine), kept, now);
            if pooled.is_ok() && set_apart.is_ok() {
                moved = (moved.0.plus(spare), moved.1.plus(kept));
            }
        }
        self.journal(tally, who.to_owned(), format!("fence of {edge}, epoch {epoch}: {why}"), now);
        if let Some((connection, _)) = self.link_of(edge, epoch) {
            self.hang_up(connection, "the epoch is fenced");
        }
        moved
    }

    pub(super) fn write_off(&mut self, edge: &EdgeId, epoch: Epoch, now: Timestamp) -> Result<Outcome, Refusal> {
        let Some(book) = self.image.book(edge, epoch) else {
            return Err(Refusal::UnknownEpoch { edge: edge.clone(), epoch });
        };
        // What halted SKUs have in quarantine outlives the end of the tail.
        let (head, quarantine) = (book.head, Account::Quarantine(edge.clone(), epoch));
        let is_over = matches!(head.phase, Phase::Closed | Phase::Retired) && !self.holdings(&quarantine).is_empty();
        if head.phase != Phase::Fenced && !is_over {
            return Err(Refusal::NotFenced { edge: edge.clone(), epoch });
        }
        let given_up = Account::WrittenOff(edge.clone(), epoch);
        let units = self.empty_quarantine(edge, epoch, &given_up, ("operator", "write-off"), now);
        if head.written_off && units.is_zero() {
            return Ok(Outcome::Unchanged);
        }
        self.change_head(edge, epoch, Sync::Promise, |head| head.written_off = true);
        self.has_spoken(edge, epoch, now);
        Ok(Outcome::WrittenOff { units })
    }

    /// Moves all that an epoch has in quarantine. Of a halted SKU nothing goes back to the pool.
    pub(super) fn empty_quarantine(
        &mut self,
        edge: &EdgeId,
        epoch: Epoch,
        to: &Account,
        (who, why): (&str, &str),
        now: Timestamp,
    ) -> Units {
        let quarantine = Account::Quarantine(edge.clone(), epoch);
        let mut tally = Tally::default();
        let mut moved = Units::ZERO;
        for (sku, units, halted) in self.holdings(&quarantine) {
            let may_move = !halted || *to != Account::Pool;
            if may_move && self.transfer(&mut tally, &sku, (&quarantine, to), units, now).is_ok() {
                moved = moved.plus(units);
            }
        }
        if !moved.is_zero() {
            self.journal(tally, who.to_owned(), format!("{why} of {edge}, epoch {epoch}"), now);
        }
        moved
    }

    fn split(&self, escrow: &Account) -> Vec<(Sku, Units, Units)> {
        let part = |(sku, held, halted): (Sku, Units, bool)| {
            let credit = self.image.stock[&sku].terms.credit;
            let kept = if halted { held } else { held.min(credit) };
            (sku, held.minus(kept), kept)
        };
        self.holdings(escrow).into_iter().map(part).collect()
    }

    fn holdings(&self, account: &Account) -> Vec<(Sku, Units, bool)> {
        let held = self.image.stock.iter().map(|(sku, stock)| (sku, stock.balance(account), stock.halted.is_some()));
        held.filter(|(_, units, _)| !units.is_zero()).map(|(sku, units, halted)| (sku.clone(), units, halted)).collect()
    }
}
