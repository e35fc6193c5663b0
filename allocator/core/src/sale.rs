//! A sale as it is published, and as the ledger keeps it.

use std::collections::BTreeMap;

use doorbuster_proto::{EdgeId, ItemRules, SaleId, SaleRules, SiteVersion, Sku, SkuCode, Timestamp, Units};

use crate::Weights;

/// A sale as an operator publishes it, valid in its shape.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SaleDefinition {
    /// The sale.
    pub id: SaleId,
    /// Its title, for people.
    pub title: String,
    /// First moment at which it sells.
    pub starts_at: Timestamp,
    /// First moment at which it sells no more.
    pub ends_at: Timestamp,
    /// Units per shopper, over the whole sale.
    pub limit: Units,
    /// Credit W: the most units of a SKU that an edge may have sold and acknowledged beyond the watermark.
    pub credit: Units,
    /// Whether edges weigh by how often their pages were looked at before the start, as soon as that is counted up.
    pub by_page_views: bool,
    /// What it sells, each code once.
    pub items: Vec<ItemDefinition>,
}

/// One item of a sale.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ItemDefinition {
    /// Its code.
    pub sku: SkuCode,
    /// Its name, for people.
    pub name: String,
    /// How many units there are.
    pub supply: Units,
    /// How many more may be sold than there are.
    pub budget: Units,
    /// Units per shopper.
    pub limit: Units,
    /// At this many units left on an edge, the page says "few left".
    pub few_left: Units,
    /// The edges that sell it; `None` for all.
    pub edges: Option<Vec<EdgeId>>,
    /// What edges weigh for it against each other; `None` as configured.
    pub weights: Option<Weights>,
}

/// A sale in the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Sale {
    /// As it was published last, with the supplies that were set since.
    pub definition: SaleDefinition,
    /// How far it has come.
    pub stage: SaleStage,
    /// First moment at which it sells no more: as published, or earlier where an operator closed it.
    pub ends_at: Timestamp,
    /// The version of the site that shows it first as it was published last.
    pub site: SiteVersion,
}

/// How far a sale has come, as the ledger records it. Whether it has begun is the clock's to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SaleStage {
    /// Grants flow.
    Published,
    /// Over; units come back.
    Closed,
    /// Over, and live escrow and quarantine are zero.
    Settled,
}

impl SaleDefinition {
    /// The item's key in the ledger.
    pub fn sku(&self, code: &SkuCode) -> Sku {
        Sku { sale: self.id.clone(), code: code.clone() }
    }

    /// Every SKU of the sale.
    pub fn skus(&self) -> impl Iterator<Item = Sku> + '_ {
        self.items.iter().map(|item| self.sku(&item.sku))
    }

    /// The item with this code.
    pub fn item(&self, code: &SkuCode) -> Option<&ItemDefinition> {
        self.items.iter().find(|item| item.sku == *code)
    }

    /// Whether an item of the other sale goes by the same code.
    pub fn shares_a_code(&self, other: &Self) -> bool {
        self.items.iter().any(|item| other.item(&item.sku).is_some())
    }
}

impl Sale {
    /// The rules as this edge needs them; `None` where it sells nothing of the sale.
    pub fn rules_for(&self, edge: &EdgeId) -> Option<SaleRules> {
        let definition = &self.definition;
        let rules = |item: &ItemDefinition| ItemRules { limit: item.limit, few_left: item.few_left };
        let placed = definition.items.iter().filter(|item| item.is_placed(edge));
        let items: BTreeMap<_, _> = placed.map(|item| (item.sku.clone(), rules(item))).collect();
        (!items.is_empty()).then(|| SaleRules {
            sale: definition.id.clone(),
            title: definition.title.clone(),
            starts_at: definition.starts_at,
            ends_at: self.ends_at,
            limit: definition.limit,
            credit: definition.credit,
            items,
        })
    }
}

impl ItemDefinition {
    /// Whether this edge sells it.
    pub fn is_placed(&self, edge: &EdgeId) -> bool {
        self.edges.as_ref().is_none_or(|edges| edges.contains(edge))
    }

    /// What this edge weighs for it, beside the other edges.
    pub fn weight(&self, edge: &EdgeId, configured: u32) -> u32 {
        self.weights.as_ref().map_or(configured, |weights| weights.of(edge, configured))
    }

    /// All that may be sold: supply and budget.
    pub fn issued(&self) -> Units {
        self.supply.plus(self.budget)
    }
}
