//! The up log on the wire.

use super::{Malformed, all, id, order_id, required, some_units, units};
use crate::wire::{self, up_entry};
use crate::{
    BATCH_ENTRIES_MAX, OrderPlaced, OrderState, OrderVerdict, Seq, Sku, Timestamp, UpBatch, UpEntry, UpTaken, UpTotal,
    Verdict,
};

impl From<UpEntry> for wire::UpEntry {
    fn from(entry: UpEntry) -> Self {
        let entry = match entry {
            UpEntry::OrderPlaced(order) => up_entry::Entry::OrderPlaced(wire::OrderPlaced {
                order: order.order.0.to_vec(),
                key: order.key.to_string(),
                sku: Some(order.sku.into()),
                shopper: order.shopper.to_string(),
                units: order.units.get(),
                at_ms: order.at.0,
            }),
            UpEntry::StockReturned { sku, units } => {
                up_entry::Entry::StockReturned(wire::StockReturned { sku: Some(sku.into()), units: units.get() })
            }
            UpEntry::EpochClosed => up_entry::Entry::EpochClosed(wire::EpochClosed {}),
        };
        Self { entry: Some(entry) }
    }
}

impl TryFrom<wire::UpEntry> for UpEntry {
    type Error = Malformed;

    fn try_from(entry: wire::UpEntry) -> Result<Self, Malformed> {
        Ok(match required("up.entry", entry.entry)? {
            up_entry::Entry::OrderPlaced(order) => Self::OrderPlaced(OrderPlaced {
                order: order_id(&order.order)?,
                key: id("order_placed.key", &order.key)?,
                sku: Sku::try_from(order.sku)?,
                shopper: id("order_placed.shopper", &order.shopper)?,
                units: some_units("order_placed.units", order.units)?,
                at: Timestamp(order.at_ms),
            }),
            up_entry::Entry::StockReturned(stock) => Self::StockReturned {
                sku: Sku::try_from(stock.sku)?,
                units: some_units("stock_returned.units", stock.units)?,
            },
            up_entry::Entry::EpochClosed(_) => Self::EpochClosed,
        })
    }
}

impl From<UpBatch> for wire::UpBatch {
    fn from(batch: UpBatch) -> Self {
        let total = |total: UpTotal| wire::UpTotal {
            sku: Some(total.sku.into()),
            sold: total.sold.get(),
            returned: total.returned.get(),
        };
        Self {
            first: batch.first.0,
            entries: batch.entries.into_iter().map(Into::into).collect(),
            totals: batch.totals.into_iter().map(total).collect(),
            verdicts_taken: batch.verdicts_taken.0,
            tail: batch.tail,
        }
    }
}

impl TryFrom<wire::UpBatch> for UpBatch {
    type Error = Malformed;

    fn try_from(batch: wire::UpBatch) -> Result<Self, Malformed> {
        let total = |total: wire::UpTotal| {
            Ok(UpTotal {
                sku: Sku::try_from(total.sku)?,
                sold: units("up.totals.sold", total.sold)?,
                returned: units("up.totals.returned", total.returned)?,
            })
        };
        Ok(Self {
            first: Seq(batch.first),
            entries: all("up.entries", BATCH_ENTRIES_MAX, batch.entries, UpEntry::try_from)?,
            totals: all("up.totals", BATCH_ENTRIES_MAX, batch.totals, total)?,
            verdicts_taken: Seq(batch.verdicts_taken),
            tail: batch.tail,
        })
    }
}

impl From<UpTaken> for wire::UpTaken {
    fn from(taken: UpTaken) -> Self {
        let verdicts = taken.verdicts.into_iter().map(Into::into).collect();
        Self { watermark: taken.watermark.0, verdicts, tail: taken.tail }
    }
}

impl TryFrom<wire::UpTaken> for UpTaken {
    type Error = Malformed;

    fn try_from(taken: wire::UpTaken) -> Result<Self, Malformed> {
        Ok(Self {
            watermark: Seq(taken.watermark),
            // Not bounded by a batch: after a lost connection the verdicts of several come at once.
            verdicts: taken.verdicts.into_iter().map(OrderVerdict::try_from).collect::<Result<_, _>>()?,
            tail: taken.tail,
        })
    }
}

impl From<OrderVerdict> for wire::OrderVerdict {
    fn from(OrderVerdict { seq, verdict, backorder }: OrderVerdict) -> Self {
        let (verdict, first) = match verdict {
            Verdict::Valid => (wire::Verdict::Valid, None),
            Verdict::OverLimit => (wire::Verdict::OverLimit, None),
            Verdict::Repeat(first) => (wire::Verdict::Repeat, Some(first)),
            Verdict::NoUnit => (wire::Verdict::NoUnit, None),
            Verdict::UnknownSku => (wire::Verdict::UnknownSku, None),
            Verdict::KeyReused => (wire::Verdict::KeyReused, None),
        };
        let first = first.map_or(wire::State::Unspecified, wire::State::from);
        Self { seq: seq.0, verdict: verdict.into(), first: first.into(), backorder }
    }
}

impl TryFrom<wire::OrderVerdict> for OrderVerdict {
    type Error = Malformed;

    fn try_from(from: wire::OrderVerdict) -> Result<Self, Malformed> {
        let verdict = match from.verdict() {
            wire::Verdict::Valid => Verdict::Valid,
            wire::Verdict::OverLimit => Verdict::OverLimit,
            wire::Verdict::Repeat => Verdict::Repeat(OrderState::try_from(from.first())?),
            wire::Verdict::NoUnit => Verdict::NoUnit,
            wire::Verdict::UnknownSku => Verdict::UnknownSku,
            wire::Verdict::KeyReused => Verdict::KeyReused,
            wire::Verdict::Unspecified => return Err(Malformed::UnknownCase("verdict", from.verdict)),
        };
        Ok(Self { seq: Seq(from.seq), verdict, backorder: from.backorder })
    }
}

impl From<OrderState> for wire::State {
    fn from(state: OrderState) -> Self {
        match state {
            OrderState::Reserved => Self::Reserved,
            OrderState::Paid => Self::Paid,
            OrderState::Fulfilled => Self::Fulfilled,
            OrderState::Expired => Self::Expired,
            OrderState::Cancelled => Self::Cancelled,
        }
    }
}

impl TryFrom<wire::State> for OrderState {
    type Error = Malformed;

    fn try_from(state: wire::State) -> Result<Self, Malformed> {
        Ok(match state {
            wire::State::Reserved => Self::Reserved,
            wire::State::Paid => Self::Paid,
            wire::State::Fulfilled => Self::Fulfilled,
            wire::State::Expired => Self::Expired,
            wire::State::Cancelled => Self::Cancelled,
            wire::State::Unspecified => return Err(Malformed::UnknownCase("state", state.into())),
        })
    }
}
