//! What is elsewhere. Pure.

use http::{HeaderValue, StatusCode};

use super::config::RedirectConfig;
use super::hash::Map;
use super::path::escape;
use super::pattern::Pattern;

/// A site's redirects: those of one path first, then the others in their order.
#[derive(Debug, Default)]
pub(super) struct Redirects {
    exact: Map<RedirectConfig>,
    others: Vec<RedirectConfig>,
}

impl Redirects {
    pub(super) fn new(configs: &[RedirectConfig]) -> Self {
        let mut redirects = Self::default();
        for config in configs {
            match &config.from {
                Pattern::Exactly(path) => {
                    // The first rule that matches counts.
                    redirects.exact.entry(path.clone()).or_insert_with(|| config.clone());
                }
                _ => redirects.others.push(config.clone()),
            }
        }
        redirects
    }

    /// Where a path is to be found, with its query where the target has none of its own.
    pub(super) fn find(&self, path: &str, query: Option<&str>) -> Option<(StatusCode, HeaderValue)> {
        let exact = if self.exact.is_empty() { None } else { self.exact.get(path) };
        let config = exact.or_else(|| self.others.iter().find(|config| config.from.matches(path)))?;
        let rest = if config.carries_rest { config.from.rest(path) } else { None };
        Some((config.status, location(&config.to, rest, query)))
    }
}

/// The value of a `Location`. `to` is one already, the rest is a decoded path.
pub(super) fn location(to: &str, rest: Option<&str>, query: Option<&str>) -> HeaderValue {
    let mut location = to.to_owned();
    location.push_str(&escape(rest.unwrap_or_default()));
    if let Some(query) = query.filter(|query| !query.is_empty() && !to.contains('?')) {
        location.push('?');
        location.push_str(query);
    }
    HeaderValue::try_from(location).unwrap_or_else(|_| HeaderValue::from_static("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redirects(rules: &[(&str, &str, bool)]) -> Redirects {
        let config = |(from, to, carries_rest): &(&str, &str, bool)| RedirectConfig {
            from: from.parse().unwrap(),
            to: (*to).to_owned(),
            carries_rest: *carries_rest,
            status: StatusCode::PERMANENT_REDIRECT,
        };
        Redirects::new(&rules.iter().map(config).collect::<Vec<_>>())
    }

    fn found(redirects: &Redirects, path: &str, query: Option<&str>) -> Option<String> {
        redirects.find(path, query).map(|(_, location)| location.to_str().unwrap().to_owned())
    }

    #[test]
    fn one_path_leads_to_one_and_a_star_carries_the_rest_over() {
        let rules = [("/old", "/new", false), ("/docs/*", "https://docs.example/v2/", true), ("/x/*", "/gone", false)];
        let redirects = redirects(&rules);
        for (path, to) in [
            ("/old", Some("/new")),
            ("/old/", None),
            ("/docs/a b/ä", Some("https://docs.example/v2/a%20b/%C3%A4")),
            ("/docs/", Some("https://docs.example/v2/")),
            ("/x/y", Some("/gone")),
            ("/", None),
        ] {
            assert_eq!(found(&redirects, path, None).as_deref(), to, "{path}");
        }
    }

    #[test]
    fn the_query_goes_along_where_the_target_has_none() {
        let redirects = redirects(&[("/old", "/new", false), ("/search", "/find?by=name", false)]);
        assert_eq!(found(&redirects, "/old", Some("a=1&b=%20")).as_deref(), Some("/new?a=1&b=%20"));
        assert_eq!(found(&redirects, "/old", Some("")).as_deref(), Some("/new"));
        assert_eq!(found(&redirects, "/search", Some("a=1")).as_deref(), Some("/find?by=name"));
    }

    #[test]
    fn the_first_rule_counts_and_one_path_goes_before_many() {
        let redirects = redirects(&[("/a/*", "/1", false), ("/a/b", "/2", false), ("/a/b", "/3", false)]);
        assert_eq!(found(&redirects, "/a/b", None).as_deref(), Some("/2"));
        assert_eq!(found(&redirects, "/a/c", None).as_deref(), Some("/1"));
    }
}
