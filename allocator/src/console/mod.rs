//! The operators' console: a web app, its stream of figures, and the API behind its buttons and behind `publish`.
//!
//! It has no log-in, so it listens on loopback only, and refuses what a foreign page could make a browser send.

mod api;
mod app;
mod backup;
pub(crate) mod client;
mod guard;
mod problem;
mod stream;
mod supply;

use std::future::Future;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};

pub(crate) use backup::BackupRequest;
pub(crate) use client::Unreachable;

use crate::ledger::Ledger;
use crate::publish::{BUNDLE_BYTES_MAX, Edges};
use crate::store::Backups;

/// The most streams of figures at a time.
const STREAMS_MAX: usize = 64;

/// What the handlers share.
#[derive(Clone)]
pub struct Console {
    ledger: Ledger,
    copier: backup::Copier,
    edges: Arc<Edges>,
    streams: Arc<Semaphore>,
    ending: watch::Receiver<bool>,
}

impl Console {
    /// A console on a ledger. Streams end when `ending` turns true.
    pub fn new(ledger: Ledger, backups: Backups, edges: Edges, ending: watch::Receiver<bool>) -> Self {
        let copier = backup::Copier::new(backups);
        Self { ledger, copier, edges: Arc::new(edges), streams: Arc::new(Semaphore::new(STREAMS_MAX)), ending }
    }

    /// Serves operators until the shutdown.
    ///
    /// # Errors
    /// What the listener could not do.
    pub async fn run(
        self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> std::io::Result<()> {
        let own = listener.local_addr()?.to_string();
        axum::serve(listener, self.router(own)).with_graceful_shutdown(shutdown).await
    }

    fn router(self, own: String) -> Router {
        Router::new()
            .route("/api/snapshot", get(api::snapshot))
            .route("/api/stream", get(stream::figures))
            .route("/api/sales", post(api::publish).layer(DefaultBodyLimit::max(BUNDLE_BYTES_MAX)))
            .route("/api/sales/{sale}/report", get(api::report))
            .route("/api/sales/{sale}/close", post(api::close))
            .route("/api/sales/{sale}/items/{sku}", post(supply::set).layer(DefaultBodyLimit::max(supply::BYTES_MAX)))
            .route("/api/edges/{edge}/evict", post(api::evict))
            .route("/api/edges/{edge}/epochs/{epoch}/write-off", post(api::write_off))
            .route("/api/resume-grants", post(api::resume_grants))
            .route("/api/backups", post(backup::make).layer(DefaultBodyLimit::max(backup::REQUEST_BYTES_MAX)))
            .route("/api/orders/{order}", get(api::order))
            .route("/api/orders/{order}/cancel", post(api::cancel))
            .fallback(app::serve)
            .method_not_allowed_fallback(problem::method_not_allowed)
            .layer(middleware::from_fn(move |request, next| guard::check(own.clone(), request, next)))
            .with_state(self)
    }
}
