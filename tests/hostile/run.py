#!/usr/bin/env python3
"""Runs a crawler against hostile sites, one process for all, and judges it.

usage: run.py CRAWL [--only PATTERN] [--list] [--verbose] [--keep DIR] [--more OPTIONS] [--slack N]
       run.py CRAWL --bombs COUNT --memory MB         so many that want memory, all at once
       run.py CRAWL --interrupt SECONDS               an interrupt after so long: it must end within 2 s

Each case must end with one of its outcomes, in bounded time and bytes, with no more requests than it may cost; nothing
of what was not asked for may be recorded (POISON), nobody else may be asked, and the crawl must end by itself, with
bounded memory. Exit status 0: so it is; 77: something needed is missing.
"""

import argparse
import fnmatch
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import sites  # noqa: E402
import http1  # noqa: E402,F401
import bodies  # noqa: E402,F401
import http2  # noqa: E402
import http2_cases  # noqa: E402,F401

FILE_SIZE_MB = 20
RSS_MB_MORE = 64              # than --memory
SECONDS_MOST = 90
BYTES_MOST = 200 << 20      # that one address may get rid of: what is looked at four times a second comes fast here


def certificate(folder):
    path = os.path.join(folder, "site.pem")
    made = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=hostile", "-addext", "subjectAltName=" + ",".join("IP:" + c.address for c in sites.CASES if c.tls),
         "-keyout", path, "-out", path + ".crt"], stderr=subprocess.DEVNULL)
    if made.returncode != 0:
        return None, None
    with open(path, "a") as key, open(path + ".crt") as crt:
        key.write(crt.read())
    return path, path + ".crt"


def watch(pid):
    """Looks at the memory of a process until it ends; what it gives says the most there was, in KB. (That of wait4
    includes what we had when it was forked.)"""
    seen = [0]

    def look():
        try:
            while True:
                with open("/proc/%d/status" % pid) as f:
                    seen[0] = max([seen[0]] + [int(line.split()[1]) for line in f if line.startswith("VmHWM")])
                time.sleep(0.02)
        except (OSError, ValueError):
            pass
    threading.Thread(target=look, daemon=True).start()
    return lambda: seen[0]


def interrupt(process, seconds):
    """How long it takes to its end."""
    time.sleep(seconds)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    while os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        time.sleep(0.01)
    return time.monotonic() - began


def rows(path, seeds):
    """What became of each seed: outcome or reason, status, title, error."""
    db = sqlite3.connect("file:%s?mode=ro" % path, uri=True)
    found = {}
    for url, what, status, title, error in db.execute(
            "SELECT url, outcome, status, title, error FROM pages UNION ALL "
            "SELECT url, reason, NULL, NULL, NULL FROM skipped"):
        found[url] = what, status, title, error
    poison = [u for (u,) in db.execute("SELECT url FROM pages WHERE title LIKE '%POISON%' OR url LIKE '%poison%'")]
    whole = db.execute("PRAGMA integrity_check").fetchone()[0]
    db.close()
    return found, poison, whole


def judge(options, found):
    bad = 0
    for case, url in options.seeds:
        what, status, title, error = found.get(url, ("no record", None, None, None))
        problems = []
        if what not in case.outcomes:
            problems.append("%s, not %s" % (what, "|".join(case.outcomes)))
        if case.status is not None and status not in (case.status, None) or \
                case.status is not None and what in ("ok", "http_error") and status is None:
            problems.append("status %s, not %s" % (status, case.status))
        if case.title is not None and what == "ok" and title != case.title:
            problems.append("title %r, not %r" % (title and title[:60], case.title))
        if sum(case.requests.values()) > case.most:
            problems.append("%d requests, more than %d" % (sum(case.requests.values()), case.most))
        if case.sent > BYTES_MOST:
            problems.append("%d MB taken" % (case.sent >> 20))
        bad += bool(problems)
        if problems or options.verbose:
            print("%-4s %-38s %-14s %4s %2d req %6d KB  %s  %s" % (
                "FAIL" if problems else "ok", case.name, what, status, sum(case.requests.values()), case.sent >> 10,
                (error or "")[:60], "; ".join(problems)))
    return bad


def main():
    p = argparse.ArgumentParser()
    p.add_argument("crawl")
    p.add_argument("--more", default="", help="options of crawl")
    p.add_argument("--only", default="*")
    p.add_argument("--list", action="store_true")
    p.add_argument("--verbose", action="store_true")
    p.add_argument("--slack", type=float, default=1)
    p.add_argument("--keep")
    p.add_argument("--bombs", type=int)
    p.add_argument("--memory", type=int, default=256, metavar="MB")
    p.add_argument("--interrupt", type=float)
    options = p.parse_args()
    if options.bombs:
        import bombs
        sites.CASES.clear()
        bombs.declare(options.bombs, options.only)
        options.more += " -l 0 --timeout=120s --idle-timeout=60s --first-byte-timeout=60s --threads=8 --transfers=64"
    sites.CASES[:] = [c for c in sites.CASES if any(fnmatch.fnmatch(c.name, o) for o in options.only.split(","))]
    if options.list:
        for c in sites.CASES:
            print("%-40s %s" % (c.name, "|".join(c.outcomes)))
        return 0
    folder = options.keep or tempfile.mkdtemp(prefix="hostile-")
    os.makedirs(folder, exist_ok=True)
    site = sites.Site(http2=http2.serve)
    options.site = site
    site.certificate, ca = certificate(folder) if shutil.which("openssl") else (None, None)
    options.seeds = list(site.seeds())
    with open(os.path.join(folder, "seeds.txt"), "w") as f:
        f.writelines(url + "\n" for _, url in options.seeds)
    command = [options.crawl, "--config=none", "-q", "--span-hosts", "-o", os.path.join(folder, "h.db"),
               "--timeout=%gs" % (5 * options.slack), "--idle-timeout=%gs" % (4 * options.slack),
               "--first-byte-timeout=%gs" % (4 * options.slack), "--waitretry=1s",
               "--max-filesize=%dM" % FILE_SIZE_MB, "--cacert=" + ca if ca else "-q"]
    command += ["--memory=%dM" % options.memory] + options.more.split() + [os.path.join(folder, "seeds.txt")]
    began = time.monotonic()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    peak = watch(process.pid)
    late = interrupt(process, options.interrupt) if options.interrupt else 0
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    took, rss_mb = time.monotonic() - began, peak() >> 10
    found, poison, whole = rows(os.path.join(folder, "h.db"), options.seeds)
    bad = 0 if options.interrupt else judge(options, found)
    wanted = 130 if options.interrupt else 0
    for problem in (["exit %d" % process.returncode] if process.returncode != wanted else []) + \
            (["%.1f s after the interrupt" % late] if late > 2 * options.slack else []) + \
            (["recorded what was not asked for: %s" % " ".join(poison)] if poison else []) + \
            (["no seed names %s" % " ".join(options.site.strangers)] if options.site.strangers else []) + \
            (["%d MB resident" % rss_mb] if rss_mb > (options.memory + RSS_MB_MORE) * options.slack else []) + \
            (["%.0f s" % took] if took > SECONDS_MOST * options.slack else []) + \
            ([whole] if whole != "ok" else []):
        bad += 1
        print("FAIL " + problem)
    print("%d cases, %d problems; %.0f s, %.0f s of CPU, %d MB%s" % (
        len(options.seeds), bad, took, usage.ru_utime + usage.ru_stime, rss_mb,
        ", over %.1f s after the interrupt" % late if options.interrupt else ""))
    if not options.keep:
        shutil.rmtree(folder)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
