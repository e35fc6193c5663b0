//! The site on disk: one file, written whole beside the old one and renamed over it, closed by a checksum.
//!
//! Layout: a mark of 8 bytes, the version (8 bytes, big endian), each `SiteFile` with its length before it, and the
//! BLAKE3 hash of all that.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use doorbuster_proto::{SiteVersion, wire};
use prost::Message as _;

use super::Error;

/// The file's name in the folder.
pub(super) const FILE: &str = "site";
const MARK: &[u8; 8] = b"DBSITE\x001";
const HEAD_BYTES: usize = 16;
const HASH_BYTES: usize = 32;
/// The largest site that an edge takes: all of it is held in memory.
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
    pub(super) fn load(&self) -> Result<Option<(SiteVersion, Vec<wire::SiteFile>)>, Error> {
        let path = self.folder.join(FILE);
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            read => read.map_err(disk(&path))?,
        };
        let found = decode(&bytes);
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

/// A site as it is written.
pub(super) fn encode(version: SiteVersion, files: &[wire::SiteFile]) -> Result<Vec<u8>, Error> {
    let body: usize = files.iter().map(|file| file.encoded_len() + 10).sum();
    let size = HEAD_BYTES + body + HASH_BYTES;
    if size > SITE_BYTES_MAX {
        return Err(Error::Size { most: SITE_BYTES_MAX, found: size });
    }
    let mut bytes = Vec::with_capacity(size);
    bytes.extend_from_slice(MARK);
    bytes.extend_from_slice(&version.0.to_be_bytes());
    for file in files {
        file.encode_length_delimited(&mut bytes).expect("a vector grows");
    }
    let hash = blake3::hash(&bytes);
    bytes.extend_from_slice(hash.as_bytes());
    Ok(bytes)
}

fn decode(bytes: &[u8]) -> Option<(SiteVersion, Vec<wire::SiteFile>)> {
    let (content, hash) = bytes.split_at_checked(bytes.len().checked_sub(HASH_BYTES)?)?;
    if blake3::hash(content).as_bytes() != hash {
        return None;
    }
    let content = content.strip_prefix(MARK)?;
    let (version, mut rest) = content.split_first_chunk::<8>()?;
    let mut files = Vec::new();
    while !rest.is_empty() {
        files.push(wire::SiteFile::decode_length_delimited(&mut rest).ok()?);
    }
    Some((SiteVersion(u64::from_be_bytes(*version)), files))
}

fn disk(path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::Disk { path, source }
}
