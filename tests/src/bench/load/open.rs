//! The open loop: requests fall due at random moments of a fixed rate, whether or not earlier ones were answered. A
//! latency runs from the moment when its request was due, so that a stalled server cannot hide who would have come.

use std::collections::VecDeque;
use std::fs;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use mio::{Events, Poll};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use super::closed::{ANSWER_BOUND, READ_BYTES};
use super::connection::Connection;
use super::requests::Requests;
use crate::bench::outcome::Outcome;

/// Every run has the same arrivals.
const SEED: u64 = 20_261_127;
/// Sleeps between looks are this short: what a latency may be off by.
const LOOK_EVERY: Duration = Duration::from_micros(20);

pub(super) struct Open {
    poll: Poll,
    connections: Vec<Connection>,
    requests: Requests,
    arrivals: Arrivals,
    seconds: Duration,
    free: Vec<usize>,
    due: VecDeque<Instant>,
    asked_for: Vec<Instant>,
    outcome: Outcome,
}

impl Open {
    pub(super) fn connect(
        target: SocketAddr,
        count: usize,
        requests: Requests,
        seconds: Duration,
        rate: f64,
    ) -> anyhow::Result<Self> {
        let poll = Poll::new()?;
        let connections = Connection::open(count, target, &poll)?;
        // The kernel may otherwise lengthen every sleep by 50 µs. Where it does not listen, figures are that much coarser.
        let _ = fs::write("/proc/self/timerslack_ns", "1");
        let begun = Instant::now();
        Ok(Self {
            poll,
            connections,
            requests,
            arrivals: Arrivals::new(begun, rate),
            seconds,
            free: (0..count).rev().collect(),
            due: VecDeque::new(),
            asked_for: vec![begun; count],
            outcome: Outcome::default(),
        })
    }

    pub(super) fn run(mut self) -> anyhow::Result<Outcome> {
        let begun = Instant::now();
        self.arrivals.at = begun;
        let (mut events, mut buffer) = (Events::with_capacity(1_024), vec![0; READ_BYTES]);
        let mut heard_at = begun;
        loop {
            let now = Instant::now();
            let is_over = !self.fall_due(now, begun + self.seconds);
            self.send()?;
            self.poll.poll(&mut events, Some(Duration::ZERO))?;
            for event in &events {
                self.hear(event.token().0, &mut buffer)?;
                heard_at = now;
            }
            if is_over && self.due.is_empty() && self.free.len() == self.connections.len() {
                self.outcome.seconds = begun.elapsed().as_secs_f64();
                return Ok(self.outcome);
            }
            anyhow::ensure!(now - heard_at < ANSWER_BOUND, "no request was answered for {ANSWER_BOUND:?}");
            if events.is_empty() {
                std::thread::sleep(LOOK_EVERY);
            }
        }
    }

    /// Whether more will come.
    fn fall_due(&mut self, now: Instant, until: Instant) -> bool {
        while self.arrivals.at <= now && self.arrivals.at < until {
            self.due.push_back(self.arrivals.at);
            self.arrivals.step();
        }
        self.arrivals.at < until
    }

    fn send(&mut self) -> anyhow::Result<()> {
        while let Some((at, due)) = self.free.last().copied().zip(self.due.front().copied()) {
            let request =
                self.requests.next().ok_or_else(|| anyhow::anyhow!("expected more requests than fall due"))?;
            self.connections[at].send(request)?;
            self.asked_for[at] = due;
            self.free.pop();
            self.due.pop_front();
        }
        Ok(())
    }

    fn hear(&mut self, at: usize, buffer: &mut [u8]) -> anyhow::Result<()> {
        let Some(status) = self.connections[at].read(buffer)? else { return Ok(()) };
        self.outcome.answered += 1;
        *self.outcome.statuses.entry(status).or_default() += 1;
        self.outcome.latencies_us.push(self.asked_for[at].elapsed().as_secs_f64() * 1e6);
        self.free.push(at);
        Ok(())
    }
}

/// Moments with exponential gaps (a Poisson process).
struct Arrivals {
    at: Instant,
    rate: f64,
    rng: StdRng,
}

impl Arrivals {
    fn new(at: Instant, rate: f64) -> Self {
        Self { at, rate, rng: StdRng::seed_from_u64(SEED) }
    }

    fn step(&mut self) {
        let part: f64 = self.rng.random_range(f64::MIN_POSITIVE..1.0);
        self.at += Duration::from_secs_f64(-part.ln() / self.rate);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrivals_have_the_rate_that_was_asked_for() {
        let begun = Instant::now();
        let mut arrivals = Arrivals::new(begun, 10_000.0);
        for _ in 0..20_000 {
            arrivals.step();
        }
        let seconds = (arrivals.at - begun).as_secs_f64();
        assert!((1.9..2.1).contains(&seconds), "{seconds}");
    }
}
