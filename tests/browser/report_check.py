"""A report in a real browser: it asks nobody for anything, says nothing to the console, no text of strangers does
anything, tables sort and filter, the tree can be walked, and nothing is wider than a telephone.

Speaks to Chromium over a pipe (the DevTools protocol), so that only Python is needed. Usage: report_check.py
CHROMIUM REPORT.html. One line a sentence; exit status 1 if one is not true."""
import json
import os
import signal
import subprocess
import sys
import tempfile

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--no-proxy-server",
         "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
         "--host-resolver-rules=MAP * ~NOTFOUND", "--remote-debugging-pipe"]
failures = 0


class Browser:
    """One page of a browser; keeps all that it tells without being asked in `events`."""

    def __init__(self, program, folder):
        to_read, self.to = os.pipe()
        self.back, to_write = os.pipe()

        def arrange():  # the browser reads from 3 and writes to 4
            os.dup2(to_read, 10)
            os.dup2(to_write, 11)
            os.dup2(10, 3)
            os.dup2(11, 4)

        self.process = subprocess.Popen([program, *FLAGS, "--user-data-dir=" + folder, "about:blank"],
                                        preexec_fn=arrange, close_fds=False,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(to_write)
        self.buffer, self.number, self.session, self.events = b"", 0, None, []
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.ask(domain + ".enable")

    def read(self):
        while b"\0" not in self.buffer:
            got = os.read(self.back, 1 << 16)
            if not got:
                raise RuntimeError("the browser has gone")
            self.buffer += got
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def ask(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.read()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def open(self, path):
        self.ask("Page.navigate", url="file://" + os.path.abspath(path))
        while not any(e.get("method") == "Page.loadEventFired" for e in self.events):
            self.events.append(self.read())

    def value(self, script):
        result = self.ask("Runtime.evaluate", expression=script, returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(script + ": " + json.dumps(result["exceptionDetails"])[:500])
        return result["result"].get("value")

    def press(self, key):
        for kind in ("keyDown", "keyUp"):
            text = {"text": "\r"} if key == "Enter" and kind == "keyDown" else {}
            code = {"Enter": 13, "Escape": 27, "ArrowDown": 40, "ArrowRight": 39}[key]
            self.ask("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, **text)

    def type(self, text):
        self.ask("Input.insertText", text=text)

    def width(self, pixels):
        self.ask("Emulation.setDeviceMetricsOverride", width=pixels, height=800, deviceScaleFactor=1, mobile=False)
        return self.value("document.documentElement.scrollWidth")

    def told(self, method):
        return [e["params"] for e in self.events if e.get("method") == method]

    def end(self):
        self.session = None
        try:
            self.ask("Browser.close")
        except (RuntimeError, OSError):
            pass
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def holds(sentence, good, why=""):
    global failures
    print(("[       OK ] " if good else "[  FAILED  ] ") + sentence + ("" if good else ": " + str(why)[:600]))
    failures += not good


def check_tables(page):
    names = "[...document.querySelectorAll('#slowest tbody tr')].map(row => row.cells[0].textContent)"
    times = ("[...document.querySelectorAll('#slowest tbody tr')].map(row => "
             "parseFloat(row.cells[2].textContent.replace(/\\s/g, '')))")
    page.value("document.querySelectorAll('#slowest th button')[2].focus()")
    page.press("Enter")
    first = page.value(times)
    page.press("Enter")
    second = page.value(times)
    holds("a_table_sorts_by_numbers_both_ways", sorted(first, reverse=True) == first and sorted(second) == second,
          (first, second))
    holds("the_column_that_is_sorted_says_so",
          page.value("document.querySelectorAll('#slowest th')[2].getAttribute('aria-sort')") == "ascending")
    page.value("document.querySelectorAll('#slowest th button')[0].click()")
    first = page.value(names)
    holds("a_table_sorts_by_words", sorted(first, key=str.lower) == first, first)
    page.value("document.querySelector('#slowest input').focus()")
    page.type("docs")
    shown = page.value("[...document.querySelectorAll('#slowest tbody tr')].filter(row => row.offsetHeight > 0)"
                       ".map(row => row.cells[0].textContent)")
    holds("a_filter_leaves_the_rows_with_these_words", len(shown) == 4 and all("docs" in name for name in shown), shown)


def check_tree(page):
    here = "document.querySelector('.crumbs [aria-current]').textContent"
    boxes = "[...document.querySelectorAll('#icicle > svg')].map(box => box.getAttribute('aria-label'))"
    before = page.value(boxes)
    holds("the_tree_begins_with_all_hosts", page.value(here) == "all hosts" and len(before) > 8, before)
    page.value("document.querySelector('#icicle > svg[tabindex=\"0\"]').focus()")
    page.press("ArrowDown")
    page.press("Enter")
    inside = page.value(boxes)
    holds("enter_walks_into_a_folder", page.value(here) == "https://a.test" and len(inside) < len(before), inside)
    page.press("Escape")
    holds("escape_walks_out_again", page.value(here) == "all hosts" and page.value(boxes) == before, page.value(boxes))
    page.value("[...document.querySelectorAll('#icicle > svg')].find(box => box.textContent.includes('/docs'))"
               ".dispatchEvent(new MouseEvent('click'))")
    holds("a_click_walks_into_a_folder", page.value(here) == "/docs", page.value(here))


def check_silence(page):
    asked = [r["request"]["url"] for r in page.told("Network.requestWillBeSent")]
    asked = [url for url in asked if not url.startswith(("data:", "about:"))]
    holds("it_asks_for_itself_and_nothing_else", len(asked) == 1 and asked[0].startswith("file:"), asked)
    said = page.told("Runtime.consoleAPICalled") + page.told("Log.entryAdded") + page.told("Runtime.exceptionThrown")
    holds("it_says_nothing_to_the_console", not said, said)
    holds("text_of_strangers_opened_no_dialog", not page.told("Page.javascriptDialogOpening"))
    holds("there_are_no_elements_but_its_own", page.value(
        "document.querySelectorAll('img, iframe, b[onclick], [onmouseover], [onload], [onerror]').length + "
        "document.scripts.length") == 2)
    holds("no_link_leads_to_a_script", page.value(
        "[...document.links].every(a => /^(https?|file):/.test(a.protocol))"))


def main():
    signal.alarm(120)  # rather than wait for ever for a browser that hangs
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        page = Browser(sys.argv[1], folder)
        try:
            page.open(sys.argv[2])
            check_tables(page)
            check_tree(page)
            for width in (360, 768, 1280):
                got = page.width(width)
                holds(f"nothing_is_wider_than_{width}_pixels", got <= width, got)
            check_silence(page)
        finally:
            page.end()
    return 1 if failures else 0


sys.exit(main())
