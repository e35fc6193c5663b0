//! `tracestate`: others' notes about a trace, passed on unread.

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue};

use super::TRACESTATE;

/// The most of it that is passed on, in bytes; beyond, whole members are left out.
pub const STATE_BYTES_MAX: usize = 512;

const MEMBERS_MAX: usize = 32;
/// Longer members are the first to be left out.
const MEMBER_BYTES_KEPT: usize = 128;
const KEY_BYTES_MAX: usize = 256;
const VALUE_BYTES_MAX: usize = 256;

/// The members that a caller sent, well formed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceState(HeaderValue);

impl TraceState {
    /// The caller's state: nothing, where there is none or a malformed one. Belongs to the context that came with it,
    /// and means nothing without.
    pub fn read(headers: &HeaderMap) -> Option<Self> {
        let fields = headers.get_all(TRACESTATE).iter().map(HeaderValue::as_bytes);
        let members: Vec<&[u8]> =
            fields.flat_map(|field| field.split(|byte| *byte == b',')).map(trimmed).filter(|m| !m.is_empty()).collect();
        let is_well_formed =
            members.len() <= MEMBERS_MAX && members.iter().all(|member| is_member(member)) && !has_twins(&members);
        let kept = if is_well_formed { within_bounds(members) } else { Vec::new() };
        (!kept.is_empty()).then(|| Self(joined(&kept)))
    }

    /// As `tracestate` has it.
    pub fn header(&self) -> HeaderValue {
        self.0.clone()
    }
}

fn trimmed(member: &[u8]) -> &[u8] {
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t');
    let start = member.iter().position(|byte| !is_space(byte)).unwrap_or(member.len());
    let end = member.iter().rposition(|byte| !is_space(byte)).map_or(start, |last| last + 1);
    &member[start..end]
}

fn is_member(member: &[u8]) -> bool {
    let Some(at) = member.iter().position(|byte| *byte == b'=') else { return false };
    is_key(&member[..at]) && is_value(&member[at + 1..])
}

/// `simple-key`, or `tenant-id "@" system-id`.
fn is_key(key: &[u8]) -> bool {
    let rest = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'*' | b'/' | b'@');
    let starts = matches!(key.first(), Some(b'a'..=b'z' | b'0'..=b'9'));
    starts && key.len() <= KEY_BYTES_MAX && key.iter().all(rest) && key.split(|byte| *byte == b'@').count() <= 2
}

/// Printable, without a comma or another equals sign. Its outer spaces are trimmed already.
fn is_value(value: &[u8]) -> bool {
    let fits = |byte: &u8| matches!(byte, b' '..=b'~') && !matches!(byte, b',' | b'=');
    !value.is_empty() && value.len() <= VALUE_BYTES_MAX && value.iter().all(fits)
}

fn has_twins(members: &[&[u8]]) -> bool {
    let key = |member: &[u8]| member.iter().position(|byte| *byte == b'=').unwrap_or(member.len());
    let mut keys: Vec<&[u8]> = members.iter().map(|member| &member[..key(member)]).collect();
    keys.sort_unstable();
    keys.windows(2).any(|pair| pair[0] == pair[1])
}

/// The newest members stand first: what is too long goes before them, and then the oldest.
fn within_bounds(mut members: Vec<&[u8]>) -> Vec<&[u8]> {
    if length(&members) > STATE_BYTES_MAX {
        members.retain(|member| member.len() <= MEMBER_BYTES_KEPT);
    }
    while length(&members) > STATE_BYTES_MAX {
        members.pop();
    }
    members
}

fn length(members: &[&[u8]]) -> usize {
    (members.iter().map(|member| member.len() + 1).sum::<usize>()).saturating_sub(1)
}

fn joined(members: &[&[u8]]) -> HeaderValue {
    let mut text = BytesMut::with_capacity(length(members));
    for (n, member) in members.iter().enumerate() {
        text.extend_from_slice(if n == 0 { b"" } else { b"," });
        text.extend_from_slice(member);
    }
    HeaderValue::from_maybe_shared(Bytes::from(text)).expect("its members are printable")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(fields: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for field in fields {
            headers.append(TRACESTATE, HeaderValue::from_str(field).unwrap());
        }
        TraceState::read(&headers).map(|state| state.header().to_str().unwrap().to_owned())
    }

    #[test]
    fn members_are_passed_on_in_order_and_joined() {
        assert_eq!(read(&["rojo=00f067,congo=t61 rc"]), Some("rojo=00f067,congo=t61 rc".into()));
        assert_eq!(read(&["a=1 ,\tb=2,", "", "t@s=3"]), Some("a=1,b=2,t@s=3".into()));
    }

    #[test]
    fn malformed_states_are_dropped_whole() {
        let many = (0..33).map(|n| format!("k{n}=v")).collect::<Vec<_>>().join(",");
        for bad in ["", ",", "a", "a=", "A=1", "_a=1", "a=1=2", "a=1,a=2", "a@b@c=1", "a b=1", "a=\t1\tb", &many] {
            assert_eq!(read(&[bad]), None, "{bad}");
        }
    }

    #[test]
    fn what_is_too_long_loses_long_members_first_and_then_the_last() {
        let member = |key: &str, length: usize| format!("{key}={}", "v".repeat(length - key.len() - 1));
        let kept: Vec<String> = ["a", "b", "c", "d"].iter().map(|key| member(key, 100)).collect();
        let sent = format!("{},{},{}", kept.join(","), member("long", 129), member("e", 127));
        assert_eq!(read(&[&sent]), Some(kept.join(",")));
        let whole = [member("long", 255), member("z", 256)].join(",");
        assert_eq!(whole.len(), STATE_BYTES_MAX);
        assert_eq!(read(&[&whole]), Some(whole));
    }

    #[test]
    fn when_nothing_short_is_left_nothing_is_passed_on() {
        let sent = ["a", "b", "c"].map(|key| format!("{key}={}", "v".repeat(250))).join(",");
        assert_eq!(read(&[&sent]), None);
    }
}
