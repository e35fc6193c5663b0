//! The command line's side of the console: posts a document to a running allocator.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// The most bytes of an answer that are read.
const ANSWER_BYTES_MAX: usize = 4 << 20;

/// Why there is no answer.
pub(crate) type Unreachable = Box<dyn std::error::Error + Send + Sync>;

/// Whether anybody listens there.
pub(crate) async fn answers(at: SocketAddr) -> bool {
    TcpStream::connect(at).await.is_ok()
}

/// Posts JSON.
///
/// # Errors
/// Nobody answers, or not whole.
pub(crate) async fn post(authority: &str, path: &str, json: String) -> Result<(StatusCode, Bytes), Unreachable> {
    let address = if authority.contains(':') { authority.to_owned() } else { format!("{authority}:80") };
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(header::HOST, authority)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Full::new(Bytes::from(json)))?;
    let answer = sender.send_request(request).await?;
    let status = answer.status();
    let body = Limited::new(answer.into_body(), ANSWER_BYTES_MAX).collect().await?.to_bytes();
    connection.abort();
    Ok((status, body))
}
