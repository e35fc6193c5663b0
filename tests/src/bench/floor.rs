//! The floor: one epoll loop that answers prebuilt bytes to whatever it reads. What is left is the kernel's own cost.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::SocketAddr;

use mio::event::Event;
use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token};

const EVENTS_MAX: usize = 512;
/// A request is read in one go, or not at all.
const REQUEST_BYTES_MAX: usize = 8 << 10;
const LISTENER: Token = Token(usize::MAX);

/// Answers every read with `answer`, for ever.
///
/// # Errors
/// The address is taken, or the kernel refused.
pub fn serve(address: SocketAddr, answer: &[u8]) -> anyhow::Result<()> {
    let mut listener = TcpListener::bind(address)?;
    let mut poll = Poll::new()?;
    poll.registry().register(&mut listener, LISTENER, Interest::READABLE)?;
    let mut events = Events::with_capacity(EVENTS_MAX);
    let mut streams: Vec<Option<TcpStream>> = Vec::new();
    loop {
        poll.poll(&mut events, None)?;
        for event in &events {
            if event.token() == LISTENER {
                accept(&listener, &poll, &mut streams)?;
            } else {
                respond(event, &mut streams, answer)?;
            }
        }
    }
}

fn accept(listener: &TcpListener, poll: &Poll, streams: &mut Vec<Option<TcpStream>>) -> anyhow::Result<()> {
    loop {
        match listener.accept() {
            Ok((mut stream, _)) => {
                stream.set_nodelay(true)?;
                let token = Token(streams.len());
                poll.registry().register(&mut stream, token, Interest::READABLE)?;
                streams.push(Some(stream));
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
}

fn respond(event: &Event, streams: &mut [Option<TcpStream>], answer: &[u8]) -> anyhow::Result<()> {
    let slot = &mut streams[event.token().0];
    let Some(stream) = slot else { return Ok(()) };
    match stream.read(&mut [0; REQUEST_BYTES_MAX]) {
        Ok(0) => *slot = None,
        Ok(_) => anyhow::ensure!(stream.write(answer)? == answer.len(), "an answer did not fit into a socket's buffer"),
        Err(error) if error.kind() == ErrorKind::WouldBlock => {}
        Err(_reset) => *slot = None,
    }
    Ok(())
}
