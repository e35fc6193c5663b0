//! The edge's figures, as Prometheus reads them.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;

/// All figures of the process. Each part enters its own.
#[derive(Clone, Default)]
pub struct Metrics {
    registry: Arc<Mutex<Registry>>,
}

impl Metrics {
    /// Lets a part enter its figures.
    pub fn register<T>(&self, enter: impl FnOnce(&mut Registry) -> T) -> T {
        enter(&mut self.registry.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Every figure, in the `OpenMetrics` text format.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        encode(&mut text, &self.registry.lock().unwrap_or_else(PoisonError::into_inner)).expect("a string grows");
        text
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}
