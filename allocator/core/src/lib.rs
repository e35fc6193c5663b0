//! The allocator, pure: the ledger of every unit, the epochs of every edge, the orders' life, and who gets how much.
//!
//! A state machine that its shell drives: inputs are `handle_*` methods that take `now`, outputs are [`Command`]s that
//! the shell drains after each turn. Whatever promises something leaves only after its [`Command::Persist`] came back
//! as [`Allocator::handle_persisted`]. Never reads a clock, a disk or a socket.

mod allocator;
mod change;
mod command;
mod demand_by_edge;
mod epochs;
mod image;
mod ledger;
mod operator;
mod order;
mod policy;
mod report;
mod sale;
mod settings;
mod snapshot;
mod weights;

pub use allocator::{Allocator, RecoverError};
pub use change::Change;
pub use command::{BatchId, Command, Connection};
pub use demand_by_edge::DemandByEdge;
pub use epochs::{Book, EpochHead, Phase, Total};
pub use image::{Count, Counts, Image, Judged, Orders, OrdersTaken, Write};
pub use ledger::{Account, JournalRecord, Stock, Terms, Transfer, Violation};
pub use operator::{Difference, Operator, Outcome, Refusal, RequestId};
pub use order::{CancelReason, LedgerOrder};
pub use policy::{EdgeView, Move, Policy, Rate, SkuView, Told};
pub use report::{Report, SkuReport};
pub use sale::{ItemDefinition, Sale, SaleDefinition, SaleStage};
pub use settings::{EdgeSettings, Settings};
pub use snapshot::{
    AlertSnapshot, EdgeSnapshot, EdgeState, EscrowSnapshot, QuarantineSnapshot, SaleSnapshot, SaleState, SkuSnapshot,
    Snapshot,
};
pub use weights::Weights;

/// How often the allocator's heartbeat goes to a part of the sessions. It repeats some of the words.
pub const HEARTBEAT_MS: u64 = 500;
/// A heartbeat is for one in so many sessions, each in turn.
pub const HEARTBEAT_PARTS: u64 = 4;
/// An edge that was not heard for so long is shown as away.
pub const AWAY_MS: u64 = 3_500;
/// How long a process may take to answer that it lives, when another says hello with its disk.
pub const CHALLENGE_MS_MAX: u64 = 2_000;
/// So long before the start of a sale that expects demand by page views they are counted up, in milliseconds: the latest words
/// count, and there is time for what is on the wrong edge to be moved.
pub const VIEWS_COUNTED_MS: u64 = 5_000;
/// One recall of a SKU from an edge is outstanding for so long, where a policy does not go by its round trip.
pub const RECALL_MS: u64 = 200;
/// The most alerts that the snapshot keeps.
pub const ALERTS_MAX: usize = 100;
/// The most sales that are not settled.
pub const SALES_MAX: usize = 1_024;
/// The most that one edge weighs against the others.
pub const WEIGHT_MAX: u32 = 1_000_000;
/// The most items of one sale.
pub const ITEMS_MAX: usize = 1_024;
/// The most settled sales that edges go on showing.
pub const SETTLED_SHOWN_MAX: usize = 16;
/// An edge with so many down entries unconfirmed is granted nothing more.
pub const DOWN_UNCONFIRMED_MAX: usize = 4_096;
