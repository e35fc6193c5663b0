//! The API: JSON in, JSON out. Described by `openapi.yaml`.

pub(super) mod login;
pub(super) mod orders;
pub(super) mod place;
pub(super) mod sales;

use serde::de::DeserializeOwned;

use super::Problem;
use super::request::Asked;

/// The body as JSON of this shape.
fn body<T: DeserializeOwned>(asked: &Asked) -> Result<T, Problem> {
    asked.expect_type("application/json")?;
    serde_json::from_slice(&asked.body).map_err(|error| Problem::BadRequest(format!("The body: {error}.")))
}
