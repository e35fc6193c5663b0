//! A process: whether it runs, when it stands still, its timer, and the clock of its machine.

use doorbuster_proto::Timestamp;

use super::plan::SKEW_MS_MAX;

/// One process. It is started again as another life.
#[derive(Debug)]
pub(super) struct Process {
    pub(super) up: bool,
    /// Counts its lives.
    pub(super) life: u64,
    /// Handed no event before this: SIGSTOP.
    pub(super) paused_until: Timestamp,
    /// The clock's advance on the true time, in milliseconds, and [`SKEW_MS_MAX`] on top.
    pub(super) skew_ms: u64,
    /// When its next timer comes.
    timer_at: Option<Timestamp>,
}

impl Process {
    pub(super) fn new(skew_ms: u64) -> Self {
        Self { up: true, life: 1, paused_until: Timestamp(0), skew_ms, timer_at: None }
    }

    pub(super) fn start(&mut self) {
        self.life += 1;
        (self.up, self.timer_at) = (true, None);
    }

    pub(super) fn lives(&self, life: u64) -> bool {
        self.up && self.life == life
    }

    /// Stands still. What already waits for a later moment must not be overtaken.
    pub(super) fn pause(&mut self, until: Timestamp) {
        self.paused_until = self.paused_until.max(until);
    }

    /// Its clock's time.
    pub(super) fn clock(&self, now: Timestamp) -> Timestamp {
        Timestamp(now.0 + self.skew_ms - SKEW_MS_MAX)
    }

    /// When a timer must come, for what is due by its clock; `None` where one comes early enough.
    pub(super) fn set_timer(&mut self, due: Timestamp, now: Timestamp) -> Option<Timestamp> {
        let true_time = Timestamp((due.0 + SKEW_MS_MAX).saturating_sub(self.skew_ms));
        let at = true_time.max(now.after_ms(1));
        let is_earlier = self.timer_at.is_none_or(|set| set > at || set <= now);
        if is_earlier {
            self.timer_at = Some(at);
        }
        is_earlier.then_some(at)
    }
}
