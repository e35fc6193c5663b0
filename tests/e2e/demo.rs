//! The demo itself, as `make demo` runs it.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use doorbuster_tests::console::Report;
use doorbuster_tests::fleet::{Addresses, binary};
use doorbuster_tests::sale_file::SaleFile;
use doorbuster_tests::until;
use doorbuster_tests::web::Web;
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::world::{SALE, SOON};

/// On an idle machine it takes under three seconds; tests share theirs.
const START_BOUND: Duration = Duration::from_secs(10);

fn start(folder: &Path, sale: &SaleFile, variables: &[(&str, &str)]) -> Child {
    let sale = sale.write(&folder.join("sale")).unwrap();
    Command::new(binary("demo").unwrap())
        .env("DEMO_DIR", folder)
        .env("SALE", sale)
        .env("EDGES", "2")
        .env_remove("PORT")
        .env_remove("ONCE")
        .envs(variables.iter().copied())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}

async fn addresses(folder: &Path) -> Addresses {
    let read = || async { serde_json::from_slice(&fs::read(folder.join("addresses.json")).ok()?).ok() };
    until::found("the demo is ready", START_BOUND, read).await.unwrap()
}

/// The ids of processes whose command line names this path.
fn processes_of(path: &Path) -> Vec<Pid> {
    let path = path.to_str().unwrap();
    let id = |entry: std::io::Result<fs::DirEntry>| {
        let entry = entry.ok()?;
        let command = fs::read(entry.path().join("cmdline")).ok()?;
        let is_of = String::from_utf8_lossy(&command).contains(path);
        Pid::from_raw(entry.file_name().to_str()?.parse().ok().filter(|_| is_of)?)
    };
    fs::read_dir("/proc").unwrap().filter_map(id).collect()
}

fn report(folder: &Path) -> Report {
    serde_json::from_slice(&fs::read(folder.join("report.json")).unwrap()).unwrap()
}

#[tokio::test]
async fn the_demo_starts_sells_and_drains_on_ctrl_c() {
    let folder = tempfile::tempdir().unwrap();
    let begun = Instant::now();
    let sale = SaleFile::new(SALE).item("lamp", 20, 1).item("mug", 500, 1).window_s(1, 300);
    let mut demo = start(folder.path(), &sale, &[("SHOPPERS", "40")]);
    let addresses = addresses(folder.path()).await;
    println!("the demo was ready after {:?}", begun.elapsed());
    assert_eq!(addresses.edges.len(), 2);
    assert_eq!(processes_of(folder.path()).len(), 3);

    let (web, url) = (Web::default(), format!("{}/api/sales/{SALE}/report", addresses.allocator.console));
    let sold = || async { web.get(&url).await.is_ok_and(|answer| answer.json()["skus"][0]["sold"].as_u64() > Some(0)) };
    until::holds("the simulated shoppers buy", SOON, sold).await.unwrap();

    let pid = Pid::from_raw(demo.id().unwrap().cast_signed()).unwrap();
    kill_process(pid, Signal::INT).unwrap();
    let output = timeout(SOON, demo.wait()).await.expect("the demo drains").unwrap();
    assert!(output.success(), "{output}");
    assert_eq!(processes_of(folder.path()), []);
    let report = report(folder.path());
    assert!(report.balanced && report.is_settled() && report.sold() > 0, "{report:?}");
}

#[tokio::test]
async fn the_demo_that_runs_once_ends_with_its_sale() {
    let folder = tempfile::tempdir().unwrap();
    let sale = SaleFile::new(SALE).item("lamp", 20, 1).window_s(0, 4);
    let mut demo = start(folder.path(), &sale, &[("ONCE", "1")]);
    addresses(folder.path()).await;
    let output = timeout(SOON, demo.wait()).await.expect("the demo ends").unwrap();
    assert!(output.success(), "{output}");
    assert_eq!(processes_of(folder.path()), []);
    assert_eq!(report(folder.path()).sku("lamp").map(|row| (row.pool, row.sold)), Some((20, 0)));
}

#[tokio::test]
async fn a_demo_that_is_killed_leaves_no_process() {
    let folder = tempfile::tempdir().unwrap();
    let mut demo = start(folder.path(), &SaleFile::new(SALE).item("lamp", 20, 1), &[]);
    addresses(folder.path()).await;
    demo.kill().await.unwrap();
    let gone = || async { processes_of(folder.path()).is_empty() };
    until::holds("its processes are gone", SOON, gone).await.unwrap();
}

#[tokio::test]
async fn a_demo_whose_process_dies_says_which_and_takes_the_others_along() {
    let folder = tempfile::tempdir().unwrap();
    let mut demo = start(folder.path(), &SaleFile::new(SALE).item("lamp", 20, 1), &[]);
    addresses(folder.path()).await;
    for edge in processes_of(&folder.path().join("edge-2.toml")) {
        kill_process(edge, Signal::KILL).unwrap();
    }
    let mut stderr = demo.stderr.take().unwrap();
    let output = timeout(SOON, demo.wait()).await.expect("the demo ends").unwrap();
    let mut text = String::new();
    stderr.read_to_string(&mut text).await.unwrap();
    assert!(!output.success() && text.contains("edge-2 ended by itself"), "{output}: {text}");
    let gone = || async { processes_of(folder.path()).is_empty() };
    until::holds("the other processes are gone", SOON, gone).await.unwrap();
}

#[tokio::test]
async fn a_second_ctrl_c_kills_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut demo = start(folder.path(), &SaleFile::new(SALE).item("lamp", 20, 1), &[]);
    addresses(folder.path()).await;
    // Without an edge the sale cannot be settled: the first Ctrl-C waits.
    for edge in processes_of(&folder.path().join("edge-2.toml")) {
        kill_process(edge, Signal::STOP).unwrap();
    }
    let pid = Pid::from_raw(demo.id().unwrap().cast_signed()).unwrap();
    kill_process(pid, Signal::INT).unwrap();
    let mut said = BufReader::new(demo.stdout.take().unwrap()).lines();
    while !said.next_line().await.unwrap().expect("the demo says that it closes").starts_with("Closing") {}
    kill_process(pid, Signal::INT).unwrap();
    let output = timeout(SOON, demo.wait()).await.expect("the demo ends").unwrap();
    assert_eq!(output.code(), Some(130));
    let gone = || async { processes_of(folder.path()).is_empty() };
    until::holds("its processes are gone", SOON, gone).await.unwrap();
}
