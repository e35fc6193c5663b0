//! Which server is asked next: smooth weighted round robin, and backups only where no other can be asked. Pure.

use super::ServerConfig;

#[derive(Debug)]
pub(super) struct Balancer {
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    weight: i64,
    backup: bool,
    /// What it has in hand: the richest is asked, and pays for all.
    credit: i64,
}

impl Balancer {
    pub(super) fn new(servers: &[ServerConfig]) -> Self {
        let entry = |server: &ServerConfig| Entry { weight: server.weight.into(), backup: server.backup, credit: 0 };
        Self { entries: servers.iter().map(entry).collect() }
    }

    /// The next server among those that can be asked.
    pub(super) fn next(&mut self, usable: impl Fn(usize) -> bool) -> Option<usize> {
        self.next_of(false, &usable).or_else(|| self.next_of(true, &usable))
    }

    fn next_of(&mut self, backup: bool, usable: impl Fn(usize) -> bool) -> Option<usize> {
        let (mut total, mut richest) = (0, None::<(usize, i64)>);
        for (at, entry) in self.entries.iter_mut().enumerate() {
            if entry.backup != backup || !usable(at) {
                continue;
            }
            entry.credit += entry.weight;
            total += entry.weight;
            if richest.is_none_or(|(_, credit)| entry.credit > credit) {
                richest = Some((at, entry.credit));
            }
        }
        let (at, _) = richest?;
        self.entries[at].credit -= total;
        Some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn balancer(servers: &[(u32, bool)]) -> Balancer {
        let server = |(weight, backup): &(u32, bool)| ServerConfig {
            authority: "127.0.0.1:80".to_owned(),
            weight: *weight,
            backup: *backup,
        };
        Balancer::new(&servers.iter().map(server).collect::<Vec<_>>())
    }

    fn asked(balancer: &mut Balancer, times: usize, usable: impl Fn(usize) -> bool) -> Vec<usize> {
        (0..times).map(|_| balancer.next(&usable).unwrap()).collect()
    }

    #[test]
    fn servers_are_asked_by_weight_and_mixed() {
        let mut balancer = balancer(&[(5, false), (1, false), (1, false)]);
        assert_eq!(asked(&mut balancer, 14, |_| true), [0, 0, 1, 0, 2, 0, 0, 0, 0, 1, 0, 2, 0, 0]);
    }

    #[test]
    fn a_backup_is_asked_only_where_no_other_can_be() {
        let mut balancer = balancer(&[(1, false), (9, true), (1, false)]);
        assert_eq!(asked(&mut balancer, 4, |_| true), [0, 2, 0, 2]);
        assert_eq!(asked(&mut balancer, 2, |at| at != 0), [2, 2]);
        assert_eq!(asked(&mut balancer, 2, |at| at == 1), [1, 1]);
        assert_eq!(balancer.next(|_| false), None);
    }
}
