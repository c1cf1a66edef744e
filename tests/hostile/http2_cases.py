"""Hostile answers over HTTP/2: what they are made of is in http2.py."""

import gzip
import struct
import time

from http2 import (CANCEL, CONTINUATION, DATA, END_HEADERS, END_STREAM, ENHANCE, GOAWAY, HEADERS, NO_ERROR, PING,
                   PROTOCOL_ERROR, PUSH, REFUSED_STREAM, RST, SETTINGS, WINDOW, field, frame, head)
from sites import PAGE, case


def h2(outcomes, status=None, title=None, **more):
    return case(outcomes, status, title, tls=["h2"], **more)


def word(value):
    return struct.pack(">I", value)


@h2("ok", 200, "plain")
def h2_plain(s):
    s.page("plain")


@h2("ok", 200, "second")
def h2_refused_once(s):
    if s.times == 1:
        s.send(frame(RST, 0, s.id, word(REFUSED_STREAM)))
    else:
        s.page("second")


@h2("conn_error protocol_error")
def h2_refused_always(s):
    s.send(frame(RST, 0, s.id, word(REFUSED_STREAM)))


@h2("ok", 200, "second")
def h2_goaway_before_us(s):
    """Nothing of this stream was looked at: it may be asked for again at once."""
    if s.times == 1:
        s.send(frame(GOAWAY, 0, 0, word(max(0, s.id - 2)) + word(NO_ERROR)))
        s.hang_up()
    else:
        s.page("second")


@h2("ok", 200, "second")
def h2_goaway_of_0_and_closed(s):
    if s.times == 1:
        s.send(frame(GOAWAY, 0, 0, word(0) + word(NO_ERROR)))
        s.connection.sock.close()
    else:
        s.page("second")


@h2("ok", 200, "graceful")
def h2_goaway_and_the_answer(s):
    s.send(frame(GOAWAY, 0, 0, word(s.id) + word(NO_ERROR)))
    s.page("graceful")


@h2("truncated conn_error protocol_error timeout")
def h2_goaway_within_the_body(s):
    s.head()
    s.data("<p>half", ends=False)
    s.send(frame(GOAWAY, 0, 0, word(0) + word(PROTOCOL_ERROR)))
    s.connection.sock.close()


@h2("truncated conn_error protocol_error")
def h2_reset_within_the_body(s):
    s.head("200", ("content-length", "1000"))
    s.data("<p>half", ends=False)
    s.send(frame(RST, 0, s.id, word(CANCEL)))


@h2("truncated ok conn_error protocol_error")
def h2_reset_without_error_within_the_body(s):
    s.head()
    s.data("<p>half", ends=False)
    s.send(frame(RST, 0, s.id, word(NO_ERROR)))


@h2("conn_error protocol_error")
def h2_calm_down(s):
    s.send(frame(GOAWAY, 0, 0, word(0) + word(ENHANCE) + b"calm down"))
    s.connection.sock.close()


@h2("conn_error protocol_error timeout too_large")
def h2_resets_without_end(s):
    s.flood(frame(RST, 0, s.id, word(CANCEL)))


@h2("conn_error protocol_error timeout too_large")
def h2_resets_of_strangers(s):
    s.flood(frame(RST, 0, 2, word(CANCEL)) + frame(RST, 0, 4, word(CANCEL)))


@h2("too_large protocol_error conn_error timeout")
def h2_continuation_without_end(s):
    s.send(frame(HEADERS, 0, s.id, head()))
    s.flood(frame(CONTINUATION, 0, s.id, field("x-" + "n" * 100, "v" * 1000) * 10))


@h2("too_large protocol_error conn_error timeout")
def h2_empty_continuations_without_end(s):
    s.send(frame(HEADERS, 0, s.id, head()))
    s.flood(frame(CONTINUATION, 0, s.id))


@h2("too_large protocol_error conn_error timeout")
def h2_a_head_of_small_indices(s):
    """One field of 4 KB in the table, and then a byte for each time it is named again."""
    s.send(frame(HEADERS, 0, s.id, head() + b"\x40\x01x" + b"\x7f\xa1\x1e" + b"y" * 4000))
    for _ in range(200):
        s.send(frame(CONTINUATION, 0, s.id, b"\xbe" * 16000))
    s.send(frame(CONTINUATION, END_HEADERS | END_STREAM, s.id, b"\xbe"))


@h2("ok too_large protocol_error")
def h2_a_hundred_cookies(s):
    s.head("200", *[("set-cookie", "c%d=%s" % (i, "v" * 1000)) for i in range(14)])
    s.data(PAGE % "x")


@h2("too_large timeout protocol_error conn_error")
def h2_interim_heads_without_end(s):
    for _ in range(1 << 20):
        s.send(frame(HEADERS, END_HEADERS, s.id, head("103", ("link", "<x>; rel=preload"))))


@h2("timeout protocol_error conn_error too_large")
def h2_settings_without_end(s):
    s.flood(frame(SETTINGS, 0, 0, b"\0\3" + word(100)))


@h2("timeout protocol_error conn_error too_large")
def h2_empty_settings_without_end(s):
    s.flood(frame(SETTINGS, 0, 0))


@h2("timeout protocol_error conn_error too_large")
def h2_pings_without_end(s):
    s.flood(frame(PING, 0, 0, b"01234567"))


@h2("timeout protocol_error conn_error too_large")
def h2_acknowledged_pings_without_end(s):
    s.flood(frame(PING, 1, 0, b"01234567"))


