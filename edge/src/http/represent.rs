//! A resource as one request gets it: the encoding, the condition, the range (RFC 9110, 12 to 15).
//!
//! Decides for fields just read and for fields in a map alike, so that what is answered from the bytes of a head is what
//! would be answered the long way. Never compresses and never hashes: that was done when the site was installed.

mod byteranges;

use bytes::Bytes;
use doorbuster_http_core::conditional::{Outcome, evaluate, range_applies};
use doorbuster_http_core::encoding::{Encoding, choose};
use doorbuster_http_core::range::{self, Selection, Span};
use doorbuster_http_core::{FieldValues, Head};
use hyper::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_RANGE, CONTENT_TYPE, HeaderMap, HeaderValue, RANGE};
use hyper::{Method, Response, StatusCode};

use self::byteranges::Byteranges;
use super::respond::empty;
use super::{Outgoing, Reply};
use crate::pages::{Representation, Resource};

/// The head and the body of an answer that was made beforehand, where the request asks for one such. The head is as in
/// [`Representation::head`]; a request by HEAD gets it without the body.
pub(super) fn at_hand(resource: &Resource, head: &Head<'_>) -> Option<(Bytes, Bytes)> {
    if !head.headers.iter().any(|field| may_be_condition(field.name)) {
        let held = in_encoding(resource, head.headers);
        return Some((held.head.clone(), held.body.clone()));
    }
    let method = if head.method == "HEAD" { Method::HEAD } else { Method::GET };
    match plan(resource, &method, head.headers) {
        Plan::Whole(held) => Some((held.head.clone(), held.body.clone())),
        Plan::NotModified(held) => Some((held.head_not_modified.clone(), Bytes::new())),
        _ => None,
    }
}

/// A resource, as far as a GET or HEAD with these fields asks for it.
pub(super) fn reply(resource: &Resource, method: &Method, fields: &HeaderMap) -> Reply {
    match plan(resource, method, fields) {
        Plan::Whole(held) => with(StatusCode::OK, resource.fields(held), Outgoing::whole(held.body.clone())),
        Plan::NotModified(held) => {
            with(StatusCode::NOT_MODIFIED, resource.fields_not_modified(held), Outgoing::empty())
        }
        Plan::Part(held, span) => part(resource, held, span),
        Plan::Parts(held, spans) => parts(resource, held, &spans),
        Plan::Unsatisfiable(held) => unsatisfiable(held),
        Plan::PreconditionFailed => empty(StatusCode::PRECONDITION_FAILED),
    }
}

/// A page of a site's own as an error: no range, no condition, and nothing that anybody should keep.
pub(super) fn error_page(resource: &Resource, status: StatusCode) -> Reply {
    let held = resource.representation(Encoding::Identity);
    let mut fields = HeaderMap::from_iter([(CACHE_CONTROL, HeaderValue::from_static("no-store"))]);
    fields.extend(resource.fields(held).remove(CONTENT_TYPE).map(|value| (CONTENT_TYPE, value)));
    with(status, fields, Outgoing::whole(held.body.clone()))
}

/// What a request comes to.
#[derive(Debug, PartialEq, Eq)]
enum Plan<'r> {
    Whole(&'r Representation),
    NotModified(&'r Representation),
    Part(&'r Representation, Span),
    Parts(&'r Representation, Vec<Span>),
    Unsatisfiable(&'r Representation),
    PreconditionFailed,
}

fn plan<'r, F: FieldValues + ?Sized>(resource: &'r Resource, method: &Method, fields: &F) -> Plan<'r> {
    let held = in_encoding(resource, fields);
    let validators = resource.validators(held);
    match evaluate(method, fields, &validators) {
        Outcome::NotModified => return Plan::NotModified(held),
        Outcome::PreconditionFailed => return Plan::PreconditionFailed,
        Outcome::Proceed => {}
    }
    // Of several such lines none counts; no other method than GET has ranges (14.2).
    let asked = if *method == Method::GET { fields.one_value(&RANGE) } else { None };
    let Some(asked) = asked.filter(|_| range_applies(fields, &validators)) else { return Plan::Whole(held) };
    match range::select(asked, length(held)) {
        Selection::Whole => Plan::Whole(held),
        Selection::One(span) => Plan::Part(held, span),
        Selection::Several(spans) => Plan::Parts(held, spans),
        Selection::Unsatisfiable => Plan::Unsatisfiable(held),
    }
}

fn in_encoding<'r, F: FieldValues + ?Sized>(resource: &'r Resource, fields: &F) -> &'r Representation {
    resource.representation(choose(fields.values(&ACCEPT_ENCODING), resource.offered()))
}

/// Whether a field could be one that [`plan`] looks for: most requests have none, and are spared the search for each.
fn may_be_condition(name: &str) -> bool {
    let name = name.as_bytes();
    match name.len() {
        5 => name.eq_ignore_ascii_case(b"range"),
        _ => name.get(..3).is_some_and(|start| start.eq_ignore_ascii_case(b"if-")),
    }
}

fn part(resource: &Resource, held: &Representation, span: Span) -> Reply {
    let mut fields = resource.fields(held);
    fields.insert(CONTENT_RANGE, value(span.content_range(length(held))));
    with(StatusCode::PARTIAL_CONTENT, fields, Outgoing::whole(slice(&held.body, span)))
}

fn parts(resource: &Resource, held: &Representation, spans: &[Span]) -> Reply {
    let mut fields = resource.fields(held);
    // No body holds its own hash, so none holds the boundary.
    let boundary = held.etag.to_str().unwrap_or_default().trim_matches('"').to_owned();
    let body = Byteranges::new(&boundary, &fields[CONTENT_TYPE], &held.body, spans);
    fields.insert(CONTENT_TYPE, value(format!("multipart/byteranges; boundary={boundary}")));
    with(StatusCode::PARTIAL_CONTENT, fields, Outgoing::stream(body))
}

fn unsatisfiable(held: &Representation) -> Reply {
    let mut reply = empty(StatusCode::RANGE_NOT_SATISFIABLE);
    reply.headers_mut().insert(CONTENT_RANGE, value(range::unsatisfied(length(held))));
    reply
}

fn with(status: StatusCode, fields: HeaderMap, body: Outgoing) -> Reply {
    let mut reply = Response::new(body);
    *reply.status_mut() = status;
    *reply.headers_mut() = fields;
    reply
}

fn length(held: &Representation) -> u64 {
    held.body.len() as u64
}

/// The bytes of a span, which lies within the body.
fn slice(body: &Bytes, span: Span) -> Bytes {
    let at = |position| usize::try_from(position).expect("a span lies within its body");
    body.slice(at(span.first)..=at(span.last))
}

fn value(text: String) -> HeaderValue {
    HeaderValue::try_from(text).expect("numbers and hashes are visible ASCII")
}

#[cfg(test)]
mod tests;
