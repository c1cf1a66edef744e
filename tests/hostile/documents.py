"""Hostile pages, robots.txt and sitemaps: what their text makes a reader do."""

import gzip

from sites import PAGE, case

HTML = "Content-Type: text/html\r\n"
TEXT = "Content-Type: text/plain\r\n"
XML = "Content-Type: application/xml\r\n"


def page(name, text, title=None, fields=HTML, outcomes="ok", most=12):
    def function(v):
        v.answer(text, fields=fields)
    function.__name__ = "page_" + name
    case(outcomes, 200, title, most=most)(function)


# ---- markup

page("of_a_hundred_thousand_bold", "<title>x</title>" + "".join("<b id=%d>" % i for i in range(100000)) + "</p>" * 50000, "x")
page("of_nested_anchors", "<title>x</title>" + "<a href=#1><b>" * 200000, "x")
page("of_misnested_anchors", "<title>x</title>" + "<a href=#1><p><b></a>" * 100000, "x")
page("of_tables_in_tables", "<title>x</title>" + "<table><tr><td>" * 200000, "x")
page("of_text_in_tables", "<title>x</title><table>" + "<a href=#1>x<tr>" * 200000, "x")
page("of_templates", "<title>x</title>" + "<template><a href=/poison>" * 100000)
page("of_selects", "<title>x</title>" + "<select><option><optgroup>" * 200000, "x")
page("of_svg_and_math", "<svg><title>no</title></svg><title>x</title>" + "<svg><math><mi><svg><foreignObject>" * 50000)
page("of_forms", "<title>x</title>" + "<form action=/poison><input><button>" * 100000, "x")
page("of_headings", "<title>x</title>" + "<h1><h2></h1>" * 300000, "x")
page("of_a_million_titles", "<title>x</title>" * 300000, "x")
page("of_a_million_bases", "<title>x</title>" + "".join("<base href='/%d/'>" % i for i in range(200000)), "x")
page("of_a_million_refreshes", "<title>x</title>" + "<meta http-equiv=refresh content='0;url=/'>" * 200000, "x", most=30)
page("of_a_long_srcset", "<title>x</title><img srcset='" + ",".join("/i%d %dw" % (i, i + 1) for i in range(300000)) + "'>", "x")
page("of_blank_text", "<title>x</title><p>" + " \n\t" * 4000000, "x")
page("of_end_tags_only", "<title>x</title>" + "</a></b></i></p></br>" * 300000, "x")
page("of_cdata", "<title>x</title>" + "<![CDATA[" * 1000000, "x")
page("of_processing_instructions", "<title>x</title>" + "<?" * 3000000, "x")
page("of_comment_starts", "<title>x</title>" + "<!--" * 2000000)
page("of_open_quotes", "<title>x</title>" + "<a href=\"" * 1000000)
page("of_equals_signs", "<title>x</title><a " + "=" * 5000000 + ">", "x")
page("of_references_that_are_none", "<title>" + "&" * 3000000 + "</title>")
page("of_long_references", "<title>x</title><p title='" + "&CounterClockwiseContourIntegra" * 100000 + "'>", "x")
page("of_numbers_beyond_all", "<title>&#x" + "f" * 1000000 + ";&#0;&#xd800;&#1114112;x</title>")
page("of_script_escapes", "<title>x</title>" + "<script><!--<script>" * 200000)
page("of_plaintext", "<title>x</title><plaintext>" + "<a href=/poison>" * 200000, "x")
page("of_a_frameset", "<title>x</title><frameset>" + "<frame src=/f>" * 100000, "x", most=20)
page("of_marks_in_the_title", "<meta charset=utf-8><title>x" + ("a" + "\u0301" * 1000) * 2000 + "\u202e\u2066</title>")


@case("ok", 200, own=("/x",), most=40)
def page_whose_base_leads_away(v):
    v.answer("<base href='http://127.9.9.9:%d/'><title>x</title><a href=a>a</a><a href=/b>b</a><a href='?q'>c</a>" % v.port)


@case("ok", 200, own=("/x",), most=40)
def page_whose_base_is_a_script(v):
    v.answer("<base href='javascript:alert(1)'><base href='data:text/html,'><title>x</title><a href=xa>a</a>")


LINKS = ["java\nscript:alert(1)", " javascript:alert(1)", "\1javascript:1", "http:\\\\127.9.9.9\\x", "http:/127.9.9.9/x",
         "http:127.9.9.9/x", "///127.9.9.9/x", "/\\127.9.9.9/x", "\\\\127.9.9.9\\x", "//127.9.9.9\t/x", "http://127.9.9.9%2f@x/",
         "http://x@127.9.9.9:80@x/", "http://127.9.9.9#@x/", "http://127.9.9.9?@x/", "http://\u24d4vil.localhost/",
         "http://127\u30029\u30029\u30029/", "http://[::ffff:7f09:909]/", "http://0177.9.9.9/", "http://127.9.2313/",
         "http://x.localhost/", "http://localhost./", "http://127.9.9.9.nip.invalid/", "view-source:http://127.9.9.9/",
         "feed:http://127.9.9.9/", "blob:http://127.9.9.9/1", "filesystem:http://127.9.9.9/x", "http://%31%32%37.9.9.9/",
         "http://\u00ad127.9.9.9/", "http://1\u200b27.9.9.9/"]


