//! Where an origin's servers are.

use doorbuster_config::{Field, Table};
use http::Uri;
use http::uri::PathAndQuery;

use super::ServerConfig;

const SERVERS_MAX: usize = 64;
const URL: &str = "a URL such as \"http://127.0.0.1:9000\", without a path";

pub(super) fn read(origin: &Table<'_>) -> Option<Vec<ServerConfig>> {
    let field = origin.required("urls", format!("a list of {URL}"))?;
    let servers = field.each(1..=SERVERS_MAX, read_one)?;
    if servers.iter().all(|server| server.backup) {
        field.wrong("a server that is no backup");
        return None;
    }
    Some(servers)
}

fn read_one(field: &Field<'_>) -> Option<ServerConfig> {
    if !field.is_table() {
        return Some(ServerConfig { authority: read_url(field)?, weight: 1, backup: false });
    }
    let server = field.table(&["url", "weight", "backup"])?;
    let authority = server.required("url", URL).and_then(|field| read_url(&field));
    let weight = server.number("weight", 1..=1_000, 1);
    let backup = server.optional("backup").map_or(Some(false), |field| field.switch());
    Some(ServerConfig { authority: authority?, weight: weight?, backup: backup? })
}

fn read_url(field: &Field<'_>) -> Option<String> {
    let url: Uri = field.parse(URL)?;
    let authority = url.authority().map(ToString::to_string).filter(|authority| !authority.contains('@'));
    let has_path = !matches!(url.path_and_query().map(PathAndQuery::as_str), None | Some("" | "/"));
    if url.scheme_str() != Some("http") || has_path || authority.is_none() {
        field.wrong(URL);
        return None;
    }
    authority
}
