//! A connection without a socket.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};

use crate::http::h1::{self, End, Stopper};
use crate::http::service::Peer;
use crate::http::{Config, Front, h2};

impl Front {
    /// Serves one connection over any pipe, as the listener serves those of a socket that is not encrypted. For whoever asks from
    /// within the process, such as a fuzzer.
    ///
    /// # Errors
    /// The pipe broke.
    pub async fn serve_pipe<Io>(self: &Arc<Self>, pipe: Io, address: IpAddr, config: &Config) -> io::Result<()>
    where
        Io: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let (peer, stopper) = (Peer { address, secure: false }, Stopper::default());
        let (service, timeouts) = (Arc::clone(self), config.timeouts);
        match h1::serve(pipe, peer, Arc::clone(&service), timeouts, stopper.listener(), config.h2c).await? {
            End::Closed => Ok(()),
            End::Http2(pipe) => h2::serve(pipe, peer, service, timeouts, stopper.listener()).await,
        }
    }
}
