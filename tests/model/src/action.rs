//! What can happen next.

use doorbuster_allocator_core::Connection;
use doorbuster_proto::{EdgeId, Epoch, OrderId, Sku, Units};

/// One step of a world. Processes, wishes and messages go by their place in their list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Action {
    /// A shopper asks an edge.
    Ask { wish: usize, node: usize },
    /// All that is under way to the allocator on a stream arrives.
    DeliverUp { connection: Connection },
    /// All that is under way to the edge arrives.
    DeliverDown { connection: Connection },
    /// An edge's batch is on the disk.
    Sync { node: usize },
    /// The allocator's oldest batch is.
    SyncLedger,
    /// An edge opens a stream.
    Connect { node: usize },
    /// The allocator learns that an edge has left.
    LearnOfBreak { connection: Connection },
    /// A stream breaks once so many of the messages to the edge have arrived; the others are lost, both ways.
    Break { connection: Connection, arrived: usize },
    /// A message to the allocator is copied.
    CopyUp { connection: Connection, at: usize },
    /// A message to an edge is copied.
    CopyDown { connection: Connection, at: usize },
    /// A copy comes up.
    Stray { at: usize },
    /// An edge's machine dies; of its unsynced batches the oldest so many stay.
    Crash { node: usize, kept: usize },
    /// An edge's disk is lost.
    Wipe { node: usize },
    /// An edge's disk is noted.
    Keep { node: usize },
    /// An edge's disk is set back to what was noted.
    RollBack { node: usize },
    /// A second process starts on a copy of an edge's disk.
    Clone { node: usize },
    /// The allocator's machine dies; of its unsynced batches the oldest so many stay.
    FailOver { kept: usize },
    /// The ledger is backed up.
    Backup,
    /// The ledger is as it was backed up.
    Restore,
    /// Time passes for an edge.
    Timer { node: usize },
    /// Time passes for the allocator.
    LedgerTimer,
    /// An operator evicts an edge.
    Evict { edge: EdgeId },
    /// An operator writes off what an epoch has in quarantine.
    WriteOff { edge: EdgeId, epoch: Epoch },
    /// An operator cancels an order.
    Cancel { order: OrderId },
    /// An operator closes the sale.
    Close,
    /// An operator sets a supply that is higher.
    Raise { sku: Sku, supply: Units },
    /// An operator sets a supply that is lower.
    Lower { sku: Sku, supply: Units },
}
