//! Bytes of the link: each message is decoded or refused in words, comes back the same over the wire, and may be said to a
//! living core, whose books add up afterwards.

#![no_main]

use std::sync::OnceLock;

use doorbuster_fuzz::Pair;
use doorbuster_proto::{FromAllocator, FromEdge, wire};
use libfuzzer_sys::fuzz_target;
use prost::Message as _;

fuzz_target!(|data: &[u8]| {
    static LIVE: OnceLock<Pair> = OnceLock::new();
    let live = LIVE.get_or_init(|| Pair::live(2));
    if let Some(message) = wire::FromEdge::decode(data).ok().and_then(|message| FromEdge::try_from(message).ok()) {
        let again = wire::FromEdge::decode(wire::FromEdge::from(message.clone()).encode_to_vec().as_slice());
        assert_eq!(FromEdge::try_from(again.expect("it was encoded")), Ok(message.clone()));
        say_up(live.clone(), message);
    }
    if let Some(message) =
        wire::FromAllocator::decode(data).ok().and_then(|message| FromAllocator::try_from(message).ok())
    {
        let again = wire::FromAllocator::decode(wire::FromAllocator::from(message.clone()).encode_to_vec().as_slice());
        assert_eq!(FromAllocator::try_from(again.expect("it was encoded")), Ok(message.clone()));
        say_down(live.clone(), message);
    }
});

/// As it came, and as if its session were the living one.
fn say_up(mut pair: Pair, message: FromEdge) {
    let mut pair_as_is = pair.clone();
    pair_as_is.ledger.hear(message.clone(), pair.now);
    pair_as_is.collect();
    pair_as_is.check();
    let session = pair.shop.session();
    let epoch = pair.shop.edge.meta().epoch;
    pair.ledger.hear(FromEdge { session, epoch, ..message }, pair.now);
    pair.collect();
    pair.check();
}

fn say_down(mut pair: Pair, message: FromAllocator) {
    let session = pair.shop.session();
    let meta = pair.shop.edge.meta().clone();
    let (term, instance) = meta.led_by.expect("it is led");
    pair.shop.hear(FromAllocator { session, epoch: meta.epoch, term, instance, ..message }, pair.now);
    pair.collect();
    pair.check();
}
