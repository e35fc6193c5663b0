//! What is answered from the bytes of a head: files of sites, and the shop's pages and assets.

use doorbuster_http_core::Head;
use hyper::header::ETAG;
use hyper::{Method, Request, StatusCode};

use crate::http::live::Live;
use crate::http::service::AtHand;
use crate::http::{Reply, Shop, represent};
use crate::sites::Found;

/// The answer, if it is one that was made beforehand.
pub(super) fn find(shop: &Shop, live: &Live, head: &Head<'_>) -> Option<(StatusCode, AtHand)> {
    let method = match head.method {
        "GET" => Method::GET,
        "HEAD" => Method::HEAD,
        _ => return None,
    };
    // A body would have to be read away; a target in another form, to be taken apart.
    if head.framing != doorbuster_http_core::Framing::None || !head.target.starts_with('/') {
        return None;
    }
    let (path, query) = split(head.target);
    let (head, body) = match live.sites.find(head.host, &method, path, query) {
        Some(Found::File(file)) => represent::at_hand(&file.resource, head),
        Some(_) => None,
        None => shop.with_resource(path, |resource| represent::at_hand(resource, head)).flatten(),
    }?;
    let is_known = head.starts_with(b"HTTP/1.1 304 ");
    let status = if is_known { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
    Some((status, AtHand { head, more: None, body }))
}

/// The same of a GET or HEAD whose fields are in a map.
pub(super) fn reply<B>(shop: &Shop, live: &Live, request: &Request<B>, host: &str) -> Option<Reply> {
    let (method, target, fields) = (request.method(), request.uri(), request.headers());
    if !matches!(*method, Method::GET | Method::HEAD) {
        return None;
    }
    let reply = match live.sites.find(host, method, target.path(), target.query()) {
        Some(Found::File(file)) => Some(represent::reply(&file.resource, method, fields)),
        Some(_) => None,
        None => shop.with_resource(target.path(), |resource| represent::reply(resource, method, fields)),
    };
    // What is no answer that anybody may keep carries more.
    reply.filter(|reply| reply.headers().contains_key(ETAG))
}

/// Path and query of a target in origin form.
pub(super) fn split(target: &str) -> (&str, Option<&str>) {
    match target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (target, None),
    }
}
