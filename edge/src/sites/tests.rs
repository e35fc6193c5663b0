//! Sites as they are configured, over real folders.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use doorbuster_config::Field;
use http::{Method, StatusCode};
use tempfile::TempDir;

use super::*;
use crate::origin::{Meters, OriginConfig, Origins};

const ORIGIN: &str = "[[origin]]\nname = \"app\"\nurls = [\"http://127.0.0.1:9\"]\n";

fn read(text: &str, folder: &Path) -> Result<(Vec<SiteConfig>, Vec<OriginConfig>), Vec<String>> {
    let read = |document: &Field<'_>| {
        let top = document.table(&["site", "origin", "rest"])?;
        let origins = OriginConfig::read_all(&top);
        let sites = SiteConfig::read_all(&top, origins.as_deref());
        let rest = RestConfig::read(&top, origins.as_deref());
        rest?;
        Some((sites?, origins?))
    };
    let read = doorbuster_config::parse(text, folder, read);
    read.map_err(|faults| faults.iter().map(ToString::to_string).collect())
}

fn load(text: &str, folder: &Path, now: SystemTime) -> Result<Sites, Vec<String>> {
    let (sites, origins) = read(&format!("{ORIGIN}{text}"), folder)?;
    let origins = Origins::new(&origins, &Meters::default(), None);
    Sites::load(&sites, &origins, now).map_err(|faults| faults.iter().map(ToString::to_string).collect())
}

fn shop() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in ["index.html", "404.html", "a/index.html", "a/b c.txt", "assets/app.css", "assets/app.js"] {
        let place = folder.path().join("www").join(file);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(place, file).unwrap();
    }
    folder
}

/// What answers, in one line.
fn found(sites: &Sites, method: &str, target: &str) -> String {
    let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
    match sites.find("www.example", &Method::from_bytes(method.as_bytes()).unwrap(), path, query) {
        None => "no site".into(),
        Some(Found::File(file)) => format!("200 {}", String::from_utf8_lossy(&body(file).body)),
        Some(Found::Redirect { status, location }) => format!("{} {}", status.as_u16(), location.to_str().unwrap()),
        Some(Found::Origin(origin)) => format!("origin {}", origin.name()),
        Some(Found::Refused { status, page }) => {
            let page = page.map(|page| String::from_utf8_lossy(&body(page).body).into_owned());
            format!("{} {}", status.as_u16(), page.unwrap_or_default()).trim().to_owned()
        }
    }
}

#[track_caller]
fn expect(sites: &Sites, table: &[(&str, &str, &str)]) {
    for (method, target, expected) in table {
        assert_eq!(found(sites, method, target), *expected, "{method} {target}");
    }
}

#[test]
fn files_and_folders_have_the_statuses_that_nginx_gives_them() {
    let folder = shop();
    let text = "[[site]]\nhost = \"www.example\"\nroot = \"www\"\nnot_found = \"/404.html\"";
    let sites = load(text, folder.path(), SystemTime::now()).unwrap();
    expect(
        &sites,
        &[
            ("GET", "/", "200 index.html"),
            ("HEAD", "/index.html?x=1", "200 index.html"),
            ("GET", "/a/", "200 a/index.html"),
            ("GET", "/a", "301 /a/"),
            ("GET", "/a?q=%20", "301 /a/?q=%20"),
            ("GET", "//a", "301 /a/"),
            ("POST", "/a", "301 /a/"),
            ("GET", "/a/b%20c.txt", "200 a/b c.txt"),
            ("GET", "/a/%2e%2e/a%2fb%20c.txt", "200 a/b c.txt"),
            ("GET", "/assets/", "403"),
            ("POST", "/assets/", "403"),
            ("GET", "/none", "404 404.html"),
            ("GET", "/index.html/", "404 404.html"),
            ("GET", "/A/", "404 404.html"),
            ("GET", "/%ff", "404 404.html"),
            ("GET", "/a\\b", "404 404.html"),
            ("POST", "/none", "404 404.html"),
            ("POST", "/index.html", "405"),
            ("POST", "/a/", "405"),
            ("PUT", "/none", "405"),
            ("DELETE", "/", "405"),
            ("GET", "/../etc/passwd", "400"),
            ("GET", "/%2e%2e%2fetc/passwd", "400"),
            ("GET", "/a%00", "400"),
            ("GET", "/%zz", "400"),
        ],
    );
    assert!(sites.find("other.example", &Method::GET, "/", None).is_none());
    assert!(sites.find("WWW.example.:8080", &Method::GET, "/", None).is_some());
}

