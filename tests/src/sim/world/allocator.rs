//! The allocator, driven.

use doorbuster_allocator_core::{BatchId, Command};
use doorbuster_proto::Timestamp;

use crate::sim::plan::SKEW_MS_MAX;
use crate::sim::world::{Event, World};

impl World {
    pub(super) fn allocator_wrote(&mut self, life: u64, batch: BatchId, sync: bool) {
        if self.allocator.up && self.allocator.life == life {
            let now = self.clock(self.allocator.skew_ms);
            self.allocator.persisted(batch, sync, now);
            self.run_allocator();
        }
    }

    pub(super) fn allocator_timer(&mut self, life: u64) {
        if !self.allocator.up || self.allocator.life != life {
            return;
        }
        let now = self.clock(self.allocator.skew_ms);
        if self.allocator.core.poll_timeout().is_some_and(|due| due <= now) {
            self.allocator.core.handle_timeout(now);
        }
        self.run_allocator();
    }

    pub(super) fn start_allocator(&mut self) {
        if !self.allocator.up {
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
                    let life = self.allocator.life;
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
        let Some(due) = self.allocator.core.poll_timeout() else { return };
        let true_time = Timestamp((due.0 + SKEW_MS_MAX).saturating_sub(self.allocator.skew_ms));
        let at = true_time.max(self.now.after_ms(1));
        if self.allocator.timer_at.is_none_or(|set| set > at || set <= self.now) {
            self.allocator.timer_at = Some(at);
            let life = self.allocator.life;
            self.at(at, Event::AllocatorTimer { life });
        }
    }
}
