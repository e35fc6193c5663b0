//! The rows of the table: which work, over how many connections, against whom.

use super::peer::Sync;
use super::rounds::Beside;

/// One row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Its name in `bench.json`.
    pub key: &'static str,
    /// Its name in the table.
    pub title: &'static str,
    /// What is asked for.
    pub work: Work,
    /// Keep-alive connections.
    pub connections: usize,
    /// What stands beside both sides.
    pub beside: Option<Beside>,
    /// When the peer's orders are durable.
    pub sync: Sync,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// A page over HTTP/1.1.
    Page(Page),
    /// A page over HTTP/1.1 and TLS 1.3.
    PageOverTls(Page),
    /// A page over HTTP/2 without TLS.
    PageOverH2c(Page),
    /// A purchase of what is sold out.
    SoldOut,
    /// A purchase.
    Purchase,
}

/// A page of the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Its path.
    pub path: &'static str,
    /// Its size.
    pub bytes: usize,
}

/// The page of 1 KB.
pub const SMALL: Page = Page { path: "/page-1k.html", bytes: 1 << 10 };
/// The page of 20 KB.
pub const LARGE: Page = Page { path: "/page-20k.html", bytes: 20 << 10 };

/// Every row, in the table's order.
pub const ROWS: [Row; 8] = [
    page("static_1k", "static page, 1 KB", Work::Page(SMALL), Some(Beside::Floor)),
    page("static_20k", "static page, 20 KB", Work::Page(LARGE), Some(Beside::Floor)),
    page("static_1k_tls", "1 KB over TLS 1.3", Work::PageOverTls(SMALL), None),
    page("static_1k_h2c", "1 KB over h2c, 10 streams", Work::PageOverH2c(SMALL), None),
    order("sold_out", "sold out", Work::SoldOut, 64, Sync::Always),
    order("purchase_64", "purchase, 64 connections", Work::Purchase, 64, Sync::Always),
    order("purchase_512", "purchase, 512 connections", Work::Purchase, 512, Sync::Always),
    order("purchase_64_everysec", "purchase, peer `everysec`", Work::Purchase, 64, Sync::EverySecond),
];

const fn page(key: &'static str, title: &'static str, work: Work, beside: Option<Beside>) -> Row {
    Row { key, title, work, connections: 64, beside, sync: Sync::Always }
}

const fn order(key: &'static str, title: &'static str, work: Work, connections: usize, sync: Sync) -> Row {
    Row { key, title, work, connections, beside: Some(Beside::Null), sync }
}

impl Row {
    /// Whether an answer promises that something is on the disk.
    pub fn is_durable(&self) -> bool {
        self.work == Work::Purchase
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_those_that_are_read_elsewhere() {
        let keys: Vec<_> = ROWS.iter().map(|row| row.key).collect();
        let expected = [
            "static_1k",
            "static_20k",
            "static_1k_tls",
            "static_1k_h2c",
            "sold_out",
            "purchase_64",
            "purchase_512",
            "purchase_64_everysec",
        ];
        assert_eq!(keys, expected);
    }
}
