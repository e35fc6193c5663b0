//! One connection: requests come in, answers go out, in order.

use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::task::{Context, Poll};

use doorbuster_http_core::Head;
use doorbuster_http_core::head::{Slots, is_http2_preface};
use tokio::io::{AsyncRead, AsyncWrite};

use super::alarm::Alarm;
use super::encode::Said;
use super::input::Input;
use super::output::{self, Output};
use super::sheet::Sheet;
use super::taker::{Step, Taker};
use super::{Stop, Timeouts};
use crate::http::rewind::Rewind;
use crate::http::service::{Peer, Refused, Service, WriteAnswer as _};

/// How a connection ended here.
#[derive(Debug)]
pub(in crate::http) enum End<Io> {
    /// It is over.
    Closed,
    /// It is one of HTTP/2, by prior knowledge (RFC 9113, 3.3).
    Http2(Rewind<Io>),
}

/// Serves a connection until either side ends it. `http2` tells whether prior knowledge of HTTP/2 is welcome.
pub(in crate::http) async fn serve<Io, S>(
    io: Io,
    peer: Peer,
    service: Arc<S>,
    timeouts: Timeouts,
    stop: Stop,
    http2: bool,
) -> io::Result<End<Io>>
where
    Io: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    S: Service,
{
    let connection = Connection {
        io,
        peer,
        service,
        timeouts,
        stop,
        input: Input::default(),
        output: Output::default(),
        alarm: Alarm::default(),
        answered: 0,
        answered_at_alarm: 0,
        in_head: false,
        http2,
    };
    connection.run().await
}

pub(super) struct Connection<Io, S> {
    pub(super) io: Io,
    pub(super) peer: Peer,
    pub(super) service: Arc<S>,
    pub(super) timeouts: Timeouts,
    pub(super) stop: Stop,
    pub(super) input: Input,
    pub(super) output: Output,
    alarm: Alarm,
    /// Requests answered, and how many of them when the alarm was set.
    answered: u64,
    answered_at_alarm: u64,
    /// Part of a head has come.
    in_head: bool,
    http2: bool,
}

/// What waiting for more came to.
enum Wait {
    More,
    /// The peer is gone, or has been silent for too long, or the server stops.
    Over,
    /// A head was begun and not finished.
    HeadTimedOut,
}

impl<Io, S> Connection<Io, S>
where
    Io: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    S: Service,
{
    async fn run(mut self) -> io::Result<End<Io>> {
        loop {
            match self.step() {
                Step::Answered { keeps_alive: true } => {
                    if self.output.is_full() {
                        self.send().await?;
                    }
                }
                Step::Answered { keeps_alive: false } => return Box::pin(self.close()).await,
                Step::Starved => {
                    self.send().await?;
                    match self.wait().await? {
                        Wait::More => {}
                        Wait::Over => return Ok(End::Closed),
                        Wait::HeadTimedOut => return Box::pin(self.refuse(Refused::TimedOut)).await,
                    }
                }
                Step::Run(errand, shape) => {
                    self.send().await?;
                    // Boxed, as below.
                    let outcome = Box::pin(self.service.finish(errand)).await;
                    let keeps_alive = shape.keeps_alive && !self.stop.is_told();
                    outcome.write(Sheet::new(self.output.head(), Said::of(keeps_alive, shape.is_http_10)));
                    if !keeps_alive {
                        return Box::pin(self.close()).await;
                    }
                }
                Step::Ask(exchange) => {
                    self.answered += 1;
                    self.send().await?;
                    // Boxed: what waits for its next request has no room for it.
                    match Box::pin(self.exchange(*exchange)).await? {
                        None => return Ok(End::Closed),
                        Some(connection) => self = connection,
                    }
                }
                Step::Refuse(refusal) => return Box::pin(self.refuse(Refused::Malformed(refusal))).await,
                Step::Http2 => return Ok(End::Http2(Rewind::new(self.input.take_all(), self.io))),
            }
        }
    }

    fn step(&mut self) -> Step<S::Errand> {
        if self.input.is_empty() {
            return Step::Starved;
        }
        if self.http2 && self.answered == 0 {
            match is_http2_preface(self.input.bytes()) {
                Some(true) => return Step::Http2,
                None => return Step::Starved,
                Some(false) => {}
            }
        }
        let mut slots = Slots::default();
        match Head::parse(self.input.bytes(), &mut slots) {
            Ok(None) => Step::Starved,
            Err(refusal) => Step::Refuse(refusal),
            Ok(Some(head)) => {
                let taker =
                    Taker { service: &*self.service, peer: self.peer, stop: &self.stop, output: &mut self.output };
                let (bytes, step) = taker.step_of(&head, self.input.bytes());
                self.input.skip(bytes);
                self.in_head = false;
                if matches!(step, Step::Answered { .. } | Step::Run(..)) {
                    self.answered += 1;
                }
                step
            }
        }
    }

    async fn wait(&mut self) -> io::Result<Wait> {
        let begun = !self.input.is_empty();
        if begun && !self.in_head {
            self.in_head = true;
            self.set_alarm(self.timeouts.head);
        }
        poll_fn(|cx| self.poll_wait(cx)).await
    }

    fn poll_wait(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Wait>> {
        match self.input.poll_fill(&mut self.io, cx) {
            Poll::Ready(Ok(0)) => return Poll::Ready(Ok(Wait::Over)),
            Poll::Ready(read) => return Poll::Ready(read.map(|_| Wait::More)),
            Poll::Pending => {}
        }
        if !self.in_head && self.stop.hears(cx) {
            return Poll::Ready(Ok(Wait::Over));
        }
        if !self.alarm.is_set() {
            self.set_alarm(self.timeouts.idle);
        }
        while self.alarm.rings(cx) {
            if self.in_head {
                return Poll::Ready(Ok(Wait::HeadTimedOut));
            }
            if self.answered_at_alarm == self.answered {
                return Poll::Ready(Ok(Wait::Over));
            }
            self.set_alarm(self.timeouts.idle);
        }
        Poll::Pending
    }

    fn set_alarm(&mut self, after: std::time::Duration) {
        self.answered_at_alarm = self.answered;
        self.alarm.set(after);
    }

    pub(super) async fn send(&mut self) -> io::Result<()> {
        output::send(&mut self.output, &mut self.io, self.timeouts.write).await
    }
}
