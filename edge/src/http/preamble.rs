//! Who a load balancer speaks for, by the PROXY protocol's second version, before a connection's first byte of its own.

use std::io;
use std::net::SocketAddr;

use bytes::{Bytes, BytesMut};
use doorbuster_http_core::proxy_header;
use tokio::io::{AsyncRead, AsyncReadExt as _};

use super::rewind::Rewind;

/// What was said, and what came after it.
#[derive(Debug)]
pub(super) struct Named {
    /// For whom; nobody where the load balancer speaks for itself.
    pub(super) source: Option<SocketAddr>,
    early: Bytes,
}

impl Named {
    /// The connection as its client sees it.
    pub(super) fn rest<Io>(self, io: Io) -> Rewind<Io> {
        Rewind::new(self.early, io)
    }
}

/// Reads the header off a connection.
pub(super) async fn read<Io: AsyncRead + Unpin>(io: &mut Io) -> io::Result<Named> {
    let mut bytes = BytesMut::with_capacity(256);
    loop {
        if let Some(parsed) = proxy_header::parse(&bytes).map_err(io::Error::other)? {
            let early = bytes.split_off(parsed.length).freeze();
            return Ok(Named { source: parsed.source, early });
        }
        if io.read_buf(&mut bytes).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_follows_the_header_is_not_lost() {
        let mut sent = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c".to_vec();
        sent.extend_from_slice(&[192, 0, 2, 7, 127, 0, 0, 1, 0x1f, 0x90, 0, 80]);
        sent.extend_from_slice(b"GET / HTTP/1.1\r\n");
        let mut io = sent.as_slice();
        let named = read(&mut io).await.unwrap();
        assert_eq!(named.source.unwrap().to_string(), "192.0.2.7:8080");
        let mut rest = String::new();
        named.rest(io).read_to_string(&mut rest).await.unwrap();
        assert_eq!(rest, "GET / HTTP/1.1\r\n");
    }

    #[tokio::test]
    async fn a_connection_without_the_header_is_refused() {
        assert!(read(&mut &b"GET / HTTP/1.1\r\n"[..]).await.is_err());
        assert!(read(&mut &b"\r\n\r\n\0\r\nQ"[..]).await.is_err());
    }
}
