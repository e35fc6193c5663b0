//! A shopper's token: a JWT (RFC 7519) signed with HMAC-SHA-256 by the key that all edges share.

use std::fmt;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use doorbuster_proto::{ShopperId, Timestamp};
use hmac::{Hmac, Mac as _};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::KeyError;

/// The least bytes of a key: as many as the hash has (RFC 7518, 3.2).
const KEY_BYTES_MIN: usize = 32;
/// The longest token that is looked at.
const TOKEN_BYTES_MAX: usize = 1_024;

const SIGNATURE_BYTES: usize = 32;

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

/// What a token of our own says, and nothing else.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OwnClaims {
    sub: ShopperId,
    #[serde(rename = "iat")]
    _iat: u64,
    exp: u64,
}

/// Signs tokens, and knows its own again.
pub struct Key {
    signs: EncodingKey,
    checks: DecodingKey,
    rules: Validation,
    /// The key's half of every signature.
    pub(super) mac: Hmac<Sha256>,
    /// The first part of every token that is issued here, with its dot.
    head: String,
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

    pub(super) fn new(secret: &[u8]) -> Self {
        let mut rules = Validation::new(Algorithm::HS256);
        // The time is compared here, with the clock that the caller brings.
        rules.validate_exp = false;
        let signs = EncodingKey::from_secret(secret);
        let token = encode(&Header::new(Algorithm::HS256), &(), &signs).expect("an empty token encodes");
        let (head, _) = token.split_once('.').expect("a token has three parts");
        Self {
            head: format!("{head}."),
            mac: Hmac::new_from_slice(secret).expect("any length is a key's"),
            checks: DecodingKey::from_secret(secret),
            signs,
            rules,
        }
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
        let (shopper, exp) = self.own(token).map(|claims| (claims.sub, claims.exp)).or_else(|| self.other(token))?;
        (now.0 / 1_000 < exp).then_some(shopper)
    }

    /// Reads a token that another program wrote with the key.
    fn other(&self, token: &str) -> Option<(ShopperId, u64)> {
        let claims = decode::<Claims>(token, &self.checks, &self.rules).ok()?.claims;
        Some((claims.sub.parse().ok()?, claims.exp))
    }

    /// Reads a token that was issued here: its first part is known, so that the signature and the claims are all there is
    /// to look at. Every purchase comes this way.
    fn own(&self, token: &str) -> Option<OwnClaims> {
        let (payload, signature) = token.strip_prefix(&self.head)?.split_once('.')?;
        let mut mac = self.mac.clone();
        mac.update(&token.as_bytes()[..self.head.len() + payload.len()]);
        let mut signed = [0; SIGNATURE_BYTES + 2];
        let length = BASE64.decode_slice(signature, &mut signed).ok()?;
        mac.verify_slice(&signed[..length]).ok()?;
        let mut claims = [0; TOKEN_BYTES_MAX];
        let length = BASE64.decode_slice(payload, &mut claims).ok()?;
        serde_json::from_slice(&claims[..length]).ok()
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
    fn a_token_that_another_program_wrote_with_the_key_counts() {
        let claims = serde_json::json!({"exp": NOW.0 / 1_000 + 9, "sub": "ann", "tier": "gold"});
        let header = Header { kid: Some("1".into()), ..Header::new(Algorithm::HS256) };
        let text = encode(&header, &claims, &EncodingKey::from_secret(&[7; 32])).unwrap();
        assert!(key().own(&text).is_none());
        // What it leaves out that ours have, it may not: `iat`.
        assert_eq!(key().shopper(&text, NOW), None);
        let claims = serde_json::json!({"exp": NOW.0 / 1_000 + 9, "sub": "ann", "tier": "gold", "iat": 1});
        let text = encode(&header, &claims, &EncodingKey::from_secret(&[7; 32])).unwrap();
        assert_eq!(key().shopper(&text, NOW), Some("ann".parse().unwrap()));
    }

    #[test]
    fn a_token_of_our_own_is_read_without_the_library() {
        assert!(key().own(&token().text).is_some());
        let text = token().text;
        for at in 0..text.len() {
            let mut bent = text.clone().into_bytes();
            bent[at] = if bent[at] == b'A' { b'B' } else { b'A' };
            assert!(key().own(std::str::from_utf8(&bent).unwrap()).is_none(), "byte {at}");
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
