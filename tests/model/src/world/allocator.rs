//! The allocator, driven.

use doorbuster_allocator_core::{Command, Operator, RequestId};

use super::World;

impl World {
    /// Carries out what the allocator asks for.
    pub(super) fn run_allocator(&mut self) {
        while let Some(command) = self.allocator.change().core.next_command() {
            match command {
                Command::Persist { batch, writes, sync } => {
                    let allocator = self.allocator.change();
                    allocator.disk.write(writes);
                    allocator.writing.push((batch, sync));
                    if !self.configuration.ledger_disk_is_slow {
                        self.ledger_wrote();
                    }
                }
                Command::Send { connection, message } => self.send_down(connection, message),
                Command::HangUp { connection, .. } => self.end_stream(connection),
                Command::Done { .. } | Command::SiteChanged { .. } | Command::Alert { .. } => {}
            }
        }
    }

    /// The oldest batch on its way is on the disk; a synced one takes along what was written before it.
    fn ledger_wrote(&mut self) {
        let allocator = self.allocator.change();
        let (batch, sync) = allocator.writing.remove(0);
        if sync {
            let before_those_on_their_way = allocator.disk.unsynced() - allocator.writing.len();
            allocator.disk.sync(before_those_on_their_way);
        }
        let now = allocator.now;
        allocator.core.handle_persisted(batch, now);
    }

    pub(super) fn sync_ledger(&mut self) {
        self.ledger_wrote();
        self.run_allocator();
    }

    pub(super) fn operate(&mut self, operator: Operator) {
        let allocator = self.allocator.change();
        allocator.requests += 1;
        let (request, now) = (RequestId(allocator.requests), allocator.now);
        allocator.core.handle_operator(request, operator, now);
        self.run_allocator();
    }

    pub(super) fn pass_ledger_time(&mut self) {
        let allocator = self.allocator.change();
        let Some(due) = allocator.core.poll_timeout() else { return };
        allocator.now = allocator.now.max(due);
        let now = allocator.now;
        allocator.core.handle_timeout(now);
        self.run_allocator();
    }
}
