//! Heads of requests: whatever is taken means one thing, however it arrives and however it is spelled again.

#![no_main]

use doorbuster_http_core::head::{HEAD_BYTES_MAX, Slots};
use doorbuster_http_core::{Framing, Head};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut slots = Slots::default();
    let parsed = Head::parse(data, &mut slots);
    if let Ok(Some(head)) = &parsed {
        is_sound(head, data);
        means_the_same(head, &spelled(head));
        means_the_same(head, &data[..head.bytes]);
    }
    let whole = if let Ok(Some(head)) = &parsed { head.bytes } else { data.len() };
    let cut = data.iter().map(|byte| usize::from(*byte)).sum::<usize>() % whole.max(1);
    let mut slots = Slots::default();
    match Head::parse(&data[..cut], &mut slots) {
        Ok(None) => {}
        Ok(Some(_)) => panic!("whole after {cut} of {whole} bytes"),
        Err(refusal) => assert!(parsed.is_err(), "refused in part ({refusal}), and taken as a whole"),
    }
});

fn is_sound(head: &Head<'_>, data: &[u8]) {
    assert!(head.bytes <= data.len().min(HEAD_BYTES_MAX));
    assert!(data[..head.bytes].ends_with(b"\r\n\r\n"));
    let lengths: Vec<_> = head.values("content-length").collect();
    let codings: Vec<_> = head.values("transfer-encoding").collect();
    assert!(lengths.len() + codings.len() <= 1, "two framings: {lengths:?} {codings:?}");
    match head.framing {
        Framing::Chunked => assert!(codings.len() == 1 && !head.is_http_10),
        Framing::Length(length) => assert!(length > 0 && lengths.len() == 1),
        Framing::None => assert!(codings.is_empty()),
    }
    let hosts = head.values("host").count();
    assert!(hosts == 1 || (head.is_http_10 && hosts == 0), "{hosts} hosts");
    assert!(head.host.bytes().all(|byte| byte.is_ascii_graphic() && !b"/?#@\\".contains(&byte)), "{:?}", head.host);
}

/// The same head, without anything that is not its meaning.
fn spelled(head: &Head<'_>) -> Vec<u8> {
    let version = if head.is_http_10 { "1.0" } else { "1.1" };
    let mut bytes = format!("{} {} HTTP/{version}\r\n", head.method, head.target).into_bytes();
    for field in head.headers {
        bytes.extend_from_slice(field.name.as_bytes());
        bytes.push(b':');
        bytes.extend_from_slice(field.value);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"\r\n");
    bytes
}

fn means_the_same(head: &Head<'_>, bytes: &[u8]) {
    let mut slots = Slots::default();
    let again = Head::parse(bytes, &mut slots).expect("what was taken is taken again").expect("it is whole");
    assert_eq!(again.bytes, bytes.len());
    assert_eq!((again.method, again.target, again.host), (head.method, head.target, head.host));
    assert_eq!((again.framing, again.is_http_10), (head.framing, head.is_http_10));
    assert_eq!((again.keeps_alive, again.expects_continue), (head.keeps_alive, head.expects_continue));
    assert_eq!(again.headers, head.headers);
}
