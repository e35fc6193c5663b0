//! Header fields by name, wherever they are held: rules are the same for fields just read and for those in a map.

use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};
use httparse::Header;

/// Something that has header fields.
pub trait FieldValues {
    /// The values of the fields of a name, in order, one a line.
    fn values<'a>(&'a self, name: &'a HeaderName) -> impl Iterator<Item = &'a [u8]> + 'a;

    /// The value of a field that is there once; `None` where it is not there or several times.
    fn one_value<'a>(&'a self, name: &'a HeaderName) -> Option<&'a [u8]> {
        let mut values = self.values(name);
        values.next().filter(|_| values.next().is_none())
    }

    /// Whether there is a field of this name.
    fn has(&self, name: &HeaderName) -> bool {
        self.values(name).next().is_some()
    }
}

impl FieldValues for HeaderMap {
    fn values<'a>(&'a self, name: &'a HeaderName) -> impl Iterator<Item = &'a [u8]> + 'a {
        self.get_all(name).into_iter().map(HeaderValue::as_bytes)
    }
}

impl FieldValues for [Header<'_>] {
    fn values<'a>(&'a self, name: &'a HeaderName) -> impl Iterator<Item = &'a [u8]> + 'a {
        let name = name.as_str();
        self.iter().filter(move |header| header.name.eq_ignore_ascii_case(name)).map(|header| header.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::header::{ACCEPT, HOST, VIA};

    fn check(fields: &(impl FieldValues + ?Sized)) {
        assert_eq!(fields.values(&VIA).collect::<Vec<_>>(), [&b"a"[..], b"b"]);
        assert_eq!((fields.one_value(&VIA), fields.has(&VIA)), (None, true));
        assert_eq!((fields.one_value(&HOST), fields.has(&HOST)), (Some(&b"h"[..]), true));
        assert_eq!((fields.one_value(&ACCEPT), fields.has(&ACCEPT)), (None, false));
    }

    #[test]
    fn fields_are_found_wherever_they_are_held() {
        let lines = [("Via", "a"), ("hOST", "h"), ("via", "b")];
        check(&lines.map(|(name, value)| Header { name, value: value.as_bytes() })[..]);
        let mut map = HeaderMap::new();
        for (name, value) in lines {
            map.append(HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_static(value));
        }
        check(&map);
    }
}
