//! A dead edge's stock, without an operator at hand.

use doorbuster_tests::sale_file::SaleFile;

use crate::world::{SALE, World, order};

const SUPPLY: u64 = 40;

/// The allocator evicts after the shortest patience that it takes.
async fn impatient(edges: usize, credit: i64) -> World {
    let sale = SaleFile::new(SALE).item("lamp", SUPPLY.cast_signed(), 1).credit(credit);
    World::selling_with(edges, sale, &|process, config| {
        if process == "allocator" {
            config.insert("evict_after_ms".into(), 8_000.into());
        }
    })
    .await
}

async fn buy_all(world: &World, units: u64) {
    for number in 0..units {
        order(&world.buy(0, &format!("shopper-{number}"), "lamp", 1).await);
    }
}

#[tokio::test]
async fn what_a_dead_edge_held_is_sold_by_the_others() {
    let mut world = impatient(2, 0).await;
    let dead = world.fleet.members()[2];
    world.fleet.kill(dead).await.unwrap();
    buy_all(&world, SUPPLY).await;
    world.fleet.restart(dead).await.unwrap();
    assert_eq!(world.settle().await.sold(), SUPPLY);
}

#[tokio::test]
async fn with_credit_its_quarantine_waits_for_its_disk() {
    const CREDIT: u64 = 3;
    let mut world = impatient(2, CREDIT.cast_signed()).await;
    let dead = world.fleet.members()[2];
    world.fleet.kill(dead).await.unwrap();
    buy_all(&world, SUPPLY - CREDIT).await;
    // It comes back with its disk, ships an empty tail, and the quarantine is free.
    world.fleet.restart(dead).await.unwrap();
    for number in 0..CREDIT {
        order(&world.buy(1, &format!("late-{number}"), "lamp", 1).await);
    }
    assert_eq!(world.settle().await.sold(), SUPPLY);
}
