//! Random inputs, faults and crashes against a small ledger: what must hold, holds after every step.
//!
//! A failing seed is named in the panic; `SEED=<n>` replays it alone.

mod ledger;
mod world;

use self::world::World;

const SEEDS: u64 = 300;
const STEPS: usize = 600;

#[test]
fn stock_orders_and_credit_hold_through_any_crash_and_eviction() {
    let one = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok());
    for seed in one.map_or(0..SEEDS, |seed: u64| seed..seed + 1) {
        let outcome = std::panic::catch_unwind(|| {
            let mut world = World::new(seed);
            for _ in 0..STEPS {
                world.step();
                world.check();
            }
            world.quiesce();
            world.check_at_rest();
        });
        assert!(outcome.is_ok(), "replay with SEED={seed}");
    }
}
