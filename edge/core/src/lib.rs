//! The pure heart of an edge: its stock, its orders, its two log ends, its credit.
//!
//! Inputs are the `handle_*` methods of [`Edge`]; they change state in memory and queue commands. The shell drains
//! [`Edge::next_command`], executes each [`Command::Persist`] in one atomic write, and reports it with
//! [`Edge::handle_persisted`]. Whatever promises something leaves only after its write is durable.
//!
//! Never reads a clock, a disk or a socket, and has no threads: the same inputs give the same commands.

mod acknowledge;
mod availability;
mod chunks;
mod closing;
mod command;
mod down_log;
mod epochs;
mod guidance;
mod image;
mod levels;
mod node;
mod orders;
mod parked;
mod persisted;
mod place;
mod purchase;
mod queue;
mod recover;
mod room;
mod sales;
mod session;
mod shelf;
mod shoppers;
mod staged;
mod timeouts;
mod up_log;
mod views;
mod waiting;
mod words;
mod write;

pub use command::{BatchId, Command, HangUpReason, ShownSale};
pub use image::{Image, Meta, Sale};
pub use node::{Edge, Identity};
pub use orders::{CancelledBecause, Order, OrderStatus, OrderView};
pub use purchase::{Answer, Chance, Purchase, Refusal, Waiter};
pub use recover::RecoverError;
pub use session::SessionState;
pub use shelf::Shelf;
pub use up_log::UpRecord;
pub use write::Write;

/// The most units of a SKU that may be placed and not yet taken in by the ledger, while the session is live.
pub const IN_FLIGHT_UNITS_MAX: u64 = 16_384;
/// The most entries of the up log that the ledger has not taken in; beyond, purchases are answered `Queueing`.
pub const IN_FLIGHT_ENTRIES_MAX: u64 = 65_536;
/// The most batches of the up log sent and not answered; beyond, entries gather into larger batches.
pub const UP_BATCHES_IN_FLIGHT_MAX: usize = 8;
/// The longest that a request waits at an empty shelf before it is answered `Queueing`, where nothing else is configured.
pub const PARK_MS_MAX: u64 = 800;
/// The most requests parked at one SKU; beyond, `Queueing` at once.
pub const PARKED_MAX: usize = 4_096;
/// The most purchases of a SKU that are counted as waiting.
pub const QUEUED_MAX: usize = 65_536;
/// A purchase counts as waiting for so long after its last answer.
pub const QUEUED_MS: u64 = 1_500;
/// The longest that a shopper waits for an acknowledgement before `Pending`.
pub const ACKNOWLEDGE_MS_MAX: u64 = 2_000;
/// The most requests that wait for one order; beyond, `Pending` at once, or `Queueing` while the order is not durable.
pub const WAITERS_PER_ORDER_MAX: usize = 16;
/// The most requests that wait for acknowledgements; beyond, `Queueing` or `Pending` at once.
pub const WAITERS_MAX: usize = 65_536;
/// How often an edge tells the levels that have changed.
pub const HEARTBEAT_MS: u64 = 500;
/// Where nothing has changed, it says that it is there so long after its last word at the latest.
pub const REST_MS: u64 = 2_500;
/// It rather says so when it hears the allocator, from so long after its last word on: many edges then speak at one moment, and
/// wake the allocator once.
pub const REST_MS_MIN: u64 = 1_500;
/// How often it tells all levels, changed or not: this, and up to twice as seldom, by its boot.
pub const ALL_LEVELS_MS: u64 = 15_000;
/// An edge whose shelf has come to its low-water mark asks for more where its log has not said so within so many milliseconds:
/// its disk is slow, or the ledger.
pub const LOG_LATE_MS: u64 = 10;
/// The least time between two notices of levels.
pub const LEVELS_MS_MIN: u64 = 10;
/// After so long without a word of the allocator the edge hangs up.
pub const SILENCE_MS_MAX: u64 = 4_000;
/// When a shopper who met an empty shelf should ask again: this, and up to a quarter less or more.
pub const QUEUEING_RETRY_MS: u64 = 500;
/// When a shopper with a pending order should ask again.
pub const PENDING_RETRY_MS: u64 = 500;
