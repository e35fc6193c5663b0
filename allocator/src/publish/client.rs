//! The command line's side of publishing: reads a sale file, checks it, and posts it to a running allocator.

use std::iter::once;
use std::path::{Path, PathBuf};

use doorbuster_allocator_core::Change;
use doorbuster_config::{Fault, clock, in_lines};
use http::{StatusCode, Uri};
use serde::Deserialize;
use serde_json::Value;

use super::bundle::{BUNDLE_BYTES_MAX, bundle, merged};
use super::sale::read;
use crate::console::{Unreachable, client};

/// Why a sale was not published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The file cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// The sale is wrong.
    #[error("{} is wrong; nothing was published:{}", path.display(), in_lines(faults))]
    Faults {
        /// Which file.
        path: PathBuf,
        /// All that is wrong with it.
        faults: Vec<Fault>,
    },
    /// The pictures make it too large.
    #[error("expected at most {BUNDLE_BYTES_MAX} bytes with all pictures, found {0}")]
    TooLarge(usize),
    /// The console's address is none.
    #[error("expected a console address such as http://127.0.0.1:7001, found {0}")]
    Address(Uri),
    /// Nobody answers there.
    #[error("no answer from the allocator's console at {at}; is it running?")]
    Unreachable {
        /// Where.
        at: Uri,
        /// The cause.
        source: Unreachable,
    },
    /// The allocator refused.
    #[error("the allocator refused ({status}): {detail}")]
    Refused {
        /// The HTTP status.
        status: StatusCode,
        /// Its reason.
        detail: String,
    },
}

/// What was published.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Done {
    outcome: String,
    changes: Vec<Change>,
}

/// An answer that is not 2xx (RFC 9457).
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Problem {
    title: String,
    detail: String,
    faults: Vec<Fault>,
}

/// Checks a sale file and posts it; without a console, only checks it. Returns a sentence for a person, and a line for each
/// number that was another before.
///
/// # Errors
/// [`PublishError`], with every fault of the file.
pub async fn publish(path: &Path, console: Option<&Uri>) -> Result<String, PublishError> {
    let text = std::fs::read_to_string(path).map_err(|source| PublishError::Read { path: path.into(), source })?;
    let wrong = |faults| PublishError::Faults { path: path.into(), faults };
    let (bundle, of_files) = bundle(&text, path.parent().unwrap_or(Path::new("."))).map_err(wrong)?;
    let of_bundle = read(&bundle, clock::now(), None).err().unwrap_or_default();
    let faults = merged(of_files, of_bundle);
    if !faults.is_empty() {
        return Err(wrong(faults));
    }
    let items = bundle["items"].as_array().map_or(0, Vec::len);
    let Some(console) = console else {
        return Ok(format!("{}: {} is right, with {items} items", path.display(), bundle["sale"]["id"]));
    };
    let done = post(path, console, &bundle).await?;
    let sale = &bundle["sale"]["id"];
    if done.outcome == "unchanged" {
        return Ok(format!("{sale} is published already, with {items} items: nothing changed"));
    }
    let published = format!("published {sale} with {items} items");
    Ok(once(published).chain(done.changes.iter().map(ToString::to_string)).collect::<Vec<_>>().join("\n  "))
}

async fn post(path: &Path, console: &Uri, bundle: &Value) -> Result<Done, PublishError> {
    let body = bundle.to_string();
    if body.len() > BUNDLE_BYTES_MAX {
        return Err(PublishError::TooLarge(body.len()));
    }
    let authority = console.authority().filter(|_| console.scheme_str() == Some("http"));
    let authority = authority.ok_or_else(|| PublishError::Address(console.clone()))?.as_str();
    let unreachable = |source| PublishError::Unreachable { at: console.clone(), source };
    let (status, answer) = client::post(authority, "/api/sales", body).await.map_err(unreachable)?;
    if status.is_success() {
        return Ok(serde_json::from_slice(&answer).unwrap_or_default());
    }
    let problem: Problem = serde_json::from_slice(&answer).unwrap_or_default();
    if !problem.faults.is_empty() {
        return Err(PublishError::Faults { path: path.into(), faults: problem.faults });
    }
    let detail = if problem.detail.is_empty() { problem.title } else { problem.detail };
    Err(PublishError::Refused { status, detail })
}
