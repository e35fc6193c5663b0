//! Everything that is answered with "no", as a problem (RFC 9457).

use std::sync::OnceLock;

use bytes::Bytes;
use doorbuster_http_core::Refusal;
use doorbuster_proto::{Timestamp, Units};
use hyper::StatusCode;
use serde_json::{Map, Value};

use super::guide::Elsewhere;

/// Why a request was not granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// Something in the request cannot be understood: what.
    BadRequest(String),
    /// A purchase without an idempotency key.
    KeyMissing,
    /// No token, or none that counts.
    LoginRequired,
    /// Another site's page sent the request.
    CrossSite,
    /// The sale has not begun.
    NotStarted {
        /// When it will.
        starts_at: Timestamp,
    },
    /// Nothing is here.
    NotFound,
    /// What is here is not shown.
    Forbidden,
    /// This edge sells no such SKU.
    UnknownSku,
    /// The path is there for other methods.
    MethodNotAllowed {
        /// Which ones.
        allow: &'static str,
    },
    /// The body took too long.
    RequestTimeout,
    /// No unit is left anywhere.
    SoldOut,
    /// The shopper would have more than the limit.
    LimitReached {
        /// The limit.
        limit: Units,
    },
    /// The sale has ended.
    Over,
    /// The body is too large.
    PayloadTooLarge,
    /// The body is of another type.
    UnsupportedMediaType {
        /// The type that was expected.
        expected: &'static str,
    },
    /// The idempotency key belongs to another purchase.
    KeyReused,
    /// The shopper asks too often.
    TooManyRequests {
        /// How long to wait.
        retry_after_ms: u64,
    },
    /// The edge has more in hand than it takes.
    TooBusy {
        /// How long to wait.
        retry_after_ms: u64,
    },
    /// There is no site yet.
    OpeningSoon,
    /// An origin gave no answer that can be passed on.
    BadGateway,
    /// An origin took too long.
    GatewayTimeout,
    /// An origin is not asked for a while, or has more in hand than it is given.
    Unavailable {
        /// How long to wait.
        retry_after_ms: u64,
    },
    /// The request has been here before.
    LoopDetected,
    /// The request is malformed, or uses what is not understood here.
    Refused(Refusal),
    /// Another edge may grant what was refused here.
    Guided(Box<Problem>, Box<Elsewhere>),
    /// The edge failed.
    Internal,
}

/// A kind of problem, as its own page describes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind {
    /// Its stable name: the last part of its `type`.
    pub(super) name: &'static str,
    /// Its status.
    pub(super) status: StatusCode,
    /// Its title, for people.
    pub(super) title: &'static str,
    /// What it means, and what to do.
    pub(super) about: &'static str,
}

macro_rules! kinds {
    ($($kind:ident, $name:literal, $status:ident, $title:literal, $about:literal;)*) => {
        $(const $kind: Kind = Kind { name: $name, status: StatusCode::$status, title: $title, about: $about };)*
        const KINDS: &[Kind] = &[$($kind),*];
        /// By the places of [`KINDS`].
        static WRITTEN: [OnceLock<Bytes>; KINDS.len()] = [const { OnceLock::new() }; KINDS.len()];
    };
}

