//! Who is believed about whom it speaks for: the CDN and the load balancers before this edge.

use std::net::IpAddr;

use doorbuster_config::{Field, Table};
use doorbuster_http_core::forwarded::{self, Source};
use doorbuster_http_core::network::Networks;
use hyper::HeaderMap;

use super::message::Client;
use super::service::Peer;

const SOURCES: &str = "\"forwarded\" or \"x-forwarded-for\"";
const NETWORK: &str = "a network such as \"10.0.0.0/8\", or an address";
const NETWORKS_MAX: usize = 256;

/// The trusted networks, and how they say for whom they speak.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trust {
    networks: Networks,
    source: Source,
    proxy_protocol: bool,
}

impl Trust {
    pub(super) fn read(http: &Table<'_>) -> Option<Self> {
        let trust = http.section("trust", &["networks", "header", "proxy_protocol"])?;
        let networks =
            trust.optional("networks").map_or_else(|| Networks::parse::<&str>(&[]).ok(), |f| read_networks(&f));
        let source = trust.optional("header").map_or(Some(Source::XForwardedFor), |field| read_source(&field));
        let proxy_protocol = trust.optional("proxy_protocol").map_or(Some(false), |field| field.switch());
        Some(Self { networks: networks?, source: source?, proxy_protocol: proxy_protocol? })
    }

    /// Whether a peer begins its connections with the PROXY protocol.
    pub(super) fn introduces(&self, peer: IpAddr) -> bool {
        self.proxy_protocol && self.networks.contains(peer)
    }

    /// Whether a peer's word counts.
    pub(super) fn believes(&self, peer: IpAddr) -> bool {
        self.networks.contains(peer)
    }

    /// Who asks.
    pub(super) fn client(&self, peer: Peer, fields: &HeaderMap) -> Client {
        if self.networks.is_empty() {
            return Client { address: peer.address, secure: peer.secure };
        }
        let believed = forwarded::client(peer.address, fields, &self.networks, self.source);
        Client { address: believed.address, secure: believed.secure.unwrap_or(peer.secure) }
    }
}

fn read_networks(field: &Field<'_>) -> Option<Networks> {
    let fields = field.list(0..=NETWORKS_MAX)?;
    let each: Vec<Option<&str>> = fields
        .iter()
        .map(|field| {
            let text = field.text()?;
            let fits = Networks::parse(&[text]).is_ok();
            if !fits {
                field.wrong(NETWORK);
            }
            fits.then_some(text)
        })
        .collect();
    Networks::parse(&each.into_iter().collect::<Option<Vec<_>>>()?).ok()
}

fn read_source(field: &Field<'_>) -> Option<Source> {
    let source = field.text().and_then(Source::named);
    if source.is_none() {
        field.wrong(SOURCES);
    }
    source
}
