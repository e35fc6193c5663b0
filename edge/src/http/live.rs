//! What may change while the edge serves: swapped whole by a reload, and read by each request once.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use arc_swap::{ArcSwap, Guard};
use bytes::Bytes;
use doorbuster_config::Fault;
use hyper::header::{HeaderValue, STRICT_TRANSPORT_SECURITY};

use super::{Config, Trust};
use crate::limits::{self, Limits};
use crate::origin::{Meters, Origin, OriginConfig, Origins};
use crate::sites::{RestConfig, SiteConfig, Sites};

/// What a snapshot is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveConfig {
    /// Sites besides the shop.
    pub sites: Vec<SiteConfig>,
    /// Servers behind this edge.
    pub origins: Vec<OriginConfig>,
    /// The origin of what neither a site nor the shop knows.
    pub rest: RestConfig,
    /// Limits per client address.
    pub limits: limits::Config,
}

/// One snapshot. Never changes.
#[derive(Debug)]
pub struct Live {
    pub(super) sites: Sites,
    pub(super) rest: Option<Arc<Origin>>,
    pub(super) limits: Arc<Limits>,
    pub(super) connections_per_address: Option<u32>,
    pub(super) trust: Trust,
    pub(super) server_timing: bool,
    /// What an encrypted answer tells the browser about coming again (RFC 6797).
    pub(super) hsts: Option<Hsts>,
    origins: Origins,
    limits_config: limits::Config,
}

/// The field `Strict-Transport-Security`, as a value and as a line.
#[derive(Debug, Clone)]
pub(super) struct Hsts {
    pub(super) value: HeaderValue,
    pub(super) line: Bytes,
}

impl Live {
    /// Builds a snapshot; reads the files of all sites, and blocks while it does. What is told as it was `before` keeps its
    /// connections and its counts.
    ///
    /// # Errors
    /// Every fault of every site.
    pub fn build(
        config: &LiveConfig,
        http: &Config,
        meters: &Meters,
        now: SystemTime,
        before: Option<&Live>,
    ) -> Result<Self, Vec<Fault>> {
        let origins = Origins::new(&config.origins, meters, before.map(|before| &before.origins));
        let same = before.filter(|before| before.limits_config == config.limits);
        Ok(Self {
            sites: Sites::load(&config.sites, &origins, now)?,
            rest: config.rest.origin.as_ref().and_then(|name| origins.find(name)).cloned(),
            limits: same.map_or_else(|| Arc::new(Limits::new(&config.limits)), |before| Arc::clone(&before.limits)),
            connections_per_address: config.limits.connections_per_address,
            trust: http.trust.clone(),
            server_timing: http.server_timing,
            hsts: http.tls.as_ref().and_then(|tls| Hsts::lasting(tls.hsts_max_age_s)),
            origins,
            limits_config: config.limits.clone(),
        })
    }
}

impl Hsts {
    fn lasting(seconds: u32) -> Option<Self> {
        if seconds == 0 {
            return None;
        }
        let text = format!("max-age={seconds}");
        let line = format!("{}: {text}\r\n", STRICT_TRANSPORT_SECURITY.as_str());
        Some(Self { value: HeaderValue::try_from(text).expect("a number is visible ASCII"), line: line.into() })
    }
}

/// The snapshot that holds now. Clones share it.
#[derive(Clone)]
pub struct Current(Arc<ArcSwap<Live>>);

impl Current {
    /// Begins with a snapshot.
    pub fn new(live: Live) -> Self {
        Self(Arc::new(ArcSwap::from_pointee(live)))
    }

    /// Another snapshot from now on; requests in hand end with the one that they began with.
    pub fn swap(&self, live: Live) {
        self.0.store(Arc::new(live));
    }

    /// The snapshot, to be kept.
    pub fn get(&self) -> Arc<Live> {
        self.0.load_full()
    }

    /// The snapshot, for a moment.
    pub(super) fn glance(&self) -> Guard<Arc<Live>> {
        self.0.load()
    }
}

impl fmt::Debug for Current {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Current")
    }
}
