//! The shoppers' listener as it is seen from outside: what a browser, a CDN, an origin or an attacker may send it.

mod access_log;
mod conditions;
mod drain;
mod limits;
mod origin;
mod origin_server;
mod patience;
mod reload;
mod setting;
mod smuggling;
mod tls;
mod trust;
mod wire;
