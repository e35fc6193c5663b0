//! Listening sockets, bound or inherited before anything is served. Those that are bound here for one listener share its
//! address: the kernel spreads new connections over them (`SO_REUSEPORT`, Linux 3.9).

mod inherited;

use std::io;
use std::net::{SocketAddr, TcpListener};

use socket2::{Domain, Protocol, Socket, Type};

pub use self::inherited::Inherited;

const BACKLOG: i32 = 4_096;

/// Why a listener cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}")]
    Listen {
        /// Which address.
        address: SocketAddr,
        /// The cause.
        source: io::Error,
    },
    /// A socket of the service manager's cannot be used.
    #[error("cannot use the service manager's socket {name:?}")]
    Unusable {
        /// Its name.
        name: String,
        /// The cause.
        source: io::Error,
    },
    /// The service manager's sockets for one listener do not fit it.
    #[error(
        "expected 1 to {expected} sockets named {name:?} for one address from the service manager, found {}",
        in_words(found)
    )]
    Unfit {
        /// Their name.
        name: &'static str,
        /// The most that the listener has threads for.
        expected: u32,
        /// Their addresses.
        found: Vec<SocketAddr>,
    },
}

/// Sockets that are bound to one address, and do not accept yet.
#[derive(Debug)]
pub(crate) struct Sockets {
    pub(crate) address: SocketAddr,
    pub(crate) all: Vec<TcpListener>,
}

impl Sockets {
    /// The service manager's sockets for the listener `name`, if there are any, as `count`; else binds `count` sockets.
    pub(crate) fn open(
        inherited: &mut Inherited,
        name: &'static str,
        address: SocketAddr,
        count: u32,
    ) -> Result<Self, Error> {
        match inherited.take(name, address, count)? {
            Some(sockets) => Ok(sockets),
            None => Self::bind(address, count),
        }
    }

    /// Binds `count` sockets. An address that another process listens on is refused, as ever.
    pub(crate) fn bind(address: SocketAddr, count: u32) -> Result<Self, Error> {
        bind(address, count).map_err(|source| Error::Listen { address, source })
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

fn in_words(addresses: &[SocketAddr]) -> String {
    addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ")
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