@h2("timeout protocol_error conn_error too_large")
def h2_frames_of_unknown_kinds(s):
    s.flood(frame(0xbe, 0xff, 0, b"?" * 16000))


@h2("timeout protocol_error conn_error too_large ok truncated", 200)
def h2_empty_data_without_end(s):
    s.head()
    s.flood(frame(DATA, 0, s.id))


@h2("timeout too_large truncated protocol_error", 200)
def h2_padding_without_end(s):
    s.head()
    s.flood(frame(DATA, 8, s.id, b"\xff" + b"\0" * 255))


@h2("protocol_error conn_error")
def h2_window_of_0(s):
    s.send(frame(WINDOW, 0, s.id, word(0)))
    s.page("POISON")


@h2("protocol_error conn_error")
def h2_window_too_far(s):
    s.send(frame(WINDOW, 0, 0, word(0x7fffffff)))
    s.page("POISON")


@h2("ok", 200, "first")
def h2_data_behind_the_end(s):
    s.page("first")
    s.send(frame(DATA, 0, s.id, b"<title>POISON</title>"))


@h2("protocol_error conn_error truncated")
def h2_data_before_the_head(s):
    s.data("<title>POISON</title>")


@h2("protocol_error conn_error timeout truncated")
def h2_data_of_another_stream(s):
    s.send(frame(HEADERS, END_HEADERS, s.id + 2, head()), frame(DATA, 1, s.id + 2, b"<title>POISON</title>"))
    s.hang_up()


@h2("ok protocol_error conn_error")
def h2_a_push(s):
    s.send(frame(PUSH, END_HEADERS, s.id, word(2) + field(":method", "GET") + field(":path", "/poison") +
                 field(":scheme", "https") + field(":authority", s.case.address)))
    s.page("x")


@h2("protocol_error conn_error truncated")
def h2_longer_than_announced(s):
    s.head("200", ("content-length", "5"))
    s.data(PAGE % "POISON")


@h2("protocol_error truncated conn_error")
def h2_shorter_than_announced(s):
    s.head("200", ("content-length", "500"))
    s.data(PAGE % "POISON")


@h2("protocol_error conn_error")
def h2_without_a_status(s):
    s.send(frame(HEADERS, END_HEADERS, s.id, field("content-type", "text/html")))
    s.data(PAGE % "POISON")


@h2("protocol_error conn_error")
def h2_status_of_words(s):
    s.head("okay")
    s.data(PAGE % "POISON")


@h2("protocol_error conn_error")
def h2_status_twice(s):
    s.head("200", (":status", "404"))
    s.data(PAGE % "POISON")


@h2("protocol_error conn_error ok")
def h2_names_in_capitals(s):
    s.head("200", ("Location", "/x"))
    s.data(PAGE % "x")


@h2("protocol_error conn_error ok redirect bad_redirect")
def h2_line_ends_in_a_field(s):
    s.head("302", ("location", "/x\r\nset-cookie: a=b"), ends=True)


@h2("protocol_error conn_error ok", 200)
def h2_connection_fields(s):
    s.head("200", ("transfer-encoding", "chunked"), ("connection", "close"))
    s.data(PAGE % "x")


@h2("protocol_error conn_error")
def h2_compression_that_is_none(s):
    s.send(frame(HEADERS, END_HEADERS | END_STREAM, s.id, b"\xff\xff\xff\xff\xff\xff\xff\xff\xff"))


@h2("protocol_error conn_error timeout")
def h2_a_frame_of_16_mb(s):
    s.send(b"\xff\xff\xff\0\0" + word(s.id))
    s.flood(b"x" * 65536)


@h2("protocol_error conn_error timeout")
def h2_http1_in_it(s):
    s.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<title>POISON</title>")


@h2("protocol_error conn_error ok")
def h2_switching(s):
    s.head("101")
    s.page("x")


@h2("timeout")
def h2_silence(s):
    s.hang_up()


@h2("timeout truncated")
def h2_silence_within_the_body(s):
    s.head()
    s.data("<p>half", ends=False)
    s.hang_up()


@h2("timeout")
def h2_byte_by_byte(s):
    s.head()
    for _ in range(1000):
        s.data("x", ends=False)
        time.sleep(0.1)


@h2("too_large timeout")
def h2_body_without_end(s):
    s.head()
    try:
        s.flood(frame(DATA, 0, s.id, b"<p>and so on" * 1300))
    finally:
        s.connection.sock.close()


@h2("truncated decode_error")
def h2_gzip_cut(s):
    s.head("200", ("content-encoding", "gzip"))
    s.data(gzip.compress((PAGE % "POISON").encode())[:-9])


@h2("ok", 200, "trailed")
def h2_trailers(s):
    s.head()
    s.data(PAGE % "trailed", ends=False)
    s.send(frame(HEADERS, END_HEADERS | END_STREAM, s.id, field("content-type", "image/png") + field("x", "y")))


@h2("protocol_error conn_error ok", 200)
def h2_a_second_head(s):
    s.page("x")
    s.head("404")


@h2("redirect", 302)
def h2_redirect_to_clear_text_and_back(s):
    s.head("302", ("location", "http://127.9.9.9/"), ends=True)


@h2("protocol_error conn_error timeout too_large")
def h2_priorities_without_end(s):
    s.flood(frame(2, 0, 1, word(0) + b"\0"))
