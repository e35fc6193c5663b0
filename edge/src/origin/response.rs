//! An origin's answer as a shopper sees it.

use http::header::{CONTENT_LENGTH, DATE, HeaderMap, TRANSFER_ENCODING};
use http::response::Parts;
use http::{Method, Response, StatusCode, Version};
use hyper::body::{Body as _, Incoming};

use super::download::{Download, Unsent};
use super::pool::Lease;
use super::{Origin, fields};
use crate::http::{Outgoing, Reply};

impl Origin {
    /// The answer with its body still to come.
    pub(super) fn inbound(&self, response: Response<Incoming>, method: &Method, lease: Lease) -> Reply {
        let (mut head, body) = response.into_parts();
        let length = length(&head.headers);
        tidy(&mut head);
        let body = if *method == Method::HEAD {
            lease.give_back();
            Outgoing::stream(Unsent(length))
        } else if body.is_end_stream() {
            lease.give_back();
            Outgoing::empty()
        } else {
            Outgoing::stream(Download::new(body, lease, self.counts.clone(), self.config.timeouts.idle))
        };
        Response::from_parts(head, body)
    }
}

/// Takes off what was for the origin's connection, or is the listener's to say.
fn tidy(head: &mut Parts) {
    fields::strip(&mut head.headers);
    fields::put_via(&mut head.headers, head.version);
    head.headers.remove(DATE);
    // A 304 has no body that would tell the length of what it stands for.
    if head.status != StatusCode::NOT_MODIFIED {
        head.headers.remove(CONTENT_LENGTH);
    }
    head.version = Version::HTTP_11;
    head.extensions.clear();
}

fn length(headers: &HeaderMap) -> Option<u64> {
    // RFC 9112, 6.3: a transfer coding goes before a length.
    if headers.contains_key(TRANSFER_ENCODING) {
        return None;
    }
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
