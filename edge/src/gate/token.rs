//! A shopper's token: a JWT (RFC 7519) signed with HMAC-SHA-256 by the key that all edges share.

use std::fmt;
use std::path::Path;

use doorbuster_proto::{ShopperId, Timestamp};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};

use super::KeyError;

/// The least bytes of a key: as many as the hash has (RFC 7518, 3.2).
const KEY_BYTES_MIN: usize = 32;
/// The longest token that is looked at.
const TOKEN_BYTES_MAX: usize = 1_024;

/// What a shopper who logged in is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The token as it goes over the wire.
    pub text: String,
    /// Whose it is.
    pub shopper: ShopperId,
    /// First moment at which it counts no more.
    pub expires_at: Timestamp,
    /// Seconds from its issue to then.
    pub lasts_s: u64,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    sub: String,
    iat: u64,
    exp: u64,
}

/// Signs tokens, and knows its own again.
pub struct Key {
    signs: EncodingKey,
    checks: DecodingKey,
    rules: Validation,
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(secret)")
    }
}

impl Key {
    /// Reads a key; a line break at its end does not count.
    ///
    /// # Errors
    /// [`KeyError`] when the file is not there, or holds fewer than [`KEY_BYTES_MIN`] bytes.
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        let bytes = std::fs::read(path).map_err(|source| KeyError::Read { path: path.into(), source })?;
        let secret = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
        let secret = secret.strip_suffix(b"\r").unwrap_or(secret);
        if secret.len() < KEY_BYTES_MIN {
            return Err(KeyError::Short { path: path.into(), least: KEY_BYTES_MIN, found: secret.len() });
        }
        Ok(Self::new(secret))
    }

    fn new(secret: &[u8]) -> Self {
        let mut rules = Validation::new(Algorithm::HS256);
        // The time is compared here, with the clock that the caller brings.
        rules.validate_exp = false;
        Self { signs: EncodingKey::from_secret(secret), checks: DecodingKey::from_secret(secret), rules }
    }

    /// A token of `shopper` that lasts so many seconds from `now`.
    pub fn issue(&self, shopper: ShopperId, now: Timestamp, lasts_s: u64) -> Token {
        let iat = now.0 / 1_000;
        let claims = Claims { sub: shopper.to_string(), iat, exp: iat + lasts_s };
        let text = encode(&Header::new(Algorithm::HS256), &claims, &self.signs).expect("three plain claims encode");
        Token { text, shopper, expires_at: Timestamp(claims.exp * 1_000), lasts_s }
    }

    /// Whose token this is, if this key signed it and it has not expired.
    pub fn shopper(&self, token: &str, now: Timestamp) -> Option<ShopperId> {
        if token.len() > TOKEN_BYTES_MAX {
            return None;
        }
        let claims = decode::<Claims>(token, &self.checks, &self.rules).ok()?.claims;
        (now.0 / 1_000 < claims.exp).then(|| claims.sub.parse().ok())?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_700_000_000_000);

    fn key() -> Key {
        Key::new(&[7; 32])
    }

    fn token() -> Token {
        key().issue("小明 Li".parse().unwrap(), NOW, 60)
    }

    #[test]
    fn a_token_names_its_shopper_until_it_expires() {
        let token = token();
        assert_eq!(token.expires_at, NOW.after_ms(60_000));
        assert_eq!(key().shopper(&token.text, NOW.after_ms(59_999)), Some("小明 Li".parse().unwrap()));
        assert_eq!(key().shopper(&token.text, NOW.after_ms(60_000)), None);
    }

    #[test]
    fn a_token_of_another_key_or_a_bent_one_is_no_token() {
        let token = token().text;
        assert_eq!(Key::new(&[8; 32]).shopper(&token, NOW), None);
        for bad in ["", "a.b.c", &token[1..], &format!("{token}x"), &"x".repeat(5_000), "…"] {
            assert_eq!(key().shopper(bad, NOW), None, "{bad:?}");
        }
    }

    #[test]
    fn an_unsigned_token_is_no_token() {
        // {"alg":"none"} . {"sub":"ann","iat":1,"exp":9999999999}
        let unsigned = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm4iLCJpYXQiOjEsImV4cCI6OTk5OTk5OTk5OX0.";
        assert_eq!(key().shopper(unsigned, NOW), None);
    }

    #[test]
    fn a_short_key_is_refused() {
        let file = std::env::temp_dir().join(format!("doorbuster-short-key-{}", std::process::id()));
        std::fs::write(&file, "0123456789\n").unwrap();
        let refused = Key::read(&file).unwrap_err().to_string();
        std::fs::remove_file(&file).unwrap();
        assert!(refused.contains("expected at least 32 bytes") && refused.ends_with("found 10"), "{refused}");
    }
}
