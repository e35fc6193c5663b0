//! What goes wrong, and where it can.

use std::fmt;

/// A kind of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// SIGKILL; the kernel keeps what was written.
    Kill,
    /// SIGKILL, and what was not synced is gone.
    PowerCut,
    /// SIGSTOP, and SIGCONT later.
    Pause,
    /// Connections between edge and allocator break, and no new one can be made.
    Partition,
    /// Nothing comes through between edge and allocator; connections stay, and all comes through later.
    Silence,
    /// What goes between edge and allocator takes longer.
    Delay,
    /// There is no room on the disk.
    DiskFull,
    /// Syncs fail with EIO.
    SyncError,
    /// The wall clock is a little off.
    ClockSkew,
    /// The wall clock jumps far away, and back.
    ClockJump,
    /// The edge comes back with an empty disk.
    DiskLost,
    /// An operator evicts the edge; it comes back with its disk.
    Eviction,
}

/// Which of the two programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// An edge.
    Edge,
    /// The allocator.
    Allocator,
}

impl Fault {
    /// Every kind, with whom it can meet. A partition of the allocator is one of all edges at once.
    pub const ALL: [(Self, Role); 21] = [
        (Self::Kill, Role::Edge),
        (Self::Kill, Role::Allocator),
        (Self::PowerCut, Role::Edge),
        (Self::PowerCut, Role::Allocator),
        (Self::Pause, Role::Edge),
        (Self::Pause, Role::Allocator),
        (Self::Partition, Role::Edge),
        (Self::Partition, Role::Allocator),
        (Self::Silence, Role::Edge),
        (Self::Delay, Role::Edge),
        (Self::DiskFull, Role::Edge),
        (Self::DiskFull, Role::Allocator),
        (Self::SyncError, Role::Edge),
        (Self::SyncError, Role::Allocator),
        (Self::ClockSkew, Role::Edge),
        (Self::ClockSkew, Role::Allocator),
        (Self::ClockJump, Role::Edge),
        (Self::ClockJump, Role::Allocator),
        (Self::DiskLost, Role::Edge),
        (Self::Eviction, Role::Edge),
        // Twice: the one that tests what a sync is for.
        (Self::PowerCut, Role::Edge),
    ];

    /// Its name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Kill => "kill",
            Self::PowerCut => "power-cut",
            Self::Pause => "pause",
            Self::Partition => "partition",
            Self::Silence => "silence",
            Self::Delay => "delay",
            Self::DiskFull => "disk-full",
            Self::SyncError => "sync-error",
            Self::ClockSkew => "clock-skew",
            Self::ClockJump => "clock-jump",
            Self::DiskLost => "disk-lost",
            Self::Eviction => "eviction",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Edge => "edge",
            Self::Allocator => "allocator",
        })
    }
}
