//! The records of the ledger, field by field. What a row's key tells is not repeated, sales and orders apart.

use doorbuster_allocator_core::{
    Account, CancelReason, EpochHead, ItemDefinition, JournalRecord, Judged, LedgerOrder, OrdersTaken, Phase, Sale,
    SaleDefinition, SaleStage, Total, Transfer, Weights,
};
use doorbuster_proto::{
    Commit, DiskId, DownEntry, EdgeId, Epoch, LogDigest, OrderId, OrderState, Seq, SiteVersion, Verdict,
};

use super::record::{Corrupt, Decoder, Encoder, Record};

/// Cases and their tags, in one place for both directions. Tags are for good: a new case takes a new one.
macro_rules! tags {
    ($write:ident, $read:ident, $type:ty, $what:literal, $($case:path = $tag:literal),+ $(,)?) => {
        fn $write(case: $type) -> u8 {
            match case { $($case => $tag),+ }
        }

        fn $read(from: &mut Decoder<'_>) -> Result<$type, Corrupt> {
            match from.u8()? { $($tag => Ok($case),)+ tag => Err(Corrupt::Tag($what, tag)) }
        }
    };
}

tags!(stage_tag, stage, SaleStage, "stage", SaleStage::Published = 1, SaleStage::Closed = 2, SaleStage::Settled = 3);
tags!(
    phase_tag,
    phase,
    Phase,
    "phase",
    Phase::Offered = 1,
    Phase::Live = 2,
    Phase::Fenced = 3,
    Phase::Closed = 4,
    Phase::Retired = 5
);
tags!(
    state_tag,
    state,
    OrderState,
    "state",
    OrderState::Reserved = 1,
    OrderState::Paid = 2,
    OrderState::Fulfilled = 3,
    OrderState::Expired = 4,
    OrderState::Cancelled = 5
);
tags!(
    reason_tag,
    reason,
    CancelReason,
    "reason",
    CancelReason::OverLimit = 1,
    CancelReason::NoUnit = 2,
    CancelReason::UnknownSku = 3,
    CancelReason::Operator = 4
);

impl Record for Sale {
    fn encode(&self, to: &mut Encoder) {
        let definition = &self.definition;
        to.text(definition.id.as_str());
        to.text(&definition.title);
        to.number(definition.starts_at.0);
        to.number(definition.ends_at.0);
        to.units(definition.limit);
        to.units(definition.credit);
        to.u8(definition.by_page_views.into());
        to.list(&definition.items, encode_item);
        to.u8(stage_tag(self.stage));
        to.number(self.ends_at.0);
        to.number(self.site.0);
    }

    fn decode(from: &mut Decoder<'_>) -> Result<Self, Corrupt> {
        let definition = SaleDefinition {
            id: from.id()?,
            title: from.text()?.to_owned(),
            starts_at: from.time()?,
            ends_at: from.time()?,
            limit: from.units()?,
            credit: from.units()?,
            by_page_views: from.flag("page views")?,
            items: from.list(decode_item)?,
        };
        Ok(Self { definition, stage: stage(from)?, ends_at: from.time()?, site: SiteVersion(from.number()?) })
    }
}

fn encode_item(to: &mut Encoder, item: &ItemDefinition) {
    to.text(item.sku.as_str());
    to.text(&item.name);
    to.units(item.supply);
    to.units(item.budget);
    to.units(item.limit);
    to.units(item.few_left);
    to.option(item.edges.as_ref(), |to, edges| to.list(edges, |to, edge: &EdgeId| to.text(edge.as_str())));
    to.option(item.weights.as_ref(), encode_weights);
}

fn decode_item(from: &mut Decoder<'_>) -> Result<ItemDefinition, Corrupt> {
    Ok(ItemDefinition {
        sku: from.id()?,
        name: from.text()?.to_owned(),
        supply: from.units()?,
        budget: from.units()?,
        limit: from.units()?,
        few_left: from.units()?,
        edges: from.option(|from| from.list(Decoder::id))?,
        weights: from.option(decode_weights)?,
    })
}

fn encode_weights(to: &mut Encoder, weights: &Weights) {
    let weights: Vec<(&EdgeId, u32)> = weights.iter().collect();
    to.list(&weights, |to, (edge, weight)| {
        to.text(edge.as_str());
        to.number((*weight).into());
    });
}

