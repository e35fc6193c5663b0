//! The bytes of a record: a version, then its fields. Numbers take as few bytes as they need (LEB128).

use std::str::FromStr;

use doorbuster_proto::{BadId, OrderId, Sku, Timestamp, Units, UnitsError};

/// The version that is written. A reader that meets another one says so.
pub(super) const VERSION: u8 = 6;

/// Why bytes are not a record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Corrupt {
    /// It ends too early.
    #[error("it ends within a field")]
    Short,
    /// Something follows its last field.
    #[error("{0} bytes follow its last field")]
    Long(usize),
    /// Another program wrote it.
    #[error("expected version {VERSION}, found {0}")]
    Version(u8),
    /// A tag that stands for no case.
    #[error("{0}: expected a known tag, found {1}")]
    Tag(&'static str, u8),
    /// A text that is not UTF-8.
    #[error("a text is not UTF-8")]
    Text,
    /// A number that does not fit.
    #[error("a number does not fit")]
    Number,
    /// A text that is no id.
    #[error("an id is not one: {0}")]
    Id(BadId),
    /// A number that is no quantity.
    #[error("a quantity is not one: {0}")]
    Units(UnitsError),
    /// A document that is not what was written.
    #[error("a document does not read: {0}")]
    Document(String),
}

/// What can be kept in a row.
pub(super) trait Record: Sized {
    fn encode(&self, to: &mut Encoder);
    fn decode(from: &mut Decoder<'_>) -> Result<Self, Corrupt>;

    /// About how many bytes it takes: room is made at once.
    fn room(&self) -> usize {
        64
    }

    /// The record's bytes.
    fn to_bytes(&self) -> Vec<u8> {
        let mut encoder = Encoder(Vec::with_capacity(self.room()));
        encoder.u8(VERSION);
        self.encode(&mut encoder);
        encoder.0
    }

    /// The record that the bytes are.
    fn from_bytes(bytes: &[u8]) -> Result<Self, Corrupt> {
        let mut decoder = Decoder(bytes);
        match decoder.u8()? {
            VERSION => {}
            other => return Err(Corrupt::Version(other)),
        }
        let record = Self::decode(&mut decoder)?;
        if decoder.0.is_empty() { Ok(record) } else { Err(Corrupt::Long(decoder.0.len())) }
    }
}

/// Fields in the making.
pub(super) struct Encoder(Vec<u8>);

impl Encoder {
    pub(super) fn u8(&mut self, byte: u8) {
        self.0.push(byte);
    }

    pub(super) fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(number.to_le_bytes()[0] | 0x80);
            number >>= 7;
        }
        self.0.push(number.to_le_bytes()[0]);
    }

    pub(super) fn units(&mut self, units: Units) {
        self.number(units.get());
    }

    pub(super) fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.0.extend_from_slice(text.as_bytes());
    }

    pub(super) fn bytes16(&mut self, bytes: [u8; 16]) {
        self.0.extend_from_slice(&bytes);
    }

    pub(super) fn sku(&mut self, sku: &Sku) {
        self.text(sku.sale.as_str());
        self.text(sku.code.as_str());
    }

    pub(super) fn list<T>(&mut self, list: &[T], one: impl Fn(&mut Self, &T)) {
        self.number(list.len() as u64);
        for item in list {
            one(self, item);
        }
    }

    pub(super) fn option<T>(&mut self, value: Option<&T>, one: impl Fn(&mut Self, &T)) {
        self.u8(value.is_some().into());
        if let Some(value) = value {
            one(self, value);
        }
    }
}

/// Fields that are read back.
pub(super) struct Decoder<'a>(&'a [u8]);

impl<'a> Decoder<'a> {
    pub(super) fn u8(&mut self) -> Result<u8, Corrupt> {
        Ok(self.take(1)?[0])
    }

