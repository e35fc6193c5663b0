//! Double entry: per SKU a handful of accounts, and transfers between them. What is not moved is not changed.

mod account;
mod journal;
mod stock;

pub use account::Account;
pub use journal::{JournalRecord, Transfer};
pub use stock::{Stock, Terms, Violation};
