//! The accounts of one SKU.

use std::fmt;

use doorbuster_proto::{EdgeId, Epoch};

/// Where units are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Account {
    /// Where they come from, and go to when the supply is lowered: only in the journal, its balance is the definition's.
    Supply,
    /// With the allocator.
    Pool,
    /// With an edge, in one of its epochs.
    Escrow(EdgeId, Epoch),
    /// With shoppers.
    Sold,
    /// A fenced epoch may have sold them.
    Quarantine(EdgeId, Epoch),
    /// Given up, with the epoch that may have sold them.
    WrittenOff(EdgeId, Epoch),
}

impl Account {
    /// The account's kind, as metrics and the journal spell it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Supply => "supply",
            Self::Pool => "pool",
            Self::Escrow(..) => "escrow",
            Self::Sold => "sold",
            Self::Quarantine(..) => "quarantine",
            Self::WrittenOff(..) => "written_off",
        }
    }

    /// The epoch that it belongs to, where it does.
    pub fn epoch(&self) -> Option<(&EdgeId, Epoch)> {
        match self {
            Self::Supply | Self::Pool | Self::Sold => None,
            Self::Escrow(edge, epoch) | Self::Quarantine(edge, epoch) | Self::WrittenOff(edge, epoch) => {
                Some((edge, *epoch))
            }
        }
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.epoch() {
            Some((edge, epoch)) => write!(f, "{}({edge}, {epoch})", self.kind()),
            None => f.write_str(self.kind()),
        }
    }
}
