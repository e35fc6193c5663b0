//! Chunked bodies: the same body, the same end and the same refusal in whatever pieces they arrive.

#![no_main]

use doorbuster_http_core::Refusal;
use doorbuster_http_core::chunked::{Decoder, Piece};
use libfuzzer_sys::fuzz_target;

/// The body so far, and how many bytes it took if it is whole.
type Read = Result<(Vec<u8>, Option<usize>), Refusal>;

fuzz_target!(|data: &[u8]| {
    let [step, input @ ..] = data else { return };
    let whole = read(input, input.len().max(1));
    assert_eq!(whole, read(input, usize::from(*step) % 32 + 1));
    assert_eq!(whole, read(input, 1));
    if let Ok((body, Some(used))) = whole {
        assert!(input[..used].ends_with(b"\r\n"));
        assert_eq!(read(&written(&body), 7), Ok((body, Some(written(&read(input, 1).unwrap().0).len()))));
    }
});

fn read(input: &[u8], step: usize) -> Read {
    let (mut decoder, mut body, mut at) = (Decoder::default(), Vec::new(), 0);
    while at < input.len() {
        let end = (at + step).min(input.len());
        let (used, piece) = decoder.decode(&input[at..end])?;
        at += used;
        match piece {
            Piece::Data(data) => {
                assert!(!data.is_empty(), "an empty piece");
                body.extend_from_slice(data);
            }
            Piece::More => assert_eq!(at, end, "input is left"),
            Piece::End => return Ok((body, Some(at))),
        }
    }
    Ok((body, None))
}

fn written(body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for chunk in body.chunks(5) {
        bytes.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        bytes.extend_from_slice(chunk);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"0\r\n\r\n");
    bytes
}
