//! A cache before the edge: what it keeps, for how long, and what it never keeps.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use doorbuster_tests::sale_file::SaleFile;
use doorbuster_tests::until;
use doorbuster_tests::web::Answer;
use http::Method;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use toml::Table;

use super::installed;
use super::varnish::{Varnish, Visitor};
use crate::world::{SALE, SOON, World};

const FILES: (&str, &str) = ("host", "files.example");
const JSON: (&str, &str) = ("content-type", "application/json");
/// An answer that nobody has to be asked for comes at once, even on a busy machine.
const AT_ONCE: Duration = Duration::from_secs(3);

/// An edge with a sale and a site of files, and Varnish before it.
struct Set {
    world: World,
    varnish: Varnish,
    files: TempDir,
}

impl Set {
    async fn up(test: &str) -> Option<Self> {
        let program = installed("varnishd", test)?;
        let files = TempDir::new().unwrap();
        fs::write(files.path().join("page.html"), "one").unwrap();
        fs::write(files.path().join("brief.html"), "one").unwrap();
        let site = files.path().to_owned();
        let change = move |process: &str, config: &mut Table| {
            if process != "allocator" {
                config.extend(told(&site, config));
            }
        };
        let world = World::selling_with(1, SaleFile::new(SALE).item("lamp", 9, 2).limit(2), &change).await;
        let varnish = Varnish::before(&program, &world.shop(0)).await;
        Some(Self { world, varnish, files })
    }

    fn edge(&self) -> Pid {
        let pids = self.world.fleet.pids();
        Pid::from_raw(pids.last().expect("an edge runs").cast_signed()).unwrap()
    }

    fn access_log(&self) -> PathBuf {
        self.files.path().join(".access.log")
    }

    async fn file(&self, path: &str) -> Answer {
        self.varnish.visitor(1).ask(Method::GET, path, &[FILES], "").await.unwrap()
    }
}

/// What this edge is told besides.
fn told(site: &Path, config: &Table) -> Table {
    let (root, log) = (site.display(), site.join(".access.log"));
    let log = log.display();
    let listen = &config["http"]["listen"];
    let text = format!(
        r#"
        [http]
        listen = {listen}
        threads = 1
        [http.trust]
        networks = ["127.0.0.1"]
        [limits]
        purchases_per_s = 1
        purchases_burst = 2
        [access_log]
        file = "{log}"
        [[site]]
        host = "files.example"
        root = "{root}"
        [[site.cache]]
        path = "/brief.html"
        cache_control = "public, max-age=1, stale-if-error=60"
        [[site.cache]]
        path = "/*"
        cache_control = "public, max-age=600"
        "#
    );
    text.parse().unwrap()
}

fn field<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers.get(name).map_or("", |value| value.to_str().unwrap())
}

fn cache(answer: &Answer) -> &str {
    field(answer, "x-cache")
}

fn age_s(answer: &Answer) -> u64 {
    field(answer, "age").parse().unwrap_or(0)
}

async fn log_in(visitor: &Visitor<'_>, name: &str) -> String {
    let body = format!("{{\"name\":\"{name}\"}}");
    let answer = visitor.ask(Method::POST, "/api/login", &[JSON], &body).await.unwrap();
    assert_eq!((answer.status, cache(&answer)), (200, "pass"), "{}", answer.text());
    format!("Bearer {}", answer.json()["token"].as_str().unwrap())
}

