//! One run, from an empty folder to the judge's word.

use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::fault::{Fault, Role};
use super::plan::Plan;
use super::report::{Failure, Report};
use super::victims::{LIMIT, SALE, SKUS, Victims};
use crate::checker::{Facts, Violation, gather, judge_at_rest};
use crate::shoppers::{Arrivals, Crowd, Log, Patience, Progress, Shopper, Told};
use crate::until;
use crate::web::Web;

/// Shoppers that come in a second.
const SHOPPERS_PER_S: u64 = 220;
/// They come until so long after the last fault has been put right.
const CALM: Duration = Duration::from_millis(1_500);
/// Until a shopper gives up: longer than any one fault lasts, and what it leaves behind.
const PATIENCE: Duration = Duration::from_secs(12);
/// Until everything must have found together again after the last fault.
const RECOVERY_BOUND: Duration = Duration::from_secs(60);
/// One in so many who were acknowledged asks again at the end.
const ASKS_AGAIN_ONE_IN: usize = 12;
/// The share of shoppers that come in the burst of the beginning.
const BURST: f64 = 0.15;

/// Runs the plan of a seed; see [`run_plan`].
///
/// # Errors
/// [`Failure`], as [`run_plan`].
pub async fn run(seed: u64) -> Result<Report, Box<Failure>> {
    run_plan(Plan::of(seed)).await
}

/// Runs a plan in a fresh folder. The caller's runtime must have one thread, the main thread or a test's: children die with the
/// thread that started them.
///
/// # Errors
/// [`Failure`], with everything that is needed to look into it; its folder is kept.
pub async fn run_plan(plan: Plan) -> Result<Report, Box<Failure>> {
    let folder = tempfile::Builder::new().prefix("doorbuster-nemesis-").tempdir();
    let folder = folder.map_err(|error| Box::new(Failure::before(&plan, error.into())))?;
    let failed = match attack(&plan, folder.path()).await {
        Ok((report, violations)) if violations.is_empty() => return Ok(report),
        Ok((_, violations)) => Failure { plan, reason: None, violations, folder: folder.keep() },
        Err((reason, violations)) => Failure { plan, reason: Some(reason), violations, folder: folder.keep() },
    };
    Err(Box::new(failed))
}

type Attacked = Result<(Report, Vec<Violation>), (anyhow::Error, Vec<Violation>)>;

async fn attack(plan: &Plan, folder: &Path) -> Attacked {
    let mut victims = Victims::start(folder, plan).await.map_err(|error| (error, Vec::new()))?;
    let log = Log::append_to(&victims.fleet.folder().shoppers_log()).map_err(|error| (error, Vec::new()))?;
    let survived = survive(&mut victims, plan, &log).await;
    // The disks are judged in any case, also where the fleet did not find together again.
    let judged =
        shut_down(&mut victims, survived.is_ok() && !plan.disks_lie).await.and_then(|()| judged(&victims, &log));
    let is_clean = survived.is_ok() && judged.as_ref().is_ok_and(|(_, violations)| violations.is_empty());
    if let Some((_, small)) = victims.small.take_if(|_| !is_clean)
        && let Err(error) = small.keep()
    {
        eprintln!("what was on the small disk is lost: {error:#}");
    }
    match (survived, judged) {
        (Ok(()), Ok(found)) => Ok(found),
        (Err(reason), Ok((_, violations))) => Err((reason, violations)),
        (Ok(()), Err(reason)) => Err((reason, Vec::new())),
        (Err(reason), Err(unjudged)) => {
            Err((reason.context(format!("and the stores cannot be judged: {unjudged:#}")), Vec::new()))
        }
    }
}

/// The crowd and the faults side by side; then peace, until the sale is settled.
async fn survive(victims: &mut Victims, plan: &Plan, log: &Log) -> anyhow::Result<()> {
    let (progress, _) = watch::channel(Progress::default());
    let crowd = crowd(plan, victims.fleet.addresses().shops());
    let (bought, faulted) = tokio::join!(crowd.run(log, &progress, std::future::pending()), act(victims, plan));
    bought?;
    faulted?;
    if plan.disks_lie {
        // What was promised is gone by now: nothing would come to rest.
        return Ok(());
    }
    victims.recover(RECOVERY_BOUND).await?;
    let evictions = victims.operator.finish_evictions().await?;
    victims.done.faults.extend((evictions > 0).then_some(((Fault::Eviction, Role::Edge), evictions)));
    victims.recover(RECOVERY_BOUND).await?;
    ask_again(victims, log).await?;
    victims.operator.settle(RECOVERY_BOUND).await?;
    every_order_has_a_verdict(victims).await
}

