"""Hostile answers over HTTP/1.1."""

import gzip
import time
import zlib

from sites import PAGE, case

HTML = "Content-Type: text/html\r\n"
OK = "HTTP/1.1 200 OK\r\n" + HTML
CHUNKED = OK + "Transfer-Encoding: chunked\r\n\r\n"
POISONED = PAGE.replace("/child", "/poison") % "POISON"
POISON = OK + "Content-Length: %d\r\n\r\n" % len(POISONED) + POISONED


# ---- statuses that nobody asked for

@case("truncated protocol_error http_error", 206)
def part_unasked(v):
    v.answer(PAGE % "part", "206 Partial Content", HTML + "Content-Range: bytes 0-59/100000\r\n")


@case("ok", 206, "whole")
def whole_as_part(v):
    body = PAGE % "whole"
    v.answer(body, "206 Partial Content", HTML + "Content-Range: bytes 0-%d/%d\r\n" % (len(body) - 1, len(body)))


@case("protocol_error")
def switching_unasked(v):
    v.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
    v.wait()


@case("protocol_error")
def switching_and_a_page(v):
    v.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n", OK, "\r\n", PAGE % "POISON")


@case("too_large timeout protocol_error")
def interim_flood(v):
    v.flood("HTTP/1.1 100 Continue\r\n\r\n")


@case("too_large timeout protocol_error")
def interim_of_all_numbers(v):
    for i in range(1 << 20):
        v.send("HTTP/1.1 1%02d Wait\r\nX: %d\r\n\r\n" % (i % 98 + 2, i))


@case("timeout")
def interim_slowly(v):
    v.drip(b"HTTP/1.1 102 Processing\r\n\r\n" * 10000, 0.02)


@case("http_error", 304)
def not_modified_unasked(v):
    v.send("HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n")


@case("ok", 204)
def no_content_with_a_body(v):
    v.send("HTTP/1.1 204 No Content\r\n" + HTML + "Content-Length: 50\r\n\r\n", PAGE % "POISON")
    v.keeps = True


@case("ok", 205)
def reset_content_with_a_body(v):
    v.answer(PAGE % "POISON", "205 Reset Content")


@case("bad_redirect http_error", 300)
def choices_without_location(v):
    v.answer(PAGE % "choices", "300 Multiple Choices")


@case("http_error protocol_error")
def status_of_two_digits(v):
    v.send("HTTP/1.1 20 OK\r\n" + HTML + "\r\n", PAGE % "POISON")


@case("protocol_error")
def status_that_is_negative(v):
    v.send("HTTP/1.1 -200 OK\r\n" + HTML + "\r\n", PAGE % "POISON")


@case("http_error", 600)
def status_600(v):
    v.answer(PAGE % "x", "600 Odd")


# ---- redirects

@case("bad_redirect", 301)
def location_missing(v):
    v.answer("", "301 Moved")


@case("bad_redirect redirect redirect_loop", 302)
def location_empty(v):
    v.answer("", "302 Found", "Location: \r\n")


@case("redirect", 302)
def location_with_line_end(v):
    v.answer("", "302 Found", "Location: /x%0d%0aSet-Cookie:%20a=b\r\n") if v.path == "/" else v.answer(PAGE % "end")


@case("bad_redirect protocol_error redirect", 302)
def location_with_nul(v):
    v.send("HTTP/1.1 302 Found\r\nLocation: /x\0y\r\nContent-Length: 0\r\n\r\n")


@case("redirect", 302)
def location_with_credentials(v):
    if v.path == "/":
        v.answer("", "302 Found", "Location: http://eve:secret@%s:%d/x\r\n" % (v.case.address, v.port))
    else:
        assert "authorization" not in v.fields
        v.answer(PAGE % "end")


def bad_scheme(name, url):
    def function(v):
        v.answer("", "302 Found", "Location: %s\r\n" % url)
    function.__name__ = "location_" + name
    case("bad_redirect", 302)(function)


