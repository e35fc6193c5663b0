//! What the store holds, in memory: plain records, changed by [`Write`]s alone.

mod counts;
mod numbered;
mod orders;
mod shoppers;
mod write;

use std::collections::BTreeMap;

use doorbuster_proto::{Commit, EdgeId, Epoch, SaleId, SiteVersion, Sku, Term, UpEntry};

pub use counts::{Count, Counts};
pub use orders::Orders;
pub(crate) use shoppers::Shoppers;
pub use write::{Judged, OrdersTaken, Write};

use crate::{Account, Book, EpochHead, LedgerOrder, Sale, Stock, Terms, Violation};

/// The whole ledger. The default is a fresh one.
///
/// The shell keeps a row for each [`Write`] (the journal apart); applying all rows to a fresh image, in any order that
/// puts sales and epochs before what refers to them, and batches of orders before what has changed since, gives the image
/// back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Image {
    /// The last term that was taken.
    pub term: Term,
    /// The last commit.
    pub commit: Commit,
    /// Whether it was restored from a backup, and not every edge has spoken since: there may be epochs that it never knew.
    pub restored: bool,
    /// Every sale.
    pub sales: BTreeMap<SaleId, Sale>,
    /// Every SKU's books.
    pub stock: BTreeMap<Sku, Stock>,
    /// Every epoch of every edge.
    pub epochs: BTreeMap<EdgeId, BTreeMap<Epoch, Book>>,
    /// Every order.
    pub orders: Orders,
    /// How many orders there are; follows from the orders.
    pub counts: Counts,
    /// Units of valid orders per shopper; follows from the orders.
    pub(crate) shoppers: Shoppers,
}

impl Image {
    /// The version of the site: the last publish.
    pub fn site(&self) -> SiteVersion {
        self.sales.values().map(|sale| sale.site).max().unwrap_or_default()
    }

    /// An epoch of an edge.
    pub fn book(&self, edge: &EdgeId, epoch: Epoch) -> Option<&Book> {
        self.epochs.get(edge)?.get(&epoch)
    }

    /// The last epoch of an edge.
    pub fn last_epoch(&self, edge: &EdgeId) -> Option<(Epoch, &Book)> {
        self.epochs.get(edge)?.last_key_value().map(|(epoch, book)| (*epoch, book))
    }

    /// Checks that every SKU's accounts add up.
    ///
    /// # Errors
    /// The first [`Violation`].
    pub fn check(&self) -> Result<(), Violation> {
        self.stock.iter().try_for_each(|(sku, stock)| stock.check(sku))
    }

    /// Applies one mutation.
    pub fn apply(&mut self, write: &Write) {
        match write {
            Write::Term(term) => self.term = *term,
            Write::Commit(commit) => self.commit = *commit,
            Write::Restored(restored) => self.restored = *restored,
            Write::Sale(sale) => self.apply_sale(sale),
            Write::Halted { sku, reason } => self.stock_mut(sku).halted = Some(reason.clone()),
            Write::Debt { sku, units } => self.stock_mut(sku).debt = *units,
            Write::Account { sku, account, units } => {
                let account = self.shared_account(account);
                self.stock_mut(sku).set(&account, *units);
            }
            Write::Epoch { edge, epoch, head } => self.apply_head(edge, *epoch, *head),
            Write::OrdersTaken(taken) => taken.orders.iter().for_each(|order| {
                self.put_order(order, order.shopper.digest());
            }),
            Write::Order(order) => {
                self.put_order(order, order.shopper.digest());
            }
            Write::Journal(_) => {}
            Write::Total { edge, epoch, .. }
            | Write::Down { edge, epoch, .. }
            | Write::DownTrimmed { edge, epoch, .. }
            | Write::Verdicts { edge, epoch, .. }
            | Write::VerdictsTrimmed { edge, epoch, .. } => {
                let sku = write.total_sku().map(|sku| self.shared_sku(sku));
                if let Some(book) = self.book_mut(edge, *epoch) {
                    apply_to_book(book, write, sku);
                }
            }
        }
    }

    pub(crate) fn book_mut(&mut self, edge: &EdgeId, epoch: Epoch) -> Option<&mut Book> {
        self.epochs.get_mut(edge)?.get_mut(&epoch)
    }

    /// The same SKU, with the text of the ledger's own copy.
    pub(crate) fn shared_sku(&self, sku: &Sku) -> Sku {
        self.stock.get_key_value(sku).map_or(sku, |(shared, _)| shared).clone()
    }

    fn shared_edge(&self, edge: &EdgeId) -> EdgeId {
        self.epochs.get_key_value(edge).map_or(edge, |(shared, _)| shared).clone()
    }

    fn shared_account(&self, account: &Account) -> Account {
        match account {
            Account::Supply | Account::Pool | Account::Sold => account.clone(),
            Account::Escrow(edge, epoch) => Account::Escrow(self.shared_edge(edge), *epoch),
            Account::Quarantine(edge, epoch) => Account::Quarantine(self.shared_edge(edge), *epoch),
            Account::WrittenOff(edge, epoch) => Account::WrittenOff(self.shared_edge(edge), *epoch),
        }
    }

    fn stock_mut(&mut self, sku: &Sku) -> &mut Stock {
        self.stock.entry(sku.clone()).or_default()
    }

    fn apply_sale(&mut self, sale: &Sale) {
        let definition = &sale.definition;
        for item in &definition.items {
            self.stock_mut(&definition.sku(&item.sku)).terms = Terms::of(definition, item);
        }
        self.sales.insert(definition.id.clone(), sale.clone());
    }

    fn apply_head(&mut self, edge: &EdgeId, epoch: Epoch, head: EpochHead) {
        let books = self.epochs.entry(edge.clone()).or_default();
        books.entry(epoch).or_insert_with(|| Book::new(head)).head = head;
    }

    /// Has memory bring what taking these entries in will look at, given the digest of each one's shopper. A batch is mostly of
    /// one sale.
    pub(crate) fn read_ahead(&self, entries: &[UpEntry], shoppers: &[u128]) {
        let placed = || entries.iter().filter_map(UpEntry::order_placed);
        self.orders.read_ahead(placed().map(|placed| placed.order));
        if let Some(first) = placed().next() {
            self.shoppers.read_ahead(&first.sku.sale, shoppers.iter().copied());
        }
    }

    /// Puts an order of the shopper with this digest in the place of the one that has its id. Whether it is the first of its id.
    pub(crate) fn put_order(&mut self, order: &LedgerOrder, shopper: u128) -> bool {
        let mut order = order.clone();
        order.edge = self.shared_edge(&order.edge);
        order.sku = self.shared_sku(&order.sku);
        self.counts.add(&order);
        self.shoppers.add(shopper, &order);
        let before = self.orders.put(order);
        if let Some(before) = &before {
            self.counts.remove(before);
            self.shoppers.remove(before);
        }
        before.is_none()
    }
}

fn apply_to_book(book: &mut Book, write: &Write, sku: Option<Sku>) {
    match write {
        Write::Total { total, .. } => {
            book.totals.insert(sku.expect("a total has a SKU"), *total);
        }
        Write::Down { seq, entry, .. } => {
            book.down.insert(*seq, entry.clone());
        }
        Write::DownTrimmed { through, .. } => book.down = book.down.split_off(&through.next()),
        Write::Verdicts { last, verdicts, .. } => {
            book.verdicts.insert(*last, verdicts.clone());
        }
        Write::VerdictsTrimmed { through, .. } => book.verdicts = book.verdicts.split_off(&through.next()),
        _ => unreachable!("only writes of a book come here"),
    }
}
