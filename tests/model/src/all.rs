//! The configurations, each aimed at a group of faults.

use crate::action::Action;
use crate::budget::Budget;
use crate::configuration::{Configuration, EDGES, Intent, Place, intent};

/// Every configuration.
pub fn all() -> Vec<Configuration> {
    vec![
        selling(),
        words(),
        crashes(),
        ledger_crashes(),
        resent(),
        second_terms(),
        strays(),
        evictions(0),
        evictions(1),
        tails(),
        wipes(),
        rollbacks(),
        old_epochs(),
        clones(0),
        clones(1),
        reused_keys(),
        restores(),
        homes(),
        keys(),
        closing(),
        supplies(),
        late_supplies(),
    ]
}

/// The configuration of this name.
pub fn named(name: &str) -> Option<Configuration> {
    all().into_iter().find(|configuration| configuration.name == name)
}

/// So many shoppers, each at any edge.
fn crowd(shoppers: usize) -> Vec<Intent> {
    ["ann", "ben", "cho"].into_iter().take(shoppers).map(|shopper| intent(shopper, "a", Place::Anywhere)).collect()
}

fn selling() -> Configuration {
    Configuration {
        name: "selling",
        aim: "three orders, and breaks of streams",
        orders: crowd(3),
        budget: Budget { connects: 1, breaks: 1, ..Budget::default() },
        ..Configuration::default()
    }
}

fn words() -> Configuration {
    Configuration {
        name: "words",
        aim: "\"sold out\", and units that come back",
        supply: 2,
        orders: crowd(3),
        budget: Budget { copies: 1, cancellations: 1, timers: 1, ..Budget::default() },
        ..Configuration::default()
    }
}

fn crashes() -> Configuration {
    Configuration {
        name: "crashes",
        aim: "edges that die with unsynced writes",
        orders: crowd(2),
        tries: 2,
        edge_disks_are_slow: true,
        budget: Budget { connects: 2, crashes: 2, ..Budget::default() },
        ..Configuration::default()
    }
}

fn ledger_crashes() -> Configuration {
    Configuration {
        name: "failovers",
        aim: "an allocator that dies with unsynced writes",
        // Two units on the first edge: one more than an order takes.
        supply: 6,
        limit: 2,
        orders: crowd(2),
        ledger_disk_is_slow: true,
        budget: Budget { connects: 2, breaks: 1, failovers: 1, ..Budget::default() },
        ..Configuration::default()
    }
}

fn resent() -> Configuration {
    Configuration {
        name: "resent",
        aim: "entries that the next allocator is sent again",
        // Two units on the first edge: one more than the order takes.
        supply: 6,
        limit: 2,
        orders: crowd(1),
        budget: Budget { connects: 1, breaks: 1, copies: 1, failovers: 1, ..Budget::default() },
        ..Configuration::default()
    }
}

fn second_terms() -> Configuration {
    Configuration {
        name: "second-terms",
        aim: "fences, lost disks and tails across a failover",
        orders: crowd(2),
        credit: 1,
        budget: Budget { connects: 3, failovers: 1, evictions: 1, wipes: 1, write_offs: 1, ..Budget::default() },
        ..Configuration::default()
    }
}

fn strays() -> Configuration {
    Configuration {
        name: "strays",
        aim: "messages that come twice, late, or in another session",
        orders: crowd(2),
        credit: 1,
        budget: Budget { connects: 1, breaks: 1, copies: 1, ..Budget::default() },
        ..Configuration::default()
    }
}

fn evictions(credit: u64) -> Configuration {
    Configuration {
        name: if credit == 0 { "evictions" } else { "evictions-with-credit" },
        aim: "fences, tails, quarantine and write-offs",
        orders: crowd(3),
        credit,
        budget: Budget { connects: 2, breaks: 1, evictions: 1, write_offs: 1, ..Budget::default() },
        ..Configuration::default()
    }
}

fn tails() -> Configuration {
    Configuration {
        name: "tails",
        aim: "tails of more orders than the quarantine has units for",
        // Two units on the first edge, so that it can place beyond its credit.
        supply: 6,
        orders: ["ann", "ben"].map(|shopper| intent(shopper, "a", Place::At(0))).to_vec(),
        credit: 1,
        budget: Budget { connects: 2, crashes: 1, evictions: 1, write_offs: 1, ..Budget::default() },
        ..Configuration::default()
    }
}

