//! Why an origin did not answer.

use std::fmt;
use std::io;
use std::time::Duration;

use http::StatusCode;

use crate::http::BodyError;

/// How long to wait where no better word is known.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Why an origin did not answer.
#[derive(Debug, thiserror::Error)]
pub enum OriginError {
    /// The method is not handed on: CONNECT and TRACE.
    #[error("the method is not handed on")]
    Method,
    /// The request came through this edge before.
    #[error("the request came through here before")]
    Loop,
    /// The shopper's body did not arrive whole, or is larger than the origin takes.
    #[error("the request's body did not arrive")]
    Body(#[source] BodyError),
    /// As many requests as may be are under way.
    #[error("all connections are in use")]
    Full,
    /// Its servers failed lately, and are left alone.
    #[error("its servers failed lately")]
    Open {
        /// How long they still are.
        retry_after: Duration,
    },
    /// No connection.
    #[error("cannot connect")]
    Connect(#[source] io::Error),
    /// The connection ended before the answer's head.
    #[error("the connection broke off")]
    Broken(#[source] hyper::Error),
    /// The answer is malformed.
    #[error("the answer is malformed")]
    Malformed(#[source] Option<hyper::Error>),
    /// It took too long.
    #[error("no {0} in time")]
    TimedOut(Stage),
}

/// What took too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// To connect.
    Connection,
    /// To begin to answer.
    Answer,
}

impl OriginError {
    /// The status that tells a shopper.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Loop => StatusCode::LOOP_DETECTED,
            Self::Body(BodyError::BrokenOff | BodyError::Malformed) => StatusCode::BAD_REQUEST,
            Self::Body(BodyError::TimedOut) => StatusCode::REQUEST_TIMEOUT,
            Self::Body(BodyError::TooLarge) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Full | Self::Open { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Self::Connect(_) | Self::Broken(_) | Self::Malformed(_) => StatusCode::BAD_GATEWAY,
            Self::TimedOut(_) => StatusCode::GATEWAY_TIMEOUT,
        }
    }

    /// When to ask again, where that is known.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Full => Some(RETRY_AFTER),
            Self::Open { retry_after } => Some(*retry_after),
            _ => None,
        }
    }

    /// Its name in metrics.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Method => "method",
            Self::Loop => "loop",
            Self::Body(_) => "body",
            Self::Full => "full",
            Self::Open { .. } => "open",
            Self::Connect(_) => "connect",
            Self::Broken(_) => "broken",
            Self::Malformed(_) => "malformed",
            Self::TimedOut(Stage::Connection) => "connect-timeout",
            Self::TimedOut(Stage::Answer) => "answer-timeout",
        }
    }

    /// Whether it is the server's failure, and not the shopper's or the edge's own.
    pub(super) fn is_servers(&self) -> bool {
        matches!(self, Self::Connect(_) | Self::Broken(_) | Self::Malformed(_) | Self::TimedOut(_))
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connection => "connection",
            Self::Answer => "answer",
        })
    }
}
