//! The site on disk: one file, written whole beside the old one and renamed over it, closed by a checksum.
//!
//! Layout: a mark of 8 bytes, the version (8 bytes, big endian), each file, and the BLAKE3 hash of all that. A file is its
//! `SiteFile` with its length before it, its date (8 bytes), and its body in each encoding, each with its length before
//! it (4 bytes), 0 for none: what took a second to compress is read again in no time.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use bytes::{Buf as _, Bytes};
use doorbuster_proto::{SiteVersion, wire};
use prost::Message as _;

use super::prepared::Prepared;
use super::{Encoded, Error};

/// The file's name in the folder.
pub(super) const FILE: &str = "site";
const MARK: &[u8; 8] = b"DBSITE\x002";
const HASH_BYTES: usize = 32;
/// The largest site that an edge takes, before it is compressed: all of it is held in memory.
const SITE_BYTES_MAX: usize = 256 << 20;

/// Where the site is kept.
#[derive(Debug)]
pub(super) struct Kept {
    folder: PathBuf,
}

impl Kept {
    pub(super) fn open(folder: &Path) -> Result<Self, Error> {
        fs::create_dir_all(folder).map_err(disk(folder))?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// The kept site; `None` when there is none, or it is damaged.
    pub(super) fn load(&self) -> Result<Option<(SiteVersion, Vec<Prepared>)>, Error> {
        let path = self.folder.join(FILE);
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            read => read.map_err(disk(&path))?,
        };
        let found = decode(bytes.into());
        if found.is_none() {
            tracing::error!(path = %path.display(), "kept site is damaged, waiting for the allocator's");
        }
        Ok(found)
    }

    /// Replaces the kept site; durable on return.
    pub(super) fn store(&self, bytes: &[u8]) -> Result<(), Error> {
        let path = self.folder.join(FILE);
        let beside = self.folder.join(format!("{FILE}.new"));
        let write = || {
            let mut file = File::create(&beside)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&beside, &path)?;
            File::open(&self.folder)?.sync_all()
        };
        write().map_err(disk(&path))
    }
}

/// Refuses a site that is too large, before any work is put into it.
pub(super) fn check_size(files: &[wire::SiteFile]) -> Result<(), Error> {
    let found = files.iter().map(wire::SiteFile::encoded_len).sum();
    if found > SITE_BYTES_MAX { Err(Error::Size { most: SITE_BYTES_MAX, found }) } else { Ok(()) }
}

/// A site as it is written.
pub(super) fn encode(version: SiteVersion, files: &[Prepared]) -> Vec<u8> {
    let mut bytes = MARK.to_vec();
    bytes.extend_from_slice(&version.0.to_be_bytes());
    for Prepared { file, encoded, last_modified_s } in files {
        file.encode_length_delimited(&mut bytes).expect("a vector grows");
        bytes.extend_from_slice(&last_modified_s.to_be_bytes());
        for body in encoded.bodies() {
            let body = body.as_deref().unwrap_or_default();
            let length = u32::try_from(body.len()).expect("a body is smaller than the largest site");
            bytes.extend_from_slice(&length.to_be_bytes());
            bytes.extend_from_slice(body);
        }
    }
    let hash = blake3::hash(&bytes);
    bytes.extend_from_slice(hash.as_bytes());
    bytes
}

fn decode(mut bytes: Bytes) -> Option<(SiteVersion, Vec<Prepared>)> {
    let hash = bytes.split_off(bytes.len().checked_sub(HASH_BYTES)?);
    if *blake3::hash(&bytes).as_bytes() != hash[..] || !bytes.starts_with(MARK) {
        return None;
    }
    bytes.advance(MARK.len());
    let version = SiteVersion(bytes.try_get_u64().ok()?);
    let mut files = Vec::new();
    while !bytes.is_empty() {
        files.push(decode_file(&mut bytes)?);
    }
    Some((version, files))
}

fn decode_file(bytes: &mut Bytes) -> Option<Prepared> {
    let file = wire::SiteFile::decode_length_delimited(&mut *bytes).ok()?;
    let last_modified_s = bytes.try_get_u64().ok()?;
    let mut bodies = [const { None }; Encoded::ENCODINGS.len()];
    for body in &mut bodies {
        let length = usize::try_from(bytes.try_get_u32().ok()?).ok()?;
        if length > bytes.len() {
            return None;
        }
        // A copy of its own: a slice would keep the whole file in memory.
        *body = (length > 0).then(|| Bytes::copy_from_slice(&bytes.split_to(length)));
    }
    Some(Prepared { file, encoded: Encoded::from_bodies(bodies), last_modified_s })
}

fn disk(path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::Disk { path, source }
}
