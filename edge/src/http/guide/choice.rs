//! Which of several edges a shopper is sent to. Pure.

use std::cmp::Reverse;

use doorbuster_proto::{EdgeId, Sku};

/// The hash's part that a fraction can hold without rounding.
const FRACTION_BITS: u32 = 53;

/// Chooses by rendezvous hashing, each edge weighted by its stock: over many shoppers an edge is chosen in proportion to its
/// stock, and one shopper's choice moves only where the share of the edge chosen shrinks beside the others'
/// (Schindelhauer and Schomaker 2005, "the logarithmic method"). Whoever has nothing is not chosen.
pub(super) fn choose<'e>(
    sku: &Sku,
    who: &[u8],
    edges: impl Iterator<Item = (&'e EdgeId, u64)>,
) -> Option<(&'e EdgeId, u64)> {
    let scored = edges.filter(|(_, units)| *units > 0).map(|edge| (score(sku, who, edge), edge));
    let better = |(one, _): &(f64, (&EdgeId, u64)), (other, _): &(f64, (&EdgeId, u64))| one.total_cmp(other);
    // Scores that are equal are decided by name: the order in which edges were told decides nothing.
    let best = scored.max_by(|one, other| better(one, other).then_with(|| Reverse(one.1.0).cmp(&Reverse(other.1.0))));
    best.map(|(_, edge)| edge)
}

fn score(sku: &Sku, who: &[u8], (edge, units): (&EdgeId, u64)) -> f64 {
    units as f64 / -fraction(sku, who, edge).ln()
}

/// A number between 0 and 1, neither of both: the same for the same names.
fn fraction(sku: &Sku, who: &[u8], edge: &EdgeId) -> f64 {
    let mut hash = blake3::Hasher::new();
    for name in [sku.sale.as_str().as_bytes(), sku.code.as_str().as_bytes(), edge.as_str().as_bytes(), who] {
        hash.update(&(name.len() as u64).to_le_bytes());
        hash.update(name);
    }
    let mut drawn = [0; 8];
    hash.finalize_xof().fill(&mut drawn);
    let drawn = u64::from_le_bytes(drawn) >> (u64::BITS - FRACTION_BITS);
    (drawn as f64 + 0.5) / (1_u64 << FRACTION_BITS) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sku() -> Sku {
        Sku { sale: "s".parse().unwrap(), code: "mug".parse().unwrap() }
    }

    fn edges(units: &[u64]) -> Vec<(EdgeId, u64)> {
        units.iter().zip(1..).map(|(units, n)| (format!("edge-{n}").parse().unwrap(), *units)).collect()
    }

    fn chosen(edges: &[(EdgeId, u64)], shopper: u32) -> Option<String> {
        let told = edges.iter().map(|(edge, units)| (edge, *units));
        choose(&sku(), format!("shopper-{shopper}").as_bytes(), told).map(|(edge, _)| edge.to_string())
    }

    #[test]
    fn an_edge_is_chosen_in_proportion_to_its_stock() {
        let edges = edges(&[100, 200, 700, 0]);
        let mut counts = [0_u32; 4];
        for shopper in 0..20_000 {
            let chosen = chosen(&edges, shopper).unwrap();
            counts[edges.iter().position(|(edge, _)| edge.as_str() == chosen).unwrap()] += 1;
        }
        // Five standard deviations of 20,000 draws are below 330.
        for (count, expected) in counts.into_iter().zip([2_000_u32, 4_000, 14_000, 0]) {
            assert!(count.abs_diff(expected) < 330, "{counts:?}");
        }
        assert_eq!(counts[3], 0);
    }

    #[test]
    fn a_shopper_stays_while_stock_changes_a_little() {
        let (before, after) = (edges(&[100, 200, 700]), edges(&[98, 205, 693]));
        let moved = (0..10_000).filter(|shopper| chosen(&before, *shopper) != chosen(&after, *shopper)).count();
        assert!(moved < 200, "{moved} of 10,000 moved");
        let order: Vec<_> = before.iter().rev().cloned().collect();
        assert!((0..1_000).all(|shopper| chosen(&before, shopper) == chosen(&order, shopper)));
    }

    #[test]
    fn whoever_chose_another_stays_when_an_edge_has_sold_out() {
        let (before, after) = (edges(&[100, 200, 700]), edges(&[100, 0, 700]));
        for shopper in 0..5_000 {
            let first = chosen(&before, shopper);
            if first.as_deref() != Some("edge-2") {
                assert_eq!(chosen(&after, shopper), first);
            }
        }
    }

    #[test]
    fn of_nothing_nothing_is_chosen() {
        assert_eq!(chosen(&edges(&[]), 1), None);
        assert_eq!(chosen(&edges(&[0, 0]), 1), None);
    }
}
