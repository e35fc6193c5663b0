//! The folder of a fleet: configuration, key, data, logs.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use toml::toml;

use super::addresses::{Addresses, EdgeAddresses, listen};

/// Where a fleet's files are.
#[derive(Debug, Clone)]
pub struct Folder(PathBuf);

impl Folder {
    /// Takes the folder of a fleet that was started before.
    pub fn at(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// A process's configuration file.
    pub fn config(&self, process: &str) -> PathBuf {
        self.0.join(format!("{process}.toml"))
    }

    /// A process's data folder.
    pub fn data(&self, process: &str) -> PathBuf {
        self.0.join("data").join(process)
    }

    /// A process's log.
    pub fn log(&self, process: &str) -> PathBuf {
        self.0.join("logs").join(format!("{process}.log"))
    }

    /// What the simulated shoppers were told.
    pub fn shoppers_log(&self) -> PathBuf {
        self.0.join("shoppers.jsonl")
    }

    /// The addresses of the fleet, once all are ready.
    pub fn addresses(&self) -> PathBuf {
        self.0.join("addresses.json")
    }

    /// The final report.
    pub fn report(&self) -> PathBuf {
        self.0.join("report.json")
    }

    /// The ids of the fleet's edges.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn edges(&self) -> anyhow::Result<Vec<String>> {
        let data = self.0.join("data");
        let found = fs::read_dir(&data).with_context(|| format!("{} holds no fleet", data.display()))?;
        let names = found.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
        let mut names = names.collect::<anyhow::Result<Vec<_>>>()?;
        names.retain(|name| name != "allocator");
        names.sort();
        Ok(names)
    }

    pub(super) fn create(
        path: &Path,
        addresses: &Addresses,
        change: &dyn Fn(&str, &mut toml::Table),
    ) -> anyhow::Result<Self> {
        fs::create_dir_all(path).with_context(|| format!("create {}", path.display()))?;
        // Another fleet's keys and configuration are not overwritten, running or not.
        anyhow::ensure!(
            !path.join("data").exists(),
            "{}: expected a folder without a fleet, found one: choose another",
            path.display()
        );
        let folder = Self(fs::canonicalize(path)?);
        fs::create_dir_all(folder.0.join("logs"))?;
        let key = folder.write_key()?;
        let write = |process: &str, mut config: toml::Table| {
            change(process, &mut config);
            folder.write_config(process, &config)
        };
        write("allocator", folder.allocator_config(addresses))?;
        for edge in &addresses.edges {
            write(&edge.id, folder.edge_config(edge, addresses, &key))?;
        }
        Ok(folder)
    }

    fn write_config(&self, process: &str, config: &toml::Table) -> anyhow::Result<()> {
        fs::create_dir_all(self.data(process))?;
        let path = self.config(process);
        fs::write(&path, config.to_string()).with_context(|| format!("write {}", path.display()))
    }

    /// 32 random bytes in hexadecimal, readable by this user alone.
    fn write_key(&self) -> anyhow::Result<PathBuf> {
        let mut key = [0; 32];
        getrandom::fill(&mut key)?;
        let path = self.0.join("token.key");
        let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path)?;
        for byte in key {
            write!(file, "{byte:02x}")?;
        }
        Ok(path)
    }

    fn allocator_config(&self, addresses: &Addresses) -> toml::Table {
        let edge = |edge: &EdgeAddresses| {
            let (id, shop) = (edge.id.as_str(), edge.shop.as_str());
            toml::Value::Table(toml! { id = id shop = shop })
        };
        let data = self.data_text("allocator");
        let at = &addresses.allocator;
        let (grpc, console, admin) = (listen(&at.grpc), listen(&at.console), listen(&at.admin));
        let mut config = toml! {
            data = data
            environment = "demo"
            [grpc]
            listen = grpc
            [console]
            listen = console
            [admin]
            listen = admin
            [log]
            level = "info"
        };
        config.insert("edge".into(), addresses.edges.iter().map(edge).collect::<Vec<_>>().into());
        config
    }

    fn edge_config(&self, edge: &EdgeAddresses, addresses: &Addresses, key: &Path) -> toml::Table {
        let (id, data, key) = (edge.id.as_str(), self.data_text(&edge.id), key.display().to_string());
        let (shop, admin) = (listen(&edge.shop), listen(&edge.admin));
        let allocator = addresses.allocator.grpc.as_str();
        toml! {
            edge = id
            environment = "demo"
            data = data
            [http]
            listen = shop
            threads = 1
            [admin]
            listen = admin
            [link]
            allocator = allocator
            [login]
            demo = true
            token_key_file = key
            [log]
            level = "info"
        }
    }

    fn data_text(&self, process: &str) -> String {
        self.data(process).display().to_string()
    }
}
