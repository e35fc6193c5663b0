//! The API: JSON in, JSON out. Described by `openapi.yaml`.

pub(super) mod login;
pub(super) mod orders;
pub(super) mod place;
pub(super) mod route;
pub(super) mod sales;
pub(super) mod views;

use std::fmt;
use std::marker::PhantomData;

use doorbuster_http_core::FieldValues;
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::{Problem, request};

/// The body as JSON of this shape.
fn body<'b, T, F>(fields: &F, body: &'b [u8]) -> Result<T, Problem>
where
    T: Deserialize<'b>,
    F: FieldValues + ?Sized,
{
    request::expect_type(fields, "application/json")?;
    let read: Result<Object<T>, _> = serde_json::from_slice(body);
    read.map(|object| object.0).map_err(|error| Problem::BadRequest(format!("The body: {error}.")))
}

/// What is written as an object, and not as an array of its fields.
struct Object<T>(T);

impl<'b, T: Deserialize<'b>> Deserialize<'b> for Object<T> {
    fn deserialize<D: Deserializer<'b>>(from: D) -> Result<Self, D::Error> {
        struct Fields<T>(PhantomData<T>);

        impl<'b, T: Deserialize<'b>> Visitor<'b> for Fields<T> {
            type Value = T;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'b>>(self, map: M) -> Result<T, M::Error> {
                T::deserialize(MapAccessDeserializer::new(map))
            }
        }

        from.deserialize_map(Fields(PhantomData)).map(Self)
    }
}
