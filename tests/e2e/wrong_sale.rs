//! A wrong sale file is refused whole.

use crate::world::World;

const WRONG: &str = r#"
[sale]
id = "Wrong Sale"
title = ""
tagline = "x"
starts_in_s = -1
lasts_s = 60
limit = 0
colour = "red"
currency = "EUR"

[[items]]
sku = "lamp"
name = "Lamp"
summary = "A lamp"
price = "cheap"
supply = 0
picture = "missing.svg"
picture_alt = "A lamp"
description = "A lamp."

[[items]]
sku = "lamp"
name = "Lamp"
summary = "A lamp"
price = "1.00"
supply = 5
picture_alt = "A lamp"
description = "A lamp."
"#;

#[tokio::test]
async fn a_wrong_sale_is_refused_with_all_its_faults_and_nothing_is_applied() {
    let world = World::empty(1).await;
    let file = world.path().join("wrong.toml");
    std::fs::write(&file, WRONG).unwrap();
    let refused = world.fleet.publish(&file).await.unwrap();
    assert!(!refused.status.success());
    let text = String::from_utf8_lossy(&refused.stderr).into_owned() + &String::from_utf8_lossy(&refused.stdout);
    for path in [
        "sale.id",
        "sale.title",
        "sale.starts_in_s",
        "sale.limit",
        "sale.colour",
        "items[0].price",
        "items[0].supply",
        "items[0].picture",
        "items[1].sku",
        "items[1].picture",
    ] {
        assert!(text.contains(&format!("{path}: expected ")), "no word of {path} in:\n{text}");
    }
    assert!(text.contains("found 0"), "{text}");
    assert!(world.console.snapshot().await.unwrap().sales.is_empty());
}
