//! A circuit breaker: a server that fails is left alone for a while, and then tried with one request at a time. Pure.

use std::time::{Duration, Instant};

/// Parts of the window, each forgotten at once.
const PARTS: u32 = 10;
/// An open circuit that fails its probes stays open twice as long each time, up to this many times twice.
const DOUBLINGS_MAX: u32 = 4;

/// When a circuit opens, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Circuit {
    /// Failures in a row that open it.
    pub failures: u32,
    /// Failures that open it, in percent of the requests in the window.
    pub percent: u32,
    /// Requests in the window below which the percentage says nothing.
    pub requests_min: u32,
    /// How long a request counts.
    pub window: Duration,
    /// How long it stays open before it is probed.
    pub open: Duration,
}

/// How a request was let through; comes back with its outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pass {
    /// As one of many.
    Plain,
    /// As the one that finds out whether the server is well again.
    Probe,
}

/// What a circuit is at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Requests go through.
    Closed,
    /// None does until then; it was opened so many times in a row.
    Open { until: Instant, times: u32 },
    /// A probe is under way.
    Probing { times: u32 },
}

/// One server's circuit.
#[derive(Debug)]
pub(super) struct Breaker {
    circuit: Circuit,
    state: State,
    in_row: u32,
    window: Window,
}

impl Breaker {
    pub(super) fn new(circuit: Circuit, now: Instant) -> Self {
        let window = Window { began: now, part: circuit.window / PARTS, parts: [Part::default(); PARTS as usize] };
        Self { circuit, state: State::Closed, in_row: 0, window }
    }

    pub(super) fn state(&self) -> State {
        self.state
    }

    /// How long until a request may go through; nothing where one may now. A probe that is under way may end at any time.
    pub(super) fn wait(&self, now: Instant) -> Option<Duration> {
        match self.state {
            State::Closed => None,
            State::Open { until, .. } => Some(until.saturating_duration_since(now)).filter(|wait| !wait.is_zero()),
            State::Probing { .. } => Some(self.circuit.open),
        }
    }

    /// Lets a request through, or not.
    pub(super) fn admit(&mut self, now: Instant) -> Option<Pass> {
        match self.state {
            State::Closed => Some(Pass::Plain),
            State::Open { until, times } if until <= now => {
                self.state = State::Probing { times };
                Some(Pass::Probe)
            }
            State::Open { .. } | State::Probing { .. } => None,
        }
    }

    /// Takes note of a request that succeeded. What was let through before the circuit opened says nothing any more.
    pub(super) fn succeeded(&mut self, pass: Pass, now: Instant) {
        match (self.state, pass) {
            (State::Closed, _) => {
                self.in_row = 0;
                self.window.add(now, false);
            }
            (State::Probing { .. }, Pass::Probe) => *self = Self::new(self.circuit, now),
            _ => {}
        }
    }

    /// Takes note of a request that failed.
    pub(super) fn failed(&mut self, pass: Pass, now: Instant) {
        match (self.state, pass) {
            (State::Closed, _) => {
                self.in_row += 1;
                self.window.add(now, true);
                if self.in_row >= self.circuit.failures || self.fails_often(now) {
                    self.open(now, 0);
                }
            }
            (State::Probing { times }, Pass::Probe) => self.open(now, times + 1),
            _ => {}
        }
    }

    /// Takes note of a request that was given up on its shopper's side: the next one may probe.
    pub(super) fn abandoned(&mut self, pass: Pass, now: Instant) {
        if let (State::Probing { times }, Pass::Probe) = (self.state, pass) {
            self.state = State::Open { until: now, times };
        }
    }

    fn open(&mut self, now: Instant, times: u32) {
        let times = times.min(DOUBLINGS_MAX);
        self.state = State::Open { until: now + self.circuit.open * 2_u32.pow(times), times };
    }

    fn fails_often(&self, now: Instant) -> bool {
        let (requests, failures) = self.window.sums(now);
        requests >= self.circuit.requests_min.into() && failures * 100 >= requests * u64::from(self.circuit.percent)
    }
}

/// Requests of the last while.
#[derive(Debug)]
struct Window {
    began: Instant,
    part: Duration,
    parts: [Part; PARTS as usize],
}

#[derive(Debug, Clone, Copy, Default)]
struct Part {
    number: u128,
    requests: u64,
    failures: u64,
}

impl Window {
    fn add(&mut self, now: Instant, failed: bool) {
        let number = self.number(now);
        let at = usize::try_from(number % u128::from(PARTS)).expect("less than PARTS");
        let part = &mut self.parts[at];
        if part.number != number {
            *part = Part { number, ..Part::default() };
        }
        part.requests += 1;
        part.failures += u64::from(failed);
    }

