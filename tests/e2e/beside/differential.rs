//! The same requests for files to nginx and to an edge: both answer alike, or the difference is one that is listed with its reason.

mod answer;
mod compare;
mod differences;
mod requests;

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use rand::SeedableRng as _;
use rand::rngs::SmallRng;
use tempfile::TempDir;
use toml::Table;

use self::answer::Answer;
use self::compare::compare;
use self::differences::reason;
use self::requests::{MODIFIED_S, Request, Validator};
use super::installed;
use super::nginx::Nginx;
use crate::world::World;

const REQUESTS: usize = 500;
/// Other seeds ask other requests: `DIFFERENTIAL_SEED=2`.
const SEED: u64 = 1;

#[tokio::test]
async fn files_are_served_as_nginx_serves_them() {
    let Some(program) = installed("nginx", "files_are_served_as_nginx_serves_them") else { return };
    let files = files();
    let root = files.path().to_owned();
    let change = move |process: &str, config: &mut Table| {
        if process != "allocator" {
            config.extend(site(&root));
        }
    };
    let world = World::empty_with(1, &change).await;
    let nginx = Nginx::serving(&program, files.path()).await;
    let edge: SocketAddr = world.shop(0).trim_start_matches("http://").parse().unwrap();
    let (theirs, ours) = (Validator::at(nginx.address).await, Validator::at(edge).await);

    let seed = std::env::var("DIFFERENTIAL_SEED").map_or(SEED, |seed| seed.parse().expect("a number"));
    let mut dice = SmallRng::seed_from_u64(seed);
    let (mut seen, mut unlisted) = (std::collections::BTreeMap::<_, usize>::new(), Vec::new());
    for _ in 0..REQUESTS {
        let request = Request::any(&mut dice);
        let (by_nginx, by_edge) =
            (Answer::to(nginx.address, &request, &theirs).await, Answer::to(edge, &request, &ours).await);
        for difference in compare(&request, &by_nginx, &by_edge) {
            match reason(&difference, &request, &by_nginx, &by_edge) {
                Some(reason) => *seen.entry(reason).or_default() += 1,
                None => unlisted.push(format!("{difference}\n{}", request.spelled(&ours))),
            }
        }
    }
    for (reason, times) in seen {
        println!("{times:4} × {reason}");
    }
    assert!(unlisted.is_empty(), "{} unlisted differences:\n{}", unlisted.len(), unlisted.join("\n"));
}

fn site(root: &Path) -> Table {
    let root = root.display();
    format!("[[site]]\nhost = \"files.example\"\nroot = \"{root}\"\n").parse().unwrap()
}

/// Files of several kinds, all changed at the same moment.
fn files() -> TempDir {
    let folder = TempDir::new().unwrap();
    let write = |path: &str, body: &[u8]| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, body).unwrap();
        let modified = UNIX_EPOCH + Duration::from_secs(MODIFIED_S);
        File::options().write(true).open(&path).unwrap().set_modified(modified).unwrap();
    };
    let text: Vec<_> = (0..400).map(|line| format!("This is line {line} of a text.\n")).collect();
    write("index.html", b"<!doctype html><title>Index</title>");
    write("text.txt", text.concat().as_bytes());
    write("style.css", b"a { color: red }\n".repeat(64).as_slice());
    write("empty.txt", b"");
    write("one.txt", b"1");
    write("picture.png", &(0..=255).cycle().take(3_000).collect::<Vec<u8>>());
    write("with space.txt", b"a space");
    write("\u{e4}.txt", b"an umlaut");
    write("no-extension", b"bytes");
    write("folder/index.html", b"<!doctype html><title>Folder</title>");
    write("folder/data.json", b"{\"a\": 1}");
    write("unlisted/a.svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
    write(".hidden/secret.txt", b"secret");
    folder
}
