//! Reads answers off a keep-alive connection, one at a time.

use anyhow::Context as _;

const HEADERS_MAX: usize = 64;
const HEAD_BYTES_MAX: usize = 16 << 10;

/// The answer that is being read.
#[derive(Debug, Default)]
pub struct Answer {
    /// The head, as long as it is not whole.
    head: Vec<u8>,
    status: u16,
    body_bytes_left: usize,
}

impl Answer {
    /// Takes what came; gives the status once the answer is whole.
    ///
    /// # Errors
    /// It is no answer with a `Content-Length`, or more came than was asked for.
    pub fn take(&mut self, bytes: &[u8]) -> anyhow::Result<Option<u16>> {
        if self.body_bytes_left > 0 {
            return self.take_body(bytes.len());
        }
        if self.head.is_empty() {
            return match begin(bytes)? {
                Some(begun) => self.begun(begun, bytes.len()),
                None => self.keep(bytes),
            };
        }
        self.head.extend_from_slice(bytes);
        let whole = std::mem::take(&mut self.head);
        match begin(&whole)? {
            Some(begun) => self.begun(begun, whole.len()),
            None => self.keep(&whole),
        }
    }

    fn keep(&mut self, bytes: &[u8]) -> anyhow::Result<Option<u16>> {
        anyhow::ensure!(bytes.len() < HEAD_BYTES_MAX, "an answer's head: expected {HEAD_BYTES_MAX} bytes at most");
        self.head.extend_from_slice(bytes);
        Ok(None)
    }

    fn begun(
        &mut self,
        (status, head_bytes, body_bytes): (u16, usize, usize),
        came: usize,
    ) -> anyhow::Result<Option<u16>> {
        (self.status, self.body_bytes_left) = (status, body_bytes);
        self.take_body(came - head_bytes)
    }

    fn take_body(&mut self, bytes: usize) -> anyhow::Result<Option<u16>> {
        let left = self.body_bytes_left.checked_sub(bytes);
        self.body_bytes_left = left.with_context(|| format!("{bytes} bytes: expected {}", self.body_bytes_left))?;
        Ok((self.body_bytes_left == 0).then_some(self.status))
    }
}

/// Status, the head's length and the body's.
fn begin(bytes: &[u8]) -> anyhow::Result<Option<(u16, usize, usize)>> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut answer = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(head_bytes) = answer.parse(bytes)? else { return Ok(None) };
    let status = answer.code.context("an answer without a status")?;
    if matches!(status, 204 | 304) {
        return Ok(Some((status, head_bytes, 0)));
    }
    let length = answer.headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-length"));
    let length = length.with_context(|| format!("{status}: expected a Content-Length, found none"))?;
    Ok(Some((status, head_bytes, std::str::from_utf8(length.value)?.trim().parse()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &[u8] = b"HTTP/1.1 201 Created\r\nContent-length: 5\r\nDate: x\r\n\r\nhello";

    #[test]
    fn a_whole_answer_is_one_whatever_its_pieces() {
        for cut in 0..TEXT.len() {
            let mut answer = Answer::default();
            let (first, second) = TEXT.split_at(cut);
            if !first.is_empty() {
                assert_eq!(answer.take(first).unwrap(), None, "{cut}");
            }
            assert_eq!(answer.take(second).unwrap(), Some(201), "{cut}");
            assert_eq!(answer.take(TEXT).unwrap(), Some(201), "{cut}");
        }
    }

    #[test]
    fn an_answer_without_a_body_is_whole_with_its_head() {
        assert_eq!(Answer::default().take(b"HTTP/1.1 304 Not Modified\r\n\r\n").unwrap(), Some(304));
        assert_eq!(Answer::default().take(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap(), Some(200));
    }

    #[test]
    fn what_was_not_asked_for_is_refused() {
        let more = [TEXT, b"x"].concat();
        assert!(Answer::default().take(&more).is_err());
        assert!(Answer::default().take(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").is_err());
    }
}
