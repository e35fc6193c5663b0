//! Backups of a ledger that is used, and what becomes of a sale whose ledger is brought back from one.

use std::fs;
use std::path::Path;
use std::process::Output;

use doorbuster_tests::fleet::{Member, binary};
use doorbuster_tests::sale_file::SaleFile;
use doorbuster_tests::shoppers::{Outcome, Patience};
use doorbuster_tests::until;
use tokio::process::Command;

use crate::world::{SALE, SOON, World, audit, intent, order};

async fn allocator(world: &World, command: &str, folder: (&str, &Path)) -> Output {
    let mut run = Command::new(binary("doorbuster-allocator").unwrap());
    run.arg(command).arg("--config").arg(world.fleet.folder().config("allocator")).arg(folder.0).arg(folder.1);
    run.output().await.unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

async fn backup(world: &World, name: &str) -> std::path::PathBuf {
    let to = world.path().join(name);
    let output = allocator(world, "backup", ("--to", &to)).await;
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("read whole, and its accounts add up"), "{}", said(&output));
    to
}

/// Kills the allocator, loses its ledger, and brings back a backup.
async fn lose_and_restore(world: &mut World, from: &Path, aside: &Path) {
    world.fleet.kill(Member::Allocator).await.unwrap();
    fs::rename(world.fleet.data(Member::Allocator), aside).unwrap();
    let output = allocator(world, "restore", ("--from", from)).await;
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("Nothing is granted until every edge"), "{}", said(&output));
    world.fleet.restart(Member::Allocator).await.unwrap();
}

#[tokio::test]
async fn a_ledger_is_backed_up_while_it_sells_and_the_sale_goes_on_from_a_backup() {
    let mut world = World::selling(2, SaleFile::new(SALE).item("lamp", 1_000, 1)).await;
    let names: Vec<_> = (0..40).map(|n| format!("early-{n}")).collect();
    let buying = async {
        for (n, name) in names.iter().enumerate() {
            order(&world.buy(n % 2, name, "lamp", 1).await);
        }
    };
    let (hot, ()) = tokio::join!(backup(&world, "hot"), buying);
    let (code, text) = audit(&hot, &[]).await;
    assert_eq!(code, 0, "{text}");

    world.has_shipped(0, "lamp", 20).await;
    world.has_shipped(1, "lamp", 20).await;
    let quiet = backup(&world, "quiet").await;
    let lost = world.path().join("lost");
    lose_and_restore(&mut world, &quiet, &lost).await;
    for at in 0..2 {
        order(&world.buy(at, &format!("late-{at}"), "lamp", 1).await);
    }
    assert_eq!(world.settle().await.sold(), 42);
}

/// What the ledger forgot it must not sell again; and where the lost ledger is found, the sale goes on from it.
#[tokio::test]
async fn a_ledger_that_is_older_than_its_edges_halts_and_the_found_one_sells_on() {
    let mut world = World::selling(2, SaleFile::new(SALE).item("lamp", 100, 1)).await;
    for name in ["ann", "bob", "cid"] {
        order(&world.buy(0, name, "lamp", 1).await);
    }
    let old = backup(&world, "old").await;
    for name in ["dan", "eve", "fay"] {
        order(&world.buy(0, name, "lamp", 1).await);
    }
    world.has_shipped(0, "lamp", 6).await;
    let lost = world.path().join("lost");
    lose_and_restore(&mut world, &old, &lost).await;
    let snapshot = format!("{}/api/snapshot", world.fleet.addresses().allocator.console);
    let is_alerted = || async {
        let answer = world.web.get(&snapshot).await;
        answer.is_ok_and(|answer| answer.text().contains("the ledger is behind edge-1"))
    };
    until::holds("the edge is found to be ahead", SOON, is_alerted).await.unwrap();
    let brief = Patience { gives_up_after: std::time::Duration::from_secs(2), moves_after: None };
    let told = world.buy_as(0, intent("gus", "k", "lamp", 1), brief).await;
    assert!(matches!(told.outcome, Outcome::Queueing | Outcome::Unknown), "{told:?}");
    let books = world.console.report(SALE).await.unwrap();
    assert!(books.balanced && books.sold() == 3, "{books:?}");

    world.fleet.stop().await.unwrap();
    let edges = [world.fleet.data(Member::Edge(0)), world.fleet.data(Member::Edge(1))];
    let (code, text) = audit(&world.fleet.data(Member::Allocator), &edges).await;
    assert!(code == 1 && text.contains("3. acknowledged: VIOLATED") && text.contains("6. fences: VIOLATED"), "{text}");
    let (code, text) = audit(&lost, &edges).await;
    assert!(text.contains("it has seen term") && code == 1, "{text}");

    fs::rename(world.fleet.data(Member::Allocator), world.path().join("wrong")).unwrap();
    let output = allocator(&world, "restore", ("--from", &lost)).await;
    assert!(output.status.success(), "{}", said(&output));
    for member in world.fleet.members() {
        world.fleet.launch(member).unwrap();
    }
    world.fleet.all_ready().await.unwrap();
    order(&world.buy_as(0, intent("gus", "k", "lamp", 1), Patience::default()).await);
    assert_eq!(world.settle().await.sold(), 7);
}

