//! The PROXY protocol's header: read the same in whatever pieces it arrives, and never past its end.

#![no_main]

use doorbuster_http_core::proxy_header::{Error, PROXY_HEADER_BYTES_MAX, parse};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let whole = parse(data);
    if let Ok(Some(parsed)) = whole {
        assert!((16..=PROXY_HEADER_BYTES_MAX.min(data.len())).contains(&parsed.length));
        assert_eq!(parse(&data[..parsed.length]), whole, "what follows changed it");
    }
    let cut = data.iter().map(|byte| usize::from(*byte)).sum::<usize>() % data.len().max(1);
    match (parse(&data[..cut]), whole) {
        (Ok(None), _) => {}
        // What begins like version 1 is taken for it before the rest tells.
        (Err(Error::Version1), Err(Error::Missing)) => {}
        (part, whole) => assert_eq!(part, whole, "{cut} of {} bytes", data.len()),
    }
});