for scheme, target in {"data": "data:text/html,<title>POISON</title>", "javascript": "javascript:alert(1)",
                       "file": "file:///etc/passwd", "ftp": "ftp://127.0.0.1/", "gopher": "gopher://127.0.0.1:25/x",
                       "dict": "dict://127.0.0.1:11211/", "ws": "ws://127.0.0.1/", "blob": "blob:http://x/1",
                       "view_source": "view-source:http://127.0.0.1/", "about": "about:blank",
                       "no_host": "http://", "bad_port": "http://127.0.0.1:99999/", "space_host": "http://a b/",
                       "bad_ipv6": "http://[::1/"}.items():
    bad_scheme(scheme, target)


@case("redirect bad_redirect too_large", 302)
def location_of_60_kb(v):
    v.answer("", "302 Found", "Location: /" + "x" * 60000 + "\r\n")


@case("too_large bad_redirect protocol_error redirect")
def location_of_200_kb(v):
    v.answer("", "302 Found", "Location: /" + "x" * 200000 + "\r\n")


@case("redirect_loop", 302)
def to_itself_with_a_new_fragment(v):
    v.answer("", "302 Found", "Location: /#%d\r\n" % v.times)


@case("redirect redirect_loop", 302, seeds=("/x/a",), most=14)
def to_itself_in_another_case(v):
    v.answer("", "302 Found", "Location: %s\r\n" % v.path.swapcase().replace("/X", "/x"))


@case("redirect", 302, most=14)
def to_ever_new_names(v):
    v.answer("", "302 Found", "Location: /x%d\r\n" % v.case.connections if v.path == "/" else "Location: %sx\r\n" % v.path)


@case("redirect", 307, most=14)
def to_ever_longer_paths(v):
    v.answer("", "307 Temporary", "Location: x/%s\r\n" % ("y/" * v.times))


@case("bad_redirect skipped off_scope redirect", 302)
def to_the_inside(v):
    v.answer("", "302 Found", "Location: http://169.254.169.254/latest/meta-data/\r\n")


@case("redirect", 302)
def two_locations(v):
    if v.path == "/":
        v.answer("", "302 Found", "Location: /x1\r\nLocation: http://127.9.9.9/\r\n")
    else:
        v.answer(PAGE % "end")


@case("ok redirect redirect_loop", 200, most=20)
def refresh_to_itself(v):
    v.answer(PAGE % "again", fields=HTML + "Refresh: 0; url=/\r\n")


@case("ok", 200, most=20)
def meta_refresh_in_a_circle(v):
    v.answer("<meta http-equiv=refresh content='0; url=/x%d'><title>x</title>" % ((v.case.requests.total() + 1) % 3))


@case("ok bad_redirect", 200)
def refresh_to_javascript(v):
    v.answer(PAGE % "stays", fields=HTML + "Refresh: 0; url=javascript:alert(1)\r\n")


INSIDE = ["http://127.9.9.9:%d/", "http://localhost:%d/", "http://[::1]:%d/", "http://[::ffff:127.9.9.9]:%d/",
          "http://0x7f.9.9.9:%d/", "http://2131298569:%d/", "http://127.9.9.9.:%d/", "http://017702204411:%d/",
          "http://[::127.9.9.9]:%d/", "http://[64:ff9b::127.9.9.9]:%d/", "http://[64:ff9b:1::7f09:909]:%d/",
          "http://[2002:7f09:909::]:%d/", "http://0:%d/", "http://[::]:%d/", "http://\uff11\uff12\uff17.9.9.9:%d/"]


