//! What an idle keep-alive connection costs in memory.

use rustix::process::{Resource, getrlimit};
use serde::Serialize;

use super::effort::Effort;
use super::idle::Idle;
use super::progress;
use super::rounds::Side;
use super::rows::{SMALL, Work};
use super::usage::resident_bytes;
use super::world::World;

/// Files of a server that are no connections, at most.
const OTHER_FILES: usize = 500;

/// Bytes of resident memory that each of many idle connections adds, the kernel's own apart.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Memory {
    /// How many were opened.
    pub connections: usize,
    /// The edge's, without TLS.
    pub ours_bytes: f64,
    /// nginx's, without TLS.
    pub peer_bytes: f64,
    /// The edge's, with TLS.
    pub ours_tls_bytes: f64,
    /// nginx's, with TLS.
    pub peer_tls_bytes: f64,
}

impl World {
    /// Measures both sides, with and without TLS. Comes before anything else: memory that was freed would be used again.
    ///
    /// # Errors
    /// A server did not take the connections.
    pub async fn memory(&self, effort: &Effort) -> anyhow::Result<Memory> {
        let connections = effort.idle_connections.min(connections_max());
        progress(&format!("memory of {connections} idle connections"));
        let (ours_bytes, ours_tls_bytes) = self.of_side(Side::Ours, connections).await?;
        let (peer_bytes, peer_tls_bytes) = self.of_side(Side::Peer, connections).await?;
        Ok(Memory { connections, ours_bytes, peer_bytes, ours_tls_bytes, peer_tls_bytes })
    }

    /// The first ones stay open while the second ones come, which would else find the memory that those gave back.
    async fn of_side(&self, side: Side, connections: usize) -> anyhow::Result<(f64, f64)> {
        let pid = [if side == Side::Ours { self.ours.edge_pid() } else { self.peer.nginx_pid()? }];
        let each = |before: u64, after: u64| after.saturating_sub(before) as f64 / connections as f64;
        let before = resident_bytes(&pid)?;
        let plain = Idle::open(self.target(Work::Page(SMALL), side)?, connections, None).await?;
        let between = resident_bytes(&pid)?;
        let trust = Some(self.certificate.certificate.clone());
        let tls = Idle::open(self.target(Work::PageOverTls(SMALL), side)?, connections, trust).await?;
        let after = resident_bytes(&pid)?;
        plain.close().await?;
        tls.close().await?;
        Ok((each(before, between), each(between, after)))
    }
}

/// A server has both kinds open at once, and other files besides.
fn connections_max() -> usize {
    let files = getrlimit(Resource::Nofile).current.and_then(|files| usize::try_from(files).ok()).unwrap_or(usize::MAX);
    files.saturating_sub(OTHER_FILES) / 2
}