kinds! {
    BAD_REQUEST, "bad-request", BAD_REQUEST, "Bad request", "Something in the request cannot be understood.";
    KEY_MISSING, "key-missing", BAD_REQUEST, "Idempotency key missing",
        "A purchase names itself with the header Idempotency-Key, so that a repeat gets the first answer.";
    LOGIN_REQUIRED, "login-required", UNAUTHORIZED, "Log-in required", "Please log in first.";
    CROSS_SITE, "cross-site", FORBIDDEN, "Sent by another site", "Only this shop's own pages may send this.";
    NOT_STARTED, "not-started", FORBIDDEN, "Not started yet", "The sale has not begun.";
    NOT_FOUND, "not-found", NOT_FOUND, "Not found", "There is nothing here.";
    FORBIDDEN, "forbidden", FORBIDDEN, "Forbidden", "What is here is not shown.";
    UNKNOWN_SKU, "unknown-sku", NOT_FOUND, "Unknown item", "This edge does not sell such an item.";
    METHOD_NOT_ALLOWED, "method-not-allowed", METHOD_NOT_ALLOWED, "Method not allowed",
        "The path is there for other methods; the header Allow lists them.";
    REQUEST_TIMEOUT, "request-timeout", REQUEST_TIMEOUT, "Request timeout", "The request took too long to arrive.";
    SOLD_OUT, "sold-out", CONFLICT, "Sold out", "No unit is left anywhere.";
    LIMIT_REACHED, "limit-reached", CONFLICT, "Limit reached", "A shopper may have only so many units.";
    OVER, "over", GONE, "The sale is over", "The sale has ended.";
    PAYLOAD_TOO_LARGE, "payload-too-large", PAYLOAD_TOO_LARGE, "Payload too large", "The request's body is too large.";
    URI_TOO_LONG, "uri-too-long", URI_TOO_LONG, "Address too long", "The request's address is too long.";
    UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", UNSUPPORTED_MEDIA_TYPE, "Unsupported media type",
        "The request's body is of another type than is understood here.";
    KEY_REUSED, "key-reused", UNPROCESSABLE_ENTITY, "Idempotency key reused",
        "The key belongs to a purchase of another item or of another number of units.";
    TOO_MANY_REQUESTS, "too-many-requests", TOO_MANY_REQUESTS, "Too many requests", "Please ask less often.";
    TOO_BUSY, "too-busy", SERVICE_UNAVAILABLE, "Too busy",
        "The edge has more in hand than it takes. The same request may be sent again after a while.";
    OPENING_SOON, "opening-soon", SERVICE_UNAVAILABLE, "Opening soon", "The shop is being set up.";
    HEAD_TOO_LARGE, "head-too-large", REQUEST_HEADER_FIELDS_TOO_LARGE, "Header fields too large",
        "The request's head is larger than is taken here.";
    EXPECTATION_FAILED, "expectation-failed", EXPECTATION_FAILED, "Expectation failed",
        "The only expectation that is understood here is \"100-continue\".";
    NOT_IMPLEMENTED, "not-implemented", NOT_IMPLEMENTED, "Not implemented",
        "The request uses a transfer coding that is not understood here.";
    VERSION_NOT_SUPPORTED, "version-not-supported", HTTP_VERSION_NOT_SUPPORTED, "HTTP version not supported",
        "The request is of a version of HTTP that is not spoken here.";
    BAD_GATEWAY, "bad-gateway", BAD_GATEWAY, "Bad gateway", "The server behind this edge gave no answer.";
    GATEWAY_TIMEOUT, "gateway-timeout", GATEWAY_TIMEOUT, "Gateway timeout",
        "The server behind this edge took too long.";
    UNAVAILABLE, "unavailable", SERVICE_UNAVAILABLE, "Unavailable",
        "The server behind this edge takes no requests now. The same request may be sent again after a while.";
    LOOP_DETECTED, "loop-detected", LOOP_DETECTED, "Loop detected", "The request has come through this edge before.";
    INTERNAL, "internal", INTERNAL_SERVER_ERROR, "Internal error", "The fault is ours.";
}

/// How long to wait for a site.
const OPENING_RETRY_MS: u64 = 2_000;

impl Kind {
    /// The kind of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        KINDS.iter().copied().find(|kind| kind.name == name)
    }
}

impl Problem {
    /// What kind it is.
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::BadRequest(_) => BAD_REQUEST,
            Self::KeyMissing => KEY_MISSING,
            Self::LoginRequired => LOGIN_REQUIRED,
            Self::CrossSite => CROSS_SITE,
            Self::NotStarted { .. } => NOT_STARTED,
            Self::NotFound => NOT_FOUND,
            Self::Forbidden => FORBIDDEN,
            Self::UnknownSku => UNKNOWN_SKU,
            Self::MethodNotAllowed { .. } => METHOD_NOT_ALLOWED,
            Self::RequestTimeout => REQUEST_TIMEOUT,
            Self::SoldOut => SOLD_OUT,
            Self::LimitReached { .. } => LIMIT_REACHED,
            Self::Over => OVER,
            Self::PayloadTooLarge => PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType { .. } => UNSUPPORTED_MEDIA_TYPE,
            Self::KeyReused => KEY_REUSED,
            Self::TooManyRequests { .. } => TOO_MANY_REQUESTS,
            Self::TooBusy { .. } => TOO_BUSY,
            Self::OpeningSoon => OPENING_SOON,
            Self::BadGateway => BAD_GATEWAY,
            Self::GatewayTimeout => GATEWAY_TIMEOUT,
            Self::Unavailable { .. } => UNAVAILABLE,
            Self::LoopDetected => LOOP_DETECTED,
            Self::Refused(refusal) => kind_of(*refusal),
            Self::Guided(problem, _) => problem.kind(),
            Self::Internal => INTERNAL,
        }
    }

    /// What happened this time, in a sentence.
    pub(super) fn detail(&self) -> String {
        match self {
            Self::BadRequest(what) => what.clone(),
            Self::Refused(refusal) => refusal.to_string(),
            Self::Guided(problem, _) => problem.detail(),
            Self::LimitReached { limit } if *limit == Units::ONE => "One unit is the limit for a shopper.".to_owned(),
            Self::LimitReached { limit } => format!("{limit} units are the limit for a shopper."),
            Self::UnsupportedMediaType { expected } => format!("The body's type must be {expected}."),
            _ => self.kind().about.to_owned(),
        }
    }

    /// How long to wait before it makes sense to ask again.
    pub(super) fn retry_after_ms(&self) -> Option<u64> {
        match self {
            Self::TooManyRequests { retry_after_ms }
            | Self::TooBusy { retry_after_ms }
            | Self::Unavailable { retry_after_ms } => Some(*retry_after_ms),
            Self::OpeningSoon => Some(OPENING_RETRY_MS),
            Self::Guided(problem, _) => problem.retry_after_ms(),
            _ => None,
        }
    }

    /// Whether the connection is of no more use: part of the request was never read.
    pub(super) fn closes(&self) -> bool {
        matches!(self, Self::PayloadTooLarge | Self::RequestTimeout | Self::Refused(_))
    }

    /// The problem as JSON, written out; what always reads the same was written once.
    pub(super) fn body(&self) -> Bytes {
        if self.differs() {
            return self.written();
        }
        let at = KINDS.iter().position(|kind| *kind == self.kind()).expect("every kind is listed");
        WRITTEN[at].get_or_init(|| self.written()).clone()
    }

    /// Whether it says something of this one request.
    fn differs(&self) -> bool {
        let says = matches!(
            self,
            Self::BadRequest(_)
                | Self::Refused(_)
                | Self::Guided(..)
                | Self::NotStarted { .. }
                | Self::LimitReached { .. }
                | Self::UnsupportedMediaType { .. }
        );
        says || self.retry_after_ms().is_some()
    }

    fn written(&self) -> Bytes {
        serde_json::to_vec(&self.to_json()).expect("a problem has text keys and no failing parts").into()
    }

    /// The problem as JSON.
    fn to_json(&self) -> Value {
        let kind = self.kind();
        let mut members = Map::new();
        members.insert("type".into(), format!("/problems/{}", kind.name).into());
        members.insert("title".into(), kind.title.into());
        members.insert("status".into(), kind.status.as_u16().into());
        members.insert("detail".into(), self.detail().into());
        match self {
            Self::NotStarted { starts_at } => members.insert("starts_at_ms".into(), starts_at.0.into()),
            Self::LimitReached { limit } => members.insert("limit".into(), limit.get().into()),
            _ => self.retry_after_ms().and_then(|ms| members.insert("retry_after_ms".into(), ms.into())),
        };
        if let Self::Guided(_, elsewhere) = self {
            let elsewhere = serde_json::to_value(elsewhere).expect("three texts are JSON");
            members.insert("elsewhere".into(), elsewhere);
        }
        Value::Object(members)
    }
}

