//! From a method and a path to a route. Pure.

use std::borrow::Cow;

use hyper::Method;
use percent_encoding::percent_decode_str;

/// What a request is after. A name in it has not been checked yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Route<'a> {
    /// A page or another file of the site that does not differ by availability: `/`, and whatever else was published.
    Page(Cow<'a, str>),
    Product(Cow<'a, str>),
    Asset(Cow<'a, str>),
    Problem(Cow<'a, str>),
    Sales,
    Sale(Cow<'a, str>),
    /// Where to go for a sale's items.
    Directions(Cow<'a, str>),
    PlaceOrder(Cow<'a, str>),
    /// Somebody looks at an item's page.
    Views(Cow<'a, str>),
    Orders,
    Order(Cow<'a, str>),
    Login,
    Logout,
    FormOrder(Cow<'a, str>),
    /// Going on with a purchase that another edge sent here.
    GuidedOrder(Cow<'a, str>),
    FormLogin,
    FormLogout,
    LoginPage,
    OrdersPage,
    OrderPage(Cow<'a, str>),
}

/// Why there is no route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unroutable {
    NotFound,
    /// The path is there for other methods: these.
    Method(&'static str),
    /// The path is no path.
    BadPath,
}

const GET: &str = "GET, HEAD";
const POST: &str = "POST";
const GET_POST: &str = "GET, HEAD, POST";

/// The most parts of a path that are told apart.
const PARTS_MAX: usize = 5;

/// The route of a request. HEAD goes where GET goes.
pub(super) fn route<'a>(method: &Method, path: &'a str) -> Result<Route<'a>, Unroutable> {
    match decode(path)? {
        Cow::Borrowed(path) => routed(method, path, Cow::Borrowed),
        // A slash in disguise is in no address of the shop, and what a page names counts from the slashes that a browser sees.
        Cow::Owned(decoded) if slashes(&decoded) != slashes(path) => Err(Unroutable::NotFound),
        Cow::Owned(path) => routed(method, &path, |part| Cow::Owned(part.to_owned())),
    }
}

fn routed<'p, 'a>(
    method: &Method,
    path: &'p str,
    keep: impl Fn(&'p str) -> Cow<'a, str>,
) -> Result<Route<'a>, Unroutable> {
    let get = method == Method::GET || method == Method::HEAD;
    let post = method == Method::POST;
    let mut parts = [""; PARTS_MAX];
    let count = path.split('/').skip(1).zip(&mut parts).map(|(part, at)| *at = part).count();
    let only = |fits: bool, allow, route| if fits { Ok(route) } else { Err(Unroutable::Method(allow)) };
    match &parts[..count] {
        ["api", "sales"] => only(get, GET, Route::Sales),
        ["api", "sales", sale] => only(get, GET, Route::Sale(keep(sale))),
        ["api", "sales", sale, "route"] => only(get, GET, Route::Directions(keep(sale))),
        ["api", "sales", sale, "views"] => only(post, POST, Route::Views(keep(sale))),
        ["api", "sales", sale, "orders"] => only(post, POST, Route::PlaceOrder(keep(sale))),
        ["api", "orders"] => only(get, GET, Route::Orders),
        ["api", "orders", order] => only(get, GET, Route::Order(keep(order))),
        ["api", "login"] => only(post, POST, Route::Login),
        ["api", "logout"] => only(post, POST, Route::Logout),
        ["api", ..] => Err(Unroutable::NotFound),
        ["p", sku] => only(get, GET, Route::Product(keep(sku))),
        ["p", sku, "order"] if post => Ok(Route::FormOrder(keep(sku))),
        ["p", sku, "order"] => only(get, GET_POST, Route::GuidedOrder(keep(sku))),
        ["login"] if post => Ok(Route::FormLogin),
        ["login"] => only(get, GET_POST, Route::LoginPage),
        ["logout"] => only(post, POST, Route::FormLogout),
        ["orders"] => only(get, GET, Route::OrdersPage),
        ["orders", order] => only(get, GET, Route::OrderPage(keep(order))),
        ["problems", name] => only(get, GET, Route::Problem(keep(name))),
        ["assets", ..] => only(get, GET, Route::Asset(keep(path))),
        // Whether the site has it is known later; a method that no page takes is refused here only for the front.
        [""] => only(get, GET, Route::Page(keep(path))),
        _ if get => Ok(Route::Page(keep(path))),
        _ => Err(Unroutable::NotFound),
    }
}

fn slashes(path: &str) -> usize {
    path.bytes().filter(|byte| *byte == b'/').count()
}

fn decode(path: &str) -> Result<Cow<'_, str>, Unroutable> {
    if !path.starts_with('/') {
        return Err(Unroutable::BadPath);
    }
    strict_decode(path).ok_or(Unroutable::BadPath)
}

/// Undoes percent-encoding; `None` where it is malformed or hides no UTF-8.
pub(super) fn strict_decode(text: &str) -> Option<Cow<'_, str>> {
    let mut rest = text.as_bytes();
    while let Some(at) = rest.iter().position(|byte| *byte == b'%') {
        let digits = rest.get(at + 1..at + 3)?;
        if !digits.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        rest = &rest[at + 3..];
    }
    percent_decode_str(text).decode_utf8().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(path: &str) -> Result<Route<'_>, Unroutable> {
        route(&Method::GET, path)
    }

    fn post(path: &str) -> Result<Route<'_>, Unroutable> {
        route(&Method::POST, path)
    }

    #[test]
    fn every_route_is_found() {
        assert_eq!(get("/"), Ok(Route::Page("/".into())));
        assert_eq!(get("/about"), Ok(Route::Page("/about".into())));
        assert_eq!(get("/p/mug"), Ok(Route::Product("mug".into())));
        assert_eq!(get("/assets/a.1.css"), Ok(Route::Asset("/assets/a.1.css".into())));
        assert_eq!(get("/problems/over"), Ok(Route::Problem("over".into())));
        assert_eq!(get("/api/sales"), Ok(Route::Sales));
        assert_eq!(get("/api/sales/s"), Ok(Route::Sale("s".into())));
        assert_eq!(get("/api/sales/s/route"), Ok(Route::Directions("s".into())));
        assert_eq!(get("/p/mug/order"), Ok(Route::GuidedOrder("mug".into())));
        assert_eq!(get("/api/orders"), Ok(Route::Orders));
        assert_eq!(get("/api/orders/0"), Ok(Route::Order("0".into())));
        assert_eq!(get("/login"), Ok(Route::LoginPage));
        assert_eq!(get("/orders"), Ok(Route::OrdersPage));
        assert_eq!(get("/orders/0"), Ok(Route::OrderPage("0".into())));
        assert_eq!(post("/api/sales/s/orders"), Ok(Route::PlaceOrder("s".into())));
        assert_eq!(post("/api/sales/s/views"), Ok(Route::Views("s".into())));
        assert_eq!(post("/api/login"), Ok(Route::Login));
        assert_eq!(post("/api/logout"), Ok(Route::Logout));
        assert_eq!(post("/login"), Ok(Route::FormLogin));
        assert_eq!(post("/logout"), Ok(Route::FormLogout));
        assert_eq!(post("/p/mug/order"), Ok(Route::FormOrder("mug".into())));
    }

    #[test]
    fn head_goes_where_get_goes() {
        assert_eq!(route(&Method::HEAD, "/api/sales"), Ok(Route::Sales));
    }

    #[test]
    fn another_method_hears_which_ones_there_are() {
        assert_eq!(post("/"), Err(Unroutable::Method("GET, HEAD")));
        assert_eq!(get("/api/login"), Err(Unroutable::Method("POST")));
        assert_eq!(get("/api/sales/s/orders"), Err(Unroutable::Method("POST")));
        assert_eq!(route(&Method::DELETE, "/login"), Err(Unroutable::Method("GET, HEAD, POST")));
    }

    #[test]
    fn a_slash_in_disguise_is_in_no_address() {
        for path in ["/p%2fmug", "/p%2Fmug/order", "/assets%2Fshop.css", "/p/mug%2F"] {
            assert_eq!(get(path), Err(Unroutable::NotFound), "{path}");
        }
        assert_eq!(get("/p/m%75g"), Ok(Route::Product("mug".into())));
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        for path in ["/api", "/api/", "/api/x", "/api/sales/s/orders/1"] {
            assert_eq!(get(path), Err(Unroutable::NotFound), "{path}");
        }
        assert_eq!(post("/nothing"), Err(Unroutable::NotFound));
    }

    #[test]
    fn an_encoded_path_is_the_path_that_it_encodes() {
        assert_eq!(get("/p/m%75g"), Ok(Route::Product("mug".into())));
        for bad in ["/p/%", "/p/%4", "/p/%zz", "/p/%ff", "*", ""] {
            assert_eq!(get(bad), Err(Unroutable::BadPath), "{bad}");
        }
    }
}
