//! Reads the edges of the configuration.

use std::collections::{BTreeMap, BTreeSet};

use doorbuster_allocator_core::{EdgeSettings, WEIGHT_MAX};
use doorbuster_config::{Field, Table};
use doorbuster_proto::EdgeId;

use super::EDGES_MAX;
use crate::publish::{EdgeTraits, Edges, TAGS_MAX, label};

type Settings = BTreeMap<EdgeId, EdgeSettings>;

/// Every edge is read, also where one is wrong: all faults are found in one go.
pub(super) fn read(field: &Field<'_>) -> Option<(Settings, Edges)> {
    let (mut settings, mut traits) = (Settings::new(), Edges::new());
    let read = field.each(1..=EDGES_MAX, |entry| {
        let table = entry.table(&["id", "shop", "weight", "region", "tags"])?;
        let id = table.required("id", "1 to 64 of a-z, 0-9 and '-'");
        let shop = table.optional("shop").map_or(Some(None), |field| read_shop(&field).map(Some));
        let weight = table.number("weight", 0..=WEIGHT_MAX, 1);
        let region = table.optional("region").map_or(Some(None), |field| label(&field).map(Some));
        let tags = read_tags(&table);
        let field = id?;
        let id: EdgeId = field.id()?;
        if traits.contains_key(&id) {
            field.wrong("an id that no other edge has");
            return None;
        }
        let weight = weight.unwrap_or_default();
        traits.insert(id.clone(), EdgeTraits { weight, region: region?, tags: tags? });
        settings.insert(id.clone(), EdgeSettings { id, shop: shop?, weight });
        Some(())
    });
    read.map(|_| (settings, traits))
}

fn read_tags(table: &Table<'_>) -> Option<BTreeSet<String>> {
    let Some(field) = table.optional("tags") else { return Some(BTreeSet::new()) };
    let mut tags = BTreeSet::new();
    let read = field.each(0..=TAGS_MAX, |entry| {
        let is_new = tags.insert(label(entry)?);
        if !is_new {
            entry.wrong("a tag once");
        }
        is_new.then_some(())
    });
    read.map(|_| tags)
}

fn read_shop(field: &Field<'_>) -> Option<String> {
    let text = field.line(1..=256)?;
    // Paths of the shop go behind it: a fragment would swallow them.
    let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#');
    let uri = text.parse::<http::Uri>().ok().filter(|_| is_plain);
    let fits = uri.is_some_and(|uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.query().is_none());
    if !fits {
        field.wrong("an address such as \"https://shop.example\" or \"https://shop.example/edge-1\"");
        return None;
    }
    Some(text.trim_end_matches('/').to_owned())
}
