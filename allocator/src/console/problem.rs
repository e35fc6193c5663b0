//! Answers that are not 2xx, as `application/problem+json` (RFC 9457).

use axum::response::{IntoResponse, Response};
use doorbuster_config::Fault;
use http::{StatusCode, header};
use serde::Serialize;

use crate::ledger::Failure;

/// Why a request came to nothing.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Problem {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    detail: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    faults: Vec<Fault>,
}

impl Problem {
    pub(super) fn new(status: StatusCode, title: &'static str, detail: impl Into<String>) -> Self {
        Self { kind: "about:blank", title, status: status.as_u16(), detail: detail.into(), faults: Vec::new() }
    }

    pub(super) fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "Not found", detail)
    }

    pub(super) fn faults(title: &'static str, faults: Vec<Fault>) -> Self {
        let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
        let problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, title, lines.join("; "));
        Self { faults, ..problem }
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Busy | Failure::Stopped => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "Not now", failure.to_string())
            }
            Failure::Refused(refusal) => Self::new(StatusCode::CONFLICT, "Refused", refusal.to_string()),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).expect("made of a status");
        let body = serde_json::to_string(&self).expect("texts and numbers are JSON");
        let headers = [(header::CONTENT_TYPE, "application/problem+json"), (header::CACHE_CONTROL, "no-store")];
        (status, headers, body).into_response()
    }
}

pub(super) async fn method_not_allowed() -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed", "this address takes another method")
}
