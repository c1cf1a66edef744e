#!/usr/bin/env python3
"""Compares what crawl finds on real pages with what a browser finds: the title and the set of resolved links.

    browser_check.py PAGE_FACTS [-n COUNT] DIRECTORY...

PAGE_FACTS is the program made from page_facts.c. A sample of COUNT (1,000) HTML
files below the directories is served on loopback; headless Chromium, scripts
off, opens each in a frame. Exits with 1 if any page differs, with 77 if there
is no Chromium or there are no files.
"""
import argparse
import http.server
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import urllib.parse

# Opens the pages one by one in a frame that runs no scripts, and sends back what stands there.
DRIVER = """<!DOCTYPE html><meta charset=utf-8><body><script>
const XHTML = 'http://www.w3.org/1999/xhtml';
function facts(d) {
  const t = d.getElementsByTagNameNS(XHTML, 'title')[0];
  const own = t ? [...t.childNodes].filter(n => n.nodeType == 3).map(n => n.data).join('') : '';
  const links = new Set();
  for (const e of d.querySelectorAll('a[href], area[href]')) {
    if (e.namespaceURI != XHTML) continue;
    let u;
    try { u = new URL(e.href); } catch (x) { continue; }
    // Chromium keeps a space in a host, as %20, where the URL standard refuses the whole URL.
    if (u.hostname.includes('%')) continue;
    if (u.protocol == 'http:' || u.protocol == 'https:') links.add(u.href.split('#')[0]);
  }
  return {title: own.replace(/[\\t\\n\\f\\r ]+/g, ' ').replace(/^ | $/g, ''), links: [...links]};
}
function open_page(url) {
  return new Promise(done => {
    const f = document.createElement('iframe');
    f.sandbox = 'allow-same-origin';
    f.onload = () => { const r = facts(f.contentDocument); r.url = url; f.remove(); done(r); };
    f.src = url;
    document.body.append(f);
  });
}
async function run() {
  for (;;) {
    const urls = await (await fetch('/driver/next')).json();
    if (urls.length == 0) break;
    const all = await Promise.all(urls.map(open_page));
    await fetch('/driver/done', {method: 'POST', body: JSON.stringify(all)});
  }
  await fetch('/driver/end', {method: 'POST', body: ''});
}
run();
</script>"""


class Site(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, files):
        super().__init__(("127.0.0.1", 0), Handler)
        self.root = "http://127.0.0.1:%d" % self.server_address[1]
        self.files = {urllib.parse.quote(path): path for path in files}
        self.waiting = list(self.files)
        self.found = {}
        self.lock = threading.Lock()
        self.over = threading.Event()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, body, content_type, status=200):
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        if content_type == "text/html":
            # Nothing that a page asks for is loaded.
            self.send_header("Content-Security-Policy", "default-src 'none'")
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        site = self.server
        if self.path == "/driver/":
            self.answer(DRIVER.encode(), "text/html; charset=utf-8")
        elif self.path == "/driver/next":
            with site.lock:
                part, site.waiting = site.waiting[:20], site.waiting[20:]
            self.answer(json.dumps([site.root + path for path in part]).encode(), "application/json")
        elif self.path in site.files:
            with open(site.files[self.path], "rb") as file:
                self.answer(file.read(), "text/html")
        else:
            self.answer(b"", "text/plain", 404)

    def do_POST(self):
        site = self.server
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/driver/end":
            site.over.set()
        else:
            for page in json.loads(body):
                site.found[page["url"]] = page
        self.answer(b"", "text/plain")


def html_files(directories):
    for directory in directories:
        for place, _, names in os.walk(directory, followlinks=True):
            for name in names:
                path = os.path.join(place, name)
                # What is no file name in UTF-8 has no one URL here.
                if name.endswith((".html", ".htm")) and os.path.isfile(path) and path.isprintable():
                    yield os.path.abspath(path)


def ask_browser(site, chromium, seconds):
    threading.Thread(target=site.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = subprocess.Popen(
            [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync",
             "--user-data-dir=" + profile, "--remote-debugging-port=0", site.root + "/driver/"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            return site.over.wait(seconds)
        finally:
            browser.terminate()
            browser.wait()
            site.shutdown()


def ask_program(program, site):
    pages = sorted(site.found)
    lines = "".join("%s\t%s\n" % (url, site.files[url[len(site.root):]]) for url in pages)
    output = subprocess.run([program], input=lines.encode(), stdout=subprocess.PIPE, check=True).stdout
    return dict(zip(pages, (json.loads(line) for line in output.split(b"\n") if line)))


def show(url, theirs, ours):
    print("differs:", url)
    if theirs["title"] != ours["title"]:
        print("    title: %r, browser: %r" % (ours["title"], theirs["title"]))
    for link in sorted(set(theirs["links"]) - set(ours["links"]))[:5]:
        print("    missing:", link)
    for link in sorted(set(ours["links"]) - set(theirs["links"]))[:5]:
        print("    too much:", link)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("directories", nargs="+")
    parser.add_argument("-n", type=int, default=1000, help="pages in the sample")
    parser.add_argument("-s", type=int, default=1, help="seed of the sample")
    options = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    files = sorted(set(html_files(options.directories)))
    if chromium is None or not files:
        print("skipped:", "no Chromium" if chromium is None else "no HTML files there")
        return 77
    files = random.Random(options.s).sample(files, min(options.n, len(files)))
    site = Site(files)
    if not ask_browser(site, chromium, 60 + len(files)):
        print("the browser did not come to an end: %d of %d pages" % (len(site.found), len(files)))
    ours = ask_program(options.program, site)
    different = [url for url in sorted(ours) if ours[url]["title"] != site.found[url]["title"] or
                 set(ours[url]["links"]) != set(site.found[url]["links"])]
    for url in different[:50]:
        show(url, site.found[url], ours[url])
    links = sum(len(site.found[url]["links"]) for url in ours)
    print("%d pages with %d links compared with %s, %d pages differ" %
          (len(ours), links, os.path.basename(chromium), len(different)))
    return 1 if different or len(ours) < len(files) else 0


if __name__ == "__main__":
    sys.exit(main())
