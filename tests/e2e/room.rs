//! An edge whose disk is nearly full serves its pages, gives its stock back, and sells nothing.

use doorbuster_tests::sale_file::SaleFile;
use doorbuster_tests::until;

use crate::world::{SALE, SOON, World, order};

#[tokio::test]
async fn what_an_edge_without_room_cannot_sell_the_others_do() {
    const SUPPLY: u64 = 20;
    // Four pebibytes: nobody has that much room.
    let world = World::empty_with(2, &|process, config| {
        if process == "edge-2" {
            config.insert("disk_reserve_mb".into(), i64::from(u32::MAX).into());
        }
    });
    let world = world.await;
    let sale = SaleFile::new(SALE).item("lamp", SUPPLY.cast_signed(), 1).write(&world.path().join("sale")).unwrap();
    assert!(world.fleet.publish(&sale).await.unwrap().status.success());
    for at in 0..2 {
        world.sells(at).await;
    }
    let url = format!("{}/readyz", world.fleet.addresses().edges[1].admin);
    let is_full = || async {
        let answer = world.web.get(&url).await;
        answer.is_ok_and(|answer| String::from_utf8_lossy(&answer.body).contains("nearly full"))
    };
    until::holds("the second edge says why it is not ready", SOON, is_full).await.unwrap();
    for number in 0..SUPPLY {
        order(&world.buy(0, &format!("shopper-{number}"), "lamp", 1).await);
    }
    assert_eq!(world.settle().await.sold(), SUPPLY);
}
