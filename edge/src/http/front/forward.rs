//! What shoppers are told when an origin does not answer.

use doorbuster_http_core::Refusal;

use crate::http::{BodyError, Problem};
use crate::origin::OriginError;

/// How long to wait where no better word is known.
const RETRY_MS: u64 = 1_000;

pub(super) fn problem_of(error: &OriginError) -> Problem {
    let retry_after_ms =
        error.retry_after().map_or(RETRY_MS, |after| u64::try_from(after.as_millis()).unwrap_or(RETRY_MS));
    match error {
        OriginError::Method => Problem::MethodNotAllowed { allow: "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS" },
        OriginError::Loop => Problem::LoopDetected,
        OriginError::Body(BodyError::TimedOut) => Problem::RequestTimeout,
        OriginError::Body(BodyError::TooLarge) => Problem::PayloadTooLarge,
        // Not a bad request as any other: what follows on the connection is read by nobody.
        OriginError::Body(BodyError::Malformed) => Problem::Refused(Refusal::Chunk),
        OriginError::Body(_) => Problem::BadRequest("The body did not arrive whole.".to_owned()),
        OriginError::Full | OriginError::Open { .. } => Problem::Unavailable { retry_after_ms },
        OriginError::TimedOut(_) => Problem::GatewayTimeout,
        OriginError::Connect(_) | OriginError::Broken(_) | OriginError::Malformed(_) => Problem::BadGateway,
    }
}
