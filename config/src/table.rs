//! A table: fields that must be there, fields that may be, and no others.

use std::fmt::Display;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use crate::Field;
use crate::field::found;
use crate::place::Place;

/// A table at a place in a document, whose keys are all known.
#[derive(Debug, Clone)]
pub struct Table<'a> {
    at: Place<'a>,
    /// Nothing, where the table itself is not there.
    map: Option<&'a Map<String, Value>>,
}

impl<'a> Field<'a> {
    /// A table with no other keys than these.
    pub fn table(&self, keys: &[&str]) -> Option<Table<'a>> {
        let map = self.map()?;
        for (key, value) in map.iter().filter(|(key, _)| !keys.contains(&key.as_str())) {
            let expected = format!("no such field (there are {})", keys.join(", "));
            self.at.key(key).note(expected, found(value));
        }
        Some(Table { at: self.at.clone(), map: Some(map) })
    }
}

impl<'a> Table<'a> {
    /// The field, if it is there.
    pub fn optional(&self, key: &str) -> Option<Field<'a>> {
        let value = self.map?.get(key)?;
        Some(Field { at: self.at.key(key), value })
    }

    /// The field; a fault where it is not there.
    pub fn required(&self, key: &str, expected: impl Display) -> Option<Field<'a>> {
        let field = self.optional(key);
        if field.is_none() {
            self.at.key(key).note(expected.to_string(), "nothing");
        }
        field
    }

    /// Exactly one of two fields; a fault where there is none or both.
    pub fn either(&self, one: &str, other: &str) -> Option<Field<'a>> {
        let found = match (self.optional(one), self.optional(other)) {
            (Some(field), None) | (None, Some(field)) => return Some(field),
            (None, None) => "neither",
            (Some(_), Some(_)) => "both",
        };
        self.at.key(one).note(format!("either this or {other}"), found);
        None
    }

    /// A table in this one with no other keys than these; one that is not there reads as an empty one.
    pub fn section(&self, key: &str, keys: &[&str]) -> Option<Table<'a>> {
        match self.optional(key) {
            Some(field) => field.table(keys),
            None => Some(Table { at: self.at.key(key), map: None }),
        }
    }

    /// An address to listen on, or the one that stands for it.
    pub fn address(&self, key: &str, otherwise: &str) -> Option<SocketAddr> {
        match self.optional(key) {
            Some(field) => field.parse(&format!("an address such as {otherwise:?}")),
            None => Some(otherwise.parse().expect("a default is an address")),
        }
    }

    /// Notes each of the listeners, told by the paths of their settings, that would take the address of one before it.
    pub fn listeners_apart(&self, listeners: &[(&str, Option<SocketAddr>)]) -> Option<()> {
        let told: Vec<_> = listeners.iter().filter_map(|(path, listen)| Some((path, (*listen)?))).collect();
        let mut apart = Some(());
        for (at, (path, listen)) in told.iter().enumerate() {
            if let Some((other, _)) = told[..at].iter().find(|(_, other)| overlap(*listen, *other)) {
                self.at.key(path).note(format!("another address than {other}"), listen.to_string());
                apart = None;
            }
        }
        apart
    }

    /// A whole number in a range, or the one that stands for it.
    pub fn number(&self, key: &str, range: RangeInclusive<u32>, otherwise: u32) -> Option<u32> {
        let Some(field) = self.optional(key) else { return Some(otherwise) };
        let number = field.number((*range.start()).into()..=(*range.end()).into())?;
        Some(u32::try_from(number).expect("it was read in a range of such numbers"))
    }
}

/// Whether one process cannot listen on both. Port 0 is any that is free; an unspecified address is every one of the host,
/// and IPv6's takes IPv4 in too.
fn overlap(one: SocketAddr, other: SocketAddr) -> bool {
    let takes_in = |all: IpAddr, one: IpAddr| all.is_unspecified() && (all.is_ipv6() || one.is_ipv4());
    let (a, b) = (one.ip(), other.ip());
    one.port() == other.port() && one.port() != 0 && (a == b || takes_in(a, b) || takes_in(b, a))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::Fault;

    fn read(text: &str) -> Result<(SocketAddr, u32), Vec<Fault>> {
        crate::parse(text, Path::new(""), |document| {
            let http = document.table(&["http"])?.section("http", &["listen", "threads"])?;
            let (listen, threads) = (http.address("listen", "127.0.0.1:80"), http.number("threads", 1..=8, 2));
            Some((listen?, threads?))
        })
    }

    fn faults(text: &str) -> Vec<String> {
        read(text).unwrap_err().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_section_that_is_not_there_reads_as_an_empty_one() {
        let defaults = ("127.0.0.1:80".parse().unwrap(), 2);
        assert_eq!(read(""), Ok(defaults));
        assert_eq!(read("[http]"), Ok(defaults));
        assert_eq!(read("[http]\nlisten = \"[::1]:81\"\nthreads = 8"), Ok(("[::1]:81".parse().unwrap(), 8)));
    }

    #[test]
    fn what_is_wrong_with_a_section_is_noted_below_it() {
        assert_eq!(faults("http = 1"), ["http: expected a table, found 1"]);
        assert_eq!(
            faults("[http]\nlisten = 80\nthreads = 9\nx = 1"),
            [
                "http.x: expected no such field (there are listen, threads), found 1",
                "http.listen: expected an address such as \"127.0.0.1:80\", found 80",
                "http.threads: expected a whole number from 1 to 8, found 9",
            ]
        );
    }

    #[test]
    fn listeners_of_one_process_have_addresses_of_their_own() {
        let apart = |addresses: &[&str]| {
            let paths = ["http.listen", "http.tls.listen", "admin.listen"];
            let listeners: Vec<_> =
                paths.into_iter().zip(addresses.iter().map(|address| address.parse().ok())).collect();
            crate::parse("", Path::new(""), |document| document.table(&[])?.listeners_apart(&listeners))
        };
        for fine in [
            &["127.0.0.1:80", "127.0.0.1:81", "127.0.0.1:82"][..],
            &["127.0.0.1:0", "127.0.0.1:0"],
            &["127.0.0.1:80", "127.0.0.2:80"],
            &["0.0.0.0:80", "[::1]:80"],
            &["none", "127.0.0.1:80"],
        ] {
            assert_eq!(apart(fine), Ok(()), "{fine:?}");
        }
        for taken in [["0.0.0.0:80", "127.0.0.1:80"], ["127.0.0.1:80", "[::]:80"], ["[::1]:80", "[::1]:80"]] {
            let found = format!("http.tls.listen: expected another address than http.listen, found {}", taken[1]);
            assert_eq!(apart(&taken).unwrap_err()[0].to_string(), found);
        }
        assert_eq!(apart(&["127.0.0.1:80"; 3]).unwrap_err().len(), 2, "each that comes too late");
    }
}
