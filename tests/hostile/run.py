#!/usr/bin/env python3
"""Runs a crawler against hostile sites, one process for all, and judges it.

usage: run.py CRAWL [--only PATTERN] [--list] [--verbose] [--keep DIR] [--more OPTIONS] [--sanitized]
       run.py CRAWL --bombs COUNT --memory MB         so many that want memory, all at once
       run.py CRAWL --interrupt SECONDS               an interrupt after so long: it must end within 2 s
       run.py CRAWL --front                           behind nghttpx, over HTTP/2: each must come to an outcome
       run.py CRAWL --robots                          crawl robots, of each: it must end, with an answer

Each case must end with one of its outcomes, in bounded time and bytes, with no more requests than it may cost; nothing
of what was not asked for may be recorded (POISON), nobody else may be asked, and the crawl must end by itself, with
bounded memory. Exit status 0: so it is; 77: something needed is missing.
"""

import argparse
import concurrent.futures
import fnmatch
import os
import shutil
import signal
import socket
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
import answers  # noqa: E402,F401
import documents  # noqa: E402,F401
import tls  # noqa: E402,F401
import http2  # noqa: E402
import http2_cases  # noqa: E402,F401
import http2_more  # noqa: E402,F401

FILE_SIZE_MB = 20
OUTCOMES = ("ok redirect http_error wrong_type timeout dns_error conn_error bad_tls protocol_error truncated decode_error "
            "too_large redirect_loop bad_redirect blocked_address robots host_gave_up").split()
RSS_MB_MORE = 64              # than --memory
SECONDS_MOST = 90
STOP_SECONDS_MOST = 5  # 2 on an idle machine


def certificate(folder, all_sites):
    path = os.path.join(folder, "site.pem")
    made = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=hostile", "-addext", "subjectAltName=" + ",".join("IP:" + c.address for c in sites.CASES if c.tls or all_sites),
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


def rows(path):
    """What became of each URL: outcome or reason, status, title, error; and what is to be known of the whole."""
    db = sqlite3.connect("file:%s?mode=ro" % path, uri=True)
    found = {}
    for url, what, status, title, error in db.execute(
            "SELECT url, outcome, status, title, error FROM pages UNION ALL "
            "SELECT url, reason, NULL, NULL, NULL FROM skipped"):
        found[url] = what, status, title, error
    poison = [u for (u,) in db.execute("SELECT url FROM pages WHERE title LIKE '%POISON%' OR url LIKE '%poison%'")]
    whole = db.execute("PRAGMA integrity_check").fetchone()[0]
    versions = [v for (v,) in db.execute("SELECT DISTINCT http_version FROM page")]
    db.close()
    return found, poison, whole, versions


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
        if case.sent > case.greed:
            problems.append("%d MB taken" % (case.sent >> 20))
        bad += bool(problems)
        if problems or options.verbose:
            print("%-4s %-38s %-14s %4s %2d req %6d KB  %s  %s" % (
                "FAIL" if problems else "ok", case.name, what, status, sum(case.requests.values()), case.sent >> 10,
                (error or "")[:60], "; ".join(problems)))
    return bad


