//! Reads a document field by field; notes each wrong one with its path, and goes on.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use doorbuster_proto::BadId;
use serde_json::{Map, Value};

use crate::faults::Faults;

/// The longest part of a wrong value that a fault repeats, in characters.
const FOUND_CHARS_MAX: usize = 60;

/// A value at a place in a document.
#[derive(Debug, Clone)]
pub struct Field<'a> {
    path: String,
    value: &'a Value,
    faults: &'a Faults,
}

/// A table at a place in a document, whose keys are all known.
#[derive(Debug, Clone)]
pub struct Table<'a> {
    path: String,
    map: &'a Map<String, Value>,
    faults: &'a Faults,
}

impl<'a> Field<'a> {
    /// The whole document.
    pub fn document(value: &'a Value, faults: &'a Faults) -> Self {
        Self { path: String::new(), value, faults }
    }

    /// Where it is.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Notes that the field is wrong.
    pub fn wrong(&self, expected: impl Into<String>) {
        self.wrong_as(expected, found(self.value));
    }

    /// Notes that the field is wrong, and what was found when it was looked into.
    pub fn wrong_as(&self, expected: impl Into<String>, found: impl Into<String>) {
        let path = if self.path.is_empty() { "(document)" } else { &self.path };
        self.faults.note(path, expected, found);
    }

    fn or_wrong<T>(&self, value: Option<T>, expected: impl FnOnce() -> String) -> Option<T> {
        if value.is_none() {
            self.wrong(expected());
        }
        value
    }

    /// A table with no other keys than these.
    pub fn table(&self, keys: &[&str]) -> Option<Table<'a>> {
        let map = self.map()?;
        let table = Table { path: self.path.clone(), map, faults: self.faults };
        for (key, value) in map.iter().filter(|(key, _)| !keys.contains(&key.as_str())) {
            let expected = format!("no such field (there are {})", keys.join(", "));
            self.faults.note(&table.path_of(key), expected, found(value));
        }
        Some(table)
    }

    /// A table with whatever keys.
    pub fn map(&self) -> Option<&'a Map<String, Value>> {
        self.or_wrong(self.value.as_object(), || "a table".into())
    }

    /// A list of so many.
    pub fn list(&self, count: RangeInclusive<usize>) -> Option<Vec<Field<'a>>> {
        let list = self.or_wrong(self.value.as_array(), || "a list".into())?;
        if !count.contains(&list.len()) {
            self.wrong(format!("{} to {} entries", count.start(), count.end()));
            return None;
        }
        let entry = |(n, value)| Field { path: format!("{}[{n}]", self.path), value, faults: self.faults };
        Some(list.iter().enumerate().map(entry).collect())
    }

    /// A text as it stands.
    pub fn text(&self) -> Option<&'a str> {
        self.or_wrong(self.value.as_str(), || "a text".into())
    }

    /// A line of text of so many characters, without control characters or outer spaces.
    pub fn line(&self, chars: RangeInclusive<usize>) -> Option<String> {
        let text = self.text()?;
        let fits = chars.contains(&text.chars().count()) && !text.chars().any(char::is_control) && text.trim() == text;
        self.or_wrong(fits.then(|| text.to_owned()), || {
            format!("one line of {} to {} characters, without outer spaces", chars.start(), chars.end())
        })
    }

    /// A whole number in a range.
    pub fn number(&self, range: RangeInclusive<u64>) -> Option<u64> {
        self.or_wrong(self.value.as_u64().filter(|n| range.contains(n)), || match (range.start(), range.end()) {
            (least, &u64::MAX) => format!("{least} or more"),
            (least, most) => format!("a whole number from {least} to {most}"),
        })
    }

    /// An id.
    pub fn id<T: FromStr<Err = BadId>>(&self) -> Option<T> {
        self.text()?.parse().map_err(|bad: BadId| self.wrong(bad.expected)).ok()
    }

    /// What a text says to a parser.
    pub fn parse<T: FromStr>(&self, expected: &str) -> Option<T> {
        self.or_wrong(self.text()?.parse().ok(), || expected.into())
    }
}

impl<'a> Table<'a> {
    /// The field, if it is there.
    pub fn optional(&self, key: &str) -> Option<Field<'a>> {
        let value = self.map.get(key)?;
        Some(Field { path: self.path_of(key), value, faults: self.faults })
    }

    /// The field; a fault where it is not there.
    pub fn required(&self, key: &str, expected: impl Display) -> Option<Field<'a>> {
        let field = self.optional(key);
        if field.is_none() {
            self.faults.note(&self.path_of(key), expected.to_string(), "nothing");
        }
        field
    }

    /// Exactly one of two fields; a fault where there is none or both.
    pub fn either(&self, one: &str, other: &str) -> Option<Field<'a>> {
        match (self.optional(one), self.optional(other)) {
            (Some(field), None) | (None, Some(field)) => Some(field),
            (None, None) => {
                self.faults.note(&self.path_of(one), format!("either this or {other}"), "neither");
                None
            }
            (Some(_), Some(_)) => {
                self.faults.note(&self.path_of(one), format!("either this or {other}"), "both");
                None
            }
        }
    }

    fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }
}

fn found(value: &Value) -> String {
    match value {
        Value::Null => "nothing".into(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(text) if text.chars().count() <= FOUND_CHARS_MAX => format!("{text:?}"),
        Value::String(text) => {
            let start: String = text.chars().take(FOUND_CHARS_MAX / 2).collect();
            format!("{} characters that begin {start:?}", text.chars().count())
        }
        Value::Array(list) => format!("a list of {}", list.len()),
        Value::Object(_) => "a table".into(),
    }
}

/// A TOML document as the reader takes it.
pub fn from_toml(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::String(text),
        toml::Value::Integer(n) => Value::from(n),
        toml::Value::Float(n) => Value::from(n),
        toml::Value::Boolean(yes) => Value::Bool(yes),
        toml::Value::Datetime(time) => Value::String(time.to_string()),
        toml::Value::Array(list) => Value::Array(list.into_iter().map(from_toml).collect()),
        toml::Value::Table(table) => Value::Object(table.into_iter().map(|(k, v)| (k, from_toml(v))).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_field_is_noted_with_its_path() {
        let value = serde_json::json!({ "a": { "n": 0, "odd": true }, "list": [1, "x"] });
        let faults = Faults::default();
        let top = Field::document(&value, &faults).table(&["a", "list"]).unwrap();
        let a = top.required("a", "a table").unwrap().table(&["n", "m"]).unwrap();
        a.required("n", "a number").unwrap().number(1..=u64::MAX);
        a.required("m", "a text");
        for entry in top.required("list", "a list").unwrap().list(1..=9).unwrap() {
            entry.number(0..=9);
        }
        let texts: Vec<String> = faults.or::<()>(None).unwrap_err().iter().map(ToString::to_string).collect();
        assert_eq!(
            texts,
            [
                "a.odd: expected no such field (there are n, m), found true",
                "a.n: expected 1 or more, found 0",
                "a.m: expected a text, found nothing",
                "list[1]: expected a whole number from 0 to 9, found \"x\"",
            ]
        );
    }
}
