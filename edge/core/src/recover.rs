//! From the disk's records to a state that can go on; records that contradict each other are refused.

use std::collections::{BTreeMap, VecDeque};

use doorbuster_proto::{
    Epoch, LogDigest, LogMark, OrderId, OrderPlaced, Seq, SiteVersion, Sku, Timestamp, Units, UpEntry,
};

use crate::acknowledge::{Credit, Placed};
use crate::availability::Shown;
use crate::levels::Demand;
use crate::node::Edge;
use crate::orders::{Orders, Slot};
use crate::parked::Parked;
use crate::queue::Queue;
use crate::sales::Sales;
use crate::session::{Connection, Standing};
use crate::shoppers::Shoppers;
use crate::staged::Staged;
use crate::up_log::{Logged, LoggedEntry, UpLog};
use crate::views::Views;
use crate::waiting::Waiting;
use crate::{BatchId, Identity, Image, OrderStatus, PARK_MS_MAX, Shelf, UpRecord};

/// Why a disk's records cannot be trusted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecoverError {
    /// A shelf whose books do not add up.
    #[error("{0}: expected shelf = granted - sold - returned, found {1:?}")]
    Shelf(Sku, Shelf),
    /// A hole in an epoch's up log.
    #[error("up log of epoch {0}: expected entry {1}, found {2}")]
    Gap(Epoch, Seq, Seq),
    /// A log of an epoch that has not begun.
    #[error("expected no log of a later epoch than {0}, found one of {1}")]
    LaterEpoch(Epoch, Epoch),
    /// A watermark beyond the log.
    #[error("expected a watermark before entry {1}, found {0}")]
    Watermark(Seq, Seq),
    /// The status of an order that is not there.
    #[error("up log of epoch {0}: expected an order at entry {1}, which has a status, found none")]
    Status(Epoch, Seq),
    /// Totals of an entry that do not follow from those before it.
    #[error("up log: entry {0} of {1}: expected totals that follow from the entry before and end at the shelf's")]
    Totals(Seq, Sku),
    /// An order that the ledger has not judged, and that a later entry places again.
    #[error("up log: entry {0}: expected order {1} to be placed once, found it again")]
    Order(Seq, OrderId),
    /// `EpochClosed` and the mark of a closing epoch belong together.
    #[error("up log: expected EpochClosed at the end of a closing epoch and nowhere else, found otherwise")]
    Closing,
    /// Stock or entries without an epoch.
    #[error("expected an epoch, found stock or log entries without one")]
    NoEpoch,
}

impl Edge {
    /// Takes up where the disk is. Sells nothing before the allocator has answered its hello.
    ///
    /// # Errors
    /// [`RecoverError`] where the records contradict each other.
    pub fn recover(identity: Identity, mut image: Image) -> Result<Self, RecoverError> {
        check_shelves(&image)?;
        check_log(&image)?;
        let mark = image.up_mark();
        let beyond: Vec<(Seq, UpRecord)> = image.up().map(|(seq, record)| (seq, record.clone())).collect();
        let mut orders = Orders::recover(image.take_orders());
        let shoppers = Shoppers::recover(&mut orders);
        let credits = credits(&image, &beyond, &orders)?;
        let up = logs(mark, &beyond, &orders)?;
        let mut edge = Self {
            connection: Connection::new(identity.boot),
            identity,
            now: Timestamp(0),
            clock: Timestamp(0),
            up: UpLog::recover(up, mark),
            meta: image.meta,
            shelves: image.shelves,
            orders,
            sales: Sales::recover(image.sales),
            shoppers,
            credits,
            words: BTreeMap::new(),
            parked: Parked::default(),
            waiting: Waiting::default(),
            demand: Demand::default(),
            queue: Queue::default(),
            views: Views::default(),
            guidance: BTreeMap::new(),
            addresses: Vec::new(),
            park_ms_max: PARK_MS_MAX,
            standing: Standing::Unanswered,
            site: SiteVersion(0),
            fetching: None,
            has_room: true,
            shown: Shown::default(),
            staged: Staged::default(),
            in_flight: None,
            durable: crate::staged::Mark::default(),
            last_batch: BatchId::default(),
            commands: VecDeque::new(),
        };
        edge.durable = edge.mark();
        // The first W units beyond the watermark may have been acknowledged before the restart: they are now.
        edge.acknowledge_all();
        edge.show_sales();
        Ok(edge)
    }
}

fn check_shelves(image: &Image) -> Result<(), RecoverError> {
    for (sku, shelf) in &image.shelves {
        let is_right = if image.meta.closing { shelf.on_hand.is_zero() } else { shelf.balances() };
        if !is_right {
            return Err(RecoverError::Shelf(sku.clone(), shelf.clone()));
        }
    }
    let is_empty = image.shelves.is_empty() && image.log.is_empty();
    if image.meta.epoch.is_none() && !is_empty { Err(RecoverError::NoEpoch) } else { Ok(()) }
}

