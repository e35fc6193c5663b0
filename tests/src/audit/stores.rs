//! What an audit is given: the ledger with its journal, and any number of edges' disks.

use doorbuster_allocator_core::{Book, Image as LedgerImage, JournalRecord};
use doorbuster_edge_core::Image as EdgeImage;
use doorbuster_proto::{DiskId, EdgeId, Epoch, Sku, Units};

/// Everything that is known.
#[derive(Debug, Clone, Default)]
pub struct Stores {
    /// The ledger.
    pub ledger: Ledger,
    /// The disks of edges: not of all of them, perhaps, and several of one edge, perhaps.
    pub disks: Vec<Disk>,
}

/// The allocator's store.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    /// Its rows.
    pub image: LedgerImage,
    /// Its journal, in the order of the commits.
    pub journal: Vec<JournalRecord>,
}

/// An edge's store.
#[derive(Debug, Clone)]
pub struct Disk {
    /// What to call it: its folder.
    pub name: String,
    /// Its identity: how the ledger knows whose it is.
    pub id: DiskId,
    /// Its records.
    pub image: EdgeImage,
}

impl Ledger {
    /// Credit W of a SKU.
    pub(super) fn credit(&self, sku: &Sku) -> Units {
        self.image.stock.get(sku).map(|stock| stock.terms.credit).unwrap_or_default()
    }

    /// Whether nothing of the SKU moves, and its numbers are not trusted.
    pub(super) fn is_halted(&self, sku: &Sku) -> bool {
        self.image.stock.get(sku).is_some_and(|stock| stock.halted.is_some())
    }

    /// Every epoch of every edge.
    pub(super) fn epochs(&self) -> impl DoubleEndedIterator<Item = (&EdgeId, Epoch, &Book)> {
        self.image.epochs.iter().flat_map(|(edge, books)| books.iter().map(move |(epoch, book)| (edge, *epoch, book)))
    }

    /// The edge that a disk belongs to.
    pub(super) fn owner(&self, disk: DiskId) -> Option<&EdgeId> {
        self.epochs().find(|(_, _, book)| book.head.disk == disk).map(|(edge, ..)| edge)
    }
}

impl Stores {
    /// The disk that holds an epoch, if it was given.
    pub(super) fn disk_of(&self, book: &Book) -> Option<&Disk> {
        self.disks.iter().find(|disk| disk.id == book.head.disk)
    }
}
