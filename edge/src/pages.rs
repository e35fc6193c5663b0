//! The site as this edge serves it: an immutable snapshot, swapped whole, and kept on disk for the next start.
//!
//! Owns pages, assets, templates and the catalogue; never knows a shopper or a shelf.

mod catalogue;
mod compress;
mod fields;
mod html;
mod kept;
mod prepared;
mod reference;
mod resource;
mod site;
mod templates;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwapOption;
use doorbuster_proto::{Malformed, SiteVersion, Timestamp, wire};

pub use self::catalogue::{Catalogue, CatalogueItem};
pub use self::compress::{Encoded, Plain, compress};
pub use self::fields::{POLICY, security};
pub use self::resource::{CDN_CACHE_CONTROL, Draft, Representation, Resource, head};
pub use self::site::Site;
pub use self::templates::Templates;

/// Why a site cannot be installed or kept.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file of the site is not well formed.
    #[error("a site's file is malformed")]
    Malformed(#[from] Malformed),
    /// A file of the site says of itself what cannot be.
    #[error("{path}: expected {expected}, found {found:?}")]
    File {
        /// The file.
        path: String,
        /// What belongs there.
        expected: &'static str,
        /// What is there.
        found: String,
    },
    /// Something that every site has is missing.
    #[error("expected a site with {0}, found none")]
    Missing(&'static str),
    /// The catalogue cannot be read.
    #[error("the catalogue is malformed")]
    Catalogue(#[source] serde_json::Error),
    /// A template cannot be read, or not be filled in.
    #[error("template {name}")]
    Template {
        /// Its name.
        name: String,
        /// Why.
        #[source]
        source: Box<minijinja::Error>,
    },
    /// The site is larger than an edge takes.
    #[error("expected a site of at most {most} bytes, found {found}")]
    Size {
        /// The bound.
        most: usize,
        /// Its size.
        found: usize,
    },
    /// The disk failed.
    #[error("cannot keep the site at {path}")]
    Disk {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

/// A handle on the site that is served now. Cheap to clone.
#[derive(Clone)]
pub struct Pages {
    shared: Arc<Shared>,
}

struct Shared {
    site: ArcSwapOption<Site>,
    kept: kept::Kept,
    /// Held while a site is installed: the file and the snapshot change together.
    installing: Mutex<()>,
}

impl Pages {
    /// Reads the site that was kept in `folder`, which is made if need be. A kept site that is damaged counts as none.
    ///
    /// # Errors
    /// [`Error::Disk`] when the folder or the file cannot be read at all.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        let kept = kept::Kept::open(folder)?;
        let site = kept.load()?.and_then(|(version, files)| read_kept(version, files));
        let shared = Shared { site: ArcSwapOption::new(site.map(Arc::new)), kept, installing: Mutex::new(()) };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Keeps a site durably, and serves it from now on. Blocks for as long as it takes to compress it, and the disk to keep it.
    ///
    /// # Errors
    /// [`Error`] when the site is not whole or cannot be kept; the site before it is served on.
    pub fn install(&self, version: SiteVersion, files: Vec<wire::SiteFile>, now: Timestamp) -> Result<(), Error> {
        let _one_at_a_time = self.shared.installing.lock().unwrap_or_else(PoisonError::into_inner);
        kept::check_size(&files)?;
        let files = prepared::prepare(files, self.site().as_deref(), now);
        let bytes = kept::encode(version, &files);
        let site = Site::build(version, files)?;
        self.shared.kept.store(&bytes)?;
        self.shared.site.store(Some(Arc::new(site)));
        tracing::info!(%version, "site installed");
        Ok(())
    }

    /// The version that is served; 0 for none.
    pub fn version(&self) -> SiteVersion {
        self.site().map_or(SiteVersion(0), |site| site.version())
    }

    /// The same, for a moment.
    pub fn glance(&self) -> arc_swap::Guard<Option<Arc<Site>>> {
        self.shared.site.load()
    }

    /// The site that is served now, if there is one.
    pub fn site(&self) -> Option<Arc<Site>> {
        self.shared.site.load_full()
    }
}

impl fmt::Debug for Pages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pages({})", self.version())
    }
}

fn read_kept(version: SiteVersion, files: Vec<prepared::Prepared>) -> Option<Site> {
    Site::build(version, files)
        .inspect_err(|error| tracing::error!(%version, error = error as &dyn std::error::Error, "kept site refused"))
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::site::tests::{file, files};

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("doorbuster-pages-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        folder
    }

    #[test]
    fn a_site_is_served_again_after_a_restart() {
        let folder = folder("restart");
        let pages = Pages::open(&folder).unwrap();
        assert_eq!(pages.version(), SiteVersion(0));
        pages.install(SiteVersion(7), files(), Timestamp(0)).unwrap();
        let reopened = Pages::open(&folder).unwrap();
        assert_eq!(reopened.version(), SiteVersion(7));
        assert!(reopened.site().unwrap().page("/").is_some());
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_damaged_kept_site_counts_as_none() {
        let folder = folder("damage");
        Pages::open(&folder).unwrap().install(SiteVersion(7), files(), Timestamp(0)).unwrap();
        let path = folder.join(kept::FILE);
        let whole = std::fs::read(&path).unwrap();
        for damage in [0, 9, whole.len() / 2, whole.len() - 1] {
            let mut bent = whole.clone();
            bent[damage] ^= 1;
            std::fs::write(&path, &bent).unwrap();
            assert_eq!(Pages::open(&folder).unwrap().version(), SiteVersion(0), "byte {damage}");
        }
        for short in [0, 5, whole.len() - 1] {
            std::fs::write(&path, &whole[..short]).unwrap();
            assert_eq!(Pages::open(&folder).unwrap().version(), SiteVersion(0), "{short} bytes");
        }
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_site_that_is_not_whole_leaves_the_one_before_it() {
        let folder = folder("not-whole");
        let pages = Pages::open(&folder).unwrap();
        pages.install(SiteVersion(7), files(), Timestamp(0)).unwrap();
        let mut bad = files();
        bad.push(file("order.html", wire::FileKind::Template, "", "text/html", "{% if %}"));
        assert!(pages.install(SiteVersion(8), bad, Timestamp(0)).is_err());
        assert_eq!(pages.version(), SiteVersion(7));
        assert_eq!(Pages::open(&folder).unwrap().version(), SiteVersion(7));
        std::fs::remove_dir_all(folder).unwrap();
    }
}
