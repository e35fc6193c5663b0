//! Varnish, as `config/varnish` sets it up, before one edge.

use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::process::Stdio;

use bytes::Bytes;
use doorbuster_tests::fleet::{Ports, dies_with_parent};
use doorbuster_tests::until;
use doorbuster_tests::web::{Answer, Web};
use http::Method;
use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::world::SOON;

const CONFIG: &str = include_str!("../../../config/varnish/doorbuster.vcl");

pub(super) struct Varnish {
    url: String,
    /// Killed when this is dropped.
    _process: Child,
    folder: TempDir,
}

/// What a visitor asks as.
pub(super) struct Visitor<'a> {
    varnish: &'a Varnish,
    web: Web,
}

impl Varnish {
    /// Starts it before an edge, and waits until it finds the edge well.
    pub(super) async fn before(program: &Path, shop: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let config = folder.path().join("doorbuster.vcl");
        std::fs::write(&config, for_edge(shop)).unwrap();
        let port = Ports::one().unwrap();
        let log = std::fs::File::create(folder.path().join("log")).unwrap();
        let process =
            command(program, folder.path(), &config, port).stdout(log.try_clone().unwrap()).stderr(log).spawn();
        let varnish = Self { url: format!("http://127.0.0.1:{port}"), _process: process.unwrap(), folder };
        let visitor = varnish.visitor(1);
        let answers = || async { visitor.get("/api/sales").await.is_some_and(|answer| answer.status == 200) };
        let up = until::holds("Varnish answers from the edge", SOON, answers).await;
        up.unwrap_or_else(|error| panic!("{error:#}: {}", varnish.said()));
        varnish
    }

    /// Somebody at 127.0.0.`host`.
    pub(super) fn visitor(&self, host: u8) -> Visitor<'_> {
        Visitor { varnish: self, web: Web::at(IpAddr::V4(Ipv4Addr::new(127, 0, 0, host))) }
    }

    fn said(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Visitor<'_> {
    /// What is at a path; nothing, where the connection failed.
    pub(super) async fn get(&self, path: &str) -> Option<Answer> {
        self.ask(Method::GET, path, &[], "").await
    }

    /// A request, as it is.
    pub(super) async fn ask(&self, method: Method, path: &str, fields: &[(&str, &str)], body: &str) -> Option<Answer> {
        let url = format!("{}{path}", self.varnish.url);
        self.web.send(method, &url, fields, Bytes::copy_from_slice(body.as_bytes())).await.ok()
    }
}

/// The shipped configuration, with this edge's port, and looking after it more often.
fn for_edge(shop: &str) -> String {
    let (_, port) = shop.rsplit_once(':').unwrap();
    let mut config = CONFIG.to_owned();
    for (shipped, ours) in
        [(".port = \"7101\"", format!(".port = \"{port}\"")), (".interval = 2s", ".interval = 200ms".to_owned())]
    {
        assert_eq!(config.matches(shipped).count(), 1, "{shipped} in doorbuster.vcl");
        config = config.replace(shipped, &ours);
    }
    config
}

fn command(program: &Path, folder: &Path, config: &Path, port: u16) -> Command {
    let mut command = dies_with_parent(program);
    command.args(["-F", "-j", "none", "-s", "malloc,32m", "-a"]).arg(format!("127.0.0.1:{port}"));
    command.arg("-n").arg(folder.join("varnish")).arg("-f").arg(config);
    command.stdin(Stdio::null()).kill_on_drop(true);
    command
}
