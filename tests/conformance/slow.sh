# shellcheck shell=bash
# Thousands of slow connections, and how long everybody else waits meanwhile. To be sourced.

# Shoppers beside the attack: so many clients, and so many requests a second of each, whether or not answers come.
clients=50 rate=20 seconds=20

# Both tools share processor 1, and the attacker yields: what is measured is the edge, not the load's own wait.
judge_slow() {
  local before after calm
  before=$(p99_of before)
  echo "      p99 without an attack: $before us"
  attack "slow heads (-H)" H -H -i 10 -x 24 -u "$shop/"
  attack "slow bodies (-B)" B -B -i 10 -s 8192 -x 10 -u "$shop/api/login"
  attack "slow readers (-X)" X -X -k 4 -n 5 -w 256 -y 512 -z 32 -u "$files/large.txt"
  after=$(p99_of after)
  calm=$((before > after ? before : after))
  echo "      p99 without an attack, afterwards: $after us"
  local name
  for name in H B X; do compare "$name" "$calm"; done
}

# attack WHAT NAME SLOWHTTPTEST-ARGUMENTS…
attack() {
  local what=$1 name=$2 attacker
  shift 2
  taskset --cpu-list 1 nice -n 5 slowhttptest -c "$connections" -r 1000 -p 5 -l 30 "$@" \
    >"$work/slow-$name.log" 2>&1 </dev/null &
  attacker=$!
  watch_connections "$work/slow-$name.most" &
  local watcher=$!
  p99_of "$name" >/dev/null || true
  kill "$watcher" && wait "$watcher" 2>/dev/null || true
  kill -TERM "$attacker" 2>/dev/null && wait "$attacker" 2>/dev/null || true
  echo "      $what: up to $(cat "$work/slow-$name.most") connections at the edge"
}

# The most sockets that the edge had open.
watch_connections() {
  local most=0 now
  while sleep 0.2; do
    now=$(find "/proc/${fleet_pids[1]}/fd" -mindepth 1 | wc --lines)
    ((now <= most)) || { most=$now && echo "$most" >"$1"; }
  done
}

# The others' 99th percentile while whatever goes on goes on.
p99_of() {
  taskset --cpu-list 1 h2load --h1 --clients "$clients" --rps "$rate" --duration "$seconds" \
    --log-file "$work/load-$1.log" "$shop/" >"$work/load-$1.txt" 2>&1 </dev/null
  judge p99 "$work/load-$1.log"
}

compare() {
  local name=$1 calm=$2 p99 most
  most=$(cat "$work/slow-$name.most")
  if ! p99=$(judge p99 "$work/load-$name.log" 2>&1); then bad "slowhttptest -$name: $p99"; return; fi
  if ((most < connections)); then bad "slowhttptest -$name: only $most connections came about"; return; fi
  if ((p99 <= 2 * calm)); then
    good "slowhttptest -$name, $connections connections: p99 of others $p99 us, without it $calm us"
  else
    bad "slowhttptest -$name: p99 of others $p99 us, more than twice the $calm us without it"
  fi
}
