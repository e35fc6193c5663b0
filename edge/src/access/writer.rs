//! The writer's thread, and the handle that ends it.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use tracing::warn;

use super::lanes::Lanes;
use super::output::Error;
use super::press::Press;
use super::{FINISH_MS_MAX, WRITE_EVERY_MS};

/// The most commands that wait for the writer; one more says nothing new.
pub(super) const COMMANDS_MAX: usize = 8;

/// What the writer is told, besides the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Command {
    /// A lane fills up.
    Write,
    /// The file was moved away.
    Reopen,
    /// The process ends.
    Finish,
}

/// The thread that writes the log.
#[derive(Debug)]
pub struct Writer {
    commands: SyncSender<Command>,
    finished: Receiver<()>,
}

impl Writer {
    pub(super) fn spawn(
        press: Press,
        lanes: Arc<Lanes>,
        commands: SyncSender<Command>,
        received: Receiver<Command>,
    ) -> Result<Self, Error> {
        let (finish, finished) = sync_channel(1);
        let work = move || {
            run(press, &lanes, &received);
            drop(finish);
        };
        thread::Builder::new().name("access-log".into()).spawn(work).map_err(Error::Thread)?;
        Ok(Self { commands, finished })
    }

    /// Writes what waits, and ends the log. Blocks for [`FINISH_MS_MAX`] at most: an output may be stuck.
    pub fn finish(self) {
        let told = self.commands.try_send(Command::Finish);
        let ended = self.finished.recv_timeout(Duration::from_millis(FINISH_MS_MAX));
        if told.is_err() || ended == Err(RecvTimeoutError::Timeout) {
            warn!("the access log's writer does not end, its last lines may be lost");
        }
    }
}

fn run(mut press: Press, lanes: &Lanes, commands: &Receiver<Command>) {
    loop {
        let command = commands.recv_timeout(Duration::from_millis(WRITE_EVERY_MS));
        press.print(lanes, Instant::now());
        match command {
            Ok(Command::Write) | Err(RecvTimeoutError::Timeout) => {}
            Ok(Command::Reopen) => press.reopen(),
            Ok(Command::Finish) | Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}
