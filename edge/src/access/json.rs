//! A line as one JSON object.

use std::borrow::Cow;
use std::net::IpAddr;

use serde::Serialize;

use super::batch::Line;
use super::format::version;
use super::mask::masked;
use super::stamp::Stamp;

#[derive(Serialize)]
struct Row<'a> {
    time: String,
    client: IpAddr,
    scheme: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    host: Cow<'a, str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    method: Cow<'a, str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    target: Cow<'a, str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    version: &'static str,
    status: u16,
    bytes: u64,
    duration_us: u128,
    #[serde(skip_serializing_if = "str::is_empty")]
    referer: Cow<'a, str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    user_agent: Cow<'a, str>,
    request_id: Cow<'a, str>,
    trace_id: String,
}

/// Writes a line, with its end.
pub(super) fn write(line: &Line<'_>, stamp: &mut Stamp, out: &mut Vec<u8>) {
    let (target, referer) = (masked(line.target), masked(line.referer));
    let row = Row {
        time: stamp.millisecond(line.at),
        client: line.address,
        scheme: if line.secure { "https" } else { "http" },
        host: text(line.host),
        method: text(line.method),
        target: text(&target),
        version: line.version.map_or("", version),
        status: line.status.as_u16(),
        bytes: line.bytes,
        duration_us: line.took_us,
        referer: text(&referer),
        user_agent: text(line.user_agent),
        request_id: text(line.request_id),
        trace_id: line.trace_id.to_string(),
    };
    serde_json::to_writer(&mut *out, &row).expect("texts and numbers are written to memory");
    out.push(b'\n');
}

/// The text with what is no UTF-8 replaced, and the control characters that JSON lets stand: terminals obey them.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(bytes);
    if text.chars().any(is_control) {
        return text.chars().map(|c| if is_control(c) { char::REPLACEMENT_CHARACTER } else { c }).collect();
    }
    text
}

fn is_control(c: char) -> bool {
    c >= '\x7f' && c.is_control()
}