fn decode_weights(from: &mut Decoder<'_>) -> Result<Weights, Corrupt> {
    let weight = |from: &mut Decoder<'_>| {
        let edge: EdgeId = from.id()?;
        Ok((edge, u32::try_from(from.number()?).map_err(|_| Corrupt::Number)?))
    };
    from.list(weight).map(Weights::from_iter)
}

impl Record for EpochHead {
    fn encode(&self, to: &mut Encoder) {
        to.bytes16(self.disk.0.to_be_bytes());
        to.u8(phase_tag(self.phase));
        to.u8(u8::from(self.confirmed) | u8::from(self.written_off) << 1);
        for seq in [self.up_taken, self.verdicts_taken, self.down_tail, self.down_taken] {
            to.number(seq.0);
        }
        to.number(self.up_digest.0);
    }

    fn decode(from: &mut Decoder<'_>) -> Result<Self, Corrupt> {
        let disk = DiskId(u128::from_be_bytes(from.bytes16()?));
        let phase = phase(from)?;
        let (confirmed, written_off) = match from.u8()? {
            flags @ 0..=3 => (flags & 1 != 0, flags & 2 != 0),
            flags => return Err(Corrupt::Tag("flags of an epoch", flags)),
        };
        Ok(Self {
            disk,
            phase,
            confirmed,
            written_off,
            up_taken: Seq(from.number()?),
            verdicts_taken: Seq(from.number()?),
            down_tail: Seq(from.number()?),
            down_taken: Seq(from.number()?),
            up_digest: LogDigest(from.number()?),
        })
    }
}

impl Record for Total {
    fn encode(&self, to: &mut Encoder) {
        for units in [self.granted, self.last_grant, self.sold, self.returned] {
            to.units(units);
        }
    }

    fn decode(from: &mut Decoder<'_>) -> Result<Self, Corrupt> {
        Ok(Self { granted: from.units()?, last_grant: from.units()?, sold: from.units()?, returned: from.units()? })
    }
}

impl Record for DownEntry {
    fn encode(&self, to: &mut Encoder) {
        match self {
            Self::Grant { sku, units } => {
                to.u8(1);
                to.sku(sku);
                to.units(*units);
            }
            Self::OrderState { order, state, backorder } => {
                to.u8(2);
                to.bytes16(order.0);
                to.u8(state_tag(*state));
                to.u8(u8::from(*backorder));
            }
            Self::SaleClosed { sale } => {
                to.u8(3);
                to.text(sale.as_str());
            }
        }
    }

    fn decode(from: &mut Decoder<'_>) -> Result<Self, Corrupt> {
        match from.u8()? {
            1 => Ok(Self::Grant { sku: from.sku()?, units: from.units()? }),
            2 => {
                let (order, state) = (from.order()?, state(from)?);
                Ok(Self::OrderState { order, state, backorder: from.flag("backorder")? })
            }
            3 => Ok(Self::SaleClosed { sale: from.id()? }),
            tag => Err(Corrupt::Tag("down entry", tag)),
        }
    }
}

impl Record for LedgerOrder {
    fn encode(&self, to: &mut Encoder) {
        to.text(self.edge.as_str());
        to.number(self.epoch.0);
        encode_order(to, self);
    }

    fn decode(from: &mut Decoder<'_>) -> Result<Self, Corrupt> {
        let (edge, epoch) = (from.id()?, Epoch(from.number()?));
        decode_order(from, &edge, epoch)
    }
}

/// Edge and epoch stand once for all orders of a batch.
impl Record for OrdersTaken {
    fn room(&self) -> usize {
        64 + 128 * self.orders.len()
    }

    fn encode(&self, to: &mut Encoder) {
        to.text(self.edge.as_str());
        to.number(self.epoch.0);
        to.number(self.last.0);
        to.list(&self.orders, encode_order);
    }

    fn decode(from: &mut Decoder<'_>) -> Result<Self, Corrupt> {
        let (edge, epoch, last) = (from.id()?, Epoch(from.number()?), Seq(from.number()?));
        let orders = from.list(|from| decode_order(from, &edge, epoch))?;
        Ok(Self { edge, epoch, last, orders })
    }
}

fn encode_order(to: &mut Encoder, order: &LedgerOrder) {
    to.bytes16(order.id.0);
    to.sku(&order.sku);
    to.text(order.shopper.as_str());
    to.text(order.key.as_str());
    to.units(order.units);
    to.number(order.at.0);
    to.number(order.seq.0);
    to.option(order.state.as_ref(), |to, state| to.u8(state_tag(*state)));
    to.option(order.reason.as_ref(), |to, reason| to.u8(reason_tag(*reason)));
    to.u8(u8::from(order.backorder));
}