#[tokio::test]
async fn a_backup_or_restore_that_cannot_be_right_is_refused_in_words() {
    let mut world = World::selling(1, SaleFile::new(SALE).item("lamp", 10, 1)).await;
    order(&world.buy(0, "ann", "lamp", 1).await);
    let good = backup(&world, "good").await;
    let refused = async |world: &World, command: &str, folder: (&str, &Path), words: &str| {
        let output = allocator(world, command, folder).await;
        let text = said(&output);
        assert!(output.status.code() == Some(1) && text.contains(words), "{command} {folder:?}: {text}");
    };
    refused(&world, "backup", ("--to", &good), "expected a folder that is not there yet, found").await;
    let within = world.fleet.data(Member::Allocator).join("within");
    refused(&world, "backup", ("--to", &within), "expected a folder outside the ledger's own").await;
    refused(&world, "restore", ("--from", &good), "expected no allocator to run, found an answer").await;
    // The console takes commands as it takes all others: JSON, and for its own ledger alone.
    let url = format!("{}/api/backups", world.fleet.addresses().allocator.console);
    let request = serde_json::json!({ "to": world.path().join("other"), "ledger": world.path() });
    let answer = world.web.post(&url, &[], &request).await.unwrap();
    assert!(
        answer.status == 409 && answer.text().contains("expected the ledger of this allocator"),
        "{}",
        answer.text()
    );

    world.fleet.stop().await.unwrap();
    refused(&world, "restore", ("--from", &good), "to be missing or empty, found").await;
    let edge = world.fleet.data(Member::Edge(0)).join("stock");
    fs::rename(world.fleet.data(Member::Allocator), world.path().join("aside")).unwrap();
    refused(&world, "restore", ("--from", &edge), "expected a ledger, found an edge's store").await;
    refused(&world, "restore", ("--from", &world.path().join("nowhere")), "expected a ledger, found none").await;
    refused(&world, "backup", ("--to", &world.path().join("b")), "expected a ledger, found none").await;
    fs::rename(world.path().join("aside"), world.fleet.data(Member::Allocator)).unwrap();
    // Nobody runs: the command opens the ledger itself.
    let cold = backup(&world, "cold").await;
    assert_eq!(audit(&cold, &[world.fleet.data(Member::Edge(0))]).await.0, 0);
}

#[tokio::test]
async fn a_damaged_store_keeps_its_process_from_starting_and_says_what_to_do() {
    let mut world = World::selling(1, SaleFile::new(SALE).item("lamp", 10, 1)).await;
    order(&world.buy(0, "ann", "lamp", 1).await);
    world.fleet.stop().await.unwrap();
    for (member, words) in [
        (Member::Allocator, "doorbuster-allocator restore"),
        (Member::Edge(0), "at most W units of each SKU in quarantine"),
    ] {
        let data = world.fleet.data(member);
        let store = if member == Member::Allocator { data } else { data.join("stock") };
        fs::rename(store.join("CURRENT"), world.path().join("CURRENT")).unwrap();
        let before = fs::read_dir(&store).unwrap().count();
        let death = world.fleet.restart(member).await.unwrap_err().to_string();
        assert!(death.contains("without CURRENT") && death.contains(words), "{death}");
        assert_eq!(fs::read_dir(&store).unwrap().count(), before);
        fs::rename(world.path().join("CURRENT"), store.join("CURRENT")).unwrap();
    }
}
