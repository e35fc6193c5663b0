//! Twenty thousand shoppers, three edges, five thousand units.

use doorbuster_tests::sale_file::SaleFile;
use doorbuster_tests::shoppers::{Arrivals, Crowd, Outcome, Patience, Progress, Told};
use tokio::sync::watch;

use crate::world::{SALE, World};

const SHOPPERS: usize = 20_000;
pub(crate) const UNITS: u64 = 5_000;

/// Two items, most of it in the one that most want.
pub(crate) fn sale() -> SaleFile {
    SaleFile::new(SALE).item("lamp", 4_000, 2).item("kettle", 1_000, 2).limit(2)
}

pub(crate) fn crowd(world: &World, within_s: f64) -> Crowd {
    Crowd {
        shoppers: SHOPPERS,
        sale: SALE.into(),
        skus: vec!["lamp".into(), "kettle".into()],
        shops: world.fleet.addresses().shops(),
        units_max: 2,
        second_wish_one_in: 10,
        arrivals: Arrivals { burst: 0.6, burst_decay_s: within_s / 5.0, within_s },
        patience: Patience::default(),
        seed: 7,
    }
}

/// Everybody knows, and those who did not get it know why.
pub(crate) fn everybody_knows(told: &[Told]) {
    assert!(told.len() >= SHOPPERS);
    for told in told {
        let fits = match &told.outcome {
            Outcome::Acknowledged { .. } => true,
            Outcome::Refused { reason } => reason == "sold-out" || reason == "limit-reached",
            Outcome::Unknown | Outcome::Queueing => false,
        };
        assert!(fits, "{told:?}");
    }
}

pub(crate) fn units_acknowledged(told: &[Told]) -> u64 {
    told.iter().filter(|told| told.outcome.is_acknowledged()).map(|told| told.intent.units).sum()
}

#[tokio::test]
async fn a_crowd_buys_exactly_what_there_is() {
    let world = World::selling(3, sale()).await;
    let (progress, _) = watch::channel(Progress::default());
    let crowd = crowd(&world, 8.0);
    crowd.run(&world.log, &progress, std::future::pending()).await.unwrap();
    let told = world.log.told().unwrap();
    everybody_knows(&told);
    assert_eq!(units_acknowledged(&told), UNITS);
    let report = world.settle().await;
    assert_eq!(report.sold(), UNITS);
}
