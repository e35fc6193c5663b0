//! Keys: fields one after another, so that rows lie in the order of their fields.
//!
//! A text ends with a zero byte, which no id contains; a number is big-endian.

use doorbuster_allocator_core::{Account, Write};
use doorbuster_proto::{EdgeId, Epoch, OrderId, SaleId, Seq, Sku, SkuCode};

use super::record::Corrupt;

pub(super) const TERM: &[u8] = b"term";
pub(super) const COMMIT: &[u8] = b"commit";
pub(super) const RESTORED: &[u8] = b"restored";

/// A key in the making.
#[derive(Debug, Default)]
pub(super) struct Key(Vec<u8>);

impl Key {
    pub(super) fn sale(sale: &SaleId) -> Vec<u8> {
        Self::default().text(sale.as_str()).0
    }

    pub(super) fn sku(sku: &Sku) -> Vec<u8> {
        Self::default().and_sku(sku).0
    }

    pub(super) fn account(sku: &Sku, account: &Account) -> Vec<u8> {
        let key = Self::default().and_sku(sku);
        match account {
            Account::Supply => key.tag(0),
            Account::Pool => key.tag(1),
            Account::Sold => key.tag(2),
            Account::Escrow(edge, epoch) => key.tag(3).and_epoch(edge, *epoch),
            Account::Quarantine(edge, epoch) => key.tag(4).and_epoch(edge, *epoch),
            Account::WrittenOff(edge, epoch) => key.tag(5).and_epoch(edge, *epoch),
        }
        .0
    }

    pub(super) fn epoch(edge: &EdgeId, epoch: Epoch) -> Vec<u8> {
        Self::default().and_epoch(edge, epoch).0
    }

    pub(super) fn total(edge: &EdgeId, epoch: Epoch, sku: &Sku) -> Vec<u8> {
        Self::default().and_epoch(edge, epoch).and_sku(sku).0
    }

    pub(super) fn entry(edge: &EdgeId, epoch: Epoch, seq: Seq) -> Vec<u8> {
        Self::default().and_epoch(edge, epoch).number(seq.0).0
    }

    pub(super) fn order(order: OrderId) -> Vec<u8> {
        order.0.to_vec()
    }

    pub(super) fn journal(commit: u64, index: u32) -> Vec<u8> {
        Self::default().number(commit).number(index.into()).0
    }

    fn text(mut self, text: &str) -> Self {
        debug_assert!(!text.as_bytes().contains(&0), "ids have no zero byte");
        self.0.extend_from_slice(text.as_bytes());
        self.tag(0)
    }

    fn number(mut self, number: u64) -> Self {
        self.0.extend_from_slice(&number.to_be_bytes());
        self
    }

    fn tag(mut self, tag: u8) -> Self {
        self.0.push(tag);
        self
    }

    fn and_sku(self, sku: &Sku) -> Self {
        self.text(sku.sale.as_str()).text(sku.code.as_str())
    }

    fn and_epoch(self, edge: &EdgeId, epoch: Epoch) -> Self {
        self.text(edge.as_str()).number(epoch.0)
    }
}

/// A key that is read back.
#[derive(Debug)]
pub(super) struct KeyReader<'a>(&'a [u8]);

impl<'a> KeyReader<'a> {
    pub(super) fn new(key: &'a [u8]) -> Self {
        Self(key)
    }

    pub(super) fn sku(&mut self) -> Result<Sku, Corrupt> {
        let sale = SaleId::new(self.text()?).map_err(Corrupt::Id)?;
        Ok(Sku { sale, code: SkuCode::new(self.text()?).map_err(Corrupt::Id)? })
    }

    pub(super) fn epoch(&mut self) -> Result<(EdgeId, Epoch), Corrupt> {
        let edge = EdgeId::new(self.text()?).map_err(Corrupt::Id)?;
        Ok((edge, Epoch(self.number()?)))
    }

    pub(super) fn seq(&mut self) -> Result<Seq, Corrupt> {
        self.number().map(Seq)
    }

    pub(super) fn account(&mut self) -> Result<Account, Corrupt> {
        let (tag, rest) = self.0.split_first().ok_or(Corrupt::Short)?;
        self.0 = rest;
        let of_epoch = |make: fn(EdgeId, Epoch) -> Account, key: &mut Self| key.epoch().map(|(e, n)| make(e, n));
        match tag {
            0 => Ok(Account::Supply),
            1 => Ok(Account::Pool),
            2 => Ok(Account::Sold),
            3 => of_epoch(Account::Escrow, self),
            4 => of_epoch(Account::Quarantine, self),
            5 => of_epoch(Account::WrittenOff, self),
            tag => Err(Corrupt::Tag("account", *tag)),
        }
    }

    fn text(&mut self) -> Result<&'a str, Corrupt> {
        let end = self.0.iter().position(|byte| *byte == 0).ok_or(Corrupt::Short)?;
        let (text, rest) = self.0.split_at(end);
        self.0 = &rest[1..];
        std::str::from_utf8(text).map_err(|_| Corrupt::Text)
    }

    fn number(&mut self) -> Result<u64, Corrupt> {
        let (number, rest) = self.0.split_first_chunk::<8>().ok_or(Corrupt::Short)?;
        self.0 = rest;
        Ok(u64::from_be_bytes(*number))
    }
}

pub(super) const JOURNAL: &str = "journal";
pub(super) const PRESENTATIONS: &str = "presentations";
/// A column family for each kind of row.
pub(super) const FAMILIES: [&str; 13] = [
    "numbers",
    "sales",
    "halted",
    "debts",
    "accounts",
    "epochs",
    "totals",
    "down",
    "taken",
    "orders",
    "verdicts",
    JOURNAL,
    PRESENTATIONS,
];

/// The column family of a row's kind.
pub(super) fn family(write: &Write) -> &'static str {
    match write {
        Write::Term(_) | Write::Commit(_) | Write::Restored(_) => "numbers",
        Write::Sale(_) => "sales",
        Write::Halted { .. } => "halted",
        Write::Debt { .. } => "debts",
        Write::Account { .. } => "accounts",
        Write::Epoch { .. } => "epochs",
        Write::Total { .. } => "totals",
        Write::Down { .. } | Write::DownTrimmed { .. } => "down",
        Write::OrdersTaken(_) => "taken",
        Write::Order(_) => "orders",
        Write::Verdicts { .. } | Write::VerdictsTrimmed { .. } => "verdicts",
        Write::Journal(_) => JOURNAL,
    }
}
