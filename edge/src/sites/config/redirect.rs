//! What a redirect is told.

use doorbuster_config::{Field, Table};
use http::{HeaderValue, StatusCode, Uri};

use super::read_pattern;
use crate::sites::pattern::Pattern;

const TARGET: &str = "a path such as \"/new\", or a URL such as \"https://shop.example/new\", with \"/*\" at its end at most \
                      where \"from\" has it";
const STATUS: u32 = 301;

/// Something that is elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedirectConfig {
    /// Which paths.
    pub from: Pattern,
    /// Where it is: a path or a URL, without the star.
    pub to: String,
    /// Whether what `from` has in its star's place comes after `to`.
    pub carries_rest: bool,
    /// 301, 302, 303, 307 or 308.
    pub status: StatusCode,
}

impl RedirectConfig {
    pub(super) fn read(field: &Field<'_>) -> Option<Self> {
        let rule = field.table(&["from", "to", "status"])?;
        let from = read_pattern(&rule, "from");
        let to = rule.required("to", TARGET).and_then(|field| read_target(&field, from.as_ref()));
        let status = read_status(&rule);
        let (to, carries_rest) = to?;
        Some(Self { from: from?, to, carries_rest, status: status? })
    }
}

fn read_status(rule: &Table<'_>) -> Option<StatusCode> {
    let number = rule.number("status", 301..=308, STATUS)?;
    let status = u16::try_from(number).ok().and_then(|number| StatusCode::from_u16(number).ok());
    match number {
        304..=306 => {
            rule.optional("status")?.wrong("301, 302, 303, 307 or 308");
            None
        }
        _ => status,
    }
}

/// The target without its star, and whether it had one. The star follows a slash, so that the rest cannot change the host.
fn read_target(field: &Field<'_>, from: Option<&Pattern>) -> Option<(String, bool)> {
    let text = field.text()?;
    let (to, star) = text.strip_suffix("/*").map_or((text.to_owned(), false), |to| (format!("{to}/"), true));
    let may_star = !star || matches!(from, None | Some(Pattern::Below(_)));
    let fits = may_star && !to.contains('*') && (is_path(&to) || is_url(&to)) && HeaderValue::from_str(&to).is_ok();
    if !fits {
        field.wrong(TARGET);
        return None;
    }
    Some((to, star))
}

fn is_path(to: &str) -> bool {
    // A browser takes "//host" and "/\host" for another host.
    let other_host = to.starts_with("//") || to.contains('\\');
    to.starts_with('/') && !other_host && to.parse::<Uri>().is_ok() && is_visible(to)
}

fn is_url(to: &str) -> bool {
    let url = to.parse::<Uri>().ok();
    let is_absolute = |url: Uri| matches!(url.scheme_str(), Some("http" | "https")) && url.authority().is_some();
    url.is_some_and(is_absolute) && !to.contains('\\') && is_visible(to)
}

fn is_visible(to: &str) -> bool {
    to.bytes().all(|byte| byte.is_ascii_graphic())
}
