//! Where each unit of a SKU went. Units are alike, and no store numbers them: here the first unit of the supply is number
//! 1, and of any account those that came first leave first, but for a cancelled order, which gives its own back. The sums are the journal's; only who is who is a convention.

use std::collections::{BTreeMap, VecDeque};

use doorbuster_allocator_core::{Account, JournalRecord, LedgerOrder};
use doorbuster_proto::{EdgeId, Epoch, OrderId, Seq, Sku};
use serde::{Serialize, Serializer};

use super::invariants::took_units;
use super::journal::Cause;
use super::stores::Ledger;

/// Units by their numbers, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Range {
    /// The first.
    pub first: u64,
    /// The last.
    pub last: u64,
}

/// Units that went from one account to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The journal's record, by its place.
    pub record: usize,
    /// From where.
    pub from: Account,
    /// To where.
    pub to: Account,
    /// Which.
    pub units: Vec<Range>,
}

/// The way of every unit of one SKU.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trace {
    /// In the order of the journal.
    pub steps: Vec<Step>,
    /// Where they are now.
    pub now: BTreeMap<Account, Vec<Range>>,
    /// How many units were ever issued; those that a lowered supply took away are back in the account "supply".
    pub issued: u64,
    /// What each order took when it was taken in.
    pub orders: BTreeMap<OrderId, Vec<Range>>,
}

/// The orders of a SKU that took units, by where they came from.
type Placed<'a> = BTreeMap<(&'a EdgeId, Epoch), BTreeMap<Seq, &'a LedgerOrder>>;

impl Range {
    /// The units that both have.
    pub fn within(self, other: Self) -> Option<Self> {
        let (first, last) = (self.first.max(other.first), self.last.min(other.last));
        (first <= last).then_some(Self { first, last })
    }

    /// How many.
    pub fn count(self) -> u64 {
        self.last - self.first + 1
    }
}

impl std::fmt::Display for Range {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.first == self.last { write!(f, "{}", self.first) } else { write!(f, "{}-{}", self.first, self.last) }
    }
}

impl Serialize for Range {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl Trace {
    /// Follows a SKU through the journal.
    pub fn of(sku: &Sku, ledger: &Ledger) -> Self {
        let mut trace = Self::default();
        let mut queues: BTreeMap<Account, VecDeque<Range>> = BTreeMap::new();
        let placed = placed(sku, ledger);
        for (at, record) in ledger.journal.iter().enumerate() {
            for transfer in record.transfers.iter().filter(|transfer| transfer.sku == *sku) {
                let count = transfer.units.get();
                let units = match transfer.from {
                    Account::Supply => {
                        trace.issued += count;
                        vec![Range { first: trace.issued - count + 1, last: trace.issued }]
                    }
                    Account::Sold => trace.cancelled(record, queues.entry(Account::Sold).or_default(), count),
                    _ => take(queues.entry(transfer.from.clone()).or_default(), count),
                };
                if transfer.to == Account::Sold {
                    trace.sold(record, &placed, &units);
                }
                put(queues.entry(transfer.to.clone()).or_default(), &units);
                trace.steps.push(Step { record: at, from: transfer.from.clone(), to: transfer.to.clone(), units });
            }
        }
        let held = queues.into_iter().filter(|(_, queue)| !queue.is_empty());
        trace.now = held.map(|(account, queue)| (account, sorted(queue))).collect();
        trace
    }

    /// Hands the units of a batch to its orders, in log order.
    fn sold(&mut self, record: &JournalRecord, placed: &Placed<'_>, units: &[Range]) {
        let Some(Cause::Entries { edge, epoch, first, last }) = Cause::of(record) else { return };
        let Some(entries) = placed.get(&(&edge, epoch)) else { return };
        let mut units: VecDeque<Range> = units.iter().copied().collect();
        for order in entries.range(first..=last).map(|(_, order)| order) {
            // A batch may take from two accounts, so that an order gets its units in two steps.
            let theirs = self.orders.entry(order.id).or_default();
            let lacks = order.units.get() - count(theirs);
            theirs.extend(take(&mut units, lacks));
        }
    }

