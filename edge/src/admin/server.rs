//! `/livez`, `/readyz` and `/metrics`.

use std::future::Future;
use std::net::SocketAddr;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use tracing::error;

use super::{Config, Health, Metrics};
use crate::sockets::{Error, Inherited, Sockets};

const METRICS_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// A listener that is bound, and does not accept yet.
#[derive(Debug)]
pub struct Bound(Sockets);

impl Bound {
    /// Takes the service manager's socket, or binds.
    ///
    /// # Errors
    /// [`Error`] when the address cannot be had.
    pub fn bind(config: &Config, inherited: &mut Inherited) -> Result<Self, Error> {
        Sockets::open(inherited, "admin", config.listen, 1).map(Self)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.0.address
    }

    /// Serves until `shutdown`. Whoever still reads then is cut off.
    pub async fn run(self, health: Health, metrics: Metrics, shutdown: impl Future<Output = ()>) {
        let socket = self.0.all.into_iter().next().expect("one was bound");
        let listener = tokio::net::TcpListener::from_std(socket).expect("a bound socket registers");
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
