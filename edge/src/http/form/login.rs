//! The log-in page.

use doorbuster_proto::ShopperId;
use hyper::StatusCode;
use hyper::header::SET_COOKIE;
use minijinja::context;

use super::posted;
use crate::http::fields::{self, next_path};
use crate::http::request::Asked;
use crate::http::respond::{Reply, html, see_other};
use crate::http::shop::{Shop, render};
use crate::http::{Problem, cookies};

const BAD_NAME: &str = "Please enter a name of up to 64 characters.";

/// The page with the form.
pub(in crate::http) fn page(shop: &Shop, asked: &Asked) -> Result<Reply, Problem> {
    let query = fields::parse(asked.head.uri.query().unwrap_or_default()).unwrap_or_default();
    show(shop, asked, StatusCode::OK, next_path(query.get("next").map(String::as_str)), None)
}

/// Takes the form: logged in and on to `next`, or the page again with what is wrong.
pub(in crate::http) fn login(shop: &Shop, asked: &Asked) -> Result<Reply, Problem> {
    if !shop.gate.admits_by_name() {
        return Err(Problem::NotFound);
    }
    let posted = posted(asked)?;
    let next = next_path(posted.get("next").map(String::as_str));
    let Ok(name) = ShopperId::new(posted.get("name").map_or("", |name| name.trim())) else {
        return show(shop, asked, StatusCode::BAD_REQUEST, next, Some(BAD_NAME));
    };
    let token = shop.gate.admit(name, asked.now);
    let mut reply = see_other(&format!("{}{next}", asked.root()));
    reply.headers_mut().extend(cookies::set(&token).map(|cookie| (SET_COOKIE, cookie)));
    Ok(reply)
}

/// Clears the cookies, and goes to the front.
pub(in crate::http) fn logout(asked: &Asked) -> Reply {
    let mut reply = see_other(&format!("{}/", asked.root()));
    reply.headers_mut().extend(cookies::clear().map(|cookie| (SET_COOKIE, cookie)));
    reply
}

fn show(shop: &Shop, asked: &Asked, status: StatusCode, next: &str, error: Option<&str>) -> Result<Reply, Problem> {
    let demo = shop.gate.admits_by_name();
    let going_on = next.starts_with("/p/") && next.contains("/order?");
    let values = context! { next, error, demo, going_on };
    let text = render(&*shop.site()?, "login.html", asked.root(), values)?;
    Ok(html(status, text))
}
