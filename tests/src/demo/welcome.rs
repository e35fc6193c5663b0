//! What the demo says once it is ready.

use std::io::IsTerminal as _;

use super::options::{Options, Sale};
use crate::fleet::{Addresses, Folder};

pub(super) fn print(addresses: &Addresses, sale: &Sale, options: &Options, folder: &Folder) {
    let (bold, plain) = if std::io::stdout().is_terminal() { ("\x1b[1m", "\x1b[0m") } else { ("", "") };
    println!("\n{bold}Doorbuster is ready{plain}\n");
    for edge in &addresses.edges {
        println!("  shop on {:<8} {bold}{}{plain}", edge.id, edge.shop);
    }
    println!("  {:<16} {bold}{}{plain}\n", "console", addresses.allocator.console);
    println!("  {:<16} {}, {} items", "sale", sale.title, sale.skus.len());
    println!("  {:<16} {}", "shoppers", options.shoppers);
    println!("  {:<16} {}", "files and logs", folder.path().display());
    println!("\n  Ctrl-C closes the sale, settles it, prints the report and stops everything.\n");
}
