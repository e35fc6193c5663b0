//! A chunked body, taken apart as it arrives (RFC 9112, 7.1). Chunk extensions are refused: nobody needs them, and readers
//! disagree about where they end. Trailer fields are read and dropped.

use crate::refusal::Refusal;

/// The most digits of a chunk's size: a terabyte, and far from any overflow.
const SIZE_DIGITS_MAX: u8 = 10;
/// The most bytes of the trailer.
const TRAILER_BYTES_MAX: usize = 4 << 10;

/// Where in a chunked body the reader stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decoder {
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Size { digits: u8, size: u64 },
    SizeLineFeed { size: u64 },
    Data { left: u64 },
    DataReturn,
    DataLineFeed,
    TrailerStart { bytes: usize },
    Trailer { bytes: usize },
    TrailerLineFeed { bytes: usize },
    EndLineFeed,
    End,
}

/// What the reader found next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'b> {
    /// Bytes of the body.
    Data(&'b [u8]),
    /// All of the input was framing; more is needed.
    More,
    /// The body is whole.
    End,
}

impl Default for Decoder {
    fn default() -> Self {
        Self { state: State::Size { digits: 0, size: 0 } }
    }
}

impl Decoder {
    /// Takes the next piece off `input`, and says how many bytes of it are used up.
    ///
    /// # Errors
    /// [`Refusal::Chunk`] where the framing is not the one that RFC 9112 has.
    pub fn decode<'b>(&mut self, input: &'b [u8]) -> Result<(usize, Piece<'b>), Refusal> {
        let mut used = 0;
        while used < input.len() && self.state != State::End {
            if let State::Data { left } = self.state {
                let length = usize::try_from(left).unwrap_or(usize::MAX).min(input.len() - used);
                let left = left - length as u64;
                self.state = if left == 0 { State::DataReturn } else { State::Data { left } };
                return Ok((used + length, Piece::Data(&input[used..used + length])));
            }
            self.state = self.state.after(input[used]).ok_or(Refusal::Chunk)?;
            used += 1;
        }
        Ok((used, if self.state == State::End { Piece::End } else { Piece::More }))
    }
}

impl State {
    fn after(self, byte: u8) -> Option<Self> {
        Some(match (self, byte) {
            (Self::Size { digits: 1.., size }, b'\r') => Self::SizeLineFeed { size },
            (Self::Size { digits, size }, _) if digits < SIZE_DIGITS_MAX => {
                let digit = char::from(byte).to_digit(16)?;
                Self::Size { digits: digits + 1, size: size << 4 | u64::from(digit) }
            }
            (Self::SizeLineFeed { size: 0 }, b'\n') => Self::TrailerStart { bytes: 0 },
            (Self::SizeLineFeed { size }, b'\n') => Self::Data { left: size },
            (Self::DataReturn, b'\r') => Self::DataLineFeed,
            (Self::DataLineFeed, b'\n') => Self::default(),
            (Self::TrailerStart { .. }, b'\r') => Self::EndLineFeed,
            // A folded line, or a bare line feed.
            (Self::TrailerStart { .. }, b' ' | b'\t' | b'\n') | (Self::Trailer { .. }, b'\n' | b'\0') => return None,
            (Self::Trailer { bytes }, b'\r') => Self::TrailerLineFeed { bytes },
            (Self::TrailerStart { bytes } | Self::Trailer { bytes }, _) if bytes < TRAILER_BYTES_MAX => {
                Self::Trailer { bytes: bytes + 1 }
            }
            (Self::TrailerLineFeed { bytes }, b'\n') => Self::TrailerStart { bytes },
            (Self::EndLineFeed, b'\n') => Self::End,
            _ => return None,
        })
    }

    fn default() -> Self {
        Self::Size { digits: 0, size: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The body, and how many bytes of the input belong to it; in pieces of `step` bytes.
    fn read(input: &[u8], step: usize) -> Result<Option<(Vec<u8>, usize)>, Refusal> {
        let (mut decoder, mut body, mut at) = (Decoder::default(), Vec::new(), 0);
        while at < input.len() {
            let end = (at + step).min(input.len());
            let (used, piece) = decoder.decode(&input[at..end])?;
            at += used;
            match piece {
                Piece::Data(data) => body.extend_from_slice(data),
                Piece::End => return Ok(Some((body, at))),
                Piece::More => assert_eq!(at, end),
            }
        }
        Ok(None)
    }

    #[test]
    fn a_body_is_the_same_however_it_arrives() {
        let input = b"5\r\nhello\r\n00A\r\n, world!!!\r\n0\r\nX: y\r\n\r\nnext";
        for step in 1..=input.len() {
            let (body, used) = read(input, step).unwrap().unwrap();
            assert_eq!((body.as_slice(), used), (&b"hello, world!!!"[..], input.len() - 4), "in steps of {step}");
        }
    }

    #[test]
    fn a_body_without_its_end_is_not_whole() {
        let input = b"5\r\nhello\r\n0\r\n\r\n";
        for end in 0..input.len() {
            assert_eq!(read(&input[..end], 3), Ok(None), "{end} bytes");
        }
    }

    #[test]
    fn other_framings_are_refused() {
        for bad in [
            "5;x=y\r\nhello\r\n0\r\n\r\n",
            "5 \r\nhello\r\n0\r\n\r\n",
            " 5\r\nhello\r\n",
            "0x5\r\nhello\r\n",
            "+5\r\nhello\r\n",
            "\r\nhello\r\n",
            "5\nhello\r\n0\r\n\r\n",
            "5\r\nhelloX\r\n0\r\n\r\n",
            "5\r\nhello\n0\r\n\r\n",
            "5\r\nhello\r\n0\r\n\n",
            "5\r\nhello\r\n0\r\n x: folded\r\n\r\n",
            "5\r\nhello\r\n0\r\nx: y\n\r\n",
            "fffffffffffffffff\r\n",
            "g\r\n",
        ] {
            assert_eq!(read(bad.as_bytes(), 2), Err(Refusal::Chunk), "{bad:?}");
        }
        let trailer = format!("0\r\nX: {}\r\n\r\n", "y".repeat(TRAILER_BYTES_MAX));
        assert_eq!(read(trailer.as_bytes(), 99), Err(Refusal::Chunk));
    }
}
