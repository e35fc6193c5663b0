//! Guidance: which other edge has what a shopper cannot have here. Only told; where to go is the shopper's to decide.
//!
//! A purchase that may have been placed here is never sent away: its answer is here.

mod choice;

use std::net::IpAddr;

use doorbuster_http_core::network::LimitKey;
use doorbuster_proto::{EdgeId, ShopperId, Sku, Timestamp, Units};
use serde::Serialize;

use super::Shop;
use super::fields::encode;
use crate::gate::Errand;
use crate::stock::{Answer, Busy, Guidance, Purchase, Refusal};

/// Another edge that has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Elsewhere {
    /// Which edge.
    pub edge: EdgeId,
    /// Where it serves shoppers: a URL without a slash at its end.
    pub shop: String,
    /// The page there at which a browser goes on.
    pub page: String,
}

/// What became of a purchase, and where else it may be had.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) answer: Result<Answer, Busy>,
    pub(super) elsewhere: Option<Elsewhere>,
}

/// An edge that was chosen for a shopper.
struct Chosen<'g> {
    edge: &'g EdgeId,
    shop: &'g str,
}

impl Elsewhere {
    /// Whether a form's answer may lead there: browsers that keep to the pages' policy (`form-action 'self'`) follow a
    /// redirect of a form on its own origin alone.
    pub(super) fn is_at_the_origin_of(&self, shop: Option<&str>) -> bool {
        let origin = |url: &str| {
            let uri = url.parse::<hyper::Uri>().ok()?;
            Some((uri.scheme()?.clone(), uri.authority()?.clone()))
        };
        shop.is_some_and(|shop| origin(shop).is_some() && origin(shop) == origin(&self.shop))
    }
}

impl Shop {
    /// Puts to an answer where else the purchase may be had, if it came to nothing here.
    pub(super) fn outcome(&self, answer: Result<Answer, Busy>, purchase: &Purchase, now: Timestamp) -> Outcome {
        let came_to_nothing =
            matches!(answer, Ok(Answer::Queueing { .. } | Answer::Refused(Refusal::SoldOut)) | Err(Busy));
        let elsewhere = if came_to_nothing { self.elsewhere(purchase, now) } else { None };
        Outcome { answer, elsewhere }
    }

    /// Where a shopper, or whoever is at this address, finds the item; never here.
    pub(super) fn route(&self, sku: &Sku, who: &Who) -> Option<Elsewhere> {
        let guidance = self.stock.guidance();
        let chosen = self.choose(&guidance, sku, Units::ONE, who)?;
        let page = format!("{}/p/{}?from={}", chosen.shop, sku.code, self.stock.edge());
        Some(chosen.told(page))
    }

    fn elsewhere(&self, purchase: &Purchase, now: Timestamp) -> Option<Elsewhere> {
        let sku = purchase.full_sku();
        let guidance = self.stock.guidance();
        let chosen = self.choose(&guidance, &sku, purchase.units, &Who::shopper(&purchase.shopper))?;
        if self.stock.may_know(&purchase.order()) {
            return None;
        }
        let Purchase { units, shopper, key, .. } = purchase;
        let ticket = self.gate.ticket(&Errand { sku: &sku, units: *units, shopper, key, target: chosen.edge }, now);
        let (key, here) = (encode(key.as_str()), self.stock.edge());
        let page = format!("{}/p/{}/order?units={units}&key={key}&from={here}&ticket={ticket}", chosen.shop, sku.code);
        Some(chosen.told(page))
    }

    /// Another edge that has so many units, and an address.
    fn choose<'g>(&self, guidance: &'g Guidance, sku: &Sku, units: Units, who: &Who) -> Option<Chosen<'g>> {
        let others = guidance.of(sku)?.stock.iter().filter(|at| at.edge != *self.stock.edge() && at.units >= units);
        let known = others.filter(|at| guidance.shop(&at.edge).is_some());
        let (edge, _) = choice::choose(sku, &who.0, known.map(|at| (&at.edge, at.units.get())))?;
        Some(Chosen { edge, shop: guidance.shop(edge)? })
    }
}

impl Chosen<'_> {
    fn told(&self, page: String) -> Elsewhere {
        Elsewhere { edge: self.edge.clone(), shop: self.shop.to_owned(), page }
    }
}

/// For whom an edge is chosen: the same again for the same shopper, or for the same address where no shopper is known.
#[derive(Debug)]
pub(super) struct Who(Vec<u8>);

impl Who {
    pub(super) fn of(shopper: Option<&ShopperId>, address: IpAddr) -> Self {
        shopper.map_or_else(|| Self(format!("address {}", LimitKey::of(address)).into_bytes()), Self::shopper)
    }

    fn shopper(shopper: &ShopperId) -> Self {
        Self(format!("shopper {shopper}").into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(shop: &str) -> Elsewhere {
        Elsewhere { edge: "edge-2".parse().unwrap(), shop: shop.into(), page: format!("{shop}/p/mug") }
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        let there = at("https://shop.example/edge-2");
        assert!(there.is_at_the_origin_of(Some("https://shop.example/edge-1")));
        for other in ["http://shop.example/edge-1", "https://shop.example:8443", "https://eu.shop.example", "nonsense"]
        {
            assert!(!there.is_at_the_origin_of(Some(other)), "{other}");
        }
        assert!(!there.is_at_the_origin_of(None));
    }

    #[test]
    fn an_address_is_no_shopper_and_ipv6_counts_by_its_network() {
        let name = "192.0.2.1".parse().unwrap();
        let who = |shopper, address: &str| Who::of(shopper, address.parse().unwrap()).0;
        assert_ne!(who(Some(&name), "192.0.2.1"), who(None, "192.0.2.1"));
        assert_eq!(who(Some(&name), "192.0.2.1"), who(Some(&name), "192.0.2.9"));
        assert_eq!(who(None, "2001:db8::1"), who(None, "2001:db8::2"));
    }
}
