//! The fleet before the sale: it is published, and every edge says hello.

use doorbuster_allocator_core::{
    Allocator, EdgeSettings, Image as Ledger, ItemDefinition, Operator, Policy, RequestId, SaleDefinition, Settings,
};
use doorbuster_edge_core::{Edge, Identity, Image};
use doorbuster_proto::{BootId, DiskId, EdgeId, Instance, Sku, Timestamp, Units};

use super::events::Queue;
use super::shoppers::Shoppers;
use super::watch::Watch;
use super::{BEFORE_START_MS, Node, World};
use crate::arrivals::Arrivals;
use crate::workload::Workload;

const BEGINS: Timestamp = Timestamp(1_000_000);
/// An edge that is lost is evicted after so long.
const EVICT_AFTER_MS: u64 = 3_000;
const ID: &str = "it is an id";

impl World {
    pub(super) fn new(workload: &Workload, policy: Policy, seed: u64) -> Self {
        let names: Vec<EdgeId> = (1..=workload.edges).map(|n| format!("edge-{n}").parse().expect(ID)).collect();
        let settings = |(edge, id): (usize, &EdgeId)| EdgeSettings {
            weight: workload.weight(edge),
            ..EdgeSettings::named(id.clone())
        };
        let edges = names.iter().enumerate().map(settings).collect();
        let settings = Settings { edges, evict_after_ms: Some(EVICT_AFTER_MS), policy, guides: true };
        let allocator = Allocator::recover(settings, Instance(1), Ledger::default()).expect("a fresh ledger is right");
        Self {
            workload: workload.clone(),
            policy,
            now: BEGINS,
            starts_at: BEGINS.after_ms(BEFORE_START_MS),
            queue: Queue::default(),
            allocator,
            allocator_timer: None,
            edges: names.iter().zip(1..).map(|(name, number)| node(name, number)).collect(),
            shoppers: Shoppers::at(workload.edges),
            arrivals: Arrivals::of(workload.clone(), seed),
            watch: Watch::of(workload.edges),
        }
    }

    pub(super) fn begin(&mut self) {
        self.run_allocator();
        self.allocator.handle_operator(RequestId(1), Operator::Publish(self.sale()), self.now);
        self.run_allocator();
        for edge in 0..self.edges.len() {
            self.edges[edge].core.handle_connected(self.now);
            self.run_edge(edge);
        }
    }

    pub(super) fn sku() -> Sku {
        Sku { sale: "s".parse().expect(ID), code: "a".parse().expect(ID) }
    }

    /// As many as any shopper wants.
    fn limit(&self) -> Units {
        units(self.workload.carts.iter().copied().max().unwrap_or(1))
    }

    fn sale(&self) -> SaleDefinition {
        let item = ItemDefinition {
            sku: Self::sku().code,
            name: "A".to_owned(),
            supply: units(self.workload.supply),
            budget: Units::ZERO,
            limit: self.limit(),
            few_left: Units::ZERO,
            edges: None,
            weights: None,
        };
        SaleDefinition {
            id: Self::sku().sale,
            title: "Simulated".to_owned(),
            starts_at: self.starts_at,
            ends_at: self.starts_at.after_ms(self.workload.open_ms()),
            limit: self.limit(),
            credit: units(self.workload.credit()),
            by_page_views: false,
            items: vec![item],
        }
    }
}

fn units(count: u64) -> Units {
    Units::new(count).expect("it is a quantity")
}

fn node(name: &EdgeId, number: u64) -> Node {
    let identity = Identity { edge: name.clone(), disk: DiskId(u128::from(number)), boot: BootId(number) };
    let core = Edge::recover(identity, Image::default()).expect("a fresh disk is right");
    Node { core, timer: None, up_at: BEGINS, down_at: BEGINS, is_dead: false }
}
