//! Compiles the wire contract with protox: no protoc on the machine.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    const CONTRACT: &str = "doorbuster/v1/link.proto";
    println!("cargo:rerun-if-changed={CONTRACT}");
    let descriptors = protox::compile([CONTRACT], ["."])?;
    let stubs = std::env::var_os("CARGO_FEATURE_GRPC").is_some();
    tonic_prost_build::configure().build_client(stubs).build_server(stubs).compile_fds(descriptors)?;
    Ok(())
}
