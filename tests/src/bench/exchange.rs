//! One request, one answer, byte by byte: what the two sides really send.

use std::net::SocketAddr;

use anyhow::Context as _;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::load::Answer;
use super::tls::Trust;

/// An answer as it came over the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// The status.
    pub status: u16,
    /// Head and body.
    pub bytes: Vec<u8>,
}

/// Asks over TCP.
///
/// # Errors
/// No answer came, or none that can be read.
pub async fn exchange(target: SocketAddr, request: &[u8]) -> anyhow::Result<Exchange> {
    let stream = TcpStream::connect(target).await.with_context(|| format!("connect to {target}"))?;
    over(stream, request).await.with_context(|| format!("ask {target}"))
}

/// Asks over TLS.
///
/// # Errors
/// As [`exchange`], or the handshake failed.
pub async fn exchange_tls(target: SocketAddr, trust: &Trust, request: &[u8]) -> anyhow::Result<Exchange> {
    let stream = TcpStream::connect(target).await.with_context(|| format!("connect to {target}"))?;
    over(trust.connect(stream).await?, request).await.with_context(|| format!("ask {target} over TLS"))
}

async fn over(mut stream: impl AsyncRead + AsyncWrite + Unpin, request: &[u8]) -> anyhow::Result<Exchange> {
    stream.write_all(request).await?;
    let (mut answer, mut bytes, mut buffer) = (Answer::default(), Vec::new(), vec![0; 64 << 10]);
    loop {
        let read = stream.read(&mut buffer).await?;
        anyhow::ensure!(read > 0, "expected an answer, found the end after {} bytes", bytes.len());
        bytes.extend_from_slice(&buffer[..read]);
        if let Some(status) = answer.take(&buffer[..read])? {
            return Ok(Exchange { status, bytes });
        }
    }
}

impl Exchange {
    /// The headers, in their order.
    pub fn headers(&self) -> Vec<(String, String)> {
        let lines = self.head().split("\r\n").skip(1);
        let fields = lines.filter_map(|line| line.split_once(':'));
        fields.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect()
    }

    /// One header.
    pub fn header(&self, name: &str) -> Option<String> {
        self.headers().into_iter().find_map(|(found, value)| (found == name).then_some(value))
    }

    /// The body.
    pub fn body(&self) -> &[u8] {
        &self.bytes[self.split_at()..]
    }

    /// Fails with the whole answer unless it has this status.
    ///
    /// # Errors
    /// It has another.
    pub fn expect(self, status: u16) -> anyhow::Result<Self> {
        let text = String::from_utf8_lossy(&self.bytes);
        anyhow::ensure!(self.status == status, "expected {status}, found {text}");
        Ok(self)
    }

    fn head(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.split_at()]).unwrap_or_default().trim_end()
    }

    fn split_at(&self) -> usize {
        let end = self.bytes.windows(4).position(|window| window == b"\r\n\r\n");
        end.map_or(self.bytes.len(), |at| at + 4)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_taken_apart() {
        let bytes =
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nETag: \"a:b\"\r\nContent-Length: 2\r\n\r\nhi".to_vec();
        let answer = Exchange { status: 200, bytes };
        assert_eq!(answer.header("etag").as_deref(), Some("\"a:b\""));
        assert_eq!((answer.headers().len(), answer.body()), (3, &b"hi"[..]));
        assert!(answer.clone().expect(200).is_ok() && answer.expect(201).is_err());
    }
}
