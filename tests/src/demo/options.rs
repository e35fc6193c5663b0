//! What the demo is told, by environment variables: `make demo SHOPPERS=2000`.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::Context as _;
use serde::Deserialize;

/// The sample sale, where it is built and run in the same checkout.
const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../config/sample/sale.toml");
const EDGES_MAX: usize = 32;

/// What the demo is told.
#[derive(Debug, Clone)]
pub struct Options {
    /// `SHOPPERS`: how many are simulated.
    pub shoppers: usize,
    /// `DEMO_DIR`: where everything is kept.
    pub folder: PathBuf,
    /// `SALE`: the sale file.
    pub sale: PathBuf,
    /// `EDGES`: how many.
    pub edges: usize,
    /// `PORT`: the first of consecutive ports.
    pub first_port: Option<u16>,
    /// `POLICY`: how stock is handed out and moved, as the allocator's configuration names it.
    pub policy: Option<String>,
    /// `WEIGHTS=1,0`: what each edge weighs, in order.
    pub weights: Vec<u32>,
    /// `SHOPS=http://front/e1,http://front/e2`: where shoppers find each edge, in order, where a proxy is before it.
    pub shops: Vec<String>,
    /// `ONCE=1`: stop when the sale is over.
    pub once: bool,
}

impl Options {
    /// Reads the environment. An empty variable counts as none.
    ///
    /// # Errors
    /// A variable is not what it should be, or the folder could not be made.
    pub fn from_env() -> anyhow::Result<Self> {
        let edges = number("EDGES")?.unwrap_or(3);
        anyhow::ensure!((1..=EDGES_MAX).contains(&edges), "EDGES: expected 1 to {EDGES_MAX}, found {edges}");
        Ok(Self {
            shoppers: number("SHOPPERS")?.unwrap_or(0),
            folder: folder()?,
            sale: text("SALE").map_or_else(|| SAMPLE.into(), PathBuf::from),
            edges,
            first_port: number("PORT")?,
            policy: text("POLICY"),
            weights: weights()?,
            shops: text("SHOPS")
                .map_or_else(Vec::new, |shops| shops.split(',').map(|shop| shop.trim().into()).collect()),
            once: text("ONCE").is_some_and(|once| once != "0"),
        })
    }
}

impl Options {
    /// Puts what was asked for into a process's configuration.
    pub(super) fn configure(&self, process: &str, config: &mut toml::Table) {
        if process != "allocator" {
            return;
        }
        if let Some(policy) = &self.policy {
            config.insert("policy".into(), policy.as_str().into());
        }
        let edges = config.get_mut("edge").and_then(toml::Value::as_array_mut).into_iter().flatten();
        for (at, edge) in edges.filter_map(toml::Value::as_table_mut).enumerate() {
            if let Some(weight) = self.weights.get(at) {
                edge.insert("weight".into(), i64::from(*weight).into());
            }
            if let Some(shop) = self.shops.get(at) {
                edge.insert("shop".into(), shop.as_str().into());
            }
        }
    }
}

fn weights() -> anyhow::Result<Vec<u32>> {
    let Some(text) = text("WEIGHTS") else { return Ok(Vec::new()) };
    let weights: Result<Vec<u32>, _> = text.split(',').map(|weight| weight.trim().parse()).collect();
    weights.with_context(|| format!("WEIGHTS: expected numbers such as \"1,0\", found {text:?}"))
}

fn text(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn number<T: FromStr<Err: Display>>(name: &str) -> anyhow::Result<Option<T>> {
    let Some(text) = text(name) else { return Ok(None) };
    match text.parse() {
        Ok(number) => Ok(Some(number)),
        Err(error) => anyhow::bail!("{name}: expected a number, found {text:?} ({error})"),
    }
}

fn folder() -> anyhow::Result<PathBuf> {
    match text("DEMO_DIR") {
        Some(folder) => Ok(folder.into()),
        None => Ok(tempfile::Builder::new().prefix("doorbuster-demo-").tempdir()?.keep()),
    }
}

/// What the demo needs to know of a sale file; the allocator checks the rest.
pub(super) struct Sale {
    pub(super) id: String,
    pub(super) title: String,
    /// In the file's order.
    pub(super) skus: Vec<String>,
}

#[derive(Deserialize)]
struct File {
    sale: Head,
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Head {
    id: String,
    title: String,
}

#[derive(Deserialize)]
struct Item {
    sku: String,
}

impl Sale {
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?;
        let file: File = toml::from_str(&text).with_context(|| format!("{} is no sale", path.display()))?;
        let skus = file.items.into_iter().map(|item| item.sku).collect();
        Ok(Self { id: file.sale.id, title: file.sale.title, skus })
    }
}
