//! Who may buy now. Owns the shoppers' tokens and the demonstration's log-in; never touches stock.

mod config;
mod ticket;
mod token;

use doorbuster_proto::{ShopperId, Timestamp};

pub use self::config::{Config, KeyError};
pub use self::ticket::Errand;
pub use self::token::{Key, Token};

/// Tells shoppers from strangers.
#[derive(Debug)]
pub struct Gate {
    key: Key,
    demo: bool,
    token_lasts_s: u64,
}

impl Gate {
    /// A gate with its key read.
    ///
    /// # Errors
    /// [`KeyError`] when the key's file is not there or holds too little.
    pub fn open(config: &Config) -> Result<Self, KeyError> {
        let key = Key::read(&config.token_key_file)?;
        Ok(Self { key, demo: config.demo, token_lasts_s: config.token_lasts_s.into() })
    }

    /// Whether anyone may log in by a name alone.
    pub fn admits_by_name(&self) -> bool {
        self.demo
    }

    /// A token for a shopper who logged in.
    pub fn admit(&self, shopper: ShopperId, now: Timestamp) -> Token {
        self.key.issue(shopper, now, self.token_lasts_s)
    }

    /// Whose token this is, if it is one of ours and has not expired.
    pub fn shopper(&self, token: &str, now: Timestamp) -> Option<ShopperId> {
        self.key.shopper(token, now)
    }

    /// A ticket with which another edge goes on with this unasked.
    pub fn ticket(&self, errand: &Errand<'_>, now: Timestamp) -> String {
        self.key.ticket(errand, now)
    }

    /// Whether one of the edges wrote this ticket for this errand, and it still counts.
    pub fn admits(&self, ticket: &str, errand: &Errand<'_>, now: Timestamp) -> bool {
        self.key.admits(ticket, errand, now)
    }
}
