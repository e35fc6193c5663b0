//! With credit, a lonely edge sells so many units, and no more.

use std::time::Duration;

use doorbuster_tests::fleet::Member;
use doorbuster_tests::sale_file::SaleFile;
use doorbuster_tests::shoppers::{Outcome, Patience};

use crate::world::{SALE, World, intent, order};

const CREDIT: u64 = 5;

/// Long enough to be answered twice.
const BRIEF: Patience = Patience { gives_up_after: Duration::from_secs(3), moves_after: None };

#[tokio::test]
async fn an_edge_sells_within_its_credit_while_the_allocator_is_down() {
    let sale = SaleFile::new(SALE).item("lamp", 100, 1).credit(CREDIT.cast_signed());
    let mut world = World::selling(2, sale).await;
    order(&world.buy(0, "early", "lamp", 1).await);
    // The ledger's word is not enough: what the edge has not heard of it counts against the credit.
    world.has_shipped(0, "lamp", 1).await;

    world.fleet.kill(Member::Allocator).await.unwrap();
    for number in 0..CREDIT {
        order(&world.buy(0, &format!("lonely-{number}"), "lamp", 1).await);
    }
    let beyond = world.buy_as(0, intent("beyond", "k", "lamp", 1), BRIEF).await;
    assert!(matches!(beyond.outcome, Outcome::Queueing | Outcome::Unknown), "{beyond:?}");

    world.fleet.restart(Member::Allocator).await.unwrap();
    order(&world.buy_as(0, intent("beyond", "k", "lamp", 1), Patience::default()).await);
    assert_eq!(world.settle().await.sold(), CREDIT + 2);
}

#[tokio::test]
async fn without_credit_an_edge_sells_nothing_while_the_allocator_is_down() {
    let mut world = World::selling(1, SaleFile::new(SALE).item("lamp", 100, 1)).await;
    order(&world.buy(0, "early", "lamp", 1).await);
    world.fleet.kill(Member::Allocator).await.unwrap();
    let lonely = world.buy_as(0, intent("lonely", "k", "lamp", 1), BRIEF).await;
    assert!(matches!(lonely.outcome, Outcome::Queueing | Outcome::Unknown), "{lonely:?}");
    world.fleet.restart(Member::Allocator).await.unwrap();
    order(&world.buy_as(0, intent("lonely", "k", "lamp", 1), Patience::default()).await);
    assert_eq!(world.settle().await.sold(), 2);
}
