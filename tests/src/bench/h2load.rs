//! Runs h2load, and reads what it prints.

use std::path::Path;
use std::process::Stdio;

use anyhow::Context as _;

use super::launch::{LOAD, pinned};
use super::outcome::Outcome;

/// Streams at a time on each connection.
const STREAMS: &str = "10";

/// Loads a page over HTTP/2 with prior knowledge, over so many connections.
///
/// # Errors
/// h2load failed, or an answer was not a 2xx.
pub async fn run(address: &str, host: &str, path: &str, connections: usize, seconds: u64) -> anyhow::Result<Outcome> {
    let output = pinned(LOAD, Path::new("h2load"))
        .args(["--threads", "1", "--clients", &connections.to_string(), "--max-concurrent-streams", STREAMS])
        .args(["--duration", &seconds.to_string(), "--connect-to", address])
        .arg(format!("http://{host}{path}"))
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .await
        .context("run h2load")?;
    anyhow::ensure!(output.status.success(), "h2load ended with {}", output.status);
    read(&String::from_utf8_lossy(&output.stdout), seconds)
}

/// Reads h2load's report of a run that was to last `seconds`. The time that it prints has no fixed unit, and with a
/// duration it is that duration.
///
/// # Errors
/// It is none, or tells of requests that failed, or of answers other than 2xx.
pub fn read(report: &str, seconds: u64) -> anyhow::Result<Outcome> {
    let line = |word: &str| {
        let found = report.lines().find_map(|line| line.strip_prefix(word));
        found.with_context(|| format!("h2load: expected a line {word:?}, found {report:?}"))
    };
    let (requests, statuses) = (line("requests: ")?, line("status codes: ")?);
    let failed =
        ["failed", "errored", "timeout"].into_iter().map(|word| count(requests, word)).sum::<anyhow::Result<u64>>()?;
    let (answered, right) = (count(requests, "done")?, count(statuses, "2xx")?);
    // What is under way when the time is over is cut off, and counts as neither.
    anyhow::ensure!(failed == 0 && right >= answered && answered > 0, "h2load: {requests}; {statuses}");
    Ok(Outcome::of(answered, seconds as f64))
}

/// The number before a word, as in `10 done, 3 failed`.
fn count(line: &str, word: &str) -> anyhow::Result<u64> {
    let found = line.split(", ").find_map(|part| part.strip_suffix(word)?.trim().parse().ok());
    found.with_context(|| format!("h2load: expected a number of {word}, found {line:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(requests: &str, statuses: &str) -> String {
        format!(
            "starting benchmark...\nfinished in 2.00s, 80311.50 req/s, 90.12MB/s\nrequests: {requests}\n\
             status codes: {statuses}\ntraffic: 180.24MB (188996010) total\n"
        )
    }

    #[test]
    fn a_report_tells_the_answers() {
        let requests = "160623 total, 161263 started, 160623 done, 160623 succeeded, 0 failed, 0 errored, 0 timeout";
        let outcome = read(&report(requests, "160640 2xx, 0 3xx, 0 4xx, 0 5xx"), 2).unwrap();
        assert_eq!(outcome.answered, 160_623);
        assert!((outcome.seconds - 2.0).abs() < 1e-9);
    }

    #[test]
    fn a_failure_is_one() {
        let requests = "10 total, 10 started, 10 done, 9 succeeded, 1 failed, 1 errored, 0 timeout";
        assert!(read(&report(requests, "9 2xx, 0 3xx, 0 4xx, 0 5xx"), 2).is_err());
        let requests = "10 total, 10 started, 10 done, 10 succeeded, 0 failed, 0 errored, 0 timeout";
        assert!(read(&report(requests, "0 2xx, 0 3xx, 10 4xx, 0 5xx"), 2).is_err());
        assert!(read("nothing\n", 2).is_err());
    }
}
