//! One file of a site, with how long it may be kept.

use std::time::{SystemTime, UNIX_EPOCH};

use doorbuster_config::Faults;
use http::HeaderMap;
use http::header::CACHE_CONTROL;

use super::config::CacheRule;
use super::content_type::content_type;
use super::folder::Read;
use crate::pages::{CDN_CACHE_CONTROL, Draft, Encoded, Plain, Resource, compress};

/// One file of a site. Never changes.
#[derive(Debug)]
pub struct File {
    /// Its bytes in every encoding, and what is said of them.
    pub resource: Resource,
}

impl File {
    /// Takes files in. The first rule that matches a file's path counts.
    pub(super) fn all(read: Vec<Read>, rules: &[CacheRule], now: SystemTime, faults: &Faults) -> Vec<(String, Self)> {
        let types: Vec<_> = read.iter().map(|read| content_type(&read.path, &read.body)).collect();
        let plain: Vec<_> =
            read.iter().zip(&types).map(|(read, what)| Plain { body: &read.body, content_type: what }).collect();
        let encoded = compress(&plain);
        let each = read.into_iter().zip(types).zip(encoded);
        each.filter_map(|((read, what), encoded)| {
            let path = read.path.clone();
            let file = Self::new(read, &what, encoded, rules, now);
            if file.is_none() {
                faults.note(&path, "a content type", what);
            }
            Some((path, file?))
        })
        .collect()
    }

    fn new(read: Read, what: &str, encoded: Encoded, rules: &[CacheRule], now: SystemTime) -> Option<Self> {
        let rule = rules.iter().find(|rule| rule.path.matches(&read.path));
        // A later moment than an answer's own would be wrong in it (RFC 9110, 8.8.2.1).
        let modified = read.modified.map_or(now, |modified| modified.min(now));
        let resource = Resource::new(Draft {
            body: read.body.into(),
            encoded,
            content_type: what,
            last_modified_s: modified.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()),
            fields: rule.map(fields).unwrap_or_default(),
        })?;
        Some(Self { resource })
    }
}

fn fields(rule: &CacheRule) -> HeaderMap {
    let mut fields = HeaderMap::new();
    if let Some(value) = &rule.cache_control {
        fields.insert(CACHE_CONTROL, value.clone());
    }
    if let Some(value) = &rule.cdn_cache_control {
        fields.insert(CDN_CACHE_CONTROL, value.clone());
    }
    fields
}
