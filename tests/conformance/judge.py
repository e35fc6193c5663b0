"""Reads what REDbot, testssl.sh and h2load found. Says what is wrong with it, and ends with 1 where something is.

    judge.py redbot FILE         a HAR file of REDbot's
    judge.py testssl FILE        a JSON file of testssl.sh's
    judge.py p99 FILE            prints the 99th percentile of h2load's log, in microseconds
"""

import json
import sys

# What is known, and meant so.
REDBOT_ACCEPTED = {
    # Shared caches keep what was asked for with Authorization only where they are told so (RFC 9111, 3.5).
    "STORE_PUBLIC_UNNECESSARY",
}
TESTSSL_ACCEPTED = {
    # The certificate is one of this run's own.
    "cert_chain_of_trust",
    "cert_revocation",
    # Of the openssl that asks.
    "engine_problem",
    # Only what was compressed beforehand goes out compressed: no page with a secret and a guess of the attacker's in it.
    "BREACH",
}


def redbot(log):
    found = log["log"]
    if "_red_error" in found:
        yield f"REDbot itself failed: {found['_red_error']}"
    for entry in found["entries"]:
        for note in entry.get("_red_messages", []):
            if note["level"] in ("WARN", "BAD") and note["note_id"] not in REDBOT_ACCEPTED:
                yield f"{note['level']} {note['note_id']} ({note['subject']}): {note['summary']}"


def testssl(rows):
    for row in rows:
        if row["severity"] not in ("OK", "INFO") and row["id"] not in TESTSSL_ACCEPTED:
            yield f"{row['severity']} {row['id']}: {row['finding']}"


def p99(lines):
    rows = [line.split("\t") for line in lines]
    failed = sum(row[1] != "200" for row in rows)
    took = sorted(int(row[2]) for row in rows)
    if failed or len(took) < 100:
        sys.exit(f"{failed} of {len(took)} requests were not answered with 200")
    print(took[len(took) * 99 // 100])


def main(what, path):
    with open(path, encoding="utf-8") as file:
        if what == "p99":
            return p99(file.readlines())
        wrong = list({"redbot": redbot, "testssl": testssl}[what](json.load(file)))
    for line in wrong:
        print(f"    {line}")
    sys.exit(1 if wrong else 0)


main(*sys.argv[1:])
