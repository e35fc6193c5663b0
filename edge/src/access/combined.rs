//! A line in the Combined Log Format, escaped as nginx does.

use std::io::Write as _;

use super::batch::Line;
use super::format::version;
use super::mask::masked;
use super::stamp::Stamp;

const HEX: &[u8; 16] = b"0123456789ABCDEF";

/// Writes a line, with its end: `address - - [time] "request" status bytes "referer" "user agent"`.
pub(super) fn write(line: &Line<'_>, stamp: &mut Stamp, out: &mut Vec<u8>) {
    write!(out, "{} - - [{}] ", line.address, stamp.second(line.at)).expect("memory grows");
    request(line, out);
    write!(out, " {} {} ", line.status.as_u16(), line.bytes).expect("memory grows");
    quoted(&masked(line.referer), out);
    out.push(b' ');
    quoted(line.user_agent, out);
    out.push(b'\n');
}

fn request(line: &Line<'_>, out: &mut Vec<u8>) {
    let Some(spoken) = line.version else { return quoted(b"", out) };
    out.push(b'"');
    for part in [line.method, b" ", &masked(line.target), b" ", version(spoken).as_bytes()] {
        escaped(part, out);
    }
    out.push(b'"');
}

/// A text between quotes; `-` stands for none.
fn quoted(text: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    escaped(if text.is_empty() { b"-" } else { text }, out);
    out.push(b'"');
}

fn escaped(text: &[u8], out: &mut Vec<u8>) {
    for byte in text {
        match byte {
            b'"' | b'\\' | ..=0x1f | 0x7f.. => {
                out.extend([b'\\', b'x', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
            }
            plain => out.push(*plain),
        }
    }
}
