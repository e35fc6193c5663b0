//! From a request to its answer.

use std::net::IpAddr;
use std::sync::Arc;

use doorbuster_config::clock;
use doorbuster_http_core::Head;
use doorbuster_proto::{Availability, ShopperId, SkuCode};
use hyper::http::request::Parts;
use hyper::{Method, Request};
use minijinja::{Value, context};
use tracing::error;

use super::accept::Admission;
use super::problem::Kind;
use super::request::{Asked, BODY_BYTES_MAX};
use super::respond::{self, Reply};
use super::router::{self, Route, Unroutable};
use super::service::{AtHand, BodyBound, Peer, Refused, Service};
use super::{Client, Counts, Incoming, Problem, Trust, api, form, origin, represent};
use crate::gate::Gate;
use crate::pages::{Pages, Site};
use crate::stock::Stock;

/// All that the shoppers' listener knows. Shared by its threads.
pub struct Shop {
    pub(super) stock: Stock,
    pub(super) pages: Pages,
    pub(super) gate: Gate,
    pub(super) counts: Counts,
    trust: Trust,
}

impl Shop {
    /// A shop over its parts.
    pub fn new(stock: Stock, pages: Pages, gate: Gate, counts: Counts, trust: Trust) -> Self {
        Self { stock, pages, gate, counts, trust }
    }

    /// Serves shoppers until `shutdown`, then finishes what is in hand.
    ///
    /// # Errors
    /// [`Error`](super::Error) when the listener cannot be set up.
    pub async fn serve(
        self: Arc<Self>,
        listener: super::Bound,
        shutdown: impl Future<Output = ()>,
    ) -> Result<(), super::Error> {
        let admission = Arc::new(Everybody(listener.trust().clone()));
        listener.run(self, admission, shutdown).await
    }

    async fn try_answer(&self, head: Parts, body: Incoming, client: Client) -> Result<Reply, Problem> {
        let posts = head.method == Method::POST;
        let path = head.uri.path().to_owned();
        let route = router::route(&head.method, &path)?;
        if posts && origin::is_cross_site(&head.headers) {
            return Err(Problem::CrossSite);
        }
        // The engines hand on the body of such a request whole.
        let body = body.into_whole().ok_or(Problem::Internal)?;
        self.follow(route, &Asked { head, body, client, now: clock::now() }).await
    }

    async fn follow(&self, route: Route<'_>, asked: &Asked) -> Result<Reply, Problem> {
        match route {
            Route::Page(path) => self.page(&path, asked),
            Route::Product(sku) => self.product(&sku, asked),
            Route::Asset(path) => self.asset(&path, asked),
            Route::Problem(name) => Kind::named(&name).map(respond::about).ok_or(Problem::NotFound),
            Route::Sales => Ok(api::sales::all(&self.stock.board(), asked.now)),
            Route::Sale(sale) => api::sales::one(&self.stock.board(), &sale, asked.now),
            Route::PlaceOrder(sale) => api::place::place(self, asked, &sale).await,
            Route::Orders => api::orders::all(self, asked).await,
            Route::Order(id) => api::orders::one(self, asked, &id).await,
            Route::Login => api::login::login(self, asked),
            Route::Logout => Ok(api::login::logout()),
            Route::FormOrder(sku) => form::order::place(self, asked, &sku).await,
            Route::FormLogin => form::login::login(self, asked),
            Route::FormLogout => Ok(form::login::logout()),
            Route::LoginPage => form::login::page(self, asked),
            Route::OrdersPage => form::orders::all(self, asked).await,
            Route::OrderPage(id) => form::orders::one(self, asked, &id).await,
        }
    }

    fn page(&self, path: &str, asked: &Asked) -> Result<Reply, Problem> {
        let site = self.site()?;
        let page = site.page(path).ok_or(Problem::NotFound)?;
        Ok(represent::reply(page, &asked.head.method, &asked.head.headers))
    }

