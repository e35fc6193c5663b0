//! Before the shop: who asks, whether so often, which site, and what the log keeps of it.

mod admission;
mod at_hand;
mod forward;
mod pipe;
mod posted;
mod stamp;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Instant;

use doorbuster_http_core::Head;
use hyper::header::{HOST, STRICT_TRANSPORT_SECURITY};
use hyper::http::request::Parts;
use hyper::{Method, Request, StatusCode};

use self::admission::Doors;
use self::forward::problem_of;
use self::stamp::Stamp;
use super::live::{Current, Live};
use super::request::BODY_BYTES_MAX;
use super::service::{AtHand, BodyBound, Peer, Posted, Refused, Service};
use super::{Bound, Client, Error, Incoming, Problem, Reply, Shop, represent, respond};
use crate::access::AccessLog;
use crate::limits::AddressCounts;
use crate::origin::Origin;
use crate::sites::{Found, Site};

/// All that answers shoppers: sites, the shop, and origins behind them.
#[derive(Debug)]
pub struct Front {
    shop: Shop,
    current: Current,
    log: AccessLog,
}

impl Front {
    /// Puts its parts together.
    pub fn new(shop: Shop, current: Current, log: AccessLog) -> Self {
        Self { shop, current, log }
    }

    /// Serves shoppers until `shutdown`, then finishes what is in hand.
    ///
    /// # Errors
    /// [`Error`] when the listener cannot be set up.
    pub async fn serve(self, listener: Bound, shutdown: impl Future<Output = ()>) -> Result<(), Error> {
        let doors = Arc::new(Doors { current: self.current.clone(), counts: AddressCounts::default() });
        listener.run(Arc::new(self), doors, shutdown).await
    }

    /// Whether each request is counted or written down: then it goes the long way.
    fn notes(&self, live: &Live) -> bool {
        self.log.is_on() || live.limits.counts_requests() || live.server_timing
    }

    async fn admit(&self, live: &Live, head: Parts, body: Incoming, client: Client, stamp: &mut Stamp) -> Reply {
        if let Err(problem) = stamp.count(live.limits.request(client.address)) {
            return self.shop.refuse(&problem, &head);
        }
        self.route(live, head, body, client, stamp).await
    }

    async fn sell(&self, live: &Live, head: Parts, body: Incoming, client: Client, stamp: &mut Stamp) -> Reply {
        if live.limits.counts_purchases()
            && Shop::is_purchase(&head.method, head.uri.path())
            && let Err(problem) = stamp.count(live.limits.purchase(client.address))
        {
            return self.shop.refuse(&problem, &head);
        }
        self.shop.answer(head, body, client.address).await
    }

    async fn route(&self, live: &Live, head: Parts, body: Incoming, client: Client, stamp: &mut Stamp) -> Reply {
        let host = head.headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        let Some(site) = live.sites.site(host) else {
            return match live.rest.as_ref().filter(|_| !self.shop.knows(&head.method, head.uri.path())) {
                Some(origin) => Box::pin(self.forward(origin, None, head, body, client, stamp)).await,
                None => self.sell(live, head, body, client, stamp).await,
            };
        };
        match site.find(&head.method, head.uri.path(), head.uri.query()) {
            Found::File(file) => represent::reply(&file.resource, &head.method, &head.headers),
            Found::Redirect { status, location } => respond::redirect(status, location),
            // Boxed, as is all that most requests are not: what is made for each would be as large as the largest.
            Found::Origin(origin) => Box::pin(self.forward(origin, Some(site), head, body, client, stamp)).await,
            Found::Refused { status, page } => match page {
                Some(page) => represent::error_page(&page.resource, status),
                None => respond::problem(&problem_with(status)),
            },
        }
    }

    async fn forward(
        &self,
        origin: &Arc<Origin>,
        site: Option<&Site>,
        mut head: Parts,
        body: Incoming,
        client: Client,
        stamp: &Stamp,
    ) -> Reply {
        stamp.trace(&mut head.headers);
        match origin.forward(head, body, &client).await {
            Ok(reply) => reply,
            Err(error) => {
                let page = site.and_then(|site| site.error_page(error.status()));
                tracing::debug!(origin = origin.name(), error = &error as &dyn std::error::Error, "origin not asked");
                let problem = problem_of(&error);
                match page {
                    Some(page) => {
                        respond::with_problem_headers(represent::error_page(&page.resource, error.status()), &problem)
                    }
                    None => respond::problem(&problem),
                }
            }
        }
    }
}

