//! Publishing: the sale file, its checks, and the site that is rendered of it.
//!
//! Owns what shoppers see of a sale. Never touches the ledger: what it makes of a file goes to the ledger's owner.

mod bundle;
mod client;
mod demand;
mod item;
mod picture;
mod placement;
mod presentation;
mod price;
mod render;
mod sale;
mod shop;
mod site;
mod svg;
mod view;

pub use bundle::{BUNDLE_BYTES_MAX, bundle};
pub use client::{PublishError, publish};
pub use demand::{Known, expect_like};
pub use picture::Picture;
pub use placement::{EdgeTraits, Edges};
pub(crate) use placement::{TAGS_MAX, label};
pub use presentation::{ItemPresentation, Presentation};
pub use render::{RenderError, Renderer};
pub use sale::{Draft, read, sale_id};
pub(crate) use site::content_type;
pub use site::{Site, SiteFile};

/// The most items of one sale.
pub const ITEMS_MAX: usize = 1_000;
/// The most units of one item.
pub const SUPPLY_MAX: u64 = 100_000_000;
