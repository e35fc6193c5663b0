//! The path of a request as files are named by it: percent-decoded and without dot segments. Pure.
//!
//! Agrees with nginx: what decodes to a slash or a dot is one, slashes in a row are one slash, and a path that climbs
//! out of its root is no path.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, CONTROLS, percent_encode};

/// What may not stand in the path of a `Location` as it is. The backslash is among it: browsers take it for a slash.
const ESCAPED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// Why a path names nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BadPath {
    /// It is malformed, holds a NUL, or climbs out of the root.
    Malformed,
    /// It is no UTF-8, as every name here is.
    NotText,
}

/// The path that names a file. Allocates only where it differs from what came.
///
/// # Errors
/// [`BadPath`].
pub(super) fn normalise(path: &str) -> Result<Cow<'_, str>, BadPath> {
    if is_normal(path.as_bytes()) {
        return Ok(Cow::Borrowed(path));
    }
    let decoded = decode(path.as_bytes())?;
    if decoded.first() != Some(&b'/') || decoded.contains(&0) {
        return Err(BadPath::Malformed);
    }
    String::from_utf8(without_dots(&decoded)?).map(Cow::Owned).map_err(|_| BadPath::NotText)
}

/// A path as a `Location` spells it.
pub(super) fn escape(path: &str) -> Cow<'_, str> {
    percent_encode(path.as_bytes(), ESCAPED).into()
}

/// Whether nothing is encoded, and no segment is empty or begins with a dot.
fn is_normal(path: &[u8]) -> bool {
    let mut after_slash = false;
    for byte in path {
        match byte {
            b'%' | 0 => return false,
            b'/' | b'.' if after_slash => return false,
            _ => after_slash = *byte == b'/',
        }
    }
    path.first() == Some(&b'/')
}

fn decode(path: &[u8]) -> Result<Vec<u8>, BadPath> {
    let mut decoded = Vec::with_capacity(path.len());
    let mut bytes = path.iter();
    while let Some(&byte) = bytes.next() {
        if byte == b'%' {
            let (high, low) = (hex(bytes.next())?, hex(bytes.next())?);
            decoded.push(high << 4 | low);
        } else {
            decoded.push(byte);
        }
    }
    Ok(decoded)
}

fn hex(digit: Option<&u8>) -> Result<u8, BadPath> {
    let value = digit.and_then(|digit| char::from(*digit).to_digit(16));
    value.and_then(|value| u8::try_from(value).ok()).ok_or(BadPath::Malformed)
}

fn without_dots(path: &[u8]) -> Result<Vec<u8>, BadPath> {
    let mut kept: Vec<&[u8]> = Vec::new();
    let mut ends_in_folder = true;
    for segment in path.split(|byte| *byte == b'/') {
        ends_in_folder = matches!(segment, b"" | b"." | b"..");
        match segment {
            b"" | b"." => {}
            b".." => drop(kept.pop().ok_or(BadPath::Malformed)?),
            name => kept.push(name),
        }
    }
    if ends_in_folder {
        kept.push(b"");
    }
    let mut normal = vec![b'/'];
    normal.extend(kept.join(&b'/'));
    Ok(normal)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normal(path: &str) -> Result<String, BadPath> {
        normalise(path).map(Cow::into_owned)
    }

    #[test]
    fn a_normal_path_is_not_copied() {
        for path in ["/", "/a", "/a/b.c/", "/a b", "/ä.html", "/a\\b", "/a..b/c."] {
            assert!(matches!(normalise(path), Ok(Cow::Borrowed(same)) if same == path), "{path}");
        }
    }

    #[test]
    fn an_encoded_path_is_the_path_that_it_encodes() {
        for (path, expected) in [
            ("/a%20b", "/a b"),
            ("/%61", "/a"),
            ("/a%2Fb", "/a/b"),
            ("/%2f%2fa", "/a"),
            ("/a%3fb", "/a?b"),
            ("/a%2525", "/a%25"),
            ("/%c3%a4", "/ä"),
            ("/a%5cb", "/a\\b"),
        ] {
            assert_eq!(normal(path).as_deref(), Ok(expected), "{path}");
        }
    }

    #[test]
    fn dot_segments_and_slashes_in_a_row_are_taken_out() {
        for (path, expected) in [
            ("//", "/"),
            ("/a//b", "/a/b"),
            ("/./a", "/a"),
            ("/a/.", "/a/"),
            ("/a/./b", "/a/b"),
            ("/a/../b", "/b"),
            ("/a/..", "/"),
            ("/a/%2e%2E/b", "/b"),
            ("/a/b/../../c/", "/c/"),
            ("/.well-known/x", "/.well-known/x"),
            ("/a/...", "/a/..."),
        ] {
            assert_eq!(normal(path).as_deref(), Ok(expected), "{path}");
        }
    }

    #[test]
    fn a_path_that_climbs_out_or_is_malformed_is_none() {
        for path in ["/..", "/../a", "/a/../../b", "/%2e%2e/", "/%", "/%4", "/%zz", "/%00", "/a\0", "*", "", "a/b"] {
            assert_eq!(normal(path), Err(BadPath::Malformed), "{path}");
        }
        assert_eq!(normal("/%ff"), Err(BadPath::NotText));
    }

    #[test]
    fn an_escaped_path_leads_back_to_itself() {
        for path in ["/a b", "/ä", "/a%b", "/a?b#c", "/\\evil.example", "/a\r\nb"] {
            let escaped = escape(path);
            assert!(escaped.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\'), "{escaped}");
            assert_eq!(normal(&escaped).as_deref(), Ok(path));
        }
    }
}