/// What a site says of a path that it has nothing for.
fn problem_with(status: StatusCode) -> Problem {
    match status {
        StatusCode::METHOD_NOT_ALLOWED => Problem::MethodNotAllowed { allow: "GET, HEAD" },
        StatusCode::BAD_REQUEST => Problem::BadRequest("The path is malformed.".to_owned()),
        StatusCode::FORBIDDEN => Problem::Forbidden,
        _ => Problem::NotFound,
    }
}

impl Service for Front {
    type Errand = posted::Errand;
    type Answer = posted::PurchaseAnswer;

    fn at_hand(&self, head: &Head<'_>, peer: Peer) -> Option<AtHand> {
        let live = self.current.glance();
        if self.notes(&live) {
            return None;
        }
        let (status, at_hand) = at_hand::find(&self.shop, &live, head)?;
        self.shop.counts.responded(status);
        let more = live.hsts.as_ref().filter(|_| peer.secure).map(|hsts| hsts.line.clone());
        Some(AtHand { more, ..at_hand })
    }

    fn page<B>(&self, request: &Request<B>, host: &str, peer: Peer) -> Option<Reply> {
        let live = self.current.glance();
        if self.notes(&live) {
            return None;
        }
        let mut reply = at_hand::reply(&self.shop, &live, request, host)?;
        self.shop.counts.responded(reply.status());
        if let Some(hsts) = live.hsts.as_ref().filter(|_| peer.secure) {
            reply.headers_mut().insert(STRICT_TRANSPORT_SECURITY, hsts.value.clone());
        }
        Some(reply)
    }

    fn posted(
        &self,
        head: &Head<'_>,
        body: &[u8],
        peer: Peer,
    ) -> Option<Posted<posted::PurchaseAnswer, posted::Errand>> {
        let live = self.current.glance();
        if self.notes(&live) || live.limits.counts_purchases() {
            return None;
        }
        let posted = posted::take(&self.shop, &live, head, body, peer)?;
        if let Posted::Answered(outcome) = &posted {
            self.shop.counts.responded(outcome.status());
        }
        Some(posted)
    }

    async fn finish(&self, errand: posted::Errand) -> posted::PurchaseAnswer {
        let outcome = posted::finish(&self.shop, errand).await;
        self.shop.counts.responded(outcome.status());
        outcome
    }

    fn body_bound(&self, method: &str, host: &str, target: &str) -> BodyBound {
        let live = self.current.glance();
        let (path, query) = at_hand::split(target);
        let method = Method::from_bytes(method.as_bytes()).unwrap_or_default();
        let streams = match live.sites.find(host, &method, path, query) {
            Some(found) => matches!(found, Found::Origin(_)),
            None => live.rest.is_some() && !self.shop.knows(&method, path),
        };
        if streams { BodyBound::Stream } else { BodyBound::Whole(BODY_BYTES_MAX) }
    }

    async fn answer(&self, request: Request<Incoming>, peer: Peer) -> Reply {
        let began = Instant::now();
        let (head, body) = request.into_parts();
        let live = self.current.get();
        let client = live.trust.client(peer, &head.headers);
        let mut stamp = Stamp::of(&head, client, live.trust.believes(peer.address), &self.log, began);
        let reply = self.admit(&live, head, body, client, &mut stamp).await;
        self.shop.counts.responded(reply.status());
        stamp.put_on(reply, &live, peer, &self.log)
    }

    fn refuse(&self, refused: Refused, peer: Peer) -> Reply {
        let problem = match refused {
            Refused::Malformed(refusal) => Problem::Refused(refusal),
            Refused::TimedOut => Problem::RequestTimeout,
            Refused::BodyTooLarge => Problem::PayloadTooLarge,
        };
        let reply = respond::problem(&problem);
        self.shop.counts.responded(reply.status());
        Stamp::unreadable(peer, &self.log).put_on(reply, &self.current.get(), peer, &self.log)
    }
}
