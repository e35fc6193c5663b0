//! A store whose write-ahead log was damaged: it is refused in words, or what is read is a beginning of what was written.

#![no_main]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use doorbuster_edge::stock::Store;
use doorbuster_edge_core::{Image, Shelf, UpRecord, Write};
use doorbuster_fuzz::Noise;
use doorbuster_proto::{Epoch, OrderId, OrderPlaced, Seq, Sku, Timestamp, Units, UpEntry};
use libfuzzer_sys::fuzz_target;

/// Writes of one order each, all of them synced.
const ORDERS: u64 = 12;

/// A store as its process left it when it was killed, and what each write made of it.
struct Whole {
    folder: PathBuf,
    states: Vec<Image>,
}

fuzz_target!(|data: &[u8]| {
    static WHOLE: OnceLock<Whole> = OnceLock::new();
    let whole = WHOLE.get_or_init(Whole::write);
    let folder = tempfile::tempdir().expect("a folder");
    copy(&whole.folder, folder.path());
    damage(&log_of(folder.path()), &mut Noise::new(data));
    match Store::open(folder.path()).and_then(|store| store.load()) {
        Ok(image) => {
            assert!(whole.states.contains(&image), "neither refused nor a beginning: {} entries", image.log.len())
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});

impl Whole {
    fn write() -> Self {
        let folder = tempfile::Builder::new().prefix("doorbuster-fuzz-").tempdir().expect("a folder").keep();
        let mut store = Store::open(&folder).expect("a store");
        let mut image = store.load().expect("it is empty");
        let mut states = vec![image.clone()];
        for seq in 1..=ORDERS {
            let writes = order(seq);
            store.write(&writes, true).expect("the disk works");
            writes.iter().for_each(|write| image.apply(write));
            states.push(image.clone());
        }
        // As a kill leaves it: nothing is flushed on the way out.
        let copied = tempfile::Builder::new().prefix("doorbuster-fuzz-").tempdir().expect("a folder").keep();
        copy(&folder, &copied);
        Self { folder: copied, states }
    }
}

fn order(seq: u64) -> Vec<Write> {
    let units = |count| Units::new(count).expect("it is small");
    let sku = Sku { sale: "s".parse().expect("an id"), code: "a".parse().expect("an id") };
    let (shopper, key) = (format!("shopper-{seq}").parse().expect("an id"), "key".parse().expect("an id"));
    let placed = OrderPlaced {
        order: OrderId::of(&sku.sale, &shopper, &key),
        key,
        sku: sku.clone(),
        shopper,
        units: Units::ONE,
        at: Timestamp(seq),
    };
    let record = UpRecord { entry: UpEntry::OrderPlaced(placed), sold: units(seq), returned: Units::ZERO };
    let shelf = Shelf { on_hand: units(100 - seq), granted: units(100), sold: units(seq), ..Shelf::default() };
    vec![Write::Shelf(sku, shelf), Write::Log { epoch: Epoch(1), seq: Seq(seq), record }]
}

/// Cuts the end off, or changes some bytes of it.
fn damage(log: &Path, noise: &mut Noise<'_>) {
    let mut bytes = fs::read(log).expect("a log");
    while let Some(kind) = noise.byte() {
        let from_end = usize::from(noise.byte().unwrap_or(0)) * 8 + usize::from(noise.below(8));
        let at = bytes.len().saturating_sub(from_end + 1);
        match kind % 3 {
            0 => bytes.truncate(at),
            1 => bytes.extend(std::iter::repeat_n(noise.byte().unwrap_or(0), from_end)),
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= noise.byte().unwrap_or(1);
                }
            }
        }
    }
    fs::write(log, bytes).expect("a log");
}

/// The write-ahead log that is in use.
fn log_of(folder: &Path) -> PathBuf {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let logs = entries.filter(|path| path.extension().is_some_and(|extension| extension == "log"));
    logs.max().expect("a store has a log")
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        fs::copy(&path, to.join(path.file_name().expect("a name"))).expect("a file");
    }
}
