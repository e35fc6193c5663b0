//! The owner's writes. One that fails ends the process: the kernel may have dropped the pages, so a retry proves nothing.

use std::time::Instant;

use doorbuster_edge_core::{UpRecord, Write};
use doorbuster_proto::UpEntry;
use tracing::error;

use super::Owner;
use crate::stock::store;

impl Owner {
    pub(super) fn persist(&mut self, writes: &[Write], sync: bool) {
        for write in writes {
            if let Write::Log { record: UpRecord { entry: UpEntry::OrderPlaced(placed), .. }, .. } = write {
                // Before the order is durable, so before anyone hears of it.
                self.shared.known.insert(&placed.order.0);
            }
        }
        let begun = Instant::now();
        or_abort(self.store.write(writes, sync));
        let meters = &self.shared.meters;
        meters.writes.inc();
        meters.batch.observe(writes.len() as f64);
        if sync {
            meters.fsync_seconds.observe(begun.elapsed().as_secs_f64());
        }
    }
}

pub(super) fn or_abort(written: Result<(), store::Error>) {
    if let Err(failed) = written {
        error!(error = &failed as &dyn std::error::Error, "the disk failed: aborting");
        std::process::abort();
    }
}
