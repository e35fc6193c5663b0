//! Whose word counts about who asks: what the access log and the limits take a shopper's address to be.

use std::net::Ipv4Addr;
use std::path::PathBuf;

use serde_json::Value;
use tempfile::TempDir;

use super::setting::{Files, INSTEAD_OF_THE_SHOP, field, lines, told};
use super::wire::Wire;
use crate::world::World;

const PROXY: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
const STRANGER: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 3);

async fn start(trust: &str, folder: &TempDir, files: &Files) -> (World, PathBuf) {
    let log = folder.path().join("access.log");
    let limits = "[limits]\nrequests_per_s = 1\nrequests_burst = 2\nconnections_per_address = 2";
    let text = format!(
        "[http.trust]\nnetworks = [\"{PROXY}\"]\n{trust}\n{limits}\n[access_log]\nfile = \"{}\"\n{}",
        log.display(),
        files.site(&INSTEAD_OF_THE_SHOP, "")
    );
    (World::empty_with(1, &told(text)).await, log)
}

/// The addresses that the log has, in order.
async fn logged(log: &PathBuf, count: usize) -> Vec<String> {
    let rows = lines(log, count).await;
    let address = |row: &String| serde_json::from_str::<Value>(row).unwrap()["client"].as_str().unwrap().to_owned();
    rows.iter().map(address).collect()
}

#[tokio::test]
async fn a_proxys_word_is_believed_from_a_trusted_network_alone_and_from_the_right() {
    let (folder, files) = (TempDir::new().unwrap(), Files::new(&[("index.html", "hello")]));
    let (world, log) = start("", &folder, &files).await;
    let asks = [
        (STRANGER, "X-Forwarded-For: 203.0.113.7\r\n", "127.0.0.3"),
        (PROXY, "X-Forwarded-For: 203.0.113.7\r\n", "203.0.113.7"),
        (PROXY, "X-Forwarded-For: 203.0.113.9, 203.0.113.7\r\n", "203.0.113.7"),
        (PROXY, "X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-For: 203.0.113.8, 127.0.0.2\r\n", "203.0.113.8"),
        (PROXY, "Forwarded: for=203.0.113.6\r\n", "127.0.0.2"),
        (PROXY, "X-Forwarded-For: 2001:db8::7\r\n", "2001:db8::7"),
        (PROXY, "", "127.0.0.2"),
    ];
    for (from, fields, _) in asks {
        assert_eq!(Wire::from(from, &world.shop(0)).await.get("/", fields).await.status, 200, "{from} {fields}");
    }
    let believed: Vec<_> = asks.iter().map(|(_, _, address)| *address).collect();
    assert_eq!(logged(&log, asks.len()).await, believed);

    // The limit counts that address: it has asked twice, whatever stood to the left of it; its neighbour has not.
    let mut proxy = Wire::from(PROXY, &world.shop(0)).await;
    let refused = proxy.get("/", "X-Forwarded-For: 203.0.113.1, 203.0.113.7\r\n").await;
    assert_eq!((refused.status, refused.problem().as_deref()), (429, Some("too-many-requests")));
    assert_eq!(proxy.get("/", "X-Forwarded-For: 203.0.113.70\r\n").await.status, 200);
    // An IPv6 shopper has a network to itself.
    for status in [200, 429] {
        assert_eq!(proxy.get("/", "X-Forwarded-For: 2001:db8::ffff:1\r\n").await.status, status);
    }
}

/// The PROXY protocol's second version, for a shopper at this address.
fn introduction(address: [u8; 4]) -> Vec<u8> {
    let mut bytes = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c".to_vec();
    bytes.extend(address);
    bytes.extend([127, 0, 0, 1, 0x30, 0x39, 0, 80]);
    bytes
}

#[tokio::test]
async fn the_proxy_protocol_is_spoken_with_trusted_networks_alone() {
    let (folder, files) = (TempDir::new().unwrap(), Files::new(&[("index.html", "hello")]));
    let (world, log) = start("proxy_protocol = true", &folder, &files).await;
    let shop = world.shop(0);
    let introduced = async |address| {
        let mut wire = Wire::from(PROXY, &shop).await;
        wire.say(introduction(address)).await;
        wire
    };
    let (mut one, mut two) = (introduced([203, 0, 113, 7]).await, introduced([203, 0, 113, 7]).await);
    assert_eq!((one.get("/", "").await.status, two.get("/", "").await.status), (200, 200));
    assert_eq!(one.get("/", "").await.status, 429, "the limit counts the shopper's address");
    assert_eq!(introduced([203, 0, 113, 8]).await.get("/", "").await.status, 200);
    let mut third = introduced([203, 0, 113, 7]).await;
    third.say("GET / HTTP/1.1\r\nHost: shop.test\r\n\r\n").await;
    assert_eq!(third.rest().await, b"", "a third connection of the shopper's is not served");

    let mut stranger = Wire::from(STRANGER, &shop).await;
    stranger.say(introduction([203, 0, 113, 9])).await;
    let answer = stranger.answer().await;
    assert_eq!((answer.status, field(&answer, "connection")), (400, "close"), "to a stranger it is no HTTP");
    let mut silent = Wire::from(PROXY, &shop).await;
    silent.say("GET / HTTP/1.1\r\nHost: shop.test\r\n\r\n").await;
    assert_eq!(silent.rest().await, b"", "a proxy that does not say for whom is not served");
    let expected = ["203.0.113.7", "203.0.113.7", "203.0.113.7", "203.0.113.8", "127.0.0.3"];
    assert_eq!(logged(&log, expected.len()).await, expected);
}
