//! "Sold out" is not said against newer news: the last word that reached the process said so.

use doorbuster_proto::Sku;

use super::Found;
use crate::world::World;

pub(crate) fn look_at_answer(world: &World, node: usize, sku: &Sku) -> Found {
    let node = &world.edges[node];
    match node.heard.get(sku) {
        Some((_, true)) => Ok(()),
        heard => Err(format!("{} says that {sku} is sold out, and heard last {heard:?}", node.called)),
    }
}
