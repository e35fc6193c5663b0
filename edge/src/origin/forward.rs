//! From a request to an origin's answer: who is asked, how often, and what is made of what they say.

use std::sync::{MutexGuard, PoisonError};

use bytes::Bytes;
use http::header::CONTENT_LENGTH;
use http::request::Parts;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use hyper::body::{Body, Incoming};
use tracing::warn;

use super::attempt::Failed;
use super::pool::{Lease, Slot};
use super::request::{Outbound, ends_here, outbound};
use super::retries::Budget;
use super::server::Admitted;
use super::upload::Upload;
use super::{HostPolicy, Origin, OriginError, tunnel};
use crate::http::{BodyError, Client, Outgoing, Reply};

impl Origin {
    /// Has a request answered. The answer comes with its body still on its way; a 101 carries a
    /// [`Tunnel`](crate::http::Tunnel).
    ///
    /// # Errors
    /// [`OriginError`], where there is no answer of the origin's own.
    pub async fn forward<B>(&self, head: Parts, body: B, client: &Client) -> Result<Reply, OriginError>
    where
        B: Body<Data = Bytes, Error = BodyError> + Send + 'static,
    {
        self.counts.requests.inc();
        if ends_here(&head) {
            return Ok(no_content());
        }
        let outbound = outbound(head, client)?;
        let upload = Upload::new(body, self.config.body_bytes_max).map_err(OriginError::Body)?;
        let answered = self.answer(outbound, upload).await;
        if let Err(error) = &answered
            && !error.is_servers()
        {
            self.counts.failed(error.kind());
        }
        answered
    }

    async fn answer(&self, outbound: Outbound, upload: Upload) -> Result<Reply, OriginError> {
        let Outbound { head, is_websocket } = outbound;
        let method = head.method.clone();
        let (response, lease) = self.ask(head, upload).await?;
        if response.status() != StatusCode::SWITCHING_PROTOCOLS {
            return Ok(self.inbound(response, &method, lease));
        }
        if !is_websocket {
            return Err(OriginError::Malformed(None));
        }
        tunnel::open(response, lease.detach(), self.config.timeouts.tunnel)
    }

    /// Asks one server after another, as far as that is safe and paid for.
    pub(super) async fn ask(&self, head: Parts, upload: Upload) -> Result<(Response<Incoming>, Lease), OriginError> {
        let again = Again::of(&head, &upload, self.config.retries_max);
        self.budget().pay_in();
        let mut slot = self.pool.slot().await?;
        let mut request = Request::from_parts(head, upload);
        say_no_content(&mut request);
        let mut tries = Tries::default();
        loop {
            let (server, admitted) =
                self.choose(&tries.servers).map_err(|open| tries.failure.take().unwrap_or(open))?;
            if self.config.host == HostPolicy::Origin {
                request.headers_mut().insert(http::header::HOST, admitted.server.host.clone());
            }
            match self.attempt(server, request, slot, tries.fresh).await {
                Ok((response, lease)) => {
                    settle(admitted, response.status());
                    return Ok((response, lease));
                }
                Err(failed) => (request, slot) = self.try_again(failed, server, admitted, &again, &mut tries)?,
            }
        }
    }

    /// The request for another attempt, if there may be one.
    fn try_again(
        &self,
        failed: Failed,
        server: usize,
        admitted: Admitted,
        again: &Again,
        tries: &mut Tries,
    ) -> Result<(Request<Upload>, Slot), OriginError> {
        let Failed { error, unsent, reused, slot } = failed;
        // A connection that was closed while it lay idle says nothing about the server. What else was kept may be as stale.
        let stale = reused && unsent.is_some();
        tries.fresh = reused;
        if !stale {
            self.note(&error, admitted);
        }
        let Some(request) = unsent.or_else(|| again.request(&error)) else { return Err(error) };
        if !stale {
            if tries.servers.len() >= self.config.retries_max as usize || !self.budget().spend() {
                return Err(error);
            }
            self.counts.retries.inc();
            tries.servers.push(server);
        }
        tries.failure = Some(error);
        Ok((request, slot))
    }

    /// The next server whose circuit is closed, one that was not tried if there is such.
    fn choose(&self, tried: &[usize]) -> Result<(usize, Admitted), OriginError> {
        let mut refused = Vec::new();
        loop {
            let usable = |at: usize| !refused.contains(&at) && self.servers[at].wait().is_none();
            let mut balancer = self.balancer.lock().unwrap_or_else(PoisonError::into_inner);
            let chosen = balancer.next(|at| usable(at) && !tried.contains(&at)).or_else(|| balancer.next(usable));
            drop(balancer);
            let Some(server) = chosen else { return Err(self.open()) };
            match self.servers[server].admit() {
                Some(admitted) => return Ok((server, admitted)),
                // Another thread took the probe.
                None => refused.push(server),
            }
        }
    }

    fn open(&self) -> OriginError {
        let waits = self.servers.iter().filter_map(|server| server.wait());
        OriginError::Open { retry_after: waits.min().unwrap_or(self.config.circuit.open) }
    }

    fn note(&self, error: &OriginError, admitted: Admitted) {
        if !error.is_servers() {
            return;
        }
        self.counts.failed(error.kind());
        let server = &admitted.server.address;
        warn!(origin = self.name(), server, error = error as &dyn std::error::Error, "origin failed");
        admitted.failed();
    }

    fn budget(&self) -> MutexGuard<'_, Budget> {
        self.budget.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What was tried for one request.
#[derive(Default)]
struct Tries {
    /// The servers that failed.
    servers: Vec<usize>,
    /// How the last one did.
    failure: Option<OriginError>,
    /// Whether the next one is asked over a connection of its own.
    fresh: bool,
}

/// What can be sent again although it was sent: what may be repeated without harm, and has no body.
struct Again(Option<Parts>);

impl Again {
    fn of(head: &Parts, upload: &Upload, retries_max: u32) -> Self {
        let safe = head.method.is_idempotent() && upload.is_none() && retries_max > 0;
        Self(safe.then(|| head.clone()))
    }

    /// Only where the connection ended before the answer: a server that is slow gets no second one.
    fn request(&self, error: &OriginError) -> Option<Request<Upload>> {
        let head = self.0.as_ref().filter(|_| matches!(error, OriginError::Broken(_)))?;
        Some(Request::from_parts(head.clone(), Upload::none()))
    }
}

/// A server that says itself that it cannot answer is not well.
fn settle(admitted: Admitted, status: StatusCode) {
    match status {
        StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => admitted.failed(),
        _ => admitted.succeeded(),
    }
}

/// RFC 9110, 8.6: a method that usually has a body says that it has none.
fn say_no_content(request: &mut Request<Upload>) {
    let usually = [Method::POST, Method::PUT, Method::PATCH].contains(request.method());
    if usually && request.body().is_none() {
        request.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
}

fn no_content() -> Reply {
    let mut reply = Response::new(Outgoing::empty());
    *reply.status_mut() = StatusCode::NO_CONTENT;
    reply
}
