//! "Sold out" is true when the ledger says it, and no edge says it against newer news.

use doorbuster_proto::{AllocatorBody, FromAllocator, Sku};

use super::Found;
use crate::network::Down;
use crate::world::World;

/// The last word that reached the process said so.
pub(crate) fn look_at_answer(world: &World, node: usize, sku: &Sku) -> Found {
    let node = &world.edges[node];
    match node.heard.get(sku) {
        Some((_, true)) => Ok(()),
        heard => Err(format!("{} says that {sku} is sold out, and heard last {heard:?}", node.called)),
    }
}

/// A word of the ledger's present commit is true of the ledger's present state.
pub(super) fn look(world: &World) -> Found {
    let messages = world.network.streams.values().flat_map(|stream| &stream.down);
    messages.filter_map(message).try_for_each(|message| is_true(world, message))
}

fn message(down: &Down) -> Option<&FromAllocator> {
    if let Down::Message(message) = down { Some(message) } else { None }
}

fn is_true(world: &World, message: &FromAllocator) -> Found {
    let ledger = world.allocator.core.image();
    let AllocatorBody::Words(words) = &message.body else { return Ok(()) };
    if (message.term, message.commit) != (ledger.term, ledger.commit) {
        return Ok(());
    }
    match words.iter().find(|word| word.sold_out && !ledger.stock[&word.sku].is_sold_out()) {
        Some(word) => Err(format!("the ledger says that {} is sold out: {:?}", word.sku, ledger.stock[&word.sku])),
        None => Ok(()),
    }
}
