//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use http::Uri;

/// Hands stock out to the edges of a flash sale, keeps the ledger of every unit, publishes the pages, shows the console.
///
/// Without a command it serves: edges connect to it over gRPC, operators open its console in a browser. SIGTERM and
/// SIGINT end it after the work in hand.
#[derive(Debug, Parser)]
#[command(name = "doorbuster-allocator", version, args_conflicts_with_subcommands = true)]
#[command(after_help = "Examples:\n  \
    doorbuster-allocator --config config/allocator.toml\n  \
    doorbuster-allocator --config config/allocator.toml --check-config\n  \
    doorbuster-allocator publish --check config/sample/sale.toml\n  \
    doorbuster-allocator publish config/sample/sale.toml\n  \
    doorbuster-allocator backup --config config/allocator.toml --to /var/backups/ledger-1\n  \
    doorbuster-allocator restore --config config/allocator.toml --from /var/backups/ledger-1")]
pub struct Cli {
    /// What to do instead of serving.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// How to serve.
    #[command(flatten)]
    pub serve: Serve,
}

/// How to serve.
#[derive(Debug, Args)]
pub struct Serve {
    /// The configuration file. Paths in it are relative to its folder.
    #[arg(long, value_name = "FILE", default_value = "allocator.toml")]
    pub config: PathBuf,
    /// Checks the configuration, says all that is wrong with it, and ends.
    #[arg(long)]
    pub check_config: bool,
}

/// What to do instead of serving.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Publishes a sale: checks the file and its pictures, and hands it to a running allocator. Of a sale that was published
    /// before it tells every number that was another.
    Publish {
        /// The sale file. Its pictures lie beside it or below.
        sale: PathBuf,
        /// The console's address of the running allocator.
        #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:7001")]
        console: Uri,
        /// Only checks the file, and says all that is wrong with it.
        #[arg(long)]
        check: bool,
    },
    /// Copies the ledger, also while the allocator runs, into a folder that is not there yet; reads the copy whole.
    Backup {
        /// The allocator's configuration file: it says where the ledger is, and whom to ask while it is in use.
        #[arg(long, value_name = "FILE", default_value = "allocator.toml")]
        config: PathBuf,
        /// The backup's folder.
        #[arg(long, value_name = "DIR")]
        to: PathBuf,
    },
    /// Puts a backup in the place of a ledger that is gone. Refuses where anything is in its place.
    Restore {
        /// The allocator's configuration file.
        #[arg(long, value_name = "FILE", default_value = "allocator.toml")]
        config: PathBuf,
        /// The backup's folder. It is left as it is.
        #[arg(long, value_name = "DIR")]
        from: PathBuf,
    },
}
