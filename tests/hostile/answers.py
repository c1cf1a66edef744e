"""Hostile answers over HTTP/1.1: first lines, fields, statuses that ask for something, and what comes unasked."""

from sites import PAGE, case

HTML = "Content-Type: text/html\r\n"
OK = "HTTP/1.1 200 OK\r\n" + HTML
CHUNKED = OK + "Transfer-Encoding: chunked\r\n\r\n"
POISONED = PAGE.replace("/child", "/poison") % "POISON"
POISON = OK + "Content-Length: %d\r\n\r\n" % len(POISONED) + POISONED


# ---- first lines

def first_line(name, line, outcomes, status=None, title=None, behind="\r\n"):
    def function(v):
        v.send(line, behind, HTML, "Content-Length: %d\r\n\r\n" % len(PAGE % "x"), PAGE % "x")
        v.keeps = True
    function.__name__ = "first_line_" + name
    case(outcomes, status, title)(function)


first_line("without_a_reason", "HTTP/1.1 200", "ok", 200, "x")
first_line("with_a_blank_for_a_reason", "HTTP/1.1 200 ", "ok", 200, "x")
first_line("with_two_blanks", "HTTP/1.1  200 OK", "ok protocol_error", 200)
first_line("of_http_1_2", "HTTP/1.2 200 OK", "ok protocol_error", 200)
first_line("of_http_2", "HTTP/2.0 200 OK", "ok protocol_error", 200)
first_line("in_small_letters", "http/1.1 200 ok", "ok protocol_error conn_error", 200)
first_line("of_icecast", "ICY 200 OK", "protocol_error ok conn_error")
first_line("run_together", "HTTP/1.1 200OK", "protocol_error ok http_error")
first_line("of_four_digits", "HTTP/1.1 2000 OK", "protocol_error")
first_line("of_status_0", "HTTP/1.1 000 OK", "protocol_error")
first_line("of_status_099", "HTTP/1.1 099 OK", "protocol_error")
first_line("of_letters", "HTTP/1.1 2oo OK", "protocol_error")
first_line("with_escapes", "HTTP/1.1 200 \x1b]0;owned\x07\x1b[2J", "ok", 200, "x")
first_line("with_a_bare_return", "HTTP/1.1 200 OK\rX: y", "ok protocol_error")
first_line("twice", "HTTP/1.1 200 OK\r\nHTTP/1.1 404 Gone", "ok protocol_error http_error")
first_line("behind_blank_lines", "\r\n\r\nHTTP/1.1 200 OK", "ok protocol_error conn_error")
first_line("behind_spaces", "   HTTP/1.1 200 OK", "ok protocol_error conn_error")
first_line("behind_a_mark", b"\xef\xbb\xbfHTTP/1.1 200 OK", "ok protocol_error conn_error")


# ---- fields

@case("ok", 200, "x")
def location_of_a_success(v):
    v.answer(PAGE % "x", fields=HTML + "Location: http://127.9.9.9/poison\r\nContent-Location: http://127.9.9.9/\r\n")


@case("ok", 200, "x")
def other_services(v):
    """HTTP/3, HTTP/2 and HTTPS at another place: nobody else is asked."""
    v.answer(PAGE % "x", fields=HTML + "Alt-Svc: h3=\":443\", h2=\"127.9.9.9:%d\"; ma=9999999; persist=1\r\n"
             "Strict-Transport-Security: max-age=99999999; includeSubDomains; preload\r\n"
             "Upgrade: h2c, websocket\r\nConnection: Upgrade\r\n" % v.port)


@case("ok", 200, "x")
def link_fields_to_others(v):
    v.answer(PAGE % "x", fields=HTML + "".join(
        "Link: <http://127.9.9.9:%d/%d>; rel=\"%s\"\r\n" % (v.port, i, rel)
        for i in range(200) for rel in ("preload", "next", "canonical")))


@case("ok", 200, "x")
def lengths_that_agree(v):
    body = PAGE % "x"
    v.send(OK, "Content-Length: %d\r\nContent-Length: %d\r\nContent-Length: 00%d, %d\r\n\r\n" % ((len(body),) * 4), body)
    v.keeps = True


def odd_length(name, value, outcomes="protocol_error"):
    def function(v):
        v.send(OK, "Content-Length: %s\r\n\r\n" % value, PAGE % "POISON" if "ok" not in outcomes else PAGE % "x")
    function.__name__ = "length_" + name
    case(outcomes)(function)


