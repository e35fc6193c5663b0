//! The shoppers' listener: pages, the API, and the forms that work without JavaScript.
//!
//! Owns connections, routes and answers. Two engines, [`h1`] and `h2`, bring requests to one [`Shop`]. Stock is asked through
//! [`crate::stock::Stock`]; nothing here decides about it.

mod accept;
mod api;
mod buy;
mod config;
mod cookies;
mod counts;
mod fields;
mod form;
mod front;
mod guide;
mod h1;
mod h2;
mod live;
mod message;
mod origin;
mod preamble;
mod problem;
mod represent;
mod request;
mod respond;
mod rewind;
mod root;
mod router;
mod server;
mod service;
mod shop;
mod tls;
mod trust;

pub use self::config::{Config, TlsConfig};
pub use self::counts::Counts;
pub use self::front::Front;
pub use self::live::{Current, Live, LiveConfig};
pub use self::message::{BodyError, Client, Incoming, Outgoing, Reply, Tunnel, TunnelIo};
pub use self::problem::Problem;
pub use self::server::{Bound, Error};
pub use self::shop::Shop;
pub use self::tls::{Certificate, Error as TlsError};
pub use self::trust::Trust;
