//! What the engines ask, and what they need to know to ask it.

use std::net::IpAddr;

use bytes::Bytes;
use doorbuster_http_core::{Head, Refusal};
use hyper::Request;

use super::h1::Sheet;
use super::message::{Incoming, Reply};

/// The other end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Peer {
    /// Its address; behind a load balancer that speaks the PROXY protocol, the one that it named.
    pub(super) address: IpAddr,
    /// Whether the connection is encrypted here.
    pub(super) secure: bool,
}

/// An answer that was made beforehand.
#[derive(Debug)]
pub(super) struct AtHand {
    /// The status line and the header fields of its own, each line ended; without `Date`, `Connection` and the empty line.
    pub(super) head: Bytes,
    /// Fields of this request's answer alone, each line ended.
    pub(super) more: Option<Bytes>,
    /// The body.
    pub(super) body: Bytes,
}

/// What became of a request that was asked with its body at hand.
#[derive(Debug)]
pub(super) enum Posted<O, E> {
    /// Its answer.
    Answered(O),
    /// What must be done for it first.
    Begun(E),
}

/// An answer that is not written yet.
pub(super) trait WriteAnswer: Send {
    /// Writes it.
    fn write(&self, sheet: Sheet<'_>);
}

/// How a request's body is handed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BodyBound {
    /// Whole, up to so many bytes; a larger one is refused.
    Whole(usize),
    /// As it arrives.
    Stream,
}

/// Answers requests, whatever engine they came by.
pub(super) trait Service: Send + Sync + 'static {
    /// What is left to do for a request that was taken from its bytes.
    type Errand: Send;
    /// The answer to such a request.
    type Answer: WriteAnswer;

    /// Answers what needs no more than a head and memory. `None`: not such a request.
    fn at_hand(&self, head: &Head<'_>, peer: Peer) -> Option<AtHand>;

    /// Answers what needs no more than a head and memory, where its fields are in a map. `None`: not such a request.
    fn page<B>(&self, request: &Request<B>, host: &str, peer: Peer) -> Option<Reply>;

    /// Takes a request whose whole body is here, where it is well-formed and of the kind that most are. `None`: to be asked
    /// in full, so that what is unusual is looked at in one place.
    fn posted(&self, head: &Head<'_>, body: &[u8], peer: Peer) -> Option<Posted<Self::Answer, Self::Errand>>;

    /// Does what is left to do for such a request.
    fn finish(&self, errand: Self::Errand) -> impl Future<Output = Self::Answer> + Send;

    /// How this request's body is wanted. `target` is as it came.
    fn body_bound(&self, method: &str, host: &str, target: &str) -> BodyBound;

    /// Answers a request. Its field `Host` is there and is right.
    fn answer(&self, request: Request<Incoming>, peer: Peer) -> impl Future<Output = Reply> + Send;

    /// Answers what could not be read: the connection ends after it.
    fn refuse(&self, refused: Refused, peer: Peer) -> Reply;
}

/// Why a request did not come to be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    /// It is malformed.
    Malformed(Refusal),
    /// Its head or its body took too long.
    TimedOut,
    /// Its body is larger than is taken.
    BodyTooLarge,
}