fn decode_order(from: &mut Decoder<'_>, edge: &EdgeId, epoch: Epoch) -> Result<LedgerOrder, Corrupt> {
    Ok(LedgerOrder {
        id: from.order()?,
        sku: from.sku()?,
        shopper: from.id()?,
        key: from.id()?,
        units: from.units()?,
        at: from.time()?,
        edge: edge.clone(),
        epoch,
        seq: Seq(from.number()?),
        state: from.option(state)?,
        reason: from.option(reason)?,
        backorder: from.flag("backorder")?,
    })
}

impl Record for Vec<Judged> {
    fn encode(&self, to: &mut Encoder) {
        to.list(self, |to, judged| {
            to.number(judged.seq.0);
            to.bytes16(judged.order.0);
            encode_verdict(to, judged.verdict);
            to.u8(u8::from(judged.backorder));
        });
    }

    fn decode(from: &mut Decoder<'_>) -> Result<Self, Corrupt> {
        from.list(|from| {
            let (seq, order) = (Seq(from.number()?), OrderId(from.bytes16()?));
            let verdict = decode_verdict(from)?;
            Ok(Judged { seq, order, verdict, backorder: from.flag("backorder")? })
        })
    }
}

fn encode_verdict(to: &mut Encoder, verdict: Verdict) {
    match verdict {
        Verdict::Valid => to.u8(1),
        Verdict::OverLimit => to.u8(2),
        Verdict::Repeat(first) => {
            to.u8(3);
            to.u8(state_tag(first));
        }
        Verdict::NoUnit => to.u8(4),
        Verdict::UnknownSku => to.u8(5),
        Verdict::KeyReused => to.u8(6),
    }
}

fn decode_verdict(from: &mut Decoder<'_>) -> Result<Verdict, Corrupt> {
    match from.u8()? {
        1 => Ok(Verdict::Valid),
        2 => Ok(Verdict::OverLimit),
        3 => state(from).map(Verdict::Repeat),
        4 => Ok(Verdict::NoUnit),
        5 => Ok(Verdict::UnknownSku),
        6 => Ok(Verdict::KeyReused),
        tag => Err(Corrupt::Tag("verdict", tag)),
    }
}

impl Record for JournalRecord {
    fn encode(&self, to: &mut Encoder) {
        to.number(self.commit.0);
        to.number(self.index.into());
        to.number(self.at.0);
        to.text(&self.who);
        to.text(&self.why);
        to.list(&self.transfers, |to, transfer| {
            to.sku(&transfer.sku);
            encode_account(to, &transfer.from);
            encode_account(to, &transfer.to);
            to.units(transfer.units);
        });
    }

    fn decode(from: &mut Decoder<'_>) -> Result<Self, Corrupt> {
        Ok(Self {
            commit: Commit(from.number()?),
            index: u32::try_from(from.number()?).map_err(|_| Corrupt::Number)?,
            at: from.time()?,
            who: from.text()?.to_owned(),
            why: from.text()?.to_owned(),
            transfers: from.list(decode_transfer)?,
        })
    }
}

fn decode_transfer(from: &mut Decoder<'_>) -> Result<Transfer, Corrupt> {
    let sku = from.sku()?;
    Ok(Transfer { sku, from: decode_account(from)?, to: decode_account(from)?, units: from.units()? })
}

fn encode_account(to: &mut Encoder, account: &Account) {
    to.u8(match account {
        Account::Supply => 0,
        Account::Pool => 1,
        Account::Sold => 2,
        Account::Escrow(..) => 3,
        Account::Quarantine(..) => 4,
        Account::WrittenOff(..) => 5,
    });
    if let Some((edge, epoch)) = account.epoch() {
        to.text(edge.as_str());
        to.number(epoch.0);
    }
}

fn decode_account(from: &mut Decoder<'_>) -> Result<Account, Corrupt> {
    let tag = from.u8()?;
    let of_epoch = |make: fn(EdgeId, Epoch) -> Account, from: &mut Decoder<'_>| {
        let edge = from.id()?;
        Ok(make(edge, Epoch(from.number()?)))
    };
    match tag {
        0 => Ok(Account::Supply),
        1 => Ok(Account::Pool),
        2 => Ok(Account::Sold),
        3 => of_epoch(Account::Escrow, from),
        4 => of_epoch(Account::Quarantine, from),
        5 => of_epoch(Account::WrittenOff, from),
        tag => Err(Corrupt::Tag("account", tag)),
    }
}
