//! Listening sockets, bound before anything is served. Those of one listener share its address: the kernel spreads new
//! connections over them (`SO_REUSEPORT`, Linux 3.9).

use std::io;
use std::net::{SocketAddr, TcpListener};

use socket2::{Domain, Protocol, Socket, Type};

const BACKLOG: i32 = 4_096;

/// Why a listener cannot be had.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}")]
pub struct Error {
    address: SocketAddr,
    #[source]
    source: io::Error,
}

/// Sockets that are bound to one address, and do not accept yet.
#[derive(Debug)]
pub(crate) struct Sockets {
    pub(crate) address: SocketAddr,
    pub(crate) all: Vec<TcpListener>,
}

impl Sockets {
    /// Binds `count` sockets. An address that another process listens on is refused, as ever.
    pub(crate) fn bind(address: SocketAddr, count: u32) -> Result<Self, Error> {
        bind(address, count).map_err(|source| Error { address, source })
    }
}

fn bind(address: SocketAddr, count: u32) -> io::Result<Sockets> {
    // Sockets that share would join a stranger's that share too: a plain one finds out first, and the port of ":0".
    let probe = socket(address, false)?;
    let address = probe.local_addr()?;
    drop(probe);
    let all = (0..count).map(|_| socket(address, count > 1)).collect::<io::Result<_>>()?;
    Ok(Sockets { address, all })
}

fn socket(address: SocketAddr, shares: bool) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    socket.set_reuse_port(shares)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_in_use_is_refused_though_its_sockets_share() {
        let mine = bind(([127, 0, 0, 1], 0).into(), 2).unwrap();
        assert_eq!(mine.all.len(), 2);
        let refused = bind(mine.address, 1).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AddrInUse);
    }
}
