//! One thread a core, each with its own runtime and its own socket: nothing is shared but the shop.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use tokio::sync::{Semaphore, watch};

use super::connection::{self, Timeouts};
use super::{Config, Shop};
use crate::sockets::{Error, Sockets};

/// A listener that is bound, and does not accept yet.
#[derive(Debug)]
pub struct Bound {
    sockets: Sockets,
    config: Config,
}

impl Bound {
    /// Binds.
    ///
    /// # Errors
    /// [`Error`] when the address cannot be had.
    pub fn bind(config: Config) -> Result<Self, Error> {
        Ok(Self { sockets: Sockets::bind(config.listen, config.threads)?, config })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.sockets.address
    }

    /// Serves until `shutdown`; then stops accepting, and finishes the requests in hand within the configured time.
    pub async fn run(self, shop: Arc<Shop>, shutdown: impl Future<Output = ()>) {
        let (stop, stopped) = watch::channel(false);
        let permits = Arc::new(Semaphore::new(self.config.connections_max as usize));
        let threads: Vec<_> = self
            .sockets
            .all
            .into_iter()
            .enumerate()
            .map(|(number, socket)| {
                let timeouts = Timeouts {
                    head: self.config.head_timeout,
                    body: self.config.body_timeout,
                    drain: self.config.drain_timeout,
                };
                let (shop, permits, stopped) = (Arc::clone(&shop), Arc::clone(&permits), stopped.clone());
                spawn(number, move || connection::serve(socket, shop, permits, timeouts, stopped))
            })
            .collect();
        shutdown.await;
        stop.send_replace(true);
        let joined = tokio::task::spawn_blocking(|| threads.into_iter().for_each(join));
        joined.await.expect("joining threads does not panic");
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
