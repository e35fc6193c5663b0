//! `/livez`, `/readyz` and `/metrics`.

use std::future::Future;
use std::io;
use std::net::{SocketAddr, TcpListener};

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use tracing::error;

use super::{Config, Health, Metrics};

const METRICS_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Why the listener cannot be had.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}")]
pub struct Error {
    address: SocketAddr,
    #[source]
    source: io::Error,
}

/// A listener that is bound, and does not accept yet.
#[derive(Debug)]
pub struct Bound {
    socket: TcpListener,
    address: SocketAddr,
}

impl Bound {
    /// Binds.
    ///
    /// # Errors
    /// [`Error`] when the address cannot be had.
    pub fn bind(config: &Config) -> Result<Self, Error> {
        let failed = |source| Error { address: config.listen, source };
        let socket = TcpListener::bind(config.listen).map_err(failed)?;
        socket.set_nonblocking(true).map_err(failed)?;
        let address = socket.local_addr().map_err(failed)?;
        Ok(Self { socket, address })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `shutdown`. Whoever still reads then is cut off.
    pub async fn run(self, health: Health, metrics: Metrics, shutdown: impl Future<Output = ()>) {
        let listener = tokio::net::TcpListener::from_std(self.socket).expect("a bound socket registers");
        let serve = async { axum::serve(listener, routes(health, metrics)).await };
        tokio::select! {
            served = serve => if let Err(error) = served { error!(%error, "admin listener ended") },
            () = shutdown => {}
        }
    }
}

fn routes(health: Health, metrics: Metrics) -> Router {
    Router::new()
        .route("/livez", get(async || "live\n"))
        .route("/readyz", get(readyz).with_state(health))
        .route("/metrics", get(async |State(metrics): State<Metrics>| figures(&metrics)).with_state(metrics))
}

async fn readyz(State(health): State<Health>) -> impl IntoResponse {
    let readiness = health.readiness();
    let status = if readiness.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(readiness))
}

fn figures(metrics: &Metrics) -> impl IntoResponse + use<> {
    ([(CONTENT_TYPE, METRICS_TYPE)], metrics.text())
}
