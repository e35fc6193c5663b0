//! The end of a sale.

use doorbuster_tests::sale_file::SaleFile;
use doorbuster_tests::until;

use crate::world::{SALE, SOON, World, order};

#[tokio::test]
async fn at_the_end_all_stock_is_back_in_the_pool() {
    let mut world = World::selling(3, SaleFile::new(SALE).item("lamp", 300, 1).item("mug", 7, 1).window_s(0, 6)).await;
    for at in 0..3 {
        order(&world.buy(at, &format!("shopper-{at}"), "lamp", 1).await);
    }
    let report = world.console.settled(SALE, SOON).await.unwrap();
    let pools: Vec<_> = report.skus.iter().map(|row| (row.sku.as_str(), row.pool, row.escrow, row.sold)).collect();
    assert_eq!(pools, [("lamp", 297, 0, 3), ("mug", 7, 0, 0)]);
    let late = world.buy(0, "late", "lamp", 1).await;
    assert!(late.outcome.is_refused("over"), "{late:?}");
    world.judged().await;
}

#[tokio::test]
async fn a_restarted_edge_gives_its_stock_back_when_the_sale_has_ended_meanwhile() {
    let mut world = World::selling(2, SaleFile::new(SALE).item("lamp", 100, 1)).await;
    order(&world.buy(0, "ann", "lamp", 1).await);
    let gone = world.fleet.members()[1];
    world.fleet.kill(gone).await.unwrap();
    world.console.close(SALE).await.unwrap();
    let closed = || async { world.console.report(SALE).await.is_ok_and(|report| report.state == "closed") };
    until::holds("the sale is closed, and not settled without the edge", SOON, closed).await.unwrap();
    world.fleet.restart(gone).await.unwrap();
    let report = world.judged().await;
    assert_eq!(report.sku("lamp").map(|row| (row.pool, row.sold)), Some((99, 1)));
}
