//! One server of an origin: where it is, and whether it is well.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use http::HeaderValue;
use prometheus_client::metrics::gauge::Gauge;

use super::breaker::{Breaker, Circuit, Pass};
use super::{ServerConfig, meters};

/// One server.
#[derive(Debug)]
pub(super) struct Server {
    /// Host and port, as a socket is connected to.
    pub(super) address: String,
    /// The same as a field `Host`.
    pub(super) host: HeaderValue,
    breaker: Mutex<Breaker>,
    circuit: Gauge,
}

impl Server {
    pub(super) fn new(config: &ServerConfig, circuit: Circuit, gauge: Gauge) -> Self {
        gauge.set(0);
        Self {
            address: config.address(),
            host: HeaderValue::from_str(&config.authority).expect("an authority is visible ASCII"),
            breaker: Mutex::new(Breaker::new(circuit, now())),
            circuit: gauge,
        }
    }

    /// How long until it may be asked; nothing where it may be now.
    pub(super) fn wait(&self) -> Option<Duration> {
        self.breaker().wait(now())
    }

    /// Whether it may be asked now; the permission comes back with an outcome.
    pub(super) fn admit(self: &Arc<Self>) -> Option<Admitted> {
        let pass = self.change(|breaker| breaker.admit(now()))?;
        Some(Admitted { server: Arc::clone(self), pass: Some(pass) })
    }

    /// What its circuit is.
    #[cfg(test)]
    pub(super) fn state(&self) -> super::breaker::State {
        self.breaker().state()
    }

    fn change<T>(&self, change: impl FnOnce(&mut Breaker) -> T) -> T {
        let mut breaker = self.breaker();
        let before = breaker.state();
        let changed = change(&mut breaker);
        if breaker.state() != before {
            self.circuit.set(meters::number(breaker.state()));
            tracing::info!(server = self.address, state = ?breaker.state(), "circuit changed");
        }
        changed
    }

    fn breaker(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request that was let through to a server. Dropped without an outcome, it counts as given up by the shopper.
#[derive(Debug)]
pub(super) struct Admitted {
    pub(super) server: Arc<Server>,
    pass: Option<Pass>,
}

impl Admitted {
    pub(super) fn succeeded(mut self) {
        if let Some(pass) = self.pass.take() {
            self.server.change(|breaker| breaker.succeeded(pass, now()));
        }
    }

    pub(super) fn failed(mut self) {
        if let Some(pass) = self.pass.take() {
            self.server.change(|breaker| breaker.failed(pass, now()));
        }
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        if let Some(pass) = self.pass.take() {
            self.server.change(|breaker| breaker.abandoned(pass, now()));
        }
    }
}

/// The runtime's time, which tests can stop.
fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}