async fn buy(visitor: &Visitor<'_>, bearer: &str, key: &str) -> Answer {
    let fields = [JSON, ("idempotency-key", key), ("authorization", bearer)];
    let path = format!("/api/sales/{SALE}/orders");
    let answer = visitor.ask(Method::POST, &path, &fields, r#"{"sku":"lamp","units":1}"#).await.unwrap();
    assert_eq!(cache(&answer), "pass", "{} {}", answer.status, answer.text());
    answer
}

/// The first asset that a page names.
fn asset(page: &str) -> String {
    let start = page.find("/assets/").expect("a page has assets");
    page[start..].split(['"', '\'', ' ', '>']).next().unwrap().to_owned()
}

#[tokio::test]
async fn pages_are_hits_and_purchases_never_are() {
    let Some(set) = Set::up("pages_are_hits_and_purchases_never_are").await else { return };
    let ann = set.varnish.visitor(2);
    // The site comes after the sale.
    let page = || async {
        ann.get("/").await.map(|page| page.text().replace("&#x2f;", "/")).filter(|page| page.contains("/assets/"))
    };
    let asset = asset(&until::found("the shop's page", SOON, page).await.unwrap());
    for path in ["/", "/p/lamp", "/api/sales", asset.as_str()] {
        ann.get(path).await.unwrap();
        // Who asks, and with which cookies, does not matter.
        let cookies = [("cookie", "doorbuster_token=x; other=y")];
        let again = ann.ask(Method::GET, path, &cookies, "").await.unwrap();
        assert_eq!((again.status, cache(&again)), (200, "hit"), "{path}");
    }

    let bearer = log_in(&ann, "ann").await;
    let bought = buy(&ann, &bearer, "one").await;
    assert_eq!(bought.status, 201, "{}", bought.text());
    let again = buy(&ann, &bearer, "one").await;
    assert_eq!(again.json()["order"]["id"], bought.json()["order"]["id"]);
    let id = bought.json()["order"]["id"].as_str().unwrap().to_owned();
    let order = format!("/api/orders/{id}");
    for path in ["/api/orders", order.as_str(), "/orders", order.trim_start_matches("/api")] {
        for _ in 0..2 {
            let mine = ann.ask(Method::GET, path, &[("authorization", &bearer)], "").await.unwrap();
            assert_eq!(cache(&mine), "pass", "{path}: {}", mine.status);
            assert!(field(&mine, "cache-control").contains("no-store"), "{path}");
        }
        let anybody = set.varnish.visitor(3).get(path).await.unwrap();
        assert!(!anybody.text().contains(&id), "{path}");
    }
}

#[tokio::test]
async fn a_shopper_behind_a_cache_keeps_its_own_address() {
    let Some(set) = Set::up("a_shopper_behind_a_cache_keeps_its_own_address").await else { return };
    let (ann, bob) = (set.varnish.visitor(2), set.varnish.visitor(3));
    let (as_ann, as_bob) = (log_in(&ann, "ann").await, log_in(&bob, "bob").await);
    let mut statuses = Vec::new();
    // Two at once are let in, and one more a second.
    for at in 0..8 {
        statuses.push(buy(&ann, &as_ann, &format!("ann-{}", at % 2)).await.status);
    }
    assert_eq!(statuses[..2], [201; 2], "{statuses:?}");
    assert!(statuses.contains(&429), "{statuses:?}");
    assert_eq!(buy(&bob, &as_bob, "bob-1").await.status, 201);

    let claims = [("x-forwarded-for", "203.0.113.9"), ("forwarded", "for=203.0.113.9")];
    ann.ask(Method::GET, "/nothing/here", &claims, "").await.unwrap();
    let line = || async {
        let log = fs::read_to_string(set.access_log()).ok()?;
        log.lines().find(|line| line.contains("/nothing/here")).map(str::to_owned)
    };
    let line = until::found("the request is in the access log", SOON, line).await.unwrap();
    let line: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(line["client"], "127.0.0.2", "{line}");
}

#[tokio::test]
async fn a_change_is_seen_when_its_time_is_over_or_it_is_purged() {
    let Some(set) = Set::up("a_change_is_seen_when_its_time_is_over_or_it_is_purged").await else { return };
    for path in ["/page.html", "/brief.html"] {
        assert_eq!(set.file(path).await.text(), "one");
        fs::write(set.files.path().join(&path[1..]), "another").unwrap();
    }
    kill_process(set.edge(), Signal::HUP).unwrap();
    let changed = |path: &'static str| {
        let set = &set;
        move || async move { set.file(path).await.text() == "another" }
    };
    until::holds("the change is seen after its time", SOON, changed("/brief.html")).await.unwrap();
    let kept = set.file("/page.html").await;
    assert_eq!((kept.text().as_str(), cache(&kept)), ("one", "hit"));

    let purge = |host: u8| {
        let visitor = set.varnish.visitor(host);
        async move { visitor.ask(Method::from_bytes(b"PURGE").unwrap(), "/page.html", &[FILES], "").await.unwrap().status }
    };
    assert_eq!(purge(2).await, 405);
    assert_eq!(cache(&set.file("/page.html").await), "hit");
    assert_eq!(purge(1).await, 200);
    let fresh = set.file("/page.html").await;
    assert_eq!((fresh.text().as_str(), cache(&fresh)), ("another", "miss"));

    // The shop's own pages are published through the allocator.
    let sale = SaleFile::new("second").item("mug", 9, 1).write(&set.world.path().join("second")).unwrap();
    assert!(set.world.fleet.publish(&sale).await.unwrap().status.success());
    let visitor = set.varnish.visitor(1);
    let shows = || async { visitor.get("/").await.unwrap().text().contains("/p/mug") };
    until::holds("the shop's page shows the second sale", SOON, shows).await.unwrap();
}

#[tokio::test]
async fn pages_outlive_the_edge_as_long_as_it_allows() {
    let Some(mut set) = Set::up("pages_outlive_the_edge_as_long_as_it_allows").await else { return };
    set.file("/brief.html").await;
    set.varnish.visitor(1).get("/").await.unwrap();

    // stale-while-revalidate: nobody waits for an edge that is slow.
    kill_process(set.edge(), Signal::STOP).unwrap();
    delivered_when_stale(&set, "/", &[]).await;
    kill_process(set.edge(), Signal::CONT).unwrap();

    // stale-if-error: an edge that is gone.
    let edge = set.world.fleet.members()[1];
    set.world.fleet.kill(edge).await.unwrap();
    delivered_when_stale(&set, "/", &[]).await;
    delivered_when_stale(&set, "/brief.html", &[FILES]).await;
    let visitor = set.varnish.visitor(1);
    for (method, path) in [(Method::GET, "/p/lamp?not-kept"), (Method::POST, "/api/login")] {
        let failed = visitor.ask(method, path, &[JSON], "{}").await.unwrap();
        assert_eq!((failed.status, field(&failed, "cache-control")), (503, "no-store"), "{path}");
        assert!(!field(&failed, "retry-after").is_empty(), "{path}");
    }

    set.world.fleet.restart(edge).await.unwrap();
    let fresh = || async {
        let answer = visitor.get("/p/lamp?not-kept").await.unwrap();
        answer.status == 200
    };
    until::holds("the edge that is back is asked", SOON, fresh).await.unwrap();
}

/// Every answer comes at once and out of the cache, also once its time is over.
async fn delivered_when_stale(set: &Set, path: &str, fields: &[(&str, &str)]) {
    let visitor = set.varnish.visitor(1);
    let look = || async {
        let asked = Instant::now();
        let answer = visitor.ask(Method::GET, path, fields, "").await.unwrap();
        assert_eq!((answer.status, cache(&answer)), (200, "hit"), "{path}, {} s old", age_s(&answer));
        assert!(asked.elapsed() < AT_ONCE, "{path} took {:?}", asked.elapsed());
        age_s(&answer) >= 2
    };
    until::holds(&format!("{path} is delivered when it is stale"), SOON, look).await.unwrap();
}
