"""Hostile answers over HTTP/2: frames made by hand (RFC 9113), heads without compression (RFC 7541)."""

import struct

from sites import Gone, PAGE

DATA, HEADERS, PRIORITY, RST, SETTINGS, PUSH, PING, GOAWAY, WINDOW, CONTINUATION = range(10)
END_STREAM, END_HEADERS = 1, 4
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
NO_ERROR, PROTOCOL_ERROR, REFUSED_STREAM, CANCEL, ENHANCE = 0, 1, 7, 8, 11


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def number(value, bits, first=0):
    most = (1 << bits) - 1
    if value < most:
        return bytes([first | value])
    out, value = [first | most], value - most
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes(out + [value])


def field(name, value):
    name, value = name.encode("latin-1"), value.encode("latin-1")
    return b"\0" + number(len(name), 7) + name + number(len(value), 7) + value


def head(status="200", *more):
    fields = [(":status", status), ("content-type", "text/html")] + list(more)
    return b"".join(field(n, v) for n, v in fields)


class Stream:
    """One request over HTTP/2, as a case sees it."""

    def __init__(self, connection, number_, path):
        self.connection, self.id, self.path = connection, number_, path
        self.case = connection.case
        self.times = self.case.requests[path]   # so often this path was asked for, this time counted

    def send(self, *frames):
        self.connection.send(b"".join(frames))

    def head(self, status="200", *more, ends=False):
        self.send(frame(HEADERS, END_HEADERS | (END_STREAM if ends else 0), self.id, head(status, *more)))

    def data(self, text, ends=True):
        text = text if isinstance(text, bytes) else text.encode()
        for at in range(0, len(text), 16384):
            last = at + 16384 >= len(text)
            self.send(frame(DATA, END_STREAM if ends and last else 0, self.id, text[at:at + 16384]))

    def page(self, title):
        self.head()
        self.data(PAGE % title)

    def flood(self, part, most=1 << 29):
        block = part * max(1, 65536 // len(part))
        for _ in range(most // len(block)):
            self.connection.send(block)

    def hang_up(self):
        """Waits for the client to go."""
        self.connection.read_all()
        raise Gone


class Connection:
    def __init__(self, case_, sock, port):
        self.case, self.sock, self.port = case_, sock, port
        self.data = b""

    def send(self, data):
        try:
            self.sock.sendall(data)
        except OSError as e:
            raise Gone from e
        self.case.sent += len(data)

    def read(self, size):
        while len(self.data) < size:
            more = self.sock.recv(65536)
            if not more:
                raise Gone
            self.data += more
        out, self.data = self.data[:size], self.data[size:]
        return out

    def read_all(self):
        self.sock.settimeout(60)
        while self.sock.recv(65536):
            pass

    def serve(self):
        self.read(len(PREFACE))
        self.send(frame(SETTINGS, 0, 0))
        while True:
            size, kind, flags, stream = struct.unpack(">IBBI", b"\0" + self.read(9))
            payload = self.read(size)
            if kind == SETTINGS and not flags & 1:
                self.send(frame(SETTINGS, 1, 0))
            elif kind == PING and not flags & 1:
                self.send(frame(PING, 1, 0, payload))
            elif kind == GOAWAY:
                raise Gone
            elif kind == HEADERS:
                path = path_of(payload)
                self.case.requests[path] += 1
                self.answer(Stream(self, stream, path))

    def answer(self, stream):
        if stream.path in self.case.paths or stream.path.startswith(self.case.own):
            self.case.function(stream)
        elif stream.path == "/child":
            stream.page("child")
        elif stream.path == "/poison":
            stream.page("POISON")
        else:
            stream.head("404", ends=True)


def serve(case_, sock, port):
    Connection(case_, sock, port).serve()


# Codes of RFC 7541, appendix B, of what paths here are made of: each list goes on by one from its first.
HUFFMAN = {format(first + i, "0%db" % bits): c
           for bits, first, text in ((5, 0, "012aceiost"), (6, 0x14, " %-./3456789=A_bdfghlmnpru"), (7, 0x74, "jkqvwxyz"))
           for i, c in enumerate(text)}


def unhuffman(data):
    text, code = "", ""
    for bit in "".join(format(byte, "08b") for byte in data):
        code += bit
        if code in HUFFMAN:
            text, code = text + HUFFMAN[code], ""
    return text


def path_of(block):
    """The :path of a request's head; fields of the dynamic table are never it."""
    at = 0
    while at < len(block):
        first = block[at]
        bits = 7 if first & 0x80 else 6 if first & 0x40 else 5 if first & 0x20 else 4
        index, at = read_number(block, at, bits)
        if bits == 7 and index == 4:
            return "/"
        if bits in (7, 5):
            continue
        if index == 0:
            _, at = read_string(block, at)
        value, at = read_string(block, at)
        if index in (4, 5):
            return value
    return "/"


def read_number(block, at, bits):
    most = (1 << bits) - 1
    value, at = block[at] & most, at + 1
    if value < most:
        return value, at
    for shift in range(0, 63, 7):
        byte, at = block[at], at + 1
        value += (byte & 127) << shift
        if byte < 128:
            break
    return value, at


def read_string(block, at):
    coded = block[at] & 0x80
    size, at = read_number(block, at, 7)
    text = block[at:at + size]
    return (unhuffman(text) if coded else text.decode("latin-1")), at + size
