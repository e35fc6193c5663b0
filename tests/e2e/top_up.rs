//! Stock goes where the shoppers are.

use doorbuster_tests::sale_file::SaleFile;

use crate::world::{SALE, World, order};

#[tokio::test]
async fn an_edge_sells_every_unit_there_is_before_anybody_hears_sold_out() {
    let world = World::selling(3, SaleFile::new(SALE).item("lamp", 30, 1)).await;
    // Five are on the shelf here, fifteen in the pool, ten with the other edges.
    for number in 0..30 {
        order(&world.buy(0, &format!("shopper-{number}"), "lamp", 1).await);
    }
    for at in 0..3 {
        let late = world.buy(at, &format!("late-{at}"), "lamp", 1).await;
        assert!(late.outcome.is_refused("sold-out"), "{late:?}");
    }
    assert_eq!(world.settle().await.sold(), 30);
}

#[tokio::test]
async fn one_unit_is_found_wherever_it_lies() {
    let world = World::selling(3, SaleFile::new(SALE).item("lamp", 1, 1)).await;
    order(&world.buy(2, "ann", "lamp", 1).await);
    let bob = world.buy(0, "bob", "lamp", 1).await;
    assert!(bob.outcome.is_refused("sold-out"), "{bob:?}");
    assert_eq!(world.settle().await.sold(), 1);
}
