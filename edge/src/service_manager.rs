//! Tells the service manager how the process fares (systemd's `sd_notify`), and keeps its watchdog quiet.
//!
//! Never changes the environment, and never fails the process: a manager that cannot be told is logged.

use std::ffi::OsStr;
use std::io;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

use sd_notify::NotifyState;
use tokio::time::MissedTickBehavior;
use tracing::warn;

/// A service manager, if the process has one.
#[derive(Debug, Default)]
pub struct ServiceManager {
    socket: Option<UnixDatagram>,
    watchdog: Option<Duration>,
}

impl ServiceManager {
    /// The service manager that `NOTIFY_SOCKET` names, and the watchdog of `WATCHDOG_USEC`.
    pub fn from_environment() -> Self {
        let mut watchdog_us = 0;
        let has_watchdog = sd_notify::watchdog_enabled(false, &mut watchdog_us) && watchdog_us > 0;
        let watchdog = has_watchdog.then(|| Duration::from_micros(watchdog_us));
        let Some(name) = std::env::var_os("NOTIFY_SOCKET").filter(|name| !name.is_empty()) else {
            return Self::default();
        };
        match connect(&name) {
            Ok(socket) => Self { socket: Some(socket), watchdog },
            Err(error) => {
                warn!(%error, ?name, "cannot reach the service manager");
                Self::default()
            }
        }
    }

    /// Everything is up, for the first time or again after [`ServiceManager::reloading`].
    pub fn ready(&self, status: &str) {
        self.tell(&[NotifyState::Ready, NotifyState::Status(&in_one_line(status))]);
    }

    /// The configuration is read anew; [`ServiceManager::ready`] follows, whatever came of it.
    pub fn reloading(&self) {
        match NotifyState::monotonic_usec_now() {
            Ok(now) => self.tell(&[NotifyState::Reloading, now]),
            Err(error) => warn!(%error, "cannot tell the service manager of a reload"),
        }
    }

    /// The process drains, and then ends.
    pub fn stopping(&self, status: &str) {
        self.tell(&[NotifyState::Stopping, NotifyState::Status(&in_one_line(status))]);
    }

    /// One line for the operators: what `systemctl status` shows.
    pub fn status(&self, status: &str) {
        self.tell(&[NotifyState::Status(&in_one_line(status))]);
    }

    /// Says "alive" twice as often as the watchdog wants to hear it, as long as `is_alive`. Returns at once where
    /// nobody watches; is ended by being dropped.
    pub async fn keep_watchdog(&self, is_alive: impl Fn() -> bool) {
        let Some(watchdog) = self.watchdog else { return };
        let mut ticks = tokio::time::interval(watchdog / 2);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if is_alive() {
                self.tell(&[NotifyState::Watchdog]);
            }
        }
    }

    fn tell(&self, states: &[NotifyState<'_>]) {
        let Some(socket) = &self.socket else { return };
        let lines: Vec<String> = states.iter().map(ToString::to_string).collect();
        if let Err(error) = socket.send((lines.join("\n") + "\n").as_bytes()) {
            warn!(%error, "cannot tell the service manager");
        }
    }
}

/// A path, or the name of an abstract socket after `@`. Never waits: a manager that does not read is not told.
fn connect(name: &OsStr) -> io::Result<UnixDatagram> {
    let address = match name.as_bytes().strip_prefix(b"@") {
        Some(name) => SocketAddr::from_abstract_name(name)?,
        None => SocketAddr::from_pathname(name)?,
    };
    let socket = UnixDatagram::unbound()?;
    socket.set_nonblocking(true)?;
    socket.connect_addr(&address)?;
    Ok(socket)
}

/// A second line would be a message of its own.
fn in_one_line(status: &str) -> String {
    status.replace(char::is_control, " ")
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use tempfile::TempDir;

    use super::*;

    struct Manager {
        folder: TempDir,
        socket: UnixDatagram,
    }

    impl Manager {
        fn new() -> Self {
            let folder = TempDir::new().unwrap();
            let socket = UnixDatagram::bind(folder.path().join("notify")).unwrap();
            Self { folder, socket }
        }

        fn process(&self, watchdog: Option<Duration>) -> ServiceManager {
            let socket = connect(self.folder.path().join("notify").as_os_str()).unwrap();
            ServiceManager { socket: Some(socket), watchdog }
        }

        fn heard(&self) -> String {
            let mut bytes = [0; 1_024];
            let length = self.socket.recv(&mut bytes).unwrap();
            String::from_utf8(bytes[..length].to_vec()).unwrap()
        }
    }

    #[test]
    fn a_manager_hears_how_the_process_fares() {
        let manager = Manager::new();
        let process = manager.process(None);
        process.ready("serves 2 sites\nSTOPPING=1");
        assert_eq!(manager.heard(), "READY=1\nSTATUS=serves 2 sites STOPPING=1\n");
        process.reloading();
        let reloading = manager.heard();
        let time = reloading.strip_prefix("RELOADING=1\nMONOTONIC_USEC=").unwrap().trim_end();
        assert!(time.parse::<u64>().unwrap() > 0);
        process.stopping("drains");
        assert_eq!(manager.heard(), "STOPPING=1\nSTATUS=drains\n");
        process.status("fine");
        assert_eq!(manager.heard(), "STATUS=fine\n");
    }

    #[test]
    fn an_abstract_name_is_reached() {
        let folder = TempDir::new().unwrap();
        let name = folder.path().as_os_str().as_bytes();
        let manager = UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(name).unwrap()).unwrap();
        let process = connect(OsStr::from_bytes(&[b"@", name].concat())).unwrap();
        process.send(b"x").unwrap();
        assert_eq!(manager.recv(&mut [0; 8]).unwrap(), 1);
    }

    #[test]
    fn whoever_has_no_manager_tells_nobody() {
        let process = ServiceManager::default();
        process.ready("alone");
        process.reloading();
    }

    #[test]
    fn a_manager_that_is_gone_harms_nobody() {
        let manager = Manager::new();
        let process = manager.process(None);
        drop(manager);
        process.status("still here");
    }

    #[tokio::test]
    async fn a_watchdog_hears_from_the_living() {
        let manager = Manager::new();
        let process = manager.process(Some(Duration::from_millis(2)));
        let asked = Cell::new(0);
        tokio::select! {
            () = process.keep_watchdog(|| { asked.set(asked.get() + 1); true }) => panic!("it is watched"),
            () = until(|| asked.get() >= 3) => {}
        }
        assert_eq!([manager.heard(), manager.heard(), manager.heard()], ["WATCHDOG=1\n"; 3]);
    }

    #[tokio::test]
    async fn a_watchdog_does_not_hear_from_the_dead() {
        let manager = Manager::new();
        let process = manager.process(Some(Duration::from_millis(2)));
        let asked = Cell::new(0);
        tokio::select! {
            () = process.keep_watchdog(|| { asked.set(asked.get() + 1); false }) => panic!("it is watched"),
            () = until(|| asked.get() >= 3) => {}
        }
        process.status("dead");
        assert_eq!(manager.heard(), "STATUS=dead\n");
    }

    #[tokio::test]
    async fn without_a_watchdog_there_is_nothing_to_keep() {
        Manager::new().process(None).keep_watchdog(|| panic!("nobody asks")).await;
    }

    async fn until(condition: impl Fn() -> bool) {
        while !condition() {
            tokio::task::yield_now().await;
        }
    }
}
