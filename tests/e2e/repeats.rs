//! A repeated key gets the first answer.

use doorbuster_tests::sale_file::SaleFile;
use doorbuster_tests::shoppers::Patience;

use crate::world::{SALE, World, intent, order};

#[tokio::test]
async fn a_repeat_gets_the_first_answer_through_a_crash_a_sell_out_and_the_end() {
    let mut world = World::selling(1, SaleFile::new(SALE).item("lamp", 1, 1).item("mug", 9, 2).limit(2)).await;
    let mine = || intent("ann", "one-key", "lamp", 1);
    let first = world.buy_as(0, mine(), Patience::default()).await;
    let again = world.buy_as(0, mine(), Patience::default()).await;
    assert_eq!(order(&again), order(&first));

    let edge = world.fleet.members()[1];
    world.fleet.kill(edge).await.unwrap();
    world.fleet.restart(edge).await.unwrap();
    let after_the_crash = world.buy_as(0, mine(), Patience::default()).await;
    assert_eq!(order(&after_the_crash), order(&first));

    assert!(world.buy(0, "bob", "lamp", 1).await.outcome.is_refused("sold-out"));
    let sold_out = world.buy_as(0, mine(), Patience::default()).await;
    assert_eq!(order(&sold_out), order(&first));

    world.console.close(SALE).await.unwrap();
    let at_the_end = world.buy_as(0, mine(), Patience::default()).await;
    assert_eq!(order(&at_the_end), order(&first));
    assert_eq!(world.settle().await.sold(), 1);
}

#[tokio::test]
async fn a_key_belongs_to_one_purchase() {
    let world = World::selling(1, SaleFile::new(SALE).item("lamp", 9, 2).item("mug", 9, 2).limit(2)).await;
    order(&world.buy_as(0, intent("ann", "one-key", "lamp", 1), Patience::default()).await);
    for other in [intent("ann", "one-key", "lamp", 2), intent("ann", "one-key", "mug", 1)] {
        let told = world.buy_as(0, other, Patience::default()).await;
        assert!(told.outcome.is_refused("key-reused"), "{told:?}");
    }
    order(&world.buy_as(0, intent("bob", "one-key", "mug", 2), Patience::default()).await);
    assert_eq!(world.settle().await.sold(), 3);
}

#[tokio::test]
async fn a_key_belongs_to_one_purchase_over_all_edges() {
    let world = World::selling(2, SaleFile::new(SALE).item("lamp", 9, 2).item("mug", 9, 2).limit(4)).await;
    let lamp = || intent("ann", "one-key", "lamp", 1);
    let first = world.buy_as(0, lamp(), Patience::default()).await;
    for _ in 0..2 {
        let other = world.buy_as(1, intent("ann", "one-key", "mug", 1), Patience::default()).await;
        assert!(other.outcome.is_refused("key-reused"), "{other:?}");
    }
    for at in 0..2 {
        let again = world.buy_as(at, lamp(), Patience::default()).await;
        assert_eq!(order(&again), order(&first));
    }
    assert_eq!(world.settle().await.sold(), 1);
}

#[tokio::test]
async fn a_limit_holds_on_one_edge_and_over_all() {
    let world = World::selling(3, SaleFile::new(SALE).item("lamp", 90, 2).item("mug", 90, 1).limit(2)).await;
    order(&world.buy_as(0, intent("ann", "k1", "lamp", 1), Patience::default()).await);
    order(&world.buy_as(1, intent("ann", "k2", "mug", 1), Patience::default()).await);
    for at in 0..3 {
        let more = world.buy_as(at, intent("ann", &format!("more-{at}"), "lamp", 1), Patience::default()).await;
        assert!(more.outcome.is_refused("limit-reached"), "{more:?}");
    }
    assert_eq!(world.settle().await.sold(), 2);
}
