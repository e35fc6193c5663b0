//! The edge's headers, as nginx is told to send them.

use super::super::exchange::Exchange;

/// What nginx makes by itself, or what belongs to one answer.
const LEFT_OUT: [&str; 11] = [
    "accept-ranges",
    "connection",
    "content-length",
    "content-type",
    "date",
    "etag",
    "keep-alive",
    "last-modified",
    "location",
    "server",
    "transfer-encoding",
];

/// What nginx adds to files, and how it is told not to.
const BY_ITSELF: [(&str, &str); 3] =
    [("etag", "etag off;"), ("accept-ranges", "max_ranges 0;"), ("last-modified", "add_header Last-Modified \"\";")];

/// The headers of one kind of answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Headers {
    all: Vec<(String, String)>,
}

impl Headers {
    /// As this answer has them.
    pub fn of(answer: &Exchange) -> Self {
        Self { all: answer.headers() }
    }

    /// Lines for a location whose answers Lua makes.
    pub fn of_location(&self) -> String {
        indented(self.added())
    }

    /// Lines for a location of files: what nginx would send besides is turned off.
    pub fn of_files(&self) -> String {
        let kind = self.value("content-type").map(|kind| format!("default_type {};", quoted(kind)));
        let off =
            BY_ITSELF.into_iter().filter(|(header, _)| self.value(header).is_none()).map(|(_, off)| off.to_owned());
        indented(self.added().chain(kind).chain(off))
    }

    fn added(&self) -> impl Iterator<Item = String> {
        let added = self.all.iter().filter(|(name, _)| !LEFT_OUT.contains(&name.as_str()));
        added.map(|(name, value)| format!("add_header {name} {} always;", quoted(value)))
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.all.iter().find_map(|(found, value)| (found == name).then_some(value.as_str()))
    }
}

fn indented(lines: impl Iterator<Item = String>) -> String {
    lines.map(|line| format!("      {line}")).collect::<Vec<_>>().join("\n")
}

fn quoted(value: &str) -> String {
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(head: &str) -> Headers {
        let bytes = format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n").into_bytes();
        Headers::of(&Exchange { status: 200, bytes })
    }

    #[test]
    fn nginx_is_told_what_it_does_not_know() {
        let lines = headers("Date: x\r\nContent-Type: text/html\r\nCSP: default-src 'none'\r\nETag: \"1\"").of_files();
        assert!(lines.contains("add_header csp \"default-src 'none'\" always;"));
        assert!(lines.contains("default_type \"text/html\";"));
        assert!(!lines.contains("date") && !lines.contains("etag off"));
    }

    #[test]
    fn what_the_edge_does_not_send_is_turned_off() {
        let lines = headers("Date: x").of_files();
        assert!(lines.contains("etag off;") && lines.contains("max_ranges 0;") && lines.contains("Last-Modified \"\""));
        assert_eq!(headers("Date: x").of_location(), "");
    }
}
