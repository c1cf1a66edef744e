"""Answers that want as much memory as they can get: for run.py --bombs, 64 of them at once."""

import ctypes
import ctypes.util
import gzip

from sites import PAGE, case

HTML = "Content-Type: text/html\r\n"
OK = "HTTP/1.1 200 OK\r\n" + HTML
ZEROS = gzip.compress(b"<p>" * (30 << 20), 9)       # 90 MB
NESTED = gzip.compress(gzip.compress(b"\0" * (256 << 20), 9), 9)


def brotli(data):
    """By the encoder's library, which is there where the tests were built."""
    name = ctypes.util.find_library("brotlienc")
    if name is None:
        return None
    out = ctypes.create_string_buffer(1 << 20)
    size = ctypes.c_size_t(len(out))
    encode = ctypes.CDLL(name).BrotliEncoderCompress
    encode.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_size_t, ctypes.c_char_p,
                       ctypes.POINTER(ctypes.c_size_t), ctypes.c_char_p]
    return out.raw[:size.value] if encode(9, 24, 0, len(data), data, ctypes.byref(size), out) else None


BROTLI = brotli(b"<p>" * (30 << 20))


def coded(coding):
    return HTML + "Content-Encoding: %s\r\n" % coding


def of_gzip(v):
    v.answer(ZEROS, fields=coded("gzip"))


def of_gzip_in_gzip(v):
    v.answer(NESTED, fields=coded("gzip, gzip"))


def of_brotli(v):
    v.answer(BROTLI, fields=coded("br"))


def of_zstd(v):
    v.send(OK, "Content-Encoding: zstd\r\n\r\n", b"\x28\xb5\x2f\xfd\x00\x68")   # a window of 8 MB
    v.flood(b"\x02\x00\x10x")                                               # 128 KB in 4 bytes


def without_end(v):
    v.send(OK, "\r\n")
    v.flood("<p>and so on and on")


def chunked_without_end(v):
    v.send(OK, "Transfer-Encoding: chunked\r\n\r\n")
    v.flood("4000\r\n" + "y" * 0x4000 + "\r\n")


def as_large_as_it_may_be(v):
    v.answer("<title>" + "t" * (1 << 20) + "</title>" + "<a href=#>" * 100 + "z" * (18 << 20))


def in_another_encoding(v):
    v.answer(b"<title>" + b"\x80" * (18 << 20), fields="Content-Type: text/html; charset=windows-1252\r\n")


def head_and_cookies(v):
    cookies = "".join("Set-Cookie: c%d=%s\r\n" % (i, "y" * 3900) for i in range(49))
    v.answer(PAGE % "x", fields=HTML + cookies + "X-Filler: %s\r\n" % ("f" * 90000))


def links(v):
    v.answer("<title>l</title>" + "".join("<a href='/l%d'>%s</a>" % (i % 5000, "w" * 100) for i in range(30000)))


KINDS = [(of_gzip, "too_large"), (of_gzip_in_gzip, "too_large"), (of_zstd, "too_large"), (without_end, "too_large"),
         (chunked_without_end, "too_large"), (as_large_as_it_may_be, "ok"),
         (in_another_encoding, "ok"), (head_and_cookies, "ok too_large"),
         (links, "ok")]
if BROTLI is not None:
    KINDS.insert(2, (of_brotli, "too_large"))


def declare(count, only):
    kinds = [k for k in KINDS if only in ("*", k[0].__name__)]
    for i in range(count):
        function, outcomes = kinds[i % len(kinds)]
        case(outcomes, 200, most=1 << 30)(function)
