"""Hostile bodies: codings, chunks, connections that end, and what is in pages, sitemaps and robots.txt."""

import gzip
import time
import zlib

from sites import PAGE, Gone, case

HTML = "Content-Type: text/html\r\n"
OK = "HTTP/1.1 200 OK\r\n" + HTML
CHUNKED = OK + "Transfer-Encoding: chunked\r\n\r\n"
TEXT = ("<!doctype html><title>coded</title>" + "<p>some words " * 2000).encode()


def coded(coding):
    return HTML + "Content-Encoding: %s\r\n" % coding


def deflated(data, bits, level=9):
    coder = zlib.compressobj(level, zlib.DEFLATED, bits)
    return coder.compress(data) + coder.flush()


# ---- chunks

@case("protocol_error too_large timeout ok")
def chunk_extension_without_end(v):
    v.send(CHUNKED, "5;")
    v.flood("x=y;")


@case("ok protocol_error too_large timeout truncated")
def ever_more_chunk_extensions(v):
    v.send(CHUNKED)
    for _ in range(400):
        v.send("1;", "x" * 60000, "\r\na\r\n")
    v.send("0\r\n\r\n")


@case("protocol_error")
def chunk_size_of_20_digits(v):
    v.send(CHUNKED, "fffffffffffffffffff0\r\n", TEXT)


@case("too_large truncated protocol_error")
def chunk_size_just_below_2_to_63(v):
    v.send(CHUNKED, "7fffffffffffffff\r\n", TEXT)


@case("protocol_error")
def chunk_size_negative(v):
    v.send(CHUNKED, "-5\r\n", TEXT)


@case("protocol_error ok")
def chunk_size_with_zeros_in_front(v):
    v.send(CHUNKED, "0" * 100 + "5\r\n<p>aa\r\n0\r\n\r\n")


@case("protocol_error truncated")
def chunk_size_empty(v):
    v.send(CHUNKED, "\r\n<p>\r\n0\r\n\r\n")


@case("protocol_error")
def chunk_longer_than_said(v):
    v.send(CHUNKED, "5\r\n<p>aaaaaaaaaa\r\n0\r\n\r\n")


@case("too_large protocol_error timeout")
def trailers_without_end(v):
    v.send(CHUNKED, "3\r\n<p>\r\n0\r\n")
    v.flood("X-T: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n")


@case("too_large protocol_error timeout")
def one_trailer_without_end(v):
    v.send(CHUNKED, "3\r\n<p>\r\n0\r\nX: ")
    v.flood("y")


@case("ok", 200, "first")
def trailers_that_lie(v):
    v.send(CHUNKED)
    v.chunk(PAGE % "first")
    v.send("0\r\nContent-Type: image/png\r\nContent-Encoding: gzip\r\nLocation: http://127.9.9.9/\r\n"
           "Content-Length: 1\r\nSet-Cookie: t=1\r\n\r\n")
    v.keeps = True


@case("timeout too_large truncated")
def chunks_of_one_byte_without_end(v):
    v.send(CHUNKED)
    v.flood("1\r\nx\r\n")


# ---- codings

@case("ok", 200, "coded")
def gzip_with_garbage_behind(v):
    v.answer(gzip.compress(TEXT) + b"garbage" * 100, fields=coded("gzip"))


@case("ok", 200, "coded")
def gzip_in_members(v):
    v.answer(gzip.compress(TEXT[:1000]) + gzip.compress(TEXT[1000:]), fields=coded("gzip"))


@case("too_large decode_error")
def gzip_members_without_end(v):
    v.send(OK, "Content-Encoding: gzip\r\n\r\n")
    v.flood(gzip.compress(b"x" * 30000))


@case("too_large decode_error timeout")
def empty_gzip_members_without_end(v):
    v.send(OK, "Content-Encoding: gzip\r\n\r\n")
    v.flood(gzip.compress(b""))


@case("truncated decode_error")
def second_gzip_member_cut(v):
    v.answer(gzip.compress(TEXT[:1000]) + gzip.compress(TEXT[1000:])[:-20], fields=coded("gzip"))


@case("decode_error")
def gzip_with_a_wrong_sum(v):
    data = bytearray(gzip.compress(TEXT))
    data[-6] ^= 1
    v.answer(bytes(data), fields=coded("gzip"))


@case("decode_error")
def gzip_with_a_wrong_length(v):
    data = bytearray(gzip.compress(TEXT))
    data[-1] ^= 1
    v.answer(bytes(data), fields=coded("gzip"))


