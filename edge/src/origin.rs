//! Origins: servers behind the edge that answer what it does not.
//!
//! Owns the connections to them, and who of them is asked, how long, and how often again. Bodies stream both ways and are
//! never kept. Never decides what goes to an origin, nor how its failure looks to a shopper.

mod attempt;
mod balancer;
mod breaker;
mod config;
mod connect;
mod download;
mod error;
mod fields;
mod forward;
mod meters;
mod pool;
mod request;
mod response;
mod retries;
mod server;
#[cfg(test)]
mod tests;
mod tunnel;
mod upload;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use self::balancer::Balancer;
pub use self::breaker::Circuit;
pub use self::config::{HostPolicy, OriginConfig, ServerConfig};
pub use self::error::{OriginError, Stage};
use self::meters::Counts;
pub use self::meters::Meters;
use self::pool::Pool;
use self::retries::Budget;
use self::server::Server;

/// One origin: servers that answer the same.
#[derive(Debug)]
pub struct Origin {
    config: OriginConfig,
    servers: Vec<Arc<Server>>,
    balancer: Mutex<Balancer>,
    budget: Mutex<Budget>,
    pool: Arc<Pool>,
    counts: Counts,
}

/// All origins by their names. Never changes.
#[derive(Debug, Default)]
pub struct Origins(BTreeMap<String, Arc<Origin>>);

impl Origins {
    /// The origins of a configuration. One that was there `before` and is told the same keeps its connections and what it
    /// knows of its servers.
    pub fn new(configs: &[OriginConfig], meters: &Meters, before: Option<&Self>) -> Self {
        let origin = |config: &OriginConfig| {
            let kept = before.and_then(|before| before.find(&config.name)).filter(|kept| kept.config == *config);
            (config.name.clone(), kept.map_or_else(|| Arc::new(Origin::new(config, meters)), Arc::clone))
        };
        Self(configs.iter().map(origin).collect())
    }

    /// The origin of this name.
    pub fn find(&self, name: &str) -> Option<&Arc<Origin>> {
        self.0.get(name)
    }
}

impl Origin {
    fn new(config: &OriginConfig, meters: &Meters) -> Self {
        let counts = meters.of_origin(&config.name);
        let server = |server: &ServerConfig| {
            let circuit = meters.circuit(&config.name, &server.authority);
            Arc::new(Server::new(server, config.circuit, circuit))
        };
        Self {
            servers: config.servers.iter().map(server).collect(),
            balancer: Mutex::new(Balancer::new(&config.servers)),
            budget: Mutex::new(Budget::default()),
            pool: Arc::new(Pool::new(config.connections_max, config.wait_timeout, config.keep_alive)),
            config: config.clone(),
            counts,
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.config.name
    }
}
