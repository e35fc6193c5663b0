//! What an idle keep-alive connection costs in memory.

use serde::Serialize;

use super::effort::Effort;
use super::idle::Idle;
use super::progress;
use super::rounds::Side;
use super::rows::{SMALL, Work};
use super::usage::resident_bytes;
use super::world::World;

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
        let connections = effort.idle_connections;
        let (plain, tls) = (Work::Page(SMALL), Work::PageOverTls(SMALL));
        progress(&format!("memory of {connections} idle connections"));
        Ok(Memory {
            connections,
            ours_bytes: self.of_each(Side::Ours, plain, connections).await?,
            peer_bytes: self.of_each(Side::Peer, plain, connections).await?,
            ours_tls_bytes: self.of_each(Side::Ours, tls, connections).await?,
            peer_tls_bytes: self.of_each(Side::Peer, tls, connections).await?,
        })
    }

    async fn of_each(&self, side: Side, work: Work, connections: usize) -> anyhow::Result<f64> {
        let pid = [if side == Side::Ours { self.ours.edge_pid() } else { self.peer.nginx_pid()? }];
        let trust = matches!(work, Work::PageOverTls(_)).then(|| self.certificate.certificate.clone());
        let before = resident_bytes(&pid)?;
        let idle = Idle::open(self.target(work, side)?, connections, trust).await?;
        let after = resident_bytes(&pid)?;
        idle.close().await?;
        Ok(after.saturating_sub(before) as f64 / connections as f64)
    }
}
