//! nginx, with a folder of files and nothing else.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;

use doorbuster_tests::fleet::{Ports, dies_with_parent};
use doorbuster_tests::until;
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::process::Child;

use crate::world::SOON;

/// Told what an edge does without being told: redirects by path, dates as RFC 9110 has them, the types of these files.
const CONFIG: &str = r"
daemon off;
master_process off;
pid @FOLDER@/nginx.pid;
error_log @FOLDER@/error.log warn;
events { worker_connections 512; }
http {
  access_log off;
  client_body_temp_path @FOLDER@/body;
  proxy_temp_path @FOLDER@/proxy;
  fastcgi_temp_path @FOLDER@/fastcgi;
  uwsgi_temp_path @FOLDER@/uwsgi;
  scgi_temp_path @FOLDER@/scgi;
  default_type application/octet-stream;
  types { text/html html; text/plain txt; text/css css; image/svg+xml svg; image/png png; application/json json; }
  absolute_redirect off;
  if_modified_since before;
  server { listen 127.0.0.1:@PORT@; root @ROOT@; }
}
";

pub(super) struct Nginx {
    pub(super) address: SocketAddr,
    /// Killed when this is dropped.
    _process: Child,
    _folder: TempDir,
}

impl Nginx {
    /// Starts it, and waits until it listens.
    pub(super) async fn serving(program: &Path, root: &Path) -> Self {
        let (folder, port) = (TempDir::new().unwrap(), Ports::one().unwrap());
        let values = [
            ("@FOLDER@", folder.path().display().to_string()),
            ("@ROOT@", root.display().to_string()),
            ("@PORT@", port.to_string()),
        ];
        let config = values.iter().fold(CONFIG.to_owned(), |text, (name, value)| text.replace(name, value));
        let path = folder.path().join("nginx.conf");
        std::fs::write(&path, config).unwrap();
        let mut command = dies_with_parent(program);
        command.arg("-c").arg(&path).stdin(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
        let process = command.spawn().unwrap();
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        until::holds("nginx listens", SOON, || async { TcpStream::connect(address).await.is_ok() }).await.unwrap();
        Self { address, _process: process, _folder: folder }
    }
}
