//! The chosen format, with what it remembers from line to line.

use http::Version;

use super::batch::Line;
use super::stamp::Stamp;
use super::{Format, combined, json};

#[derive(Debug)]
pub(super) struct Formatter {
    format: Format,
    stamp: Stamp,
}

impl Formatter {
    pub(super) fn new(format: Format) -> Self {
        let stamp = match format {
            Format::Json => Stamp::rfc3339(),
            Format::Combined => Stamp::common(),
        };
        Self { format, stamp }
    }

    /// Writes a line, with its end.
    pub(super) fn write(&mut self, line: &Line<'_>, out: &mut Vec<u8>) {
        match self.format {
            Format::Json => json::write(line, &mut self.stamp, out),
            Format::Combined => combined::write(line, &mut self.stamp, out),
        }
    }
}

pub(super) fn version(spoken: Version) -> &'static str {
    match spoken {
        Version::HTTP_09 => "HTTP/0.9",
        Version::HTTP_10 => "HTTP/1.0",
        Version::HTTP_2 => "HTTP/2.0",
        Version::HTTP_3 => "HTTP/3.0",
        _ => "HTTP/1.1",
    }
}
