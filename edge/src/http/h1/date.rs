//! The field `Date`, written out once a second a thread.

use std::cell::RefCell;
use std::time::{SystemTime, UNIX_EPOCH};

use httpdate::HttpDate;

thread_local! {
    static WRITTEN: RefCell<(u64, Vec<u8>)> = const { RefCell::new((u64::MAX, Vec::new())) };
}

/// Appends the line with the time of now.
pub(super) fn put_date(out: &mut Vec<u8>) {
    let now = SystemTime::now();
    let second = now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    WRITTEN.with_borrow_mut(|(at, line)| {
        if *at != second {
            *at = second;
            *line = format!("date: {}\r\n", HttpDate::from(now)).into_bytes();
        }
        out.extend_from_slice(line);
    });
}
