//! Runs wrk, and reads what it prints.

use std::path::Path;
use std::process::Stdio;

use anyhow::Context as _;

use super::launch::{LOAD, pinned};
use super::outcome::Outcome;

/// Loads `url` over so many keep-alive connections.
///
/// # Errors
/// wrk failed, or an answer was not one that was asked for.
pub async fn run(url: &str, host: &str, connections: usize, seconds: u64) -> anyhow::Result<Outcome> {
    let (connections, duration) = (connections.to_string(), format!("{seconds}s"));
    let output = pinned(LOAD, Path::new("wrk"))
        .args(["--threads", "1", "--connections", &connections, "--duration", &duration, "--timeout", "10s"])
        .args(["--header", &format!("Host: {host}"), url])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .await
        .context("run wrk")?;
    anyhow::ensure!(output.status.success(), "wrk ended with {}", output.status);
    read(&String::from_utf8_lossy(&output.stdout))
}

/// Reads wrk's report.
///
/// # Errors
/// It is none, or tells of answers other than 2xx and 3xx, or of broken connections.
pub fn read(report: &str) -> anyhow::Result<Outcome> {
    let lines = || report.lines().map(str::trim);
    let total = lines().find_map(|line| line.split_once(" requests in "));
    let (answered, rest) = total.with_context(|| format!("wrk: expected a report, found {report:?}"))?;
    let seconds = seconds(rest.split(',').next().unwrap_or_default())?;
    for fault in ["Non-2xx or 3xx responses", "Socket errors"] {
        let told = lines().find(|line| line.starts_with(fault));
        anyhow::ensure!(told.is_none(), "wrk: {}", told.unwrap_or_default());
    }
    Ok(Outcome::of(answered.parse()?, seconds))
}

/// As wrk tells a time: `970.12ms`, `2.10s`, `1.50m`.
fn seconds(text: &str) -> anyhow::Result<f64> {
    let units = [("us", 1e-6), ("ms", 1e-3), ("s", 1.0), ("m", 60.0)];
    let told = units.into_iter().find_map(|(unit, factor)| {
        text.strip_suffix(unit).and_then(|number| number.parse::<f64>().ok()).map(|number| number * factor)
    });
    told.with_context(|| format!("wrk: expected a time, found {text:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = "Running 2s test @ http://127.0.0.1:8081/page-1k.html\n  1 threads and 64 connections\n  \
        Thread Stats   Avg      Stdev     Max   +/- Stdev\n    Latency     1.02ms    0.51ms  12.00ms   91.00%\n    \
        Req/Sec    60.10k     2.00k   65.00k    70.00%\n  120345 requests in 2.01s, 150.00MB read\n\
        Requests/sec:  59873.10\nTransfer/sec:     74.60MB\n";

    #[test]
    fn a_report_tells_answers_and_time() {
        let outcome = read(REPORT).unwrap();
        assert_eq!(outcome.answered, 120_345);
        assert!((outcome.seconds - 2.01).abs() < 1e-9);
    }

    #[test]
    fn an_answer_that_was_not_asked_for_is_a_failure() {
        let report = format!("{REPORT}  Non-2xx or 3xx responses: 7\n");
        assert!(read(&report).unwrap_err().to_string().contains("Non-2xx or 3xx responses: 7"));
        let report = format!("  Socket errors: connect 0, read 3, write 0, timeout 0\n{REPORT}");
        assert!(read(&report).unwrap_err().to_string().contains("read 3"));
    }

    #[test]
    fn what_is_no_report_is_told_so() {
        assert!(read("unable to connect to 127.0.0.1:1 Connection refused\n").is_err());
        assert!(seconds("soon").is_err());
        assert!((seconds("970.12ms").unwrap() - 0.97012).abs() < 1e-9);
        assert!((seconds("1.50m").unwrap() - 90.0).abs() < 1e-9);
    }
}
