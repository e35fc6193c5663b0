//! The first state: a sale is published, both edges live, and each has its first grant.

use std::collections::BTreeSet;
use std::sync::Arc;

use doorbuster_allocator_core::{ItemDefinition, Operator, SaleDefinition};
use doorbuster_edge_core::Purchase;
use doorbuster_proto::{EdgeId, Sku, Timestamp, Units};

use super::World;
use crate::budget::Budget;
use crate::configuration::{Configuration, EDGES, Intent, Place};
use crate::history::History;
use crate::home::home;
use crate::network::Network;
use crate::nodes::{AllocatorNode, EdgeNode};
use crate::shared::Shared;
use crate::shoppers::{Shoppers, Wish};

const BEGINS: Timestamp = Timestamp(1_000_000);
const ENDS: Timestamp = Timestamp(2_000_000);
/// The edges have just told their levels: what becomes urgent from now on is told at once, without a timer.
const FIRST_GRANTS_MS: u64 = 20;
const SALE: &str = "s";
const ID: &str = "it is an id";

impl World {
    /// The state that the exploration begins with.
    pub(crate) fn first(configuration: Configuration) -> Self {
        let edges: Vec<EdgeId> = EDGES.iter().map(|edge| edge.parse().expect(ID)).collect();
        let wishes = configuration.orders.iter().map(|intent| wish(intent, &edges)).collect();
        let nodes = edges.iter().zip(1..).map(|(name, number)| EdgeNode::fresh(number, name.clone(), BEGINS));
        let mut world = Self {
            edges: nodes.map(Shared::new).collect(),
            allocator: Shared::new(AllocatorNode::fresh(edges, BEGINS)),
            network: Shared::new(Network::default()),
            shoppers: Shared::new(Shoppers::of(wishes)),
            history: Shared::new(History::default()),
            budget: Budget::default(),
            violation: None,
            configuration: Arc::new(configuration),
        };
        world.begin();
        world
    }

    /// A SKU of the sale.
    pub(crate) fn sku(item: &str) -> Sku {
        Sku { sale: SALE.parse().expect(ID), code: item.parse().expect(ID) }
    }

    fn begin(&mut self) {
        self.run_allocator();
        self.calm();
        self.operate(Operator::Publish(sale(&self.configuration)));
        for node in 0..self.edges.len() {
            self.run_edge(node);
            self.connect(node);
        }
        self.calm();
        for node in &mut self.edges {
            node.change().now = BEGINS.after_ms(FIRST_GRANTS_MS);
        }
        self.budget = self.configuration.budget;
        let configuration = Arc::clone(&self.configuration);
        for action in &configuration.prelude {
            self.step(action);
            self.calm();
        }
        self.budget = self.configuration.budget;
        self.seal();
    }

    /// Lets everything arrive that is under way.
    fn calm(&mut self) {
        while let Some(action) = self.due() {
            self.step(&action);
        }
    }
}

pub(crate) fn units(count: u64) -> Units {
    Units::new(count).expect("it is small")
}

fn wish(intent: &Intent, edges: &[EdgeId]) -> Wish {
    let sku = World::sku(intent.item);
    let purchase = Purchase {
        sale: sku.sale,
        sku: sku.code,
        units: Units::ONE,
        shopper: intent.shopper.parse().expect(ID),
        key: intent.key.parse().expect(ID),
    };
    let at = match intent.place {
        Place::At(edge) => vec![edge],
        Place::Anywhere => (0..edges.len()).collect(),
        Place::Home => vec![home(&purchase, edges)],
    };
    Wish { purchase, edges: at, tries: 0, told_by: BTreeSet::new(), told_sold_out: false }
}

fn sale(configuration: &Configuration) -> SaleDefinition {
    let limit = units(configuration.limit);
    let item = |code: &&str| ItemDefinition {
        sku: code.parse().expect(ID),
        name: (*code).to_owned(),
        supply: units(configuration.supply),
        budget: Units::ZERO,
        limit,
        few_left: Units::ZERO,
        edges: None,
        weights: None,
    };
    SaleDefinition {
        id: SALE.parse().expect(ID),
        title: "Modelled".to_owned(),
        starts_at: BEGINS,
        ends_at: ENDS,
        limit,
        credit: units(configuration.credit),
        by_page_views: false,
        items: configuration.items.iter().map(item).collect(),
    }
}
