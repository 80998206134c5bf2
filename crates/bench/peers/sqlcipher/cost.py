"""What SQLCipher costs: the same work on a plain and on an encrypted file, in turns, by one build of SQLite.

    pip install sqlcipher3-binary && python3 crates/bench/peers/sqlcipher/cost.py

Pages, log and cache are those of the desk's cache: 8 KiB, WAL, 512 KiB for who reads, 2 MiB for who fills.
"""

import random
import statistics
import tempfile
import time
from pathlib import Path

import sqlcipher3.dbapi2 as database

ROWS = 100_000
AT_ONCE = 2_000
ROUNDS = 3
KEY = "ab" * 32

random.seed(1)
WORDS = [f"w{random.randrange(20_000)}" for _ in range(200_000)]


def texts():
    """Texts of about 1 KB."""
    for row in range(ROWS):
        start = random.randrange(len(WORDS) - 160)
        yield row, " ".join(WORDS[start : start + 160])


def opened(path, is_encrypted, cache_kib):
    connection = database.connect(path, isolation_level=None)
    if is_encrypted:
        connection.execute(f"PRAGMA key = \"x'{KEY}'\"")
        connection.execute("PRAGMA cipher_page_size = 8192")
    for pragma in ("page_size = 8192", "journal_mode = WAL", "synchronous = NORMAL", f"cache_size = -{cache_kib}"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def fill(connection, rows):
    connection.execute("CREATE TABLE document (id INTEGER PRIMARY KEY, body TEXT)")
    connection.execute("CREATE VIRTUAL TABLE search USING fts5 (body, content = '')")
    for start in range(0, ROWS, AT_ONCE):
        some = rows[start : start + AT_ONCE]
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO document VALUES (?, ?)", some)
        connection.executemany("INSERT INTO search (rowid, body) VALUES (?, ?)", some)
        connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def measure(path, is_encrypted, rows):
    """Seconds of each kind of work."""
    took = {}

    def timed(name, times, work):
        began = time.perf_counter()
        for _ in range(times):
            work()
        took[name] = (time.perf_counter() - began) / times

    connection = opened(path, is_encrypted, 2_000)
    timed("filled and indexed", 1, lambda: fill(connection, rows))
    connection.close()
    connection = opened(path, is_encrypted, 512)
    ask = lambda sql, *given: connection.execute(sql, given).fetchall()
    chosen = random.Random(2)
    row = lambda: chosen.randrange(ROWS)
    timed("a row by its id", 20_000, lambda: ask("SELECT body FROM document WHERE id = ?", row()))
    timed("50 rows in order", 2_000, lambda: ask("SELECT body FROM document WHERE id > ? ORDER BY id LIMIT 50", row()))
    newest = "SELECT rowid FROM search WHERE search MATCH ? ORDER BY rowid DESC LIMIT 20"
    timed("a word searched, newest 20", 2_000, lambda: ask(newest, WORDS[chosen.randrange(len(WORDS))]))
    timed("all read through", 3, lambda: ask("SELECT sum(length(body)) FROM document"))

    def change():
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE document SET body = body || 'x' WHERE id = ?", (row(),))
        connection.execute("COMMIT")

    timed("a row changed and committed", 3_000, change)
    connection.close()
    return took


rows = list(texts())
found = {False: [], True: []}
with tempfile.TemporaryDirectory() as folder:
    for turn in range(ROUNDS):
        for is_encrypted, runs in found.items():
            runs.append(measure(Path(folder) / f"{turn}-{is_encrypted}.db", is_encrypted, rows))
print("| work | plain ms | encrypted ms | times |\n|---|---:|---:|---:|")
for name in found[False][0]:
    plain, encrypted = (statistics.median(run[name] for run in found[side]) * 1_000 for side in (False, True))
    print(f"| {name} | {plain:.3g} | {encrypted:.3g} | {encrypted / plain:.2f} |")
