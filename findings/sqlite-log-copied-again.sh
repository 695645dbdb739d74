#!/usr/bin/env bash
# Guess: a log (WAL) that has reached `wal_autocheckpoint` is copied into the database by
#   the commit that gets there, and the next commit begins it anew, whoever writes it.
# Seen: so it is within one process. Of processes that each commit once and end without
#   closing (killed, or by os._exit), none begins it anew: what was copied is noted in
#   shared memory, which is made again by the next process that comes alone. So each
#   commit copies the whole log once more and syncs both files, and the log goes on
#   growing: here to four times its limit.
# Version: SQLite 3.40.1, by Python 3.11.7, 3.12.1 and 3.13.0.
# Concerns: command-line programs that write a little at each call, and end quickly.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
cat >write.py <<'PYTHON'
import os
import sqlite3
import sys

name, times = sys.argv[1], int(sys.argv[2])
database = sqlite3.connect(name, isolation_level=None)
database.execute("PRAGMA journal_mode = WAL")
database.execute("PRAGMA synchronous = NORMAL")
database.execute("PRAGMA wal_autocheckpoint = 50")
database.execute("CREATE TABLE IF NOT EXISTS t (data)")
for _ in range(times):
    database.execute("INSERT INTO t VALUES (zeroblob(20000))")  # five pages or more
os._exit(0)
PYTHON
python3 write.py one.db 30
for _ in $(seq 30); do python3 write.py many.db 1; done
one=$(stat -c %s one.db-wal) many=$(stat -c %s many.db-wal)
python3 -c 'import sqlite3; print("SQLite", sqlite3.sqlite_version)'
echo "a limit of 50 pages is about 206,000 bytes; the log has after 30 commits"
echo "of one process: $one"
echo "of 30 processes: $many"
[ "$one" -lt 300000 ] && [ "$many" -gt 600000 ]
