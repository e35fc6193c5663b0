//! Where two answers to one request differ, of what matters.

use std::fmt;

use super::answer::Answer;
use super::requests::Request;

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) what: &'static str,
    nginx: String,
    edge: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: nginx {}, edge {}", self.what, self.nginx, self.edge)
    }
}

/// Where statuses differ, nothing else is compared. Of errors the text is anybody's own.
pub(super) fn compare(request: &Request, nginx: &Answer, edge: &Answer) -> Vec<Difference> {
    if nginx.status != edge.status {
        return vec![Difference { what: "status", nginx: nginx.status.to_string(), edge: edge.status.to_string() }];
    }
    let mut differences = Vec::new();
    let mut note = |what, of: &dyn Fn(&Answer) -> String| {
        let (nginx, edge) = (of(nginx), of(edge));
        if nginx != edge {
            differences.push(Difference { what, nginx, edge });
        }
    };
    note("Location", &|answer| value(answer, "location"));
    note("Allow", &|answer| value(answer, "allow"));
    note("Content-Range", &|answer| value(answer, "content-range"));
    if nginx.status < 300 || nginx.status == 304 {
        note("Content-Type", &|answer| answer.essence().unwrap_or("none").to_owned());
        note("Last-Modified", &|answer| value(answer, "last-modified"));
        note("ETag", &|answer| format!("{:?}", answer.field("etag").is_some()));
        note("Content-Encoding", &|answer| value(answer, "content-encoding"));
        // Where one is a multipart body, its boundary's length is anybody's own.
        if nginx.parts_or_none(request) == 0 {
            note("Content-Length", &|answer| value(answer, "content-length"));
            note("body", &|answer| format!("{:?}", String::from_utf8_lossy(&answer.body)));
        } else {
            note("parts", &|answer| format!("{:?}", answer.parts()));
        }
    }
    differences
}

impl Answer {
    fn parts_or_none(&self, request: &Request) -> usize {
        if request.method == "GET" { self.parts().map_or(0, |parts| parts.len()) } else { 0 }
    }
}

fn value(answer: &Answer, name: &str) -> String {
    answer.field(name).unwrap_or("none").to_owned()
}
