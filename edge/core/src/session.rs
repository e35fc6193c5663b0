//! The session: one connection of this process, and how far the allocator has let it come.

use doorbuster_proto::{BootId, RefusedReason, Session, Timestamp};

/// What a session allows, in one word; for people and metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SessionState {
    /// No connection.
    Disconnected,
    /// Connected; the hello is not answered, or its answer not yet stored.
    Greeting,
    /// Selling.
    Live,
    /// The epoch is fenced; the tail is on its way.
    Closing,
    /// The allocator refused this edge.
    Refused(RefusedReason),
}

impl SessionState {
    /// Every word.
    pub const WORDS: [&'static str; 5] = ["disconnected", "greeting", "live", "closing", "refused"];

    /// The word for metrics and logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Disconnected => "disconnected",
            Self::Greeting => "greeting",
            Self::Live => "live",
            Self::Closing => "closing",
            Self::Refused(_) => "refused",
        }
    }
}

/// What the allocator last said of this edge's epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Standing {
    /// Nothing since the process started: sells nothing.
    Unanswered,
    /// It lives: may sell, without a session too, within its credit.
    Live,
    /// It is fenced: sells nothing, and has no credit.
    Closing,
    /// Sells nothing, and has no credit.
    Refused(RefusedReason),
}

/// How far the connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Phase {
    /// There is none.
    Down,
    /// The hello waits for a new epoch, or its end, to be durable.
    HelloDue,
    /// The hello is sent.
    Greeting,
    /// The answer is a new epoch, which is on its way to the disk.
    Beginning,
    /// Both logs run.
    Up,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Connection {
    boot: BootId,
    counter: u64,
    pub(crate) phase: Phase,
    pub(crate) heard_at: Timestamp,
    /// Whether the down log's watermark is to be told once it is durable.
    pub(crate) down_taken_due: bool,
}

impl Connection {
    pub(crate) fn new(boot: BootId) -> Self {
        Self { boot, counter: 0, phase: Phase::Down, heard_at: Timestamp(0), down_taken_due: false }
    }

    pub(crate) fn session(&self) -> Session {
        Session { boot: self.boot, counter: self.counter }
    }

    pub(crate) fn open(&mut self, now: Timestamp) {
        self.counter += 1;
        self.phase = Phase::HelloDue;
        self.heard_at = now;
        self.down_taken_due = false;
    }

    /// Whether a message of this session is awaited.
    pub(crate) fn is(&self, session: Session) -> bool {
        self.session() == session && !matches!(self.phase, Phase::Down | Phase::HelloDue)
    }
}
