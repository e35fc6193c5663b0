//! One site: from a path to what answers it. Agrees with nginx on which status a path has.

use std::sync::Arc;
use std::time::SystemTime;

use doorbuster_config::Faults;
use http::{HeaderValue, Method, StatusCode};

use super::config::SiteConfig;
use super::file::File;
use super::folder::{self, Folder, Room};
use super::hash::Map;
use super::path::{BadPath, normalise};
use super::pattern::Pattern;
use super::redirects::{self, Redirects};
use crate::origin::{Origin, Origins};

/// What answers a request.
#[derive(Debug)]
pub enum Found<'a> {
    /// A file, to GET and HEAD.
    File(&'a File),
    /// It is elsewhere.
    Redirect {
        /// 301, 302, 303, 307 or 308.
        status: StatusCode,
        /// The field `Location`.
        location: HeaderValue,
    },
    /// An origin answers.
    Origin(&'a Arc<Origin>),
    /// Nothing does: 400, 403, 404, or 405 with `Allow: GET, HEAD`.
    Refused {
        /// Why.
        status: StatusCode,
        /// The site's own page for it.
        page: Option<&'a File>,
    },
}

/// One site. Never changes.
#[derive(Debug)]
pub struct Site {
    entries: Map<Entry>,
    /// Whether what has no entry is a file that is not there.
    has_files: bool,
    redirects: Redirects,
    proxy: Vec<(Pattern, Arc<Origin>)>,
    rest: Option<Arc<Origin>>,
    errors: Vec<(StatusCode, Arc<File>)>,
}

#[derive(Debug)]
enum Entry {
    File(Arc<File>),
    /// A folder's path without the slash at its end.
    Moved,
    /// A folder without an index: its files are not listed.
    Unlisted,
}

impl Site {
    /// Reads a site's files. All that is wrong is noted.
    pub(super) fn load(
        config: &SiteConfig,
        origins: &Origins,
        room: &mut Room,
        now: SystemTime,
        faults: &Faults,
    ) -> Self {
        let origin = |name: &String| {
            let found = origins.find(name);
            if found.is_none() {
                faults.note(&config.at, "the name of an [[origin]]", format!("{name:?}"));
            }
            found.cloned()
        };
        let at = format!("{}.root", config.at);
        let folder = config.root.as_deref().map(|root| folder::read(root, &at, room, faults)).unwrap_or_default();
        let mut site = Self {
            entries: Map::default(),
            has_files: config.root.is_some(),
            redirects: Redirects::new(&config.redirects),
            proxy: config.proxy.iter().filter_map(|rule| Some((rule.path.clone(), origin(&rule.origin)?))).collect(),
            rest: config.origin.as_ref().and_then(origin),
            errors: Vec::new(),
        };
        site.take(folder, config, now, faults);
        site.take_errors(config, faults);
        site
    }

    fn take(&mut self, folder: Folder, config: &SiteConfig, now: SystemTime, faults: &Faults) {
        for (path, file) in File::all(folder.files, &config.cache, now, faults) {
            self.entries.insert(path.into(), Entry::File(Arc::new(file)));
        }
        for path in folder.folders {
            let index = self.file(&format!("{path}{}", config.index)).map(Arc::clone);
            if let Some(without_slash) = path.strip_suffix('/').filter(|path| !path.is_empty()) {
                self.entries.insert(without_slash.into(), Entry::Moved);
            }
            self.entries.insert(path.into(), index.map_or(Entry::Unlisted, Entry::File));
        }
    }

    fn take_errors(&mut self, config: &SiteConfig, faults: &Faults) {
        for (status, path) in &config.errors {
            let status = StatusCode::from_u16(*status).expect("it was read in a range of statuses");
            match self.file(path) {
                Some(file) => self.errors.push((status, Arc::clone(file))),
                None => faults.note(&format!("{}.errors.{}", config.at, status.as_u16()), "a file", path),
            }
        }
    }

    /// What answers a request. `path` is as it came, percent-encoded.
    pub fn find(&self, method: &Method, path: &str, query: Option<&str>) -> Found<'_> {
        let path = match normalise(path) {
            Ok(path) => path,
            Err(BadPath::Malformed) => return self.refused(StatusCode::BAD_REQUEST),
            Err(BadPath::NotText) => return self.no_file(method),
        };
        if let Some((status, location)) = self.redirects.find(&path, query) {
            return Found::Redirect { status, location };
        }
        if let Some((_, origin)) = self.proxy.iter().find(|(pattern, _)| pattern.matches(&path)) {
            return Found::Origin(origin);
        }
        self.find_file(method, &path, query)
    }

    /// The site's own page for an error, such as an origin that does not answer.
    pub fn error_page(&self, status: StatusCode) -> Option<&File> {
        self.errors.iter().find(|(of, _)| *of == status).map(|(_, file)| &**file)
    }

    fn find_file(&self, method: &Method, path: &str, query: Option<&str>) -> Found<'_> {
        let reads = *method == Method::GET || *method == Method::HEAD;
        match self.entries.get(path) {
            Some(Entry::File(file)) if reads => Found::File(file),
            Some(Entry::File(_)) => self.refused(StatusCode::METHOD_NOT_ALLOWED),
            Some(Entry::Moved) if reads || *method == Method::POST => Found::Redirect {
                status: StatusCode::MOVED_PERMANENTLY,
                location: redirects::location("", Some(&format!("{path}/")), query),
            },
            Some(Entry::Unlisted) if self.rest.is_none() && (reads || *method == Method::POST) => {
                self.refused(StatusCode::FORBIDDEN)
            }
            _ => self.no_file(method),
        }
    }

    fn no_file(&self, method: &Method) -> Found<'_> {
        match &self.rest {
            Some(origin) => Found::Origin(origin),
            None if !self.has_files || [Method::GET, Method::HEAD, Method::POST].contains(method) => {
                self.refused(StatusCode::NOT_FOUND)
            }
            None => self.refused(StatusCode::METHOD_NOT_ALLOWED),
        }
    }

    fn refused(&self, status: StatusCode) -> Found<'_> {
        Found::Refused { status, page: self.error_page(status) }
    }

    fn file(&self, path: &str) -> Option<&Arc<File>> {
        match self.entries.get(path)? {
            Entry::File(file) => Some(file),
            Entry::Moved | Entry::Unlisted => None,
        }
    }
}
