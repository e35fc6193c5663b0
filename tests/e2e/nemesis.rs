//! A crowd while each process is killed in turn, again and again; and while whatever can go wrong does.

use std::time::Duration;

use doorbuster_tests::checker::{Kind, judge};
use doorbuster_tests::fleet::{Fleet, Member};
use doorbuster_tests::nemesis::{self, Fault, Plan, Report, Step};
use doorbuster_tests::sale_file::SaleFile;
use doorbuster_tests::shoppers::{Crowd, Patience, Progress, Told};
use tokio::sync::{oneshot, watch};
use tokio::time::timeout;

use crate::crowd::{UNITS, crowd, everybody_knows, sale, units_acknowledged};
use crate::world::{SALE, World, intent, order, turn};

/// Each of the four processes, three times.
const KILLS: usize = 12;
/// Until the crowd must have got so far again after a kill.
const CALM_BOUND: Duration = Duration::from_secs(60);

/// Plans that have every kind of fault among them, with and without credit.
const SEEDS: [u64; 3] = [108, 203, 402];

#[tokio::test]
async fn a_crowd_buys_exactly_what_there_is_while_every_process_is_killed_in_turn() {
    let mut world = World::selling(3, sale()).await;
    let crowd = crowd(&world, 25.0);
    let told = survive(&mut world, crowd, 200).await;
    everybody_knows(&told);
    assert_eq!(units_acknowledged(&told), UNITS);
    assert_eq!(world.settle().await.sold(), UNITS);
}

/// Pulls every plug in the middle of the rush, and looks at the disks as they are.
#[tokio::test]
async fn whatever_the_moment_the_disks_agree_with_what_shoppers_were_told() {
    let mut world = World::selling(3, sale()).await;
    let (sender, mut progress) = watch::channel(Progress::default());
    let patience = Patience { gives_up_after: Duration::from_secs(2), moves_after: None };
    let (crowd, log) = (Crowd { patience, ..crowd(&world, 8.0) }, world.log.clone());
    let (close, closed) = oneshot::channel::<()>();
    let rush = async { crowd.run(&log, &sender, async { drop(closed.await) }).await.unwrap() };
    let blackout = async {
        let rushing = async { progress.wait_for(|progress| progress.acknowledged >= 1_000).await.is_ok() };
        assert!(timeout(CALM_BOUND, rushing).await.unwrap());
        for member in world.fleet.members() {
            world.fleet.kill(member).await.unwrap();
        }
        drop(close);
    };
    tokio::join!(rush, blackout);
    let facts = world.facts();
    assert!(facts.accounts.values().any(|account| account.escrow_sum() > 0), "the sale was over already");
    assert_eq!(judge(&facts), []);
}

/// With credit an edge acknowledges ahead of the ledger; whoever hears nothing for a while takes the key elsewhere.
#[tokio::test]
async fn what_was_sold_on_credit_survives_every_kill() {
    let mut world = World::selling(3, SaleFile::new(SALE).item("lamp", 1_500, 1).credit(20)).await;
    let crowd = Crowd {
        shoppers: 5_000,
        skus: vec!["lamp".into()],
        units_max: 1,
        second_wish_one_in: 0,
        patience: Patience { moves_after: Some(Duration::from_millis(200)), ..Patience::default() },
        ..crowd(&world, 15.0)
    };
    survive(&mut world, crowd, 80).await;
    assert_eq!(world.settle().await.sold(), 1_500);
}

/// Lets the crowd in, and kills a process whenever `calm` more intents have been acknowledged.
async fn survive(world: &mut World, crowd: Crowd, calm: u64) -> Vec<Told> {
    let (sender, mut progress) = watch::channel(Progress::default());
    let log = world.log.clone();
    let crowd = async {
        crowd.run(&log, &sender, std::future::pending()).await.unwrap();
        drop(sender);
    };
    let (kills, ()) = tokio::join!(kill_in_turn(&mut world.fleet, &mut progress, calm), crowd);
    assert_eq!(kills, KILLS, "the crowd was served before every process had been killed three times");
    let told = world.log.told().unwrap();
    assert!(told.iter().any(|told| told.lost > 0), "nobody noticed");
    told
}

