//! The word that shoppers read of each SKU, as far as stock decides it.

use std::collections::{BTreeMap, BTreeSet};

use doorbuster_proto::{Availability, Sku, Units};

use crate::Command;
use crate::node::Edge;
use crate::session::{Phase, Standing};

/// What the board shows, and what may have changed since.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Shown {
    words: BTreeMap<Sku, Availability>,
    changed: BTreeSet<Sku>,
    all_changed: bool,
}

impl Edge {
    /// The SKU's word may have changed.
    pub(crate) fn show(&mut self, sku: &Sku) {
        if !self.shown.changed.contains(sku) {
            self.shown.changed.insert(sku.clone());
        }
    }

    /// Every word may have changed.
    pub(crate) fn show_all(&mut self) {
        self.shown.all_changed = true;
    }

    pub(crate) fn show_changes(&mut self) {
        let mut changed = std::mem::take(&mut self.shown.changed);
        if std::mem::take(&mut self.shown.all_changed) {
            changed = self.sales.skus().collect();
            self.shown.words.retain(|sku, _| changed.contains(sku));
        }
        for sku in changed {
            let Some(availability) = self.availability(&sku) else { continue };
            if self.shown.words.insert(sku.clone(), availability) != Some(availability) {
                self.commands.push_back(Command::ShowAvailability { sku, availability });
            }
        }
    }

    fn availability(&self, sku: &Sku) -> Option<Availability> {
        let item = self.sales.rules(&sku.sale)?.items.get(&sku.code)?;
        let on_hand = self.on_hand(sku);
        Some(if self.standing != Standing::Live {
            Availability::Queueing
        } else if on_hand.is_zero() {
            if self.is_said_sold_out(sku) { Availability::SoldOut } else { Availability::Queueing }
        } else if !self.may_sell(sku) {
            Availability::Queueing
        } else if on_hand <= item.few_left {
            Availability::FewLeft
        } else {
            Availability::Available
        })
    }

    /// Whether a shopper who comes now can be sold a unit; the bounds of a live session pass in milliseconds.
    fn may_sell(&self, sku: &Sku) -> bool {
        let has_session = self.connection.phase == Phase::Up && self.has_room;
        !self.is_halted(sku) && (has_session || self.may_place(sku, Units::ONE))
    }
}
