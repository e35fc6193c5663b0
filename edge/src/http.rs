//! The shoppers' listener: pages, the API, and the forms that work without JavaScript.
//!
//! Owns connections, routes and answers. Stock is asked through [`crate::stock::Stock`]; nothing here decides about it.

mod api;
mod buy;
mod config;
mod connection;
mod cookies;
mod counts;
mod fields;
mod form;
mod origin;
mod problem;
mod request;
mod respond;
mod router;
mod server;
mod shop;

pub use self::config::Config;
pub use self::counts::Counts;
pub use self::problem::Problem;
pub use self::server::Bound;
pub use self::shop::Shop;
