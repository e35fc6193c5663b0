//! How numbers and texts are laid out in a record: a version byte, then the fields in order.
//!
//! Numbers are LEB128, seven bits a byte; texts have their length before them.

use std::collections::HashMap;

use doorbuster_proto::{BadId, Seq, Sku, Timestamp, Units, UnitsError};

/// The layout that this version writes, and the only one that it reads.
const VERSION: u8 = 1;

/// Why bytes are not a record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadRecord {
    /// Another layout.
    #[error("expected version {VERSION}, found {0}")]
    Version(u8),
    /// It ends too early.
    #[error("expected more bytes, found the end")]
    Short,
    /// It ends too late.
    #[error("expected the end, found {0} more bytes")]
    Long(usize),
    /// A key of the wrong length.
    #[error("expected a key of a fixed size, found {0} bytes")]
    Size(usize),
    /// A byte that names no case.
    #[error("expected a known case, found {0}")]
    Case(u8),
    /// A number of more than 64 bits.
    #[error("expected a number of 64 bits, found a longer one")]
    Number,
    /// A text that is not UTF-8.
    #[error("expected UTF-8, found other bytes")]
    Text,
    /// A text that is no id.
    #[error(transparent)]
    Id(#[from] BadId),
    /// A number that is no quantity.
    #[error(transparent)]
    Units(#[from] UnitsError),
}

/// Builds a record.
pub(super) struct Writer(Vec<u8>);

impl Writer {
    pub(super) fn new() -> Self {
        Self::over(Vec::new())
    }

    /// Builds it where another one was.
    pub(super) fn over(mut bytes: Vec<u8>) -> Self {
        bytes.clear();
        bytes.push(VERSION);
        Self(bytes)
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.0
    }

    pub(super) fn byte(mut self, byte: u8) -> Self {
        self.0.push(byte);
        self
    }

    pub(super) fn flag(self, flag: bool) -> Self {
        self.byte(u8::from(flag))
    }

    pub(super) fn number(mut self, mut number: u64) -> Self {
        while number > 0x7f {
            self.0.push(0x80 | u8::try_from(number & 0x7f).expect("seven bits fit"));
            number >>= 7;
        }
        self.byte(u8::try_from(number).expect("seven bits fit"))
    }

    pub(super) fn units(self, units: Units) -> Self {
        self.number(units.get())
    }

    pub(super) fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    pub(super) fn text(self, text: &str) -> Self {
        self.number(text.len() as u64).bytes(text.as_bytes())
    }

    pub(super) fn sku(self, sku: &Sku) -> Self {
        self.text(sku.sale.as_str()).text(sku.code.as_str())
    }
}

/// Takes a record apart.
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Result<Self, BadRecord> {
        let mut reader = Self(bytes);
        match reader.byte()? {
            VERSION => Ok(reader),
            other => Err(BadRecord::Version(other)),
        }
    }

    /// Hands out what was read, if nothing is left over.
    pub(super) fn finish<T>(self, read: T) -> Result<T, BadRecord> {
        if self.0.is_empty() { Ok(read) } else { Err(BadRecord::Long(self.0.len())) }
    }

    pub(super) fn byte(&mut self) -> Result<u8, BadRecord> {
        let (first, rest) = self.0.split_first().ok_or(BadRecord::Short)?;
        self.0 = rest;
        Ok(*first)
    }

    pub(super) fn flag(&mut self) -> Result<bool, BadRecord> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(BadRecord::Case(other)),
        }
    }

    pub(super) fn number(&mut self) -> Result<u64, BadRecord> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if bits << shift >> shift != bits {
                return Err(BadRecord::Number);
            }
            number |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(BadRecord::Number)
    }

    pub(super) fn units(&mut self) -> Result<Units, BadRecord> {
        Ok(Units::new(self.number()?)?)
    }

    pub(super) fn seq(&mut self) -> Result<Seq, BadRecord> {
        self.number().map(Seq)
    }

    pub(super) fn time(&mut self) -> Result<Timestamp, BadRecord> {
        self.number().map(Timestamp)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], BadRecord> {
        let (first, rest) = self.0.split_first_chunk().ok_or(BadRecord::Short)?;
        self.0 = rest;
        Ok(*first)
    }

    pub(super) fn text(&mut self) -> Result<&'a str, BadRecord> {
        let length = usize::try_from(self.number()?).map_err(|_| BadRecord::Short)?;
        let (text, rest) = self.0.split_at_checked(length).ok_or(BadRecord::Short)?;
        self.0 = rest;
        std::str::from_utf8(text).map_err(|_| BadRecord::Text)
    }

    pub(super) fn id<T: std::str::FromStr<Err = BadId>>(&mut self) -> Result<T, BadRecord> {
        Ok(self.text()?.parse()?)
    }

    /// A SKU: the same one for all records that name it.
    pub(super) fn sku(&mut self, known: &mut Skus) -> Result<Sku, BadRecord> {
        let begin = self.0;
        let (sale, code) = (self.text()?, self.text()?);
        let bytes = &begin[..begin.len() - self.0.len()];
        if let Some(sku) = known.0.get(bytes) {
            return Ok(sku.clone());
        }
        let sku = Sku { sale: sale.parse()?, code: code.parse()? };
        known.0.insert(bytes.into(), sku.clone());
        Ok(sku)
    }
}

/// The SKUs that were read, by their bytes: a million orders name a few.
#[derive(Debug, Default)]
pub(super) struct Skus(HashMap<Box<[u8]>, Sku>);
