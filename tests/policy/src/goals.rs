//! What the adaptive policy is held to, workload by workload, beside what it came to.

use std::fmt::Write as _;

use doorbuster_allocator_core::Policy;
use serde_json::{Value, json};

use crate::figures::Figures;
use crate::rows::Row;
use crate::workload::{Shape, Workload};

/// Policies that keep stock on edges, to compare with.
const OTHERS: [Policy; 5] =
    [Policy::Static, Policy::StaticWithBuffer, Policy::Threshold, Policy::OnDemand, Policy::Predictive];
/// A sale that lasts less than so many round trips may last two of them longer.
const SHORT_ROUND_TRIPS: f64 = 40.0;

/// One goal under one workload.
#[derive(Debug, Clone, PartialEq)]
pub struct Goal {
    /// Under which demand.
    pub workload: Workload,
    /// What is held to it, and in what.
    pub name: &'static str,
    /// What it came to.
    pub found: f64,
    /// The most that reaches the goal.
    pub most: f64,
}

impl Goal {
    /// Whether it was reached.
    pub fn is_reached(&self) -> bool {
        self.found <= self.most
    }
}

/// Every goal of each workload that every policy was measured under.
pub fn goals(rows: &[Row]) -> Vec<Goal> {
    let mut workloads: Vec<&Workload> = Vec::new();
    for row in rows {
        if !workloads.contains(&&row.workload) {
            workloads.push(&row.workload);
        }
    }
    workloads.into_iter().flat_map(|workload| of_workload(rows, workload).unwrap_or_default()).collect()
}

/// The goals for people: how many were reached, and by how much the others were missed.
pub fn verdict(goals: &[Goal]) -> String {
    let missed: Vec<&Goal> = goals.iter().filter(|goal| !goal.is_reached()).collect();
    let mut text = format!("adaptive reaches {} of {} goals", goals.len() - missed.len(), goals.len());
    for goal in missed {
        let _ = write!(
            text,
            "\n  missed: {}, {}: {:.4}, at most {:.4}",
            goal.workload.name(),
            goal.name,
            goal.found,
            goal.most
        );
    }
    text
}

/// The goals for machines.
pub(crate) fn goals_json(goals: &[Goal]) -> Value {
    let one = |goal: &Goal| {
        json!({
            "workload": goal.workload.shape.as_str(),
            "edges": goal.workload.edges,
            "supply": goal.workload.supply,
            "goal": goal.name,
            "found": goal.found,
            "most": goal.most,
            "reached": goal.is_reached(),
        })
    };
    goals.iter().map(one).collect()
}

fn of_workload(rows: &[Row], workload: &Workload) -> Option<Vec<Goal>> {
    let figures = |policy| {
        let row = rows.iter().find(|row| row.policy == policy && row.workload == *workload)?;
        Some(Figures::of(row.estimates().map(|estimate| estimate.mean)))
    };
    let found: Figures = figures(Policy::Adaptive)?;
    let (threshold, on_demand) = (figures(Policy::Threshold)?, figures(Policy::OnDemand)?);
    let central = figures(Policy::Central)?;
    let waiting = |policy| figures(policy).map(|figures| figures.waiting_share);
    let next_best = OTHERS.map(waiting).into_iter().flatten().fold(f64::INFINITY, f64::min);
    let waiting_most = if workload.shape == Shape::ZipfKnown { 0.001 } else { 0.01 };
    let goal = |name, found, most| Goal { workload: workload.clone(), name, found, most };
    Some(vec![
        goal("false sold-out", found.false_sold_out, 0.0),
        goal("waiting", found.waiting_share, waiting_most),
        goal("waiting, against the next best", found.waiting_share, next_best / 2.0),
        goal("stranded, against threshold", found.stranded_unit_seconds, threshold.stranded_unit_seconds / 10.0),
        goal("unsold", found.unsold, 0.0),
        goal("messages, against on-demand", found.messages_per_1000, 1.5 * on_demand.messages_per_1000),
        goal("messages, against central", found.messages_per_1000, central.messages_per_1000 / 50.0),
        goal("latency added before the tail, ms", found.latency_p99_ms, 0.0),
        goal("sell-out time, against the limit", found.sell_out_ratio, longest(workload, &found)),
    ])
}

/// How long the sale may last, against a counter that is nowhere away.
fn longest(workload: &Workload, found: &Figures) -> f64 {
    let one_way_ms = (0..workload.edges).map(|edge| workload.one_way_ms(edge)).max().unwrap_or_default();
    let (round_trip_ms, limit_ms) = (2.0 * one_way_ms as f64, found.lasted_ms / found.sell_out_ratio);
    let is_short = limit_ms < SHORT_ROUND_TRIPS * round_trip_ms;
    if is_short { (1.0 + 2.0 * round_trip_ms / limit_ms).max(1.05) } else { 1.05 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(policy: Policy, waiting_share: f64, messages_per_1000: f64) -> Row {
        let workload = Workload::of(Shape::Uniform, 30, 3_000);
        let mut figures = Figures::of([0.0; 8]);
        (figures.waiting_share, figures.messages_per_1000) = (waiting_share, messages_per_1000);
        (figures.sell_out_ratio, figures.lasted_ms) = (1.0, 20_000.0);
        Row { policy, workload, sales: vec![figures] }
    }

    #[test]
    fn a_goal_goes_by_what_the_others_came_to() {
        let mut rows: Vec<Row> = Policy::ALL.map(|policy| row(policy, 0.004, 100.0)).to_vec();
        rows[0] = row(Policy::Adaptive, 0.003, 151.0);
        let missed =
            |goals: &[Goal]| goals.iter().filter(|goal| !goal.is_reached()).map(|goal| goal.name).collect::<Vec<_>>();
        let expected = ["waiting, against the next best", "messages, against on-demand", "messages, against central"];
        assert_eq!(missed(&goals(&rows)), expected);
        rows[0] = row(Policy::Adaptive, 0.002, 2.0);
        assert_eq!(missed(&goals(&rows)), Vec::<&str>::new());
        assert_eq!(goals(&rows[..3]), [], "without the others there is nothing to go by");
    }

    #[test]
    fn a_short_sale_may_last_two_round_trips_longer() {
        let workload = Workload::of(Shape::Flash, 1, 10);
        let found = |lasted_ms| Figures { lasted_ms, sell_out_ratio: 1.0, ..Figures::of([0.0; 8]) };
        assert!((longest(&workload, &found(400.0)) - 1.1).abs() < 1e-9, "one way is 10 ms");
        assert!((longest(&workload, &found(4_000.0)) - 1.05).abs() < 1e-9);
    }
}
