//! Fields of a form or a query (`application/x-www-form-urlencoded`), read strictly. And paths to go to next.

use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::router::strict_decode;

/// More fields than any of our forms has.
const FIELDS_MAX: usize = 32;
const NEXT_BYTES_MAX: usize = 512;
/// What `encodeURIComponent` leaves alone, more or less.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Reads fields; `None` where the encoding is malformed, or a field comes twice.
pub(super) fn parse(text: &str) -> Option<BTreeMap<String, String>> {
    let mut fields = BTreeMap::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        if fields.len() == FIELDS_MAX || fields.insert(decode(name)?, decode(value)?).is_some() {
            return None;
        }
    }
    Some(fields)
}

/// A text as the value of a field, or of a cookie.
pub(super) fn encode(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

/// Where to go next, if it is a path of the shop, counted from its root; the front page otherwise.
pub(super) fn next_path(text: Option<&str>) -> &str {
    text.filter(|path| is_local(path) && !climbs(path)).unwrap_or("/")
}

/// `//host` and `/\host` would leave this host; browsers drop control characters, which could make one of the other.
fn is_local(path: &str) -> bool {
    path.len() <= NEXT_BYTES_MAX
        && path.starts_with('/')
        && !path.starts_with("//")
        && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

/// A step up could leave the prefix below which the shop is. Browsers take it encoded, too, and proxies an encoded slash.
fn climbs(path: &str) -> bool {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    strict_decode(path).is_none_or(|path| path.split(['/', '\\']).any(|part| matches!(part, "." | "..")))
}

fn decode(text: &str) -> Option<String> {
    strict_decode(&text.replace('+', " ")).map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_decoded() {
        let fields = parse("name=Ann+Lee%21&next=%2Fp%2Fmug&empty=&bare").unwrap();
        assert_eq!(fields["name"], "Ann Lee!");
        assert_eq!(fields["next"], "/p/mug");
        assert_eq!((fields["empty"].as_str(), fields["bare"].as_str()), ("", ""));
    }

    #[test]
    fn malformed_fields_are_refused_whole() {
        for bad in ["a=%", "a=%f", "a=%ff", "a=1&a=2"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
        let many: Vec<_> = (0..33).map(|n| format!("f{n}=1")).collect();
        assert_eq!(parse(&many.join("&")), None);
    }

    #[test]
    fn next_stays_in_the_shop() {
        for local in ["/", "/p/mug", "/login?next=/x", "/a//b", "/p/a%20b", "/p/..mug", "/p/mug?a=/../b#/../c"] {
            assert_eq!(next_path(Some(local)), local);
        }
        for away in ["", "p", "//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil", "/a\r\nb", "/ü"]
        {
            assert_eq!(next_path(Some(away)), "/", "{away:?}");
        }
        for up in
            ["/..", "/../e2/orders", "/p/../../x", "/p/./x", "/%2e%2E/x", "/.%2e", "/a%2f..%2fb", "/a%5c..", "/a%"]
        {
            assert_eq!(next_path(Some(up)), "/", "{up:?}");
        }
        assert_eq!(next_path(None), "/");
        assert_eq!(next_path(Some(&"/".repeat(1_000))), "/");
    }

    #[test]
    fn an_encoded_name_reads_back() {
        let fields = parse(&format!("n={}", encode("小明 & Li;"))).unwrap();
        assert_eq!(fields["n"], "小明 & Li;");
    }
}
