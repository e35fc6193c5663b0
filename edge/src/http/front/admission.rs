//! Who may connect: so many connections an address. Proxies that are trusted carry many shoppers, and are not counted.

use std::net::IpAddr;

use crate::http::accept::Admission;
use crate::http::live::Current;
use crate::limits::AddressCounts;

pub(super) struct Doors {
    pub(super) current: Current,
    pub(super) counts: AddressCounts,
}

impl Admission for Doors {
    fn enter(&self, address: IpAddr) -> Option<Box<dyn Send>> {
        let live = self.current.glance();
        match live.connections_per_address {
            Some(max) if !live.trust.believes(address) && !live.limits.exempts(address) => {
                self.counts.try_enter(address, max).map(|guard| Box::new(guard) as Box<dyn Send>)
            }
            _ => Some(Box::new(())),
        }
    }

    fn introduces(&self, peer: IpAddr) -> bool {
        self.current.glance().trust.introduces(peer)
    }
}
