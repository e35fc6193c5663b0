//! What edge and allocator say to each other: ids, quantities, log entries, messages, and their wire form.
//!
//! Owns the words of the contract and the checks at its border: a value of these types is well formed, and never
//! checked again. Holds no state, and does no I/O.

mod availability;
mod convert;
mod down;
mod ids;
mod log_mark;
mod message;
mod numbers;
mod order;
mod sale;
mod units;
mod up;

/// The generated messages and, with the feature `grpc`, the stubs of `link.proto`.
#[allow(
    missing_docs,
    clippy::pedantic,
    clippy::allow_attributes_without_reason,
    unreachable_pub,
    reason = "generated code"
)]
pub mod wire {
    include!(concat!(env!("OUT_DIR"), "/doorbuster.v1.rs"));
}

pub use availability::Availability;
pub use convert::Malformed;
pub use down::{DownBatch, DownEntry, DownTotal};
pub use ids::{BadId, BootId, DiskId, EdgeId, IdempotencyKey, Instance, SaleId, ShopperId, Sku, SkuCode};
pub use log_mark::{LogDigest, LogMark};
pub use message::{
    AllocatorBody, EdgeAddress, EdgeBody, EdgeStock, FromAllocator, FromEdge, Hello, Level, LevelBooks, Published,
    Refused, RefusedReason, Session, SkuGuidance, Welcome, Word, untold_low_water,
};
pub use numbers::{Commit, Epoch, Seq, SiteVersion, Term, Timestamp};
pub use order::{OrderId, OrderState, Verdict};
pub use sale::{ItemRules, SaleRules};
pub use units::{Units, UnitsError};
pub use up::{OrderPlaced, OrderVerdict, UpBatch, UpEntry, UpTaken, UpTotal};

/// The most log entries that one batch may carry, either way.
pub const BATCH_ENTRIES_MAX: usize = 4_096;
/// The most edges that guidance names for one SKU.
pub const GUIDED_EDGES_MAX: usize = 8;
/// The most bytes that one message may have on the wire.
pub const MESSAGE_BYTES_MAX: usize = 4 << 20;
