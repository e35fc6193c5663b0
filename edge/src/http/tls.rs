//! Encryption of the shoppers' listener: TLS 1.2 and 1.3 by rustls, HTTP/2 agreed on by ALPN (RFC 7301), and a certificate
//! that is swapped under way.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwap;
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

const HTTP2: &[u8] = b"h2";
const HTTP1: &[u8] = b"http/1.1";

/// Why there is no encryption.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be read as what it should be.
    #[error("{field}: expected {expected} in PEM form at {path}")]
    File {
        /// The field that names it.
        field: &'static str,
        /// What belongs there.
        expected: &'static str,
        /// The file.
        path: PathBuf,
        /// Why it cannot be read.
        #[source]
        source: rustls::pki_types::pem::Error,
    },
    /// The two files do not belong together, or are of a kind that is not understood.
    #[error("http.tls.key: expected the key of the certificate at {certificate}, found another at {key}")]
    Pair {
        /// The certificate's file.
        certificate: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// What rustls says.
        #[source]
        source: rustls::Error,
    },
    /// The system has no randomness, or the like.
    #[error("cannot set up TLS")]
    SetUp(#[source] rustls::Error),
}

/// The certificate that is shown now. Clones share it.
#[derive(Clone)]
pub struct Certificate {
    shown: Arc<Shown>,
}

struct Shown(ArcSwap<CertifiedKey>);

impl Certificate {
    /// Reads a certificate, with the chain after it, and its key.
    ///
    /// # Errors
    /// [`Error`] when a file cannot be read, or the two do not belong together.
    pub fn read(certificate: &Path, key: &Path) -> Result<Self, Error> {
        Ok(Self { shown: Arc::new(Shown(ArcSwap::from_pointee(read(certificate, key)?))) })
    }

    /// Shows `other` from the next handshake on; connections go on with what they began with.
    pub fn swap(&self, other: &Self) {
        self.shown.0.store(other.shown.0.load_full());
    }
}

fn read(certificate: &Path, key: &Path) -> Result<CertifiedKey, Error> {
    let file = |field, expected, path: &Path| {
        let path = path.to_owned();
        move |source| Error::File { field, expected, path, source }
    };
    let wrong = file("http.tls.certificate", "a certificate", certificate);
    let chain: Vec<_> = CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect).map_err(wrong)?;
    if chain.is_empty() {
        let source = rustls::pki_types::pem::Error::NoItemsFound;
        return Err(file("http.tls.certificate", "a certificate", certificate)(source));
    }
    let private = PrivateKeyDer::from_pem_file(key).map_err(file("http.tls.key", "a private key", key))?;
    let pair = |source| Error::Pair { certificate: certificate.into(), key: key.into(), source };
    CertifiedKey::from_der(chain, private, &ring::default_provider()).map_err(pair)
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.load_full())
    }
}

/// Encrypts connections. Cheap to clone.
#[derive(Clone)]
pub(super) struct Tls {
    acceptor: TlsAcceptor,
}

impl Tls {
    pub(super) fn new(certificate: &Certificate) -> Result<Self, Error> {
        let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let builder = builder.with_safe_default_protocol_versions().map_err(Error::SetUp)?;
        let mut config = builder.with_no_client_auth().with_cert_resolver(Arc::clone(&certificate.shown) as _);
        config.alpn_protocols = vec![HTTP2.to_vec(), HTTP1.to_vec()];
        config.ticketer = ring::Ticketer::new().map_err(Error::SetUp)?;
        // A replayed purchase would be a repeat, but a replayed log-out would not: no early data.
        config.max_early_data_size = 0;
        Ok(Self { acceptor: TlsAcceptor::from(Arc::new(config)) })
    }

    /// The encrypted connection, and whether HTTP/2 was agreed on.
    pub(super) async fn accept<Io>(&self, io: Io) -> io::Result<(TlsStream<Io>, bool)>
    where
        Io: AsyncRead + AsyncWrite + Unpin,
    {
        let stream = self.acceptor.accept(io).await?;
        let is_http2 = stream.get_ref().1.alpn_protocol() == Some(HTTP2);
        Ok((stream, is_http2))
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Certificate")
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shown")
    }
}