#[test]
fn redirects_go_before_origins_and_those_before_files() {
    let folder = shop();
    let text = "[[site]]\nhost = [\"www.example\", \"*.example\"]\nroot = \"www\"\n\
                redirects = [{ from = \"/api/old\", to = \"/api/new\", status = 308 }, { from = \"/docs/*\", to = \"/a/*\" }]\n\
                proxy = [{ path = \"/api/*\", origin = \"app\" }, { path = \"*.js\", origin = \"app\" }]";
    let sites = load(text, folder.path(), SystemTime::now()).unwrap();
    expect(
        &sites,
        &[
            ("POST", "/api/old", "308 /api/new"),
            ("GET", "/docs/b%20c.txt", "301 /a/b%20c.txt"),
            ("DELETE", "/api/x/", "origin app"),
            ("GET", "/a/../api/x", "origin app"),
            ("GET", "/api", "404"),
            ("GET", "/assets/app.js", "origin app"),
            ("GET", "/assets/app.css", "200 assets/app.css"),
        ],
    );
}

#[test]
fn what_has_no_file_goes_to_the_sites_origin() {
    let folder = shop();
    let text = "[[site]]\nhost = \"www.example\"\nroot = \"www\"\norigin = \"app\"";
    let with_root = load(text, folder.path(), SystemTime::now()).unwrap();
    let table = [("GET", "/none", "origin app"), ("PUT", "/none", "origin app"), ("GET", "/assets/", "origin app")];
    expect(&with_root, &table);
    expect(&with_root, &[("GET", "/", "200 index.html"), ("GET", "/a", "301 /a/")]);
    let without = load("[[site]]\nhost = \"www.example\"\norigin = \"app\"", folder.path(), SystemTime::now()).unwrap();
    expect(&without, &[("GET", "/", "origin app"), ("PATCH", "/a", "origin app"), ("GET", "/..", "400")]);
}

fn fields(file: &File) -> http::HeaderMap {
    file.resource.fields(body(file))
}

fn body(file: &File) -> &crate::pages::Representation {
    file.resource.representation(doorbuster_http_core::encoding::Encoding::Identity)
}

