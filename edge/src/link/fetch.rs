//! The site: every file of it, or nothing.

use std::time::Duration;

use doorbuster_config::clock;
use doorbuster_proto::{SiteVersion, wire};
use tonic::{Request, Status};
use tracing::{info, warn};

use super::Link;
use super::session::Client;
use crate::pages;

/// The most files that a site may have.
const SITE_FILES_MAX: usize = 65_536;
/// The most bytes that a site may have.
const SITE_BYTES_MAX: usize = 512 << 20;
/// How long a whole site may take.
const FETCH_MS_MAX: u64 = 60_000;
/// How long after a failure it is tried again, while the session lasts.
const RETRY_MS: u64 = 1_000;

/// Why a site could not be had.
#[derive(Debug, thiserror::Error)]
enum Failed {
    /// The allocator gave no whole answer.
    #[error("the allocator ended the answer")]
    Status(#[from] Status),
    /// It took too long.
    #[error("expected the site within {FETCH_MS_MAX} ms")]
    Slow,
    /// Files of another version among them, or too few, or too many.
    #[error("expected {expected}, found {found}")]
    NotWhole { expected: String, found: String },
    /// It cannot be served or kept.
    #[error("the site cannot be installed")]
    Install(#[from] pages::Error),
    /// The process is ending.
    #[error("the installation was given up")]
    GivenUp(#[from] tokio::task::JoinError),
}

impl Link {
    /// Fetches and installs the site, trying for as long as it takes; says which version it is.
    pub(super) async fn fetch_site(&self, client: Client, wanted: SiteVersion) -> SiteVersion {
        loop {
            match self.try_fetch(client.clone()).await {
                Ok(site) => {
                    info!(%site, %wanted, "site fetched");
                    return site;
                }
                Err(failed) => {
                    warn!(error = &failed as &dyn std::error::Error, %wanted, "site not fetched");
                    tokio::time::sleep(Duration::from_millis(RETRY_MS)).await;
                }
            }
        }
    }

    async fn try_fetch(&self, client: Client) -> Result<SiteVersion, Failed> {
        let all = self.files(client);
        let files =
            tokio::time::timeout(Duration::from_millis(FETCH_MS_MAX), all).await.map_err(|_| Failed::Slow)??;
        let site = whole(&files)?;
        let pages = self.pages.clone();
        tokio::task::spawn_blocking(move || pages.install(site, files, clock::now())).await??;
        Ok(site)
    }

    async fn files(&self, mut client: Client) -> Result<Vec<wire::SiteFile>, Failed> {
        let request = Request::new(wire::SiteRequest { edge: self.edge.to_string() });
        let mut stream = client.site(request).await?.into_inner();
        let mut files = Vec::new();
        let mut bytes = 0;
        while let Some(file) = stream.message().await? {
            bytes += file.body.len();
            if files.len() >= SITE_FILES_MAX || bytes > SITE_BYTES_MAX {
                let expected = format!("at most {SITE_FILES_MAX} files of {SITE_BYTES_MAX} bytes in all");
                return Err(Failed::NotWhole { expected, found: format!("{} files, {bytes} bytes", files.len() + 1) });
            }
            files.push(file);
        }
        Ok(files)
    }
}

/// The version of files that make one whole site.
fn whole(files: &[wire::SiteFile]) -> Result<SiteVersion, Failed> {
    let (site, count) = files.first().map(|file| (file.site, file.files)).unwrap_or_default();
    let fitting = files.iter().filter(|file| file.site == site && file.files == count).count();
    if fitting != files.len() || usize::try_from(count) != Ok(files.len()) || files.is_empty() {
        let expected = format!("{count} files of site {site}, at least one");
        return Err(Failed::NotWhole { expected, found: format!("{fitting} of it among {}", files.len()) });
    }
    Ok(SiteVersion(site))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(site: u64, files: u32) -> wire::SiteFile {
        wire::SiteFile { site, files, ..Default::default() }
    }

    #[test]
    fn a_site_is_whole_or_refused() {
        assert_eq!(whole(&[file(7, 2), file(7, 2)]).ok(), Some(SiteVersion(7)));
        for files in [vec![], vec![file(7, 2)], vec![file(7, 2), file(8, 2)], vec![file(7, 1), file(7, 1)]] {
            assert!(whole(&files).is_err(), "{files:?}");
        }
    }
}
