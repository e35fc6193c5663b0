//! What both services share around their cores: the reader of what people write (configuration, sale files), the
//! JSON log, the clock, and the look at a store's folder and logs.
//!
//! A document is read field by field, and every fault is collected as `path: expected …, found …`, so that whoever
//! wrote it can mend it in one go. Never knows what a field means to a service.

pub mod clock;
mod document;
mod environment;
mod faults;
mod field;
pub mod log;
mod paths;
mod place;
mod store_folder;
mod store_logs;
mod table;

pub use document::{Error, from_toml, load, parse};
pub use environment::Environment;
pub use faults::{Fault, Faults, in_lines};
pub use field::Field;
pub use log::LogConfig;
pub use store_folder::StoreFolder;
pub use store_logs::ForeignRecord;
pub use table::Table;