@case("ok", 200, "inside", own=("/x", "/robots.txt"), most=60)
def the_inside_by_links_redirects_and_sitemaps(v):
    targets = [t % v.port for t in INSIDE]
    if v.path == "/robots.txt":
        v.answer("Sitemap: %s/x.xml\nSitemap: http://127.9.9.9:%d/s.xml\n" % (v.root, v.port), fields="")
    elif v.path == "/x.xml":
        v.answer("<urlset>" + "".join("<url><loc>%slisted</loc></url>" % t for t in targets) + "</urlset>",
                 fields="Content-Type: application/xml\r\n")
    elif v.path.startswith("/x"):
        v.answer("", "302 Found", "Location: %s\r\n" % targets[int(v.path[2:])].encode().decode("latin-1"))
    else:
        v.answer("<meta charset=utf-8><title>inside</title>" + "".join("<a href='%slinked'></a><a href='/x%d'></a>" % (t, i)
                                                  for i, t in enumerate(targets)))


# ---- heads

@case("ok wrong_type", 200)
def two_types(v):
    v.answer(PAGE % "typed", fields="Content-Type: image/png\r\nContent-Type: text/html\r\n")


@case("ok wrong_type", 200)
def type_of_nonsense(v):
    v.answer(PAGE % "x", fields="Content-Type: ;;;=%s\r\n" % ("/" * 1000))


@case("ok protocol_error", 200, "chunks")
def length_and_chunks(v):
    v.send(OK, "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n")
    v.chunk(PAGE % "chunks")
    v.send("0\r\n\r\n")
    v.keeps = True


@case("protocol_error decode_error ok")
def chunked_twice(v):
    v.send(OK, "Transfer-Encoding: chunked, chunked\r\n\r\n")
    v.chunk(PAGE % "x")
    v.send("0\r\n\r\n")


@case("protocol_error decode_error ok")
def chunked_then_identity(v):
    v.send(OK, "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n")
    v.chunk(PAGE % "x")
    v.send("0\r\n\r\n")


@case("decode_error protocol_error")
def transfer_coding_unknown(v):
    v.send(OK, "Transfer-Encoding: x-rot13\r\n\r\n", PAGE % "POISON")


@case("ok decode_error protocol_error", 200)
def transfer_coding_gzip(v):
    v.send(OK, "Transfer-Encoding: gzip, chunked\r\n\r\n")
    v.chunk(gzip.compress((PAGE % "zipped").encode()))
    v.send("0\r\n\r\n")


@case("too_large decode_error protocol_error", 200)
def transfer_coding_bomb(v):
    v.send(OK, "Transfer-Encoding: gzip, chunked\r\n\r\n")
    coder = zlib.compressobj(9, zlib.DEFLATED, 31)
    for _ in range(4096):
        v.chunk(coder.compress(b"x" * (1 << 20)) or b"\0")
    v.send("0\r\n\r\n")


def bad_length(name, value, outcomes="protocol_error"):
    def function(v):
        v.send(OK, "Content-Length: %s\r\n\r\n" % value, PAGE % "POISON")
    function.__name__ = "length_" + name
    case(outcomes)(function)


bad_length("negative", "-1")
bad_length("two", "10, 11")
bad_length("huge", "9" * 400)
bad_length("hex", "0x10")
bad_length("float", "1e3")
bad_length("blank_within", "1 0")
bad_length("arabic", "\u0661\u0660".encode().decode("latin-1"))


@case("ok", 200, "folded")
def folded_type(v):
    v.send("HTTP/1.1 200 OK\r\nContent-Type: text/html;\r\n charset=utf-8\r\nX: a\r\n\tb\r\n\r\n", PAGE % "folded")


@case("protocol_error")
def folded_first_line(v):
    v.send("HTTP/1.1 200 OK\r\n X: y\r\n" + HTML + "\r\n", PAGE % "POISON")


@case("protocol_error")
def field_without_colon(v):
    v.send(OK, "nonsense\r\n\r\n", PAGE % "POISON")


@case("protocol_error")
def nul_in_a_field(v):
    v.send(OK, "X: a\0b\r\n\r\n", PAGE % "POISON")


@case("ok protocol_error")
def controls_in_a_field(v):
    v.send(OK, b"X: \x01\x1b[2J\x7f\xff\r\nETag: \x1b]0;x\x07\r\n\r\n", PAGE % "x")


