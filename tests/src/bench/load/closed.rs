//! The closed loop: each connection sends its next request as soon as it has its answer.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use mio::{Events, Poll};

use super::connection::Connection;
use super::requests::Requests;
use crate::bench::outcome::Outcome;

/// Past this a request counts as lost, and the run as failed.
pub(super) const ANSWER_BOUND: Duration = Duration::from_secs(10);
pub(super) const READ_BYTES: usize = 64 << 10;

/// A load that is connected, and waits for its word.
pub(super) struct Closed {
    poll: Poll,
    connections: Vec<Connection>,
    requests: Requests,
    seconds: Option<Duration>,
    outcome: Outcome,
    under_way: usize,
}

impl Closed {
    pub(super) fn connect(
        target: SocketAddr,
        count: usize,
        requests: Requests,
        seconds: Option<Duration>,
    ) -> anyhow::Result<Self> {
        let poll = Poll::new()?;
        let connections = Connection::open(count, target, &poll)?;
        Ok(Self { poll, connections, requests, seconds, outcome: Outcome::default(), under_way: 0 })
    }

    /// Goes on until the requests, or the seconds, are over.
    pub(super) fn run(mut self) -> anyhow::Result<Outcome> {
        let begun = Instant::now();
        let until = self.seconds.map(|seconds| begun + seconds);
        (0..self.connections.len()).try_for_each(|at| self.send(at))?;
        let (mut events, mut buffer) = (Events::with_capacity(1_024), vec![0; READ_BYTES]);
        while self.under_way > 0 {
            self.poll.poll(&mut events, Some(ANSWER_BOUND))?;
            anyhow::ensure!(!events.is_empty(), "{} requests unanswered for {ANSWER_BOUND:?}", self.under_way);
            for event in &events {
                self.hear(event.token().0, &mut buffer, until)?;
            }
        }
        self.outcome.seconds = begun.elapsed().as_secs_f64();
        Ok(self.outcome)
    }

    fn hear(&mut self, at: usize, buffer: &mut [u8], until: Option<Instant>) -> anyhow::Result<()> {
        let Some(status) = self.connections[at].read(buffer)? else { return Ok(()) };
        self.outcome.answered += 1;
        *self.outcome.statuses.entry(status).or_default() += 1;
        self.under_way -= 1;
        match until {
            Some(until) if Instant::now() >= until => Ok(()),
            _ => self.send(at),
        }
    }

    fn send(&mut self, at: usize) -> anyhow::Result<()> {
        let Some(request) = self.requests.next() else { return Ok(()) };
        self.connections[at].send(request)?;
        self.under_way += 1;
        Ok(())
    }
}
