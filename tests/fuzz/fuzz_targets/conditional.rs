//! Conditions: judged alike wherever the fields are held, and answered as the method allows.

#![no_main]

use doorbuster_http_core::conditional::{Outcome, Validators, evaluate, range_applies};
use http::header::{IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, IF_UNMODIFIED_SINCE};
use http::{HeaderMap, HeaderValue, Method};
use httparse::Header;
use libfuzzer_sys::fuzz_target;

const OWN: Validators<'_> = Validators { etag: b"\"xyzzy\"", last_modified_s: Some(783_459_811), date_is_strong: true };

fuzz_target!(|data: &[u8]| {
    let names = [IF_MATCH, IF_NONE_MATCH, IF_MODIFIED_SINCE, IF_UNMODIFIED_SINCE, IF_RANGE];
    let (mut map, mut lines) = (HeaderMap::new(), Vec::new());
    for line in data.split(|byte| *byte == b'\n').take(8) {
        let [which, value @ ..] = line else { continue };
        let name = &names[usize::from(*which) % names.len()];
        let Ok(held) = HeaderValue::from_bytes(value) else { continue };
        map.append(name, held);
        lines.push(Header { name: name.as_str(), value });
    }
    for own in [OWN, Validators { etag: b"", ..OWN }, Validators { last_modified_s: None, ..OWN }] {
        for method in [Method::GET, Method::HEAD, Method::POST, Method::OPTIONS] {
            let outcome = evaluate(&method, &map, &own);
            assert_eq!(outcome, evaluate(&method, &lines[..], &own), "{method}");
            let reads = method == Method::GET || method == Method::HEAD;
            assert!(outcome != Outcome::NotModified || reads, "304 to {method}");
            assert!(outcome == Outcome::Proceed || method != Method::OPTIONS, "OPTIONS selects nothing");
        }
        let applies = range_applies(&map, &own);
        assert_eq!(applies, range_applies(&lines[..], &own));
        assert!(applies || map.contains_key(IF_RANGE), "without If-Range every range applies");
    }
});
