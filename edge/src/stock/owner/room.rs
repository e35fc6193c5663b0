//! The room that the disk has left, looked at once a second.

use std::path::PathBuf;

use doorbuster_proto::Timestamp;
use tracing::warn;

/// How often the file system is asked.
const LOOK_MS: u64 = 1_000;

/// Whether there is room for orders. Once there was none, there is some again with a quarter more than the reserve.
#[derive(Debug)]
pub(super) struct Room {
    folder: PathBuf,
    reserve_bytes: u64,
    look_at: Timestamp,
    is_enough: bool,
}

impl Room {
    pub(super) fn new(folder: PathBuf, reserve_bytes: u64) -> Self {
        Self { folder, reserve_bytes, look_at: Timestamp(0), is_enough: true }
    }

    /// When to look next.
    pub(super) fn due_at(&self) -> Timestamp {
        self.look_at
    }

    /// Whether there is room, as it was when last looked at: now, where that is due.
    pub(super) fn look(&mut self, now: Timestamp) -> bool {
        if self.look_at <= now {
            self.look_at = now.after_ms(LOOK_MS);
            match rustix::fs::statvfs(&self.folder) {
                Ok(found) => self.is_enough = self.suffices(found.f_bavail.saturating_mul(found.f_frsize)),
                Err(error) => warn!(%error, folder = %self.folder.display(), "cannot tell how much room the disk has"),
            }
        }
        self.is_enough
    }

    fn suffices(&self, free_bytes: u64) -> bool {
        let wanted = if self.is_enough { self.reserve_bytes } else { self.reserve_bytes + self.reserve_bytes / 4 };
        free_bytes >= wanted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_that_was_lost_comes_back_with_some_to_spare() {
        let mut room = Room::new(PathBuf::from("/"), 400);
        assert!(room.suffices(400) && !room.suffices(399));
        room.is_enough = false;
        assert!(room.suffices(500) && !room.suffices(499));
    }

    #[test]
    fn the_file_system_is_asked_once_a_second() {
        let mut room = Room::new(PathBuf::from("/"), 0);
        assert!(room.look(Timestamp(5)));
        room.reserve_bytes = u64::MAX / 2;
        assert!(room.look(Timestamp(1_004)), "not asked yet");
        assert!(!room.look(Timestamp(1_005)));
        assert_eq!(room.due_at(), Timestamp(2_005));
    }
}
