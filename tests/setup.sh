#!/usr/bin/env bash
# Installs what is missing on a Debian machine that has Rust, Node and a C++ compiler.
#   setup.sh build   what the build and the demo need: libclang (RocksDB's bindings), ccache, a C++ compiler, make
#   setup.sh test    what the tests need besides: Chromium, the npm packages of tests/browser, nginx and Varnish; no service is started
#   setup.sh conformance   the judges besides: testssl.sh, slowhttptest, nghttp, curl
#   setup.sh trace   what recorded demand is made with: Python's virtual environments
#   setup.sh bench   what the bench compares with and loads by: nginx with Lua, Redis, wrk, h2load; no service is started
# Does nothing, quickly, where nothing is missing. Uses apt as root or by sudo without a password; elsewhere it prints
# what to type.
set -euo pipefail
cd "$(dirname "$0")"

goal="${1:-test}"
missing=()
service_policy=/usr/sbin/policy-rc.d

have() { command -v "$1" >/dev/null 2>&1; }
installed() { [[ "$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null)" == installed ]]; }
needs() { missing+=("$1"); }

# bindgen needs the library and Clang's own headers; they may have come by another way than the package.
have_libclang() {
  installed libclang-dev || [[ -n ${LIBCLANG_PATH:-} ]]
}

look_for_build_tools() {
  have make || needs make
  have g++ || have clang++ || needs g++
  have_libclang || needs libclang-dev
  [[ -x /usr/lib/ccache/c++ ]] || have ccache || needs ccache
  # The fleet's processes die with the demo by its help.
  have setpriv || needs util-linux
  have cargo || stop "Rust is missing: https://rustup.rs"
  have npm || stop "Node is missing: https://nodejs.org, or apt-get install nodejs npm"
}

# Other people's judges of the edge. REDbot comes by pip, into the target folder.
look_for_judges() {
  local package
  for package in testssl.sh slowhttptest nghttp2-client curl openssl python3-venv; do
    installed "$package" || needs "$package"
  done
  have taskset || needs util-linux
}

look_for_browser() {
  # The end-to-end tests ask as curl does, with certificates of openssl's.
  have curl || needs curl
  have openssl || needs openssl
  [[ -x "${CHROMIUM:-/usr/bin/chromium}" ]] || needs chromium
}

# What the edge is held against, and what stands before it.
look_for_neighbours() {
  [[ -x /usr/sbin/nginx ]] || needs nginx-light
  [[ -x /usr/sbin/varnishd ]] || needs varnish
}

# The incumbent, as Debian has it, and what loads both sides.
look_for_bench_tools() {
  local package
  [[ -x /usr/sbin/nginx ]] || needs nginx-light
  for package in libnginx-mod-http-lua lua-nginx-redis lua-cjson redis-server wrk nghttp2-client openssl; do
    installed "$package" || needs "$package"
  done
  have taskset || needs util-linux
}

# Debian starts the services that it installs. The bench and the tests start their own: until all is installed, a policy forbids it.
install_without_services() {
  [[ ${#missing[@]} -eq 0 ]] && return
  if [[ ! -e $service_policy ]]; then
    trap forget_policy EXIT
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$service_policy" >/dev/null
    as_root chmod 0755 "$service_policy"
  fi
  install_missing
}

forget_policy() { as_root rm --force "$service_policy"; }

# Where sudo wants a password nothing is installed, and no policy is needed.
as_root() {
  if [[ $EUID -eq 0 ]]; then "$@"; else sudo --non-interactive "$@" 2>/dev/null || true; fi
}

stop() {
  echo "$1" >&2
  exit 1
}

install_missing() {
  [[ ${#missing[@]} -eq 0 ]] && return
  local apt=(env DEBIAN_FRONTEND=noninteractive apt-get)
  have apt-get || stop "Please install: ${missing[*]}"
  if [[ $EUID -ne 0 ]]; then
    if ! sudo --non-interactive true 2>/dev/null; then
      stop "Some packages are missing. Please type:
  sudo apt-get update && sudo apt-get install --yes ${missing[*]}"
    fi
    apt=(sudo "${apt[@]}")
  fi
  echo "Installing ${missing[*]} …"
  # The lists may be old or absent: they are fetched only where the packages cannot be had without.
  install_with "${apt[@]}" || { "${apt[@]}" update -qq && install_with "${apt[@]}"; }
}

install_with() {
  "$@" install --yes --no-install-recommends -qq "${missing[@]}" >/dev/null
}

# npm's own copy of the lock file tells whether what is installed is what is locked.
install_browser_packages() {
  local marker=browser/node_modules/.package-lock.json
  [[ -e $marker && ! browser/package-lock.json -nt $marker ]] && return
  (cd browser && npm ci --no-audit --no-fund --loglevel=error && touch node_modules/.package-lock.json)
}

case "$goal" in
build)
  look_for_build_tools
  install_missing
  ;;
test)
  look_for_build_tools
  look_for_browser
  look_for_neighbours
  install_without_services
  install_browser_packages
  ;;
conformance)
  look_for_build_tools
  look_for_judges
  install_missing
  ;;
trace)
  installed python3-venv || python3 -c 'import ensurepip' 2>/dev/null || needs python3-venv
  install_missing
  ;;
bench)
  look_for_bench_tools
  install_without_services
  ;;
*) stop "usage: setup.sh build|test|conformance|trace|bench" ;;
esac