async fn kill_in_turn(fleet: &mut Fleet, progress: &mut watch::Receiver<Progress>, calm: u64) -> usize {
    let victims = fleet.members();
    for kill in 0..KILLS {
        let sold = (kill as u64 + 1) * calm;
        // The guard that comes back would keep the crowd from reporting.
        let reached = async { progress.wait_for(|progress| progress.acknowledged >= sold).await.is_ok() };
        let reached = timeout(CALM_BOUND, reached).await;
        if !reached.unwrap_or_else(|_| panic!("nothing was sold for {CALM_BOUND:?} after {kill} kills")) {
            return kill;
        }
        let victim = victims[kill % victims.len()];
        fleet.kill(victim).await.unwrap();
        fleet.restart(victim).await.unwrap();
    }
    KILLS
}

#[tokio::test]
async fn a_shopper_whose_edge_is_gone_gets_the_first_answer_elsewhere() {
    let mut world = World::selling(2, SaleFile::new(SALE).item("lamp", 40, 1)).await;
    let mine = intent("ann", "one-key", "lamp", 1);
    let first = world.buy_as(0, mine.clone(), Patience::default()).await;
    let gone = world.fleet.members()[1];
    world.fleet.kill(gone).await.unwrap();
    let again = world.buy_as(1, mine, Patience::default()).await;
    assert_eq!(order(&again), order(&first));
    world.fleet.restart(gone).await.unwrap();
    assert_eq!(world.settle().await.sold(), 1);
}

#[tokio::test]
async fn whatever_goes_wrong_the_books_agree_with_what_shoppers_were_told() {
    let _turn = turn().await;
    let mut sum = Report::default();
    for seed in SEEDS {
        match nemesis::run(seed).await {
            Ok(report) => sum.add(&report),
            Err(failure) => panic!("{failure}"),
        }
    }
    println!("{sum}");
    // Where nobody buys just then, a disk has nothing to sync, and nothing to refuse.
    let needs_traffic = |fault| matches!(fault, Fault::SyncError | Fault::DiskFull);
    for kind in Fault::ALL.into_iter().filter(|(fault, _)| !needs_traffic(*fault)) {
        assert!(sum.faults.contains_key(&kind), "{kind:?} was never done:\n{sum}");
    }
    assert!(sum.loss.bytes > 0, "no power cut took anything:\n{sum}");
    assert!(sum.ended_by_disk > 0, "no disk that failed ended its process:\n{sum}");
}

/// An edge that is cut off goes on selling on credit, and loses its disk before it can tell: the judge knows the bound.
#[tokio::test]
async fn a_lost_disk_costs_what_was_sold_on_credit_and_nothing_else() {
    let _turn = turn().await;
    let step = |fault, begins_ms, ends_ms| Step { fault, member: Member::Edge(0), begins_ms, ends_ms };
    let steps = vec![step(Fault::Partition, 1_000, 2_100), step(Fault::DiskLost, 2_000, 2_300)];
    let run = |credit| nemesis::run_plan(Plan { credit, steps: steps.clone(), ..Plan::of(1) });
    let report = run(15).await.unwrap_or_else(|failure| panic!("{failure}"));
    assert!(report.lost_with_disks > 0, "nothing was lost:\n{report}");
    let report = run(0).await.unwrap_or_else(|failure| panic!("{failure}"));
    assert_eq!(report.lost_with_disks, 0);
}

/// The proof that the nemesis sees: what was promised is lost, and the judge says so.
#[tokio::test]
async fn disks_that_lie_are_found_out() {
    let _turn = turn().await;
    let failure = nemesis::run_plan(Plan::of_lying_disks(1)).await.unwrap_err();
    std::fs::remove_dir_all(&failure.folder).unwrap();
    assert!(failure.violations.iter().any(|violation| violation.kind == Kind::LostOrder), "{failure}");
}
