//! How alike two answers are: a side that sends less has less to do.

use std::collections::BTreeSet;

use super::exchange::Exchange;

/// Answers that differ by more bytes than this are told. nginx names itself and says that it keeps the connection: 39.
const BYTES_APART_MAX: usize = 48;

/// The edge's answer beside nginx's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Likeness {
    what: &'static str,
    bytes: (usize, usize),
    bodies: (usize, usize),
    only: (Vec<String>, Vec<String>),
}

impl Likeness {
    /// Compares the two.
    pub fn of(what: &'static str, ours: &Exchange, peer: &Exchange) -> Self {
        let names = |answer: &Exchange| answer.headers().into_iter().map(|(name, _)| name).collect::<BTreeSet<_>>();
        let (mine, theirs) = (names(ours), names(peer));
        let only = |these: &BTreeSet<String>, those: &BTreeSet<String>| these.difference(those).cloned().collect();
        Self {
            what,
            bytes: (ours.bytes.len(), peer.bytes.len()),
            bodies: (ours.body().len(), peer.body().len()),
            only: (only(&mine, &theirs), only(&theirs, &mine)),
        }
    }

    /// A line for people, where the two differ by more than a few bytes.
    pub fn difference(&self) -> Option<String> {
        let Self { what, bytes, bodies, only } = self;
        if bytes.0.abs_diff(bytes.1) <= BYTES_APART_MAX {
            return None;
        }
        let (ours, theirs) = (listed(&only.0), listed(&only.1));
        Some(format!(
            "{what}: ours {} bytes (body {}), nginx {} (body {}); headers only of ours: {ours}; only of nginx: {theirs}",
            bytes.0, bodies.0, bytes.1, bodies.1
        ))
    }
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(head: &str, body: &str) -> Exchange {
        Exchange { status: 200, bytes: format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n{body}").into_bytes() }
    }

    #[test]
    fn a_few_bytes_are_no_difference() {
        let (ours, peer) = (answer("date: x", "hello"), answer("Date: x\r\nServer: n", "hello"));
        assert_eq!(Likeness::of("page", &ours, &peer).difference(), None);
    }

    #[test]
    fn a_difference_names_the_headers() {
        let page = "hello ".repeat(20);
        let (ours, peer) = (answer("date: x\r\nvary: accept-encoding", ""), answer("Date: x", &page));
        let told = Likeness::of("page", &ours, &peer).difference().unwrap();
        assert!(told.contains("only of ours: vary; only of nginx: none") && told.contains("(body 120)"), "{told}");
    }
}
