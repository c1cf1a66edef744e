#!/usr/bin/env python3
"""Crawls the hostile server of CRAWL_SHARED/chaos again and again, and compares what was recorded.

usage: chaos_rows.py CRAWL [--threads 1,8,64] [--times 3] [--jobs 8] [--only NAMES] [--all] [--front nghttpx|nginx]

score.py judges each run; this says whether each run, whatever the number of threads, recorded the same rows (URL,
outcome, status, title, where it redirects to; URL and reason of what was skipped) for each endpoint. Where they differ
it says for how many runs which row was there. Exit status 0: all as expected, and all the same.
"""

import argparse
import collections
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

SHARED = os.environ.get("CRAWL_SHARED", os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../shared"))
SCORE = os.path.join(SHARED, "chaos", "score.py")
FRONT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "chaos_front.py")
SQL = ("SELECT url, outcome, status, title FROM pages UNION ALL "
       "SELECT url, CASE reason WHEN 'robots' THEN 'skipped_by_robots' ELSE reason END, NULL, NULL FROM skipped")
ROWS = ("SELECT url, outcome, status, hex(title), redirect_to FROM pages UNION ALL "
        "SELECT url, reason, NULL, NULL, NULL FROM skipped")


def port_names(manifest):
    """Each run has other ports: by the order in which the manifest first names them."""
    names = {}
    for endpoint in manifest["endpoints"]:
        for port in re.findall(r"127\.0\.\d+\.\d+:(\d+)", endpoint["url"]):
            names.setdefault(port, "P%d" % len(names))
    return names


def rows_of(folder, names):
    """Rows of all databases below `folder`, by endpoint (or "all")."""
    found = {}
    for base, _, files in os.walk(folder):
        if "c.db" not in files:
            continue
        db = sqlite3.connect("file:%s?mode=ro" % os.path.join(base, "c.db"), uri=True)
        db.text_factory = lambda b: b.decode("utf-8", "replace")
        named = [tuple(re.sub(r":(\d+)", lambda m: ":" + names.get(m[1], m[1]), v) if isinstance(v, str) else v
                       for v in row) for row in db.execute(ROWS)]
        db.close()
        found[os.path.relpath(base, folder).split(os.sep)[0]] = collections.Counter(named)
    return found


def run(options, threads, folder):
    command = "%s -o {dir}/c.db --cacert {ca} --timeout 10 --progress=none --threads %d %s {seeds}" % (
        os.path.abspath(options.crawl), threads, options.more)
    args = [sys.executable, SCORE, command, "--keep", folder, "--db", "c.db", "--sql", SQL,
            "--jobs", str(options.jobs), "--slack", str(options.slack)]
    args += ["--only", options.only] if options.only else []
    args += ["--all"] if options.all else []
    args += ["--server", FRONT, "--server-args", "--front " + options.front] if options.front else []
    began = time.monotonic()
    score = subprocess.run(args, stdout=subprocess.PIPE, text=True)
    lines = score.stdout.splitlines()
    print("%2d threads: %s, %.0f s%s" % (threads, lines[-1] if lines else "no answer", time.monotonic() - began,
                                        "; " + lines[0] if options.all and lines else ""), flush=True)
    for line in lines:
        if line.startswith("FAIL"):
            print("   " + line, flush=True)
    with open(os.path.join(folder, "manifest.json")) as f:
        names = port_names(json.load(f))
    rows = rows_of(folder, names)
    if not options.keep:
        shutil.rmtree(folder)
    return score.returncode == 0, rows


def compare(runs):
    """Prints what was not the same in all runs; how many endpoints."""
    different = 0
    for endpoint in sorted({e for rows in runs for e in rows}):
        times = collections.Counter()
        for rows in runs:
            for row, count in rows.get(endpoint, {}).items():
                times[row, count] += 1
        odd = [(row, count, n) for (row, count), n in times.items() if n != len(runs)]
        if not odd:
            continue
        different += 1
        print("%s: %d rows not in all runs" % (endpoint, len(odd)))
        for row, count, n in sorted(odd, key=str)[:12]:
            print("   in %d of %d runs: %d x %s" % (n, len(runs), count, str(row)[:200]))
    return different


def main():
    p = argparse.ArgumentParser(description="compare what crawls of the hostile server record")
    p.add_argument("crawl")
    p.add_argument("--threads", default="1,8,64")
    p.add_argument("--times", type=int, default=3)
    p.add_argument("--jobs", type=int, default=8)
    p.add_argument("--slack", type=float, default=1)
    p.add_argument("--only")
    p.add_argument("--more", default="", help="further options of crawl")
    p.add_argument("--all", action="store_true", help="one process for all endpoints")
    p.add_argument("--front", choices=("nghttpx", "nginx"), help="behind it, over HTTP/2")
    p.add_argument("--keep", metavar="DIR", help="keep databases and logs there")
    options = p.parse_args()
    if not os.path.exists(SCORE):
        print("skipped: no %s (CRAWL_SHARED says where it lies)" % SCORE)
        return 77
    if options.front and not shutil.which(options.front):
        print("skipped: no " + options.front)
        return 77
    top = options.keep or tempfile.mkdtemp(prefix="chaos-rows-")
    good, runs = True, []
    for threads in [int(n) for n in options.threads.split(",")]:
        for time_ in range(options.times):
            expected, rows = run(options, threads, os.path.join(top, "%d-%d" % (threads, time_)))
            good &= expected
            runs.append(rows)
    different = compare(runs)
    print("%d runs: %s; %s" % (len(runs), "all as expected" if good else "not all as expected",
                               "the same rows" if different == 0 else "%d endpoints with other rows" % different))
    if not options.keep:
        shutil.rmtree(top, ignore_errors=True)
    return 0 if good and different == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
