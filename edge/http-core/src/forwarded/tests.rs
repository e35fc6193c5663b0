use super::*;

const PEER: &str = "10.0.0.1";

fn ask(source: Source, peer: &str, fields: &[(&str, &str)]) -> (String, Option<bool>) {
    let mut headers = HeaderMap::new();
    for (name, value) in fields {
        headers.append(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
    }
    let trusted = Networks::parse(&["10.0.0.0/8", "2001:db8::/32"]).unwrap();
    let believed = client(peer.parse().unwrap(), &headers, &trusted, source);
    (believed.address.to_string(), believed.secure)
}

fn by_forwarded(value: &str) -> (String, Option<bool>) {
    ask(Source::Forwarded, PEER, &[("forwarded", value)])
}

fn by_x(addresses: &str, protos: &str) -> (String, Option<bool>) {
    ask(Source::XForwardedFor, PEER, &[("x-forwarded-for", addresses), ("x-forwarded-proto", protos)])
}

fn at(address: &str, secure: Option<bool>) -> (String, Option<bool>) {
    (address.to_owned(), secure)
}

#[test]
fn a_stranger_is_not_believed() {
    let fields =
        [("x-forwarded-for", "192.0.2.1"), ("x-forwarded-proto", "https"), ("forwarded", "for=192.0.2.1;proto=https")];
    for source in [Source::Forwarded, Source::XForwardedFor] {
        assert_eq!(ask(source, "198.51.100.1", &fields), at("198.51.100.1", None));
        assert_eq!(ask(source, "::ffff:198.51.100.1", &fields), at("198.51.100.1", None));
        assert_eq!(ask(source, "::ffff:10.0.0.1", &fields), at("192.0.2.1", Some(true)));
    }
}

#[test]
fn the_first_address_from_the_right_that_is_not_trusted_is_the_client() {
    assert_eq!(by_x("6.6.6.6, 192.0.2.1", "http"), at("192.0.2.1", Some(false)));
    assert_eq!(by_x("6.6.6.6, 192.0.2.1, 10.0.0.9, 2001:db8::7", "https"), at("192.0.2.1", Some(true)));
    assert_eq!(
        by_forwarded("for=6.6.6.6;proto=https, for=192.0.2.1;proto=http, for=10.2.3.4"),
        at("192.0.2.1", Some(false))
    );
    assert_eq!(by_forwarded(r#"for=6.6.6.6, for="[2001:db9::1]:5", for="[2001:db8::1]""#), at("2001:db9::1", None));
}

#[test]
fn where_all_are_trusted_the_last_one_is_the_client() {
    assert_eq!(by_x("10.0.0.3, 10.0.0.2", "https"), at("10.0.0.3", Some(true)));
    assert_eq!(by_forwarded("for=10.0.0.2"), at("10.0.0.2", None));
    assert_eq!(ask(Source::Forwarded, PEER, &[]), at(PEER, None));
    assert_eq!(ask(Source::XForwardedFor, PEER, &[("x-forwarded-proto", "https")]), at(PEER, Some(true)));
}

#[test]
fn a_malformed_or_hidden_element_ends_the_walk_at_the_proxy_that_said_it() {
    assert_eq!(by_x("192.0.2.1, nonsense, 10.0.0.2", "https"), at("10.0.0.2", Some(true)));
    assert_eq!(by_x("192.0.2.1, unknown", "https"), at(PEER, Some(true)));
    assert_eq!(
        by_forwarded("for=192.0.2.1, for=_hidden;proto=https, for=10.0.0.2;proto=http"),
        at("10.0.0.2", Some(true))
    );
    assert_eq!(by_forwarded("for=192.0.2.1, for=unknown"), at(PEER, None));
    assert_eq!(by_forwarded("for=192.0.2.1, for==, for=10.0.0.2;proto=https"), at("10.0.0.2", Some(true)));
    assert_eq!(by_forwarded("for=192.0.2.1, proto=https"), at(PEER, Some(true)));
}

#[test]
fn only_the_header_that_the_proxies_set_is_read() {
    let both =
        [("x-forwarded-for", "192.0.2.1"), ("x-forwarded-proto", "http"), ("forwarded", "for=192.0.2.2;proto=https")];
    assert_eq!(ask(Source::XForwardedFor, PEER, &both), at("192.0.2.1", Some(false)));
    assert_eq!(ask(Source::Forwarded, PEER, &both), at("192.0.2.2", Some(true)));
    assert_eq!(ask(Source::Forwarded, PEER, &both[..2]), at(PEER, None));
}

#[test]
fn several_lines_are_one_list() {
    let lines =
        [("x-forwarded-for", "6.6.6.6"), ("x-forwarded-for", "192.0.2.1, 10.0.0.2"), ("x-forwarded-for", "10.0.0.3")];
    assert_eq!(ask(Source::XForwardedFor, PEER, &lines), at("192.0.2.1", None));
}

#[test]
fn the_scheme_is_the_word_of_the_proxy_that_met_the_client() {
    assert_eq!(by_x("192.0.2.1, 10.0.0.2", "https, http"), at("192.0.2.1", Some(true)));
    assert_eq!(by_x("192.0.2.1", "https, http"), at("192.0.2.1", Some(false)));
    assert_eq!(by_x("192.0.2.1, 10.0.0.2, 10.0.0.3", "https, http"), at("192.0.2.1", Some(true)));
    assert_eq!(by_x("192.0.2.1", "nonsense"), at("192.0.2.1", None));
    assert_eq!(by_forwarded("for=192.0.2.1;proto=https, for=10.0.0.2;proto=http"), at("192.0.2.1", Some(true)));
}

#[test]
fn the_walk_has_a_bound() {
    let hops = |count: usize| format!("192.0.2.1, {}", vec!["10.0.0.2"; count].join(", "));
    assert_eq!(by_x(&hops(HOPS_MAX - 1), "http"), at("192.0.2.1", Some(false)));
    assert_eq!(by_x(&hops(HOPS_MAX), "http"), at("10.0.0.2", Some(false)));
}

#[test]
fn nonsense_never_panics() {
    let mut state = 1_u32;
    let mut random = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state >> 16
    };
    let alphabet = br#"for=;,"\[]:. _1024abFproto-"#;
    for _ in 0..20_000 {
        let text: Vec<u8> = (0..random() % 24).map(|_| alphabet[random() as usize % alphabet.len()]).collect();
        let text = String::from_utf8(text).unwrap();
        by_forwarded(&text);
        by_x(&text, &text);
    }
}

#[test]
fn a_source_has_a_name() {
    assert_eq!(Source::named("forwarded"), Some(Source::Forwarded));
    assert_eq!(Source::named("x-forwarded-for"), Some(Source::XForwardedFor));
    assert_eq!(Source::named("X-Forwarded-For"), None);
}
