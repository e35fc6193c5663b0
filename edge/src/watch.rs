//! Tells when the edge should read its files anew: on SIGHUP, and when they changed.
//!
//! Files are looked at by a thread of their own, off every request's path: by their state alone, which works on every file
//! system and behind symbolic links. What changed, and whether it is any good, is for whoever reads them to find out.

mod scan;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::Notify;
use tracing::warn;

pub use self::scan::{DEPTH_MAX, FILES_MAX, Scan};

/// How long after a look the files are looked at again, at least: a change is told once it lasted that long.
pub const SCAN_EVERY_MS: u64 = 1_000;
/// The looks' share of the time is one part in so many, at most: many files are looked at less often.
pub const SCAN_SHARE: u32 = 100;

/// The most sets of paths that wait for the thread.
const COMMANDS_MAX: usize = 4;

/// Why the edge should read its files anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// SIGHUP: someone asked for it. Log files were perhaps moved away.
    Hangup,
    /// A file changed, appeared or went away, and has kept still since.
    Changed,
}

/// Waits for triggers. Its drop ends the thread.
#[derive(Debug)]
pub struct Triggers {
    hangups: Signal,
    changed: Arc<Notify>,
    paths: SyncSender<Vec<PathBuf>>,
}

impl Triggers {
    /// Begins to wait for SIGHUP, which no longer ends the process, and for changes of these files and folders. To be
    /// called before they are read: a change in between is told then, and not missed.
    ///
    /// # Errors
    /// When the system gives no signal handler or no thread.
    pub fn listen(paths: Vec<PathBuf>) -> io::Result<Self> {
        Self::every(Duration::from_millis(SCAN_EVERY_MS), paths)
    }

    /// Watches these from now on. Before they are read, as in [`Triggers::listen`]; the same paths change nothing.
    pub fn watch(&self, paths: Vec<PathBuf>) {
        if self.paths.try_send(paths).is_err() {
            warn!("the watch for changes is stuck, it goes on with the files it has");
        }
    }

    /// The next trigger. Several of a kind that came meanwhile are one. May be dropped and asked again: none is lost.
    pub async fn next(&mut self) -> Trigger {
        tokio::select! {
            _ = self.hangups.recv() => Trigger::Hangup,
            () = self.changed.notified() => Trigger::Changed,
        }
    }

    fn every(interval: Duration, paths: Vec<PathBuf>) -> io::Result<Self> {
        let hangups = signal(SignalKind::hangup())?;
        let changed = Arc::new(Notify::new());
        let (sender, received) = sync_channel(COMMANDS_MAX);
        let scan = Scan::begin(paths);
        let tell = changed.clone();
        let work = move || run(scan, interval, &received, &tell);
        thread::Builder::new().name("watch".into()).spawn(work)?;
        Ok(Self { hangups, changed, paths: sender })
    }
}

fn run(mut scan: Scan, interval: Duration, paths: &Receiver<Vec<PathBuf>>, changed: &Notify) {
    let mut wait = interval;
    loop {
        match paths.recv_timeout(wait) {
            Ok(paths) => scan.watch(paths),
            Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => {
                let began = Instant::now();
                if scan.scan() {
                    changed.notify_one();
                }
                wait = interval.max(began.elapsed() * SCAN_SHARE);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::process::Command;

    use tempfile::TempDir;

    use super::*;

    const OFTEN: Duration = Duration::from_millis(2);

    #[tokio::test]
    async fn a_changed_file_and_a_hangup_are_triggers() {
        let folder = TempDir::new().unwrap();
        let mut triggers = Triggers::every(OFTEN, vec![folder.path().into()]).unwrap();
        fs::write(folder.path().join("a"), "1").unwrap();
        assert_eq!(triggers.next().await, Trigger::Changed);
        let hangup = format!("kill -HUP {}", std::process::id());
        assert!(Command::new("sh").args(["-c", &hangup]).status().unwrap().success());
        assert_eq!(triggers.next().await, Trigger::Hangup);
    }

    #[tokio::test]
    async fn other_files_are_watched_once_that_is_said() {
        let (one, other) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        let mut triggers = Triggers::every(OFTEN, vec![one.path().into()]).unwrap();
        triggers.watch(vec![other.path().into()]);
        // The thread may begin with the new paths only after this change: it is repeated, and given longer each time.
        for n in 1.. {
            fs::write(other.path().join("a"), "x".repeat(n)).unwrap();
            let given = Duration::from_millis(20) * u32::try_from(n).unwrap();
            // Another test's hangup reaches the whole process.
            if let Ok(Trigger::Changed) = tokio::time::timeout(given, triggers.next()).await {
                return;
            }
        }
    }
}
