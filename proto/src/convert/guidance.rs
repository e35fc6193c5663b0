//! Guidance on the wire.

use super::{Malformed, all, id, some_units, units};
use crate::{EdgeStock, GUIDED_EDGES_MAX, Sku, SkuGuidance, wire};

impl From<SkuGuidance> for wire::SkuGuidance {
    fn from(guidance: SkuGuidance) -> Self {
        let stock = |at: EdgeStock| wire::EdgeStock { edge: at.edge.to_string(), units: at.units.get() };
        Self {
            sku: Some(guidance.sku.into()),
            low_water: guidance.low_water.get(),
            left: guidance.left.get(),
            waiting: guidance.waiting.get(),
            stock: guidance.stock.into_iter().map(stock).collect(),
        }
    }
}

impl TryFrom<wire::SkuGuidance> for SkuGuidance {
    type Error = Malformed;

    fn try_from(guidance: wire::SkuGuidance) -> Result<Self, Malformed> {
        let stock = |at: wire::EdgeStock| {
            Ok(EdgeStock {
                edge: id("guidance.stock.edge", &at.edge)?,
                units: some_units("guidance.stock.units", at.units)?,
            })
        };
        Ok(Self {
            sku: Sku::try_from(guidance.sku)?,
            low_water: units("guidance.low_water", guidance.low_water)?,
            left: units("guidance.left", guidance.left)?,
            waiting: units("guidance.waiting", guidance.waiting)?,
            stock: all("guidance.stock", GUIDED_EDGES_MAX, guidance.stock, stock)?,
        })
    }
}