/// Every epoch's log is there from its first entry: an order that is not in it is lost.
fn check_log(image: &Image) -> Result<(), RecoverError> {
    let mut expected = (Epoch(0), Seq(1));
    for (epoch, seq) in image.log.keys() {
        if *epoch != expected.0 {
            expected = (*epoch, Seq(1));
        }
        if *seq != expected.1 {
            return Err(RecoverError::Gap(*epoch, expected.1, *seq));
        }
        expected.1 = expected.1.next();
    }
    let now = image.meta.epoch.unwrap_or_default();
    if expected.0 > now {
        return Err(RecoverError::LaterEpoch(now, expected.0));
    }
    let tail = if expected.0 == now { expected.1 } else { Seq(1) };
    if image.meta.up_taken >= tail {
        return Err(RecoverError::Watermark(image.meta.up_taken, tail));
    }
    check_statuses(image)?;
    check_end(image)
}

fn check_statuses(image: &Image) -> Result<(), RecoverError> {
    let is_order = |at| matches!(image.log.get(at), Some(UpRecord { entry: UpEntry::OrderPlaced(_), .. }));
    match image.statuses.keys().find(|at| !is_order(*at)) {
        Some((epoch, seq)) => Err(RecoverError::Status(*epoch, *seq)),
        None => Ok(()),
    }
}

fn check_end(image: &Image) -> Result<(), RecoverError> {
    let last = image.up().next_back().map(|(seq, _)| seq);
    for (seq, record) in image.up() {
        let is_end = record.entry == UpEntry::EpochClosed;
        if is_end != (last == Some(seq) && image.meta.closing) {
            return Err(RecoverError::Closing);
        }
    }
    Ok(())
}

/// Follows the totals from the watermark to the shelf, and finds what the ledger has taken in of each SKU.
fn credits(image: &Image, beyond: &[(Seq, UpRecord)], orders: &Orders) -> Result<BTreeMap<Sku, Credit>, RecoverError> {
    let mut credits: BTreeMap<Sku, Credit> = image
        .shelves
        .iter()
        .map(|(sku, shelf)| (sku.clone(), Credit { taken_in: shelf.sold, queue: VecDeque::new() }))
        .collect();
    let mut later: BTreeMap<Sku, (Units, Units)> =
        image.shelves.iter().map(|(sku, shelf)| (sku.clone(), (shelf.sold, shelf.returned))).collect();
    for &(seq, ref record) in beyond.iter().rev() {
        let Some(sku) = record.sku() else { continue };
        let wrong = || RecoverError::Totals(seq, sku.clone());
        let totals = later.get_mut(sku).ok_or_else(wrong)?;
        let before = before(record).ok_or_else(wrong)?;
        if *totals != (record.sold, record.returned) {
            return Err(wrong());
        }
        *totals = before;
        let credit = credits.get_mut(sku).ok_or_else(wrong)?;
        credit.taken_in = before.0;
        if let UpEntry::OrderPlaced(placed) = &record.entry {
            let order = slot_of(seq, placed, orders)?;
            if orders.at(order).status == OrderStatus::Pending {
                credit.queue.push_front(Placed { seq, order, sold: record.sold });
            }
        }
    }
    Ok(credits)
}

/// A record's totals before its own entry.
fn before(record: &UpRecord) -> Option<(Units, Units)> {
    match &record.entry {
        UpEntry::OrderPlaced(order) => Some((record.sold.checked_sub(order.units)?, record.returned)),
        UpEntry::StockReturned { units, .. } => Some((record.sold, record.returned.checked_sub(*units)?)),
        UpEntry::EpochClosed => None,
    }
}

fn logs(mark: LogMark, beyond: &[(Seq, UpRecord)], orders: &Orders) -> Result<VecDeque<Logged>, RecoverError> {
    let mut digest = mark.digest;
    let entry = |(seq, record): &(Seq, UpRecord)| {
        digest = digest.then(&record.entry);
        logged(*seq, record, digest, orders)
    };
    beyond.iter().map(entry).collect()
}

fn logged(seq: Seq, record: &UpRecord, digest: LogDigest, orders: &Orders) -> Result<Logged, RecoverError> {
    let entry = match &record.entry {
        UpEntry::OrderPlaced(placed) => LoggedEntry::Placed(slot_of(seq, placed, orders)?),
        UpEntry::StockReturned { sku, units } => LoggedEntry::Returned { sku: sku.clone(), units: *units },
        UpEntry::EpochClosed => LoggedEntry::Closed,
    };
    Ok(Logged { entry, sold: record.sold, returned: record.returned, digest })
}

/// The order of an entry beyond the watermark: nothing has taken its id since.
fn slot_of(seq: Seq, placed: &OrderPlaced, orders: &Orders) -> Result<Slot, RecoverError> {
    let slot = orders.find(placed.order).filter(|slot| orders.at(*slot).seq == seq);
    slot.ok_or(RecoverError::Order(seq, placed.order))
}
