"""Hostile answers over HTTP/2: settings, pushes, trailers, and what comes for streams that are over."""

import gzip
import time

from http2 import (CANCEL, CONTINUATION, DATA, END_HEADERS, END_STREAM, GOAWAY, HEADERS, NO_ERROR, PING, PROTOCOL_ERROR,
                   PUSH, RST, SETTINGS, WINDOW, field, frame, head)
from http2_cases import h2, word
from sites import PAGE

TABLE_SIZE, ENABLE_PUSH, STREAMS, WINDOW_SIZE, FRAME_SIZE, LIST_SIZE = range(1, 7)
ANY = "ok protocol_error conn_error timeout too_large truncated"
BAD = "protocol_error conn_error timeout too_large truncated"


def settings(*pairs):
    return frame(SETTINGS, 0, 0, b"".join(b"\0" + bytes([name]) + word(value) for name, value in pairs))


# ---- settings

@h2(ANY)
def h2_no_stream_allowed(s):
    """The next request may never be sent."""
    s.send(settings((STREAMS, 0)))
    s.page("x")


@h2("ok", 200, "x", own="/x", most=40)
def h2_one_stream_at_a_time(s):
    s.send(settings((STREAMS, 1)))
    s.head()
    s.data("<title>x</title>" + "".join("<a href=/x%d></a>" % i for i in range(20)))


@h2("ok", 200, "x")
def h2_a_window_of_nothing(s):
    """For what we send, which has no body."""
    s.send(settings((WINDOW_SIZE, 0)))
    s.page("x")


@h2(BAD)
def h2_a_window_of_2_to_31(s):
    s.send(settings((WINDOW_SIZE, 0x80000000)))
    s.page("POISON")


@h2(BAD)
def h2_frames_of_no_size(s):
    s.send(settings((FRAME_SIZE, 0)))
    s.page("POISON")


@h2(ANY)
def h2_no_room_for_our_heads(s):
    s.send(settings((LIST_SIZE, 1)))
    s.page("x")


@h2(BAD)
def h2_settings_of_a_push(s):
    """ENABLE_PUSH is not for servers to switch on (RFC 9113, 6.5.2)."""
    s.send(settings((ENABLE_PUSH, 1)))
    s.page("POISON")


@h2("ok", 200, "x")
def h2_a_table_of_4_gb(s):
    s.send(settings((TABLE_SIZE, 0xffffffff)))
    s.page("x")


@h2(ANY)
def h2_tables_that_change_without_end(s):
    s.flood(settings((TABLE_SIZE, 0)) + settings((TABLE_SIZE, 65536)))


@h2(BAD)
def h2_half_a_setting(s):
    s.send(frame(SETTINGS, 0, 0, b"\0\3\0"))
    s.page("POISON")


@h2(BAD)
def h2_settings_of_a_stream(s):
    s.send(frame(SETTINGS, 0, s.id, b"\0\3" + word(100)))
    s.page("POISON")


# ---- heads

@h2(BAD)
def h2_table_sizes_in_the_head_without_end(s):
    s.send(frame(HEADERS, 0, s.id, b"\x20" * 16000))
    s.flood(frame(CONTINUATION, 0, s.id, b"\x20" * 16000))


@h2(BAD)
def h2_a_table_larger_than_ours(s):
    s.send(frame(HEADERS, END_HEADERS | END_STREAM, s.id, b"\x3f\xe1\xff\xff\xff\x07" + head()))


@h2(BAD)
def h2_an_index_of_nothing(s):
    s.send(frame(HEADERS, END_HEADERS | END_STREAM, s.id, b"\xff\xff\xff\xff\x07"))


@h2(BAD)
def h2_a_number_without_end(s):
    s.send(frame(HEADERS, 0, s.id, b"\x7f" + b"\x80" * 16000))
    s.flood(frame(CONTINUATION, 0, s.id, b"\x80" * 16000))


@h2(BAD)
def h2_a_field_longer_than_its_frame(s):
    s.send(frame(HEADERS, END_HEADERS, s.id, head() + b"\0\1x\x7f\xff\xff\x07y"))
    s.data(PAGE % "POISON")


