//! The load generator: runs as a process of its own, on a processor of its own, and prints an [`Outcome`] as JSON.

mod answer;
mod closed;
mod command;
mod connection;
mod open;
mod requests;

pub use self::answer::Answer;
pub use self::command::{Arguments, Load, run};
pub(super) use self::connection::from_some_address;
pub use self::requests::{Kind, order_request, page_request};
