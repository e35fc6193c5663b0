//! The stock that this edge sells itself: one owner thread, one store, one bounded queue.
//!
//! Owns the core, its disk and its time. All that matters is changed by the owner thread alone; everyone else reads the
//! board and the figures, or asks through [`Stock`].

mod board;
mod desk;
mod figures;
mod guidance;
mod handle;
mod link_ends;
mod meters;
mod owner;
mod queue;
mod shared;
pub mod store;
#[cfg(test)]
mod tests;
mod waiters;

use std::path::PathBuf;

pub use doorbuster_edge_core::{
    Answer, CancelledBecause, Chance, OrderStatus, OrderView, Purchase, Refusal, SessionState, Shelf,
};
use doorbuster_edge_core::{Edge, Identity};
use doorbuster_proto::{BootId, EdgeId};

pub use self::board::Board;
pub use self::figures::Figures;
pub use self::guidance::Guidance;
pub use self::handle::{Busy, Stock};
pub use self::link_ends::{Full, LinkEnds, LinkInput, Outbox, OutboxReader};
pub use self::owner::OwnerHandle;
pub use self::store::Store;

/// The most purchases that wait for the owner, and as many other requests; beyond, [`Busy`].
pub const OWNER_QUEUE_MAX: usize = 16_384;
/// The most messages of the allocator that wait for the owner; beyond, the link hangs up and resumes.
pub const LINK_INBOX_MAX: usize = 1_024;
/// The most messages that wait for the link; beyond, the owner hangs up.
pub const LINK_OUTBOX_MAX: usize = 1_024;
/// With so many requests decided a turn takes no more, and writes. One thread hands over fewer than this at once, so that
/// a turn has less than twice as many.
pub const TURN_REQUESTS_MAX: usize = 4_096;
/// The most orders that a shopper is shown, newest first.
pub const ORDERS_SHOWN_MAX: usize = 100;
/// How long a drain waits for the ledger.
pub const DRAIN_MS_MAX: u64 = 2_000;

/// What the stock is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockOptions {
    /// The folder of the store.
    pub path: PathBuf,
    /// The edge's name.
    pub edge: EdgeId,
    /// With less room on the store's disk, in bytes, selling stops.
    pub reserve_bytes: u64,
    /// The longest, in milliseconds, that a request waits at an empty shelf.
    pub park_ms_max: u64,
}

/// Why there is no stock.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store cannot be used.
    #[error("cannot open the stock's store")]
    Store(#[from] store::Error),
    /// No random number for this life of the process.
    #[error("the system gives no random numbers")]
    Random(#[source] getrandom::Error),
    /// No thread.
    #[error("cannot start the owner's thread")]
    Thread(#[source] std::io::Error),
}

/// Opens the store, recovers the core, and starts the owner. It sells once the link has brought the allocator's word.
///
/// # Errors
/// [`Error`] when the disk, or what is on it, cannot be used.
pub fn start(options: StockOptions) -> Result<(Stock, OwnerHandle, LinkEnds), Error> {
    let store = Store::open(&options.path)?;
    let identity = Identity { edge: options.edge.clone(), disk: store.disk(), boot: boot()? };
    let edge = Edge::recover(identity, store.load()?);
    let edge = edge.map_err(|found| store::Error::contradictory(&options.path, &found))?;
    owner::start(edge.with_park_ms_max(options.park_ms_max), store, options)
}

fn boot() -> Result<BootId, Error> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_err(Error::Random)?;
    Ok(BootId(u64::from_be_bytes(bytes)))
}
