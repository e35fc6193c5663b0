//! The session with the allocator: connects, carries messages both ways, fetches the site; again and again.
//!
//! Owns the connection. Never decides about stock: it forwards to the owner and from it, and where one of them does not
//! keep up it hangs up, and the logs resume.

mod backoff;
mod fetch;
mod session;
#[cfg(test)]
mod tests;

use std::fmt;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::time::{Duration, Instant};

use doorbuster_proto::EdgeId;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::Endpoint;
use tracing::{info, warn};

use self::backoff::Backoff;
use self::session::Went;
use crate::pages::Pages;
use crate::stock::{LinkEnds, LinkInput};

/// How long a connection may take to be made, and a session to be opened.
const CONNECT_MS_MAX: u64 = 2_000;
/// How often a silent connection is probed.
const KEEP_ALIVE_MS: u64 = 3_000;
/// How long a probe may go unanswered.
const KEEP_ALIVE_TIMEOUT_MS: u64 = 2_000;

/// What the link is told.
#[derive(Clone)]
pub struct Options {
    /// The edge's name.
    pub edge: EdgeId,
    /// The address of the allocator's link listener, as a URL.
    pub allocator: String,
    /// A file with the secret that edges and allocator share.
    pub secret_file: Option<PathBuf>,
}

/// Why there is no link.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address is none.
    #[error("expected the URL of an allocator, found {0:?}")]
    Address(String, #[source] tonic::transport::Error),
    /// The secret's file cannot be read.
    #[error("cannot read the secret in {0}")]
    Secret(PathBuf, #[source] std::io::Error),
    /// The secret cannot be sent.
    #[error("expected one line of visible ASCII in {0}, found something else")]
    SecretText(PathBuf),
}

/// The way to the allocator.
pub struct Link {
    edge: EdgeId,
    endpoint: Endpoint,
    secret: Option<MetadataValue<Ascii>>,
    owner: LinkEnds,
    pages: Pages,
}

impl Link {
    /// Checks the options; connects to nothing yet.
    ///
    /// # Errors
    /// [`Error`] when the address or the secret is not what it should be.
    pub fn new(options: Options, owner: LinkEnds, pages: Pages) -> Result<Self, Error> {
        let Options { edge, allocator, secret_file } = options;
        let endpoint = Endpoint::from_shared(allocator.clone()).map_err(|bad| Error::Address(allocator, bad))?;
        let endpoint = endpoint
            .connect_timeout(Duration::from_millis(CONNECT_MS_MAX))
            .tcp_nodelay(true)
            .http2_keep_alive_interval(Duration::from_millis(KEEP_ALIVE_MS))
            .keep_alive_timeout(Duration::from_millis(KEEP_ALIVE_TIMEOUT_MS))
            .keep_alive_while_idle(true);
        let secret = secret_file.as_deref().map(read_secret).transpose()?;
        Ok(Self { edge, endpoint, secret, owner, pages })
    }

    /// Keeps a session with the allocator, until the shutdown.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        let mut shutdown = pin!(shutdown);
        tokio::select! {
            () = &mut shutdown => {}
            () = self.keep_connected() => {}
        }
        info!("link closed");
    }

    async fn keep_connected(&self) {
        let mut backoff = Backoff::new();
        self.tell_surely(|| LinkInput::SiteInstalled(self.pages.version())).await;
        loop {
            let begun = Instant::now();
            let went = self.session().await;
            match &went {
                Ok(went) => info!(?went, "session ended"),
                Err(failed) => warn!(error = failed as &dyn std::error::Error, "session ended"),
            }
            self.tell_surely(|| LinkInput::Disconnected).await;
            let delay = match went {
                Ok(Went::Refused) => backoff.after_refusal(),
                Ok(Went::On) | Err(_) => backoff.after(begun.elapsed()),
            };
            tokio::time::sleep(delay).await;
        }
    }

    /// Tells the owner what it must know; waits while the owner's inbox is full.
    async fn tell_surely(&self, input: impl Fn() -> LinkInput) {
        const FULL_INBOX_MS: u64 = 5;
        while self.owner.tell(input()).is_err() {
            tokio::time::sleep(Duration::from_millis(FULL_INBOX_MS)).await;
        }
    }
}

fn read_secret(path: &Path) -> Result<MetadataValue<Ascii>, Error> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::Secret(path.to_owned(), source))?;
    let secret = text.trim();
    let is_fit = !secret.is_empty() && secret.bytes().all(|byte| byte.is_ascii_graphic());
    let value = is_fit.then(|| format!("Bearer {secret}").parse().ok()).flatten();
    let mut value: MetadataValue<Ascii> = value.ok_or_else(|| Error::SecretText(path.to_owned()))?;
    value.set_sensitive(true);
    Ok(value)
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options").field("edge", &self.edge).field("allocator", &self.allocator).finish_non_exhaustive()
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Link({} to {})", self.edge, self.endpoint.uri())
    }
}
