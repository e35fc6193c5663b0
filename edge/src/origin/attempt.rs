//! One attempt to have a request answered by one server.

use std::pin::pin;
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::TrySendError;
use tokio::time::{Instant, sleep_until};

use super::connect::Connection;
use super::pool::{Lease, Slot};
use super::upload::{Upload, Watch};
use super::{Origin, OriginError, Stage};

/// An attempt that failed.
#[derive(Debug)]
pub(super) struct Failed {
    pub(super) error: OriginError,
    /// The request, where nothing of it can have reached the server.
    pub(super) unsent: Option<Request<Upload>>,
    /// Whether a connection was used that had been open before: the server may just have closed it.
    pub(super) reused: bool,
    pub(super) slot: Slot,
}

impl Origin {
    /// Sends a request to a server, and waits for the head of the answer.
    pub(super) async fn attempt(
        &self,
        server: usize,
        request: Request<Upload>,
        slot: Slot,
        fresh: bool,
    ) -> Result<(Response<Incoming>, Lease), Failed> {
        let kept = if fresh { None } else { self.pool.take(server) };
        let reused = kept.is_some();
        let connected = if let Some(connection) = kept {
            Ok(connection)
        } else {
            self.pool.make_room();
            Connection::open(&self.servers[server].address, self.config.timeouts.connect).await
        };
        let mut lease = match connected {
            Ok(connection) => self.pool.lease(server, connection, slot),
            Err(error) => return Err(Failed { error, unsent: Some(request), reused, slot }),
        };
        let watch = request.body().watch();
        match exchange(&mut lease, request, watch.as_ref(), self.config.timeouts.response).await {
            Ok(response) => Ok((response, lease)),
            Err((error, unsent)) => Err(Failed { error, unsent, reused, slot: lease.close() }),
        }
    }
}

async fn exchange(
    lease: &mut Lease,
    request: Request<Upload>,
    watch: Option<&Watch>,
    within: Duration,
) -> Result<Response<Incoming>, (OriginError, Option<Request<Upload>>)> {
    let mut answered = pin!(lease.connection().ask(request));
    let mut late = pin!(sleep_until(Instant::now() + within));
    loop {
        tokio::select! {
            biased;
            answered = &mut answered => return answered.map_err(|error| explain(error, watch)),
            () = &mut late => match watch.map(|watch| watch.due(within)).filter(|due| *due > Instant::now()) {
                Some(due) => late.as_mut().reset(due),
                None => return Err((OriginError::TimedOut(Stage::Answer), None)),
            },
        }
    }
}

fn explain(
    mut failure: TrySendError<Request<Upload>>,
    watch: Option<&Watch>,
) -> (OriginError, Option<Request<Upload>>) {
    if let Some(fault) = watch.and_then(Watch::fault) {
        return (OriginError::Body(fault), None);
    }
    let unsent = failure.take_message();
    let error = failure.into_error();
    let error = if error.is_parse() { OriginError::Malformed(Some(error)) } else { OriginError::Broken(error) };
    (error, unsent)
}
