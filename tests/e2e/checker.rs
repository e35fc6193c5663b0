//! The judge on the books of a real sale: clean as they are, not so with one forged line.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use doorbuster_tests::fleet::binary;
use doorbuster_tests::sale_file::SaleFile;
use doorbuster_tests::shoppers::{Outcome, Told};
use tokio::process::Command;

use crate::world::{SALE, SOON, World, order};

async fn verdict(folder: &Path) -> (bool, String) {
    let output = Command::new(binary("checker").unwrap()).arg(folder).output().await.unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[tokio::test]
async fn one_forged_order_in_the_log_of_a_real_sale_is_caught() {
    let mut world = World::selling(2, SaleFile::new(SALE).item("lamp", 10, 1)).await;
    order(&world.buy(0, "ann", "lamp", 1).await);
    let bob = world.buy(1, "bob", "lamp", 1).await;
    world.console.close(SALE).await.unwrap();
    world.console.settled(SALE, SOON).await.unwrap();
    world.log.told().unwrap();
    world.fleet.stop().await.unwrap();
    let (clean, text) = verdict(world.path()).await;
    assert!(clean && text.contains("2 valid orders"), "{text}");

    let mut forged = Told { outcome: Outcome::Acknowledged { order: "f".repeat(32) }, ..bob };
    forged.intent.key = "forged".into();
    let mut log = OpenOptions::new().append(true).open(world.fleet.folder().shoppers_log()).unwrap();
    writeln!(log, "{}", serde_json::to_string(&forged).unwrap()).unwrap();
    let (clean, text) = verdict(world.path()).await;
    assert!(!clean && text.contains("VIOLATION lost-order: bob was told of order ffff"), "{text}");
}
