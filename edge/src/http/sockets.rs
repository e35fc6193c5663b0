//! Sockets that share one address: the kernel spreads new connections over them (`SO_REUSEPORT`, Linux 3.9).

use std::io;
use std::net::{SocketAddr, TcpListener};

use socket2::{Domain, Protocol, Socket, Type};

const BACKLOG: i32 = 4_096;

/// Binds `count` sockets to one address. An address that another process listens on is refused, as ever.
pub(super) fn bind(address: SocketAddr, count: u32) -> io::Result<Vec<TcpListener>> {
    // Sockets that share would join a stranger's that share too: a plain one finds out first, and the port of ":0".
    let probe = socket(address, false)?;
    let address = probe.local_addr()?;
    drop(probe);
    (0..count).map(|_| socket(address, true)).collect()
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
        assert_eq!(mine.len(), 2);
        let refused = bind(mine[0].local_addr().unwrap(), 1).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AddrInUse);
    }
}
