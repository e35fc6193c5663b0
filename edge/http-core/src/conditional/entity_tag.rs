//! Entity tags and lists of them (RFC 9110, 8.8.3 and 13.1).

use http::header::HeaderName;

use crate::FieldValues;

/// An entity tag; the opaque part with its quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct EntityTag<'a> {
    pub(super) weak: bool,
    pub(super) opaque: &'a [u8],
}

impl<'a> EntityTag<'a> {
    /// The tag that a value consists of; `None` where it is none.
    pub(super) fn parse(value: &'a [u8]) -> Option<Self> {
        let (tag, rest) = Self::take(value.trim_ascii())?;
        rest.is_empty().then_some(tag)
    }

    /// The same byte for byte, and neither is weak (8.8.3.2).
    pub(super) fn is_strongly(&self, other: &Self) -> bool {
        !self.weak && !other.weak && self.opaque == other.opaque
    }

    /// The same, weak or not (8.8.3.2).
    pub(super) fn is_weakly(&self, other: &Self) -> bool {
        self.opaque == other.opaque
    }

    /// The tag at the start of a text, and what follows.
    fn take(text: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (weak, quoted) = text.strip_prefix(b"W/").map_or((false, text), |quoted| (true, quoted));
        let inside = quoted.strip_prefix(b"\"")?;
        let end = inside.iter().position(|byte| *byte == b'"')?;
        let (opaque, rest) = quoted.split_at(end + 2);
        Some((Self { weak, opaque }, rest))
    }
}

/// Whether a list of tags in `If-Match` or `If-None-Match` fits: `*` fits whatever is there. Malformed elements fit nothing.
pub(super) fn list_fits<F>(fields: &F, name: &HeaderName, fits: impl Fn(&EntityTag<'_>) -> bool) -> bool
where
    F: FieldValues + ?Sized,
{
    fields.values(name).any(|value| match value.trim_ascii() {
        b"*" => true,
        list => Tags(list).any(|tag| fits(&tag)),
    })
}

struct Tags<'a>(&'a [u8]);

impl<'a> Iterator for Tags<'a> {
    type Item = EntityTag<'a>;

    fn next(&mut self) -> Option<EntityTag<'a>> {
        loop {
            self.0 = self.0.trim_ascii_start();
            let found = EntityTag::take(self.0);
            let rest = found.as_ref().map_or(self.0, |(_, rest)| rest).trim_ascii_start();
            let comma = rest.iter().position(|byte| *byte == b',');
            self.0 = comma.map_or(&[], |at| &rest[at + 1..]);
            match found {
                // A tag goes up to its comma or the end.
                Some((tag, _)) if comma == Some(0) || rest.is_empty() => return Some(tag),
                _ if comma.is_none() => return None,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(list: &str) -> Vec<String> {
        let text = |tag: EntityTag<'_>| {
            format!("{}{}", if tag.weak { "W/" } else { "" }, std::str::from_utf8(tag.opaque).unwrap())
        };
        Tags(list.as_bytes()).map(text).collect()
    }

    #[test]
    fn a_list_is_split_outside_of_quotes() {
        assert_eq!(tags(r#""a", W/"b" ,"c,d",,"""#), [r#""a""#, r#"W/"b""#, r#""c,d""#, r#""""#]);
        assert_eq!(tags(""), [""; 0]);
    }

    #[test]
    fn malformed_elements_are_passed_over() {
        assert_eq!(tags(r#"abc, "a""#), [r#""a""#]);
        assert_eq!(tags(r#""a" x, "b""#), [r#""b""#]);
        assert_eq!(tags(r#"w/"a", "b""#), [r#""b""#]);
        assert_eq!(tags(r#"W/, "b"#), [""; 0]);
        assert_eq!(tags(r#"*, "b""#), [r#""b""#]);
    }

    #[test]
    fn comparison_is_that_of_the_table_in_8_8_3_2() {
        for (one, other, strongly, weakly) in [
            (r#"W/"1""#, r#"W/"1""#, false, true),
            (r#"W/"1""#, r#"W/"2""#, false, false),
            (r#"W/"1""#, r#""1""#, false, true),
            (r#""1""#, r#""1""#, true, true),
        ] {
            let tag = |text: &'static str| EntityTag::parse(text.as_bytes()).unwrap();
            assert_eq!(tag(one).is_strongly(&tag(other)), strongly, "{one} {other}");
            assert_eq!(tag(one).is_weakly(&tag(other)), weakly, "{one} {other}");
        }
    }
}
