//! Sets the supply and the oversell budget of an item that sells.

use axum::extract::{Path, State};
use bytes::Bytes;
use doorbuster_allocator_core::Operator;
use doorbuster_config::{Fault, Faults, Field};
use doorbuster_proto::{Sku, Units};
use serde_json::Value;

use super::Console;
use super::api::{Answer, id, operate};
use super::problem::Problem;
use crate::publish::SUPPLY_MAX;

/// The most bytes of a request.
pub(super) const BYTES_MAX: usize = 4 << 10;

/// Supply and budget, each where it is to change.
#[derive(Debug, PartialEq, Eq)]
struct Wanted {
    supply: Option<Units>,
    budget: Option<Units>,
}

/// Takes `{"supply": 120, "budget": 10}`, or one of them; answers 200, or 422 with every fault.
pub(super) async fn set(
    State(console): State<Console>,
    Path((sale, sku)): Path<(String, String)>,
    body: Bytes,
) -> Answer {
    let sku = Sku { sale: id("sale", &sale)?, code: id("sku", &sku)? };
    let Wanted { supply, budget } = read(&body).map_err(|faults| Problem::faults("The supply is wrong", faults))?;
    operate(&console, Operator::SetSupply { sku, supply, budget }).await
}

fn read(body: &[u8]) -> Result<Wanted, Vec<Fault>> {
    let document: Value = serde_json::from_slice(body)
        .map_err(|error| vec![Fault { path: "(body)".into(), expected: "JSON".into(), found: error.to_string() }])?;
    let faults = Faults::default();
    let wanted = read_wanted(&Field::document(&document, &faults));
    faults.or(wanted)
}

fn read_wanted(document: &Field<'_>) -> Option<Wanted> {
    let table = document.table(&["supply", "budget"])?;
    let units = |key: &str| match table.optional(key) {
        Some(field) => field.number(0..=SUPPLY_MAX).map(|number| Units::new(number).ok()),
        None => Some(None),
    };
    let (supply, budget) = (units("supply"), units("budget"));
    let wanted = Wanted { supply: supply?, budget: budget? };
    if wanted == (Wanted { supply: None, budget: None }) {
        document.wrong("supply, budget, or both");
        return None;
    }
    Some(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_or_both_are_read() {
        let units = |count| Some(Units::new(count).unwrap());
        let read = |text: &str| read(text.as_bytes()).unwrap();
        assert_eq!(read(r#"{"supply": 5}"#), Wanted { supply: units(5), budget: None });
        assert_eq!(read(r#"{"budget": 0}"#), Wanted { supply: None, budget: units(0) });
        assert_eq!(read(r#"{"supply": 0, "budget": 7}"#), Wanted { supply: units(0), budget: units(7) });
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let faults =
            |text: &str| read(text.as_bytes()).unwrap_err().iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(faults("{}"), ["(document): expected supply, budget, or both, found a table"]);
        let found = faults(r#"{"supply": -1, "budget": "7", "limit": 3}"#);
        for expected in ["supply: expected a whole number from 0", "budget: expected", "limit: expected no such field"]
        {
            assert!(found.iter().any(|fault| fault.starts_with(expected)), "{expected} in {found:?}");
        }
        assert!(faults("x")[0].starts_with("(body): expected JSON"));
    }
}
