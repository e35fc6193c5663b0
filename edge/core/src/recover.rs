//! From the disk's records to a state that can go on; records that contradict each other are refused.

use std::collections::{BTreeMap, VecDeque};

use doorbuster_proto::{OrderId, OrderPlaced, Seq, SiteVersion, Sku, Timestamp, Units, UpEntry};

use crate::acknowledge::{Credit, Placed};
use crate::availability::Shown;
use crate::levels::Demand;
use crate::node::Edge;
use crate::orders::{Orders, Place};
use crate::parked::Parked;
use crate::sales::Sales;
use crate::session::{Connection, Standing};
use crate::shoppers::Shoppers;
use crate::staged::Staged;
use crate::up_log::{Logged, LoggedEntry, UpLog};
use crate::waiting::Waiting;
use crate::{BatchId, Identity, Image, OrderStatus, Shelf, UpRecord};

/// Why a disk's records cannot be trusted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecoverError {
    /// A shelf whose books do not add up.
    #[error("{0}: expected shelf = granted - sold - returned, found {1:?}")]
    Shelf(Sku, Shelf),
    /// A hole in the up log.
    #[error("up log: expected entry {0}, found {1}")]
    Gap(Seq, Seq),
    /// Totals of an entry that do not follow from those before it.
    #[error("up log: entry {0} of {1}: expected totals that follow from the entry before and end at the shelf's")]
    Totals(Seq, Sku),
    /// Two entries of one order, neither of which the ledger has judged.
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
        let beyond: Vec<(Seq, UpRecord)> = image.up().map(|(seq, record)| (seq, record.clone())).collect();
        let mut orders = Orders::recover(image.take_orders());
        let shoppers = Shoppers::recover(&mut orders);
        let credits = credits(&image, &beyond, &orders)?;
        let up = beyond.iter().map(|(seq, record)| logged(*seq, record, &orders)).collect::<Result<_, _>>()?;
        let mut edge = Self {
            connection: Connection::new(identity.boot),
            identity,
            now: Timestamp(0),
            clock: Timestamp(0),
            up: UpLog::recover(up, image.meta.up_taken),
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
            standing: Standing::Unanswered,
            site: SiteVersion(0),
            fetching: None,
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
    let is_empty = image.shelves.is_empty() && image.up().next().is_none();
    if image.meta.epoch.is_none() && !is_empty { Err(RecoverError::NoEpoch) } else { Ok(()) }
}

fn check_log(image: &Image) -> Result<(), RecoverError> {
    let mut expected = image.meta.up_taken.next();
    let last = image.up().next_back().map(|(seq, _)| seq);
    for (seq, record) in image.up() {
        if seq != expected {
            return Err(RecoverError::Gap(expected, seq));
        }
        expected = expected.next();
        let is_last = last == Some(seq);
        let is_end = record.entry == UpEntry::EpochClosed;
        if is_end != (is_last && image.meta.closing) {
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
            let order = place(seq, placed, orders)?;
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

fn logged(seq: Seq, record: &UpRecord, orders: &Orders) -> Result<Logged, RecoverError> {
    let entry = match &record.entry {
        UpEntry::OrderPlaced(placed) => LoggedEntry::Placed(place(seq, placed, orders)?),
        UpEntry::StockReturned { sku, units } => LoggedEntry::Returned { sku: sku.clone(), units: *units },
        UpEntry::EpochClosed => LoggedEntry::Closed,
    };
    Ok(Logged { entry, sold: record.sold, returned: record.returned })
}

/// The order of an entry beyond the watermark: nothing has taken its id since.
fn place(seq: Seq, placed: &OrderPlaced, orders: &Orders) -> Result<Place, RecoverError> {
    let place = orders.find(placed.order).filter(|place| orders.at(*place).seq == seq);
    place.ok_or(RecoverError::Order(seq, placed.order))
}
