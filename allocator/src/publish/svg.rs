//! Whether an SVG picture only draws. It is served from the shop's own origin, where a script in it would run.

/// What a safe SVG is, in words for a fault.
pub(super) const EXPECTED: &str = "an SVG document that only draws";

/// Walks every tag; says what is wrong with the first that is not allowed.
pub(super) fn check(bytes: &[u8]) -> Result<(), String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "text that is not UTF-8".to_owned())?;
    let mut rest = text.trim_start_matches('\u{feff}').trim();
    let mut open: Vec<&str> = Vec::new();
    let mut seen_root = false;
    while let Some(at) = rest.find('<') {
        let outside = open.is_empty();
        if outside && !rest[..at].trim().is_empty() {
            return Err("text outside the <svg> element".into());
        }
        let markup = &rest[at..];
        if let Some(length) = skipped(markup)? {
            rest = &markup[length..];
            continue;
        }
        let end = tag_end(markup).ok_or("a tag that is not closed")?;
        let tag = &markup[1..end];
        rest = &markup[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            let name = name.trim_end();
            if open.pop() != Some(name) {
                return Err(format!("</{name}> without its start"));
            }
            continue;
        }
        let name = check_tag(tag)?;
        if outside && (seen_root || name != "svg") {
            return Err(format!("<{name}> as a root element"));
        }
        seen_root = true;
        if !tag.ends_with('/') {
            open.push(name);
        }
    }
    match open.last() {
        Some(name) => Err(format!("<{name}> without its end")),
        None if !seen_root || !rest.trim().is_empty() => Err("no <svg> element".into()),
        None => Ok(()),
    }
}

/// The length of a comment or of the XML declaration; other declarations and instructions are refused.
fn skipped(markup: &str) -> Result<Option<usize>, String> {
    let until = |end: &str| markup.find(end).map(|at| Some(at + end.len())).ok_or("markup that is not closed".into());
    if markup.starts_with("<!--") {
        return until("-->");
    }
    if markup.starts_with("<?xml ") {
        return until("?>");
    }
    if markup.starts_with("<!") || markup.starts_with("<?") {
        let start: String = markup.chars().take(12).collect();
        return Err(format!("{start:?}, a declaration or instruction"));
    }
    Ok(None)
}

/// Where the tag ends: a `>` in a quoted value does not end it.
fn tag_end(markup: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in markup.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}

fn check_tag(tag: &str) -> Result<&str, String> {
    let tag = tag.strip_suffix('/').unwrap_or(tag);
    let length = tag.find(|c: char| c.is_ascii_whitespace()).unwrap_or(tag.len());
    let (name, attributes) = tag.split_at(length);
    let local = local_name(name);
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || "-_:.".contains(c)) {
        return Err(format!("a tag named {:?}", name.chars().take(20).collect::<String>()));
    }
    if ["script", "foreignobject", "iframe", "object", "embed", "handler", "listener"].contains(&local.as_str()) {
        return Err(format!("a <{name}> element"));
    }
    check_attributes(name, attributes)?;
    Ok(name)
}

fn check_attributes(tag: &str, attributes: &str) -> Result<(), String> {
    let mut rest = attributes.trim();
    while !rest.is_empty() {
        let (name, after) = rest.split_once('=').ok_or_else(|| format!("an attribute of <{tag}> without a value"))?;
        let (name, after) = (name.trim(), after.trim_start());
        let quote = after.chars().next().filter(|c| *c == '"' || *c == '\'');
        let value = quote.and_then(|quote| after[1..].split_once(quote));
        let (value, after) = value.ok_or_else(|| format!("an attribute of <{tag}> without quotes"))?;
        check_attribute(name, value)?;
        rest = after.trim_start();
    }
    Ok(())
}

fn check_attribute(name: &str, value: &str) -> Result<(), String> {
    let local = local_name(name);
    if local.starts_with("on") {
        return Err(format!("an {name}= handler"));
    }
    // A reference into the document, or a picture inside it: nothing is fetched, and no `javascript:` is followed.
    let points_inside = value.starts_with('#') || (value.starts_with("data:image/") && !value.contains("svg"));
    if (local == "href" || local == "src") && !points_inside {
        return Err(format!("{name}= to somewhere outside the picture"));
    }
    if local == "attributename" && (local_name(value).starts_with("on") || local_name(value) == "href") {
        return Err(format!("an animation of {value}"));
    }
    Ok(())
}

fn local_name(name: &str) -> String {
    name.rsplit(':').next().unwrap_or(name).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn a_drawing_is_taken() {
        let drawing = "<?xml version=\"1.0\"?>\n<!-- a > b --><svg viewBox='0 0 1 1'><defs><path id=\"a\" d=\"M0 0\"/></defs>\
                       <use href=\"#a\"/><text>5 > 4</text></svg>\n";
        assert_eq!(check(drawing.as_bytes()), Ok(()));
    }

    #[test]
    fn what_could_run_or_fetch_is_refused() {
        for (bad, why) in [
            ("<svg><script>1</script></svg>", "<script>"),
            ("<svg><svg:SCRIPT/></svg>", "SCRIPT"),
            ("<svg onload=\"x()\"></svg>", "onload= handler"),
            ("<svg a=\">\" onload='x()'/>", "onload= handler"),
            ("<svg><a href=\"javascript:x()\">a</a></svg>", "outside the picture"),
            ("<svg><a xlink:href='&#106;avascript:x()'>a</a></svg>", "outside the picture"),
            ("<svg><use href=\"data:image/svg+xml,x\"/></svg>", "outside the picture"),
            ("<svg><set attributeName=\"onclick\" to=\"x()\"/></svg>", "animation"),
            ("<!DOCTYPE svg [<!ENTITY a 'b'>]><svg/>", "declaration"),
            ("<svg><foreignObject/></svg>", "foreignObject"),
        ] {
            let found = check(bad.as_bytes()).expect_err(bad);
            assert!(found.contains(why), "{bad}: {found}");
        }
    }

    #[test]
    fn what_is_not_a_drawing_is_refused() {
        for bad in
            ["", "hello", "<html></html>", "<svg>", "<svg></g></svg>", "<svg/><svg/>", "<svg a=b/>", "<svg", "x<svg/>"]
        {
            assert!(check(bad.as_bytes()).is_err(), "{bad}");
        }
        assert!(check(&[0xff, 0xfe]).is_err());
    }
}
