//! Reads the stores of an allocator and its edges, and says whether the books hold: `audit --allocator DIR --edge DIR`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser;
use doorbuster_proto::{EdgeId, Epoch, OrderId, Seq, Sku};
use doorbuster_tests::audit::{self, History, Range, Report, Stores, tell};

/// Checks the eight invariants on stores that nobody uses: of processes that have stopped, or backups. Changes nothing in
/// them. Ends with 0 where all hold, with 1 where one does not, with 2 where the stores or the question are of no use.
#[derive(Parser)]
#[command(after_help = "Examples:\n  \
    audit --allocator data/allocator --edge data/edge-1 --edge data/edge-2\n  \
    audit --allocator /var/backups/ledger-1 --order 0123456789abcdef0123456789abcdef\n  \
    audit --allocator data/allocator --edge data/edge-1 --grant edge-1/1/3\n  \
    audit --allocator data/allocator --units first-light/copper-kettle:1-10")]
struct Arguments {
    /// The allocator's data folder, or a backup of it.
    #[arg(long, value_name = "DIR")]
    allocator: PathBuf,
    /// An edge's data folder. Any number of them; what is not given is not compared.
    #[arg(long, value_name = "DIR")]
    edge: Vec<PathBuf>,
    #[command(flatten)]
    history: Wanted,
    /// Answers in JSON.
    #[arg(long)]
    json: bool,
}

/// Tells a history, and judges nothing.
#[derive(clap::Args)]
#[group(multiple = false)]
struct Wanted {
    /// The history of an order.
    #[arg(long, value_name = "ID")]
    order: Option<String>,
    /// The history of a grant, by its number in the down log of an epoch.
    #[arg(long, value_name = "EDGE/EPOCH/NUMBER")]
    grant: Option<String>,
    /// Where the units of a SKU went; of a range of them, step by step.
    #[arg(long, value_name = "SALE/SKU[:FIRST-LAST]")]
    units: Option<String>,
}

fn main() -> ExitCode {
    match answer(&Arguments::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn answer(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let question = Question::of(&arguments.history)?;
    let stores = audit::open(&arguments.allocator, &arguments.edge)?;
    if let Some(question) = question {
        let history = question.ask(&stores)?;
        println!("{}", if arguments.json { serde_json::to_string(&history)? } else { tell::history(&history) });
        return Ok(ExitCode::SUCCESS);
    }
    let reports = audit::look(&stores);
    let json = || tell::reports_json(&stores, &reports).to_string();
    println!("{}", if arguments.json { json() } else { tell::reports(&stores, &reports) });
    Ok(if reports.iter().all(Report::holds) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

enum Question {
    Order(OrderId),
    Grant(EdgeId, Epoch, Seq),
    Units(Sku, Option<Range>),
}

impl Question {
    fn of(wanted: &Wanted) -> anyhow::Result<Option<Self>> {
        if let Some(id) = &wanted.order {
            return Ok(Some(Self::Order(id.parse().context("--order")?)));
        }
        if let Some(text) = &wanted.grant {
            let [edge, epoch, seq] = text.split('/').collect::<Vec<_>>()[..] else {
                anyhow::bail!("--grant: expected EDGE/EPOCH/NUMBER such as edge-1/1/3, found {text:?}");
            };
            let number =
                |text: &str| text.parse().with_context(|| format!("--grant: expected a number, found {text:?}"));
            return Ok(Some(Self::Grant(edge.parse().context("--grant")?, Epoch(number(epoch)?), Seq(number(seq)?))));
        }
        wanted.units.as_deref().map(units).transpose()
    }

    fn ask(self, stores: &Stores) -> Result<History, audit::Unknown> {
        match self {
            Self::Order(id) => audit::order(stores, id),
            Self::Grant(edge, epoch, seq) => audit::grant(stores, &edge, epoch, seq),
            Self::Units(sku, range) => audit::units(stores, &sku, range),
        }
    }
}

fn units(text: &str) -> anyhow::Result<Question> {
    let expected = || format!("--units: expected SALE/SKU or SALE/SKU:FIRST-LAST, found {text:?}");
    let (sku, range) = text.split_once(':').map_or((text, None), |(sku, range)| (sku, Some(range)));
    let (sale, code) = sku.split_once('/').with_context(expected)?;
    let sku = Sku { sale: sale.parse().context("--units")?, code: code.parse().context("--units")? };
    let range = range.map(|range| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let (first, last) = (first.parse().with_context(expected)?, last.parse().with_context(expected)?);
        anyhow::ensure!((1..=last).contains(&first), "{}", expected());
        Ok(Range { first, last })
    });
    Ok(Question::Units(sku, range.transpose()?))
}
