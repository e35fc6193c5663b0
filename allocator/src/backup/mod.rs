//! The commands `backup` and `restore`, and what they say to a person.

use std::path::{Path, PathBuf};

use doorbuster_config::clock;
use serde::Deserialize;

use crate::config::Config;
use crate::console::{BackupRequest, Unreachable, client};
use crate::store::{self, BackupError, Checked, RestoreError, RocksStore};

/// Why there is no backup, or nothing was restored.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A path that cannot be made absolute.
    #[error("cannot use the path {}", path.display())]
    Path {
        /// The path.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// The ledger cannot be read.
    #[error("cannot back up the ledger")]
    Ledger(#[source] store::Error),
    /// The copy was not made.
    #[error("no backup was made")]
    Backup(#[from] BackupError),
    /// The ledger is in use, and not by the allocator of this configuration.
    #[error(
        "another process has the ledger in {}, and no allocator answers at {console}, the console of this configuration: \
         is it starting or stopping, or was it started with another configuration?",
        ledger.display()
    )]
    Unreachable {
        /// The ledger's folder.
        ledger: PathBuf,
        /// Where it was asked.
        console: std::net::SocketAddr,
        /// The cause.
        source: Unreachable,
    },
    /// The running allocator refused.
    #[error("the allocator made no backup ({status}): {detail}")]
    Refused {
        /// The HTTP status.
        status: http::StatusCode,
        /// Its reason.
        detail: String,
    },
    /// The backup was made, and is no good.
    #[error("the backup was made, but it does not read: do not count on it; the ledger goes on as it was")]
    Unsound(#[source] store::Error),
    /// An allocator runs.
    #[error("expected no allocator to run, found an answer at {0}, the console of this configuration: stop it first")]
    Running(std::net::SocketAddr),
    /// Nothing was restored.
    #[error("nothing was restored")]
    Restore(#[from] RestoreError),
}

/// What a refusal of the console says (RFC 9457).
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Problem {
    detail: String,
}

/// Copies the ledger: asks the allocator that runs, or else opens the ledger itself. Reads the copy whole before it
/// answers with a sentence for a person.
///
/// # Errors
/// [`Error`].
pub async fn backup(config: &Config, to: &Path) -> Result<String, Error> {
    let to = absolute(to)?;
    match RocksStore::open_existing(&config.data) {
        Ok(ledger) => ledger.backups().make(&to)?,
        Err(store::Error::InUse { path }) => ask(config, path, &to).await?,
        Err(error) => return Err(Error::Ledger(error)),
    }
    let checked = RocksStore::open_read_only(&to).and_then(|copy| copy.check()).map_err(Error::Unsound)?;
    Ok(format!("backup of {} in {}: it was read whole, and its accounts add up", told(checked), to.display()))
}

async fn ask(config: &Config, ledger: PathBuf, to: &Path) -> Result<(), Error> {
    let request = BackupRequest { to: to.to_owned(), ledger: absolute(&ledger)? };
    let request = serde_json::to_string(&request).expect("paths that were read from texts are JSON");
    let console = config.console;
    let answer = client::post(&console.to_string(), "/api/backups", request).await;
    let (status, answer) = answer.map_err(|source| Error::Unreachable { ledger, console, source })?;
    if status.is_success() {
        return Ok(());
    }
    let Problem { detail } = serde_json::from_slice(&answer).unwrap_or_default();
    Err(Error::Refused { status, detail })
}

/// Puts a backup in the place of a missing ledger. Answers with what a person must know before the next start.
///
/// # Errors
/// [`Error`]; nothing was changed.
pub async fn restore(config: &Config, from: &Path) -> Result<String, Error> {
    if client::answers(config.console).await {
        return Err(Error::Running(config.console));
    }
    let restored = store::restore(from, &config.data, clock::now())?;
    Ok(format!(
        "restored {} into {}.\n\
         The next start takes term {}: the lost ledger cannot have led one as high.\n\
         Nothing is granted until every edge of the configuration has said hello, or an operator resumes grants.\n\
         An edge that is ahead of this backup halts what it may sell, on every edge, with an alert: see \"The ledger is damaged\" in \
         RUNBOOK.md.",
        told(restored.backup),
        config.data.display(),
        restored.term.next(),
    ))
}

fn told(checked: Checked) -> String {
    let Checked { term, commit, sales, orders } = checked;
    format!("commit {commit} of term {term} ({sales} sales, {orders} orders)")
}

fn absolute(path: &Path) -> Result<PathBuf, Error> {
    std::path::absolute(path).map_err(|source| Error::Path { path: path.to_owned(), source })
}
