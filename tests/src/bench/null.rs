//! The null answer: a bare hyper server that looks at nothing and answers prebuilt bytes.

use std::convert::Infallible;
use std::net::SocketAddr;

use bytes::Bytes;
use http::Response;
use http_body_util::Full;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

/// What hyper's own head takes: the status line, `content-length` and `date`.
const HEAD_BYTES: usize = "HTTP/1.1 200 OK\r\ncontent-length: 000\r\ndate: Sun, 22 Nov 2026 00:00:00 GMT\r\n\r\n".len();

/// Answers every request with as many bytes as an answer of `bytes` has, for ever.
///
/// # Errors
/// The address is taken, or the kernel refused.
pub async fn serve(address: SocketAddr, bytes: usize) -> anyhow::Result<()> {
    let body = Bytes::from(vec![b'x'; bytes.saturating_sub(HEAD_BYTES)]);
    let listener = TcpListener::bind(address).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let body = body.clone();
        let service = service_fn(move |_| {
            let body = body.clone();
            async move { Ok::<_, Infallible>(Response::new(Full::new(body))) }
        });
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}
