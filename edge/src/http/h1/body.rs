//! A request's body: read whole, or handed on piece by piece.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use doorbuster_http_core::Framing;
use doorbuster_http_core::chunked::{Decoder, Piece};
use tokio::io::AsyncRead;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::input::Input;
use crate::http::message::BodyError;
use crate::http::service::Refused;

/// Reads a body whole. The outer error: the connection broke off.
pub(super) async fn collect<Io: AsyncRead + Unpin>(
    input: &mut Input,
    io: &mut Io,
    framing: Framing,
    max: usize,
) -> io::Result<Result<Bytes, Refused>> {
    match framing {
        Framing::None => Ok(Ok(Bytes::new())),
        Framing::Length(length) => {
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            while input.bytes().len() < length {
                fill(input, io).await?;
            }
            // A copy is small, and leaves the buffer to the thread.
            let body = Bytes::copy_from_slice(&input.bytes()[..length]);
            input.skip(length);
            Ok(Ok(body))
        }
        Framing::Chunked => collect_chunks(input, io, max).await,
    }
}

async fn collect_chunks<Io: AsyncRead + Unpin>(
    input: &mut Input,
    io: &mut Io,
    max: usize,
) -> io::Result<Result<Bytes, Refused>> {
    let mut decoder = Decoder::default();
    let mut whole = BytesMut::new();
    loop {
        let (used, piece) = match decoder.decode(input.bytes()) {
            Ok(decoded) => decoded,
            Err(refusal) => return Ok(Err(Refused::Malformed(refusal))),
        };
        let is_end = piece == Piece::End;
        if let Piece::Data(data) = piece {
            if whole.len() + data.len() > max {
                return Ok(Err(Refused::BodyTooLarge));
            }
            whole.extend_from_slice(data);
        }
        let starved = piece == Piece::More;
        input.skip(used);
        if is_end {
            return Ok(Ok(whole.freeze()));
        }
        if starved {
            fill(input, io).await?;
        }
    }
}

/// Hands a body on while somebody takes it; that it has come to its end is told by dropping `pieces`. An error was told to whoever takes it, and to the caller.
pub(super) async fn pump<Io: AsyncRead + Unpin>(
    input: &mut Input,
    io: &mut Io,
    framing: Framing,
    pieces: mpsc::Sender<Result<Bytes, BodyError>>,
    patience: Duration,
) -> Result<(), BodyError> {
    let mut source = Source::of(framing);
    loop {
        match source.next(input, io, patience).await {
            Ok(None) => return Ok(()),
            Ok(Some(piece)) => pieces.send(Ok(piece)).await.map_err(|_| BodyError::BrokenOff)?,
            Err(error) => {
                // Whoever took it may have gone.
                let _ = pieces.send(Err(error)).await;
                return Err(error);
            }
        }
    }
}

/// What is left of a body.
enum Source {
    Length(u64),
    Chunked(Decoder),
}

/// What is there of a body.
enum Next {
    Piece(Bytes),
    /// That was all.
    End,
    /// More must come.
    Starved,
}

impl Source {
    fn of(framing: Framing) -> Self {
        match framing {
            Framing::None => Self::Length(0),
            Framing::Length(length) => Self::Length(length),
            Framing::Chunked => Self::Chunked(Decoder::default()),
        }
    }

    async fn next<Io: AsyncRead + Unpin>(
        &mut self,
        input: &mut Input,
        io: &mut Io,
        patience: Duration,
    ) -> Result<Option<Bytes>, BodyError> {
        loop {
            match self.at_hand(input)? {
                Next::Piece(piece) => return Ok(Some(piece)),
                Next::End => return Ok(None),
                Next::Starved => {}
            }
            let filled = timeout(patience, fill(input, io)).await.map_err(|_| BodyError::TimedOut)?;
            filled.map_err(|_| BodyError::BrokenOff)?;
        }
    }

    fn at_hand(&mut self, input: &mut Input) -> Result<Next, BodyError> {
        match self {
            Self::Length(0) => Ok(Next::End),
            Self::Length(_) if input.is_empty() => Ok(Next::Starved),
            Self::Length(left) => {
                let length = input.bytes().len().min(usize::try_from(*left).unwrap_or(usize::MAX));
                *left -= length as u64;
                Ok(Next::Piece(input.take(length)))
            }
            Self::Chunked(decoder) => {
                let (used, piece) = decoder.decode(input.bytes()).map_err(|_| BodyError::Malformed)?;
                let found = match piece {
                    Piece::Data(data) => Next::Piece(Bytes::copy_from_slice(data)),
                    Piece::End => Next::End,
                    Piece::More => Next::Starved,
                };
                input.skip(used);
                Ok(found)
            }
        }
    }
}

async fn fill<Io: AsyncRead + Unpin>(input: &mut Input, io: &mut Io) -> io::Result<()> {
    match poll_fn(|cx| input.poll_fill(io, cx)).await? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(()),
    }
}

/// Runs `side` beside `main` until `main` is done; tells what `side` came to, if it is done by then.
pub(super) async fn beside<T, E>(
    mut main: Pin<&mut impl Future<Output = T>>,
    mut side: Pin<&mut impl Future<Output = E>>,
) -> (T, Option<E>) {
    let mut ended = None;
    poll_fn(|cx: &mut Context<'_>| {
        if ended.is_none()
            && let Poll::Ready(end) = side.as_mut().poll(cx)
        {
            ended = Some(end);
        }
        main.as_mut().poll(cx).map(|done| (done, ended.take()))
    })
    .await
}