odd_length("with_a_plus", "+5")
odd_length("with_a_semicolon", "5;")
odd_length("of_nothing", "", "ok protocol_error")
odd_length("of_2_to_63", "9223372036854775808")
odd_length("of_2_to_64_and_5", "18446744073709551621")
odd_length("just_below_2_to_63", "9223372036854775807", "too_large truncated")


@case("ok", 200, "x")
def chunked_in_capitals(v):
    v.send("HTTP/1.1 200 OK\r\nCONTENT-TYPE:text/html\r\nTRANSFER-ENCODING:\tChunked \r\n\r\n")
    v.chunk(PAGE % "x")
    v.send("0\r\n\r\n")
    v.keeps = True


@case("ok protocol_error", 200)
def chunks_with_bare_feeds(v):
    body = PAGE % "x"
    v.send(CHUNKED, "%x\n%s\n0\n\n" % (len(body), body))


@case("ok protocol_error", 200)
def chunk_sizes_with_blanks(v):
    body = PAGE % "x"
    v.send(CHUNKED, "%x   \r\n%s\r\n0  \r\n\r\n" % (len(body), body))


@case("protocol_error truncated")
def chunk_size_with_0x(v):
    v.send(CHUNKED, "0x5\r\n<p>aa\r\n0\r\n\r\n")


@case("protocol_error truncated")
def chunk_size_with_a_plus(v):
    v.send(CHUNKED, "+5\r\n<p>aa\r\n0\r\n\r\n")


@case("ok protocol_error", 200)
def a_last_chunk_of_many_zeros(v):
    v.send(CHUNKED)
    v.chunk(PAGE % "x")
    v.send("0000\r\n\r\n")
    v.keeps = True


@case("ok truncated protocol_error timeout", 200)
def trailers_that_never_come(v):
    v.send(CHUNKED)
    v.chunk(PAGE % "x")
    v.send("0\r\n")
    v.wait()


@case("timeout")
def trailers_byte_by_byte(v):
    v.send(CHUNKED)
    v.chunk(PAGE % "x")
    v.send("0\r\n")
    v.drip(b"X-Slow: very slow indeed\r\n" * 1000, 0.1)


@case("ok", 200, "x")
def whole_and_never_closed(v):
    """The length says that it is over, whatever the connection does."""
    body = PAGE % "x"
    v.send("HTTP/1.1 200 OK\r\nConnection: close\r\n" + HTML + "Content-Length: %d\r\n\r\n" % len(body), body)
    v.wait()


@case("timeout truncated", 200)
def no_length_and_never_closed(v):
    v.send("HTTP/1.0 200 OK\r\n" + HTML + "\r\n", PAGE % "x")
    v.wait()


@case("ok", 200, "x")
def a_type_in_300_fields(v):
    v.answer(PAGE % "x", fields=HTML * 300)


@case("ok", 200, "x")
def dates_out_of_time(v):
    v.answer(PAGE % "x", fields=HTML + "Last-Modified: Sat, 99 Foo 99999999999 25:61:61 GMT\r\nDate: -1\r\nAge: -9\r\n"
             "Expires: 0\r\nETag: W/%s\r\n" % ("\"" * 5000))


# ---- statuses that ask for something

def asks(name, status, fields, outcomes="http_error", most=8):
    def function(v):
        v.answer(PAGE % "x", "%d Odd" % status, HTML + fields)
    function.__name__ = "status_%d_%s" % (status, name)
    case(outcomes, status, most=most)(function)


asks("of_all_schemes", 401, "".join("WWW-Authenticate: %s realm=\"%s\", nonce=\"x\", qop=\"auth\"\r\n" % (s, "r" * 500)
                                    for s in ("Basic", "Digest", "NTLM", "Negotiate", "Bearer", "SCRAM-SHA-256")) * 20)
