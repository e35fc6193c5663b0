//! Where the shop's root is, seen from a request. Edges may share a host, each below a prefix that a proxy takes off and that
//! no edge is told: pages and answers lead on by relative references alone (RFC 3986, 5.2).

/// No page of the shop is so deep. From further down the way leads to the host's root: each link of an error page would be as
/// long as the path that was asked for.
const WAY_UP: &str = "../../../../../../../..";

/// The way from a request's path up to the root; a path of the shop goes behind it: `./login`, `../orders`.
pub(super) fn root(path: &str) -> &'static str {
    let levels = path.bytes().filter(|byte| *byte == b'/').count().saturating_sub(1);
    match levels {
        0 => ".",
        _ => WAY_UP.get(..3 * levels - 1).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_up_by_as_many_steps_as_it_has_folders() {
        for (path, up) in [
            ("/", "."),
            ("/orders", "."),
            ("/orders/", ".."),
            ("/p/mug", ".."),
            ("/p/mug/", "../.."),
            ("/p/mug/order", "../.."),
            ("//", ".."),
            ("/api/sales/s/orders", "../../.."),
            ("*", "."),
        ] {
            assert_eq!(root(path), up, "{path}");
        }
    }

    #[test]
    fn a_path_that_is_too_deep_leads_to_the_hosts_root() {
        assert_eq!(root(&"/a".repeat(9)), WAY_UP);
        assert_eq!(root(&"/a".repeat(10)), "");
    }
}
