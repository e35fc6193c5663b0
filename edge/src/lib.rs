//! An edge: serves the shop's pages, and sells the stock that it holds itself.
//!
//! Rooms: [`http`] for shoppers, [`pages`] for what they see, [`gate`] for who they are, [`stock`] for what is sold,
//! [`link`] to the allocator, [`admin`] for operators; [`sites`] besides the shop, and [`origin`] for what others answer.
//! Only `main.rs` wires them.

pub mod access;
pub mod admin;
pub mod config;
pub mod gate;
pub mod http;
pub mod ids;
pub mod limits;
pub mod link;
pub mod origin;
pub mod pages;
pub mod reload;
pub mod service_manager;
pub mod sites;
pub mod sockets;
pub mod stock;
pub mod watch;