fn crowd(plan: &Plan, shops: Vec<String>) -> Crowd {
    let last_ms = plan.steps.iter().map(|step| step.ends_ms).max().unwrap_or(0);
    let within = Duration::from_millis(last_ms) + CALM;
    let within_s = within.as_secs_f64();
    let shoppers = usize::try_from(within.as_secs() * SHOPPERS_PER_S).expect("a crowd is counted");
    let gives_up_after = if plan.disks_lie { CALM } else { PATIENCE };
    let patience = Patience { gives_up_after, moves_after: Some(Duration::from_millis(400)) };
    Crowd {
        shoppers,
        sale: SALE.into(),
        skus: SKUS.map(str::to_owned).into(),
        shops,
        units_max: LIMIT.unsigned_abs(),
        // On credit, an order beyond the limit that was placed elsewhere is cancelled after its acknowledgement.
        second_wish_one_in: if plan.credit == 0 { 10 } else { 0 },
        arrivals: Arrivals { burst: BURST, burst_decay_s: within_s / 5.0, within_s },
        patience,
        seed: plan.seed,
    }
}

/// Does what the plan says when it says so. All is put right at the end.
async fn act(victims: &mut Victims, plan: &Plan) -> anyhow::Result<()> {
    let begun = Instant::now();
    for moment in plan.moments() {
        sleep_until(begun + Duration::from_millis(moment.at_ms)).await;
        let step = plan.steps[moment.step];
        let done =
            if moment.ends { victims.mend(plan, moment.step).await } else { victims.inflict(plan, moment.step).await };
        done.with_context(|| format!("{} of {}", step.fault, victims.fleet.name(step.member)))?;
    }
    Ok(())
}

/// Some who know their order ask again: they must hear the same. Not where the disk that told them is gone.
async fn ask_again(victims: &Victims, log: &Log) -> anyhow::Result<()> {
    let edges = &victims.fleet.addresses().edges;
    let is_there = |told: &&Told| {
        let shop = edges.iter().find(|edge| edge.shop == told.edge);
        shop.is_some_and(|edge| victims.done.disks_lost.keys().all(|lost| lost.as_str() != edge.id))
    };
    let told = log.told()?;
    let known = told.iter().filter(|told| told.outcome.is_acknowledged()).filter(is_there);
    let web = Web::default();
    for told in known.step_by(ASKS_AGAIN_ONE_IN) {
        let mut shopper = Shopper::new(web.clone(), std::slice::from_ref(&told.edge), 0, Patience::default());
        log.add(shopper.buy(told.intent.clone()).await)?;
    }
    Ok(())
}

async fn every_order_has_a_verdict(victims: &Victims) -> anyhow::Result<()> {
    let web = Web::default();
    for edge in &victims.fleet.addresses().edges {
        let url = format!("{}/metrics", edge.admin);
        let is_told = || async {
            let metrics = web.get(&url).await.map(|answer| answer.text()).unwrap_or_default();
            metrics.lines().any(|line| line == "doorbuster_up_in_flight 0")
        };
        until::holds(&format!("{} has told all its orders", edge.id), RECOVERY_BOUND, is_told).await?;
    }
    Ok(())
}

/// Stops everything, kindly where all is well, and cuts the power: what counts is on the disks.
async fn shut_down(victims: &mut Victims, all_is_well: bool) -> anyhow::Result<()> {
    if all_is_well {
        victims.fleet.stop().await?;
    }
    for member in victims.fleet.members() {
        victims.fleet.kill(member).await?;
        victims.drop_unsynced(member)?;
    }
    Ok(())
}

fn judged(victims: &Victims, log: &Log) -> anyhow::Result<(Report, Vec<Violation>)> {
    log.told()?;
    let folder = victims.fleet.folder().path();
    let facts = Facts { disks_lost: victims.done.disks_lost.clone(), ..gather(folder, true)? };
    let violations = judge_at_rest(&facts);
    Ok((Report::of(&victims.done, &facts), violations))
}
