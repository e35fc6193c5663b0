//! What a core asks of its shell.

use std::fmt;

use doorbuster_proto::{Availability, EdgeAddress, FromEdge, SaleRules, SiteVersion, Sku, SkuGuidance};

use crate::{Answer, Waiter, Write};

/// Names a [`Command::Persist`] in its completion. Counts from 1 in one life of a process.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BatchId(pub u64);

/// An effect, as data.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Command {
    /// Write all of this in one atomic write, then report it with `handle_persisted`. One at a time.
    Persist {
        /// Its name.
        batch: BatchId,
        /// The mutations, in order.
        writes: Vec<Write>,
        /// Whether it must be durable before it is reported.
        sync: bool,
    },
    /// Answer a request. Each waiter is answered once.
    Reply {
        /// Which request.
        waiter: Waiter,
        /// The answer.
        answer: Answer,
    },
    /// Send a message on the session.
    Send(FromEdge),
    /// End the session's connection; the core has forgotten it already.
    HangUp {
        /// Why.
        reason: HangUpReason,
    },
    /// Show these sales, and no others.
    ShowSales {
        /// The sales.
        sales: Vec<ShownSale>,
        /// Whether the ledger has told them in this life: what is not among them is not for sale here.
        complete: bool,
    },
    /// Show this word for a SKU: available, few-left, queueing or sold-out. The clock's words are the reader's.
    ShowAvailability {
        /// Of what.
        sku: Sku,
        /// The word.
        availability: Availability,
    },
    /// Keep this for whoever asks where to go: the newest of each SKU.
    ShowGuidance(Vec<SkuGuidance>),
    /// These are the addresses of the edges.
    ShowEdges(Vec<EdgeAddress>),
    /// Fetch this site from the allocator, and report it with `handle_site_installed`.
    FetchSite {
        /// Its version.
        site: SiteVersion,
    },
    /// Tell the operators: something that must not be has happened.
    Alert(String),
}

/// A sale as the board shows it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ShownSale {
    /// Its rules.
    pub rules: SaleRules,
    /// Whether the ledger closed it, whatever the clock says.
    pub closed: bool,
}

/// Why an edge ends a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HangUpReason {
    /// The allocator speaks for a term that has ended.
    LowerTerm,
    /// Two allocators claim the same term.
    SecondInstance,
    /// Entries of the down log are missing.
    Gap,
    /// The allocator holds less of the up log than it once said.
    LedgerBehind,
    /// The allocator holds more of the up log than this disk ever had.
    LedgerAhead,
    /// The allocator holds another up log than this disk's.
    AnotherLog,
    /// An epoch was offered that cannot follow this one.
    UnexpectedEpoch,
    /// The message does not fit the session's state.
    UnexpectedMessage,
    /// The allocator refused this edge.
    Refused,
    /// The allocator said nothing for too long.
    Silent,
}

impl fmt::Display for HangUpReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LowerTerm => "the allocator's term has ended",
            Self::SecondInstance => "another allocator leads the same term",
            Self::Gap => "entries of the down log are missing",
            Self::LedgerBehind => "the ledger holds less of the up log than it once said",
            Self::LedgerAhead => "the ledger holds more of the up log than this disk",
            Self::AnotherLog => "the ledger holds another up log than this disk's",
            Self::UnexpectedEpoch => "the epoch offered cannot follow this one",
            Self::UnexpectedMessage => "the message does not fit the session",
            Self::Refused => "the allocator refused this edge",
            Self::Silent => "the allocator is silent",
        })
    }
}
