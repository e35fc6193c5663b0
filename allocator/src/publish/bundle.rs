//! A sale file with its pictures, as one JSON document: `{sale, items, pictures: {path: base64}}`.

use std::collections::BTreeSet;
use std::path::{Component, Path};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use doorbuster_config::{Fault, Faults, from_toml};
use serde_json::{Map, Value};

use super::picture::{self, RASTER_BYTES_MAX};

/// The most bytes of a bundle.
pub const BUNDLE_BYTES_MAX: usize = 64 << 20;

/// Reads a sale file and the pictures that it names, which lie beside it or below. What is wrong with a picture's file
/// is a fault; all else is left to [`read`](super::read).
///
/// # Errors
/// A single fault, where the text is not TOML.
pub fn bundle(text: &str, folder: &Path) -> Result<(Value, Vec<Fault>), Vec<Fault>> {
    let mut document = from_toml(text).map_err(|fault| vec![fault])?;
    let faults = Faults::default();
    if document.as_object_mut().is_some_and(|table| table.remove("pictures").is_some()) {
        faults.note("pictures", "no such field (the items name their pictures)", "one");
    }
    let pictures = pictures(&document, folder, &faults);
    document["pictures"] = Value::Object(pictures);
    Ok((document, faults.into_vec()))
}

fn pictures(document: &Value, folder: &Path, faults: &Faults) -> Map<String, Value> {
    let mut pictures = Map::new();
    let items = document["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    for (n, item) in items.iter().enumerate() {
        let Some(name) = item["picture"].as_str() else { continue };
        match load(folder, name) {
            Ok(content) => {
                pictures.insert(name.to_owned(), Value::String(content));
            }
            Err(found) => faults.note(&format!("items[{n}].picture"), picture::EXPECTED, found),
        }
    }
    pictures
}

fn load(folder: &Path, name: &str) -> Result<String, String> {
    let path = Path::new(name);
    if !path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
        return Err(format!("{name:?}, which does not lie below the sale file"));
    }
    let path = folder.join(path);
    let told = |error: std::io::Error| format!("{name:?}: {error}");
    let size = std::fs::metadata(&path).map_err(told)?.len();
    if size > RASTER_BYTES_MAX as u64 {
        return Err(format!("{name:?} of {size} bytes"));
    }
    std::fs::read(&path).map(|bytes| STANDARD.encode(bytes)).map_err(told)
}

/// The faults of the files first; then those of the bundle that are not an echo of them.
pub(super) fn merged(files: Vec<Fault>, bundle: Vec<Fault>) -> Vec<Fault> {
    let told: BTreeSet<String> = files.iter().map(|fault| fault.path.clone()).collect();
    files.into_iter().chain(bundle.into_iter().filter(|fault| !told.contains(&fault.path))).collect()
}

#[cfg(test)]
mod tests {
    use doorbuster_proto::Timestamp;

    use super::*;

    #[test]
    fn the_sample_sale_is_right() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/sample");
        let text = std::fs::read_to_string(folder.join("sale.toml")).unwrap();
        let (bundle, faults) = bundle(&text, &folder).unwrap();
        assert_eq!(faults, []);
        let draft = crate::publish::read(&bundle, Timestamp(0), None).unwrap();
        assert_eq!(draft.presentation.items.len(), 12);
    }

    #[test]
    fn a_picture_must_lie_below_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let text = "[[items]]\npicture = \"../secret.svg\"\n[[items]]\npicture = \"none.svg\"";
        let (_, faults) = bundle(text, folder.path()).unwrap();
        assert!(faults[0].found.contains("does not lie below"), "{faults:?}");
        assert_eq!(faults[1].path, "items[1].picture");
        assert_eq!(faults.len(), 2);
    }
}