@case("decode_error too_large timeout")
def gzip_with_a_name_without_end(v):
    v.send(OK, "Content-Encoding: gzip\r\n\r\n", b"\x1f\x8b\x08\x08\0\0\0\0\0\x03")
    v.flood("x")


@case("decode_error truncated", 200)
def gzip_of_nothing_but_a_head(v):
    v.answer(b"\x1f\x8b\x08\0\0\0\0\0\0\x03", fields=coded("gzip"))


@case("ok truncated decode_error", 200)
def gzip_of_no_bytes(v):
    v.answer(b"", fields=coded("gzip"))


@case("ok", 200, "coded")
def deflate_of_zlib(v):
    v.answer(deflated(TEXT, 15), fields=coded("deflate"))


@case("ok", 200, "coded")
def deflate_raw(v):
    v.answer(deflated(TEXT, -15), fields=coded("deflate"))


@case("decode_error")
def deflate_with_a_wrong_sum(v):
    data = bytearray(deflated(TEXT, 15))
    data[-1] ^= 1
    v.answer(bytes(data), fields=coded("deflate"))


@case("truncated decode_error")
def deflate_raw_cut(v):
    v.answer(deflated(TEXT, -15)[:-5], fields=coded("deflate"))


@case("ok", 200, "coded")
def gzip_twice_named_twice(v):
    v.answer(gzip.compress(gzip.compress(TEXT)), fields=coded("gzip, gzip"))


@case("ok", 200, "coded")
def gzip_twice_in_two_fields(v):
    v.answer(gzip.compress(gzip.compress(TEXT)), fields=coded("gzip") + "Content-Encoding: x-gzip\r\n")


@case("ok wrong_type decode_error", 200)
def gzip_twice_named_once(v):
    v.answer(gzip.compress(gzip.compress(TEXT)), fields=coded("gzip"))


@case("decode_error ok", 200)
def gzip_once_named_twice(v):
    v.answer(gzip.compress(TEXT), fields=coded("gzip, gzip"))


@case("decode_error")
def twenty_codings(v):
    data = TEXT
    for _ in range(20):
        data = gzip.compress(data)
    v.answer(data, fields=coded(", ".join(["gzip"] * 20)))


@case("ok", 200, "coded")
def identity_and_blanks(v):
    v.answer(TEXT, fields=coded(" , identity ,, "))


@case("decode_error")
def coding_unknown(v):
    v.answer(TEXT, fields=coded("compress-o-matic"))


@case("decode_error")
def coding_of_controls(v):
    v.answer(TEXT, fields=coded("\x1b[2J\x7f"))


@case("ok decode_error truncated")
def brotli_of_noise(v):
    v.answer(bytes(i * 37 & 255 for i in range(5000)), fields=coded("br"))


@case("ok decode_error truncated")
def brotli_of_no_bytes(v):
    v.answer(b"", fields=coded("br"))


@case("decode_error truncated")
def zstd_that_wants_a_window_of_2_gb(v):
    v.answer(b"\x28\xb5\x2f\xfd\x00\xa8" + b"\x01\0\0" * 10, fields=coded("zstd"))


@case("truncated decode_error")
def zstd_cut(v):
    v.answer(b"\x28\xb5\x2f\xfd\x24\x0a\x51\0\0", fields=coded("zstd"))


@case("decode_error too_large timeout")
def zstd_skippable_frames_without_end(v):
    v.send(OK, "Content-Encoding: zstd\r\n\r\n")
    v.flood(b"\x50\x2a\x4d\x18\x00\x40\0\0" + b"s" * 0x4000)


@case("too_large")
def zstd_bomb(v):
    v.send(OK, "Content-Encoding: zstd\r\n\r\n", b"\x28\xb5\x2f\xfd\x00\x58")
    v.flood(b"\x02\x00\x10x")         # blocks of 128 KiB of one byte: 4 bytes each


# ---- connections that end

@case("truncated conn_error", 200)
def reset_within_a_chunk(v):
    v.send(CHUNKED, "1000\r\nhalf")
    time.sleep(0.1)
    v.reset()


@case("conn_error")
def closed_after_the_request(v):
    raise Gone


@case("conn_error truncated")
def closed_after_the_interim(v):
    v.send("HTTP/1.1 100 Continue\r\n\r\n")


@case("conn_error protocol_error")
def closed_within_the_status(v):
    v.send("HTT")


@case("conn_error protocol_error")
def closed_within_a_field(v):
    v.send("HTTP/1.1 200 OK\r\nContent-Ty")


@case("conn_error truncated", 200)
def reset_behind_the_body(v):
    v.send(OK, "\r\n", PAGE % "x")
    time.sleep(0.1)
    v.reset()


