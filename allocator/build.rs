//! Rebuilds the binary when a page, an asset or the console changes: they are embedded.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    for folder in ["../static/shop", "../static/console/dist"] {
        println!("cargo:rerun-if-changed={folder}");
    }
}
