//! Renders the sites beside the ledger's owner, and keeps the newest of each edge.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;
use std::time::Duration;

use doorbuster_config::clock;
use doorbuster_proto::{EdgeId, SiteVersion};
use tokio::sync::watch;

use crate::publish::{Presentation, RenderError, Renderer, Site};

/// A site that is not rendered by then is not worth waiting for: the edge asks again.
const RENDERED_WITHIN: Duration = Duration::from_secs(20);

/// What is to be rendered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Order {
    /// The version of the site.
    pub version: SiteVersion,
    /// The sales on it.
    pub sales: Vec<Arc<Presentation>>,
}

/// Why there is no site.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The rendering takes too long.
    #[error("the site is not rendered yet")]
    Late,
    /// The allocator stops.
    #[error("the allocator stops")]
    Stopped,
}

type ByEdge = BTreeMap<EdgeId, Arc<Site>>;

/// The newest site of each edge.
#[derive(Clone)]
pub struct Sites {
    wanted: watch::Receiver<Order>,
    rendered: watch::Receiver<(SiteVersion, ByEdge)>,
}

impl Sites {
    /// Starts the rendering thread, with an empty site to begin with. Send an [`Order`] to have another.
    ///
    /// # Errors
    /// [`RenderError`] where a template is wrong: then nothing could ever be served.
    pub fn start(edges: Vec<EdgeId>) -> Result<(watch::Sender<Order>, Self), RenderError> {
        let renderer = Renderer::new()?;
        let first = render(&renderer, &edges, &Order::default())?;
        let (order, wanted) = watch::channel(Order::default());
        let (done, rendered) = watch::channel((SiteVersion(0), first));
        let orders = wanted.clone();
        let thread = std::thread::Builder::new().name("sites".into());
        thread.spawn(move || keep_rendering(&renderer, &edges, orders, &done)).expect("a thread can be started");
        Ok((order, Self { wanted, rendered }))
    }

    /// The newest site of an edge; waits where a newer one is being rendered. `None` for an edge that is not configured.
    ///
    /// # Errors
    /// [`Error`] where there is none in time.
    pub async fn current(&self, edge: &EdgeId) -> Result<Option<Arc<Site>>, Error> {
        let version = self.wanted.borrow().version;
        let mut rendered = self.rendered.clone();
        let ready = rendered.wait_for(|(rendered, _)| *rendered >= version);
        let ready = tokio::time::timeout(RENDERED_WITHIN, ready).await.map_err(|_| Error::Late)?;
        Ok(ready.map_err(|_| Error::Stopped)?.1.get(edge).cloned())
    }
}

/// Ends when nobody can order any more. What was ordered in the meantime is skipped: only the newest is wanted.
fn keep_rendering(
    renderer: &Renderer,
    edges: &[EdgeId],
    mut orders: watch::Receiver<Order>,
    done: &watch::Sender<(SiteVersion, ByEdge)>,
) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime without drivers");
    while runtime.block_on(orders.changed()).is_ok() {
        let order = orders.borrow_and_update().clone();
        match render(renderer, edges, &order) {
            Ok(sites) => {
                tracing::info!(site = %order.version, sales = order.sales.len(), "site rendered");
                done.send_replace((order.version, sites));
            }
            Err(error) => tracing::error!(site = %order.version, ?error, "site not rendered"),
        }
    }
}

/// Edges that sell the same items share one site.
fn render(renderer: &Renderer, edges: &[EdgeId], order: &Order) -> Result<ByEdge, RenderError> {
    let now = clock::now();
    let mut by_placement: BTreeMap<Vec<bool>, Arc<Site>> = BTreeMap::new();
    let mut by_edge = ByEdge::new();
    for edge in edges {
        let items = order.sales.iter().flat_map(|sale| &sale.items);
        let site = match by_placement.entry(items.map(|item| item.is_placed_on(edge)).collect()) {
            Entry::Occupied(same) => same.get().clone(),
            Entry::Vacant(new) => {
                new.insert(Arc::new(renderer.render(edge, order.version, &order.sales, now)?)).clone()
            }
        };
        by_edge.insert(edge.clone(), site);
    }
    Ok(by_edge)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_edge_waits_for_the_site_that_was_ordered() {
        let edge: EdgeId = "edge-1".parse().unwrap();
        let (order, sites) = Sites::start(vec![edge.clone()]).unwrap();
        assert_eq!(sites.current(&edge).await.unwrap().unwrap().version, SiteVersion(0));
        order.send_replace(Order { version: SiteVersion(7), sales: Vec::new() });
        assert_eq!(sites.current(&edge).await.unwrap().unwrap().version, SiteVersion(7));
        assert!(sites.current(&"edge-9".parse().unwrap()).await.unwrap().is_none());
    }
}
