//! The final report as a table.

use crate::console::{Report, ReportSku};

const HEADS: [&str; 8] = ["sku", "supply", "budget", "pool", "escrow", "sold", "quarantine", "written off"];

pub(super) fn table(report: &Report) -> String {
    let mut rows = vec![HEADS.map(str::to_owned)];
    rows.extend(report.skus.iter().map(row));
    rows.push(total(&report.skus));
    let widths: Vec<_> = (0..HEADS.len()).map(|at| rows.iter().map(|row| row[at].len()).max().unwrap_or(0)).collect();
    let lines: Vec<_> = rows.iter().map(|row| line(row, &widths)).collect();
    let balance = if report.balanced { "the books balance" } else { "THE BOOKS DO NOT BALANCE" };
    format!("Report of {} ({}): {balance}\n{}\n", report.sale, report.state, lines.join("\n"))
}

fn row(sku: &ReportSku) -> [String; 8] {
    let ReportSku { supply, budget, pool, escrow, sold, quarantine, written_off, .. } = sku;
    let [supply, budget, pool, escrow, sold, quarantine, written_off] =
        [supply, budget, pool, escrow, sold, quarantine, written_off].map(u64::to_string);
    [sku.sku.clone(), supply, budget, pool, escrow, sold, quarantine, written_off]
}

fn total(skus: &[ReportSku]) -> [String; 8] {
    let sum = |of: fn(&ReportSku) -> u64| skus.iter().map(of).sum();
    row(&ReportSku {
        sku: "total".into(),
        supply: sum(|sku| sku.supply),
        budget: sum(|sku| sku.budget),
        debt: sum(|sku| sku.debt),
        oversold: sum(|sku| sku.oversold),
        pool: sum(|sku| sku.pool),
        escrow: sum(|sku| sku.escrow),
        sold: sum(|sku| sku.sold),
        quarantine: sum(|sku| sku.quarantine),
        written_off: sum(|sku| sku.written_off),
    })
}

fn line(row: &[String; 8], widths: &[usize]) -> String {
    let [sku, numbers @ ..] = row;
    let first = format!("  {sku:<width$}", width = widths[0]);
    let numbers = numbers.iter().zip(&widths[1..]).map(|(number, width)| format!("  {number:>width$}"));
    std::iter::once(first).chain(numbers).collect()
}
