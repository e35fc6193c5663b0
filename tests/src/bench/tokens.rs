//! Shoppers' tokens, signed by the fleet's key: both sides check the same.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use doorbuster_edge::gate::Key;
use doorbuster_proto::Timestamp;

/// Longer than any run.
const LAST_S: u64 = 24 * 60 * 60;

/// Issues tokens of numbered shoppers.
pub struct Tokens {
    key: Key,
    now: Timestamp,
}

impl Tokens {
    /// Reads the key.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn open(key: &Path) -> anyhow::Result<Self> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
        Ok(Self { key: Key::read(key)?, now: Timestamp(u64::try_from(now.as_millis())?) })
    }

    /// The token of a shopper.
    ///
    /// # Errors
    /// Never, for a name of letters and digits.
    pub fn of(&self, number: u64) -> anyhow::Result<String> {
        let shopper = format!("shopper-{number:09}").parse()?;
        Ok(self.key.issue(shopper, self.now, LAST_S).text)
    }
}
