//! The admin listener: whether the process lives and is ready, and its metrics.

mod metrics;
mod units;

use std::future::Future;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use doorbuster_config::Environment;
use http::{StatusCode, header};
use prometheus_client::registry::Registry;
use tokio::net::TcpListener;
use tokio::sync::watch;

pub use metrics::Metrics;

use crate::ledger::Ledger;

/// What the handlers share.
#[derive(Clone)]
struct Admin {
    registry: Arc<Registry>,
    ending: watch::Receiver<bool>,
}

/// Serves probes and the scraper until the shutdown.
///
/// # Errors
/// What the listener could not do.
pub async fn run(
    listener: TcpListener,
    metrics: &Metrics,
    environment: Environment,
    ledger: Ledger,
    ending: watch::Receiver<bool>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let registry = Arc::new(metrics.registry(environment, ledger));
    axum::serve(listener, router(Admin { registry, ending })).with_graceful_shutdown(shutdown).await
}

fn router(admin: Admin) -> Router {
    Router::new()
        .route("/livez", get(async || "alive\n"))
        .route("/readyz", get(ready))
        .route("/metrics", get(scrape))
        .with_state(admin)
}

/// The listener opens when the ledger is loaded: what is left to tell is that the process drains.
async fn ready(State(admin): State<Admin>) -> Response {
    if *admin.ending.borrow() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n").into_response();
    }
    "ready\n".into_response()
}

async fn scrape(State(admin): State<Admin>) -> Response {
    let mut text = String::new();
    match prometheus_client::encoding::text::encode(&mut text, &admin.registry) {
        Ok(()) => {
            let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            ([(header::CONTENT_TYPE, kind)], text).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_draining_process_is_not_ready() {
        let (ending, watched) = watch::channel(false);
        let admin = Admin { registry: Arc::new(Registry::default()), ending: watched };
        assert_eq!(ready(State(admin.clone())).await.status(), StatusCode::OK);
        ending.send_replace(true);
        assert_eq!(ready(State(admin)).await.status(), StatusCode::SERVICE_UNAVAILABLE);
    }
}
