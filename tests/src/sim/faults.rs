//! What goes wrong, and how it is put right again.

mod supply;

use std::collections::BTreeSet;

use doorbuster_allocator_core::Operator;

use super::plan::SKEW_MS_MAX;
use super::world::{Event, World};

/// The longest that a process stands still.
const PAUSE_MS_MAX: u64 = 5_000;

/// A fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// An edge's machine dies, with its unsynced writes, and starts again.
    EdgeCrash,
    /// The allocator's does.
    AllocatorCrash,
    /// An edge is cut off from the allocator for a while.
    Partition,
    /// A stream breaks.
    Disconnect,
    /// An edge's process stands still for a while.
    EdgePause,
    /// The allocator's does.
    AllocatorPause,
    /// An edge comes back with an empty disk.
    DiskLost,
    /// An edge comes back with an older state of its disk.
    DiskSetBack,
    /// An edge's disk is nearly full for a while.
    DiskFull,
    /// A clock jumps.
    ClockJump,
    /// An operator evicts an edge.
    Eviction,
    /// A message of a broken stream comes up again.
    Stray,
    /// An operator cancels an order.
    Cancellation,
    /// An operator finds more units.
    SupplyRaised,
    /// An operator finds fewer, or fewer than are left.
    SupplyLowered,
    /// An operator has an item sold by other edges.
    Replacement,
}

impl Fault {
    /// Each kind, once.
    pub fn kinds() -> BTreeSet<Self> {
        Self::ALL.into()
    }

    /// All of them; those that come often stand here twice.
    const ALL: [Self; 21] = [
        Self::EdgeCrash,
        Self::EdgeCrash,
        Self::AllocatorCrash,
        Self::Partition,
        Self::Partition,
        Self::Disconnect,
        Self::Disconnect,
        Self::EdgePause,
        Self::AllocatorPause,
        Self::DiskLost,
        Self::DiskSetBack,
        Self::DiskFull,
        Self::ClockJump,
        Self::Eviction,
        Self::Stray,
        Self::Stray,
        Self::Cancellation,
        Self::SupplyRaised,
        Self::SupplyLowered,
        Self::SupplyLowered,
        Self::Replacement,
    ];
}

impl World {
    /// Something goes wrong.
    pub(super) fn fail(&mut self) {
        let fault = *self.dice.one_of(&Fault::ALL);
        let edge = usize::try_from(self.dice.below(self.edges.len() as u64)).expect("it is small");
        if self.inflict(fault, edge) {
            self.report.fault(fault);
        }
        let next = 1 + self.dice.below(2 * self.plan.fault_every_ms);
        self.after(next, Event::Fault);
    }

    fn inflict(&mut self, fault: Fault, edge: usize) -> bool {
        match fault {
            Fault::EdgeCrash => self.crash_edge(edge),
            Fault::AllocatorCrash => self.crash_allocator(),
            Fault::Partition => self.cut_off(edge),
            Fault::Disconnect => self.break_stream(edge),
            Fault::EdgePause => {
                let until = self.now.after_ms(self.dice.within(10..PAUSE_MS_MAX));
                self.edges[edge].process.pause(until);
                true
            }
            Fault::AllocatorPause => {
                let until = self.now.after_ms(self.dice.within(10..PAUSE_MS_MAX));
                self.allocator.process.pause(until);
                true
            }
            Fault::DiskLost => self.plan.loses_disks && self.lose_disk(edge),
            Fault::DiskSetBack => self.plan.loses_disks && self.set_disk_back(edge),
            Fault::DiskFull => self.fill_disk(edge),
            Fault::ClockJump => {
                self.edges[edge].process.skew_ms = self.dice.below(2 * SKEW_MS_MAX);
                true
            }
            Fault::Eviction => self.evict(edge),
            Fault::Stray => self.stray(),
            Fault::Cancellation => self.cancel(),
            Fault::SupplyRaised => self.raise_supply(),
            Fault::SupplyLowered => self.lower_supply(),
            Fault::Replacement => self.place_elsewhere(),
        }
    }

    fn crash_edge(&mut self, edge: usize) -> bool {
        if !self.edges[edge].process.up {
            return false;
        }
        self.leave_stream(edge);
        self.edges[edge].crash(&mut self.dice);
        self.forget_waiters(edge);
        let away = self.dice.within(5..3_000);
        self.after(away, Event::Start { edge });
        true
    }

    fn crash_allocator(&mut self) -> bool {
        if !self.allocator.process.up {
            return false;
        }
        self.allocator.crash(&mut self.dice);
        for edge in 0..self.edges.len() {
            self.lose_allocator(edge);
        }
        let away = self.dice.within(5..3_000);
        self.after(away, Event::StartAllocator);
        true
    }

    fn cut_off(&mut self, edge: usize) -> bool {
        if self.edges[edge].cut_off {
            return false;
        }
        self.edges[edge].cut_off = true;
        self.break_stream(edge);
        let lasts = self.dice.within(50..8_000);
        self.after(lasts, Event::Heal { edge });
        true
    }

    fn lose_disk(&mut self, edge: usize) -> bool {
        if !self.crash_edge(edge) {
            return false;
        }
        let node = &self.edges[edge];
        self.shoppers.disk_lost(node.disk_id);
        self.edges[edge].lose_disk();
        true
    }

    /// Every other time the present state is kept for later.
    fn set_disk_back(&mut self, edge: usize) -> bool {
        let Some(kept) = self.edges[edge].kept.take() else {
            self.edges[edge].kept = Some(self.edges[edge].disk.synced().clone());
            return false;
        };
        if !self.crash_edge(edge) {
            return false;
        }
        let node = &mut self.edges[edge];
        node.disk.set_back(kept);
        node.set_back = true;
        self.shoppers.disk_lost(node.disk_id);
        true
    }

    fn fill_disk(&mut self, edge: usize) -> bool {
        if std::mem::replace(&mut self.edges[edge].is_full, true) {
            return false;
        }
        self.look_for_room(edge);
        let lasts = self.dice.within(50..8_000);
        self.after(lasts, Event::DiskHasRoom { edge });
        true
    }

    fn evict(&mut self, edge: usize) -> bool {
        let operator = Operator::Evict { edge: self.edges[edge].name.clone() };
        self.operate(operator);
        true
    }

    fn cancel(&mut self) -> bool {
        let orders: Vec<_> = self.allocator.core.image().orders.values().map(|order| order.id).collect();
        if orders.is_empty() {
            return false;
        }
        let order = *self.dice.one_of(&orders);
        self.operate(Operator::CancelOrder { order });
        true
    }

    fn stray(&mut self) -> bool {
        if self.dice.chance(50) {
            let Some((connection, edge, message)) = self.network.strays_to_edges.pop() else { return false };
            // A stream is in order while it lasts: what comes up after what was lost is of a stream that is gone here, too.
            if self.edges[edge].connection == Some(connection) {
                return false;
            }
            self.hand_to_edge(edge, message);
        } else {
            let Some((edge, message)) = self.network.strays_to_allocator.pop() else { return false };
            self.hand_stray_to_allocator(edge, message);
        }
        true
    }
}
