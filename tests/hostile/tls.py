"""Hostile TLS: bytes in place of a handshake, records and alerts without end, answers that hide behind others."""

import struct

from sites import PAGE, case

HTML = "Content-Type: text/html\r\n"
OK = "HTTP/1.1 200 OK\r\n" + HTML
POISONED = PAGE.replace("/child", "/poison") % "POISON"
POISON = OK + "Content-Length: %d\r\n\r\n" % len(POISONED) + POISONED
LOST = "bad_tls conn_error protocol_error timeout too_large"

HANDSHAKE, ALERT, CHANGE, DATA = 22, 21, 20, 23


def record(kind, payload, version=0x0303):
    return struct.pack(">BHH", kind, version, len(payload)) + payload


def raw(outcomes=LOST, most=12):
    """What is sent before any handshake; the case's function is given a Visit without a request."""
    return case(outcomes, tls=[], most=most)


@raw()
def tls_of_http(v):
    v.send("HTTP/1.1 400 Bad Request\r\n" + HTML + "\r\n", PAGE % "POISON")


@raw()
def tls_of_noise(v):
    v.flood(bytes(range(256)) * 16)


@raw()
def tls_of_alerts_without_end(v):
    v.flood(record(ALERT, b"\1\x5a"))


@raw()
def tls_of_empty_records_without_end(v):
    v.flood(record(HANDSHAKE, b""))


@raw()
def tls_of_cipher_changes_without_end(v):
    v.flood(record(CHANGE, b"\1"))


@raw()
def tls_of_hello_requests_without_end(v):
    v.flood(record(HANDSHAKE, b"\0\0\0\0"))


@raw()
def tls_of_a_hello_of_16_mb(v):
    v.send(record(HANDSHAKE, b"\2\xff\xff\xff\3\3" + b"x" * 1000))
    v.flood(record(HANDSHAKE, b"x" * 16000))


@raw()
def tls_of_records_beyond_the_limit(v):
    v.send(struct.pack(">BHH", HANDSHAKE, 0x0303, 0xffff))
    v.flood("x")


@raw()
def tls_of_data_at_once(v):
    v.flood(record(DATA, b"x" * 16000))


@raw()
def tls_of_an_old_version(v):
    v.send(record(HANDSHAKE, b"\2\0\0\x26\3\0" + b"r" * 32 + b"\0\0\5\0", 0x0300))
    v.wait()


@raw("bad_tls timeout conn_error")
def tls_byte_by_byte(v):
    v.drip(record(HANDSHAKE, b"\2\0\1\0" + b"\3\3" + b"r" * 254), 0.2)


@raw()
def tls_closed_at_once(v):
    v.send(record(ALERT, b"\1\0"))


@raw()
def tls_that_knows_nobody(v):
    v.send(record(ALERT, b"\2\x70"))


# ---- behind a handshake that is sound

@case("ok", 200, "first", tls=["http/1.1"])
def tls_and_a_second_answer_in_the_record(v):
    """It lies decrypted where no look at the socket finds it."""
    v.answer(PAGE % "first", behind=POISON)


@case("ok", 200, "first", tls=["http/1.1"])
def tls_and_a_second_answer_in_the_next_record(v):
    body = PAGE % "first"
    v.send(OK, "Content-Length: %d\r\n\r\n" % len(body), body[:-1])
    v.send(body[-1], POISON)
    v.keeps = True


@case("ok", 200, "first", tls=["http/1.1"])
def tls_and_chunks_and_a_second_answer(v):
    first = PAGE % "first"
    v.send(OK, "Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(first), first, "\r\n0\r\n\r\n", POISON)
    v.keeps = True


@case("ok", 204, tls=["http/1.1"])
def tls_and_no_content_and_a_second_answer(v):
    v.send("HTTP/1.1 204 No Content\r\n\r\n", POISON)
    v.keeps = True


@case("ok truncated", 200, tls=["http/1.1"])
def tls_of_a_byte_a_record(v):
    body = PAGE % "bytes"
    for byte in (OK + "Content-Length: %d\r\n\r\n" % len(body) + body).encode():
        v.send(bytes([byte]))
    v.keeps = True


@case("too_large timeout", tls=["http/1.1"])
def tls_of_a_body_without_end(v):
    v.send(OK, "\r\n")
    v.flood("<p>and so on")


@case("truncated conn_error", tls=["http/1.1"])
def tls_with_garbage_in_the_body(v):
    v.send(OK, "Content-Length: 5000\r\n\r\n", PAGE % "x")
    v.in_clear(b"this is no record" * 100)


@case("redirect", 302, tls=["http/1.1"])
def tls_redirected_to_clear_text(v):
    v.answer("", "302 Found", "Location: %s/elsewhere\r\n" % v.root.replace("127.5", "127.9"))


@case("ok conn_error protocol_error", tls=["spdy/3"])
def tls_of_another_protocol(v):
    v.answer(PAGE % "x")
