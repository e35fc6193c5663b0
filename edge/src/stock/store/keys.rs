//! Keys: ordered as the records are read.

use doorbuster_proto::{BadId, Epoch, SaleId, Seq, Sku, SkuCode};

use super::codec::BadRecord;

/// In `meta`: the single values.
pub(super) const META: &[u8] = b"meta";
/// In `meta`: the store's identity.
pub(super) const DISK: &[u8] = b"disk";
/// Before every key.
pub(super) const FIRST: &[u8] = b"";
/// After every key: names are ASCII.
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

/// Both big-endian: the logs are read epoch by epoch, each in order. The next key is always the last, which is what the
/// store takes in most easily.
pub(super) fn log(epoch: Epoch, seq: Seq) -> [u8; 16] {
    (u128::from(epoch.0) << 64 | u128::from(seq.0)).to_be_bytes()
}

pub(super) fn read_log(key: &[u8]) -> Result<(Epoch, Seq), BadRecord> {
    let (epoch, seq) = key.split_first_chunk().ok_or(BadRecord::Size(key.len()))?;
    let seq = seq.try_into().map_err(|_| BadRecord::Size(key.len()))?;
    Ok((Epoch(u64::from_be_bytes(*epoch)), Seq(u64::from_be_bytes(seq))))
}
