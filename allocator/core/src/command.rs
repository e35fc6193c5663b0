//! What the core asks of its shell.

use doorbuster_proto::{FromAllocator, SiteVersion};

use crate::{Outcome, Refusal, RequestId, Write};

/// The name of one batch of writes; they are persisted, and come back, in this order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BatchId(pub u64);

/// The name of one transport to an edge, given by the shell and never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Connection(pub u64);

/// An effect for the shell to carry out, in the order in which they come.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Command {
    /// Write all of this in one atomic write, then call `handle_persisted`.
    Persist {
        /// The batch to report.
        batch: BatchId,
        /// Its mutations, in order.
        writes: Vec<Write>,
        /// Whether a promise hangs on it: then it must survive a power cut before it is reported.
        sync: bool,
    },
    /// Send this on that transport.
    Send {
        /// The transport.
        connection: Connection,
        /// The message.
        message: FromAllocator,
    },
    /// Close the transport once what was sent on it has left. The core has forgotten it already.
    HangUp {
        /// The transport.
        connection: Connection,
        /// Why, for the log.
        reason: String,
    },
    /// The operator's request is done, durably, or was refused.
    Done {
        /// Which request.
        request: RequestId,
        /// What came of it.
        outcome: Result<Outcome, Refusal>,
    },
    /// There is a site to render; edges hear of it next.
    SiteChanged {
        /// Its version.
        site: SiteVersion,
    },
    /// Something that a person must see.
    Alert {
        /// What happened.
        text: String,
    },
}
