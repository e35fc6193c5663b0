//! Encryption: what is agreed on, what browsers are told, and a certificate that is swapped under way.

use std::fs;
use std::path::Path;

use doorbuster_tests::bench::tls::{Certificate, HOST, Trust};
use doorbuster_tests::fleet::Ports;
use doorbuster_tests::until;
use rustix::process::Signal;
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::process::Command;

use super::setting::{Files, INSTEAD_OF_THE_SHOP, field, logs, signal, told};
use super::wire::Wire;
use crate::world::{SOON, World};

struct Encrypted {
    world: World,
    port: u16,
    shown: Certificate,
    _files: Files,
    folder: TempDir,
}

impl Encrypted {
    async fn start() -> Self {
        let (folder, files) = (TempDir::new().unwrap(), Files::new(&[("index.html", "<!doctype html><p>hello")]));
        let (shown, port) = (Certificate::make(folder.path()).await.unwrap(), Ports::one().unwrap());
        let (certificate, key) = (shown.certificate.display(), shown.key.display());
        let tls =
            format!("[http.tls]\nlisten = \"127.0.0.1:{port}\"\ncertificate = \"{certificate}\"\nkey = \"{key}\"");
        let text = format!("[http]\nh2c = true\n{tls}\n{}", files.site(&INSTEAD_OF_THE_SHOP, ""));
        let world = World::empty_with(1, &told(text)).await;
        Self { world, port, shown, _files: files, folder }
    }

    /// Another certificate, in place of the one that is shown.
    async fn replace(&self, name: &str) -> Certificate {
        let other = self.folder.path().join(name);
        fs::create_dir(&other).unwrap();
        let made = Certificate::make(&other).await.unwrap();
        // The key first: in between, the pair is wrong, and nothing is swapped.
        fs::copy(&made.key, &self.shown.key).unwrap();
        fs::copy(&made.certificate, &self.shown.certificate).unwrap();
        made
    }

    async fn shows(&self, certificate: &Path) -> bool {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        Trust::in_file(certificate).unwrap().connect(stream).await.is_ok()
    }

    /// What curl is told: version, status, and the fields.
    async fn curl(&self, version: &str, url: &str, certificate: &Path) -> String {
        let mut command = Command::new("curl");
        command.args(["--silent", "--show-error", "--include", "--max-time", "10", version, url]);
        command.args(["--resolve", &format!("{HOST}:{}:127.0.0.1", self.port)]).arg("--cacert").arg(certificate);
        let output = command.output().await.unwrap();
        assert!(output.status.success(), "{version} {url}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn url(&self) -> String {
        format!("https://{HOST}:{}/", self.port)
    }
}

#[tokio::test]
async fn curl_agrees_on_either_version_and_hears_that_https_is_for_good() {
    let edge = Encrypted::start().await;
    let trusted = &edge.shown.certificate;
    for (version, line) in [("--http2", "HTTP/2 200"), ("--http1.1", "HTTP/1.1 200 OK")] {
        let answer = edge.curl(version, &edge.url(), trusted).await;
        assert!(answer.starts_with(line) && answer.ends_with("<p>hello"), "{answer}");
        assert!(answer.contains("strict-transport-security: max-age="), "{answer}");
    }
    for (version, line) in [("--http2-prior-knowledge", "HTTP/2 200"), ("--http1.1", "HTTP/1.1 200 OK")] {
        let answer = edge.curl(version, &format!("{}/", edge.world.shop(0)), trusted).await;
        assert!(answer.starts_with(line) && answer.ends_with("<p>hello"), "{answer}");
        assert!(!answer.contains("strict-transport-security"), "RFC 6797, 7.2: {answer}");
    }
}

#[tokio::test]
async fn a_new_certificate_is_shown_to_new_handshakes_and_old_connections_live_on() {
    let edge = Encrypted::start().await;
    let first = edge.folder.path().join("first.pem");
    fs::copy(&edge.shown.certificate, &first).unwrap();
    let stream = TcpStream::connect(("127.0.0.1", edge.port)).await.unwrap();
    let mut old = Wire::over(Trust::in_file(&first).unwrap().connect(stream).await.unwrap());
    assert_eq!(old.get("/", "").await.status, 200);

    let second = edge.replace("second").await;
    signal(&edge.world, Signal::HUP);
    let shows = async || edge.shows(&second.certificate).await;
    until::holds("the second certificate is shown after SIGHUP", SOON, shows).await.unwrap();
    assert!(!edge.shows(&first).await, "the first certificate is shown no more");

    let third = edge.replace("third").await;
    let shows = async || edge.shows(&third.certificate).await;
    until::holds("the third certificate is shown after its file changed", SOON, shows).await.unwrap();

    let answer = old.get("/", "").await;
    assert_eq!((answer.status, field(&answer, "connection")), (200, ""));
}

#[tokio::test]
async fn a_certificate_that_is_none_is_refused_and_the_old_one_shown() {
    let edge = Encrypted::start().await;
    let first = edge.folder.path().join("first.pem");
    fs::copy(&edge.shown.certificate, &first).unwrap();
    fs::write(&edge.shown.certificate, "no certificate").unwrap();
    signal(&edge.world, Signal::HUP);
    logs(&edge.world, "reload refused", 1).await;
    logs(&edge.world, "http.tls.certificate: expected a certificate in PEM form", 1).await;
    assert!(edge.shows(&first).await);
}