    /// A cancelled order gives back its own units.
    fn cancelled(&self, record: &JournalRecord, sold: &mut VecDeque<Range>, count: u64) -> Vec<Range> {
        match Cause::of(record) {
            Some(Cause::Cancellation(order)) if self.orders.contains_key(&order) => {
                let units = self.orders[&order].clone();
                *sold = sold.iter().flat_map(|range| without(*range, &units)).collect();
                units
            }
            _ => take(sold, count),
        }
    }
}

fn placed<'a>(sku: &Sku, ledger: &'a Ledger) -> Placed<'a> {
    let mut placed = Placed::new();
    for order in ledger.image.orders.values().filter(|order| order.sku == *sku && took_units(order)) {
        placed.entry((&order.edge, order.epoch)).or_default().insert(order.seq, order);
    }
    placed
}

/// How many units.
pub(super) fn count(units: &[Range]) -> u64 {
    units.iter().copied().map(Range::count).sum()
}

/// The units that both have.
pub(super) fn common(units: &[Range], wanted: &[Range]) -> Vec<Range> {
    units.iter().flat_map(|range| wanted.iter().filter_map(|other| range.within(*other))).collect()
}

/// So many units from the front. A journal that takes more than there is (which invariant 1 tells) gives what there is.
pub(super) fn take(queue: &mut VecDeque<Range>, mut count: u64) -> Vec<Range> {
    let mut taken = Vec::new();
    while let Some(range) = queue.front_mut().filter(|_| count > 0) {
        let part = range.count().min(count);
        taken.push(Range { first: range.first, last: range.first + part - 1 });
        count -= part;
        if part == range.count() {
            queue.pop_front();
        } else {
            range.first += part;
        }
    }
    taken
}

fn put(queue: &mut VecDeque<Range>, units: &[Range]) {
    for range in units {
        match queue.back_mut().filter(|last| last.last + 1 == range.first) {
            Some(last) => last.last = range.last,
            None => queue.push_back(*range),
        }
    }
}

/// What is left of a range.
fn without(range: Range, units: &[Range]) -> Vec<Range> {
    let mut left = vec![range];
    for gone in units {
        left = left.into_iter().flat_map(|range| cut(range, *gone)).collect();
    }
    left
}

fn cut(range: Range, gone: Range) -> impl Iterator<Item = Range> {
    let before = Range { first: range.first, last: range.last.min(gone.first - 1) };
    let after = Range { first: range.first.max(gone.last + 1), last: range.last };
    let parts = if range.within(gone).is_some() { [Some(before), Some(after)] } else { [Some(range), None] };
    parts.into_iter().flatten().filter(|range| range.first <= range.last)
}

fn sorted(queue: VecDeque<Range>) -> Vec<Range> {
    let mut units = Vec::from(queue);
    units.sort_unstable();
    let mut joined = VecDeque::new();
    put(&mut joined, &units);
    joined.into()
}

#[cfg(test)]
mod tests {
    use doorbuster_allocator_core::Transfer;
    use doorbuster_proto::{Commit, Timestamp, Units};

    use super::*;

    fn range(first: u64, last: u64) -> Range {
        Range { first, last }
    }

    #[test]
    fn who_came_first_leaves_first() {
        let sku = Sku { sale: "s".parse().unwrap(), code: "a".parse().unwrap() };
        let escrow = Account::Escrow("edge-1".parse().unwrap(), Epoch(1));
        let moves = [
            (Account::Supply, Account::Pool, 10),
            (Account::Pool, escrow.clone(), 4),
            (escrow.clone(), Account::Sold, 1),
            (escrow.clone(), Account::Pool, 2),
            (Account::Pool, escrow.clone(), 8),
        ];
        let record = |(from, to, units)| {
            let transfer = Transfer { sku: sku.clone(), from, to, units: Units::new(units).unwrap() };
            let (who, why) = (String::new(), String::new());
            JournalRecord { commit: Commit(1), index: 0, at: Timestamp(0), who, why, transfers: vec![transfer] }
        };
        let journal: Vec<_> = moves.into_iter().map(record).collect();
        let trace = Trace::of(&sku, &Ledger { journal, ..Ledger::default() });
        assert_eq!(trace.steps[3].units, [range(2, 3)]);
        assert_eq!(trace.steps[4].units, [range(5, 10), range(2, 3)]);
        assert_eq!(trace.now[&Account::Sold], [range(1, 1)]);
        assert_eq!(trace.now[&escrow], [range(2, 10)]);
        assert_eq!(without(range(2, 10), &[range(4, 5), range(9, 12)]), [range(2, 3), range(6, 8)]);
    }
}
