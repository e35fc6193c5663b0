//! The API: JSON in, JSON out. Described by `openapi.yaml`.

pub(super) mod login;
pub(super) mod orders;
pub(super) mod place;
pub(super) mod sales;

use doorbuster_http_core::FieldValues;
use serde::Deserialize;

use super::{Problem, request};

/// The body as JSON of this shape.
fn body<'b, T, F>(fields: &F, body: &'b [u8]) -> Result<T, Problem>
where
    T: Deserialize<'b>,
    F: FieldValues + ?Sized,
{
    request::expect_type(fields, "application/json")?;
    serde_json::from_slice(body).map_err(|error| Problem::BadRequest(format!("The body: {error}.")))
}
