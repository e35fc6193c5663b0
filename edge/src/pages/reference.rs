//! What a reference on a page leads to.

/// The path of the file on this host to which a page at `page` refers (RFC 3986, 5.2); `None` where it leads elsewhere.
pub(super) fn resolved(page: &str, reference: &str) -> Option<String> {
    let first = reference.split(['/', '?', '#']).next().unwrap_or_default();
    if first.contains(':') || reference.starts_with("//") {
        return None;
    }
    let (folder, _) = page.rsplit_once('/')?;
    let folder = if reference.starts_with('/') { "" } else { folder };
    let mut parts = Vec::new();
    for part in folder.split('/').chain(reference.split('/')).filter(|part| *part != ".") {
        match part {
            ".." => {
                parts.pop();
            }
            "" if parts.is_empty() => {}
            _ => parts.push(part),
        }
    }
    Some(format!("/{}", parts.join("/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_taken_from_where_the_page_is() {
        for (page, reference, path) in [
            ("/", "./assets/1/a.css", "/assets/1/a.css"),
            ("/", "assets/1/a.css", "/assets/1/a.css"),
            ("/p/mug", "../assets/1/a.css", "/assets/1/a.css"),
            ("/p/mug", "a.css", "/p/a.css"),
            ("/p/mug", "/assets/1/a.css", "/assets/1/a.css"),
            ("/p/mug", "../../../a.css", "/a.css"),
        ] {
            assert_eq!(resolved(page, reference).as_deref(), Some(path), "{reference} on {page}");
        }
    }

    #[test]
    fn a_reference_to_another_host_leads_to_no_file_here() {
        for away in ["https://evil.example/assets/1/a.css", "//evil.example/a.css", "x:../../a.css", "data:text/css,a"]
        {
            assert_eq!(resolved("/p/mug", away), None, "{away}");
        }
    }
}
