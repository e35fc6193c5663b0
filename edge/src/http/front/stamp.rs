//! What a request is remembered by until it is answered, and what its answer carries besides what was asked for.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use bytes::Bytes;
use doorbuster_config::clock;
use doorbuster_http_core::server_timing::ServerTiming;
use doorbuster_http_core::trace::{TRACEPARENT, TraceContext};
use hyper::HeaderMap;
use hyper::body::{Body, Frame, SizeHint};
use hyper::header::{ETAG, HeaderName, STRICT_TRANSPORT_SECURITY};
use hyper::http::request::Parts;

use crate::access::{AccessLog, Answered, Asked};
use crate::http::live::Live;
use crate::http::service::Peer;
use crate::http::{Client, Outgoing, Problem, Reply};
use crate::ids::{self, REQUEST_ID, RequestId};
use crate::limits::{Standing, Verdict};

const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// One request's names, and its line in the log.
pub(super) struct Stamp {
    id: RequestId,
    /// Drawn where the log or an origin needs it.
    trace: Option<TraceContext>,
    began: Instant,
    asked: Option<Asked>,
    standings: Vec<Standing>,
}

impl Stamp {
    pub(super) fn of(head: &Parts, client: Client, is_trusted: bool, log: &AccessLog, began: Instant) -> Self {
        let id = RequestId::of(&head.headers, is_trusted);
        let trace = log.is_on().then(|| ids::trace_context(&head.headers));
        let asked = trace.map(|trace| Asked::of(head, client.address, client.secure, id, trace.trace_id));
        Self { id, trace, began, asked, standings: Vec::new() }
    }

    pub(super) fn unreadable(peer: Peer, log: &AccessLog) -> Self {
        let (fields, began) = (HeaderMap::new(), Instant::now());
        let id = RequestId::of(&fields, false);
        let trace = log.is_on().then(|| ids::trace_context(&fields));
        let asked = trace.map(|trace| Asked::unreadable(peer.address, peer.secure, id, trace.trace_id));
        Self { id, trace, began, asked, standings: Vec::new() }
    }

    /// Remembers where the client stands with a rule; an error where it asked too often.
    pub(super) fn count(&mut self, verdict: Verdict) -> Result<(), Problem> {
        self.standings.extend(verdict.standing());
        match verdict {
            Verdict::Refused { retry_after_ms, .. } => Err(Problem::TooManyRequests { retry_after_ms }),
            Verdict::Unlimited | Verdict::Allowed(_) => Ok(()),
        }
    }

    /// Tells an origin the request's names.
    pub(super) fn trace(&self, fields: &mut HeaderMap) {
        let trace = self.trace.unwrap_or_else(|| ids::trace_context(fields));
        fields.insert(TRACEPARENT, trace.header());
        fields.insert(REQUEST_ID, self.id.header());
    }

    /// Puts on an answer what it carries besides, and sees to its line in the log.
    pub(super) fn put_on(self, mut reply: Reply, live: &Live, peer: Peer, log: &AccessLog) -> Reply {
        let fields = reply.headers_mut();
        // What caches may keep is no answer to one request.
        if !fields.contains_key(ETAG) {
            fields.insert(REQUEST_ID, self.id.header());
        }
        if let Some(hsts) = live.hsts.as_ref().filter(|_| peer.secure) {
            fields.insert(STRICT_TRANSPORT_SECURITY, hsts.value.clone());
        }
        if live.limits.has_headers() {
            for standing in &self.standings {
                fields.append(Standing::POLICY, standing.policy());
                fields.append(Standing::HEADER, standing.header());
            }
        }
        if live.server_timing {
            let timing = ServerTiming::default().metric("edge", self.began.elapsed()).header();
            fields.extend(timing.map(|timing| (SERVER_TIMING, timing)));
        }
        match self.asked {
            Some(asked) => logged(reply, asked, self.began, log),
            None => reply,
        }
    }
}

fn logged(reply: Reply, asked: Asked, began: Instant, log: &AccessLog) -> Reply {
    let status = reply.status();
    let whole = reply.body().as_whole().map(|bytes| bytes.len() as u64);
    let line = Line { asked, log: log.clone(), began, status, bytes: whole.unwrap_or(0) };
    match whole {
        // Its bytes are in the kernel's hands within microseconds.
        Some(_) => {
            drop(line);
            reply
        }
        None => reply.map(|body| Outgoing::stream(Counted { body, line })),
    }
}

/// A line that is written when the answer is over.
struct Line {
    asked: Asked,
    log: AccessLog,
    began: Instant,
    status: hyper::StatusCode,
    bytes: u64,
}

impl Drop for Line {
    fn drop(&mut self) {
        let answered =
            Answered { at: clock::now(), status: self.status, bytes: self.bytes, took: self.began.elapsed() };
        self.log.line(&self.asked, &answered);
    }
}

/// A body that counts what was taken of it.
struct Counted {
    body: Outgoing,
    line: Line,
}

impl Body for Counted {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        if let Poll::Ready(Some(Ok(frame))) = &polled {
            self.line.bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