fn wipes() -> Configuration {
    Configuration {
        name: "wipes",
        aim: "lost disks",
        orders: crowd(2),
        credit: 1,
        budget: Budget { connects: 2, wipes: 1, evictions: 1, write_offs: 1, ..Budget::default() },
        ..Configuration::default()
    }
}

fn rollbacks() -> Configuration {
    Configuration {
        name: "rollbacks",
        aim: "disks that are set back, with messages of the life before",
        orders: crowd(2),
        budget: Budget { connects: 2, keeps: 1, rollbacks: 1, copies: 1, ..Budget::default() },
        ..Configuration::default()
    }
}

fn old_epochs() -> Configuration {
    Configuration {
        name: "old-epochs",
        aim: "disks that are set back into an epoch that has ended",
        orders: crowd(1),
        credit: 1,
        budget: Budget { connects: 2, keeps: 1, rollbacks: 1, ..Budget::default() },
        prelude: vec![Action::Evict { edge: EDGES[0].parse().expect("it is an id") }],
        ..Configuration::default()
    }
}

fn clones(credit: u64) -> Configuration {
    Configuration {
        name: if credit == 0 { "clones" } else { "clones-with-credit" },
        aim: "a second process on a copy of a disk",
        orders: crowd(2),
        credit,
        budget: Budget { connects: 3, breaks: 1, clones: 1, ..Budget::default() },
        ..Configuration::default()
    }
}

fn reused_keys() -> Configuration {
    let purchase = |item| Intent { shopper: "ann", key: "k", item, place: Place::At(0) };
    Configuration {
        name: "reused-keys",
        aim: "a key that a disk and its copy were given for different items",
        items: &["a", "b"],
        limit: 2,
        orders: vec![purchase("a"), purchase("b")],
        // The original's answer is lost with its stream: it asks again.
        tries: 2,
        budget: Budget { connects: 2, breaks: 2, ..Budget::default() },
        prelude: vec![Action::Clone { node: 0 }],
        ..Configuration::default()
    }
}

fn restores() -> Configuration {
    Configuration {
        name: "restores",
        aim: "a ledger that is older than its edges",
        orders: crowd(3),
        budget: Budget { connects: 2, restores: 1, ..Budget::default() },
        // An order and a grant that the backup does not know of.
        prelude: vec![Action::Backup, Action::Ask { wish: 0, node: 0 }],
        ..Configuration::default()
    }
}

fn homes() -> Configuration {
    Configuration {
        name: "homes",
        aim: "a limit for the sale, two items, and everybody at home",
        items: &["a", "b"],
        orders: vec![intent("ann", "a", Place::Home), intent("ann", "b", Place::Home), intent("ben", "a", Place::Home)],
        budget: Budget { connects: 1, crashes: 1, ..Budget::default() },
        ..Configuration::default()
    }
}

fn keys() -> Configuration {
    Configuration {
        name: "keys",
        aim: "shoppers who repeat their key elsewhere",
        limit: 2,
        credit: 1,
        orders: crowd(2),
        tries: 2,
        budget: Budget { connects: 1, crashes: 1, impatience: 1, ..Budget::default() },
        ..Configuration::default()
    }
}

fn closing() -> Configuration {
    Configuration {
        name: "closing",
        aim: "the sale's end, cancellations, and time that passes",
        orders: crowd(2),
        credit: 1,
        budget: Budget { connects: 1, breaks: 1, closings: 1, cancellations: 1, timers: 1, ..Budget::default() },
        ..Configuration::default()
    }
}

fn supplies() -> Configuration {
    Configuration {
        name: "supplies",
        aim: "a supply that is lowered and raised while it sells",
        orders: crowd(2),
        budget: Budget { raises: 1, lowerings: 1, connects: 1, breaks: 1, ..Budget::default() },
        ..Configuration::default()
    }
}

fn late_supplies() -> Configuration {
    Configuration {
        name: "supplies-and-fences",
        aim: "debts that fences, tails and the next allocator pay",
        // Two units on the first edge, so that more is owed than credit hides.
        supply: 6,
        orders: crowd(1),
        credit: 1,
        budget: Budget { lowerings: 1, connects: 1, evictions: 1, write_offs: 1, failovers: 1, ..Budget::default() },
        ..Configuration::default()
    }
}
