#!/usr/bin/env bash
# Judges the edge by other people's tools: REDbot, testssl.sh, curl, nghttp, h2load and slowhttptest. `make conformance`
# runs it. Starts an allocator and an edge of its own on loopback; takes about six minutes on an idle machine.
#   ONLY="redbot http2"   some parts only: redbot, http2, tls, slow
# Prints a verdict a row, and ends with 1 where one is bad. What the tools said is kept beside the target folder's programs.
set -euo pipefail

here="$(cd "$(dirname "$0")" && pwd)"
target="${CARGO_TARGET_DIR:-$HOME/.cache/doorbuster/target}"
bin="$target/release" sale="$here/../config/sample/sale.toml"
work="$target/conformance" venv="$target/conformance-venv"
connections=4000
bad=0

# shellcheck source=conformance/fleet.sh
source "$here/conformance/fleet.sh"
# shellcheck source=conformance/slow.sh
source "$here/conformance/slow.sh"

main() {
  # One file a slow connection, and as many at the edge.
  ulimit -n "$(ulimit -Hn)"
  rm -rf "$work" && mkdir -p "$work"
  trap stop_fleet EXIT
  start_fleet
  for part in ${ONLY:-redbot http2 tls slow}; do "judge_$part"; done
  echo
  if ((bad)); then echo "$bad bad; what the tools said is in $work"; exit 1; fi
  echo "make conformance: all good"
}

good() { echo "good  $*"; }
bad() { echo "BAD   $*"; bad=$((bad + 1)); }
judge() { python3 "$here/conformance/judge.py" "$@"; }

# ---- REDbot: what caches, browsers and other clients would make of the answers

judge_redbot() {
  [[ -x $venv/bin/redbot ]] || { python3 -m venv "$venv" && "$venv/bin/pip" install --quiet redbot; }
  local page asset
  page=$(links | awk '/^\/p\//' | awk 'NR == 1')
  asset=$(links | awk '/shop\.css$/')
  redbot "the front page" "$shop/"
  redbot "a product's page" "$shop$page"
  redbot "an asset" "$shop$asset"
  redbot "the API" "$shop/api/sales"
  redbot "a page that is not there" "$shop/nothing"
  redbot "an answer of the API to nobody" "$shop/api/orders"
  # REDbot asks the DNS for names: for a while, the site is that of the address.
  move_site localhost 127.0.0.1
  until site_answers; do sleep 0.1; done
  redbot "a site's page" "$shop/"
  redbot "a site's large file" "$shop/large.txt"
  redbot "a site's missing file" "$shop/nothing"
  move_site 127.0.0.1 localhost
  while site_answers; do sleep 0.1; done
}

# move_site FROM TO: the site answers to another host.
move_site() {
  sed --in-place "s/^host = \"$1\"/host = \"$2\"/" "$work/edge.toml"
  kill -HUP "${fleet_pids[1]}"
}

site_answers() { curl --silent "$shop/" | grep --quiet 'A page of a site'; }

# The paths that the front page links to.
links() { curl --silent "$shop/" | grep --only-matching 'href="[^"]*"' | sed 's/^href="\.\{0,1\}//; s/"$//; s/&#x2f;/\//g'; }

redbot() {
  local har
  har="$work/redbot-${1//[^a-z]/-}.har"
  timeout 120 "$venv/bin/redbot" --output-format har "$2" >"$har" 2>"$har.log" || true
  if wrong=$(judge redbot "$har" 2>&1); then good "REDbot: $1"; else bad "REDbot: $1, $2"; echo "$wrong"; fi
}

# ---- HTTP/2: others' implementations, over TLS and by prior knowledge

judge_http2() {
  local resolve=(--resolve "$host:$secure_port:127.0.0.1" --cacert "$work/tls.pem")
  spoken "curl, ALPN h2" 2 "${resolve[@]}" --http2 "$secure/"
  spoken "curl, ALPN http/1.1" 1.1 "${resolve[@]}" --http1.1 "$secure/"
  spoken "curl, prior knowledge" 2 --http2-prior-knowledge "$shop/"
  spoken "curl, TLS 1.2" 2 "${resolve[@]}" --http2 --tls-max 1.2 "$secure/"
  spoken "curl, a page that is large" 2 --http2-prior-knowledge "$files/large.txt"
  assets_by_nghttp
  many_by_h2load "h2load, TLS" --connect-to "127.0.0.1:$secure_port" "$secure/"
  many_by_h2load "h2load, prior knowledge" "$shop/"
  many_by_h2load "h2load, a large file" "$files/large.txt"
}

# spoken WHAT VERSION CURL-ARGUMENTS…
spoken() {
  local what=$1 version=$2 said
  shift 2
  said=$(curl --silent --max-time 20 --output /dev/null --write-out '%{http_version} %{http_code}' "$@") || true
  if [[ $said == "$version 200" ]]; then good "$what"; else bad "$what: expected $version 200, found $said"; fi
}

# nghttp checks the frames that it is sent, and fetches what the page links to over the same connection.
assets_by_nghttp() {
  timeout 30 nghttp --null-out --get-assets --stat --no-verify-peer "$shop/" >"$work/nghttp.log" 2>&1 || true
  if grep --quiet ' 200 ' "$work/nghttp.log" && ! grep --quiet --ignore-case 'error\|goaway' "$work/nghttp.log"; then
    good "nghttp, a page and its files: $(grep --count ' 200 ' "$work/nghttp.log") answers"
  else
    bad "nghttp: see $work/nghttp.log"
  fi
}

many_by_h2load() {
  local what=$1 log="$work/h2load.log"
  shift
  timeout 60 h2load --requests 2000 --clients 10 --max-concurrent-streams 10 "$@" >"$log" 2>&1 || true
  if grep --quiet '2000 succeeded, 0 failed, 0 errored, 0 timeout' "$log"; then good "$what: 2,000 answers"; else bad "$what: $(grep '^requests:' "$log")"; fi
}

# ---- TLS

judge_tls() {
  echo "      testssl.sh takes some minutes …"
  testssl --quiet --color 0 --warnings off --ip 127.0.0.1 --nodns none --jsonfile "$work/testssl.json" \
    --protocols --standard --pfs --server-defaults --headers --vulnerable "$secure" >"$work/testssl.log" 2>&1 </dev/null || true
  if wrong=$(judge testssl "$work/testssl.json" 2>&1); then
    good "testssl.sh: no weakness in $(grep --count '"severity"' "$work/testssl.json") findings"
  else
    bad "testssl.sh"; echo "$wrong"
  fi
}

main
