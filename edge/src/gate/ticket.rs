//! Tickets: an edge that sends a shopper to another edge signs what the shopper wants there, so that the other edge may go on
//! with it unasked. A link that somebody else made up never buys: without a ticket the shopper presses the button.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use doorbuster_proto::{EdgeId, IdempotencyKey, ShopperId, Sku, Timestamp, Units};
use hmac::Mac as _;

use super::Key;

/// How long a ticket counts, in milliseconds: time enough to log in at the other edge.
const TICKET_LASTS_MS: u64 = 5 * 60 * 1_000;
/// What is signed begins with this; a shopper's token begins otherwise.
const DOMAIN: &[u8] = b"doorbuster ticket 1";

/// What a ticket is about.
#[derive(Debug, Clone, Copy)]
pub struct Errand<'a> {
    /// What is wanted.
    pub sku: &'a Sku,
    /// How many.
    pub units: Units,
    /// By whom.
    pub shopper: &'a ShopperId,
    /// Under which name.
    pub key: &'a IdempotencyKey,
    /// The edge that goes on with it.
    pub target: &'a EdgeId,
}

impl Key {
    /// A ticket for this errand: the moment until which it counts, and a signature.
    pub fn ticket(&self, errand: &Errand<'_>, now: Timestamp) -> String {
        let until = now.after_ms(TICKET_LASTS_MS);
        let signature = self.signed(errand, until).finalize().into_bytes();
        let mut text = until.0.to_string();
        write!(text, ".{}", BASE64.encode(signature)).expect("a string takes everything");
        text
    }

    /// Whether one of the edges wrote this ticket for this errand, and it still counts.
    pub fn admits(&self, ticket: &str, errand: &Errand<'_>, now: Timestamp) -> bool {
        let read = || {
            let (until, signature) = ticket.split_once('.')?;
            Some((Timestamp(until.parse().ok()?), BASE64.decode(signature).ok()?))
        };
        let Some((until, signature)) = read() else { return false };
        now < until && self.signed(errand, until).verify_slice(&signature).is_ok()
    }

    fn signed(&self, errand: &Errand<'_>, until: Timestamp) -> hmac::Hmac<sha2::Sha256> {
        let mut mac = self.mac.clone();
        let names = [
            DOMAIN,
            errand.sku.sale.as_str().as_bytes(),
            errand.sku.code.as_str().as_bytes(),
            &errand.units.get().to_le_bytes(),
            errand.shopper.as_str().as_bytes(),
            errand.key.as_str().as_bytes(),
            errand.target.as_str().as_bytes(),
            &until.0.to_le_bytes(),
        ];
        for name in names {
            mac.update(&(name.len() as u64).to_le_bytes());
            mac.update(name);
        }
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_700_000_000_000);

    #[test]
    fn a_ticket_is_good_for_its_errand_alone_and_for_minutes() {
        let key = Key::new(&[7; 32]);
        let sku = |code: &str| Sku { sale: "s".parse().unwrap(), code: code.parse().unwrap() };
        let (mug, lamp) = (sku("mug"), sku("lamp"));
        let (ann, bob) = ("ann".parse().unwrap(), "bob".parse().unwrap());
        let (one, other) = ("k-1".parse().unwrap(), "k-2".parse().unwrap());
        let (here, there) = ("edge-1".parse().unwrap(), "edge-2".parse().unwrap());
        let errand = Errand { sku: &mug, units: Units::ONE, shopper: &ann, key: &one, target: &there };
        let ticket = key.ticket(&errand, NOW);
        assert!(key.admits(&ticket, &errand, NOW.after_ms(TICKET_LASTS_MS - 1)));
        assert!(!key.admits(&ticket, &errand, NOW.after_ms(TICKET_LASTS_MS)));
        for another in [
            Errand { sku: &lamp, ..errand },
            Errand { units: Units::new(2).unwrap(), ..errand },
            Errand { shopper: &bob, ..errand },
            Errand { key: &other, ..errand },
            Errand { target: &here, ..errand },
        ] {
            assert!(!key.admits(&ticket, &another, NOW), "{another:?}");
        }
        assert!(!Key::new(&[8; 32]).admits(&ticket, &errand, NOW));
        let later = ticket.replacen("17", "18", 1);
        for bad in ["", ".", "1700000300000", later.as_str(), &ticket[..ticket.len() - 1], &format!("{ticket}A")] {
            assert!(!key.admits(bad, &errand, NOW), "{bad:?}");
        }
    }
}
