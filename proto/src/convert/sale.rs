//! What is on sale, on the wire.

use super::{Malformed, id, some_units, units};
use crate::{EdgeAddress, ItemRules, Published, SaleRules, SiteVersion, Timestamp, wire};

impl From<SaleRules> for wire::Sale {
    fn from(rules: SaleRules) -> Self {
        let items = rules.items.into_iter().map(|(sku, item)| wire::Item {
            sku: sku.to_string(),
            limit: item.limit.get(),
            few_left: item.few_left.get(),
        });
        Self {
            sale: rules.sale.to_string(),
            title: rules.title,
            starts_at_ms: rules.starts_at.0,
            ends_at_ms: rules.ends_at.0,
            limit: rules.limit.get(),
            credit: rules.credit.get(),
            items: items.collect(),
        }
    }
}

impl TryFrom<wire::Sale> for SaleRules {
    type Error = Malformed;

    fn try_from(sale: wire::Sale) -> Result<Self, Malformed> {
        let item = |item: wire::Item| {
            let rules = ItemRules {
                limit: some_units("sale.items.limit", item.limit)?,
                few_left: units("sale.items.few_left", item.few_left)?,
            };
            Ok((id("sale.items.sku", &item.sku)?, rules))
        };
        Ok(Self {
            sale: id("sale.sale", &sale.sale)?,
            title: sale.title,
            starts_at: Timestamp(sale.starts_at_ms),
            ends_at: Timestamp(sale.ends_at_ms),
            limit: some_units("sale.limit", sale.limit)?,
            credit: units("sale.credit", sale.credit)?,
            items: sale.items.into_iter().map(item).collect::<Result<_, _>>()?,
        })
    }
}

impl From<Published> for wire::Published {
    fn from(published: Published) -> Self {
        let address = |at: EdgeAddress| wire::EdgeAddress { edge: at.edge.to_string(), shop: at.shop };
        Self {
            site: published.site.0,
            sales: published.sales.into_iter().map(Into::into).collect(),
            edges: published.edges.into_iter().map(address).collect(),
        }
    }
}

impl TryFrom<wire::Published> for Published {
    type Error = Malformed;

    fn try_from(published: wire::Published) -> Result<Self, Malformed> {
        let sales = published.sales.into_iter().map(SaleRules::try_from).collect::<Result<_, _>>()?;
        let address =
            |at: wire::EdgeAddress| Ok(EdgeAddress { edge: id("published.edges.edge", &at.edge)?, shop: at.shop });
        let edges = published.edges.into_iter().map(address).collect::<Result<_, Malformed>>()?;
        Ok(Self { site: SiteVersion(published.site), sales, edges })
    }
}
