//! One thread a core, each with its own runtime and its own sockets: nothing is shared but the service.

use std::future::Future;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc};
use tokio::time::timeout;
use tracing::warn;

use super::Config;
use super::accept::{Acceptor, Admission};
use super::h1::Stopper;
use super::service::Service;
use super::tls::{self, Certificate, Tls};
use crate::sockets::{self, Inherited, Sockets};

/// Why shoppers cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An address cannot be had.
    #[error(transparent)]
    Socket(#[from] sockets::Error),
    /// There is no encryption.
    #[error(transparent)]
    Tls(#[from] tls::Error),
}

/// Listeners that are bound, and do not accept yet.
#[derive(Debug)]
pub struct Bound {
    plain: Sockets,
    encrypted: Option<(Sockets, Certificate)>,
    config: Config,
}

impl Bound {
    /// Takes the service manager's sockets, or binds.
    ///
    /// # Errors
    /// [`Error`] when an address or a certificate cannot be had.
    pub fn bind(config: Config, inherited: &mut Inherited) -> Result<Self, Error> {
        let plain = Sockets::open(inherited, "http", config.listen, config.threads)?;
        let encrypted = config.tls.as_ref().map(|tls| -> Result<_, Error> {
            let certificate = Certificate::read(&tls.certificate, &tls.key)?;
            Ok((Sockets::open(inherited, "https", tls.listen, config.threads)?, certificate))
        });
        Ok(Self { plain, encrypted: encrypted.transpose()?, config })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.plain.address
    }

    /// Where it listens for encrypted connections.
    pub fn encrypted_address(&self) -> Option<SocketAddr> {
        self.encrypted.as_ref().map(|(sockets, _)| sockets.address)
    }

    /// The certificate that is shown; swapped, the next handshake shows another.
    pub fn certificate(&self) -> Option<Certificate> {
        self.encrypted.as_ref().map(|(_, certificate)| certificate.clone())
    }

    /// Serves until `shutdown`; then stops accepting, and finishes the requests in hand within the configured time.
    ///
    /// # Errors
    /// [`Error`] when encryption cannot be set up; nothing is served then.
    pub(super) async fn run<S: Service>(
        self,
        service: Arc<S>,
        admission: Arc<dyn Admission>,
        shutdown: impl Future<Output = ()>,
    ) -> Result<(), Error> {
        let tls = self.encrypted.as_ref().map(|(_, certificate)| Tls::new(certificate)).transpose()?;
        let stop = Stopper::default();
        let permits = Arc::new(Semaphore::new(self.config.connections_max as usize));
        let encrypted = self.encrypted.map_or_else(Vec::new, |(sockets, _)| sockets.all);
        let mut encrypted = encrypted.into_iter();
        let mut threads = Vec::new();
        for (number, plain) in self.plain.all.into_iter().enumerate() {
            let acceptor = |alive: &mpsc::Sender<()>, tls: Option<Tls>| Acceptor {
                service: Arc::clone(&service),
                admission: Arc::clone(&admission),
                timeouts: self.config.timeouts,
                handshake: self.config.handshake_timeout,
                tls,
                h2c: self.config.h2c,
                stop: stop.clone(),
                _alive: alive.clone(),
            };
            let (alive, gone) = mpsc::channel(1);
            let mut sockets = vec![(acceptor(&alive, None), plain)];
            sockets.extend(encrypted.next().map(|socket| (acceptor(&alive, tls.clone()), socket)));
            drop(alive);
            let (permits, drain) = (Arc::clone(&permits), self.config.drain_timeout);
            threads.push(spawn(number, move || serve(sockets, permits, gone, drain)));
        }
        shutdown.await;
        stop.stop();
        let joined = tokio::task::spawn_blocking(|| threads.into_iter().for_each(join));
        joined.await.expect("joining threads does not panic");
        Ok(())
    }
}

/// One thread's work: accepts until the server stops, then waits for its connections' ends.
async fn serve<S: Service>(
    sockets: Vec<(Acceptor<S>, TcpListener)>,
    permits: Arc<Semaphore>,
    mut gone: mpsc::Receiver<()>,
    drain: Duration,
) {
    let accepting: Vec<_> = sockets
        .into_iter()
        .map(|(acceptor, socket)| tokio::spawn(acceptor.run(socket, Arc::clone(&permits))))
        .collect();
    for accepts in accepting {
        accepts.await.expect("a thread that panics ends the process");
    }
    if timeout(drain, gone.recv()).await.is_err() {
        warn!("connections cut off at shutdown");
    }
}

fn spawn<F: Future<Output = ()>>(number: usize, serve: impl FnOnce() -> F + Send + 'static) -> JoinHandle<()> {
    let run = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("the system gives a runtime its descriptors").block_on(serve());
    };
    thread::Builder::new().name(format!("http-{number}")).spawn(run).expect("the system gives a thread")
}

fn join(thread: JoinHandle<()>) {
    thread.join().expect("a thread that panics ends the process");
}
