//! Whether a post comes from a page of this very host.

use doorbuster_http_core::FieldValues;
use hyper::header::{self, HeaderName};

use super::request::text;

static HOST: HeaderName = header::HOST;
static ORIGIN: HeaderName = header::ORIGIN;
static SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether a browser says that another site's page sent this. What is no browser says nothing, and passes.
pub(super) fn is_cross_site<F: FieldValues + ?Sized>(fields: &F) -> bool {
    if let Some(site) = fields.values(&SEC_FETCH_SITE).next() {
        return site != b"same-origin" && site != b"none";
    }
    let Some(origin) = fields.values(&ORIGIN).next() else { return false };
    let authority = text(origin).and_then(|origin| origin.split_once("://")).map(|(_, authority)| authority);
    let host = fields.values(&HOST).next().and_then(text);
    !matches!((authority, host), (Some(authority), Some(host)) if authority.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::HeaderMap;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn a_post_of_our_own_page_passes() {
        for own in [
            headers(&[]),
            headers(&[("host", "shop.example"), ("origin", "https://shop.example")]),
            headers(&[("host", "127.0.0.1:8080"), ("origin", "http://127.0.0.1:8080")]),
            headers(&[("sec-fetch-site", "same-origin"), ("origin", "http://proxy"), ("host", "shop")]),
            headers(&[("sec-fetch-site", "none")]),
        ] {
            assert!(!is_cross_site(&own), "{own:?}");
        }
    }

    #[test]
    fn a_post_of_another_page_does_not() {
        for other in [
            headers(&[("sec-fetch-site", "cross-site")]),
            headers(&[("sec-fetch-site", "same-site")]),
            headers(&[("host", "shop.example"), ("origin", "https://evil.example")]),
            headers(&[("host", "127.0.0.1:8080"), ("origin", "http://127.0.0.1:9090")]),
            headers(&[("host", "shop.example"), ("origin", "null")]),
        ] {
            assert!(is_cross_site(&other), "{other:?}");
        }
    }
}
