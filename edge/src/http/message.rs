//! What goes between the engines and whoever answers: who asks, a body on its way in, a body on its way out.

mod incoming;
mod outgoing;
mod tunnel;

use std::net::IpAddr;

pub use self::incoming::{BodyError, Incoming};
pub use self::outgoing::Outgoing;
pub use self::tunnel::{Tunnel, TunnelIo};

/// An answer.
pub type Reply = hyper::Response<Outgoing>;

/// Who asks, as far as it is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client {
    /// The shopper's address: the peer's, or what a trusted proxy says that it is.
    pub address: IpAddr,
    /// Whether the shopper came by https.
    pub secure: bool,
}
