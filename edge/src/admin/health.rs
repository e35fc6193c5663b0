//! Whether the edge is ready for shoppers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use doorbuster_proto::SiteVersion;
use serde::Serialize;

use crate::pages::Pages;
use crate::stock::{SessionState, Stock};

/// What readiness is read from. The stock's store is open: without it there is no [`Stock`].
#[derive(Debug, Clone)]
pub struct Health {
    stock: Stock,
    pages: Pages,
    /// The hello was answered once: an allocator that goes away later does not take the edge out of service.
    answered: Arc<AtomicBool>,
}

/// The answer of `/readyz`.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Readiness {
    /// Whether the edge is ready.
    pub ready: bool,
    /// What is amiss.
    pub reasons: Vec<String>,
}

impl Health {
    /// The health of an edge with these parts.
    pub fn new(stock: Stock, pages: Pages) -> Self {
        Self { stock, pages, answered: Arc::default() }
    }

    /// How it stands now.
    pub fn readiness(&self) -> Readiness {
        let figures = self.stock.figures();
        let session = figures.session;
        let answers = matches!(session, SessionState::Live | SessionState::Closing);
        let answered = self.answered.fetch_or(answers, Ordering::Relaxed) || answers;
        readiness(session, answered, figures.has_room, self.pages.version())
    }
}

fn readiness(session: SessionState, answered: bool, has_room: bool, site: SiteVersion) -> Readiness {
    let mut reasons = Vec::new();
    if let SessionState::Refused(reason) = session {
        reasons.push(format!("the allocator refused this edge: {reason:?}"));
    } else if !answered {
        reasons.push(format!("the allocator has not answered the hello: session {}", session.as_str()));
    }
    if !has_room {
        reasons.push("the disk is nearly full: nothing is sold".to_owned());
    }
    if site == SiteVersion(0) {
        reasons.push("no site is installed".to_owned());
    }
    Readiness { ready: reasons.is_empty(), reasons }
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorbuster_proto::RefusedReason;

    #[test]
    fn an_edge_is_ready_once_its_hello_is_answered_and_a_site_is_there() {
        assert!(readiness(SessionState::Live, true, true, SiteVersion(1)).ready);
        assert!(readiness(SessionState::Disconnected, true, true, SiteVersion(1)).ready);
        assert_eq!(readiness(SessionState::Greeting, false, true, SiteVersion(0)).reasons.len(), 2);
    }

    #[test]
    fn a_refused_edge_is_not_ready() {
        let refused = readiness(SessionState::Refused(RefusedReason::DiskRetired), true, true, SiteVersion(1));
        assert_eq!(refused.reasons, ["the allocator refused this edge: DiskRetired"]);
    }

    #[test]
    fn an_edge_without_room_is_not_ready() {
        let full = readiness(SessionState::Live, true, false, SiteVersion(1));
        assert_eq!(full.reasons, ["the disk is nearly full: nothing is sold"]);
    }
}