@h2(BAD)
def h2_huffman_codes_of_ones(s):
    s.send(frame(HEADERS, END_HEADERS, s.id, head() + b"\0\1x\x84\xff\xff\xff\xff"))
    s.data(PAGE % "POISON")


@h2(BAD)
def h2_continued_by_another_stream(s):
    s.send(frame(HEADERS, 0, s.id, head()), frame(CONTINUATION, END_HEADERS, s.id + 2, b""))
    s.data(PAGE % "POISON")


@h2(BAD)
def h2_a_ping_within_a_head(s):
    s.send(frame(HEADERS, 0, s.id, head()), frame(PING, 0, 0, b"12345678"), frame(CONTINUATION, END_HEADERS, s.id, b""))
    s.data(PAGE % "POISON")


@h2(ANY)
def h2_a_name_of_nothing(s):
    s.head("200", ("", "x"))
    s.data(PAGE % "x")


@h2(ANY)
def h2_nul_in_a_field(s):
    s.head("200", ("x", "a\0b\r\nlocation: /poison"))
    s.data(PAGE % "x")


@h2(BAD)
def h2_a_pseudo_field_behind_others(s):
    s.send(frame(HEADERS, END_HEADERS, s.id, field("content-type", "text/html") + field(":status", "200")))
    s.data(PAGE % "POISON")


@h2(BAD)
def h2_lengths_that_differ(s):
    s.head("200", ("content-length", "5"), ("content-length", "500"))
    s.data(PAGE % "POISON")


@h2("ok truncated protocol_error conn_error", 204)
def h2_no_content_with_a_body(s):
    s.head("204")
    s.data(PAGE % "POISON")


@h2("truncated protocol_error conn_error")
def h2_a_length_and_nothing(s):
    s.head("200", ("content-length", "1000"), ends=True)


@h2(BAD)
def h2_an_interim_that_ends(s):
    s.head("103", ends=True)


@h2(BAD)
def h2_padding_longer_than_its_frame(s):
    s.head("200", ("content-length", "500"))
    s.send(frame(DATA, 8, s.id, b"\xff<title>POISON</title>"))


@h2(BAD + " decode_error")
def h2_no_frame_within_a_coded_body(s):
    """libcurl 7.88 takes what ends so for whole, unless it has a length; the coding knows better."""
    s.head("200", ("content-encoding", "gzip"))
    s.data(gzip.compress((PAGE % "POISON").encode() * 9)[:-9], ends=False)
    s.send(frame(DATA, 0, 0, b"x"))
    s.hang_up()


# ---- trailers

@h2(BAD)
def h2_trailers_without_end(s):
    s.head()
    s.data(PAGE % "POISON", ends=False)
    s.send(frame(HEADERS, END_STREAM, s.id, field("x", "y")))
    s.flood(frame(CONTINUATION, 0, s.id, field("x-" + "n" * 100, "v" * 1000) * 10))


@h2(BAD)
def h2_trailers_that_do_not_end_it(s):
    s.head()
    s.data(PAGE % "POISON", ends=False)
    for _ in range(1 << 16):
        s.send(frame(HEADERS, END_HEADERS, s.id, field("x", "y")))


@h2(ANY)
def h2_trailers_of_a_status(s):
    s.head()
    s.data(PAGE % "x", ends=False)
    s.send(frame(HEADERS, END_HEADERS | END_STREAM, s.id, field(":status", "404")))


@h2("ok truncated protocol_error conn_error")
def h2_trailers_of_a_length(s):
    s.head()
    s.data(PAGE % "x", ends=False)
    s.send(frame(HEADERS, END_HEADERS | END_STREAM, s.id, field("content-length", "3")))


# ---- frames for streams that are over, or never were

@h2(ANY)
def h2_pushes_without_end(s):
    for i in range(2, 1 << 20, 2):
        s.send(frame(PUSH, END_HEADERS, s.id, word(i) + field(":method", "GET") + field(":path", "/poison") +
                     field(":scheme", "https") + field(":authority", s.case.address)))


