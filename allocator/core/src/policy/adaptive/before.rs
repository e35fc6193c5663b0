//! Before the start nobody has asked: a first split stands, unless edges come to weigh otherwise.

use super::recalls::{may_be_asked, to};
use super::seen::{Seen, SeenEdge};
use super::wanted_ahead;
use crate::policy::Move;
use crate::policy::split::Grants;
use crate::policy::view::units;

/// A shelf is left as it is where no more than one part in so many of its target is missing, or too much: expected demand is
/// not known better.
const SLACK_PART: u64 = 8;

/// Whoever has nothing yet gets its part, whoever else has come or is still to; and so does, as soon as nobody has too much,
/// whoever's first part was too small, or is now that there is more.
pub(super) fn split(seen: &Seen<'_>, grants: &mut Grants) {
    let is_anew = !seen.edges.iter().any(|edge| has_too_much(seen, edge));
    let is_due = |edge: &&SeenEdge<'_>| edge.view.granted.is_zero() || is_anew && has_too_little(seen, edge);
    for edge in seen.granted_to().filter(is_due) {
        grants.give(edge.view, units(wanted_ahead(seen, edge, grants.pool.get())));
    }
}

/// What other edges are expected to sell. None of so few that nothing is granted ahead.
pub(super) fn recalls(seen: &Seen<'_>) -> Vec<Move> {
    let is_asked = |edge: &&SeenEdge<'_>| !seen.is_tail && has_too_much(seen, edge) && may_be_asked(seen, edge);
    seen.edges.iter().filter(is_asked).map(|edge| to(edge, seen.keep(edge))).collect()
}

/// Less than its part.
fn has_too_little(seen: &Seen<'_>, edge: &SeenEdge<'_>) -> bool {
    let target = seen.target(edge);
    edge.spare() < target - target / SLACK_PART
}

/// Of an edge that speaks: more than its part, since other demand is expected than at the first split.
fn has_too_much(seen: &Seen<'_>, edge: &SeenEdge<'_>) -> bool {
    let keep = seen.keep(edge);
    edge.view.ready && edge.shelf > keep + keep / SLACK_PART
}
