//! Prints what waits: takes the lanes' lines in the order of their times, formats and writes them, counts what is lost.

use std::io;
use std::time::{Duration, Instant};

use prometheus_client::metrics::counter::Counter;
use tracing::warn;

use super::batch::{Batch, Line};
use super::format::Formatter;
use super::lanes::Lanes;
use super::output::Output;
use super::{Format, LANES};

/// Bytes that are formatted before they are written.
const CHUNK_BYTES: usize = 64 << 10;
const WARN_EVERY: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct Press {
    formatter: Formatter,
    output: Output,
    taken: [Batch; LANES],
    chunk: Vec<u8>,
    /// Lines in `chunk`.
    lines: u64,
    /// The output ends within a line, whose rest could not be written.
    is_torn: bool,
    written: Counter,
    dropped: Counter,
    warned: Warned,
}

#[derive(Debug, Default)]
struct Warned {
    at: Option<Instant>,
    dropped: u64,
    why: Option<io::Error>,
}

impl Press {
    pub(super) fn new(format: Format, output: Output, written: Counter, dropped: Counter) -> Self {
        Self {
            formatter: Formatter::new(format),
            output,
            taken: Default::default(),
            chunk: Vec::new(),
            lines: 0,
            is_torn: false,
            written,
            dropped,
            warned: Warned::default(),
        }
    }

    /// Prints every line that waits.
    pub(super) fn print(&mut self, lanes: &Lanes, now: Instant) {
        let mut taken = std::mem::take(&mut self.taken);
        lanes.swap(&mut taken);
        for line in in_order(&taken) {
            self.formatter.write(&line, &mut self.chunk);
            self.lines += 1;
            if self.chunk.len() >= CHUNK_BYTES {
                self.write_chunk();
            }
        }
        self.write_chunk();
        self.taken = taken;
        self.warned.of(self.dropped.get(), now);
    }

    /// Goes on in a file of the same name, after the old one was moved away.
    pub(super) fn reopen(&mut self) {
        match self.output.reopen() {
            Ok(()) => self.is_torn = false,
            Err(error) => warn!(%error, "cannot open the access log again, its old file is kept"),
        }
    }

    fn end_torn_line(&mut self) {
        self.is_torn = self.is_torn && self.output.write(b"\n").0 == 0;
    }

    fn write_chunk(&mut self) {
        if self.chunk.is_empty() {
            return;
        }
        self.end_torn_line();
        let (bytes, outcome) = self.output.write(&self.chunk);
        let lost = lines_in(&self.chunk[bytes..]);
        self.written.inc_by(self.lines.saturating_sub(lost));
        self.dropped.inc_by(lost);
        self.is_torn = if bytes == 0 { self.is_torn } else { self.chunk[bytes - 1] != b'\n' };
        self.warned.why = outcome.err().or(self.warned.why.take());
        self.chunk.clear();
        self.lines = 0;
    }
}

/// Lines of all lanes by their times; each lane is nearly in order already.
fn in_order(batches: &[Batch]) -> Vec<Line<'_>> {
    let mut lines = Vec::with_capacity(batches.iter().map(Batch::len).sum());
    lines.extend(batches.iter().flat_map(Batch::lines));
    lines.sort_by_key(|line| line.at);
    lines
}

/// Lines that end here: of them, nothing or not all is written.
fn lines_in(unwritten: &[u8]) -> u64 {
    unwritten.split(|byte| *byte == b'\n').skip(1).count() as u64
}

impl Warned {
    /// Says how many lines were lost since it was said last, at most once a second.
    fn of(&mut self, dropped: u64, now: Instant) {
        let is_due = self.at.is_none_or(|at| now.saturating_duration_since(at) >= WARN_EVERY);
        if dropped == self.dropped || !is_due {
            return;
        }
        let lines = dropped - self.dropped;
        let why = self.why.take().map_or("more came than the writer could take".into(), |error| error.to_string());
        warn!(lines, why, "access log lines dropped");
        (self.at, self.dropped) = (Some(now), dropped);
    }
}