#[test]
fn the_first_cache_rule_that_matches_counts() {
    let folder = shop();
    let text = "[[site]]\nhost = \"www.example\"\nroot = \"www\"\n\
                cache = [{ path = \"*.js\", cdn_cache_control = \"max-age=9\" },\n\
                { path = \"/assets/*\", cache_control = \"public, max-age=31536000, immutable\" }]";
    let sites = load(text, folder.path(), SystemTime::now()).unwrap();
    let rules = |path: &str| match sites.find("www.example", &Method::GET, path, None) {
        Some(Found::File(file)) => {
            let fields = fields(file);
            let text = |name: &str| fields.get(name).map(|value| value.to_str().unwrap().to_owned());
            (text("cache-control"), text("cdn-cache-control"))
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(rules("/assets/app.js"), (None, Some("max-age=9".into())));
    assert_eq!(rules("/assets/app.css"), (Some("public, max-age=31536000, immutable".into()), None));
    assert_eq!(rules("/"), (None, None));
}

#[test]
fn a_file_was_changed_no_later_than_it_was_loaded() {
    let folder = shop();
    let now = SystemTime::now() - Duration::from_secs(3_600);
    let sites = load("[[site]]\nhost = \"www.example\"\nroot = \"www\"", folder.path(), now).unwrap();
    let Some(Found::File(file)) = sites.find("www.example", &Method::GET, "/", None) else { panic!("no file") };
    let fields = fields(file);
    let at = httpdate::parse_http_date(fields["last-modified"].to_str().unwrap()).unwrap();
    assert!(at <= now && now < at + Duration::from_secs(1), "{at:?}");
    assert_eq!(fields["content-type"], "text/html; charset=utf-8");
}

#[test]
fn a_page_for_an_error_is_found_by_its_status() {
    let folder = shop();
    let text = "[[site]]\nhost = \"www.example\"\nroot = \"www\"\nerrors = { 502 = \"/404.html\" }";
    let sites = load(text, folder.path(), SystemTime::now()).unwrap();
    let site = sites.site("www.example").unwrap();
    assert!(site.error_page(StatusCode::BAD_GATEWAY).is_some());
    assert!(site.error_page(StatusCode::NOT_FOUND).is_none());
}

#[test]
fn what_cannot_be_loaded_is_told_of_all_sites_at_once() {
    let folder = shop();
    let text = "[[site]]\nhost = \"a\"\nroot = \"nowhere\"\n\
                [[site]]\nhost = \"b\"\nroot = \"www\"\nerrors = { 404 = \"/none.html\" }";
    let faults = load(text, folder.path(), SystemTime::now()).unwrap_err();
    assert!(faults[0].starts_with("site[0].root: expected a folder, found "), "{faults:?}");
    assert_eq!(faults[1], "site[1].errors.404: expected a file, found /none.html");
}

#[test]
fn the_example_of_sites_and_origins_is_right_and_shows_what_holds_without_it() {
    let example = include_str!("../../../config/edge.toml");
    let (_, sections) = example.split_once("\n# [[origin]]").unwrap();
    let commented = sections.lines().filter_map(|line| line.strip_prefix("# ")).filter(|line| !line.contains(": "));
    let text = format!("[[origin]]\n{}", commented.collect::<Vec<_>>().join("\n"));
    let (sites, origins) = read(&text, Path::new("")).unwrap();
    assert_eq!((sites.len(), origins.len(), origins[0].servers.len()), (1, 1, 3));
    let least = read("[[origin]]\nname = \"app\"\nurls = [\"http://a\"]", Path::new("")).unwrap().1;
    assert_eq!(origins[0], OriginConfig { servers: origins[0].servers.clone(), ..least[0].clone() });
}

#[test]
fn every_fault_of_a_site_is_told_with_its_path() {
    let text = "[[site]]\nhost = \"a b\"\n[[site]]\nhost = \"a\"\nroot = \"r\"\nindex = \"x/y\"\ncolour = 1\n\
                not_found = \"404.html\"\nerrors = { 200 = \"/a.html\" }\n\
                cache = [{ path = \"/a*\" }, { path = \"/a\", cache_control = \"\\u00e4\" }]\n\
                redirects = [{ from = \"/a\", to = \"//evil.example\" }, { from = \"/a\", to = \"/b/*\", status = 305 }]\n\
                proxy = [{ path = \"/x\", origin = \"other\" }]\norigin = \"other\"\n\
                [[site]]\nhost = \"A.\"\nnot_found = \"/x\"\norigin = \"app\"\n[[site]]\nhost = \"e\"\n\
                [rest]\norigin = \"other\"";
    let pattern = "expected a path such as \"/old\", \"/assets/*\" or \"*.css\", found";
    let target = "expected a path such as \"/new\", or a URL such as \"https://shop.example/new\", with \"/*\" at its end at \
                  most where \"from\" has it, found";
    let host = "a host such as \"shop.example\" or \"*.shop.example\", without a port";
    let keys = "host, root, index, cache, not_found, errors, redirects, proxy, origin";
    let nothing = "expected a site that answers something: a root, an origin, redirects or proxy, found none of them";
    assert_eq!(
        read(&format!("{ORIGIN}{text}"), Path::new("")).unwrap_err(),
        [
            format!("site[0].host: expected {host}, found \"a b\""),
            format!("site[0]: {nothing}"),
            format!("site[1].colour: expected no such field (there are {keys}), found 1"),
            "site[1].index: expected the name of a file, such as \"index.html\", found \"x/y\"".to_owned(),
            format!("site[1].cache[0].path: {pattern} \"/a*\""),
            "site[1].cache[1].cache_control: expected cache directives such as \"public, max-age=60\", found \"ä\""
                .into(),
            "site[1].not_found: expected a path below the root such as \"/404.html\", found \"404.html\"".to_owned(),
            "site[1].errors.200: expected a status from 400 to 599, found \"200\"".to_owned(),
            format!("site[1].redirects[0].to: {target} \"//evil.example\""),
            format!("site[1].redirects[1].to: {target} \"/b/*\""),
            "site[1].redirects[1].status: expected 301, 302, 303, 307 or 308, found 305".to_owned(),
            "site[1].proxy[0].origin: expected the name of an [[origin]], found \"other\"".to_owned(),
            "site[1].origin: expected the name of an [[origin]], found \"other\"".to_owned(),
            "site[2].host: expected a host that no other site has, found \"A.\"".to_owned(),
            "site[2].not_found: expected no page where there is no root, found one".to_owned(),
            format!("site[3]: {nothing}"),
            "rest.origin: expected the name of an [[origin]], found \"other\"".to_owned(),
        ]
    );
}
