//! What a publish changed of a sale that sold already, in numbers.

use std::fmt::{self, Display};

use doorbuster_proto::{SkuCode, Units};
use serde::{Deserialize, Serialize};

use crate::{ItemDefinition, SaleDefinition};

/// What stands for a number of an item that was not there.
const NONE: &str = "none";

/// One number that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Change {
    /// Of which item; of the whole sale where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sku: Option<SkuCode>,
    /// What it is called in a sale file.
    pub field: String,
    /// As it was; "none" where the item is new.
    pub before: String,
    /// As it is.
    pub after: String,
}

impl Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(sku) = &self.sku {
            write!(f, "{sku}: ")?;
        }
        write!(f, "{} {} → {}", self.field, self.before, self.after)
    }
}

type Number = fn(&ItemDefinition) -> Units;

/// The numbers of an item that a publish may change.
const NUMBERS: [(&str, Number); 3] =
    [("supply", |item| item.supply), ("budget", |item| item.budget), ("few_left", |item| item.few_left)];

/// What differs: the sale's own first, then item by item.
pub(crate) fn changes(known: &SaleDefinition, new: &SaleDefinition) -> Vec<Change> {
    let mut found = Vec::new();
    if known.ends_at != new.ends_at {
        let (before, after) = (known.ends_at.rfc3339(), new.ends_at.rfc3339());
        found.push(Change { sku: None, field: "ends_at".to_owned(), before, after });
    }
    for item in &new.items {
        let before = known.item(&item.sku);
        for (field, number) in NUMBERS {
            let (before, after) = (before.map(number), number(item));
            if before != Some(after) {
                let before = before.map_or_else(|| NONE.to_owned(), |before| before.to_string());
                let sku = Some(item.sku.clone());
                found.push(Change { sku, field: field.to_owned(), before, after: after.to_string() });
            }
        }
    }
    found
}
