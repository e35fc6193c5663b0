//! Writes an answer: its head, and its body as that is delimited (RFC 9112, 6).

use std::io;
use std::time::Duration;

use http_body_util::BodyExt as _;
use hyper::StatusCode;
use hyper::body::Body as _;
use hyper::header::CONNECTION;
use tokio::io::AsyncWrite;

use super::encode::{self, Delimited, Said};
use super::output::{self, Output};
use crate::http::message::{Outgoing, Reply};

/// What the answer's form depends on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    pub(super) is_head: bool,
    pub(super) is_http_10: bool,
    pub(super) keeps_alive: bool,
}

/// Whether an answer itself ends its connection.
pub(super) fn says_close(reply: &Reply) -> bool {
    let Some(value) = reply.headers().get(CONNECTION) else { return false };
    value.as_bytes().eq_ignore_ascii_case(b"close")
}

/// Writes an answer; tells whether the connection lives on.
pub(super) async fn write<Io: AsyncWrite + Unpin>(
    reply: Reply,
    shape: Shape,
    output: &mut Output,
    io: &mut Io,
    patience: Duration,
) -> io::Result<bool> {
    let (head, body) = reply.into_parts();
    let delimited = delimited(head.status, &body, shape);
    let keeps_alive = shape.keeps_alive && delimited != Delimited::Close;
    let said = Said::of(keeps_alive, shape.is_http_10);
    encode::head(output.head(), head.status, &head.headers, delimited, said);
    if !shape.is_head && delimited != Delimited::Not {
        match body.as_whole() {
            Some(bytes) => output.body(bytes.clone()),
            None => write_stream(body, delimited, output, io, patience).await?,
        }
    }
    output::send(output, io, patience).await?;
    Ok(keeps_alive)
}

async fn write_stream<Io: AsyncWrite + Unpin>(
    mut body: Outgoing,
    delimited: Delimited,
    output: &mut Output,
    io: &mut Io,
    patience: Duration,
) -> io::Result<()> {
    let chunked = delimited == Delimited::Chunked;
    // The head does not wait for the first piece.
    output::send(output, io, patience).await?;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        if data.is_empty() {
            continue;
        }
        if chunked {
            encode::chunk(output.head(), data.len());
        }
        output.body(data);
        output::send(output, io, patience).await?;
        if chunked {
            output.head().extend_from_slice(b"\r\n");
        }
    }
    if chunked {
        output.head().extend_from_slice(b"0\r\n\r\n");
    }
    output::send(output, io, patience).await
}

/// RFC 9112, 6.3.
fn delimited(status: StatusCode, body: &Outgoing, shape: Shape) -> Delimited {
    if status.is_informational() || status == StatusCode::NO_CONTENT || status == StatusCode::NOT_MODIFIED {
        return Delimited::Not;
    }
    match body.size_hint().exact() {
        Some(length) => Delimited::Length(length),
        None if shape.is_http_10 => Delimited::Close,
        None => Delimited::Chunked,
    }
}
