//! Sockets that a service manager bound for us (systemd's `LISTEN_FDS`): they outlive a restart, and need no privilege.

use std::env;
use std::net::{SocketAddr, TcpListener};

use listenfd::ListenFd;
use socket2::SockRef;

use super::{Error, Sockets};

/// The service manager's sockets that no listener has taken yet. Without a service manager there are none.
#[derive(Debug, Default)]
pub struct Inherited(Vec<Named>);

#[derive(Debug)]
struct Named {
    name: String,
    address: SocketAddr,
    socket: TcpListener,
}

impl Inherited {
    /// Takes the sockets that this process was started with, by their `FileDescriptorName=`. To be called once, before
    /// any thread is started: it takes them out of the environment, so that no child believes that they are its own.
    ///
    /// # Errors
    /// [`Error`] when one of them is no TCP socket that listens.
    pub fn receive() -> Result<Self, Error> {
        let names = env::var("LISTEN_FDNAMES").unwrap_or_default();
        let mut names = names.split(':').map(str::to_owned);
        let mut received = ListenFd::from_env();
        let mut all = Vec::new();
        for n in 0..received.len() {
            let name = names.next().unwrap_or_default();
            let taken =
                received.take_tcp_listener(n).map_err(|source| Error::Unusable { name: name.clone(), source })?;
            all.push((name, taken.expect("each is taken once")));
        }
        Self::of(all)
    }

    /// The names of the sockets that no listener has taken: whoever connects there is never answered.
    pub fn unused(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|named| named.name.as_str())
    }

    pub(super) fn of(sockets: Vec<(String, TcpListener)>) -> Result<Self, Error> {
        let named = |(name, socket): (String, TcpListener)| match checked(&socket) {
            Ok(address) => Ok(Named { name, address, socket }),
            Err(source) => Err(Error::Unusable { name, source }),
        };
        sockets.into_iter().map(named).collect::<Result<_, _>>().map(Self)
    }

    /// The sockets of one listener, as `count` that share what there is: those of its name, or of its address.
    pub(super) fn take(
        &mut self,
        name: &'static str,
        address: SocketAddr,
        count: u32,
    ) -> Result<Option<Sockets>, Error> {
        let is_named = self.0.iter().any(|socket| socket.name == name);
        let is_meant = |socket: &mut Named| {
            if is_named { socket.name == name } else { covers(socket.address, address) }
        };
        let mine: Vec<Named> = self.0.extract_if(.., is_meant).collect();
        if mine.is_empty() { Ok(None) } else { shared(name, &mine, count).map(Some) }
    }
}

fn checked(socket: &TcpListener) -> std::io::Result<SocketAddr> {
    if !SockRef::from(socket).is_listener()? {
        return Err(std::io::Error::other("it does not listen: expected Accept=no and ListenStream="));
    }
    socket.set_nonblocking(true)?;
    socket.local_addr()
}

/// Whether a socket takes the connections to an address: `[::]:80` those to `0.0.0.0:80`, too.
fn covers(socket: SocketAddr, address: SocketAddr) -> bool {
    socket.port() == address.port() && (socket.ip() == address.ip() || socket.ip().is_unspecified())
}

/// Several sockets of one address are spread over the threads, and a socket is shared where there are more threads.
fn shared(name: &'static str, mine: &[Named], count: u32) -> Result<Sockets, Error> {
    let address = mine[0].address;
    if mine.len() > count as usize || mine.iter().any(|socket| socket.address != address) {
        let found = mine.iter().map(|socket| socket.address).collect();
        return Err(Error::Unfit { name, expected: count, found });
    }
    let clones = mine.iter().cycle().take(count as usize).map(|named| named.socket.try_clone());
    let all = clones.collect::<std::io::Result<_>>();
    all.map(|all| Sockets { address, all }).map_err(|source| Error::Unusable { name: name.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use std::net::TcpStream;

    use super::*;
    use crate::sockets::socket;

    fn listener() -> TcpListener {
        socket(([127, 0, 0, 1], 0).into(), true).unwrap()
    }

    fn inherited(sockets: Vec<(&str, TcpListener)>) -> Inherited {
        Inherited::of(sockets.into_iter().map(|(name, socket)| (name.to_owned(), socket)).collect()).unwrap()
    }

    #[test]
    fn a_listener_takes_the_socket_of_its_name_whatever_the_address() {
        let socket = listener();
        let address = socket.local_addr().unwrap();
        let mut inherited = inherited(vec![("admin", listener()), ("http", socket)]);
        let http = Sockets::open(&mut inherited, "http", ([127, 0, 0, 1], 1).into(), 3).unwrap();
        assert_eq!((http.address, http.all.len()), (address, 3));
        assert_eq!(inherited.unused().collect::<Vec<_>>(), ["admin"]);
    }

    #[test]
    fn without_names_a_listener_takes_the_socket_of_its_address() {
        let socket = listener();
        let address = socket.local_addr().unwrap();
        let mut inherited = inherited(vec![("", listener()), ("", socket)]);
        assert_eq!(Sockets::open(&mut inherited, "http", address, 1).unwrap().address, address);
        assert_eq!(inherited.unused().count(), 1);
        assert!(covers("[::]:80".parse().unwrap(), "192.0.2.1:80".parse().unwrap()));
        assert!(!covers("[::]:80".parse().unwrap(), "192.0.2.1:81".parse().unwrap()));
        assert!(!covers("192.0.2.2:80".parse().unwrap(), "192.0.2.1:80".parse().unwrap()));
    }

    #[test]
    fn whoever_inherits_nothing_binds() {
        let mut inherited = Inherited::default();
        assert_eq!(Sockets::open(&mut inherited, "http", ([127, 0, 0, 1], 0).into(), 2).unwrap().all.len(), 2);
    }

    #[test]
    fn every_thread_accepts_from_a_shared_socket() {
        let mut inherited = inherited(vec![("http", listener())]);
        let sockets = Sockets::open(&mut inherited, "http", ([127, 0, 0, 1], 1).into(), 2).unwrap();
        for socket in &sockets.all {
            let connected = TcpStream::connect(sockets.address).unwrap();
            socket.set_nonblocking(false).unwrap();
            assert_eq!(socket.accept().unwrap().1, connected.local_addr().unwrap());
        }
    }

    #[test]
    fn more_sockets_than_threads_or_addresses_are_refused() {
        let mut two = inherited(vec![("http", listener()), ("http", listener())]);
        let error = Sockets::open(&mut two, "http", ([127, 0, 0, 1], 1).into(), 2).unwrap_err();
        assert!(matches!(error, Error::Unfit { name: "http", ref found, .. } if found.len() == 2), "{error}");
        let one = listener();
        let again = one.try_clone().unwrap();
        let mut twice = inherited(vec![("http", one), ("http", again)]);
        let error = Sockets::open(&mut twice, "http", ([127, 0, 0, 1], 1).into(), 1).unwrap_err();
        assert!(error.to_string().starts_with("expected 1 to 1 sockets named \"http\""), "{error}");
    }

    #[test]
    fn a_socket_that_does_not_listen_is_refused_by_name() {
        let connected = TcpStream::connect(listener().local_addr().unwrap()).unwrap();
        let idle = TcpListener::from(std::os::fd::OwnedFd::from(connected));
        let error = Inherited::of(vec![("http".to_owned(), idle)]).unwrap_err();
        assert_eq!(error.to_string(), "cannot use the service manager's socket \"http\"");
    }
}
