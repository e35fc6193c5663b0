# shellcheck shell=bash
# One allocator, one edge with encryption, HTTP/2 and a site of files, and the sample sale: what is judged. To be sourced.
# Expects $bin (the built programs), $work (a fresh folder) and $sale (a sale file); gives $shop, $secure and $files (URLs).

host=conformance.test
fleet_pids=()

free_ports() {
  python3 - "$1" <<'PY'
import socket, sys
taken = [socket.socket() for _ in range(int(sys.argv[1]))]
for each in taken:
    each.bind(("127.0.0.1", 0))
print(*(each.getsockname()[1] for each in taken))
PY
}

start_fleet() {
  local grpc console allocator_admin plain encrypted admin
  read -r grpc console allocator_admin plain encrypted admin <<<"$(free_ports 6)"
  shop="http://127.0.0.1:$plain" secure="https://$host:$encrypted" files="http://localhost:$plain"
  secure_port=$encrypted
  write_files
  write_allocator "$grpc" "$console" "$allocator_admin"
  write_edge "$grpc" "$plain" "$encrypted" "$admin"
  launch doorbuster-allocator "$work/allocator.toml"
  wait_for "http://127.0.0.1:$allocator_admin/livez"
  launch doorbuster-edge "$work/edge.toml" taskset --cpu-list 0
  wait_for "http://127.0.0.1:$admin/livez"
  # It starts at once: a page that changes while it is looked at would be judged for that.
  cp --recursive "$(dirname "$sale")" "$work/sale"
  sed --in-place 's/^starts_in_s = .*/starts_in_s = 0/' "$work/sale/sale.toml"
  "$bin/doorbuster-allocator" publish --console "http://127.0.0.1:$console" "$work/sale/sale.toml" >"$work/publish.log"
  wait_for "$shop/"
  until [[ "$(front_tag)" == "$(sleep 2 && front_tag)" ]]; do :; done
}

front_tag() { curl --silent --head "$shop/" | grep --ignore-case '^etag:'; }

stop_fleet() {
  local pid
  for pid in "${fleet_pids[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
  for pid in "${fleet_pids[@]}"; do wait "$pid" 2>/dev/null || true; done
}

# launch PROGRAM CONFIG [PREFIX…]
launch() {
  local program=$1 config=$2
  shift 2
  "$@" "$bin/$program" --config "$config" >>"$work/$program.log" 2>&1 &
  fleet_pids+=($!)
}

wait_for() {
  curl --silent --fail --output /dev/null --retry 100 --retry-delay 1 --retry-all-errors --max-time 60 "$1"
}

write_files() {
  mkdir -p "$work/site" "$work/data/allocator" "$work/data/edge"
  # Of more than 96 bytes: REDbot asks for so many as a part.
  printf '<!doctype html>\n<html lang="en">\n<title>Files</title>\n<p>A page of a site.</p>\n%s\n' \
    '<p>It says no more than that, and takes some words to say it.</p>' >"$work/site/index.html"
  head --bytes 262144 /dev/zero | tr '\0' 'x' >"$work/site/large.txt"
  printf '%s' 0123456789abcdef0123456789abcdef0123456789abcdef >"$work/token.key"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 -subj "/CN=$host" \
    -addext "subjectAltName=DNS:$host" -addext basicConstraints=critical,CA:FALSE \
    -keyout "$work/tls.key" -out "$work/tls.pem" 2>/dev/null
}

write_allocator() {
  cat >"$work/allocator.toml" <<TOML
data = "data/allocator"
environment = "demo"
[grpc]
listen = "127.0.0.1:$1"
[console]
listen = "127.0.0.1:$2"
[admin]
listen = "127.0.0.1:$3"
[[edge]]
id = "edge-1"
shop = "$shop"
TOML
}

write_edge() {
  cat >"$work/edge.toml" <<TOML
edge = "edge-1"
environment = "demo"
data = "data/edge"
[http]
listen = "127.0.0.1:$2"
threads = 1
h2c = true
[http.tls]
listen = "127.0.0.1:$3"
certificate = "tls.pem"
key = "tls.key"
[admin]
listen = "127.0.0.1:$4"
[link]
allocator = "http://127.0.0.1:$1"
[login]
demo = true
token_key_file = "token.key"
[[site]]
host = "localhost"
root = "site"
cache = [{ path = "/*", cache_control = "public, max-age=60" }]
TOML
}