@case("ok", 200, "links", own=("/x",), most=60)
def page_of_links_that_hide_where_they_go(v):
    v.answer("<meta charset=utf-8><title>links</title>" + "".join("<a href='%s'></a>" % u for u in LINKS)
             if v.path == "/" else PAGE % "x")


@case("ok", 200, "hosts", own=("/x",), most=60)
def page_of_ten_thousand_hosts(v):
    v.answer("<title>hosts</title>" + "".join("<a href='http://127.%d.%d.%d:%d/'></a>" % (
        200 + i // 65536, i // 256 % 256, i % 256, v.port) for i in range(10000)))


# ---- encodings

def encoded(name, data, label="", title=None):
    page("in_" + name, data, title, "Content-Type: text/html%s\r\n" % (label and "; charset=" + label))


encoded("utf_16_without_a_mark", (PAGE % "x").encode("utf-16be"), "utf-16be", "x")
encoded("utf_16_of_half_pairs", b"\xfe\xff" + (PAGE % "x").encode("utf-16be") + b"\xd8\x00" * 1000000, "", "x")
encoded("utf_16_cut_within_a_letter", b"\xff\xfe" + (PAGE % "x").encode("utf-16le") + b"<", "", "x")
encoded("utf_32", b"\xff\xfe\0\0" + (PAGE % "x").encode("utf-32le"))
encoded("utf_8_that_says_utf_16", b"\xef\xbb\xbf" + (PAGE % "x").encode(), "utf-16", "x")
encoded("hz", b"<title>x</title>" + b"~{" * 500000, "hz-gb-2312")
encoded("iso_2022_kr", b"<title>x</title>" + b"\x1b$)C\x0e" * 300000, "iso-2022-kr")
encoded("gb18030", b"<title>x</title>" + b"\x81\x30" * 1000000, "gb18030")
encoded("big5_of_halves", b"<title>x</title>" + b"\x88" * 2000000, "big5")
encoded("overlong_utf_8", b"<title>x</title>" + b"\xc0\xbca href=/poison\xc0\xbe" * 100000, "utf-8", "x")
encoded("many_charsets", "<title>x</title>" + "".join("<meta charset=x-%d>" % i for i in range(60000)))
encoded("user_defined", b"<title>\xff</title>" + bytes(range(128, 256)) * 5000, "x-user-defined")


# ---- robots.txt

def robots(name, body, outcomes, status="200 OK", fields=TEXT, most=40, raw=None):
    def function(v):
        if v.path != "/robots.txt":
            v.answer(PAGE % "x")
        elif raw is not None:
            raw(v)
        else:
            v.answer(body, status, fields)
    function.__name__ = "robots_" + name
    case(outcomes, None, own="/robots.txt", most=most)(function)


FORBIDS = "User-agent: *\nDisallow: /\n"

robots("that_is_401", "", "ok", "401 No")
robots("that_is_410", "", "ok", "410 Gone")
robots("that_is_429", FORBIDS, "robots host_gave_up", "429 Slow")
robots("that_is_304", "", "ok", "304 Not Modified")
robots("that_is_206", FORBIDS, "robots ok", "206 Partial")
robots("that_is_204", "", "ok", "204 Nothing")
robots("of_another_type", FORBIDS, "robots", fields="Content-Type: image/png\r\n")
robots("that_is_a_page", PAGE % "not found", "ok", fields=HTML)
robots("with_a_mark", b"\xef\xbb\xbf" + FORBIDS.encode(), "robots")
robots("of_returns_only", FORBIDS.replace("\n", "\r"), "robots")
robots("with_blanks_everywhere", " \tUser-Agent\t:\t*\t# all\n\n  DISALLOW :  /  # none", "robots")
robots("in_an_unknown_coding", FORBIDS, "robots decode_error", fields=TEXT + "Content-Encoding: x-rot13\r\n")
robots("in_gzip_that_is_cut", gzip.compress(FORBIDS.encode())[:-9], "robots truncated decode_error",
       fields=TEXT + "Content-Encoding: gzip\r\n")
robots("that_is_cut", "", "robots truncated conn_error", raw=lambda v: v.send(
    "HTTP/1.1 200 OK\r\n", TEXT, "Content-Length: 1000\r\n\r\n", "User-agent: *\nDisallow: /secret\n"))
robots("that_is_no_http", "", "robots protocol_error", raw=lambda v: v.send("User-agent: *\nAllow: /\n\r\n\r\n"))
robots("with_interim_heads_without_end", "", "robots timeout protocol_error too_large",
       raw=lambda v: v.flood("HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n"))
robots("whose_error_is_without_end", "", "ok", raw=lambda v: (
    v.send("HTTP/1.1 404 Not Found\r\n" + HTML + "\r\n"), v.flood("<p>none ")))
robots("redirected_ever_on", "", "ok robots", raw=lambda v: v.answer(
    "", "302 Found", "Location: /robots.txt?%d\r\n" % v.times))
robots("redirected_to_a_script", "", "ok robots", raw=lambda v: v.answer("", "302 Found", "Location: javascript:1\r\n"))
robots("redirected_nowhere", "", "ok robots", raw=lambda v: v.answer("", "302 Found", ""))
robots("with_a_long_agent", "User-agent: " + "crawl" * 90000 + "\nDisallow: /\n\nUser-agent: *\nAllow: /\n", "ok")
robots("of_escapes", "User-agent: *\n" + "Disallow: /%\nDisallow: /%z\nDisallow: /%2\nAllow: /%%%\n" * 10000, "ok")


# ---- sitemaps

def sitemap(name, body, fields=XML, most=60, title="x"):
    def function(v):
        if v.path == "/robots.txt":
            v.answer("Sitemap: %s/x.xml\n" % v.root, fields=TEXT)
        elif v.path.startswith("/x.xml"):
            if callable(body):
                body(v)
            else:
                v.answer(body, fields=fields)
        else:
            v.answer(PAGE % "x")
    function.__name__ = "sitemap_" + name
    case("ok", 200, title, own=("/robots.txt", "/x"), most=most)(function)


def drip_map(v):
    v.send("HTTP/1.1 200 OK\r\n" + XML + "\r\n")
    v.drip(b"<urlset>" + b"<url><loc>/x</loc></url>" * 1000, 0.1)


def cut_map(v):
    v.send("HTTP/1.1 200 OK\r\n" + XML + "Content-Length: 9999\r\n\r\n",
           "<urlset><url><loc>%s/x1</loc></url><url><loc>%s/poi" % (v.root, v.root))


def map_without_end(v):
    v.send("HTTP/1.1 200 OK\r\n" + XML + "\r\n<urlset>")
    v.flood("<url><loc>http://127.9.9.9/x</loc></url>")


sitemap("byte_by_byte", drip_map)
sitemap("that_is_cut", cut_map)
sitemap("of_strangers_without_end", map_without_end)
sitemap("of_text_of_one_line", "http://127.9.9.9/" + "x" * 5000000, TEXT)
sitemap("of_text_of_blank_lines", "\n" * 5000000, TEXT)
sitemap("of_a_long_place", "<urlset><url><loc>" + "x" * 5000000 + "</loc></url></urlset>")
sitemap("of_comments", "<urlset><!--" + "-" * 3000000 + "--></urlset>")
sitemap("of_cdata", "<urlset><url><loc><![CDATA[" + "]]]]><![CDATA[>" * 300000 + "]]></loc></url></urlset>")
sitemap("of_scripts", "<urlset>" + "".join("<url><loc>%s</loc></url>" % u for u in (
    "javascript:1", "data:text/html,x", "file:///etc/passwd", "ftp://127.9.9.9/", "//127.9.9.9/", "", " ", "\t\n")) + "</urlset>")
sitemap("in_ebcdic", "<?xml version='1.0' encoding='EBCDIC-CP-US'?><urlset><url><loc>/x1</loc></url></urlset>")
sitemap("in_utf_7", "<?xml version='1.0' encoding='UTF-7'?>+ADw-urlset+AD4APA-/urlset+AD4-")
sitemap("of_many_attributes", "<urlset " + " ".join("a%d=''" % i for i in range(100000)) + "/>")
sitemap("of_many_namespaces", "<urlset " + " ".join("xmlns:n%d='u:%d'" % (i, i) for i in range(30000)) + "/>")
sitemap("of_parameter_entities", "<!DOCTYPE u [<!ENTITY % a '<!ENTITY &#37; b \"x\">'>%a;%b;%a;%b;]><urlset/>" + " " * 1000)
sitemap("of_gzip_in_gzip", gzip.compress(gzip.compress(b"<urlset/>" + b" " * (1 << 26))), "Content-Type: application/gzip\r\n")
sitemap("of_alternates", "<urlset xmlns:x='http://www.w3.org/1999/xhtml'><url><loc>http://127.9.9.9/</loc>" + "".join(
    "<x:link rel='alternate' hreflang='x-%d' href='http://127.9.9.9/%d'/>" % (i, i) for i in range(200000)) + "</url></urlset>")
sitemap("as_a_feed", "<rss><channel>" + "<item><link>http://127.9.9.9/</link></item>" * 200000 + "</channel></rss>")
