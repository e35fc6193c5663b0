//! What a file is, by its name. Pure.

use std::borrow::Cow;

/// The content type of a file: by its extension, with the charset of a text that is UTF-8.
pub(super) fn content_type(path: &str, body: &[u8]) -> Cow<'static, str> {
    // `first_or_octet_stream` would parse what is a static text.
    let essence = mime_guess::from_path(path).first_raw().unwrap_or("application/octet-stream");
    if essence.starts_with("text/") && std::str::from_utf8(body).is_ok() {
        Cow::Owned(format!("{essence}; charset=utf-8"))
    } else {
        Cow::Borrowed(essence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_extension_says() {
        for (path, expected) in [
            ("/index.html", "text/html; charset=utf-8"),
            ("/a/shop.CSS", "text/css; charset=utf-8"),
            ("/app.js", "text/javascript; charset=utf-8"),
            ("/a.json", "application/json"),
            ("/a.svg", "image/svg+xml"),
            ("/a.woff2", "font/woff2"),
            ("/a.png", "image/png"),
            ("/LICENSE", "application/octet-stream"),
            ("/a.unheard-of", "application/octet-stream"),
        ] {
            assert_eq!(content_type(path, b"text"), expected, "{path}");
        }
    }

    #[test]
    fn a_text_that_is_no_utf_8_is_not_called_so() {
        assert_eq!(content_type("/a.txt", b"\xe4"), "text/plain");
    }
}
