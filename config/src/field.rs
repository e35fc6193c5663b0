//! Reads a document field by field; notes each wrong one with its path, and goes on.

use std::ops::RangeInclusive;
use std::path::Path;
use std::str::FromStr;

use doorbuster_proto::BadId;
use serde_json::{Map, Value};

use crate::Faults;
use crate::place::Place;

/// The longest part of a wrong value that a fault repeats, in characters.
const FOUND_CHARS_MAX: usize = 60;

/// A value at a place in a document.
#[derive(Debug, Clone)]
pub struct Field<'a> {
    pub(crate) at: Place<'a>,
    pub(crate) value: &'a Value,
}

impl<'a> Field<'a> {
    /// The whole document.
    pub fn document(value: &'a Value, faults: &'a Faults) -> Self {
        Self { at: Place::document(Path::new(""), faults), value }
    }

    /// The same, in a document whose paths are relative to `folder`.
    #[must_use]
    pub fn in_folder(mut self, folder: &'a Path) -> Self {
        self.at.folder = folder;
        self
    }

    /// Where it is.
    pub fn path(&self) -> &str {
        &self.at.path
    }

    /// Notes that the field is wrong.
    pub fn wrong(&self, expected: impl Into<String>) {
        self.wrong_as(expected, found(self.value));
    }

    /// Notes that the field is wrong, and what was found when it was looked into.
    pub fn wrong_as(&self, expected: impl Into<String>, found: impl Into<String>) {
        self.at.note(expected, found);
    }

    pub(crate) fn or_wrong<T>(&self, value: Option<T>, expected: impl FnOnce() -> String) -> Option<T> {
        if value.is_none() {
            self.wrong(expected());
        }
        value
    }

    /// A table with whatever keys.
    pub fn map(&self) -> Option<&'a Map<String, Value>> {
        self.or_wrong(self.value.as_object(), || "a table".into())
    }

    /// A table with whatever keys, as fields.
    pub fn entries(&self) -> Option<Vec<(&'a str, Field<'a>)>> {
        let entry = |(key, value): (&'a String, _)| (key.as_str(), Field { at: self.at.key(key), value });
        Some(self.map()?.iter().map(entry).collect())
    }

    /// Whether it is a list.
    pub fn is_list(&self) -> bool {
        self.value.is_array()
    }

    /// Whether it is a table.
    pub fn is_table(&self) -> bool {
        self.value.is_object()
    }

    /// A list of so many.
    pub fn list(&self, count: RangeInclusive<usize>) -> Option<Vec<Field<'a>>> {
        let list = self.or_wrong(self.value.as_array(), || "a list".into())?;
        if !count.contains(&list.len()) {
            self.wrong(format!("{} to {} entries", count.start(), count.end()));
            return None;
        }
        let entry = |(n, value)| Field { at: self.at.entry(n), value };
        Some(list.iter().enumerate().map(entry).collect())
    }

    /// What a list of so many says, read entry by entry: all of them, also where one is wrong.
    pub fn each<T>(&self, count: RangeInclusive<usize>, read: impl FnMut(&Field<'a>) -> Option<T>) -> Option<Vec<T>> {
        let read: Vec<Option<T>> = self.list(count)?.iter().map(read).collect();
        read.into_iter().collect()
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

    /// True or false.
    pub fn switch(&self) -> Option<bool> {
        self.or_wrong(self.value.as_bool(), || "true or false".into())
    }

    /// One of a few words.
    pub fn choice<T: Copy>(&self, words: &[(&str, T)]) -> Option<T> {
        let chosen = words.iter().find(|(word, _)| self.value.as_str() == Some(word));
        self.or_wrong(chosen.map(|(_, meant)| *meant), || {
            let words: Vec<String> = words.iter().map(|(word, _)| format!("{word:?}")).collect();
            words.join(" or ")
        })
    }

    /// An id.
    pub fn id<T: FromStr<Err = BadId>>(&self) -> Option<T> {
        self.text()?.parse().map_err(|bad: BadId| self.wrong(bad.expected)).ok()
    }

    /// What a text says to a parser.
    pub fn parse<T: FromStr>(&self, expected: &str) -> Option<T> {
        let parsed = self.value.as_str().and_then(|text| text.parse().ok());
        self.or_wrong(parsed, || expected.into())
    }
}

/// What is there, in few words.
pub(crate) fn found(value: &Value) -> String {
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
        assert_eq!(top.required("list", "a list").unwrap().each(1..=9, |entry| entry.number(0..=0)), None);
        let texts: Vec<String> = faults.or::<()>(None).unwrap_err().iter().map(ToString::to_string).collect();
        assert_eq!(
            texts,
            [
                "a.odd: expected no such field (there are n, m), found true",
                "a.n: expected 1 or more, found 0",
                "a.m: expected a text, found nothing",
                "list[0]: expected a whole number from 0 to 0, found 1",
                "list[1]: expected a whole number from 0 to 0, found \"x\"",
            ]
        );
    }
}
