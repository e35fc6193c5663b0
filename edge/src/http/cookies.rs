//! The two cookies of a shopper: the token, which no script sees, and the name, which the page shows.

use doorbuster_http_core::FieldValues;
use hyper::header::{self, HeaderName, HeaderValue};

use super::fields::encode;
use super::request::text;
use crate::gate::Token;

static COOKIE: HeaderName = header::COOKIE;

const TOKEN: &str = "doorbuster_token";
const NAME: &str = "doorbuster_name";

/// The token that came along, if one did.
pub(super) fn token<F: FieldValues + ?Sized>(fields: &F) -> Option<&str> {
    let pairs = fields.values(&COOKIE).filter_map(text).flat_map(|value| value.split(';'));
    pairs.filter_map(|pair| pair.trim().split_once('=')).find(|(name, _)| *name == TOKEN).map(|(_, value)| value)
}

/// What sets both. `Lax`: a link from elsewhere finds the shopper logged in, a form from elsewhere does not.
pub(super) fn set(token: &Token) -> [HeaderValue; 2] {
    let age = token.lasts_s;
    [
        cookie(&format!("{TOKEN}={}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax", token.text)),
        cookie(&format!("{NAME}={}; Path=/; Max-Age={age}; SameSite=Lax", encode(token.shopper.as_str()))),
    ]
}

/// What clears both.
pub(super) fn clear() -> [HeaderValue; 2] {
    [
        cookie(&format!("{TOKEN}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax")),
        cookie(&format!("{NAME}=; Path=/; Max-Age=0; SameSite=Lax")),
    ]
}

fn cookie(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("tokens and encoded names are visible ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::HeaderMap;

    #[test]
    fn the_token_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(&COOKIE, HeaderValue::from_static("a=1; doorbuster_token=x.y.z;b"));
        assert_eq!(token(&headers), Some("x.y.z"));
        headers.insert(&COOKIE, HeaderValue::from_static("doorbuster_token_2=1; xdoorbuster_token=2"));
        assert_eq!(token(&headers), None);
    }
}