def put_in_front(site, folder, pem):
    """nghttpx, which speaks HTTP/2 to the crawler and HTTP/1.1 to the sites: its process, and its port."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    config = os.path.join(folder, "nghttpx.conf")
    with open(config, "w") as f:
        f.write("frontend=*,%d\nprivate-key-file=%s\ncertificate-file=%s\nworkers=2\nbackend-read-timeout=20s\n"
                "errorlog-file=/dev/null\naccesslog-file=/dev/null\nno-ocsp=yes\n" % (port, pem, pem))
        for c in sites.CASES:
            f.write("backend=%s,%d;%s/\n" % (c.address, site.port, c.address))
        f.write("backend=127.0.0.1,1\n")
    process = subprocess.Popen(["nghttpx", "--conf=" + config], stderr=subprocess.DEVNULL)
    for _ in range(100):
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) == 0:
                return process, port
        time.sleep(0.1)
    return process, port


def make_seeds(options, site, folder, pem):
    """(case, URL) for each; and the process in front, if there is one."""
    seeds = list(site.seeds())
    front = None
    if options.front:
        front, port = put_in_front(site, folder, pem)
        seeds = [(c, url.replace("http:", "https:").replace(":%d/" % site.port, ":%d/" % port)) for c, url in seeds]
        for c, _ in seeds:                  # what it makes of an answer is its own: there must be an outcome
            c.outcomes, c.status, c.title, c.most, c.greed = OUTCOMES, None, None, c.most + 10, 1 << 40
    with open(os.path.join(folder, "seeds.txt"), "w") as f:
        f.writelines(url + "\n" for _, url in seeds)
    return seeds, front


def crawl(options, folder, ca):
    """Runs it: (exit status, seconds, MB, seconds after the interrupt, seconds of CPU)."""
    patience = (4 if options.sanitized else 1) * (20 if options.bombs else 1)
    command = [options.crawl, "--config=none", "-q", "--span-hosts", "-o", os.path.join(folder, "h.db"),
               "--timeout=%gs" % (5 * patience), "--idle-timeout=%gs" % (4 * patience),
               "--first-byte-timeout=%gs" % (4 * patience), "--waitretry=1s",
               "--max-filesize=%dM" % FILE_SIZE_MB, "--cacert=" + ca if ca else "-q"]
    command += ["--memory=%dM" % options.memory] + options.more.split() + [os.path.join(folder, "seeds.txt")]
    began = time.monotonic()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    peak = watch(process.pid)
    late = interrupt(process, options.interrupt) if options.interrupt else 0
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, time.monotonic() - began, peak() >> 10, late, usage.ru_utime + usage.ru_stime


def costs(options, rss_mb, took, late):
    """What it cost that it should not."""
    return (["%.1f s after the interrupt" % late] if late > STOP_SECONDS_MOST else []) + \
        (["%d MB resident" % rss_mb] if rss_mb > options.memory + RSS_MB_MORE else []) + \
        (["%.0f s" % took] if took > SECONDS_MOST else [])


def ask_robots(options, folder, ca):
    """crawl robots for each seed, four at a time: how many did not end well."""
    def ask(seed):
        case, url = seed
        command = [options.crawl, "robots", "--config=none", url] + (["--cacert=" + ca] if ca else [])
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  timeout=SECONDS_MOST)
            problems = ["exit %d" % done.returncode] if done.returncode not in (0, 4) else []
            problems += ["controls in what it says"] if any(c in done.stdout for c in b"\x1b\x07\x9b\0") else []
            problems += ["no verdict"] if b"verdict" not in done.stdout else []
        except subprocess.TimeoutExpired:
            problems = ["not over after %d s" % SECONDS_MOST]
        if problems:
            print("FAIL %-38s %s" % (case.name, "; ".join(problems)))
        return bool(problems)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        return sum(pool.map(ask, options.seeds))


def main():
    p = argparse.ArgumentParser()
    p.add_argument("crawl")
    p.add_argument("--more", default="", help="options of crawl")
    p.add_argument("--only", default="*")
    p.add_argument("--list", action="store_true")
    p.add_argument("--verbose", action="store_true")
    p.add_argument("--sanitized", action="store_true", help="slower and larger than it is: more time, costs not judged")
    p.add_argument("--keep")
    p.add_argument("--bombs", type=int)
    p.add_argument("--memory", type=int, default=256, metavar="MB")
    p.add_argument("--interrupt", type=float)
    p.add_argument("--front", action="store_true")
    p.add_argument("--robots", action="store_true")
    options = p.parse_args()
    if options.bombs:
        import bombs
        sites.CASES.clear()
        bombs.declare(options.bombs, options.only)
        options.more += " -l 0 --threads=8 --transfers=64"
    sites.CASES[:] = [c for c in sites.CASES if any(fnmatch.fnmatch(c.name, o) for o in options.only.split(",")) and
                      not (options.front and c.tls)]
    if options.list:
        for c in sites.CASES:
            print("%-40s %s" % (c.name, "|".join(c.outcomes)))
        return 0
    if options.front and (not shutil.which("nghttpx") or not shutil.which("openssl")):
        print("skipped: no nghttpx, or no openssl")
        return 77
    folder = options.keep or tempfile.mkdtemp(prefix="hostile-")
    os.makedirs(folder, exist_ok=True)
    site = sites.Site(http2=http2.serve)
    site.certificate, ca = certificate(folder, options.front) if shutil.which("openssl") else (None, None)
    options.seeds, front = make_seeds(options, site, folder, site.certificate)
    if options.robots:
        bad = ask_robots(options, folder, ca)
        print("%d cases, %d problems" % (len(options.seeds), bad))
        if not options.keep:
            shutil.rmtree(folder)
        return 1 if bad else 0
    status, took, rss_mb, late, cpu = crawl(options, folder, ca)
    if front is not None:
        front.terminate()
    found, poison, whole, versions = rows(os.path.join(folder, "h.db"))
    bad = 0 if options.interrupt else judge(options, found)
    for problem in (["exit %d" % status] if status != (130 if options.interrupt else 0) else []) + \
            (["recorded what was not asked for: %s" % " ".join(poison)] if poison else []) + \
            (["no seed names %s" % " ".join(site.strangers)] if site.strangers else []) + \
            ([] if options.sanitized else costs(options, rss_mb, took, late)) + \
            (["no HTTP/2"] if options.front and "2" not in versions else []) + \
            ([whole] if whole != "ok" else []):
        bad += 1
        print("FAIL " + problem)
    print("%d cases, %d problems; %.0f s, %.0f s of CPU, %d MB%s" % (
        len(options.seeds), bad, took, cpu, rss_mb,
        ", over %.1f s after the interrupt" % late if options.interrupt else ""))
    if not options.keep:
        shutil.rmtree(folder)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
