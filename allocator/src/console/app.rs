//! The web app, embedded in the binary.

use axum::response::{Html, IntoResponse, Response};
use http::{Method, StatusCode, Uri, header};
use rust_embed::RustEmbed;

use super::problem::{Problem, method_not_allowed};
use crate::publish::content_type;

const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><title>Doorbuster: allocator</title>\
    <h1>The console is not built</h1>\
    <p>Run <code>npm ci &amp;&amp; npm run build</code> in <code>static/console</code>, and build the allocator again. \
    The figures are at <a href=\"/api/snapshot\">/api/snapshot</a>.</p></html>";

#[derive(RustEmbed)]
#[folder = "../static/console/dist"]
#[allow_missing = true]
struct Files;

/// Answers every address that the API does not.
pub(super) async fn serve(method: Method, uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    if method != Method::GET && method != Method::HEAD {
        return method_not_allowed().await.into_response();
    }
    let name = if path.is_empty() { "index.html" } else { path };
    match Files::get(name) {
        Some(file) => {
            // The builder names what lies in assets/ by its content.
            let caching = if name.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
            let headers = [(header::CONTENT_TYPE, content_type(name)), (header::CACHE_CONTROL, caching)];
            (headers, file.data.into_owned()).into_response()
        }
        None if path.is_empty() => (StatusCode::SERVICE_UNAVAILABLE, Html(NOT_BUILT)).into_response(),
        None => Problem::not_found(format!("there is nothing at /{path}")).into_response(),
    }
}
