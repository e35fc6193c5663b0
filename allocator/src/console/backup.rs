//! Backups on an operator's request: one at a time, made beside the ledger's owner, which goes on.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::IntoResponse as _;
use bytes::Bytes;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::Semaphore;

use super::Console;
use super::api::Answer;
use super::problem::Problem;
use crate::store::{BackupError, Backups};

/// The most bytes of a request for one.
pub(super) const REQUEST_BYTES_MAX: usize = 16 << 10;
/// After so long whoever asked is told to look later; the backup goes on.
const ANSWER_WITHIN: Duration = Duration::from_secs(120);

/// What is asked for.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BackupRequest {
    /// The backup's folder: absolute, and not there yet.
    pub(crate) to: PathBuf,
    /// The folder of the ledger that is meant.
    pub(crate) ledger: PathBuf,
}

/// Backups, one at a time.
#[derive(Clone)]
pub(super) struct Copier {
    backups: Backups,
    turn: Arc<Semaphore>,
}

impl Copier {
    pub(super) fn new(backups: Backups) -> Self {
        Self { backups, turn: Arc::new(Semaphore::new(1)) }
    }
}

/// Answers 201 once the backup is durable.
pub(super) async fn make(State(console): State<Console>, body: Bytes) -> Answer {
    let request: BackupRequest = serde_json::from_slice(&body)
        .map_err(|error| Problem::new(StatusCode::BAD_REQUEST, "Not a backup's request", error.to_string()))?;
    let Copier { backups, turn } = console.copier;
    check(&backups, &request)?;
    let turn = turn.try_acquire_owned().map_err(|_| busy("another backup is being made; try again when it is done"))?;
    let to = request.to.clone();
    let making = tokio::task::spawn_blocking(move || {
        let made = backups.make(&to);
        drop(turn);
        match &made {
            Ok(()) => tracing::info!(to = %to.display(), "backup made"),
            Err(error) => tracing::error!(to = %to.display(), ?error, "backup failed"),
        }
        made
    });
    match tokio::time::timeout(ANSWER_WITHIN, making).await {
        Ok(made) => made.expect("a backup does not panic").map_err(|error| refused(&error))?,
        Err(_) => return Err(busy("the backup takes long and goes on: its folder is there once it is whole")),
    }
    Ok((StatusCode::CREATED, axum::Json(json!({ "backup": request.to }))).into_response())
}

/// The command and this process may have been given different configurations.
fn check(backups: &Backups, request: &BackupRequest) -> Result<(), Problem> {
    let conflict = |detail: String| Problem::new(StatusCode::CONFLICT, "Refused", detail);
    let (asked, own) = (request.ledger.canonicalize().ok(), backups.ledger().canonicalize().ok());
    if asked.is_none() || asked != own {
        let (own, asked) = (backups.ledger().display(), request.ledger.display());
        return Err(conflict(format!("expected the ledger of this allocator, {own}, found {asked}")));
    }
    if request.to.is_relative() {
        return Err(conflict(format!("expected an absolute path, found {}", request.to.display())));
    }
    Ok(())
}

fn refused(error: &BackupError) -> Problem {
    let status = match error {
        BackupError::Exists(_) | BackupError::NoParent(_) | BackupError::Within(_) => StatusCode::CONFLICT,
        BackupError::Closed => StatusCode::SERVICE_UNAVAILABLE,
        BackupError::Checkpoint(_) | BackupError::Durable(_) => StatusCode::INTERNAL_SERVER_ERROR,
    };
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
    Problem::new(status, "No backup", format!("{error}{cause}"))
}

fn busy(detail: &str) -> Problem {
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "Not now", detail)
}
