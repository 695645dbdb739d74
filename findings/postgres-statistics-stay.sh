#!/usr/bin/env bash
# Guess: `ALTER TABLE … ALTER COLUMN … SET STATISTICS 0` followed by ANALYZE makes
#   PostgreSQL forget what it has learnt of a column, so the planner no longer tells it.
# Seen: what was learnt stays for good, and EXPLAIN goes on to estimate by it, also for
#   those whom row-level security shows no such row. It goes with the column's type, also
#   if that stays the same: `ALTER COLUMN … TYPE bigint` of a bigint. That in turn makes
#   the indexes anew, and those of an expression have forgotten their own target.
# Version: PostgreSQL 15, of Debian (package postgresql).
# Concerns: who shares tables by row-level security, or wonders why old estimates stay.
set -euo pipefail
place=$(mktemp -d)
bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1)
as=()
[ "$(id -u)" -ne 0 ] || as=(setpriv --reuid=nobody --regid=nogroup --clear-groups)
[ "$(id -u)" -ne 0 ] || chown nobody "$place"
stop() { "${as[@]}" "$bin/pg_ctl" -D "$place/data" -m immediate stop >/dev/null; rm -rf "$place"; }
trap stop EXIT
cd /
"${as[@]}" "$bin/initdb" -D "$place/data" -U me --auth=trust --no-sync >/dev/null
"${as[@]}" "$bin/pg_ctl" -D "$place/data" -w -l "$place/log" \
    -o "-k '$place' -c listen_addresses=''" start >/dev/null
ask() { "$bin/psql" -XqAt -h "$place" -U "${2:-me}" postgres -c "$1"; }
expected() { ask 'EXPLAIN SELECT FROM fact WHERE model = 7' guest | sed -n 's/.* rows=\([0-9]*\) .*/\1/p' | head -1; }

ask "CREATE TABLE fact (owner name, model bigint, name text);
INSERT INTO fact SELECT 'me', 7, 'x' FROM generate_series(1, 9000);
INSERT INTO fact SELECT 'me', n, 'x' FROM generate_series(100, 1100) AS n;
CREATE INDEX named ON fact (lower(name));
ALTER INDEX named ALTER COLUMN 1 SET STATISTICS 0;
CREATE ROLE guest LOGIN; GRANT SELECT ON fact TO guest;
ALTER TABLE fact ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON fact USING (owner = (SELECT session_user));"
ask "ANALYZE fact"
echo "guest reads $(ask 'SELECT count(*) FROM fact' guest) rows"
learnt=$(expected)
ask "ALTER TABLE fact ALTER COLUMN model SET STATISTICS 0"
ask "ANALYZE fact"
kept=$(expected)
ask "ALTER TABLE fact ALTER COLUMN model TYPE bigint"
gone=$(expected)
ask "ALTER TABLE fact ALTER COLUMN name TYPE text"
target=$(ask "SELECT attstattarget FROM pg_attribute WHERE attrelid = 'named'::regclass")
echo "of 9,000 rows the planner expects $learnt; with a target of 0, $kept;"
echo "after the type $gone; the target of the index is $target"
[ "$learnt" -gt 20 ] && [ "$kept" = "$learnt" ] && [ "$gone" -lt "$kept" ] && [ "$target" != 0 ]
