# The commands people type. `make help` lists them.
#
# One cargo profile (release) and one target folder, outside the clone, serve all of them, so that RocksDB is compiled once.

SHELL := /bin/bash
export CARGO_TARGET_DIR ?= $(HOME)/.cache/doorbuster/target
# Where ccache is installed, a changed dependency does not cost the whole of RocksDB again.
export PATH := /usr/lib/ccache:$(PATH)
export SHOPPERS DEMO_DIR SALE EDGES PORT ONCE
export QUICK ROWS SOAK_MINUTES ONLY
export BENCH_DIR ?= $(CARGO_TARGET_DIR)/bench
export PROVE_DIR ?= $(CARGO_TARGET_DIR)/prove
export POLICY_DIR ?= $(CARGO_TARGET_DIR)/policy
export MINUTES

CARGO_WORKSPACE := --release --workspace --all-targets --locked

# In order, whatever -j says: the steps share cargo's lock anyway.
.NOTPARALLEL:
.PHONY: own-target help demo test build fix check-tools console bench bench-allocator bench-policy conformance fuzz setup setup-test setup-bench setup-conformance lint unit model e2e browser prove deny

help: ## this list
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):[^#]*## */  make \1\t/' | expand -t 16

demo: build ## an allocator and three edges on loopback, with the sample sale; SHOPPERS=2000 adds a crowd
	@exec "$(CARGO_TARGET_DIR)/release/demo"

test: setup-test lint build unit model e2e browser ## everything that CI runs
	@echo "make test: all passed"

bench: build setup-bench ## the edge beside nginx + Lua + Redis: a table, and bench.json in BENCH_DIR; QUICK=1 takes under three minutes
	@exec "$(CARGO_TARGET_DIR)/release/bench"

bench-allocator: build ## the allocator alone: grants, orders, heartbeats and decisions a second, and allocator.json in BENCH_DIR; QUICK=1 takes a minute
	@exec "$(CARGO_TARGET_DIR)/release/bench-allocator"

bench-policy: setup own-target ## every allocation policy under made demand, in a simulated fleet: a table, policy.json and plots in POLICY_DIR; QUICK=1 takes under a minute; TRACE=stations, or a CSV file, adds recorded demand
	cargo build --release --locked -p doorbuster-policy
	@traces=$$(tests/policy/trace.sh $(TRACE)) && \
	  exec "$(CARGO_TARGET_DIR)/release/bench-policy" $(if $(QUICK),--quick) $$traces --out "$(POLICY_DIR)"

conformance: build setup-conformance ## REDbot, testssl.sh, nghttp, h2load, curl and slowhttptest judge an edge; ONLY="redbot http2 tls slow" takes some
	@exec tests/conformance.sh

# Cargo names a package by its place within the workspace and judges its age by the files' times: of two clones that share
# the target folder, the older would run the younger one's code. What another clone has built of the workspace goes first.
CHECKOUT := $(CARGO_TARGET_DIR)/checkout
own-target:
	@mkdir -p "$(CARGO_TARGET_DIR)"
	@if [ "$$(cat "$(CHECKOUT)" 2>/dev/null)" != "$(CURDIR)" ]; then \
	  cargo clean --release --quiet $(foreach package,proto config edge-core http-core edge allocator-core allocator tests model mutants policy,-p doorbuster-$(package)) && \
	  echo "$(CURDIR)" > "$(CHECKOUT)"; \
	fi

build: setup own-target console ## builds everything, in the one profile that all commands share
	@test -e "$(CARGO_TARGET_DIR)/release/doorbuster-edge" || \
	  echo "First build: RocksDB takes about 20 minutes on two cores, once. Everything later takes seconds to minutes."
	cargo build $(CARGO_WORKSPACE)

fuzz: setup ## feeds noise to whatever reads what strangers send: ten minutes a target, or MINUTES=1
	@tests/fuzz/run.sh

fix: ## formats, and applies what clippy can mend
	cargo fmt --all
	cargo clippy $(CARGO_WORKSPACE) --fix --allow-dirty --allow-staged

setup:
	@tests/setup.sh build

setup-test:
	@tests/setup.sh test

setup-conformance:
	@tests/setup.sh conformance

setup-bench:
	@tests/setup.sh bench

# The console is embedded in the allocator, so it is built before it.
console: static/console/dist/index.html
static/console/dist/index.html: static/console/package-lock.json static/console/index.html $(shell find static/console/src static/console/public -type f 2>/dev/null)
	cd static/console && npm ci --no-audit --no-fund --loglevel=error && npm run build
	@touch $@

lint: setup own-target console
	cargo fmt --all --check
	cargo clippy $(CARGO_WORKSPACE) -- --deny warnings

unit: build ## the cores and every crate's own tests
	cargo test --release --locked --workspace --lib --bins
	cargo test --release --locked --workspace --test cores --test sim --test policies
	cd static/console && npm run check && npm test

model: build ## every order in which the cores can act, to a bound; and sixteen protocols made bad, each of which must be found out
	cargo test --release --locked --workspace --test short --test mutants -- --nocapture
	@exec "$(CARGO_TARGET_DIR)/release/mutants"

e2e: build ## real processes: crowds, SIGKILL, restarts
	cargo test --release --locked --workspace --test e2e -- --test-threads=1 --nocapture

browser: build setup-test ## real Chromium
	cd tests/browser && npm test

prove: build ## mutants, model, simulated worlds and attacked processes for MINUTES=30, and prove.json in PROVE_DIR; SEED=7 replays a world; NEMESIS=1: processes
	@exec "$(CARGO_TARGET_DIR)/release/prove" $(if $(NEMESIS),--nemesis) $(if $(DISKS_LIE),--disks-lie) $(if $(SEED),--seed "$(SEED)",--minutes "$(or $(MINUTES),30)")

deny: ## licences and advisories, with cargo-deny where it is installed
	cargo deny check
