//! Shoppers: each wants one unit, or a few, and asks until it has them or hears that none is left.

use doorbuster_edge_core::{Answer, Purchase, Refusal, Waiter};
use doorbuster_proto::{Timestamp, Units};

use super::World;
use super::events::Event;

#[derive(Debug, Clone, Copy)]
pub(super) struct Shopper {
    pub(super) number: usize,
    pub(super) edge: usize,
    pub(super) came_at: Timestamp,
    pub(super) served_at: Option<Timestamp>,
    is_waiting: bool,
    /// One hop: whoever came from another edge is not sent on.
    pub(super) was_guided: bool,
}

#[derive(Default)]
pub(super) struct Shoppers {
    all: Vec<Shopper>,
    /// How many wait at each edge.
    at_edge: Vec<u64>,
    /// Units.
    pub(super) sold: u64,
    /// When the last unit was sold.
    pub(super) last_at: Option<Timestamp>,
    pub(super) sold_out_said: u64,
    pub(super) sold_out_false: u64,
    /// Purchases that were put to an edge, repeats included.
    pub(super) asks: u64,
}

impl Shoppers {
    pub(super) fn at(edges: usize) -> Self {
        Self { at_edge: vec![0; edges], ..Self::default() }
    }

    pub(super) fn come(&mut self, edge: usize, now: Timestamp) -> usize {
        let number = self.all.len();
        self.all.push(Shopper { number, edge, came_at: now, served_at: None, is_waiting: true, was_guided: false });
        self.at_edge[edge] += 1;
        number
    }

    pub(super) fn of(&self, shopper: usize) -> Shopper {
        self.all[shopper]
    }

    pub(super) fn all(&self) -> &[Shopper] {
        &self.all
    }

    pub(super) fn go_to(&mut self, shopper: usize, edge: usize) {
        let before = std::mem::replace(&mut self.all[shopper].edge, edge);
        self.at_edge[before] -= 1;
        self.at_edge[edge] += 1;
    }

    pub(super) fn guide_to(&mut self, shopper: usize, edge: usize) {
        self.go_to(shopper, edge);
        self.all[shopper].was_guided = true;
    }

    /// With or without a unit.
    fn leave(&mut self, shopper: usize) {
        let shopper = &mut self.all[shopper];
        if std::mem::take(&mut shopper.is_waiting) {
            self.at_edge[shopper.edge] -= 1;
        }
    }

    pub(super) fn is_anyone_waiting_at(&self, edge: usize) -> bool {
        self.at_edge[edge] > 0
    }

    pub(super) fn waiting_at(&self, edge: usize) -> Vec<usize> {
        self.waiting().filter(|shopper| shopper.edge == edge).map(|shopper| shopper.number).collect()
    }

    pub(super) fn waiting(&self) -> impl Iterator<Item = &Shopper> {
        self.all.iter().filter(|shopper| shopper.is_waiting)
    }
}

impl World {
    pub(super) fn ask(&mut self, shopper: usize) {
        let Shopper { number, edge, .. } = self.shoppers.of(shopper);
        if self.edges[edge].is_dead || !self.shoppers.all[shopper].is_waiting {
            return;
        }
        if let Some(elsewhere) = self.guided_from(edge).filter(|_| !self.shoppers.of(shopper).was_guided) {
            self.follow(shopper, elsewhere);
            return;
        }
        let sku = Self::sku();
        let purchase = Purchase {
            sale: sku.sale,
            sku: sku.code,
            units: Units::new(self.workload.cart(number)).expect("it is a quantity"),
            shopper: format!("s{number}").parse().expect("it is an id"),
            key: "k".parse().expect("it is a key"),
        };
        self.shoppers.asks += 1;
        self.edges[edge].core.handle_purchase(Waiter(number as u64), purchase, self.now);
        self.run_edge(edge);
    }

    pub(super) fn hear(&mut self, waiter: Waiter, answer: &Answer) {
        let number = usize::try_from(waiter.0).expect("shoppers are few");
        match answer {
            Answer::Reserved(_) => self.serve(number),
            Answer::Refused(Refusal::SoldOut) => {
                self.shoppers.sold_out_said += 1;
                self.shoppers.sold_out_false += u64::from(self.is_any_unit_left());
                self.shoppers.leave(number);
            }
            Answer::Refused(_) => self.shoppers.leave(number),
            Answer::Pending { retry_after_ms, .. } | Answer::Queueing { retry_after_ms, .. } => {
                self.queue.at(self.now.after_ms(*retry_after_ms), Event::Ask { shopper: number });
            }
        }
    }

    fn serve(&mut self, number: usize) {
        let shopper = &mut self.shoppers.all[number];
        if shopper.served_at.is_none() {
            shopper.served_at = Some(self.now);
            self.shoppers.sold += self.workload.cart(number);
            self.shoppers.last_at = Some(self.now);
        }
        self.shoppers.leave(number);
    }
}
