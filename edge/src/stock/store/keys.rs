//! Keys: ordered as the records are read.

use doorbuster_proto::{BadId, OrderId, SaleId, Seq, Sku, SkuCode};

use super::codec::BadRecord;

/// In `meta`: the single values.
pub(super) const META: &[u8] = b"meta";
/// In `meta`: the store's identity.
pub(super) const DISK: &[u8] = b"disk";
/// Before every key.
pub(super) const FIRST: &[u8] = b"";
/// After every key: names are ASCII, and no log has 2⁶³ entries.
pub(super) const PAST_ALL: &[u8] = &[0xff];

/// Sale, a zero byte that no id has, code.
pub(super) fn sku(sku: &Sku) -> Vec<u8> {
    [sku.sale.as_str().as_bytes(), &[0], sku.code.as_str().as_bytes()].concat()
}

pub(super) fn read_sku(key: &[u8]) -> Result<Sku, BadId> {
    let text = String::from_utf8_lossy(key);
    let (sale, code) = text.split_once('\0').unwrap_or((&text, ""));
    Ok(Sku { sale: SaleId::new(sale)?, code: SkuCode::new(code)? })
}

/// Big-endian: the log is read in order.
pub(super) fn seq(seq: Seq) -> [u8; 8] {
    seq.0.to_be_bytes()
}

pub(super) fn read_seq(key: &[u8]) -> Result<Seq, BadRecord> {
    let bytes = key.try_into().map_err(|_| BadRecord::Size(key.len()))?;
    Ok(Seq(u64::from_be_bytes(bytes)))
}

pub(super) fn read_order(key: &[u8]) -> Result<OrderId, BadRecord> {
    key.try_into().map(OrderId).map_err(|_| BadRecord::Size(key.len()))
}
