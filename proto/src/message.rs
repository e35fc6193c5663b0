//! The messages of a session. Each carries (session, epoch): one of another session is dropped.

use crate::{
    BootId, Commit, DiskId, DownBatch, EdgeId, Epoch, Instance, LogMark, SaleRules, Seq, SiteVersion, Sku, Term, Units,
    UpBatch, UpTaken,
};

/// One connection of one life of an edge's process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Session {
    /// The process start's random id.
    pub boot: BootId,
    /// Counts the connections of this process from 1.
    pub counter: u64,
}

/// A message from an edge.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FromEdge {
    /// The session that it belongs to.
    pub session: Session,
    /// The epoch that it speaks for.
    pub epoch: Option<Epoch>,
    /// What it says.
    pub body: EdgeBody,
}

/// What an edge says.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum EdgeBody {
    /// First of a session.
    Hello(Hello),
    /// The epoch that was begun is on the edge's disk: it may be granted to.
    EpochStored {
        /// Which epoch.
        epoch: Epoch,
    },
    /// Entries of the up log, durable on the edge.
    Up(UpBatch),
    /// The edge holds the down log to here, durably.
    DownTaken {
        /// The watermark.
        watermark: Seq,
    },
    /// Shelves and demand of all that it can sell. Soft.
    Levels(Vec<Level>),
    /// Of them, those that have changed; also the heartbeat. Soft.
    LevelsChanged(Vec<Level>),
    /// This process lives: the answer to a challenge, with its number. Soft.
    ChallengeAnswered(u64),
    /// The ledger's end of the up log is not the log of this disk: another process has shipped from a copy of it.
    LogDiffers,
    /// The ledger once said that it held the up log to here, and now says less: it was set back.
    LedgerIsBehind {
        /// The watermark that this process heard.
        held: Seq,
    },
}

/// Who an edge is, and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Hello {
    /// Its name in the allocator's configuration.
    pub edge: EdgeId,
    /// Its store.
    pub disk: DiskId,
    /// Last number of its up log.
    pub up_tail: Seq,
    /// Up to here it has applied verdicts.
    pub verdicts_taken: Seq,
    /// Up to here it has applied the down log.
    pub down_taken: Seq,
    /// The highest term that it has seen, and who led it.
    pub led_by: Option<(Term, Instance)>,
    /// The site that it holds.
    pub site: SiteVersion,
    /// Whether its epoch ends in `EpochClosed`.
    pub closing: bool,
}

/// One SKU on one edge, at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Level {
    /// Of what.
    pub sku: Sku,
    /// Units on the shelf.
    pub shelf: Units,
    /// Units asked for and not given: by parked requests, and by those told to ask again that still do. Each purchase
    /// counts once.
    pub waiting: Units,
    /// The shelf's books since the epoch's start, for the ledger to compare with its own.
    pub books: LevelBooks,
    /// Page views before the sale's start that this process has counted, about.
    pub views: u64,
}

/// Where the units of a shelf came from and went, since the epoch's start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct LevelBooks {
    /// Units that came.
    pub granted: Units,
    /// Units in orders placed.
    pub sold: Units,
    /// Units given back to the pool.
    pub returned: Units,
}

/// A message from the allocator.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FromAllocator {
    /// The session that it belongs to.
    pub session: Session,
    /// The epoch that it speaks of.
    pub epoch: Option<Epoch>,
    /// The leadership that it comes from.
    pub term: Term,
    /// The process that leads.
    pub instance: Instance,
    /// The ledger's commit when it was made.
    pub commit: Commit,
    /// What it says.
    pub body: AllocatorBody,
}

/// What the allocator says.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum AllocatorBody {
    /// The answer to a hello.
    Welcome(Welcome),
    /// Entries of the down log, durable in the ledger.
    Down(DownBatch),
    /// The ledger holds the up log to here.
    UpTaken(UpTaken),
    /// "Sold out", or not, per SKU; also the heartbeat. Soft: the newest (term, commit) wins.
    Words(Vec<Word>),
    /// Keep at most so many units; return the rest. A hint.
    Recall {
        /// Of what.
        sku: Sku,
        /// What may stay.
        keep: Units,
    },
    /// The sales as they stand, and the site to serve. Soft: the newest wins.
    Published(Published),
    /// Another process said hello with this edge's disk: whoever answers with the number is alive. Soft.
    Challenge(u64),
    /// When an edge needs more, and where the stock is. Soft: the newest of a SKU wins.
    Guidance(Vec<SkuGuidance>),
}

/// The answer to a hello.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Welcome {
    /// Same disk, its epoch live: go on.
    Resume {
        /// Where the ledger's end of the up log is.
        up_taken: LogMark,
    },
    /// Store this epoch, and confirm it.
    Begin {
        /// The new epoch.
        epoch: Epoch,
    },
    /// The epoch is fenced: close it, ship the tail.
    Fenced {
        /// Where the ledger's end of the up log is.
        up_taken: LogMark,
    },
    /// Not with this edge, or not with this disk.
    Refused(Refused),
}

/// Why an edge may not sell.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Refused {
    /// The kind of trouble.
    pub reason: RefusedReason,
    /// What was expected and what was found.
    pub detail: String,
}

/// The kinds of trouble that end a hello.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RefusedReason {
    /// The allocator's configuration has no such edge.
    UnknownEdge,
    /// The disk is older than what it once told the ledger.
    DiskRolledBack,
    /// The ledger is older than what the edge holds of it.
    LedgerBehind,
    /// Another disk of the same edge has taken its place.
    DiskRetired,
    /// The message broke the protocol.
    Malformed,
    /// Another process lives on a copy of this disk.
    DiskCloned,
}

/// The ledger's word on a SKU.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Word {
    /// Of what.
    pub sku: Sku,
    /// Whether pool and all live escrow are zero.
    pub sold_out: bool,
    /// Whether nothing of it may be sold anywhere, because its numbers do not add up.
    pub halted: bool,
}

/// What is on sale.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Published {
    /// The version of the pages to serve.
    pub site: SiteVersion,
    /// Every sale on show, as far as this edge sells it.
    pub sales: Vec<SaleRules>,
    /// Where edges serve shoppers, by id; those without an address of their own are left out.
    pub edges: Vec<EdgeAddress>,
}

/// Where an edge serves shoppers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EdgeAddress {
    /// The edge.
    pub edge: EdgeId,
    /// A URL without a slash at its end: scheme, host, and a path prefix where edges share a host.
    pub shop: String,
}

/// What an edge may know of a SKU beyond its own shelf.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SkuGuidance {
    /// Of what.
    pub sku: Sku,
    /// The low-water mark: a shelf at or below it needs more, and the edge asks where its log is late to say so.
    pub low_water: Units,
    /// Units that nobody has bought, with the allocator and on all edges.
    pub left: Units,
    /// Units that shoppers wait for, on all edges.
    pub waiting: Units,
    /// The edges with most of it, the richest first; at most [`GUIDED_EDGES_MAX`](crate::GUIDED_EDGES_MAX).
    pub stock: Vec<EdgeStock>,
}

/// The low-water mark by which both sides go where the allocator has told none: a third of the last grant.
pub fn untold_low_water(last_grant: Units) -> Units {
    Units::new(last_grant.get() / 3).expect("less than a quantity is one")
}

/// How much of a SKU an edge has.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EdgeStock {
    /// The edge.
    pub edge: EdgeId,
    /// Units on its shelf, at least one.
    pub units: Units,
}