@case("ok truncated conn_error", 200, tls=["http/1.1"])
def no_close_notify_without_length(v):
    v.send(OK, "\r\n", PAGE % "x")


@case("truncated conn_error", tls=["http/1.1"])
def no_close_notify_within_the_length(v):
    v.send(OK, "Content-Length: 5000\r\n\r\n", PAGE % "x")


@case("conn_error timeout bad_tls protocol_error", tls=["http/1.1"])
def silence_behind_tls(v):
    v.wait()


@case("timeout")
def head_byte_by_byte(v):
    v.drip(b"HTTP/1.1 200 OK\r\n" + b"X-Slow: very slow indeed\r\n" * 1000, 0.1)


@case("timeout")
def body_byte_by_byte(v):
    v.send(OK, "Content-Length: 100000\r\n\r\n")
    v.drip(b"<p>slow" * 10000, 0.1)


@case("timeout")
def chunks_byte_by_byte(v):
    v.send(CHUNKED)
    v.drip(b"00000000001\r\na\r\n" * 1000, 0.1)


@case("timeout")
def silence_within_the_head(v):
    v.send("HTTP/1.1 200 OK\r\n")
    v.wait()


# ---- pages

@case("ok", 200)
def a_million_links(v):
    v.answer("<title>links</title>" + "".join("<a href=#%d>" % i for i in range(1000000)))


@case("ok", 200)
def a_hundred_thousand_attributes(v):
    v.answer("<title>x</title><a " + " ".join("a%d=%d" % (i, i) for i in range(100000)) + " href=/child>")


@case("ok", 200, "deep")
def a_million_levels(v):
    v.answer("<title>deep</title>" + "<div><b>" * 500000 + "<a href=/child>")


@case("ok", 200, "deep")
def a_million_end_tags(v):
    v.answer("<title>deep</title>" + "<font>" * 200000 + "</b></p></table>" * 300000 + "<a href=/child>")


@case("ok", 200)
def a_tag_without_end(v):
    v.answer("<title>x</title><a href='" + "x" * 15000000)


@case("ok", 200)
def a_comment_without_end(v):
    v.answer("<title>x</title><!--" + "-" * 15000000)


@case("ok", 200)
def character_references_without_end(v):
    v.answer("<title>" + "&amp" * 3000000 + "</title>")


@case("ok", 200)
def a_base_and_a_long_query(v):
    v.answer("<base href='http://127.9.9.9/" + "b" * 60000 + "?'><title>x</title>" + "<a href='?q'>" * 3000)


@case("ok", 200)
def utf16_that_is_not(v):
    v.answer(PAGE % "x", fields="Content-Type: text/html; charset=utf-16\r\n")


@case("ok", 200)
def utf7(v):
    v.answer("<meta charset=utf-7><title>+ADw-script+AD4-</title>")


@case("ok", 200)
def charset_of_nonsense(v):
    v.answer(PAGE % "x", fields="Content-Type: text/html; charset=\"%s\r\n" % ("z" * 5000))


@case("ok", 200)
def iso2022_escapes(v):
    v.answer(b"<meta charset=iso-2022-jp><title>\x1b$B\x1b(B\x1b$B~~\x1b</title>" + b"\x1b$B" * 1000000)


@case("ok wrong_type", 200)
def xhtml_with_entities(v):
    v.answer("<!DOCTYPE html [<!ENTITY a 'aaaaaaaaaa'>" + "".join(
        "<!ENTITY %s '%s'>" % (chr(98 + i), ("&%s;" % chr(97 + i)) * 10) for i in range(12)) +
        "<!ENTITY f SYSTEM 'file:///etc/passwd'>]><html xmlns='http://www.w3.org/1999/xhtml'><head><title>&m;&f;</title>"
        "</head></html>", fields="Content-Type: application/xhtml+xml\r\n")


# ---- robots.txt and sitemaps

