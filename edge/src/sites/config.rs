//! What sites are told: `[[site]]`, and `[rest]` for what neither a site nor the shop knows.

mod errors;
mod redirect;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use doorbuster_config::{Field, Table};
use http::HeaderValue;

pub use self::redirect::RedirectConfig;
use super::pattern::Pattern;
use super::{host, pattern};
use crate::origin::OriginConfig;

const KEYS: [&str; 9] = ["host", "root", "index", "cache", "not_found", "errors", "redirects", "proxy", "origin"];
const SITES_MAX: usize = 256;
const HOSTS_MAX: usize = 256;
/// Rules of one kind a site. Exact redirects are looked up; all other rules are gone through one by one.
const RULES_MAX: usize = 1_024;

/// One site: the hosts that it is for, and what it answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteConfig {
    /// Where the section stands: `site[0]`.
    pub at: String,
    /// Whose requests it answers.
    pub hosts: Vec<host::HostPattern>,
    /// The folder that is served, if there is one.
    pub root: Option<PathBuf>,
    /// The file that stands for its folder.
    pub index: String,
    /// How long files may be kept; the first rule that matches counts.
    pub cache: Vec<CacheRule>,
    /// The pages of errors by status, as paths below the root.
    pub errors: BTreeMap<u16, String>,
    /// What is elsewhere.
    pub redirects: Vec<RedirectConfig>,
    /// What an origin answers; the first rule that matches counts.
    pub proxy: Vec<ProxyRule>,
    /// The origin of everything else that has no file.
    pub origin: Option<String>,
}

/// How long files may be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CacheRule {
    /// Which files.
    pub path: Pattern,
    /// The field `Cache-Control`.
    pub cache_control: Option<HeaderValue>,
    /// The field `CDN-Cache-Control` (RFC 9213).
    pub cdn_cache_control: Option<HeaderValue>,
}

/// What an origin answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProxyRule {
    /// Which paths.
    pub path: Pattern,
    /// The origin's name.
    pub origin: String,
}

/// What neither a site nor the shop knows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RestConfig {
    /// The origin that answers it, if there is one.
    pub origin: Option<String>,
}

impl SiteConfig {
    /// Reads every section `[[site]]`. The origins that they name are among `origins`; unknown (`None`) where those
    /// were wrong themselves.
    pub fn read_all(top: &Table<'_>, origins: Option<&[OriginConfig]>) -> Option<Vec<Self>> {
        let Some(list) = top.optional("site") else { return Some(Vec::new()) };
        let mut taken = BTreeSet::new();
        list.each(0..=SITES_MAX, |field| Self::read(field, origins, &mut taken))
    }

    fn read(
        field: &Field<'_>,
        origins: Option<&[OriginConfig]>,
        taken: &mut BTreeSet<host::HostPattern>,
    ) -> Option<Self> {
        let site = field.table(&KEYS)?;
        let hosts = site.required("host", host::EXPECTED).and_then(|field| read_hosts(&field, taken));
        let root = site.optional("root").map_or(Some(None), |field| field.file_path().map(Some));
        let index = site.optional("index").map_or(Some("index.html".into()), |field| read_index(&field));
        let cache = rules(&site, "cache", read_cache);
        let errors = errors::read(&site, root.as_ref().is_some_and(Option::is_some));
        let redirects = rules(&site, "redirects", RedirectConfig::read);
        let proxy = rules(&site, "proxy", |field| read_proxy(field, origins));
        let origin = site.optional("origin").map_or(Some(None), |field| read_origin(&field, origins).map(Some));
        let answers = root.iter().flatten().count() + origin.iter().flatten().count();
        let rules_answer = [redirects.as_ref().map(Vec::len), proxy.as_ref().map(Vec::len)];
        if answers == 0 && root.is_some() && origin.is_some() && rules_answer == [Some(0), Some(0)] {
            field.wrong_as("a site that answers something: a root, an origin, redirects or proxy", "none of them");
            return None;
        }
        Some(Self {
            at: field.path().to_owned(),
            hosts: hosts?,
            root: root?,
            index: index?,
            cache: cache?,
            errors: errors?,
            redirects: redirects?,
            proxy: proxy?,
            origin: origin?,
        })
    }
}

impl RestConfig {
    /// Reads the section `rest`.
    pub fn read(top: &Table<'_>, origins: Option<&[OriginConfig]>) -> Option<Self> {
        let rest = top.section("rest", &["origin"])?;
        let origin = rest.optional("origin").map_or(Some(None), |field| read_origin(&field, origins).map(Some));
        Some(Self { origin: origin? })
    }
}

/// A list of tables; one that is not there reads as an empty one.
fn rules<T>(site: &Table<'_>, key: &str, read: impl FnMut(&Field<'_>) -> Option<T>) -> Option<Vec<T>> {
    site.optional(key).map_or(Some(Vec::new()), |field| field.each(0..=RULES_MAX, read))
}

fn read_hosts(field: &Field<'_>, taken: &mut BTreeSet<host::HostPattern>) -> Option<Vec<host::HostPattern>> {
    let mut read = |field: &Field<'_>| {
        let host: host::HostPattern = field.parse(host::EXPECTED)?;
        if !taken.insert(host.clone()) {
            field.wrong("a host that no other site has");
            return None;
        }
        Some(host)
    };
    if field.is_list() { field.each(1..=HOSTS_MAX, read) } else { read(field).map(|host| vec![host]) }
}

fn read_index(field: &Field<'_>) -> Option<String> {
    let name = field.line(1..=255)?;
    if name.contains('/') || name.starts_with('.') {
        field.wrong("the name of a file, such as \"index.html\"");
        return None;
    }
    Some(name)
}

pub(super) fn read_pattern(rule: &Table<'_>, key: &str) -> Option<Pattern> {
    rule.required(key, pattern::EXPECTED).and_then(|field| field.parse(pattern::EXPECTED))
}

fn read_cache(field: &Field<'_>) -> Option<CacheRule> {
    let rule = field.table(&["path", "cache_control", "cdn_cache_control"])?;
    let directives = |key| rule.optional(key).map_or(Some(None), |field| read_directives(&field).map(Some));
    let path = read_pattern(&rule, "path");
    let cache_control = directives("cache_control");
    let cdn_cache_control = directives("cdn_cache_control");
    Some(CacheRule { path: path?, cache_control: cache_control?, cdn_cache_control: cdn_cache_control? })
}

fn read_directives(field: &Field<'_>) -> Option<HeaderValue> {
    let line = field.line(1..=500)?;
    let value = line.is_ascii().then(|| HeaderValue::from_str(&line).ok()).flatten();
    if value.is_none() {
        field.wrong("cache directives such as \"public, max-age=60\"");
    }
    value
}

fn read_proxy(field: &Field<'_>, origins: Option<&[OriginConfig]>) -> Option<ProxyRule> {
    let rule = field.table(&["path", "origin"])?;
    let path = read_pattern(&rule, "path");
    let origin = rule.required("origin", "the name of an origin").and_then(|field| read_origin(&field, origins));
    Some(ProxyRule { path: path?, origin: origin? })
}

fn read_origin(field: &Field<'_>, origins: Option<&[OriginConfig]>) -> Option<String> {
    let name = field.text()?;
    if origins.is_some_and(|origins| !origins.iter().any(|origin| origin.name == name)) {
        field.wrong("the name of an [[origin]]");
        return None;
    }
    Some(name.to_owned())
}
