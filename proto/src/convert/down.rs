//! The down log on the wire.

use super::{Malformed, all, id, order_id, required, some_units, units};
use crate::wire::{self, down_entry};
use crate::{BATCH_ENTRIES_MAX, DownBatch, DownEntry, DownTotal, OrderState, Seq, Sku};

impl From<DownEntry> for wire::DownEntry {
    fn from(entry: DownEntry) -> Self {
        let entry = match entry {
            DownEntry::Grant { sku, units } => {
                down_entry::Entry::Grant(wire::Grant { sku: Some(sku.into()), units: units.get() })
            }
            DownEntry::OrderState { order, state, backorder } => down_entry::Entry::OrderState(wire::OrderState {
                order: order.0.to_vec(),
                state: wire::State::from(state).into(),
                backorder,
            }),
            DownEntry::SaleClosed { sale } => {
                down_entry::Entry::SaleClosed(wire::SaleClosed { sale: sale.to_string() })
            }
        };
        Self { entry: Some(entry) }
    }
}

impl TryFrom<wire::DownEntry> for DownEntry {
    type Error = Malformed;

    fn try_from(entry: wire::DownEntry) -> Result<Self, Malformed> {
        Ok(match required("down.entry", entry.entry)? {
            down_entry::Entry::Grant(grant) => {
                Self::Grant { sku: Sku::try_from(grant.sku)?, units: some_units("grant.units", grant.units)? }
            }
            down_entry::Entry::OrderState(order) => {
                let (state, backorder) = (OrderState::try_from(order.state())?, order.backorder);
                Self::OrderState { order: order_id(&order.order)?, state, backorder }
            }
            down_entry::Entry::SaleClosed(closed) => Self::SaleClosed { sale: id("sale_closed.sale", &closed.sale)? },
        })
    }
}

impl From<DownBatch> for wire::DownBatch {
    fn from(batch: DownBatch) -> Self {
        let total = |total: DownTotal| wire::DownTotal { sku: Some(total.sku.into()), granted: total.granted.get() };
        Self {
            first: batch.first.0,
            entries: batch.entries.into_iter().map(Into::into).collect(),
            totals: batch.totals.into_iter().map(total).collect(),
        }
    }
}

impl TryFrom<wire::DownBatch> for DownBatch {
    type Error = Malformed;

    fn try_from(batch: wire::DownBatch) -> Result<Self, Malformed> {
        let total = |total: wire::DownTotal| {
            Ok(DownTotal { sku: Sku::try_from(total.sku)?, granted: units("down.totals.granted", total.granted)? })
        };
        Ok(Self {
            first: Seq(batch.first),
            entries: all("down.entries", BATCH_ENTRIES_MAX, batch.entries, DownEntry::try_from)?,
            totals: all("down.totals", BATCH_ENTRIES_MAX, batch.totals, total)?,
        })
    }
}
