//! One file of a site, with how long it may be kept.

use std::time::SystemTime;

use doorbuster_config::Faults;
use http::HeaderValue;

use super::config::CacheRule;
use super::content_type::content_type;
use super::folder::Read;
use crate::pages::Resource;

/// One file of a site. Never changes.
#[derive(Debug)]
pub struct File {
    /// Its bytes and what they are.
    pub resource: Resource,
    /// When it was changed; never later than it was loaded.
    pub modified: Option<SystemTime>,
    /// The field `Cache-Control`, where a rule gives one.
    pub cache_control: Option<HeaderValue>,
    /// The field `CDN-Cache-Control` (RFC 9213), where a rule gives one.
    pub cdn_cache_control: Option<HeaderValue>,
}

impl File {
    /// Takes a file in. The first rule that matches its path counts.
    pub(super) fn new(read: Read, rules: &[CacheRule], now: SystemTime, faults: &Faults) -> Option<Self> {
        let what = content_type(&read.path, &read.body);
        let rule = rules.iter().find(|rule| rule.path.matches(&read.path));
        let Some(resource) = Resource::new(read.body, &what, false) else {
            faults.note(&read.path, "a content type", what);
            return None;
        };
        Some(Self {
            resource,
            // A later moment than an answer's own would be wrong in it (RFC 9110, 8.8.2.1).
            modified: read.modified.map(|modified| modified.min(now)),
            cache_control: rule.and_then(|rule| rule.cache_control.clone()),
            cdn_cache_control: rule.and_then(|rule| rule.cdn_cache_control.clone()),
        })
    }
}
