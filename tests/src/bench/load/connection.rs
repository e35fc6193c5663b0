//! One keep-alive connection of the load: at most one request at a time.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr};

use anyhow::Context as _;
use mio::net::TcpStream;
use mio::{Interest, Poll, Token};
use socket2::{Domain, Protocol, Socket, Type};

use super::Answer;

/// Shoppers come from many addresses; limits are for each.
const SOURCES: u32 = 128;

pub(super) struct Connection {
    stream: TcpStream,
    answer: Answer,
}

impl Connection {
    /// Connects `count` times, from many of loopback's addresses.
    pub(super) fn open(count: usize, target: SocketAddr, poll: &Poll) -> anyhow::Result<Vec<Self>> {
        (0..count).map(|at| Self::connect(at, target, poll)).collect()
    }

    fn connect(at: usize, target: SocketAddr, poll: &Poll) -> anyhow::Result<Self> {
        let stream = from_some_address(u32::try_from(at)?, target)?;
        stream.set_nonblocking(true)?;
        let mut stream = TcpStream::from_std(stream);
        poll.registry().register(&mut stream, Token(at), Interest::READABLE)?;
        Ok(Self { stream, answer: Answer::default() })
    }

    pub(super) fn send(&mut self, request: &[u8]) -> anyhow::Result<()> {
        let sent = self.stream.write(request).context("send a request")?;
        anyhow::ensure!(sent == request.len(), "a request did not fit into a socket's buffer");
        Ok(())
    }

    /// Reads what is there; gives the status once the answer is whole.
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> anyhow::Result<Option<u16>> {
        loop {
            let read = match self.stream.read(buffer) {
                Ok(0) => anyhow::bail!("the server closed a connection"),
                Ok(read) => read,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(None),
                Err(error) => return Err(error).context("read an answer"),
            };
            let whole = self.answer.take(&buffer[..read])?;
            // What filled less than the buffer was all: the next piece is another event.
            if whole.is_some() || read < buffer.len() {
                return Ok(whole);
            }
        }
    }
}

/// A connection from one of [`SOURCES`] addresses of 127/8, by turns.
pub(in crate::bench) fn from_some_address(at: u32, target: SocketAddr) -> anyhow::Result<std::net::TcpStream> {
    let source = Ipv4Addr::from(u32::from(Ipv4Addr::new(127, 0, 1, 1)) + at % SOURCES);
    let socket = Socket::new(Domain::IPV4, Type::STREAM, Some(Protocol::TCP))?;
    socket.bind(&SocketAddr::from((source, 0)).into()).with_context(|| format!("bind {source}"))?;
    socket.connect(&target.into()).with_context(|| format!("connect to {target} from {source}"))?;
    socket.set_tcp_nodelay(true)?;
    Ok(socket.into())
}
