//! Hides the values of query parameters that are secrets by their names.

use std::borrow::Cow;

use percent_encoding::percent_decode;

const MASK: &[u8] = b"***";
/// A parameter is a secret where its name is one of these, or ends in one after `_` or `-`.
const SECRETS: [&[u8]; 13] = [
    b"token",
    b"key",
    b"secret",
    b"password",
    b"passwd",
    b"pwd",
    b"code",
    b"signature",
    b"sig",
    b"ticket",
    b"session",
    b"auth",
    b"jwt",
];

/// A target or a URL with its secrets masked; names may be percent-encoded and in any case.
pub(super) fn masked(target: &[u8]) -> Cow<'_, [u8]> {
    let Some(at) = target.iter().position(|byte| *byte == b'?') else { return target.into() };
    let (path, query) = target.split_at(at + 1);
    if !pairs(query).any(is_secret) {
        return target.into();
    }
    let masked: Vec<Cow<'_, [u8]>> = pairs(query).map(masked_pair).collect();
    [path, &masked.join(&b'&')].concat().into()
}

fn pairs(query: &[u8]) -> impl Iterator<Item = &[u8]> {
    query.split(|byte| *byte == b'&')
}

fn masked_pair(pair: &[u8]) -> Cow<'_, [u8]> {
    if is_secret(pair) { [name(pair), b"=", MASK].concat().into() } else { pair.into() }
}

fn name(pair: &[u8]) -> &[u8] {
    pair.split(|byte| *byte == b'=').next().unwrap_or(pair)
}

fn is_secret(pair: &[u8]) -> bool {
    let written = name(pair);
    if written.len() == pair.len() {
        return false;
    }
    let name: Cow<'_, [u8]> = percent_decode(written).into();
    SECRETS.iter().any(|secret| ends_in(&name, secret))
}

fn ends_in(name: &[u8], secret: &[u8]) -> bool {
    let Some(before) = name.len().checked_sub(secret.len()) else { return false };
    let (before, end) = name.split_at(before);
    end.eq_ignore_ascii_case(secret) && matches!(before.last(), None | Some(b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask(target: &str) -> String {
        String::from_utf8(masked(target.as_bytes()).into_owned()).unwrap()
    }

    #[test]
    fn values_of_secrets_are_masked_and_others_kept() {
        assert_eq!(mask("/p/1?token=abc&a=b"), "/p/1?token=***&a=b");
        assert_eq!(mask("/p?a=b&API_KEY=x=y&id-token="), "/p?a=b&API_KEY=***&id-token=***");
        assert_eq!(mask("https://a.example/p?code=1"), "https://a.example/p?code=***");
    }

    #[test]
    fn an_encoded_name_hides_no_secret() {
        assert_eq!(mask("/?%74oken=abc"), "/?%74oken=***");
        assert_eq!(mask("/?a=1&t%6Fken=abc?token=d"), "/?a=1&t%6Fken=***");
    }

    #[test]
    fn what_only_looks_like_a_secret_is_kept() {
        for target in ["/token=abc", "/?monkey=1", "/?token", "/?", "/", "/?tokens=2", "/?keyboard=x&zip_codes=1"] {
            assert_eq!(mask(target), target);
        }
    }
}
