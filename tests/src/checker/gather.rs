//! Reads the facts from the stores of processes that have stopped.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use doorbuster_allocator::store::{LedgerStore as _, RocksStore};
use doorbuster_allocator_core::{self as ledger, Account as Place, Book, Image as LedgerImage};
use doorbuster_edge::stock::store::Store;
use doorbuster_edge_core::{self as edge, Image as EdgeImage, OrderStatus};
use doorbuster_proto::{DownEntry, EdgeId, OrderState, Sku, UpEntry};

use super::facts::{Account, EdgeFacts, EdgeOrder, Facts, LedgerOrder, Limits};
use crate::fleet::Folder;
use crate::shoppers::read_log;

/// Reads a fleet's folder.
///
/// # Errors
/// A store or the log cannot be read.
pub fn gather(folder: &Path, told_is_whole: bool) -> anyhow::Result<Facts> {
    // A store that is not there would be made by looking.
    anyhow::ensure!(folder.join("data/allocator").is_dir(), "{} holds no fleet", folder.display());
    let folder = Folder::at(folder);
    let ledger = read_ledger(&folder)?;
    let mut edges = BTreeMap::new();
    for id in folder.edges()? {
        let image = read_edge(&folder, &id)?;
        let id = id.parse::<EdgeId>()?;
        edges.insert(id.clone(), edge_facts(&id, &image, &ledger));
    }
    Ok(Facts {
        accounts: accounts(&ledger),
        limits: ledger.sales.values().map(limits).collect(),
        ledger: ledger.orders.values().map(ledger_order).collect(),
        edges,
        told: read_log(&folder.shoppers_log())?,
        told_is_whole,
        disks_lost: BTreeMap::new(),
    })
}

fn read_ledger(folder: &Folder) -> anyhow::Result<LedgerImage> {
    let path = folder.data("allocator");
    let store = RocksStore::open_read_only(&path).with_context(|| format!("open the ledger in {}", path.display()))?;
    store.load().context("read the ledger")
}

fn read_edge(folder: &Folder, id: &str) -> anyhow::Result<EdgeImage> {
    let path = folder.data(id).join("stock");
    let store =
        Store::open_read_only(&path).with_context(|| format!("open the stock of {id} in {}", path.display()))?;
    store
        .map_or_else(|| Ok(EdgeImage::default()), |store| store.load())
        .with_context(|| format!("read the stock of {id}"))
}

fn accounts(image: &LedgerImage) -> BTreeMap<Sku, Account> {
    let mut accounts = BTreeMap::new();
    let was_fenced = image.epochs.values().flat_map(BTreeMap::values).any(|book| !book.head.phase.is_unfenced());
    for (sale, item) in image.sales.values().flat_map(|sale| sale.definition.items.iter().map(move |item| (sale, item)))
    {
        let sku = sale.definition.sku(&item.sku);
        let was_quarantined = was_fenced && !sale.definition.credit.is_zero();
        let (supply, budget) = (item.supply.get(), item.budget.get());
        let debt = image.stock.get(&sku).map_or(0, |stock| stock.debt.get());
        let mut account = Account { supply, budget, debt, was_quarantined, ..Account::default() };
        for (place, units) in image.stock.get(&sku).iter().flat_map(|stock| &stock.accounts) {
            credit(&mut account, place, units.get());
        }
        accounts.insert(sku, account);
    }
    accounts
}

fn credit(account: &mut Account, place: &Place, units: u64) {
    match place {
        Place::Supply => {}
        Place::Pool => account.pool += units,
        Place::Sold => account.sold += units,
        Place::Escrow(edge, epoch) => *account.escrow.entry((edge.clone(), *epoch)).or_default() += units,
        Place::Quarantine(..) => account.quarantine += units,
        Place::WrittenOff(..) => account.written_off += units,
    }
}

fn limits(sale: &ledger::Sale) -> (doorbuster_proto::SaleId, Limits) {
    let definition = &sale.definition;
    let items = definition.items.iter().map(|item| (item.sku.clone(), item.limit.get())).collect();
    let (sale, credit) = (definition.limit.get(), definition.credit.get());
    (definition.id.clone(), Limits { sale, items, credit })
}

fn ledger_order(order: &ledger::LedgerOrder) -> LedgerOrder {
    LedgerOrder {
        order: order.id,
        key: order.key.clone(),
        sku: order.sku.clone(),
        shopper: order.shopper.clone(),
        units: order.units.get(),
        state: order.state,
    }
}

fn edge_facts(id: &EdgeId, image: &EdgeImage, ledger: &LedgerImage) -> EdgeFacts {
    let live = |book: &&Book| book.head.phase.is_unfenced();
    let book = image.meta.epoch.and_then(|epoch| ledger.book(id, epoch)).filter(live);
    let orders = image.orders().values().map(edge_order).collect();
    let Some(book) = book else { return EdgeFacts { orders, ..EdgeFacts::default() } };
    EdgeFacts {
        epoch: image.meta.epoch,
        shelves: image.shelves.iter().map(|(sku, shelf)| (sku.clone(), shelf.on_hand.get())).collect(),
        up_in_flight: up_in_flight(image, book),
        down_in_flight: down_in_flight(image, book),
        orders,
    }
}

fn up_in_flight(image: &EdgeImage, book: &Book) -> BTreeMap<Sku, u64> {
    let beyond = image.up().filter(|(seq, _)| *seq > book.head.up_taken);
    let entries = beyond.map(|(_, record)| &record.entry);
    sum(entries.filter_map(|entry| match entry {
        UpEntry::OrderPlaced(order) => Some((&order.sku, order.units.get())),
        UpEntry::StockReturned { sku, units } => Some((sku, units.get())),
        UpEntry::EpochClosed => None,
    }))
}

fn down_in_flight(image: &EdgeImage, book: &Book) -> BTreeMap<Sku, u64> {
    let entries = book.down.range(image.meta.down_taken.next()..).map(|(_, entry)| entry);
    sum(entries.filter_map(|entry| match entry {
        DownEntry::Grant { sku, units } => Some((sku, units.get())),
        DownEntry::OrderState { .. } | DownEntry::SaleClosed { .. } => None,
    }))
}

fn sum<'a>(entries: impl Iterator<Item = (&'a Sku, u64)>) -> BTreeMap<Sku, u64> {
    let mut sums = BTreeMap::new();
    for (sku, units) in entries {
        *sums.entry(sku.clone()).or_default() += units;
    }
    sums
}

fn edge_order(order: &edge::Order) -> EdgeOrder {
    let state = match order.status {
        OrderStatus::Pending => None,
        OrderStatus::Reserved => Some(OrderState::Reserved),
        OrderStatus::Paid => Some(OrderState::Paid),
        OrderStatus::Fulfilled => Some(OrderState::Fulfilled),
        OrderStatus::Expired => Some(OrderState::Expired),
        OrderStatus::Cancelled(_) => Some(OrderState::Cancelled),
    };
    EdgeOrder { order: order.id, sku: order.sku.clone(), units: order.units.get(), state }
}