    pub(super) fn flag(&mut self, what: &'static str) -> Result<bool, Corrupt> {
        match self.u8()? {
            0 => Ok(false),
            1 => Ok(true),
            tag => Err(Corrupt::Tag(what, tag)),
        }
    }

    pub(super) fn number(&mut self) -> Result<u64, Corrupt> {
        let mut number = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = self.u8()?;
            let bits = u64::from(byte & 0x7f);
            if bits << shift >> shift != bits {
                return Err(Corrupt::Number);
            }
            number |= bits << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(Corrupt::Number)
    }

    pub(super) fn units(&mut self) -> Result<Units, Corrupt> {
        Units::new(self.number()?).map_err(Corrupt::Units)
    }

    pub(super) fn time(&mut self) -> Result<Timestamp, Corrupt> {
        self.number().map(Timestamp)
    }

    pub(super) fn text(&mut self) -> Result<&'a str, Corrupt> {
        let length = usize::try_from(self.number()?).map_err(|_| Corrupt::Number)?;
        std::str::from_utf8(self.take(length)?).map_err(|_| Corrupt::Text)
    }

    pub(super) fn id<T: FromStr<Err = BadId>>(&mut self) -> Result<T, Corrupt> {
        self.text()?.parse().map_err(Corrupt::Id)
    }

    pub(super) fn bytes16(&mut self) -> Result<[u8; 16], Corrupt> {
        Ok(self.take(16)?.try_into().expect("16 bytes were taken"))
    }

    pub(super) fn order(&mut self) -> Result<OrderId, Corrupt> {
        self.bytes16().map(OrderId)
    }

    pub(super) fn sku(&mut self) -> Result<Sku, Corrupt> {
        Ok(Sku { sale: self.id()?, code: self.id()? })
    }

    pub(super) fn list<T>(&mut self, one: impl Fn(&mut Self) -> Result<T, Corrupt>) -> Result<Vec<T>, Corrupt> {
        let count = self.number()?;
        (0..count).map(|_| one(self)).collect()
    }

    pub(super) fn option<T>(&mut self, one: impl Fn(&mut Self) -> Result<T, Corrupt>) -> Result<Option<T>, Corrupt> {
        if self.flag("option")? { one(self).map(Some) } else { Ok(None) }
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Corrupt> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(Corrupt::Short)?;
        self.0 = rest;
        Ok(taken)
    }
}

/// A record that is one number.
impl Record for u64 {
    fn encode(&self, to: &mut Encoder) {
        to.number(*self);
    }

    fn decode(from: &mut Decoder<'_>) -> Result<Self, Corrupt> {
        from.number()
    }
}

/// A record that is one text.
impl Record for String {
    fn encode(&self, to: &mut Encoder) {
        to.text(self);
    }

    fn decode(from: &mut Decoder<'_>) -> Result<Self, Corrupt> {
        from.text().map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_takes_the_bytes_that_it_needs() {
        for (number, length) in [(0, 1), (127, 1), (128, 2), (u64::MAX, 10)] {
            let bytes = number.to_bytes();
            assert_eq!(bytes.len(), 1 + length);
            assert_eq!(u64::from_bytes(&bytes), Ok(number));
        }
    }

    #[test]
    fn damage_is_told() {
        assert_eq!(u64::from_bytes(&[]), Err(Corrupt::Short));
        assert_eq!(u64::from_bytes(&[VERSION + 1, 0]), Err(Corrupt::Version(VERSION + 1)));
        assert_eq!(u64::from_bytes(&[VERSION, 0, 0]), Err(Corrupt::Long(1)));
        assert_eq!(u64::from_bytes(&[VERSION, 0x80]), Err(Corrupt::Short));
        assert_eq!(u64::from_bytes(&[&[VERSION][..], &[0xff; 10]].concat()), Err(Corrupt::Number));
        assert_eq!(String::from_bytes(&[VERSION, 5, b'a']), Err(Corrupt::Short));
    }
}
