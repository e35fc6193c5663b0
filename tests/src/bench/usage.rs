//! What processes have used, as the kernel counts it.

use std::fs;
use std::time::Duration;

use anyhow::Context as _;

/// `/proc` counts in ticks of a hundredth of a second (`USER_HZ`), on every Linux of today.
const TICK: Duration = Duration::from_millis(10);
const KIB: u64 = 1_024;

/// The time that these processes have been on a processor, all threads, user and system.
///
/// # Errors
/// One of them is gone.
pub fn cpu(pids: &[u32]) -> anyhow::Result<Duration> {
    pids.iter()
        .map(|pid| read(*pid, "stat").and_then(|text| ticks(&text)))
        .sum::<anyhow::Result<u32>>()
        .map(|sum| TICK * sum)
}

/// The memory of these processes that is in RAM, in bytes.
///
/// # Errors
/// One of them is gone.
pub fn resident_bytes(pids: &[u32]) -> anyhow::Result<u64> {
    pids.iter().map(|pid| read(*pid, "status").and_then(|text| resident(&text))).sum()
}

fn read(pid: u32, file: &str) -> anyhow::Result<String> {
    let path = format!("/proc/{pid}/{file}");
    fs::read_to_string(&path).with_context(|| format!("{path}: the process is gone"))
}

/// The 14th and 15th field; the second is the name in brackets, which may hold anything.
fn ticks(stat: &str) -> anyhow::Result<u32> {
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let tick = |at: usize| fields.get(at).and_then(|text| text.parse::<u32>().ok());
    tick(11).zip(tick(12)).map(|(user, system)| user + system).with_context(|| format!("not a line of stat: {stat:?}"))
}

fn resident(status: &str) -> anyhow::Result<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("a status without VmRSS")?;
    let number = line.split_whitespace().next().and_then(|text| text.parse::<u64>().ok());
    Ok(number.with_context(|| format!("VmRSS: expected a number, found {line:?}"))? * KIB)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_and_system_are_found_behind_a_name_with_brackets() {
        let stat = "77 (a (b) c) S 1 77 77 0 -1 4194560 1 2 3 4 250 17 0 0 20 0 3 0 55 1 2";
        assert_eq!(ticks(stat).unwrap(), 267);
        assert!(ticks("77 (x) S 1").is_err());
    }

    #[test]
    fn resident_memory_is_told_in_bytes() {
        assert_eq!(resident("Name:\tx\nVmRSS:\t    12 kB\nThreads:\t1\n").unwrap(), 12 * 1_024);
        assert!(resident("Name:\tx\n").is_err());
    }

    #[test]
    fn this_process_can_be_read() {
        assert!(resident_bytes(&[std::process::id()]).unwrap() > 0);
        assert!(cpu(&[std::process::id()]).is_ok());
    }
}
