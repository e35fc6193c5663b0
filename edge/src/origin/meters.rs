//! What goes to origins, counted.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::breaker::State;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OriginLabel {
    origin: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct FailureLabels {
    origin: String,
    kind: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ServerLabels {
    origin: String,
    server: String,
}

/// The metrics of all origins. They outlive a reload.
#[derive(Debug, Clone, Default)]
pub struct Meters {
    requests: Family<OriginLabel, Counter>,
    retries: Family<OriginLabel, Counter>,
    failures: Family<FailureLabels, Counter>,
    circuits: Family<ServerLabels, Gauge>,
}

/// The counters of one origin.
#[derive(Debug, Clone)]
pub(super) struct Counts {
    origin: String,
    pub(super) requests: Counter,
    pub(super) retries: Counter,
    failures: Family<FailureLabels, Counter>,
}

impl Meters {
    /// Counters at zero, entered in `registry`.
    pub fn register(registry: &mut Registry) -> Self {
        let meters = Self::default();
        registry.register("doorbuster_origin_requests", "Requests for an origin", meters.requests.clone());
        registry.register("doorbuster_origin_retries", "Requests sent again", meters.retries.clone());
        let help = "Failures of an origin, by kind, also of what was sent again";
        registry.register("doorbuster_origin_failures", help, meters.failures.clone());
        let help = "A server's circuit: 0 closed, 1 being probed, 2 open";
        registry.register("doorbuster_origin_circuit", help, meters.circuits.clone());
        meters
    }

    pub(super) fn of_origin(&self, name: &str) -> Counts {
        let label = OriginLabel { origin: name.to_owned() };
        Counts {
            origin: name.to_owned(),
            requests: self.requests.get_or_create_owned(&label),
            retries: self.retries.get_or_create_owned(&label),
            failures: self.failures.clone(),
        }
    }

    pub(super) fn circuit(&self, origin: &str, server: &str) -> Gauge {
        let labels = ServerLabels { origin: origin.to_owned(), server: server.to_owned() };
        self.circuits.get_or_create_owned(&labels)
    }
}

impl Counts {
    /// Counts a failure. The kinds are few.
    pub(super) fn failed(&self, kind: &'static str) {
        self.failures.get_or_create(&FailureLabels { origin: self.origin.clone(), kind }).inc();
    }
}

/// A circuit's state as a number.
pub(super) fn number(state: State) -> i64 {
    match state {
        State::Closed => 0,
        State::Probing { .. } => 1,
        State::Open { .. } => 2,
    }
}
