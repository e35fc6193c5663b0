//! Puts an audit into words: for people as text, for machines as JSON.

use std::fmt::Write as _;

use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::finding::Report;
use super::history::{Event, History};
use super::stores::Stores;
use super::trace::Range;

/// What was read.
fn read(stores: &Stores) -> String {
    let image = &stores.ledger.image;
    format!(
        "ledger: commit {} of term {}, {} sales, {} orders, {} records in the journal; {} disks of edges",
        image.commit,
        image.term,
        image.sales.len(),
        image.orders.len(),
        stores.ledger.journal.len(),
        stores.disks.len()
    )
}

/// The reports, for a person.
pub fn reports(stores: &Stores, reports: &[Report]) -> String {
    let mut text = read(stores);
    for report in reports {
        let verdict = if report.holds() { "holds, as far as these stores show" } else { "VIOLATED" };
        let _ = write!(text, "\n{}. {}: {verdict}", report.number, report.name);
        for finding in &report.violations {
            let _ = write!(text, "\n   VIOLATION {}\n     do: {}", finding.what, finding.advice);
        }
        for note in &report.notes {
            let _ = write!(text, "\n   {note}");
        }
        let _ = write!(text, "\n   not shown: {}", report.not_shown);
    }
    let violations: usize = reports.iter().map(|report| report.violations.len()).sum();
    let end = if violations == 0 { "clean: no violation".to_owned() } else { format!("{violations} violations") };
    let _ = write!(text, "\n{end}");
    text
}

/// The reports, for a machine.
pub fn reports_json(stores: &Stores, reports: &[Report]) -> Value {
    let image = &stores.ledger.image;
    json!({
        "clean": reports.iter().all(Report::holds),
        "ledger": {
            "term": image.term, "commit": image.commit, "sales": image.sales.len(), "orders": image.orders.len(),
            "journal": stores.ledger.journal.len(),
        },
        "disks": stores.disks.iter().map(|disk| json!({
            "folder": disk.name,
            "disk": disk.id.to_string(),
            "edge": stores.ledger.owner(disk.id),
            "epoch": disk.image.meta.epoch,
        })).collect::<Vec<_>>(),
        "invariants": reports,
    })
}

/// A history, for a person.
pub fn history(history: &History) -> String {
    let mut text = history.subject.clone();
    for Event { at_ms, place, what, units } in &history.events {
        let at = at_ms.map_or_else(|| " ".repeat(24), moment);
        let units: Vec<_> = units.iter().map(Range::to_string).collect();
        let units = if units.is_empty() { String::new() } else { format!("; units {}", units.join(", ")) };
        let _ = write!(text, "\n  {at}  {place}: {what}{units}");
    }
    for line in &history.now {
        let _ = write!(text, "\n  now  {line}");
    }
    for line in &history.not_shown {
        let _ = write!(text, "\n  not shown: {line}");
    }
    text
}

fn moment(ms: u64) -> String {
    let nanos = i128::from(ms) * 1_000_000;
    let time = OffsetDateTime::from_unix_timestamp_nanos(nanos).ok().and_then(|time| time.format(&Rfc3339).ok());
    format!("{:24}", time.unwrap_or_else(|| format!("{ms} ms")))
}
