//! The allocator, driven.

use doorbuster_allocator_core::{BatchId, Command};

use crate::sim::world::{Event, World};

impl World {
    pub(super) fn allocator_wrote(&mut self, life: u64, batch: BatchId, sync: bool) {
        if self.allocator.process.lives(life) {
            let now = self.allocator.process.clock(self.now);
            self.allocator.persisted(batch, sync, now);
            self.run_allocator();
        }
    }

    pub(super) fn allocator_timer(&mut self, life: u64) {
        if !self.allocator.process.lives(life) {
            return;
        }
        let now = self.allocator.process.clock(self.now);
        if self.allocator.core.poll_timeout().is_some_and(|due| due <= now) {
            self.allocator.core.handle_timeout(now);
        }
        self.run_allocator();
    }

    pub(super) fn start_allocator(&mut self) {
        if !self.allocator.process.up {
            self.allocator.start();
            self.run_allocator();
        }
    }

    /// Carries out what the allocator asks for.
    pub(super) fn run_allocator(&mut self) {
        while let Some(command) = self.allocator.core.next_command() {
            match command {
                Command::Persist { batch, writes, sync } => {
                    self.allocator.disk.write(writes);
                    let takes = if sync { self.dice.within(self.plan.sync_ms.clone()) } else { 0 };
                    let life = self.allocator.process.life;
                    // A store reports in order.
                    let at = self.now.after_ms(takes).max(self.allocator.written_at);
                    self.allocator.written_at = at;
                    self.at(at, Event::AllocatorWrote { life, batch, sync });
                }
                Command::Send { connection, message } => self.send_to_edge(connection, message),
                Command::HangUp { connection, .. } => self.drop_stream(connection),
                Command::Done { .. } | Command::SiteChanged { .. } | Command::Alert { .. } => {}
            }
        }
        self.set_allocator_timer();
    }

    fn set_allocator_timer(&mut self) {
        let node = &mut self.allocator;
        let life = node.process.life;
        if let Some(due) = node.core.poll_timeout()
            && let Some(at) = node.process.set_timer(due, self.now)
        {
            self.at(at, Event::AllocatorTimer { life });
        }
    }
}
