//! Sites besides the shop: folders, redirects, and what origins answer.
//!
//! Owns which host, path and method lead to what, as a snapshot that never changes; a reload loads another one. Files
//! are read while it is loaded, and never while a request is answered. Never talks to an origin itself.

mod config;
mod content_type;
mod file;
mod folder;
mod hash;
mod host;
mod path;
mod pattern;
mod redirects;
mod site;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::SystemTime;

use doorbuster_config::{Fault, Faults};
use http::Method;

pub use self::config::{CacheRule, ProxyRule, RedirectConfig, RestConfig, SiteConfig};
pub use self::file::File;
pub use self::host::HostPattern;
pub use self::pattern::Pattern;
pub use self::site::{Found, Site};
use crate::origin::Origins;

/// All sites. Never changes.
#[derive(Debug, Default)]
pub struct Sites {
    hosts: host::Hosts<Arc<Site>>,
}

impl Sites {
    /// Reads the files of all sites. Blocks while it does.
    ///
    /// # Errors
    /// Every fault of every site: what cannot be read or served, and what does not fit within the bounds.
    pub fn load(configs: &[SiteConfig], origins: &Origins, now: SystemTime) -> Result<Self, Vec<Fault>> {
        let (faults, mut room, mut sites) = (Faults::default(), folder::Room::default(), Self::default());
        for config in configs {
            let site = Arc::new(Site::load(config, origins, &mut room, now, &faults));
            for host in &config.hosts {
                sites.hosts.insert(host.clone(), Arc::clone(&site));
            }
        }
        faults.or(Some(sites))
    }

    /// The site of a host: a `Host` field's value or an `:authority`, whatever its case, port and final dot.
    pub fn site(&self, host: &str) -> Option<&Site> {
        self.hosts.find(host).map(|site| &**site)
    }

    /// What answers a request; `None` where no site is for that host. `path` is as it came, percent-encoded.
    pub fn find(&self, host: &str, method: &Method, path: &str, query: Option<&str>) -> Option<Found<'_>> {
        Some(self.site(host)?.find(method, path, query))
    }
}
