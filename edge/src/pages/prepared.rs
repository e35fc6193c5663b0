//! A site's files with what is made of them once: encodings, and since when each is what it is.

use doorbuster_proto::{Timestamp, wire};

use super::{Encoded, Plain, Site, compress};

/// One file, ready to be served and kept.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Prepared {
    pub(super) file: wire::SiteFile,
    pub(super) encoded: Encoded,
    /// In seconds since 1970.
    pub(super) last_modified_s: u64,
}

/// Prepares files that came at `now`. What the site `before` had already keeps its encodings and its date.
pub(super) fn prepare(mut files: Vec<wire::SiteFile>, before: Option<&Site>, now: Timestamp) -> Vec<Prepared> {
    // Every shopper loads the assets, and each some of the pages: the best levels go to the assets first.
    files.sort_by_key(|file| file.kind() != wire::FileKind::Asset);
    let mut prepared: Vec<_> = files.into_iter().map(|file| carry_over(file, before, now)).collect();
    let new: Vec<_> = prepared.iter_mut().filter(|one| one.encoded.is_none()).collect();
    let plain: Vec<_> = new.iter().map(|one| one.plain()).collect();
    let encoded = compress(&plain);
    for (one, encoded) in new.into_iter().zip(encoded) {
        one.encoded = Some(encoded);
    }
    prepared.into_iter().map(Begun::finish).collect()
}

/// A file of which nothing may have been made yet.
struct Begun {
    file: wire::SiteFile,
    encoded: Option<Encoded>,
    last_modified_s: u64,
}

impl Begun {
    fn plain(&self) -> Plain<'_> {
        Plain { body: &self.file.body, content_type: &self.file.content_type }
    }

    fn finish(self) -> Prepared {
        Prepared { file: self.file, encoded: self.encoded.unwrap_or_default(), last_modified_s: self.last_modified_s }
    }
}

fn carry_over(file: wire::SiteFile, before: Option<&Site>, now: Timestamp) -> Begun {
    let is_served = matches!(file.kind(), wire::FileKind::Page | wire::FileKind::Asset);
    let known = before
        .and_then(|site| site.served(&file))
        .and_then(|resource| Some((resource.encoded(), resource.unchanged_since(&file.body, &file.content_type)?)));
    match known {
        Some((encoded, last_modified_s)) => Begun { file, encoded: Some(encoded), last_modified_s },
        None => Begun { file, encoded: (!is_served).then(Encoded::default), last_modified_s: now.0 / 1_000 },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::site::tests::{file, files};
    use doorbuster_proto::SiteVersion;
    use wire::FileKind::{Asset, Page};

    fn at<'p>(prepared: &'p [Prepared], path: &str) -> &'p Prepared {
        prepared.iter().find(|one| one.file.path == path).unwrap()
    }

    #[test]
    fn a_file_that_did_not_change_keeps_its_date_and_its_encodings() {
        let mut files = files();
        let text = "a{} ".repeat(200);
        files.push(file("/assets/long.1.css", Asset, "", "text/css", &text));
        files.push(file("/about", Page, "", "text/html", &text));
        let first = prepare(files.clone(), None, Timestamp(5_999));
        assert!(first.iter().all(|one| one.last_modified_s == 5));
        assert_eq!(at(&first, "/assets/long.1.css").encoded.iter().count(), 3);
        let site = Site::build(SiteVersion(1), first.clone()).unwrap();

        files.iter_mut().find(|file| file.path == "/about").unwrap().body.push(b'!');
        let second = prepare(files, Some(&site), Timestamp(9_000));
        assert_eq!(at(&second, "/assets/long.1.css"), at(&first, "/assets/long.1.css"));
        assert_eq!(at(&second, "/").last_modified_s, 5);
        assert_eq!(at(&second, "/about").last_modified_s, 9);
        assert_ne!(at(&second, "/about").encoded, at(&first, "/about").encoded);
    }

    #[test]
    fn only_what_is_served_as_it_is_is_compressed() {
        let prepared = prepare(files(), None, Timestamp(0));
        assert!(at(&prepared, "catalogue.json").encoded.iter().next().is_none());
        assert!(at(&prepared, "order.html").encoded.iter().next().is_none());
    }
}
