//! What a line is made of: what was asked, kept cheaply until it is answered, and how that was answered.

use std::net::IpAddr;
use std::time::Duration;

use doorbuster_http_core::trace::TraceId;
use doorbuster_proto::Timestamp;
use http::header::{HOST, REFERER, USER_AGENT};
use http::request::Parts;
use http::{HeaderValue, Method, StatusCode, Uri, Version};

use crate::ids::RequestId;

/// What is kept of a request until it is answered. Shares the request's own buffers.
#[derive(Debug, Clone)]
pub struct Asked {
    pub(super) address: IpAddr,
    pub(super) secure: bool,
    pub(super) request_id: RequestId,
    pub(super) trace_id: TraceId,
    /// Nothing, where the request could not be read.
    pub(super) head: Option<Head>,
}

#[derive(Debug, Clone)]
pub(super) struct Head {
    pub(super) method: Method,
    pub(super) uri: Uri,
    pub(super) version: Version,
    pub(super) host: Option<HeaderValue>,
    pub(super) referer: Option<HeaderValue>,
    pub(super) user_agent: Option<HeaderValue>,
}

/// How a request was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answered {
    /// When the answer's last byte was sent, or given up.
    pub at: Timestamp,
    /// The answer's status.
    pub status: StatusCode,
    /// Bytes of the answer's body that were sent.
    pub bytes: u64,
    /// From the request's head to the answer's last byte.
    pub took: Duration,
}

impl Asked {
    /// Keeps what a line needs of a request. `secure` means https.
    pub fn of(parts: &Parts, address: IpAddr, secure: bool, request_id: RequestId, trace_id: TraceId) -> Self {
        let field = |name| parts.headers.get(name).cloned();
        let head = Head {
            method: parts.method.clone(),
            uri: parts.uri.clone(),
            version: parts.version,
            host: field(HOST),
            referer: field(REFERER),
            user_agent: field(USER_AGENT),
        };
        Self { address, secure, request_id, trace_id, head: Some(head) }
    }

    /// A request whose head could not be read.
    pub fn unreadable(address: IpAddr, secure: bool, request_id: RequestId, trace_id: TraceId) -> Self {
        Self { address, secure, request_id, trace_id, head: None }
    }
}

impl Head {
    /// The host as the client wrote it: in HTTP/2, as `:authority`.
    pub(super) fn host(&self) -> &[u8] {
        let authority = || self.uri.authority().map_or("", |authority| authority.as_str()).as_bytes();
        self.host.as_ref().map_or_else(authority, HeaderValue::as_bytes)
    }

    /// Path and query; the authority of a CONNECT.
    pub(super) fn target(&self) -> &str {
        match (self.uri.path_and_query(), self.uri.authority()) {
            (Some(target), _) => target.as_str(),
            (None, Some(authority)) => authority.as_str(),
            (None, None) => "*",
        }
    }
}