    fn product(&self, code: &str, asked: &Asked) -> Result<Reply, Problem> {
        let site = self.site()?;
        let code: SkuCode = code.parse().map_err(|_| Problem::NotFound)?;
        let board = self.stock.board();
        let word = board.find(&code).and_then(|(_, sku)| board.availability(&sku, asked.now));
        // A page whose item left the board belongs to a sale that is settled.
        let word = word.unwrap_or(Availability::Over);
        let page = site.variant(&format!("/p/{code}"), word).ok_or(Problem::NotFound)?;
        Ok(represent::reply(page, &asked.head.method, &asked.head.headers))
    }

    fn asset(&self, path: &str, asked: &Asked) -> Result<Reply, Problem> {
        let site = self.site()?;
        let asset = site.asset(path).ok_or(Problem::NotFound)?;
        Ok(represent::reply(asset, &asked.head.method, &asked.head.headers))
    }

    /// The site that is served now.
    pub(super) fn site(&self) -> Result<std::sync::Arc<Site>, Problem> {
        self.pages.site().ok_or(Problem::OpeningSoon)
    }

    /// Who asks, if the token counts.
    pub(super) fn shopper(&self, asked: &Asked) -> Option<ShopperId> {
        self.gate.shopper(asked.token()?, asked.now)
    }

    fn refuse(&self, problem: &Problem, html: bool) -> Reply {
        if *problem == Problem::OpeningSoon {
            return respond::opening_soon();
        }
        let page = if html { self.error_page(problem) } else { None };
        page.unwrap_or_else(|| respond::problem(problem))
    }

    fn error_page(&self, problem: &Problem) -> Option<Reply> {
        let kind = problem.kind();
        let values = context! { status => kind.status.as_u16(), title => kind.title, detail => problem.detail() };
        let text = render(&*self.pages.site()?, "error.html", values).ok()?;
        Some(respond::with_problem_headers(respond::html(kind.status, text), problem))
    }
}

impl Service for Shop {
    fn at_hand(&self, _head: &Head<'_>, _peer: Peer) -> Option<AtHand> {
        None
    }

    fn body_bound(&self, _method: &str, _host: &str, _target: &str) -> BodyBound {
        BodyBound::Whole(BODY_BYTES_MAX)
    }

    async fn answer(&self, request: Request<Incoming>, peer: Peer) -> Reply {
        let (head, body) = request.into_parts();
        let html = Asked::wants_html(&head);
        let client = self.trust.client(peer, &head.headers);
        let reply = match self.try_answer(head, body, client).await {
            Ok(reply) => reply,
            Err(problem) => self.refuse(&problem, html),
        };
        self.counts.responded(reply.status());
        reply
    }

    fn refuse(&self, refused: Refused, _peer: Peer) -> Reply {
        let problem = match refused {
            Refused::Malformed(refusal) => Problem::Refused(refusal),
            Refused::TimedOut => Problem::RequestTimeout,
            Refused::BodyTooLarge => Problem::PayloadTooLarge,
        };
        let reply = respond::problem(&problem);
        self.counts.responded(reply.status());
        reply
    }
}

/// Lets everybody connect.
struct Everybody(Trust);

impl Admission for Everybody {
    fn enter(&self, _address: IpAddr) -> Option<Box<dyn Send>> {
        Some(Box::new(()))
    }

    fn introduces(&self, peer: IpAddr) -> bool {
        self.0.introduces(peer)
    }
}

/// Fills a template of the site in.
pub(super) fn render(site: &Site, name: &str, context: Value) -> Result<String, Problem> {
    site.templates().render(name, context).map_err(|error| {
        error!(name, error = &error as &dyn std::error::Error, "template not rendered");
        Problem::Internal
    })
}

impl std::fmt::Debug for Shop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shop").field("pages", &self.pages).finish_non_exhaustive()
    }
}

impl From<Unroutable> for Problem {
    fn from(unroutable: Unroutable) -> Self {
        match unroutable {
            Unroutable::NotFound => Self::NotFound,
            Unroutable::Method(allow) => Self::MethodNotAllowed { allow },
            Unroutable::BadPath => Self::BadRequest("The path is not well-formed percent-encoded UTF-8.".to_owned()),
        }
    }
}