/// What is wrong with a request's form is a kind of its own only where its status is.
fn kind_of(refusal: Refusal) -> Kind {
    let status = refusal.status();
    let kinds = [URI_TOO_LONG, HEAD_TOO_LARGE, EXPECTATION_FAILED, NOT_IMPLEMENTED, VERSION_NOT_SUPPORTED];
    kinds.into_iter().find(|kind| kind.status == status).unwrap_or(BAD_REQUEST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_problem_says_what_it_is_and_what_a_client_needs() {
        assert_eq!(
            Problem::NotStarted { starts_at: Timestamp(5) }.to_json(),
            json!({"type": "/problems/not-started", "title": "Not started yet", "status": 403,
                   "detail": "The sale has not begun.", "starts_at_ms": 5})
        );
        let limit = Problem::LimitReached { limit: Units::new(2).unwrap() };
        assert_eq!(limit.to_json()["limit"], 2);
        assert_eq!(Problem::TooBusy { retry_after_ms: 900 }.to_json()["retry_after_ms"], 900);
    }

    #[test]
    fn a_refusal_may_say_where_to_go() {
        let (shop, page) = ("https://b.example".to_owned(), "https://b.example/p/mug".to_owned());
        let elsewhere = Elsewhere { edge: "edge-2".parse().unwrap(), shop, page };
        let guided = Problem::Guided(Problem::TooBusy { retry_after_ms: 900 }.into(), elsewhere.into());
        let mut plain = guided.to_json();
        let told = plain.as_object_mut().unwrap().remove("elsewhere").unwrap();
        assert_eq!(told, json!({"edge": "edge-2", "shop": "https://b.example", "page": "https://b.example/p/mug"}));
        assert_eq!(plain, Problem::TooBusy { retry_after_ms: 900 }.to_json());
        assert!(String::from_utf8_lossy(&guided.body()).contains("b.example"));
    }

    #[test]
    fn every_kind_is_found_by_its_name_and_only_there() {
        for kind in KINDS {
            assert_eq!(Kind::named(kind.name), Some(*kind));
        }
        assert_eq!(Kind::named("other"), None);
    }

    #[test]
    fn the_description_of_the_api_lists_every_kind() {
        let description = include_str!("../../openapi.yaml");
        let (_, listed) = description.split_once("    ProblemName:\n").unwrap();
        let names: Vec<&str> = listed.lines().filter_map(|line| line.strip_prefix("        - ")).collect();
        assert_eq!(names, KINDS.iter().map(|kind| kind.name).collect::<Vec<_>>());
    }

    #[test]
    fn statuses_are_those_of_the_contract() {
        let status = |problem: Problem| problem.kind().status.as_u16();
        assert_eq!(status(Problem::SoldOut), 409);
        assert_eq!(status(Problem::Over), 410);
        assert_eq!(status(Problem::KeyReused), 422);
        assert_eq!(status(Problem::KeyMissing), 400);
        assert_eq!(status(Problem::UnknownSku), 404);
        assert_eq!(status(Problem::LoginRequired), 401);
        assert_eq!(status(Problem::TooBusy { retry_after_ms: 0 }), 503);
        assert_eq!(status(Problem::TooManyRequests { retry_after_ms: 0 }), 429);
    }
}
