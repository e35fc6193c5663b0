//! Which files are shown for which errors.

use std::collections::BTreeMap;

use doorbuster_config::{Field, Table};

use crate::sites::path;

const PAGE: &str = "a path below the root such as \"/404.html\"";
const PAGE_BYTES_MAX: usize = 1_000;

/// Reads `not_found` and `errors`: paths below the root, by status.
pub(super) fn read(site: &Table<'_>, has_root: bool) -> Option<BTreeMap<u16, String>> {
    let not_found = site.optional("not_found").map_or(Some(None), |field| read_page(&field, has_root).map(Some));
    let errors = site.optional("errors").map_or(Some(BTreeMap::new()), |field| read_pages(&field, has_root));
    let (not_found, mut errors) = (not_found?, errors?);
    if let Some(page) = not_found
        && errors.insert(404, page).is_some()
    {
        site.optional("not_found")?.wrong("a page here or in errors, not in both");
        return None;
    }
    Some(errors)
}

fn read_pages(field: &Field<'_>, has_root: bool) -> Option<BTreeMap<u16, String>> {
    let pages = field.entries()?.into_iter().map(|(status, page)| {
        let status = read_status(status, &page);
        let page = read_page(&page, has_root);
        Some((status?, page?))
    });
    let pages: Vec<Option<(u16, String)>> = pages.collect();
    pages.into_iter().collect()
}

fn read_status(status: &str, page: &Field<'_>) -> Option<u16> {
    let number = status.parse().ok().filter(|number| (400..600).contains(number));
    if number.is_none() {
        page.wrong_as("a status from 400 to 599", format!("{status:?}"));
    }
    number
}

fn read_page(field: &Field<'_>, has_root: bool) -> Option<String> {
    if !has_root {
        field.wrong_as("no page where there is no root", "one");
        return None;
    }
    let page = field.line(2..=PAGE_BYTES_MAX)?;
    if !matches!(path::normalise(&page), Ok(normal) if normal == page) {
        field.wrong(PAGE);
        return None;
    }
    Some(page)
}