asks("of_an_origin", 407, "Proxy-Authenticate: Basic realm=\"x\"\r\n")
asks("use_proxy", 305, "Location: http://127.9.9.9:1/\r\n", "http_error bad_redirect")
asks("switch_proxy", 306, "Location: http://127.9.9.9:1/\r\n", "http_error bad_redirect")
asks("of_choices", 300, "Location: http://127.9.9.9:1/\r\n", "http_error bad_redirect redirect")
asks("upgrade", 426, "Upgrade: h2c\r\nConnection: Upgrade\r\n")
asks("misdirected", 421, "")
asks("too_early", 425, "Retry-After: 0\r\n")
asks("too_slow", 408, "Connection: close\r\n")
asks("legal", 451, "Link: <http://127.9.9.9/>; rel=\"blocked-by\"\r\n")
asks("after_0", 429, "Retry-After: 0\r\n")
asks("after_less_than_0", 503, "Retry-After: -5\r\n")
asks("after_words", 503, "Retry-After: a moment, please\r\n")
asks("after_much_too_many_digits", 503, "Retry-After: %s\r\n" % ("9" * 300), "http_error host_gave_up")
asks("after_a_date_long_gone", 503, "Retry-After: Thu, 01 Jan 1970 00:00:00 GMT\r\n")
asks("after_a_date_far_ahead", 503, "Retry-After: Fri, 31 Dec 9999 23:59:59 GMT\r\n", "http_error host_gave_up")
asks("after_two_times", 503, "Retry-After: 0\r\nRetry-After: 99999\r\n")


@case("redirect", 302, own="/x")
def redirect_with_a_body_without_end(v):
    if v.path == "/":
        v.send("HTTP/1.1 302 Found\r\nLocation: /x\r\n" + HTML + "\r\n")
        v.case.greed = 30 << 20
        v.flood("<p>moved ")
    v.answer(PAGE % "end")


@case("http_error too_large", 404)
def error_with_a_body_without_end(v):
    v.case.greed = 80 << 20
    v.send("HTTP/1.1 404 Not Found\r\n" + HTML + "\r\n")
    v.flood("<p>not found ")


@case("http_error", 500)
def failure_with_a_body_without_end(v):
    v.case.greed = 80 << 20
    v.send("HTTP/1.1 500 Oops\r\n" + HTML + "\r\n")
    v.flood("<p>oops ")


@case("http_error timeout", 404)
def error_byte_by_byte(v):
    v.send("HTTP/1.1 404 Not Found\r\n" + HTML + "Content-Length: 100000\r\n\r\n")
    v.drip(b"<p>slow" * 10000, 0.1)


# ---- places to go to

def location(name, value, outcomes="redirect bad_redirect", status=302):
    def function(v):
        if v.path == "/":
            v.send("HTTP/1.1 302 Found\r\nLocation:%s\r\nContent-Length: 0\r\n\r\n" % (value % {"port": v.port}))
            v.keeps = True
        else:
            v.answer(PAGE % "end")
    function.__name__ = "location_" + name
    case(outcomes, status, most=16)(function)


location("with_blanks_round_it", " \t /x \t ", "redirect")
location("with_backslashes", " \\\\127.9.9.9:%(port)d\\x")
location("with_a_slash_and_a_backslash", " /\\127.9.9.9:%(port)d/x")
location("with_three_slashes", " ///127.9.9.9:%(port)d/x")
location("with_a_scheme_alone", " http:x", "redirect redirect_loop bad_redirect")
location("of_a_question_mark", " ?", "redirect redirect_loop")
location("of_a_hash", " #", "redirect_loop redirect bad_redirect")
location("of_a_name_in_capitals", " HTTP://X.LOCALHOST:%(port)d/")
location("of_dots", " " + "../" * 3000 + "x", "redirect bad_redirect")
location("of_tabs_within", " ht\ttp://127.9.9.9:%(port)d/")
location("of_an_overlong_label", " http://" + "a" * 300 + ".invalid/")
location("of_bad_punycode", " http://xn--" + "9" * 60 + ".invalid/")
location("of_port_0", " http://127.0.0.1:0/")
location("of_an_ipv6_zone", " http://[fe80::1%%25lo]:%(port)d/")
location("of_an_ipv6_future", " http://[v1.x]:%(port)d/")


# ---- what comes unasked

@case("ok", 200, "kept")
def kept_for_no_time(v):
    v.answer(PAGE % "kept", fields=HTML + "Connection: keep-alive\r\nKeep-Alive: timeout=0, max=0\r\n")
    v.keeps = False


@case("protocol_error truncated conn_error ok")
def an_interim_behind_the_answer(v):
    v.answer(PAGE % "x", behind="HTTP/1.1 100 Continue\r\n\r\n" * 10)


@case("conn_error", most=8)
def reset_at_each_request(v):
    v.reset()


@case("ok", 200, own=("/x",), most=40)
def reset_at_each_second_request(v):
    """Whoever keeps the connection is thrown out: no page may be lost by that."""
    if v.number > 0:
        v.reset()
    v.answer("<title>x</title>" + "".join("<a href=/x%d></a>" % i for i in range(6)) if v.path == "/" else PAGE % "x")
