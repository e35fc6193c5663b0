//! Times as the formats write them. Lines of the same second share one formatting.

use std::fmt::Write as _;

use doorbuster_proto::Timestamp;
use time::OffsetDateTime;
use time::format_description::StaticFormatDescription;
use time::macros::format_description;

/// The second of RFC 3339, and that of the Common Log Format.
#[derive(Debug)]
pub(super) struct Stamp {
    layout: StaticFormatDescription,
    second: Option<u64>,
    text: String,
}

impl Stamp {
    /// Writes `2026-11-22T06:30:00.123Z`.
    pub(super) fn rfc3339() -> Self {
        Self::new(format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]"))
    }

    /// Writes `22/Nov/2026:06:30:00 +0000`.
    pub(super) fn common() -> Self {
        Self::new(format_description!("[day]/[month repr:short]/[year]:[hour]:[minute]:[second] +0000"))
    }

    fn new(layout: StaticFormatDescription) -> Self {
        Self { layout, second: None, text: String::new() }
    }

    /// The time to the second.
    pub(super) fn second(&mut self, at: Timestamp) -> &str {
        let second = at.0 / 1_000;
        if self.second != Some(second) {
            self.second = Some(second);
            self.text = text(second, self.layout);
        }
        &self.text
    }

    /// The time to the millisecond, as RFC 3339 has it.
    pub(super) fn millisecond(&mut self, at: Timestamp) -> String {
        let mut text = self.second(at).to_owned();
        write!(text, ".{:03}Z", at.0 % 1_000).expect("a string grows");
        text
    }
}

/// Times beyond the calendar are written as its start: they are nobody's.
fn text(second: u64, layout: StaticFormatDescription) -> String {
    let second = i64::try_from(second).unwrap_or(0);
    let time = OffsetDateTime::from_unix_timestamp(second).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    time.format(layout).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_as_its_format_has_it() {
        let at = Timestamp(1_795_329_000_007);
        assert_eq!(Stamp::rfc3339().millisecond(at), "2026-11-22T06:30:00.007Z");
        assert_eq!(Stamp::common().second(at), "22/Nov/2026:06:30:00 +0000");
    }

    #[test]
    fn another_second_is_another_text() {
        let mut stamp = Stamp::rfc3339();
        assert_eq!(stamp.millisecond(Timestamp(999)), "1970-01-01T00:00:00.999Z");
        assert_eq!(stamp.millisecond(Timestamp(1_000)), "1970-01-01T00:00:01.000Z");
        assert_eq!(stamp.second(Timestamp(u64::MAX)), "1970-01-01T00:00:00");
    }
}
