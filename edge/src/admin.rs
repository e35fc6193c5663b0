//! The operators' listener: whether the edge lives, whether it is ready, and its figures.
//!
//! Never on the shoppers' path; a listener, and a thread, of its own.

mod config;
mod health;
mod metrics;
mod server;

pub use self::config::Config;
pub use self::health::{Health, Readiness};
pub use self::metrics::Metrics;
pub use self::server::Bound;
