//! The shop without JavaScript: forms in, pages out.

mod answer;
pub(super) mod guided;
pub(super) mod login;
pub(super) mod order;
pub(super) mod orders;

use std::collections::BTreeMap;

use super::Problem;
use super::fields;
use super::request::{self, Asked};
use super::respond::{Reply, see_other};

/// The body's fields.
fn posted(asked: &Asked) -> Result<BTreeMap<String, String>, Problem> {
    request::expect_type(&asked.head.headers, "application/x-www-form-urlencoded")?;
    let text = std::str::from_utf8(&asked.body).ok();
    text.and_then(fields::parse).ok_or_else(|| Problem::BadRequest("The form is not well encoded.".to_owned()))
}

/// Log in, then come back to `next`, a path of the shop.
fn login_first(asked: &Asked, next: &str) -> Reply {
    see_other(&format!("{}/login?next={}", asked.root(), fields::encode(next).replace("%2F", "/")))
}
