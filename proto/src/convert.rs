//! Domain types to and from their wire form. Whatever comes in is checked here, once.

mod down;
mod from_allocator;
mod from_edge;
mod guidance;
mod sale;
#[cfg(test)]
mod tests;
mod up;

use crate::{BadId, OrderId, Sku, Units, UnitsError, wire};

/// A message that the contract does not allow: where, and what was wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// A field that must be there is not.
    #[error("{0}: expected a value, found none")]
    Missing(&'static str),
    /// A number that names no case of an enumeration.
    #[error("{0}: expected a known case, found {1}")]
    UnknownCase(&'static str, i32),
    /// A byte string of the wrong size.
    #[error("{0}: expected {1} bytes, found {2}")]
    Size(&'static str, usize, usize),
    /// Too many of something.
    #[error("{0}: expected at most {1}, found {2}")]
    TooMany(&'static str, usize, usize),
    /// A text that is no id.
    #[error("{0}: {1}")]
    Id(&'static str, BadId),
    /// A number that is no quantity.
    #[error("{0}: {1}")]
    Units(&'static str, UnitsError),
}

fn required<T>(field: &'static str, value: Option<T>) -> Result<T, Malformed> {
    value.ok_or(Malformed::Missing(field))
}

fn id<T: std::str::FromStr<Err = BadId>>(field: &'static str, text: &str) -> Result<T, Malformed> {
    text.parse().map_err(|bad| Malformed::Id(field, bad))
}

fn bytes16(field: &'static str, bytes: &[u8]) -> Result<[u8; 16], Malformed> {
    bytes.try_into().map_err(|_| Malformed::Size(field, 16, bytes.len()))
}

fn order_id(bytes: &[u8]) -> Result<OrderId, Malformed> {
    bytes16("order", bytes).map(OrderId)
}

fn units(field: &'static str, found: u64) -> Result<Units, Malformed> {
    Units::new(found).map_err(|bad| Malformed::Units(field, bad))
}

fn some_units(field: &'static str, found: u64) -> Result<Units, Malformed> {
    Units::some(found).map_err(|bad| Malformed::Units(field, bad))
}

fn all<W, T>(
    field: &'static str,
    most: usize,
    from: Vec<W>,
    one: impl Fn(W) -> Result<T, Malformed>,
) -> Result<Vec<T>, Malformed> {
    if from.len() > most {
        return Err(Malformed::TooMany(field, most, from.len()));
    }
    from.into_iter().map(one).collect()
}

impl From<Sku> for wire::Sku {
    fn from(sku: Sku) -> Self {
        Self { sale: sku.sale.to_string(), code: sku.code.to_string() }
    }
}

impl TryFrom<Option<wire::Sku>> for Sku {
    type Error = Malformed;

    fn try_from(sku: Option<wire::Sku>) -> Result<Self, Malformed> {
        let sku = required("sku", sku)?;
        Ok(Self { sale: id("sku.sale", &sku.sale)?, code: id("sku.code", &sku.code)? })
    }
}
