"""A server of hostile sites: each case has an address of its own in 127.0.0.0/8, all share one port.

A case is a function that is given a Visit, once for each request of a page or a robots.txt it cares for, and that
writes whatever bytes it likes. What every site has beside its case is sound: robots.txt (404), /child (a page), /poison.
"""

import collections
import os
import socket
import ssl
import struct
import threading
import time

CASES = []


class Case:
    """What is served at one address, and what a crawl must make of it."""

    def __init__(self, function, outcomes, status, title, seeds, own, most, tls):
        self.name = function.__name__
        self.function = function
        self.outcomes = outcomes.split()    # acceptable ones of the seed (or a reason to skip it)
        self.status = status                # None: any
        self.title = title                  # None: any
        self.paths = seeds                  # what is asked for
        self.own = own                      # and what begins so is the function's as well
        self.most = most                    # requests at most of its address, robots.txt and all
        self.tls = tls                      # None, or the list of ALPN names; an empty one: no handshake at all
        self.address = None
        self.requests = collections.Counter()
        self.connections = 0
        self.sent = 0                       # bytes that the crawler took
        self.greed = 600 << 20              # how many it may: looked at four times a second, they come fast here


def case(outcomes, status=None, title=None, seeds=("/",), own="/x", most=12, tls=None):
    def add(function):
        CASES.append(Case(function, outcomes, status, title, seeds, own, most, tls))
        return function
    return add


class Gone(Exception):
    """The client has had enough."""


class Visit:
    """One request on one connection."""

    def __init__(self, case_, sock, method, path, fields, number, port):
        self.case, self.sock, self.method, self.path, self.fields = case_, sock, method, path, fields
        self.number = number                # of the request on its connection, from 0
        self.times = case_.requests[path]   # so often this path was asked for, this time counted
        self.port = port
        self.keeps = False                  # the connection is used further

    @property
    def root(self):
        return "http://%s:%d" % (self.case.address, self.port)

    def send(self, *parts):
        data = b"".join(p if isinstance(p, bytes) else p.encode() for p in parts)
        try:
            self.sock.sendall(data)
        except OSError as e:
            raise Gone from e
        self.case.sent += len(data)

    def in_clear(self, data):
        """Past TLS."""
        with socket.socket(fileno=os.dup(self.sock.fileno())) as bare:
            bare.sendall(data)

    def flood(self, part, most=1 << 30):
        """The same again and again, until the client goes, or `most` bytes."""
        part = part if isinstance(part, bytes) else part.encode()
        block = part * max(1, 65536 // len(part))
        for _ in range(most // len(block)):
            self.send(block)

    def drip(self, data, seconds):
        for byte in data:
            self.send(bytes([byte]))
            time.sleep(seconds)

    def answer(self, body=b"", status="200 OK", fields="Content-Type: text/html\r\n", length=True, behind=""):
        """All at once, so that what stands behind the answer is there before anything else is asked for."""
        body = body if isinstance(body, bytes) else body.encode()
        head = "HTTP/1.1 %s\r\n%s" % (status, fields)
        if length:
            head += "Content-Length: %d\r\n" % len(body)
            self.keeps = True
        self.send(head, "\r\n", body, behind)

    def chunk(self, data):
        data = data if isinstance(data, bytes) else data.encode()
        self.send("%x\r\n" % len(data), data, "\r\n")

    def wait(self, seconds=60):
        """Says nothing more; over when the client goes."""
        self.sock.settimeout(seconds)
        try:
            while self.sock.recv(4096):
                pass
        except OSError:
            pass
        raise Gone

    def reset(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise Gone


PAGE = "<!doctype html><title>%s</title><p><a href='/child'>child</a>"


def sound(visit):
    """What a site has beside its case."""
    if visit.path == "/child":
        visit.answer(PAGE % "child")
    elif visit.path == "/poison":
        visit.answer(PAGE % "POISON")
    else:
        visit.answer("", "404 Not Found")


def read_head(sock, before):
    data = before
    while b"\r\n\r\n" not in data:
        more = sock.recv(65536)
        if not more:
            return None, b""
        data += more
    head, rest = data.split(b"\r\n\r\n", 1)
    return head.decode("latin-1"), rest


class Site:
    """All cases, listening on all of 127.0.0.0/8 at one port."""

    def __init__(self, certificate=None, http2=None):
        self.by_address = {}
        self.strangers = []                 # addresses that no seed names, and that were connected to all the same
        for i, c in enumerate(CASES):
            c.address = "127.5.%d.%d" % (i // 200, i % 200 + 1)
            self.by_address[c.address] = c
        self.certificate = certificate
        self.http2 = http2
        self.listener = socket.create_server(("0.0.0.0", 0), backlog=512)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def seeds(self):
        for c in CASES:
            if c.tls is None or self.certificate:
                for path in c.paths:
                    yield c, "http%s://%s:%d%s" % ("" if c.tls is None else "s", c.address, self.port, path)

    def accept(self):
        while True:
            sock, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(sock,), daemon=True).start()

    def serve(self, sock):
        case_ = self.by_address.get(sock.getsockname()[0])
        try:
            if case_ is None:
                self.strangers.append(sock.getsockname()[0])
                return
            case_.connections += 1
            if case_.tls == []:
                case_.requests["/"] += 1
                case_.function(Visit(case_, sock, "", "/", "", 0, self.port))
                return
            if case_.tls is not None:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(self.certificate)
                context.set_alpn_protocols(case_.tls)
                sock = context.wrap_socket(sock, server_side=True)
                if sock.selected_alpn_protocol() == "h2":
                    self.http2(case_, sock, self.port)
                    return
            self.talk(case_, sock)
        except (Gone, OSError, ssl.SSLError):
            pass
        finally:
            sock.close()

    def talk(self, case_, sock):
        number, rest = 0, b""
        while True:
            head, rest = read_head(sock, rest)
            if head is None:
                return
            method, path = head.split(" ", 2)[:2]
            case_.requests[path] += 1
            visit = Visit(case_, sock, method, path, head.lower(), number, self.port)
            number += 1
            (case_.function if path in case_.paths or path.startswith(case_.own) else sound)(visit)
            if not visit.keeps:
                return
