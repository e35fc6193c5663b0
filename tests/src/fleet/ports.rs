//! Loopback ports that nobody holds.

use std::net::{Ipv4Addr, TcpListener};
use std::ops::Range;

use rand::RngExt as _;

/// Below the ports that the kernel gives to outgoing connections: a process that restarts finds its port free.
const FREE_PORTS: Range<u16> = 20_000..30_000;
/// Where the shipped configuration files have the allocator, and the shop and admin of the first edge.
const USUAL_ALLOCATOR: u16 = 7_000;
const USUAL_SHOP: u16 = 7_101;
const USUAL_ADMIN: u16 = 7_201;
/// The usual ports have room for so many edges.
const USUAL_EDGES_MAX: usize = 100;

/// The ports of one fleet: the allocator's gRPC, console and admin, then shop and admin of each edge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ports(Vec<u16>);

impl Ports {
    /// Takes free ports anywhere.
    ///
    /// # Errors
    /// There are not enough.
    pub fn free(edges: usize) -> anyhow::Result<Self> {
        let mut rng = rand::rng();
        let mut ports = Vec::new();
        for _ in FREE_PORTS {
            if ports.len() == needed(edges) {
                break;
            }
            let port = rng.random_range(FREE_PORTS);
            if !ports.contains(&port) && is_free(port) {
                ports.push(port);
            }
        }
        anyhow::ensure!(ports.len() == needed(edges), "too few free ports in {FREE_PORTS:?}");
        Ok(Self(ports))
    }

    /// Takes one free port anywhere, for something beside a fleet.
    ///
    /// # Errors
    /// None is free.
    pub fn one() -> anyhow::Result<u16> {
        let mut rng = rand::rng();
        let found = FREE_PORTS.map(|_| rng.random_range(FREE_PORTS)).find(|port| is_free(*port));
        found.ok_or_else(|| anyhow::anyhow!("no free port in {FREE_PORTS:?}"))
    }

    /// Takes the ports from `first` on.
    ///
    /// # Errors
    /// One of them is held by somebody, or past the last port.
    pub fn from_first(first: u16, edges: usize) -> anyhow::Result<Self> {
        let last = usize::from(first) + needed(edges) - 1;
        let last = u16::try_from(last).map_err(|_| anyhow::anyhow!("port {last}: expected at most {}", u16::MAX))?;
        Self((first..=last).collect()).if_free()
    }

    /// Takes the ports that the shipped configuration files have.
    ///
    /// # Errors
    /// One of them is held by somebody, or there are too many edges.
    pub fn usual(edges: usize) -> anyhow::Result<Self> {
        anyhow::ensure!(edges <= USUAL_EDGES_MAX, "{edges} edges: expected at most {USUAL_EDGES_MAX}");
        let edges = u16::try_from(edges)?;
        let of_edges = (0..edges).flat_map(|at| [USUAL_SHOP + at, USUAL_ADMIN + at]);
        Self((USUAL_ALLOCATOR..USUAL_ALLOCATOR + 3).chain(of_edges).collect()).if_free()
    }

    fn if_free(self) -> anyhow::Result<Self> {
        match self.0.iter().find(|port| !is_free(**port)) {
            Some(taken) => anyhow::bail!("port {taken} is taken"),
            None => Ok(self),
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = u16> {
        self.0.iter().copied()
    }
}

fn needed(edges: usize) -> usize {
    3 + 2 * edges
}

fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}
