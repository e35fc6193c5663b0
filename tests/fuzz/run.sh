#!/usr/bin/env bash
# Runs every fuzz target for MINUTES (10) each, or those that are named: `MINUTES=1 tests/fuzz/run.sh head range`.
# What was found before is kept in the target folder and built upon. The first finding ends it, and is printed.
# cargo-fuzz is installed where it is missing. Coverage needs flags that only a nightly compiler takes by itself.
set -euo pipefail
cd "$(dirname "$0")"

export PATH="$HOME/.cargo/bin:$PATH" RUSTC_BOOTSTRAP=1
target_folder="${CARGO_TARGET_DIR:-$HOME/.cache/doorbuster/target}/fuzz"
seconds=$((${MINUTES:-10} * 60))
targets=("$@")
[[ $# -gt 0 ]] || targets=(head chunked proxy_header range accept_encoding conditional forwarded config request wire batches wal_tail)

command -v cargo-fuzz >/dev/null || RUSTC_BOOTSTRAP=0 cargo install --locked cargo-fuzz
cargo fuzz build --fuzz-dir . --sanitizer none --features edge --target-dir "$target_folder"

for target in "${targets[@]}"; do
  corpus="$target_folder/corpus/$target" findings="$target_folder/findings/$target/"
  mkdir -p "$corpus" "$findings"
  echo "fuzz: $target for $seconds s; findings go to $findings"
  "$target_folder/$(rustc -vV | sed -n "s/^host: //p")/release/$target" -max_total_time="$seconds" -max_len=8192 -print_final_stats=1 \
    -artifact_prefix="$findings" "$corpus" $([[ -d "seeds/$target" ]] && echo "seeds/$target") 2>"$findings.log" ||
    { tail -n 40 "$findings.log" >&2 && exit 1; }
  grep -E '^Done|number_of_executed_units' "$findings.log"
done
