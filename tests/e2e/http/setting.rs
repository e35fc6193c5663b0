//! What an edge is told besides what every fleet's edge is told, and the files that it serves.

use std::fs;
use std::path::{Path, PathBuf};

use doorbuster_tests::bench::tls::HOST;
use doorbuster_tests::until;
use doorbuster_tests::web::Answer;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use toml::{Table, Value};

use super::wire::address_of;
use crate::world::{SOON, World};

/// The only edge of a world of one.
pub(super) const EDGE: &str = "edge-1";
/// What a [`Wire`](super::wire::Wire) and curl ask for: where a site has these hosts, they see no shop.
pub(super) const INSTEAD_OF_THE_SHOP: [&str; 3] = ["shop.test", "127.0.0.1", HOST];
/// The host of a site beside the shop.
pub(super) const BESIDE_THE_SHOP: [&str; 1] = ["files.test"];
/// A file that no page of the shop is as large as.
pub(super) const LARGE_BYTES: usize = 8 << 20;

/// A socket's state in `/proc/net/tcp`.
const LISTENS: &str = "0A";

/// A folder with a site's files.
pub(super) struct Files(TempDir);

impl Files {
    pub(super) fn new(files: &[(&str, &str)]) -> Self {
        let files_of_site = Self(TempDir::new().unwrap());
        for (name, text) in files {
            files_of_site.write(name, text);
        }
        files_of_site
    }

    pub(super) fn write(&self, name: &str, text: &str) {
        fs::write(self.0.path().join(name), text).unwrap();
    }

    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }

    /// A site of these hosts.
    pub(super) fn site(&self, hosts: &[&str], more: &str) -> String {
        format!("[[site]]\nhost = {hosts:?}\nroot = \"{}\"\n{more}\n", self.path().display())
    }
}

/// Puts these tables into the configuration of every edge.
pub(super) fn told(text: String) -> impl Fn(&str, &mut Table) {
    move |process, config| {
        if process != "allocator" {
            merge(config, text.parse().unwrap());
        }
    }
}

/// Tells a running edge other things, in its file alone.
pub(super) fn tell(world: &World, text: &str) {
    let path = world.fleet.folder().config(EDGE);
    let mut config: Table = fs::read_to_string(&path).unwrap().parse().unwrap();
    merge(&mut config, text.parse().unwrap());
    fs::write(&path, config.to_string()).unwrap();
}

/// Sends the only edge a signal.
pub(super) fn signal(world: &World, signal: Signal) {
    kill_process(edge_pid(world), signal).unwrap();
}

/// How many connections the shop's process still holds: the kernel may have bytes to deliver of one that it let go.
pub(super) fn held(shop: &str) -> usize {
    let port = format!(":{:04X}", address_of(shop).port());
    let table = fs::read_to_string("/proc/net/tcp").unwrap();
    let is_held = |row: &&str| {
        let columns: Vec<_> = row.split_ascii_whitespace().collect();
        let (local, state, inode) = (columns[1], columns[3], columns[9]);
        local.ends_with(&port) && state != LISTENS && inode != "0"
    };
    table.lines().skip(1).filter(is_held).count()
}

/// Waits until the only edge's own log says something so many times.
pub(super) async fn logs(world: &World, what: &str, times: usize) {
    let log = world.fleet.folder().log(EDGE);
    let says = || async { fs::read_to_string(&log).is_ok_and(|text| text.matches(what).count() >= times) };
    until::holds(&format!("the edge logs {what:?}"), SOON, says).await.unwrap();
}

/// Waits until a file has so many lines.
pub(super) async fn lines(path: &PathBuf, count: usize) -> Vec<String> {
    let read = || async {
        let text = fs::read_to_string(path).ok()?;
        let lines: Vec<_> = text.lines().map(str::to_owned).collect();
        (lines.len() >= count && text.ends_with('\n')).then_some(lines)
    };
    until::found(&format!("{count} lines in {}", path.display()), SOON, read).await.unwrap()
}

/// A field's value, or nothing.
pub(super) fn field<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers.get(name).map_or("", |value| value.to_str().unwrap())
}

fn edge_pid(world: &World) -> Pid {
    let pids = world.fleet.pids();
    Pid::from_raw(pids.last().expect("an edge runs").cast_signed()).unwrap()
}

/// Tables are put together; whatever else is there twice, the newer one counts.
fn merge(into: &mut Table, from: Table) {
    for (key, value) in from {
        match (into.get_mut(&key), value) {
            (Some(Value::Table(into)), Value::Table(from)) => merge(into, from),
            (_, value) => drop(into.insert(key, value)),
        }
    }
}