    fn sums(&self, now: Instant) -> (u64, u64) {
        let number = self.number(now);
        let counts = self.parts.iter().filter(|part| part.number + u128::from(PARTS) > number);
        counts.fold((0, 0), |(requests, failures), part| (requests + part.requests, failures + part.failures))
    }

    fn number(&self, now: Instant) -> u128 {
        now.saturating_duration_since(self.began).as_nanos() / self.part.as_nanos().max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CIRCUIT: Circuit = Circuit {
        failures: 3,
        percent: 50,
        requests_min: 10,
        window: Duration::from_secs(10),
        open: Duration::from_secs(5),
    };

    struct Driven {
        breaker: Breaker,
        now: Instant,
    }

    impl Driven {
        fn new() -> Self {
            let now = Instant::now();
            Self { breaker: Breaker::new(CIRCUIT, now), now }
        }

        fn pass(&mut self, ms: u64) {
            self.now += Duration::from_millis(ms);
        }

        fn request(&mut self, succeeds: bool) -> Option<Pass> {
            let pass = self.breaker.admit(self.now)?;
            let note = if succeeds { Breaker::succeeded } else { Breaker::failed };
            note(&mut self.breaker, pass, self.now);
            Some(pass)
        }

        fn fail_times(&mut self, times: usize) {
            for _ in 0..times {
                self.request(false);
            }
        }

        fn wait_ms(&self) -> Option<u128> {
            self.breaker.wait(self.now).map(|wait| wait.as_millis())
        }
    }

    #[test]
    fn failures_in_a_row_open_the_circuit_and_a_success_between_them_does_not() {
        let mut driven = Driven::new();
        for succeeds in [false, false, true, false, false] {
            assert_eq!(driven.request(succeeds), Some(Pass::Plain));
        }
        driven.request(false);
        assert_eq!((driven.request(true), driven.wait_ms()), (None, Some(5_000)));
    }

    #[test]
    fn a_rate_of_failures_opens_the_circuit_once_there_are_enough_requests() {
        let mut driven = Driven::new();
        for _ in 0..4 {
            driven.request(true);
            driven.request(false);
        }
        driven.request(true);
        assert_eq!(driven.breaker.state(), State::Closed);
        driven.request(false);
        assert!(matches!(driven.breaker.state(), State::Open { .. }));
    }

    #[test]
    fn failures_are_forgotten_after_the_window() {
        let mut driven = Driven::new();
        for _ in 0..4 {
            driven.request(false);
            driven.request(true);
        }
        driven.pass(10_000);
        for _ in 0..8 {
            driven.request(true);
        }
        driven.request(false);
        driven.request(false);
        assert_eq!(driven.breaker.state(), State::Closed);
    }

    #[test]
    fn an_open_circuit_lets_one_probe_through_and_closes_when_it_succeeds() {
        let mut driven = Driven::new();
        driven.fail_times(3);
        driven.pass(4_999);
        assert_eq!(driven.request(true), None);
        driven.pass(1);
        assert_eq!(driven.breaker.admit(driven.now), Some(Pass::Probe));
        assert_eq!(driven.breaker.admit(driven.now), None);
        driven.breaker.succeeded(Pass::Probe, driven.now);
        assert_eq!((driven.request(false), driven.breaker.state()), (Some(Pass::Plain), State::Closed));
    }

    #[test]
    fn a_probe_that_fails_opens_it_for_longer_up_to_a_bound() {
        let mut driven = Driven::new();
        driven.fail_times(3);
        for wait in [5_000, 10_000, 20_000, 40_000, 80_000, 80_000] {
            assert_eq!(driven.wait_ms(), Some(wait));
            driven.pass(u64::try_from(wait).unwrap());
            assert_eq!(driven.request(false), Some(Pass::Probe));
        }
    }

    #[test]
    fn a_probe_that_is_given_up_makes_room_for_the_next() {
        let mut driven = Driven::new();
        driven.fail_times(3);
        driven.pass(5_000);
        let probe = driven.breaker.admit(driven.now).unwrap();
        driven.breaker.abandoned(probe, driven.now);
        assert_eq!(driven.request(true), Some(Pass::Probe));
    }

    #[test]
    fn what_was_let_through_before_says_nothing_later() {
        let mut driven = Driven::new();
        let early = driven.breaker.admit(driven.now).unwrap();
        driven.fail_times(3);
        driven.breaker.succeeded(early, driven.now);
        assert_eq!(driven.wait_ms(), Some(5_000));
        driven.breaker.failed(early, driven.now);
        assert_eq!(driven.wait_ms(), Some(5_000));
    }
}
