//! Requests for files, right and wrong, thrown by dice.

use std::net::SocketAddr;

use rand::RngExt as _;
use rand::rngs::SmallRng;

use super::answer::Answer;

/// When every file was changed.
pub(super) const MODIFIED_S: u64 = 1_700_000_000;
/// The same, as a header field has it.
pub(super) const MODIFIED: &str = "Tue, 14 Nov 2023 22:13:20 GMT";
const BEFORE: &str = "Tue, 14 Nov 2023 22:13:19 GMT";
const AFTER: &str = "Wednesday, 15-Nov-23 22:13:20 GMT";

const METHODS: [&str; 7] = ["HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "BREW"];
const TARGETS: [&str; 56] = [
    "/",
    "/index.html",
    "/text.txt",
    "/text.txt",
    "/text.txt",
    "/style.css",
    "/style.css",
    "/empty.txt",
    "/one.txt",
    "/picture.png",
    "/picture.png",
    "/with%20space.txt",
    "/%C3%A4.txt",
    "/%c3%a4.txt",
    "/no-extension",
    "/folder",
    "/folder/",
    "/folder?a=b",
    "/folder/?a=b",
    "/folder/index.html",
    "/folder/data.json",
    "/folder/data.json/",
    "/unlisted",
    "/unlisted/",
    "/unlisted/a.svg",
    "/missing",
    "/missing/",
    "/folder/missing",
    "/.hidden/secret.txt",
    "/.hidden",
    "/TEXT.TXT",
    "//text.txt",
    "/folder//data.json",
    "/./text.txt",
    "/folder/./data.json",
    "/folder/../text.txt",
    "/folder/..",
    "/folder/.",
    "/..",
    "/../text.txt",
    "/folder/../../text.txt",
    "/%2e%2e/text.txt",
    "/folder/%2E%2e/text.txt",
    "/folder%2Fdata.json",
    "/%74ext.txt",
    "/text.txt?",
    "/text.txt?a=b&c=%zz",
    "/text.txt;a",
    "/text.txt%00",
    "/text.txt%",
    "/text.txt%4",
    "/text.txt%zz",
    "/%ff",
    "/with+space.txt",
    "/folder/%20",
    "/text.txt%3Fa",
];
const RANGES: [&str; 26] = [
    "bytes=0-0",
    "bytes=0-9",
    "bytes=5-",
    "bytes=-5",
    "bytes=0-",
    "bytes=-0",
    "bytes=100-200",
    "bytes=0-99999999",
    "bytes=-99999999",
    "bytes=99999999-",
    "bytes=0-1,4-5",
    "bytes=4-5,0-1",
    "bytes=0-1, -2",
    "bytes=0-4,2-9",
    "bytes=0-4,5-9",
    "bytes=0-1,99999999-",
    "bytes=99999999-,88888888-",
    "bytes=5-2",
    "bytes=a-b",
    "bytes=",
    "bytes",
    "items=0-1",
    "bytes=0-1,",
    "bytes= 0-1",
    "bytes=0-1;2-3",
    "bytes=0-18446744073709551616",
];
const TAGS: [&str; 9] = ["@", "W/@", "\"other\"", "\"other\", @", "*", "@, \"other\"", "other", "W/\"other\", W/@", ""];
const IF_RANGES: [&str; 6] = ["@", "@", "W/@", "\"other\"", MODIFIED, BEFORE];
const DATES: [&str; 5] = [MODIFIED, BEFORE, AFTER, "yesterday", "Wed Nov 15 22:13:20 2023"];
const CODINGS: [&str; 8] =
    ["gzip", "br", "gzip, deflate, br, zstd", "gzip;q=0, br;q=0.5", "identity", "*", "*;q=0", "zstd;q=0.9, gzip;q=1.0"];

/// One request. `@` in a field stands for the entity tag that the server gave this file.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) method: &'static str,
    pub(super) target: &'static str,
    pub(super) is_http_10: bool,
    pub(super) fields: Vec<(&'static str, &'static str)>,
}

/// The entity tags of one server's files.
pub(super) struct Validator(Vec<(&'static str, String)>);

impl Request {
    pub(super) fn any(dice: &mut SmallRng) -> Self {
        let method = if dice.random_ratio(3, 4) { "GET" } else { one_of(dice, &METHODS) };
        let mut fields = Vec::new();
        let mut perhaps = |dice: &mut SmallRng, one_in: u32, name, values: &[&'static str]| {
            if dice.random_ratio(1, one_in) {
                fields.push((name, one_of(dice, values)));
            }
        };
        perhaps(dice, 3, "Range", &RANGES);
        perhaps(dice, 6, "If-None-Match", &TAGS);
        perhaps(dice, 8, "If-Match", &TAGS);
        perhaps(dice, 8, "If-Modified-Since", &DATES);
        perhaps(dice, 12, "If-Unmodified-Since", &DATES);
        perhaps(dice, 6, "If-Range", &IF_RANGES);
        // Each encoding has an entity tag of its own, and nginx has but one: conditions are asked without.
        if fields.is_empty() && dice.random_ratio(1, 2) {
            fields.push(("Accept-Encoding", one_of(dice, &CODINGS)));
        }
        if method != "GET" && method != "HEAD" {
            fields.push(("Content-Length", "0"));
        }
        Self { method, target: one_of(dice, &TARGETS), is_http_10: dice.random_ratio(1, 20), fields }
    }

    /// A plain GET.
    pub(super) fn get(target: &'static str, fields: Vec<(&'static str, &'static str)>) -> Self {
        Self { method: "GET", target, is_http_10: false, fields }
    }

    /// As it is sent.
    pub(super) fn spelled(&self, own: &Validator) -> String {
        let version = if self.is_http_10 { "1.0" } else { "1.1" };
        let tag = own.tag(self.target);
        let mut text =
            format!("{} {} HTTP/{version}\r\nHost: files.example\r\nConnection: close\r\n", self.method, self.target);
        for (name, value) in &self.fields {
            text.extend([name, ": ", &value.replace('@', tag), "\r\n"]);
        }
        text + "\r\n"
    }

    /// A field's value, as it stands here.
    pub(super) fn field(&self, name: &str) -> Option<&'static str> {
        self.fields.iter().find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }
}

impl Validator {
    /// Asks a server for every file.
    pub(super) async fn at(server: SocketAddr) -> Self {
        let mut tags = Vec::new();
        for target in TARGETS {
            let answer = Answer::to(server, &Request::get(target, Vec::new()), &Self(Vec::new())).await;
            tags.extend(answer.field("etag").map(|tag| (target, tag.to_owned())));
        }
        Self(tags)
    }

    fn tag(&self, target: &str) -> &str {
        self.0.iter().find(|(of, _)| *of == target).map_or("\"none\"", |(_, tag)| tag)
    }
}

fn one_of(dice: &mut SmallRng, values: &[&'static str]) -> &'static str {
    values[dice.random_range(0..values.len())]
}
