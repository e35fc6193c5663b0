//! The demonstration's log-in: a name is enough.

use doorbuster_proto::{ShopperId, Timestamp};
use hyper::StatusCode;
use hyper::header::SET_COOKIE;
use serde::{Deserialize, Serialize};

use super::body;
use crate::http::request::Asked;
use crate::http::respond::{Cache, Reply, empty, json};
use crate::http::{Problem, Shop, cookies};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    name: ShopperId,
}

#[derive(Serialize)]
struct LoggedIn<'a> {
    token: &'a str,
    shopper: &'a ShopperId,
    expires_at_ms: Timestamp,
}

/// A token for a name.
pub(in crate::http) fn login(shop: &Shop, asked: &Asked) -> Result<Reply, Problem> {
    if !shop.gate.admits_by_name() {
        return Err(Problem::NotFound);
    }
    let named: Named = body(&asked.head.headers, &asked.body)?;
    let token = shop.gate.admit(named.name, asked.now);
    let content = LoggedIn { token: &token.text, shopper: &token.shopper, expires_at_ms: token.expires_at };
    let mut reply = json(StatusCode::OK, &content, Cache::Never);
    reply.headers_mut().extend(cookies::set(&token).map(|cookie| (SET_COOKIE, cookie)));
    Ok(reply)
}

/// Clears the cookies. A token itself counts until it expires.
pub(in crate::http) fn logout() -> Reply {
    let mut reply = empty(StatusCode::NO_CONTENT);
    reply.headers_mut().extend(cookies::clear().map(|cookie| (SET_COOKIE, cookie)));
    reply
}
