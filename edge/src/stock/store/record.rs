//! The records, field by field. A field is never reordered: a change of layout is a new version.

use std::collections::BTreeMap;

use doorbuster_edge_core::{CancelledBecause, Meta, OrderStatus, Sale, Shelf, UpRecord};
use doorbuster_proto::{DiskId, Epoch, Instance, ItemRules, OrderId, OrderPlaced, SaleRules, SkuCode, Term, UpEntry};

use super::codec::{BadRecord, Reader, Skus, Writer};

/// Beside a status: its units are yet to come.
const BACKORDER: u8 = 0x80;

pub(super) fn write_disk(disk: DiskId) -> Vec<u8> {
    Writer::new().bytes(&disk.0.to_be_bytes()).finish()
}

pub(super) fn read_disk(bytes: &[u8]) -> Result<DiskId, BadRecord> {
    let mut from = Reader::new(bytes)?;
    let disk = DiskId(u128::from_be_bytes(from.array()?));
    from.finish(disk)
}

pub(super) fn write_meta(meta: &Meta) -> Vec<u8> {
    let (term, instance) = meta.led_by.unwrap_or((Term(0), Instance(0)));
    Writer::new()
        .number(term.0)
        .number(instance.0)
        .number(meta.epoch.unwrap_or_default().0)
        .flag(meta.closing)
        .number(meta.down_taken.0)
        .number(meta.up_taken.0)
        .finish()
}

pub(super) fn read_meta(bytes: &[u8]) -> Result<Meta, BadRecord> {
    let mut from = Reader::new(bytes)?;
    let (term, instance) = (Term(from.number()?), Instance(from.number()?));
    let epoch = Epoch(from.number()?);
    let meta = Meta {
        led_by: (term != Term(0)).then_some((term, instance)),
        epoch: (epoch != Epoch(0)).then_some(epoch),
        closing: from.flag()?,
        down_taken: from.seq()?,
        up_taken: from.seq()?,
    };
    from.finish(meta)
}

pub(super) fn write_shelf(shelf: &Shelf) -> Vec<u8> {
    Writer::new()
        .units(shelf.on_hand)
        .units(shelf.granted)
        .units(shelf.sold)
        .units(shelf.returned)
        .units(shelf.last_grant)
        .flag(shelf.halted)
        .finish()
}

pub(super) fn read_shelf(bytes: &[u8]) -> Result<Shelf, BadRecord> {
    let mut from = Reader::new(bytes)?;
    let shelf = Shelf {
        on_hand: from.units()?,
        granted: from.units()?,
        sold: from.units()?,
        returned: from.units()?,
        last_grant: from.units()?,
        halted: from.flag()?,
    };
    from.finish(shelf)
}

pub(super) fn write_log(writer: Writer, record: &UpRecord) -> Vec<u8> {
    let writer = writer.units(record.sold).units(record.returned);
    match &record.entry {
        UpEntry::OrderPlaced(order) => writer
            .byte(1)
            .bytes(&order.order.0)
            .text(order.key.as_str())
            .sku(&order.sku)
            .text(order.shopper.as_str())
            .units(order.units)
            .number(order.at.0),
        UpEntry::StockReturned { sku, units } => writer.byte(2).sku(sku).units(*units),
        UpEntry::EpochClosed => writer.byte(3),
    }
    .finish()
}

pub(super) fn read_log(bytes: &[u8], skus: &mut Skus) -> Result<UpRecord, BadRecord> {
    let mut from = Reader::new(bytes)?;
    let (sold, returned) = (from.units()?, from.units()?);
    let entry = match from.byte()? {
        1 => UpEntry::OrderPlaced(OrderPlaced {
            order: OrderId(from.array()?),
            key: from.id()?,
            sku: from.sku(skus)?,
            shopper: from.id()?,
            units: from.units()?,
            at: from.time()?,
        }),
        2 => UpEntry::StockReturned { sku: from.sku(skus)?, units: from.units()? },
        3 => UpEntry::EpochClosed,
        other => return Err(BadRecord::Case(other)),
    };
    from.finish(UpRecord { entry, sold, returned })
}

pub(super) fn write_sale(sale: &Sale) -> Vec<u8> {
    let rules = &sale.rules;
    let mut writer = Writer::new()
        .flag(sale.closed)
        .text(rules.sale.as_str())
        .text(&rules.title)
        .number(rules.starts_at.0)
        .number(rules.ends_at.0)
        .units(rules.limit)
        .units(rules.credit)
        .number(rules.items.len() as u64);
    for (code, item) in &rules.items {
        writer = writer.text(code.as_str()).units(item.limit).units(item.few_left);
    }
    writer.finish()
}

pub(super) fn read_sale(bytes: &[u8]) -> Result<Sale, BadRecord> {
    let mut from = Reader::new(bytes)?;
    let closed = from.flag()?;
    let mut rules = SaleRules {
        sale: from.id()?,
        title: from.text()?.to_owned(),
        starts_at: from.time()?,
        ends_at: from.time()?,
        limit: from.units()?,
        credit: from.units()?,
        items: BTreeMap::new(),
    };
    for _ in 0..from.number()? {
        let code: SkuCode = from.id()?;
        rules.items.insert(code, ItemRules { limit: from.units()?, few_left: from.units()? });
    }
    from.finish(Sale { rules, closed })
}

pub(super) fn write_status(status: OrderStatus, backorder: bool) -> Vec<u8> {
    let mark = if backorder { BACKORDER } else { 0 };
    Writer::new().byte(status_byte(status) | mark).finish()
}

/// The status, and whether its units are yet to come.
pub(super) fn read_status(bytes: &[u8]) -> Result<(OrderStatus, bool), BadRecord> {
    let mut from = Reader::new(bytes)?;
    let byte = from.byte()?;
    let status = status_of(byte & !BACKORDER)?;
    from.finish((status, byte & BACKORDER != 0))
}

fn status_byte(status: OrderStatus) -> u8 {
    match status {
        OrderStatus::Pending => 0,
        OrderStatus::Reserved => 1,
        OrderStatus::Paid => 2,
        OrderStatus::Fulfilled => 3,
        OrderStatus::Expired => 4,
        OrderStatus::Cancelled(CancelledBecause::OverLimit) => 5,
        OrderStatus::Cancelled(CancelledBecause::NoUnit) => 6,
        OrderStatus::Cancelled(CancelledBecause::UnknownSku) => 7,
        OrderStatus::Cancelled(CancelledBecause::Ledger) => 8,
        OrderStatus::Cancelled(CancelledBecause::KeyReused) => 9,
    }
}

fn status_of(byte: u8) -> Result<OrderStatus, BadRecord> {
    Ok(match byte {
        0 => OrderStatus::Pending,
        1 => OrderStatus::Reserved,
        2 => OrderStatus::Paid,
        3 => OrderStatus::Fulfilled,
        4 => OrderStatus::Expired,
        5 => OrderStatus::Cancelled(CancelledBecause::OverLimit),
        6 => OrderStatus::Cancelled(CancelledBecause::NoUnit),
        7 => OrderStatus::Cancelled(CancelledBecause::UnknownSku),
        8 => OrderStatus::Cancelled(CancelledBecause::Ledger),
        9 => OrderStatus::Cancelled(CancelledBecause::KeyReused),
        other => return Err(BadRecord::Case(other)),
    })
}