@case("ok", 200, own="/robots.txt")
def robots_without_end(v):
    if v.path == "/robots.txt":
        v.send("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
        v.flood("# and so on\n")
    v.answer(PAGE % "x")


BOMB = gzip.compress(b"\n" * (1 << 26))


@case("robots timeout host_gave_up", own="/robots.txt", most=20)
def robots_byte_by_byte(v):
    if v.path == "/robots.txt":
        v.send("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
        v.drip(b"# and so on\n" * 1000, 0.1)
    v.answer(PAGE % "x")


@case("ok robots", own="/robots.txt", most=20)
def robots_redirected_in_a_circle(v):
    if v.path == "/robots.txt":
        v.answer("", "302 Found", "Location: /robots.txt?%d\r\n" % v.times)
    else:
        v.answer(PAGE % "x")


@case("robots blocked_address", own=("/robots.txt", "/x"), most=20)
def robots_redirected_to_the_inside(v):
    if v.path == "/robots.txt":
        v.answer("", "302 Found", "Location: http://169.254.169.254/robots.txt\r\n")
    else:
        v.answer(PAGE % "x")


@case("ok robots", own="/robots.txt", most=20)
def robots_as_a_bomb(v):
    if v.path == "/robots.txt":
        v.answer(BOMB, fields="Content-Type: text/plain\r\nContent-Encoding: gzip\r\n")
    else:
        v.answer(PAGE % "x")


def sitemap(name, body, outcomes="ok", fields="Content-Type: application/xml\r\n", most=40):
    def function(v):
        if v.path == "/robots.txt":
            v.answer("Sitemap: %s/x.xml\n" % v.root, fields="Content-Type: text/plain\r\n")
        elif v.path.startswith("/x.xml"):
            v.answer(body(v) if callable(body) else body, fields=fields)
        else:
            v.answer(PAGE % "x")
    function.__name__ = "sitemap_" + name
    case(outcomes, 200, own=("/robots.txt", "/x"), most=most)(function)


LAUGHS = ("<!DOCTYPE u [<!ENTITY a 'lol'>" + "".join(
    "<!ENTITY %s '%s'>" % (chr(98 + i), ("&%s;" % chr(97 + i)) * 10) for i in range(12)) +
    "]><urlset><url><loc>http://x/&m;</loc></url></urlset>")
sitemap("of_laughs", LAUGHS)
sitemap("of_a_quadratic_entity", "<!DOCTYPE u [<!ENTITY a '%s'>]><urlset><url><loc>%s</loc></url></urlset>" % (
    "a" * 50000, "&a;" * 50000))
sitemap("of_files", "<!DOCTYPE u [<!ENTITY f SYSTEM 'file:///etc/passwd'>]><urlset><url><loc>http://127.0.0.1/&f;</loc>"
        "</url><url><loc>file:///etc/passwd</loc></url></urlset>")
sitemap("of_a_foreign_dtd", lambda v: "<!DOCTYPE u SYSTEM '%s/poison'><urlset/>" % v.root)
sitemap("nested_without_end", lambda v: "<sitemapindex>" + "".join(
    "<sitemap><loc>%s/x.xml?%d-%d</loc></sitemap>" % (v.root, v.times, i) for i in range(3)) + "</sitemapindex>")
sitemap("deep", "<urlset>" + "<url>" * 1000000)
sitemap("of_one_long_tag", "<urlset a='" + "x" * 20000000)
sitemap("as_a_bomb", gzip.compress(b"<urlset>" + b" " * (1 << 28)), fields="Content-Type: application/gzip\r\n")
sitemap("of_utf16_halves", b"\xff\xfe" + "<urlset><url><loc>http://x/".encode("utf-16le") + b"\x00\xd8" * 1000)
sitemap("that_lists_two_hundred_more_each", lambda v: "<sitemapindex>" + "".join(
    "<sitemap><loc>%s/x.xml?%s-%d</loc></sitemap>" % (v.root, v.path[7:], i) for i in range(200)) + "</sitemapindex>", most=1005)


def robots(name, text, outcomes="ok", most=60):
    def function(v):
        if v.path == "/robots.txt":
            v.answer(text, fields="Content-Type: text/plain\r\n")
        elif v.path == "/":
            v.answer(PAGE % "x")
        else:
            v.answer("", "404 Not Found")
    function.__name__ = "robots_" + name
    case(outcomes, 200, own=("/robots.txt", "/x"), most=most)(function)


robots("with_delays_of_nonsense", "User-agent: *\n" + "".join(
    "Crawl-delay: %s\n" % d for d in ("nan", "-1", "-inf", "", "x", "0x", "1e-400")))
robots("of_a_hundred_thousand_rules", "User-agent: *\n" + "".join("Disallow: /%d*$\n" % i for i in range(100000)))
robots("of_stars", "User-agent: *\n" + "Disallow: /" + "*a" * 30000 + "$\n")
robots("of_a_hundred_thousand_groups", "".join("User-agent: bot%d\nDisallow: /\n\n" % i for i in range(20000)))
robots("of_nul_bytes", "User-agent: *\0\nDisallow: /\0x\n" + "\0" * 100000)
robots("in_utf16", "\ufeffUser-agent: *\nDisallow: /\n".encode("utf-16le"), "ok robots")
robots("of_one_line", "U" * 600000)
robots("of_ten_thousand_sitemaps", "".join("Sitemap: /x%d.xml\n" % i for i in range(10000)), most=1005)
