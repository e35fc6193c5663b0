//! An edge and its allocator, message by message: purchases, deliveries, repetitions, batches with one thing wrong, crashes,
//! evictions. No core panics, and both sides' books add up after each step.

#![no_main]

use std::sync::OnceLock;

use doorbuster_allocator_core::Operator;
use doorbuster_fuzz::{Noise, Pair, edge_id, twist_from_allocator, twist_from_edge};
use doorbuster_proto::Epoch;
use libfuzzer_sys::fuzz_target;

/// Most steps of one input.
const STEPS_MAX: usize = 400;

fuzz_target!(|data: &[u8]| {
    static LIVE: OnceLock<[Pair; 2]> = OnceLock::new();
    let live = LIVE.get_or_init(|| [Pair::live(0), Pair::live(2)]);
    let mut noise = Noise::new(data);
    let mut pair = live[usize::from(noise.below(2))].clone();
    for _ in 0..STEPS_MAX {
        let Some(step) = noise.byte() else { break };
        take_step(&mut pair, step, &mut noise);
        pair.collect();
        pair.check();
    }
});

fn take_step(pair: &mut Pair, step: u8, noise: &mut Noise<'_>) {
    let now = pair.now;
    match step % 16 {
        0..=3 => {
            let sku = if noise.below(4) == 0 { "b" } else { "a" };
            pair.shop.buy(noise.below(8), noise.below(4), sku, 1 + u64::from(noise.below(2)), now);
        }
        4..=6 => pair.deliver_up(),
        7..=9 => pair.deliver_down(),
        10 => {
            // Once more, later.
            let message = pair.up.front().cloned();
            pair.deliver_up();
            message.into_iter().for_each(|message| pair.ledger.hear(message, now));
        }
        11 => {
            if let Some(message) = pair.up.front_mut() {
                twist_from_edge(message, noise);
            }
            pair.deliver_up();
        }
        12 => {
            if let Some(message) = pair.down.front_mut() {
                twist_from_allocator(message, noise);
            }
            pair.deliver_down();
        }
        13 => pair.reconnect(),
        14 => pass_time_or_restart(pair, noise),
        _ => operate(pair, noise),
    }
}

fn pass_time_or_restart(pair: &mut Pair, noise: &mut Noise<'_>) {
    match noise.below(4) {
        0 => {
            pair.shop.restart();
            pair.reconnect();
        }
        1 => {
            pair.ledger.restart(pair.now);
            pair.reconnect();
        }
        _ => {
            pair.now = pair.now.after_ms(u64::from(noise.below(200)) * 10);
            pair.shop.edge.handle_timeout(pair.now);
            pair.ledger.core.handle_timeout(pair.now);
        }
    }
}

fn operate(pair: &mut Pair, noise: &mut Noise<'_>) {
    let operator = match noise.below(5) {
        0 => Operator::Evict { edge: edge_id() },
        1 => Operator::WriteOff { edge: edge_id(), epoch: Epoch(u64::from(noise.below(4))) },
        2 => Operator::ResumeGrants,
        3 => Operator::Close { sale: "s".parse().expect("it is an id") },
        _ => match pair.ledger.core.image().orders.values().next() {
            Some(order) => Operator::CancelOrder { order: order.id },
            None => Operator::ResumeGrants,
        },
    };
    pair.ledger.operate(operator, pair.now);
}
