//! The access log: a line for every answer, written behind the requests' backs.
//!
//! A request only copies a few hundred bytes into a bounded batch in memory; one thread masks, formats and writes. What
//! does not fit, or cannot be written, is dropped and counted. Never waits for a disk on a request's path, and never
//! writes cookies, credentials or the values of secret query parameters.

mod batch;
mod combined;
mod config;
mod entry;
mod format;
mod json;
mod lanes;
mod mask;
mod output;
mod press;
mod stamp;
#[cfg(test)]
mod tests;
mod writer;

use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};

use prometheus_client::metrics::counter::Counter;
use prometheus_client::registry::Registry;
use tracing::warn;

pub use self::config::{Config, Format, Target};
pub use self::entry::{Answered, Asked};
use self::lanes::{Lanes, Pushed};
pub use self::output::Error;
use self::output::Output;
use self::press::Press;
use self::writer::Command;
pub use self::writer::Writer;

/// The most lines that wait in one lane for the writer; beyond, a line is dropped and counted.
pub const LINES_WAITING_MAX: usize = 32_768;
/// The most bytes of text that wait in one lane for the writer; beyond, a line is dropped and counted.
pub const TEXT_WAITING_BYTES_MAX: usize = 8 << 20;
/// Lanes that lines wait in; threads are spread over them.
pub const LANES: usize = 16;
/// The longest part of one field that is logged, in bytes; the rest is cut off.
pub const FIELD_BYTES_MAX: usize = 4_096;
/// How often the writer looks for lines, unless a lane fills up before.
pub const WRITE_EVERY_MS: u64 = 100;
/// How long the end of the log waits for the writer.
pub const FINISH_MS_MAX: u64 = 2_000;

/// Where requests leave their lines. Cheap to clone; does nothing at all where no log is configured.
#[derive(Debug, Clone)]
pub struct AccessLog(Option<Shared>);

#[derive(Debug, Clone)]
struct Shared {
    lanes: Arc<Lanes>,
    dropped: Counter,
    commands: SyncSender<Command>,
}

impl AccessLog {
    /// A log that takes no lines.
    pub fn off() -> Self {
        Self(None)
    }

    /// Opens the log and starts its writer; enters its figures in `registry`.
    ///
    /// # Errors
    /// [`Error`] when the file cannot be opened or the thread cannot be started.
    pub fn start(config: &Config, registry: &mut Registry) -> Result<(Self, Writer), Error> {
        let (lines, dropped) = (Counter::default(), Counter::default());
        registry.register("doorbuster_access_log_lines", "Lines written to the access log", lines.clone());
        registry.register("doorbuster_access_log_dropped", "Lines dropped from the access log", dropped.clone());
        let lanes = Arc::<Lanes>::default();
        let press = Press::new(config.format, Output::open(&config.target)?, lines, dropped.clone());
        let (commands, received) = sync_channel(writer::COMMANDS_MAX);
        let writer = Writer::spawn(press, lanes.clone(), commands.clone(), received)?;
        Ok((Self(Some(Shared { lanes, dropped, commands })), writer))
    }

    /// Whether lines are wanted: where not, nothing needs to be kept for [`AccessLog::line`].
    pub fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Goes on in a file of the same name, after the old one was moved away: for log rotation.
    pub fn reopen(&self) {
        let Some(shared) = &self.0 else { return };
        // Where the queue is full, the writer is stuck at its output; it is told at the next rotation.
        if shared.commands.try_send(Command::Reopen).is_err() {
            warn!("the access log's writer is busy, its file is not opened again");
        }
    }

    /// Leaves a line for the writer. Never waits; copies, formats nothing.
    pub fn line(&self, asked: &Asked, answered: &Answered) {
        let Some(shared) = &self.0 else { return };
        match shared.lanes.push(asked, answered) {
            Pushed::Waits => {}
            // Once a lane's filling, not once a line: a full queue of commands means that the writer wakes anyway.
            Pushed::FillsUp => drop(shared.commands.try_send(Command::Write)),
            Pushed::Dropped => drop(shared.dropped.inc()),
        }
    }
}
