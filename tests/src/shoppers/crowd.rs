//! A crowd: many shoppers, arriving on their own clock.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use rand_distr::{Distribution as _, Zipf};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::{Arrivals, Intent, Log, Patience, Shopper, Told};
use crate::web::Web;

/// Shoppers that are being served at once; the rest of those who came wait outside.
const SHOPPERS_AT_ONCE_MAX: usize = 1_024;
/// Popularity falls with rank as 1/rankˢ.
const ZIPF_EXPONENT: f64 = 0.9;

/// Who comes, when, and for what.
#[derive(Debug, Clone)]
pub struct Crowd {
    /// How many shoppers.
    pub shoppers: usize,
    /// The sale that they come for.
    pub sale: String,
    /// Its items, the most popular first.
    pub skus: Vec<String>,
    /// The shops; each shopper is at one of them.
    pub shops: Vec<String>,
    /// Units that a shopper may want of one item: 1 to this.
    pub units_max: u64,
    /// One in so many shoppers has a second wish, at another shop. 0 for none.
    pub second_wish_one_in: u32,
    /// When they come.
    pub arrivals: Arrivals,
    /// How much they bear.
    pub patience: Patience,
    /// The seed of all that is random here.
    pub seed: u64,
}

/// How far a crowd has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Intents with a known end, and those given up.
    pub ended: u64,
    /// Intents that were acknowledged.
    pub acknowledged: u64,
}

impl Crowd {
    /// Sends the crowd in, and comes back when the last one has left. `progress` follows it. Once `doors_close`
    /// comes true nobody comes any more.
    ///
    /// # Errors
    /// The log could not be written.
    pub async fn run(
        self,
        log: &Log,
        progress: &watch::Sender<Progress>,
        doors_close: impl Future<Output = ()>,
    ) -> anyhow::Result<()> {
        let mut inside = JoinSet::new();
        tokio::select! {
            all = self.let_in(&mut inside, log, progress) => all?,
            () = doors_close => {}
        }
        while let Some(left) = inside.join_next().await {
            left??;
        }
        Ok(())
    }

    async fn let_in(
        &self,
        inside: &mut JoinSet<anyhow::Result<()>>,
        log: &Log,
        progress: &watch::Sender<Progress>,
    ) -> anyhow::Result<()> {
        let begun = Instant::now();
        let web = Web::default();
        let room = Arc::new(Semaphore::new(SHOPPERS_AT_ONCE_MAX));
        for (arrival, wishes) in self.wishes() {
            sleep_until(begun + arrival).await;
            let place = Arc::clone(&room).acquire_owned().await?;
            let (web, shops, patience) = (web.clone(), self.shops.clone(), self.patience);
            let (log, progress) = (log.clone(), progress.clone());
            inside.spawn(async move {
                let _place = place;
                for (at, intent) in wishes {
                    let told = Shopper::new(web.clone(), &shops, at, patience).buy(intent).await;
                    progress.send_modify(|progress| progress.count(&told));
                    log.add(told)?;
                }
                Ok(())
            });
            while let Some(left) = inside.try_join_next() {
                left??;
            }
        }
        Ok(())
    }

    /// Every shopper's arrival and wishes, each with the shop where it is taken.
    fn wishes(&self) -> Vec<(Duration, Vec<(usize, Intent)>)> {
        let mut rng = StdRng::seed_from_u64(self.seed);
        let arrivals = self.arrivals.draw(self.shoppers, &mut rng);
        let wishes = |(number, arrival)| (arrival, self.wishes_of(number, &mut rng));
        arrivals.into_iter().enumerate().map(wishes).collect()
    }

    fn wishes_of(&self, number: usize, rng: &mut StdRng) -> Vec<(usize, Intent)> {
        let shop = rng.random_range(0..self.shops.len());
        let second = self.second_wish_one_in > 0 && rng.random_ratio(1, self.second_wish_one_in);
        (0..=usize::from(second)).map(|wish| (shop + wish, self.intent(number, rng))).collect()
    }

    fn intent(&self, number: usize, rng: &mut StdRng) -> Intent {
        let ranks = Zipf::new(self.skus.len() as f64, ZIPF_EXPONENT).expect("a crowd wants one item or more");
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rank is a small whole number")]
        let rank = ranks.sample(rng) as usize;
        Intent {
            sale: self.sale.clone(),
            shopper: format!("shopper-{number:06}"),
            key: format!("{:032x}", rng.random::<u128>()),
            sku: self.skus[rank.clamp(1, self.skus.len()) - 1].clone(),
            units: rng.random_range(1..=self.units_max),
        }
    }
}

impl Progress {
    fn count(&mut self, told: &Told) {
        self.ended += 1;
        self.acknowledged += u64::from(told.outcome.is_acknowledged());
    }
}
