//! Where a run took place.

use std::fs;

use serde::Serialize;
use tokio::process::Command;

/// The machine and the programs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Environment {
    /// The processor's name, and how many there are.
    pub cpu: String,
    /// The kernel's version.
    pub kernel: String,
    /// What nginx, Redis, wrk and h2load say of themselves.
    pub programs: Vec<String>,
    /// Whether this was a quick look only.
    pub quick: bool,
}

impl Environment {
    /// Asks the system and the programs.
    pub async fn found(quick: bool) -> Self {
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default().trim().to_owned();
        let programs = vec![
            first_line("/usr/sbin/nginx", "-v").await,
            first_line("redis-server", "--version").await,
            first_line("wrk", "-v").await,
            first_line("h2load", "--version").await,
        ];
        Self { cpu: cpu(), kernel, programs, quick }
    }
}

/// The processor's name, and how many there are.
pub fn cpu() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let names = text.lines().filter(|line| line.starts_with("model name")).filter_map(|line| line.split_once(": "));
    let names: Vec<&str> = names.map(|(_, name)| name.trim()).collect();
    format!("{} × {}", names.len(), names.first().unwrap_or(&"unknown"))
}

/// A program's version: what it says first, on either output, up to its details.
async fn first_line(program: &str, argument: &str) -> String {
    let Ok(output) = Command::new(program).arg(argument).output().await else { return format!("{program}: not found") };
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    short(text.lines().next().unwrap_or_default())
}

fn short(line: &str) -> String {
    line.split(" sha=").next().unwrap_or_default().split(" Copyright").next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_short() {
        assert_eq!(short("Redis server v=7.0.15 sha=00000000:0 malloc=x"), "Redis server v=7.0.15");
        assert_eq!(short("wrk debian/4.1.0 [epoll] Copyright (C) 2012 W"), "wrk debian/4.1.0 [epoll]");
        assert_eq!(short("nginx version: nginx/1.22.1"), "nginx version: nginx/1.22.1");
    }
}
