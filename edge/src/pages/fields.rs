//! The headers that answers carry besides what their bytes are: how long they may be kept, and what a browser may do with them.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderMap, HeaderValue, LINK, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use sha2::{Digest as _, Sha256};

use super::html::{FileKind, Needs};
use super::reference::resolved;
use super::resource::CDN_CACHE_CONTROL;

/// What a page may do: its own files, its own forms, and nothing else.
pub const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                          form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// A picture may style itself, and nothing else.
const SVG_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/// A page says whether there is stock, so nobody keeps it for long. While the edge fails, an old page is better than none: for a
/// minute at a browser, longer at a CDN, which stands before many shoppers and asks again all the time.
const PAGE_CACHE: &str = "public, max-age=1, stale-while-revalidate=2, stale-if-error=60";
const PAGE_CDN_CACHE: &str = "public, max-age=1, stale-while-revalidate=5, stale-if-error=600";
/// Named by its content.
const ASSET_CACHE: &str = "public, max-age=31536000, immutable";

/// Fields of most answers.
const FIELDS_USUAL: usize = 12;
/// Files that a page announces in its head; a browser finds the others soon enough.
const LINKS_MAX: usize = 8;
/// Scripts and styles in a page's own text that may run; a page with more has a policy that is longer than itself.
const HASHES_MAX: usize = 32;

/// The headers of the page at `path`; which files it may announce, `is_asset` tells of their paths.
pub(super) fn of_page(path: &str, html: &str, is_asset: impl Fn(&str) -> bool) -> HeaderMap {
    let needs = Needs::of(html);
    let mut fields = secured(policy(&needs));
    fields.insert(CACHE_CONTROL, HeaderValue::from_static(PAGE_CACHE));
    fields.insert(CDN_CACHE_CONTROL, HeaderValue::from_static(PAGE_CDN_CACHE));
    if let Some(links) = links(&needs, |href| resolved(path, href).is_some_and(|path| is_asset(&path))) {
        fields.insert(LINK, links);
    }
    fields
}

/// The headers of a file that is named by its content.
pub(super) fn of_asset(content_type: &str) -> HeaderMap {
    let is_svg = content_type.starts_with("image/svg+xml");
    let mut fields = secured(HeaderValue::from_static(if is_svg { SVG_POLICY } else { POLICY }));
    fields.insert(CACHE_CONTROL, HeaderValue::from_static(ASSET_CACHE));
    fields
}

/// The headers that keep a browser from doing more with an answer of the shop's than it is meant for.
pub fn security() -> HeaderMap {
    secured(HeaderValue::from_static(POLICY))
}

fn secured(policy: HeaderValue) -> HeaderMap {
    // Room for what answers bring besides: the map is not laid out anew for them.
    let mut fields = HeaderMap::with_capacity(FIELDS_USUAL);
    fields.extend([
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        // Not "no-referrer": with that, browsers send our own forms with "Origin: null".
        (REFERRER_POLICY, HeaderValue::from_static("same-origin")),
        (CONTENT_SECURITY_POLICY, policy),
    ]);
    fields
}

/// The policy of a page, with the hashes of what is written into it (CSP 3, 2.3.1).
fn policy(needs: &Needs<'_>) -> HeaderValue {
    if needs.inline_scripts.is_empty() && needs.inline_styles.is_empty() {
        return HeaderValue::from_static(POLICY);
    }
    let with = |policy: &str, directive: &str, texts: &[&str]| {
        let sources: String = texts.iter().take(HASHES_MAX).map(|text| hash(text)).collect();
        policy.replace(directive, &format!("{directive}{sources}"))
    };
    let policy = with(POLICY, "script-src 'self'", &needs.inline_scripts);
    let policy = with(&policy, "style-src 'self'", &needs.inline_styles);
    HeaderValue::from_str(&policy).expect("a policy is visible ASCII")
}

fn hash(text: &str) -> String {
    // What a browser hashes has its line ends normalized.
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    format!(" 'sha256-{}'", BASE64.encode(Sha256::digest(text)))
}

/// Which of the site's own files a page needs first, as the page refers to them (RFC 8288).
fn links(needs: &Needs<'_>, is_asset: impl Fn(&str) -> bool) -> Option<HeaderValue> {
    let mut links = String::new();
    for file in needs.files.iter().filter(|file| is_asset(file.href)).take(LINKS_MAX) {
        let how = match file.kind {
            FileKind::Style => "preload; as=style",
            FileKind::Script => "preload; as=script",
            FileKind::Module => "modulepreload",
        };
        let comma = if links.is_empty() { "" } else { ", " };
        write!(links, "{comma}<{}>; rel={how}", file.href).expect("a string grows");
    }
    // A path with other characters than a header takes is not announced.
    HeaderValue::from_str(&links).ok().filter(|links| !links.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(html: &str) -> HeaderMap {
        of_page("/p/mug", html, |path| ["/assets/a.1.css", "/assets/a.2.js"].contains(&path))
    }

    #[test]
    fn a_page_announces_the_sites_own_files() {
        let html = r#"<link rel="stylesheet" href="../assets/a.1.css"><link rel="stylesheet" href="https://evil.example/x.css">
            <script type="module" src="/assets/a.2.js"></script><script src="../assets/unknown.js"></script>
            <script src="assets/a.2.js"></script>"#;
        assert_eq!(page(html)[LINK], "<../assets/a.1.css>; rel=preload; as=style, </assets/a.2.js>; rel=modulepreload");
        assert_eq!(page("nothing").get(LINK), None);
        let many = r#"<link rel="stylesheet" href="/assets/a.1.css">"#.repeat(LINKS_MAX + 1);
        assert_eq!(page(&many)[LINK].to_str().unwrap().matches("rel=preload").count(), LINKS_MAX);
    }

    #[test]
    fn what_is_written_into_a_page_may_run_and_nothing_else_may() {
        // The example of CSP 3, 8.3 hashes this text so.
        let policy =
            page("<script>alert('Hello, world.');</script><style>a{}</style>")[CONTENT_SECURITY_POLICY].clone();
        let policy = policy.to_str().unwrap().to_owned();
        assert!(
            policy.contains("script-src 'self' 'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng=';"),
            "{policy}"
        );
        assert!(policy.contains("style-src 'self' 'sha256-"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(page("<p>plain</p>")[CONTENT_SECURITY_POLICY], POLICY);
        assert_eq!(page("<script>a\r\nb</script>"), page("<script>a\nb</script>"));
    }

    #[test]
    fn a_picture_runs_no_script() {
        let policy = &of_asset("image/svg+xml")[CONTENT_SECURITY_POLICY];
        assert_eq!(policy, SVG_POLICY);
        assert_eq!(of_asset("text/css")[CONTENT_SECURITY_POLICY], POLICY);
    }

    #[test]
    fn a_page_is_kept_for_a_second_and_a_named_file_forever() {
        assert_eq!(page("")[CACHE_CONTROL], PAGE_CACHE);
        assert_eq!(page("")[CDN_CACHE_CONTROL], PAGE_CDN_CACHE);
        let asset = of_asset("text/css");
        assert_eq!(
            (&asset[CACHE_CONTROL], asset.get(CDN_CACHE_CONTROL)),
            (&HeaderValue::from_static(ASSET_CACHE), None)
        );
    }
}