@case("ok protocol_error", 200)
def blank_before_the_colon(v):
    v.send("HTTP/1.1 200 OK\r\nContent-Type : text/html\r\nContent-Length : 3\r\n\r\n", PAGE % "x")


@case("ok protocol_error", 200)
def bare_line_feeds(v):
    v.send("HTTP/1.1 200 OK\nContent-Type: text/html\nContent-Length: %d\n\n" % len(PAGE % "feeds"), PAGE % "feeds")


@case("protocol_error conn_error ok too_large")
def bare_carriage_returns(v):
    v.send("HTTP/1.1 200 OK\rContent-Type: text/html\r\r", PAGE % "x")


@case("too_large")
def a_million_empty_fields(v):
    v.send("HTTP/1.1 200 OK\r\n")
    v.flood("a:\r\n")


@case("too_large protocol_error")
def a_status_line_without_end(v):
    v.send("HTTP/1.1 200 ")
    v.flood("O")


@case("too_large protocol_error")
def a_first_line_without_end(v):
    v.flood("x")


@case("too_large protocol_error conn_error timeout")
def blank_lines_without_end(v):
    v.flood("\r\n")


@case("protocol_error conn_error")
def old_http(v):
    v.send(PAGE % "POISON")


@case("ok", 200, "kept")
def http10_kept_alive(v):
    body = PAGE % "kept"
    v.send("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n" + HTML + "Content-Length: %d\r\n\r\n" % len(body), body)
    v.keeps = True


@case("ok", 200)
def http10_kept_alive_without_length(v):
    v.send("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n" + HTML + "\r\n", PAGE % "x")


@case("ok protocol_error", 200)
def http10_chunked(v):
    v.send("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n" + HTML + "\r\n")
    v.chunk(PAGE % "x")
    v.send("0\r\n\r\n")


@case("protocol_error")
def http3_over_tcp(v):
    v.send("HTTP/3 200 OK\r\n" + HTML + "\r\n", PAGE % "POISON")


@case("protocol_error conn_error")
def http2_in_clear(v):
    v.send(b"\0\0\x06\x04\0\0\0\0\0\0\x03\0\0\0\x64", b"\0\0\0\x04\x01\0\0\0\0")
    v.wait()


@case("ok", 200, "x" * 8)
def cookie_bomb(v):
    cookies = "".join("Set-Cookie: c%d=%s\r\n" % (i, "y" * 3000) for i in range(60))
    v.answer(PAGE % ("x" * 8), fields=HTML + cookies)
    assert len(v.fields) < 20000


@case("ok", 200)
def cookies_for_others(v):
    v.answer(PAGE % "x", fields=HTML + "Set-Cookie: a=1; Domain=com\r\nSet-Cookie: b=2; Domain=example.org\r\n"
             "Set-Cookie: c=3; Domain=127.0.0.1\r\nSet-Cookie: d=4; Domain=.\r\nSet-Cookie: __Host-x=1; Domain=com; Path=/\r\n")


# ---- the next answer on the connection

@case("ok", 200, "first")
def a_second_answer_behind(v):
    v.answer(PAGE % "first", behind=POISON)


@case("ok", 200, "first")
def chunks_and_a_second_answer(v):
    first = PAGE % "first"
    v.send(CHUNKED, "%x\r\n" % len(first), first, "\r\n0\r\n\r\n", POISON)
    v.keeps = True


@case("ok", 204)
def no_content_and_a_second_answer(v):
    v.send("HTTP/1.1 204 No Content\r\n\r\n", POISON)
    v.keeps = True


@case("http_error", 304)
def not_modified_and_a_second_answer(v):
    v.send("HTTP/1.1 304 Not Modified\r\nContent-Length: 0\r\n\r\n", POISON)
    v.keeps = True


@case("redirect", 301)
def redirect_and_a_second_answer(v):
    if v.path == "/":
        v.answer("", "301 Moved", "Location: /x\r\n", behind=POISON)
    else:
        v.answer(PAGE % "end")
