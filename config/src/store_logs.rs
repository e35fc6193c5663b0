//! The logs of a store, and its manifest, which is one: looked at before the store is opened. RocksDB reads without end
//! where, after a first record of the usual kind, it meets a header of a recycled log's (facebook/rocksdb issue 13333): damage
//! would look like a start that takes long. No log of ours is recycled.

use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

/// A log is written in blocks of so many bytes; no record's part crosses their borders.
const BLOCK_BYTES: usize = 32 * 1024;
/// Checksum (4), length (2) and kind (1).
const HEADER_BYTES: usize = 7;
/// Kinds of records in logs that are used again, in RocksDB's `log_format.h`.
const RECYCLED: [u8; 6] = [5, 6, 7, 8, 11, 131];

/// Where a log holds what is never written to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignRecord {
    /// The log.
    pub log: PathBuf,
    /// The first byte of the record.
    pub at: u64,
    /// Its kind.
    pub kind: u8,
}

impl std::fmt::Display for ForeignRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let log = self.log.file_name().unwrap_or_default().display();
        write!(f, "{log}: at byte {}: a record of kind {}, which is never written", self.at, self.kind)
    }
}

impl ForeignRecord {
    /// Looks through every log of a store's folder, and its manifest; changes nothing.
    ///
    /// # Errors
    /// A log cannot be read.
    pub fn find(folder: &Path) -> io::Result<Option<Self>> {
        let mut logs = Vec::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let is_log =
                name.as_encoded_bytes().ends_with(b".log") || name.as_encoded_bytes().starts_with(b"MANIFEST-");
            logs.extend(is_log.then(|| entry.path()));
        }
        logs.sort();
        for log in logs {
            let blocks = BufReader::with_capacity(BLOCK_BYTES, File::open(&log)?);
            if let Some((at, kind)) = look_through(blocks)? {
                return Ok(Some(Self { log, at, kind }));
            }
        }
        Ok(None)
    }
}

/// The first record of a recycled log's kind, and where it is.
fn look_through(mut log: impl Read) -> io::Result<Option<(u64, u8)>> {
    let mut block = Vec::with_capacity(BLOCK_BYTES);
    let mut before = 0;
    loop {
        block.clear();
        log.by_ref().take(BLOCK_BYTES as u64).read_to_end(&mut block)?;
        if block.is_empty() {
            return Ok(None);
        }
        if let Some((at, kind)) = in_block(&block) {
            return Ok(Some((before + at as u64, kind)));
        }
        before += block.len() as u64;
    }
}

/// Goes from header to header, as far as RocksDB does: what does not fit into the block is where its records end, and so are
/// zeros, which a power cut may leave before what was written later.
fn in_block(block: &[u8]) -> Option<(usize, u8)> {
    let mut at = 0;
    while let Some(header) = block.get(at..at + HEADER_BYTES) {
        let kind = header[6];
        if header[4..] == [0; 3] {
            return None;
        }
        if RECYCLED.contains(&kind) {
            return Some((at, kind));
        }
        at += HEADER_BYTES + usize::from(u16::from_le_bytes([header[4], header[5]]));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: u8, length: u16) -> Vec<u8> {
        let [low, high] = length.to_le_bytes();
        let mut bytes = vec![1, 2, 3, 4, low, high, kind];
        bytes.resize(HEADER_BYTES + usize::from(length), 8);
        bytes
    }

    fn found(log: &[Vec<u8>]) -> Option<(u64, u8)> {
        look_through(&*log.concat()).unwrap()
    }

    #[test]
    fn usual_records_and_torn_ones_are_passed_over() {
        assert_eq!(found(&[]), None);
        assert_eq!(found(&[record(1, 40), record(2, 0), record(4, 9)]), None);
        assert_eq!(found(&[record(1, 40), vec![1, 2, 3, 4, 255, 255, 1, 8, 8, 8, 8, 8, 8, 8, 8]]), None);
        assert_eq!(found(&[record(1, 40), vec![8; HEADER_BYTES - 1]]), None);
        assert_eq!(found(&[record(1, 40), vec![0; 100]]), None);
        assert_eq!(found(&[record(1, 40), vec![0; 100], vec![8; 100]]), None);
    }

    #[test]
    fn a_record_of_a_recycled_log_is_found_in_any_block() {
        assert_eq!(found(&[record(1, 40), vec![8; 100]]), Some((47, 8)));
        let full = u16::try_from(BLOCK_BYTES - HEADER_BYTES).unwrap();
        assert_eq!(found(&[record(2, full), record(4, 10), record(131, 1)]), Some((BLOCK_BYTES as u64 + 17, 131)));
    }
}
