//! Which paths a rule is for. Pure.

use std::str::FromStr;

/// What a pattern may be, for whoever wrote another one.
pub(super) const EXPECTED: &str = "a path such as \"/old\", \"/assets/*\" or \"*.css\"";

/// Which paths a rule is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pattern {
    /// This one: `/old`.
    Exactly(Box<str>),
    /// All that begin with it: `/assets/*`. Ends with a slash.
    Below(Box<str>),
    /// All that end with it: `*.css`.
    Ending(Box<str>),
}

/// A text that is no pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoPattern;

impl Pattern {
    /// Whether a path is among them.
    pub fn matches(&self, path: &str) -> bool {
        match self {
            Self::Exactly(whole) => path == &**whole,
            Self::Below(start) => path.starts_with(&**start),
            Self::Ending(end) => path.ends_with(&**end),
        }
    }

    /// What a path has in the star's place, where that is its end.
    pub fn rest<'a>(&self, path: &'a str) -> Option<&'a str> {
        match self {
            Self::Below(start) => path.strip_prefix(&**start),
            Self::Exactly(_) | Self::Ending(_) => None,
        }
    }
}

impl FromStr for Pattern {
    type Err = NoPattern;

    fn from_str(text: &str) -> Result<Self, NoPattern> {
        let plain = |part: &str| !part.contains('*') && !part.chars().any(char::is_control);
        let is_path = |part: &str| part.starts_with('/') && !part.contains("//") && plain(part);
        if is_path(text) {
            return Ok(Self::Exactly(text.into()));
        }
        if let Some(start) = text.strip_suffix('*').filter(|start| start.ends_with('/') && is_path(start)) {
            return Ok(Self::Below(start.into()));
        }
        let end = text.strip_prefix('*').filter(|end| !end.is_empty() && plain(end));
        end.map(|end| Self::Ending(end.into())).ok_or(NoPattern)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Pattern {
        text.parse().unwrap()
    }

    #[test]
    fn a_pattern_is_one_path_or_all_below_or_all_with_an_ending() {
        assert!(pattern("/old").matches("/old") && !pattern("/old").matches("/old/"));
        assert!(pattern("/a/*").matches("/a/b/c") && pattern("/a/*").matches("/a/") && !pattern("/a/*").matches("/a"));
        assert!(pattern("*.css").matches("/a/b.css") && !pattern("*.css").matches("/a.css.map"));
        assert!(pattern("/*").matches("/"));
    }

    #[test]
    fn the_star_at_the_end_stands_for_the_rest() {
        assert_eq!(pattern("/a/*").rest("/a/b/c"), Some("b/c"));
        assert_eq!(pattern("/a").rest("/a"), None);
        assert_eq!(pattern("*.css").rest("/b.css"), None);
    }

    #[test]
    fn a_star_anywhere_else_is_refused() {
        for text in ["", "*", "old", "/a*", "/a/*/b", "/*/*", "**.css", "//a", "//*", "/a\n"] {
            assert_eq!(text.parse::<Pattern>(), Err(NoPattern), "{text}");
        }
    }
}
