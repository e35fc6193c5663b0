//! From a request to its answer.

use std::net::IpAddr;

use doorbuster_config::clock;
use doorbuster_http_core::FieldValues;
use doorbuster_proto::{Availability, ShopperId, SkuCode, Timestamp};
use hyper::Method;
use hyper::http::request::Parts;
use minijinja::{Value, context};
use tracing::error;

use super::problem::Kind;
use super::request::Asked;
use super::respond::{self, Reply};
use super::root::root;
use super::router::{self, Route, Unroutable};
use super::{Counts, Incoming, Problem, api, form, origin, represent, request};
use crate::gate::Gate;
use crate::pages::{Pages, Resource, Site};
use crate::stock::Stock;

/// All that the shoppers' listener knows. Shared by its threads.
pub struct Shop {
    pub(super) stock: Stock,
    pub(super) pages: Pages,
    pub(super) gate: Gate,
    pub(super) counts: Counts,
}

impl Shop {
    /// A shop over its parts.
    pub fn new(stock: Stock, pages: Pages, gate: Gate, counts: Counts) -> Self {
        Self { stock, pages, gate, counts }
    }

    /// Answers one request. Never fails: what goes wrong is an answer too.
    pub(super) async fn answer(&self, head: Parts, body: Incoming, client: IpAddr) -> Reply {
        let page = page_wanted(&head);
        match self.try_answer(head, body, client).await {
            Ok(reply) => reply,
            Err(problem) => self.say(&problem, page),
        }
    }

    /// Refuses a request, as a page or as JSON.
    pub(super) fn refuse(&self, problem: &Problem, head: &Parts) -> Reply {
        self.say(problem, page_wanted(head))
    }

    /// Whether something here answers such a request, be it with a refusal.
    pub(super) fn knows(&self, method: &Method, path: &str) -> bool {
        match router::route(method, path) {
            Ok(Route::Page(path)) if path != "/" => self.pages.site().is_some_and(|site| site.page(&path).is_some()),
            Ok(Route::Asset(path)) => self.pages.site().is_some_and(|site| site.asset(&path).is_some()),
            Ok(_) | Err(Unroutable::Method(_) | Unroutable::BadPath) => true,
            Err(Unroutable::NotFound) => false,
        }
    }

    /// Whether this asks for units.
    pub(super) fn is_purchase(method: &Method, path: &str) -> bool {
        *method == Method::POST && matches!(router::route(method, path), Ok(Route::PlaceOrder(_) | Route::FormOrder(_)))
    }

    /// Lets `see` have the page or asset that a plain path leads to now, if there is one.
    pub(super) fn with_resource<T>(&self, path: &str, see: impl FnOnce(&Resource) -> T) -> Option<T> {
        let site = self.pages.glance();
        let site = site.as_ref()?;
        let Some(code) = path.strip_prefix("/p/") else { return site.page(path).or_else(|| site.asset(path)).map(see) };
        let code: SkuCode = code.parse().ok()?;
        site.variant(path, self.word(&code, clock::now())).map(see)
    }

    async fn try_answer(&self, head: Parts, body: Incoming, client: IpAddr) -> Result<Reply, Problem> {
        let posts = head.method == Method::POST;
        let path = head.uri.path().to_owned();
        let route = router::route(&head.method, &path)?;
        if posts && origin::is_cross_site(&head.headers) {
            return Err(Problem::CrossSite);
        }
        // The engines hand on the body of such a request whole.
        let body = body.into_whole().ok_or(Problem::Internal)?;
        self.follow(route, &Asked { head, body, now: clock::now(), client }).await
    }

    async fn follow(&self, route: Route<'_>, asked: &Asked) -> Result<Reply, Problem> {
        match route {
            Route::Page(path) => self.page(&path, asked),
            Route::Product(sku) => self.product(&sku, asked),
            Route::Asset(path) => self.asset(&path, asked),
            Route::Problem(name) => Kind::named(&name).map(respond::about).ok_or(Problem::NotFound),
            Route::Sales => Ok(api::sales::all(&self.stock.board(), asked.now)),
            Route::Sale(sale) => api::sales::one(&self.stock.board(), &sale, asked.now),
            Route::Directions(sale) => api::route::route(self, asked, &sale),
            Route::Views(sale) => api::views::count(self, asked, &sale),
            Route::PlaceOrder(sale) => api::place::place(self, asked, &sale).await,
            Route::Orders => Box::pin(api::orders::all(self, asked)).await,
            Route::Order(id) => Box::pin(api::orders::one(self, asked, &id)).await,
            Route::Login => api::login::login(self, asked),
            Route::Logout => Ok(api::login::logout()),
            Route::GuidedOrder(sku) => form::guided::go_on(self, asked, &sku),
            Route::FormOrder(sku) => Box::pin(form::order::place(self, asked, &sku)).await,
            Route::FormLogin => form::login::login(self, asked),
            Route::FormLogout => Ok(form::login::logout(asked)),
            Route::LoginPage => form::login::page(self, asked),
            Route::OrdersPage => Box::pin(form::orders::all(self, asked)).await,
            Route::OrderPage(id) => Box::pin(form::orders::one(self, asked, &id)).await,
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
        let page = site.variant(&format!("/p/{code}"), self.word(&code, asked.now)).ok_or(Problem::NotFound)?;
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
        self.shopper_of(&asked.head.headers, asked.now)
    }

    /// The same, of fields wherever they are held.
    pub(super) fn shopper_of<F: FieldValues + ?Sized>(&self, fields: &F, now: Timestamp) -> Option<ShopperId> {
        self.gate.shopper(request::token(fields)?, now)
    }

    /// How an item stands. One that left the board belongs to a sale that is settled.
    fn word(&self, code: &SkuCode, now: Timestamp) -> Availability {
        let board = self.stock.board();
        let word = board.find(code).and_then(|(_, sku)| board.availability(&sku, now));
        word.unwrap_or(Availability::Over)
    }

    fn say(&self, problem: &Problem, page: Option<PageWanted>) -> Reply {
        if *problem == Problem::OpeningSoon {
            return respond::opening_soon();
        }
        let page = page.and_then(|wanted| self.error_page(problem, wanted));
        page.unwrap_or_else(|| respond::problem(problem))
    }

    fn error_page(&self, problem: &Problem, PageWanted { root }: PageWanted) -> Option<Reply> {
        let kind = problem.kind();
        let values = context! { status => kind.status.as_u16(), title => kind.title, detail => problem.detail() };
        let text = render(&*self.pages.site()?, "error.html", root, values).ok()?;
        Some(respond::with_problem_headers(respond::html(kind.status, text), problem))
    }
}

/// A person is to read what goes wrong.
#[derive(Debug, Clone, Copy)]
struct PageWanted {
    /// The way from the page up to the shop's root.
    root: &'static str,
}

fn page_wanted(head: &Parts) -> Option<PageWanted> {
    Asked::wants_html(head).then(|| PageWanted { root: root(head.uri.path()) })
}

/// Fills a template of the site in, for a page from which this way leads up to the shop's root.
pub(super) fn render(site: &Site, name: &str, root: &'static str, values: Value) -> Result<String, Problem> {
    // Escaped, its slashes would read as entities.
    let root = Value::from_safe_string(root.to_owned());
    site.templates().render(name, context! { root, ..values }).map_err(|error| {
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