@h2(ANY)
def h2_a_push_and_its_answer(s):
    s.send(frame(PUSH, END_HEADERS, s.id, word(2) + field(":method", "GET") + field(":path", "/child") +
                 field(":scheme", "https") + field(":authority", s.case.address)),
           frame(HEADERS, END_HEADERS, 2, head()), frame(DATA, END_STREAM, 2, (PAGE % "POISON").encode()))
    s.page("x")


@h2("ok", 200, "x")
def h2_a_reset_behind_the_answer(s):
    s.page("x")
    s.send(frame(RST, 0, s.id, word(CANCEL)))


@h2(ANY)
def h2_an_answer_to_a_request_to_come(s):
    """The stream that the next request will have, already answered."""
    s.page("x")
    s.send(frame(HEADERS, END_HEADERS, s.id + 2, head()), frame(DATA, END_STREAM, s.id + 2, (PAGE % "POISON").encode()))


@h2(BAD)
def h2_window_updates_without_end(s):
    s.flood(frame(WINDOW, 0, 0, word(1)) + frame(WINDOW, 0, s.id, word(1)))


@h2(ANY)
def h2_goaways_without_end(s):
    s.flood(frame(GOAWAY, 0, 0, word(s.id) + word(NO_ERROR) + b"x" * 1000))


@h2(BAD)
def h2_a_goaway_and_silence(s):
    s.send(frame(GOAWAY, 0, 0, word(0x7fffffff) + word(NO_ERROR)))
    s.hang_up()


@h2(BAD)
def h2_a_goaway_that_goes_back_up(s):
    s.send(frame(GOAWAY, 0, 0, word(0) + word(NO_ERROR)), frame(GOAWAY, 0, 0, word(0x7fffffff) + word(NO_ERROR)))
    s.page("POISON")


@h2(ANY, own="/x", most=60)
def h2_goaway_with_many_streams_open(s):
    """All that is above the last one was never looked at, and may be asked for again; each may cost a connection."""
    if s.path == "/":
        s.head()
        s.data("<title>x</title>" + "".join("<a href=/x%d></a>" % i for i in range(12)))
    elif s.times == 1:
        s.send(frame(GOAWAY, 0, 0, word(1) + word(NO_ERROR)))
        s.connection.sock.close()
    else:
        s.page("x")


@h2(BAD)
def h2_a_frame_of_stream_0(s):
    s.send(frame(HEADERS, END_HEADERS, 0, head()))
    s.page("POISON")


@h2(ANY)
def h2_other_origins(s):
    """ORIGIN and ALTSVC frames that offer to speak for others."""
    s.send(frame(12, 0, 0, b"\0\x11https://127.9.9.9" * 100),
           frame(10, 0, s.id, b"\0\0h2=\"127.9.9.9:443\"; ma=99999999"))
    s.page("x")


# ---- bodies

@h2("timeout too_large")
def h2_a_byte_now_and_then(s):
    s.head("200", ("content-length", "1000000"))
    for _ in range(1000):
        s.data("x", ends=False)
        s.send(frame(PING, 0, 0, b"12345678"))
        time.sleep(0.05)


@h2("too_large")
def h2_a_bomb(s):
    s.head("200", ("content-encoding", "gzip"))
    s.data(gzip.compress(b"<p>" * (20 << 20)))


@h2("too_large")
def h2_a_length_beyond_the_limit(s):
    s.head("200", ("content-length", "99999999999"))
    s.flood(frame(DATA, 0, s.id, b"x" * 16000))


@h2("truncated protocol_error conn_error")
def h2_reset_with_all_but_the_end(s):
    """All bytes that were announced, and then an error in place of the end."""
    body = PAGE % "POISON"
    s.head()
    s.data(body, ends=False)
    s.send(frame(RST, 0, s.id, word(PROTOCOL_ERROR)))


@h2("truncated protocol_error conn_error")
def h2_closed_in_place_of_the_end(s):
    s.head()
    s.data(PAGE % "POISON", ends=False)
    s.connection.sock.close()


@h2("truncated protocol_error conn_error timeout")
def h2_goaway_in_place_of_the_end(s):
    s.head()
    s.data(PAGE % "POISON", ends=False)
    s.send(frame(GOAWAY, 0, 0, word(s.id) + word(NO_ERROR)))
    s.connection.sock.close()
