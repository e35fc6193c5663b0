//! What a page's own HTML says that its headers should say too: which files it needs first, and what is written into it.
//!
//! Reads as much of HTML as that takes: tags, attributes, comments, and the text of scripts and styles. Never changes a page.

/// A page's stylesheets and scripts.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Needs<'h> {
    /// Files, in the order in which they are named.
    pub(super) files: Vec<NeededFile<'h>>,
    /// Scripts in the page itself, that run.
    pub(super) inline_scripts: Vec<&'h str>,
    /// Styles in the page itself.
    pub(super) inline_styles: Vec<&'h str>,
}

/// A file that a page needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NeededFile<'h> {
    pub(super) href: &'h str,
    pub(super) kind: FileKind,
}

/// As what a page needs a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FileKind {
    Style,
    Script,
    Module,
}

impl<'h> Needs<'h> {
    /// What a page needs.
    pub(super) fn of(html: &'h str) -> Self {
        let mut needs = Self::default();
        let mut rest = html;
        while let Some(at) = rest.find('<') {
            rest = &rest[at..];
            if let Some(comment) = rest.strip_prefix("<!--") {
                rest = comment.find("-->").map_or("", |end| &comment[end + 3..]);
            } else if let Some((tag, after)) = Tag::read(&rest[1..]) {
                rest = needs.take(&tag, after);
            } else {
                rest = &rest[1..];
            }
        }
        needs
    }

    /// Takes a tag in; gives back what follows it and its text, where that is no HTML.
    fn take(&mut self, tag: &Tag<'h>, after: &'h str) -> &'h str {
        if tag.is("link") {
            self.take_link(tag);
        } else if tag.is("script") {
            let (text, after) = raw_text(after, "</script");
            self.take_script(tag, text);
            return after;
        } else if tag.is("style") {
            let (text, after) = raw_text(after, "</style");
            self.inline_styles.push(text);
            return after;
        }
        after
    }

    fn take_link(&mut self, tag: &Tag<'h>) {
        let rel = tag.attribute("rel").unwrap_or_default();
        // A style for another medium is not needed first.
        let is_style = rel.eq_ignore_ascii_case("stylesheet") && tag.attribute("media").is_none();
        if let Some(href) = tag.attribute("href").filter(|_| is_style) {
            self.files.push(NeededFile { href, kind: FileKind::Style });
        }
    }

    fn take_script(&mut self, tag: &Tag<'h>, text: &'h str) {
        let kind = tag.attribute("type").unwrap_or_default();
        if let Some(href) = tag.attribute("src") {
            let kind = if kind.eq_ignore_ascii_case("module") { FileKind::Module } else { FileKind::Script };
            self.files.push(NeededFile { href, kind });
        } else if !kind.ends_with("json") {
            self.inline_scripts.push(text);
        }
    }
}

struct Tag<'h> {
    name: &'h str,
    attributes: Vec<(&'h str, &'h str)>,
}

impl<'h> Tag<'h> {
    /// The tag after a `<`, and what follows its `>`. Closing tags and declarations are none.
    fn read(text: &'h str) -> Option<(Self, &'h str)> {
        let (name, mut rest) = text.split_at(text.find(|c: char| !c.is_ascii_alphanumeric())?);
        if name.is_empty() {
            return None;
        }
        let mut attributes = Vec::new();
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
            if let Some(after) = rest.strip_prefix('>') {
                return Some((Self { name, attributes }, after));
            }
            let (attribute, after) = attribute(rest)?;
            attributes.push(attribute);
            rest = after;
        }
    }

    fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    fn attribute(&self, name: &str) -> Option<&'h str> {
        self.attributes.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }
}

/// An attribute with its value, and what follows.
fn attribute(text: &str) -> Option<((&str, &str), &str)> {
    let ends = |c: char| c.is_ascii_whitespace() || "=>/".contains(c);
    // An equals sign at the start belongs to the name.
    let first = text.chars().next()?.len_utf8();
    let (name, rest) = text.split_at(first + text[first..].find(ends)?);
    let Some(value) = rest.trim_ascii_start().strip_prefix('=').map(str::trim_ascii_start) else {
        return Some(((name, ""), rest));
    };
    let quote = value.chars().next().filter(|c| "\"'".contains(*c));
    let (value, rest) = match quote {
        Some(quote) => value[1..].split_once(quote)?,
        None => value.split_at(value.find(|c: char| c.is_ascii_whitespace() || c == '>')?),
    };
    Some(((name, value), rest))
}

/// A text up to its closing tag, and what follows from there.
fn raw_text<'h>(text: &'h str, closing: &str) -> (&'h str, &'h str) {
    let is_closing = |at: &usize| {
        text.as_bytes()[*at..].get(..closing.len()).is_some_and(|t| t.eq_ignore_ascii_case(closing.as_bytes()))
    };
    let end = text.match_indices('<').map(|(at, _)| at).find(is_closing).unwrap_or(text.len());
    text.split_at(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(html: &str) -> Vec<(&str, FileKind)> {
        Needs::of(html).files.into_iter().map(|file| (file.href, file.kind)).collect()
    }

    #[test]
    fn stylesheets_and_scripts_are_found() {
        let html = r#"<!doctype html><html lang="en"><head><title>a < b</title>
            <link rel="icon" href="/i.svg"><LINK REL=stylesheet HREF=/a.css><link href='/b.css' rel='stylesheet' />
            <script type="module" src="/a.js"></script><script async src=/b.js></script></head>
            <body data-x="<link rel=stylesheet href=/no.css>"></body>"#;
        let expected = [
            ("/a.css", FileKind::Style),
            ("/b.css", FileKind::Style),
            ("/a.js", FileKind::Module),
            ("/b.js", FileKind::Script),
        ];
        assert_eq!(files(html), expected);
    }

    #[test]
    fn what_is_not_needed_first_is_passed_over() {
        assert_eq!(
            files(r#"<link rel="modulepreload" href="/a.js"><link rel="stylesheet" media="print" href="/p.css">"#),
            []
        );
        assert_eq!(files(r#"<!-- <link rel="stylesheet" href="/a.css"> --><link rel="stylesheet">"#), []);
        assert_eq!(files(r#"<style><link rel="stylesheet" href="/a.css"></style>"#), []);
    }

    #[test]
    fn scripts_and_styles_in_the_page_are_found_with_their_exact_text() {
        let html =
            "<style> a{}\n</STYLE ><script>if (a</b/) '</'\n</script><script type=\"application/json\">{}</script>";
        let needs = Needs::of(html);
        assert_eq!(needs.inline_styles, [" a{}\n"]);
        assert_eq!(needs.inline_scripts, ["if (a</b/) '</'\n"]);
    }

    #[test]
    fn broken_html_ends_somewhere() {
        for html in [
            "<",
            "<a",
            "<a b",
            "<a b=",
            "<a b=\"",
            "<script>",
            "<script",
            "<!--",
            "<style>x",
            "</",
            "<a =>",
            "<é>",
            "<a é=é>",
        ] {
            let needs = Needs::of(html);
            assert_eq!(needs.files, [], "{html}");
        }
        assert_eq!(Needs::of("<script>x").inline_scripts, ["x"]);
        assert_eq!(files("<<a ==x><link rel=stylesheet href=/a.css>"), [("/a.css", FileKind::Style)]);
    }
}
