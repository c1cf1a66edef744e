#include "http_rig.h"
#include "http_shared.h"
#include "log.h"
#include "mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static bool is_seed(void *arg, struct slice host)
{
    return slice_is(host, arg);
}

static bool is_seeds_origin(void *arg, const struct url *url)
{
    const struct site *site = arg;

    return slice_is(url_host(url), "seed.test") && !url->https && url->port == site_port(site);
}

static void private_addresses_are_refused_unless_a_seed_names_the_host(void **state)
{
    static const struct site_page SITE[] = {{.path = "/", .type = "text/html", .body = "<p>"}, {0}};
    struct site *site = site_start(SITE);
    struct http_settings settings = RIG_SETTINGS;
    char resolve[3][64], url[SITE_URL_SIZE];
    const char *const entries[] = {resolve[0], resolve[1], resolve[2], NULL};
    struct rig *rig;

    (void)state;
    snprintf(resolve[0], sizeof resolve[0], "seed.test:%d:127.0.0.1", site_port(site));
    snprintf(resolve[1], sizeof resolve[1], "rebound.test:%d:127.0.0.1", site_port(site));
    snprintf(resolve[2], sizeof resolve[2], "mapped.test:%d:[::ffff:127.0.0.1]", site_port(site));
    settings.allow_private = false;
    settings.may_be_private = is_seed;
    settings.arg = (char *)"seed.test";
    settings.resolve = entries;
    rig = rig_of(site, settings, RIG_BUDGET);
    rig_check(rig, "/", PAGE_BLOCKED_ADDRESS);
    snprintf(url, sizeof url, "http://rebound.test:%d/", site_port(site));
    rig_check(rig, url, PAGE_BLOCKED_ADDRESS);
    snprintf(url, sizeof url, "http://mapped.test:%d/", site_port(site));
    rig_check(rig, url, PAGE_BLOCKED_ADDRESS);
    snprintf(url, sizeof url, "http://[::1]:%d/", site_port(site));
    rig_check(rig, url, PAGE_BLOCKED_ADDRESS);
    snprintf(url, sizeof url, "http://2130706433:%d/", site_port(site));
    rig_check(rig, url, PAGE_BLOCKED_ADDRESS);
    assert_int_equal(site_connections(site), 0);
    snprintf(url, sizeof url, "http://seed.test:%d/", site_port(site));
    rig_check(rig, url, PAGE_OK);
    rig_stop(rig);
}

/* Names that a stranger's server gives addresses of the inside to, in all the ways to write one. */
static void no_name_leads_to_an_address_of_the_inside(void **state)
{
    static const char *const ADDRESSES[] = {
        "127.0.0.1",         "127.8.9.1",        "0.0.0.0",         "10.1.2.3",
        "172.16.0.1",        "192.168.0.1",      "169.254.169.254", "100.64.0.1",
        "224.0.0.1",         "255.255.255.255",  "[::1]",           "[::]",
        "[fe80::1]",         "[fc00::1]",        "[ff02::1]",       "[::ffff:10.0.0.1]",
        "[64:ff9b::7f00:1]", "[64:ff9b::a00:1]", "[2002:7f00:1::]", "[::7f00:1]"};
    static const char *const LITERALS[] = {"127.1", "0x7f.1", "017700000001", "0", "[::ffff:7f00:1]", "[::127.0.0.1]"};
    static const struct site_page SITE[] = {{.path = "/", .type = "text/html", .body = "<p>"}, {0}};

    (void)state;
    for (size_t i = 0; i < sizeof ADDRESSES / sizeof *ADDRESSES; i++) {
        struct site *site = site_start(SITE);
        struct http_settings settings = RIG_SETTINGS;
        char resolve[96], url[SITE_URL_SIZE];
        const char *const entries[] = {resolve, NULL};
        struct rig *rig;

        snprintf(resolve, sizeof resolve, "stranger.test:%d:%s", site_port(site), ADDRESSES[i]);
        settings.allow_private = false;
        settings.may_be_private = is_seed;
        settings.arg = (char *)"seed.test";
        settings.resolve = entries;
        settings.connect_timeout_ms = 2000;
        rig = rig_of(site, settings, RIG_BUDGET);
        snprintf(url, sizeof url, "http://stranger.test:%d/", site_port(site));
        rig_check(rig, url, PAGE_BLOCKED_ADDRESS);
        for (size_t k = 0; i == 0 && k < sizeof LITERALS / sizeof *LITERALS; k++) {
            snprintf(url, sizeof url, "http://%s:%d/", LITERALS[k], site_port(site));
            rig_check(rig, url, PAGE_BLOCKED_ADDRESS);
        }
        assert_int_equal(site_connections(rig->site), 0);
        rig_stop(rig);
    }
}

static void what_is_sent_is_the_url_as_it_stands_without_userinfo(void **state)
{
    static const struct site_page SITE[] = {{0}};
    struct rig *rig = rig_start(SITE, RIG_SETTINGS);
    char url[SITE_URL_SIZE], head[4096];
    static const char *const targets[] = {"/?", "/a/%2e%2E.x/b//c/.../;x?y=[|]{}^`\\~%zz&&", "/%"};

    (void)state;
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        snprintf(url, sizeof url, "http://user:secret@127.0.0.1:%d%s", site_port(rig->site), targets[i]);
        rig_check(rig, url, PAGE_HTTP_ERROR);
        if (!site_head(rig->site, targets[i], head, sizeof head))
            print_error("%s was not asked for\n", targets[i]);
        assert_true(site_head(rig->site, targets[i], head, sizeof head));
        assert_null(strstr(head, "uthorization"));
        assert_non_null(strstr(head, "User-Agent: test/1\r\n"));
    }
    rig_stop(rig);
}

static void a_host_that_libcurl_reads_in_another_way_is_not_asked(void **state)
{
    static const struct site_page SITE[] = {{0}};
    struct rig *rig = rig_start(SITE, RIG_SETTINGS);
    struct page *page = rig_fetch(rig, PAGE_DOCUMENT, "http://a=b.test/");

    (void)state;
    assert_int_equal(page->outcome, PAGE_BLOCKED_ADDRESS);
    assert_non_null(strstr(page->error, "libcurl refuses the host"));
    rig_done(rig, page);
    rig_stop(rig);
}

static void only_a_proxy_that_was_given_is_asked(void **state)
{
    static const struct site_page SITE[] = {
        {.path = "http://public.example/a", .type = "text/html", .body = "<p>by proxy"},
        {.path = "/b", .type = "text/html", .body = "<p>itself"},
        {0}};
    struct http_settings settings = RIG_SETTINGS;
    struct site *site = site_start(SITE);
    char proxy[SITE_URL_SIZE];
    struct rig *rig;

    (void)state;
    site_url(site, "", proxy);
    settings.proxy = proxy;
    settings.allow_private = false;
    rig = rig_of(site, settings, RIG_BUDGET);
    rig_check(rig, "http://public.example/a", PAGE_OK);
    rig_check(rig, "http://127.0.0.1:1/", PAGE_BLOCKED_ADDRESS);
    rig_stop(rig);

    setenv("http_proxy", "http://127.0.0.1:1/", 1);
    setenv("all_proxy", "http://127.0.0.1:1/", 1);
    rig = rig_start(SITE, RIG_SETTINGS);
    rig_check(rig, "/b", PAGE_OK);
    unsetenv("http_proxy");
    unsetenv("all_proxy");
    rig_stop(rig);
}

static const char *authorization_of(const struct http_shared *shared, const char *text)
{
    struct buf origin = {.limit = 4096};
    struct url url = URL_INIT;
    struct curl_slist *header;

    assert_int_equal(url_parse(&url, slice_of(text)), URL_WEB);
    url_add_origin(&url, &origin);
    header = http_shared_headers(shared, buf_slice(&origin), &url);
    while (header != NULL && strncmp(header->data, "Authorization: ", 15) != 0)
        header = header->next;
    url_free(&url);
    buf_free(&origin);
    return header == NULL ? "" : header->data + 15;
}

static void of_ten_thousand_credentials_the_right_one_is_sent(void **state)
{
    enum { COUNT = 10000 };
    struct http_settings settings = RIG_SETTINGS;
    struct http_shared *shared;
    char text[80], wanted[40];
    struct err err = {""};

    (void)state;
    shared = http_shared_new(&settings, &err);
    for (int round = 0; round < 2; round++) /* of what is said twice the first counts, and nothing is kept twice */
        for (int i = 0; i < COUNT; i++) {
            snprintf(text, sizeof text, "http://h%d.test%s Bearer %d", i / 2, i % 2 == 0 ? "/a/" : "/a/b", i + round);
            assert_true(http_shared_add_credential(shared, text, &err));
        }
    assert_int_equal(shared->credential_count, COUNT);
    for (int i = 0; i < COUNT; i += 2) {
        snprintf(text, sizeof text, "http://h%d.test/a/b", i / 2);
        snprintf(wanted, sizeof wanted, "Bearer %d", i);
        assert_string_equal(authorization_of(shared, text), wanted);
        snprintf(text, sizeof text, "https://h%d.test/a/b", i / 2);
        assert_string_equal(authorization_of(shared, text), "");
        snprintf(text, sizeof text, "http://h%d.test/b", i / 2);
        assert_string_equal(authorization_of(shared, text), "");
    }
    http_shared_free(shared);
}

/* The file; to be freed. */
static char *write_netrc(const char *text)
{
    char *name = mem_string("http_test-XXXXXX");
    FILE *file = fdopen(mkstemp(name), "w");

    fputs(text, file);
    fclose(file);
    return name;
}

static void a_netrc_file_that_reads_as_none_is_refused_with_its_line(void **state)
{
    static const struct {
        const char *text, *line, *why;
    } CASES[] = {
        {"login a password b\n", ":1:", "no machine"},
        {"machine a.test login b password my secret\n", ":1:", "none of"},
        {"machine a.test\n\n  logon b\n", ":3:", "none of"},
        {"# a\nmachine a.test login\n\n", ":2:", "\"login\", and nothing behind it"},
        {"machine a.test login b password \"secret\n", ":1:", "quote"},
        {"machine", ":1:", "\"machine\", and nothing behind it"},
        {"machine a.test login b password secret\nmacdef x\nput y\n\nput\n", ":5:", "none of"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        char *name = write_netrc(CASES[i].text);
        struct http_settings settings = RIG_SETTINGS;
        struct err err = {""};

        settings.netrc_file = name;
        assert_false(http_settings_check(&settings, &err));
        if (strncmp(err.text, name, strlen(name)) != 0 || strncmp(err.text + strlen(name), CASES[i].line, 3) != 0 ||
            strstr(err.text, CASES[i].why) == NULL || strstr(err.text, "secret") != NULL)
            fail_msg("%s", err.text);
        remove(name);
        free(name);
    }
}

static void a_netrc_file_is_read_as_curl_has_it(void **state)
{
    static const char TEXT[] = "# machine commented.test login x password y\n"
                               "machine A.test login \"a b\" password \"c\\\"\\\\d\\te\"\n"
                               "machine none.test account x\nmacdef init\nmachine macro.test login x password y\n\n"
                               "machine\nb.test\nlogin\nname password machine\r\n"
                               "machine A.test login second password second\n"
                               "machine ::1 login six\nmachine b\xc3\xbc.test login idn password p\n"
                               "default login anyone password any\n";
    static const struct {
        const char *host, *name, *password;
    } CASES[] = {
        {"a.test", "a b", "c\"\\d\te"},  {"b.test", "name", "machine"},       {"[::1]", "six", ""},
        {"xn--b-eha.test", "idn", "p"},  {"commented.test", "anyone", "any"}, {"none.test", "anyone", "any"},
        {"macro.test", "anyone", "any"}, {"sub.a.test", "anyone", "any"},
    };
    char *name = write_netrc(TEXT);
    struct err err = {""};
    struct http_netrc *netrc = http_netrc_read(name, &err);

    (void)state;
    assert_string_equal(err.text, "");
    assert_int_equal(http_netrc_count(netrc), 6);
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        const struct http_login *login = http_netrc_find(netrc, slice_of(CASES[i].host));

        assert_non_null(login);
        assert_string_equal(login->name, CASES[i].name);
        assert_string_equal(login->password, CASES[i].password);
    }
    http_netrc_free(netrc);
    remove(name);
    free(name);
    name = write_netrc("machine a.test login b\n");
    netrc = http_netrc_read(name, &err);
    assert_null(http_netrc_find(netrc, slice_of("b.test")));
    http_netrc_free(netrc);
    remove(name);
    free(name);
}

static int netrc_port; /* of the seed */

static bool is_on_netrc_port(void *arg, const struct url *url)
{
    (void)arg;
    return (int)url->port == netrc_port;
}

static void a_netrc_file_is_used_for_the_origins_of_seeds_alone(void **state)
{
    static const struct site_page SITE[] = {{0}};
    struct site *other = site_start(SITE);
    char url[SITE_URL_SIZE];
    char name[] = "http_test-XXXXXX", head[4096];
    FILE *file = fdopen(mkstemp(name), "w");
    struct http_settings settings = RIG_SETTINGS;
    struct rig *rig;

    (void)state;
    fputs("default login Aladdin password sesame\n", file);
    fclose(file);
    settings.netrc_file = name;
    settings.may_have_secrets = is_on_netrc_port;
    rig = rig_start(SITE, settings);
    netrc_port = site_port(rig->site);
    rig_check(rig, "/", PAGE_HTTP_ERROR);
    assert_true(site_head(rig->site, "/", head, sizeof head));
    assert_non_null(strstr(head, "\r\nAuthorization: Basic QWxhZGRpbjpzZXNhbWU=\r\n"));
    rig_check(rig, site_url(other, "/", url), PAGE_HTTP_ERROR);
    assert_true(site_head(other, "/", head, sizeof head));
    assert_null(strstr(head, "Authorization"));
    rig_stop(rig);
    site_stop(other);
    remove(name);
}

static void external_links_are_asked_for_by_head_and_then_by_get(void **state)
{
    static const struct site_page SITE[] = {
        {.path = "/", .type = "video/mp4", .body = "a film without end ", .fault = SITE_ENDLESS},
        {.path = "/no", .status = 405, .type = "text/html", .body = "<p>no"},
        {0}};
    struct rig *rig = rig_start(SITE, RIG_SETTINGS);
    struct site_request log[2];
    struct page *page = rig_fetch(rig, PAGE_EXTERNAL, "/no");

    (void)state;
    assert_int_equal(page->outcome, PAGE_HTTP_ERROR);
    assert_int_equal(page->status, 405);
    assert_true(page_may_retry(page));
    rig_done(rig, page);
    page = rig_page(rig, PAGE_EXTERNAL, "/");
    page->tries = 2;
    http_start(rig->http, page);
    page = rig_wait(rig);
    assert_int_equal(page->outcome, PAGE_OK);
    assert_null(page->body.data);
    rig_done(rig, page);
    assert_int_equal(site_log(rig->site, 0, log, 2), 2);
    assert_string_equal(log[0].method, "HEAD");
    assert_string_equal(log[1].method, "GET");
    rig_stop(rig);
}

static void a_cookie_comes_back_to_its_host(void **state)
{
    static const struct site_page SITE[] = {
        {.path = "/set", .type = "text/html", .headers = "Set-Cookie: wall=1; Path=/\r\n", .body = "<p>"}, {0}};
    struct rig *rig = rig_start(SITE, RIG_SETTINGS);
    struct err err;
    struct http *other = http_new(rig->shared, rig->budget, &err), *first = rig->http;
    char head[4096];

    (void)state;
    rig_check(rig, "/set", PAGE_OK);
    rig->http = other; /* another thread's */
    rig_check(rig, "/get", PAGE_HTTP_ERROR);
    assert_true(site_head(rig->site, "/get", head, sizeof head));
    assert_non_null(strstr(head, "\r\nCookie: wall=1\r\n"));
    http_free(first);
    rig_stop(rig);
}

static void cookies_of_the_users_file_are_sent(void **state)
{
    static const struct site_page SITE[] = {{0}};
    char name[] = "http_test-XXXXXX", head[4096];
    FILE *file = fdopen(mkstemp(name), "w");
    struct http_settings settings = RIG_SETTINGS;
    struct rig *rig;

    (void)state;
    fputs("# Netscape HTTP Cookie File\n127.0.0.1\tFALSE\t/\tFALSE\t0\tlogin\tyes\n", file);
    fclose(file);
    settings.cookie_file = name;
    rig = rig_start(SITE, settings);
    rig_check(rig, "/", PAGE_HTTP_ERROR);
    assert_true(site_head(rig->site, "/", head, sizeof head));
    assert_non_null(strstr(head, "\r\nCookie: login=yes\r\n"));
    rig_stop(rig);
    remove(name);
}

static bool is_warned_of(const char *cookies)
{
    char name[] = "http_test-XXXXXX", log_name[] = "http_test-log-XXXXXX", said[1024] = "";
    FILE *file = fdopen(mkstemp(name), "w"), *log = fdopen(mkstemp(log_name), "r");
    struct http_settings settings = RIG_SETTINGS;
    struct http_shared *shared;
    struct err err;

    fputs(cookies, file);
    fclose(file);
    settings.cookie_file = name;
    assert_true(log_open(log_name, &err));
    shared = http_shared_new(&settings, &err);
    assert_non_null(shared);
    log_close();
    http_shared_free(shared);
    said[fread(said, 1, sizeof said - 1, log)] = '\0';
    fclose(log);
    remove(log_name);
    remove(name);
    return strstr(said, "has no cookie that is of use") != NULL;
}

static void a_file_without_a_cookie_of_use_is_warned_of(void **state)
{
    (void)state;
    assert_false(is_warned_of("a.test\tFALSE\t/\tFALSE\t0\tlogin\tyes\n"));
    assert_false(is_warned_of("nonsense\n#HttpOnly_.a.test\tTRUE\t/\tTRUE\t0\tlogin\t\r\n"));
    assert_true(is_warned_of("a.test FALSE / FALSE 0 login yes\n"));
    assert_true(is_warned_of("a.test\tFALSE\t/\tFALSE\t100\tlogin\tyes\n"));
    assert_true(is_warned_of("[{\"name\": \"login\"}]\n"));
    assert_true(is_warned_of(""));
}

/* Each answer sets thirty cookies of other names. */
static bool make_cookies(void *arg, const char *host, const char *target, struct site_page *page, struct buf *text)
{
    (void)arg;
    (void)host;
    for (int i = 0; i < 30; i++)
        buf_printf(text, "Set-Cookie: %s-%d=%03000d; Path=/never\r\n", target + 1, i, i);
    *page = (struct site_page){.type = "text/html", .headers = text->data, .body = "<p>"};
    return true;
}

static void a_flood_of_cookies_is_forgotten(void **state)
{
    struct rig *rig = rig_of(site_start_made(make_cookies, NULL, 0), RIG_SETTINGS, RIG_BUDGET);
    struct curl_slist *cookies = NULL;
    CURL *easy = curl_easy_init();
    size_t bytes = 0;

    (void)state;
    for (int i = 0; i < 60; i++) {
        char path[16];

        snprintf(path, sizeof path, "/%d", i);
        rig_check(rig, path, PAGE_OK);
    }
    curl_easy_setopt(easy, CURLOPT_SHARE, rig->shared->share);
    curl_easy_getinfo(easy, CURLINFO_COOKIELIST, &cookies);
    for (const struct curl_slist *c = cookies; c != NULL; c = c->next)
        bytes += strlen(c->data);
    curl_slist_free_all(cookies);
    curl_easy_cleanup(easy);
    assert_in_range(bytes, 1, HTTP_COOKIE_BYTES_MAX);
    rig_stop(rig);
}

/* Each answer sets 49 cookies for all paths, of 400 bytes. */
static bool make_more_cookies(void *arg, const char *host, const char *target, struct site_page *page, struct buf *text)
{
    (void)arg;
    (void)host;
    for (int i = 0; i < 49; i++)
        buf_printf(text, "Set-Cookie: %s-%d=%0400d; Path=/\r\n", target + 1, i, i);
    *page = (struct site_page){.type = "text/html", .headers = text->data, .body = "<p>"};
    return true;
}

static void no_more_than_8_kb_of_cookies_are_sent(void **state)
{
    static char head[64 * 1024];
    struct rig *rig = rig_of(site_start_made(make_more_cookies, NULL, 0), RIG_SETTINGS, RIG_BUDGET);

    (void)state;
    for (int i = 0; i < 10; i++) {
        char path[16];

        snprintf(path, sizeof path, "/%d", i);
        rig_check(rig, path, PAGE_OK);
        assert_true(site_head(rig->site, path, head, sizeof head));
        assert_true(strlen(head) < 8192 + 1024);
        assert_int_equal(strstr(head, "\r\nCookie: ") != NULL, i > 0);
    }
    rig_stop(rig);
}

static void secrets_go_only_where_they_belong(void **state)
{
    static const struct site_page SITE[] = {{0}};
    struct site *site = site_start(SITE), *other = site_start(SITE);
    struct http_settings settings = RIG_SETTINGS;
    static const char *const headers[] = {"Authorization: for-seeds", "X-All: 1", "Accept: a/b", NULL};
    char basic[128], resolve[64], other_port[64], url[SITE_URL_SIZE], head[4096];
    const char *const credentials[] = {basic, NULL}, *const entries[] = {resolve, other_port, NULL};
    struct rig *rig;

    (void)state;
    snprintf(other_port, sizeof other_port, "seed.test:%d:127.0.0.1", site_port(other));
    snprintf(basic, sizeof basic, "http://127.0.0.1:%d/x Aladdin:open sesame", site_port(site));
    snprintf(resolve, sizeof resolve, "seed.test:%d:127.0.0.1", site_port(site));
    settings.headers = headers;
    settings.credentials = credentials;
    settings.resolve = entries;
    settings.may_have_secrets = is_seeds_origin;
    settings.arg = site;
    rig = rig_of(site, settings, RIG_BUDGET);
    for (size_t i = 0; i < 2; i++) { /* the URL itself, and what is below it */
        static const char *const paths[] = {"/x", "/x/a"};

        rig_check(rig, paths[i], PAGE_HTTP_ERROR);
        assert_true(site_head(site, paths[i], head, sizeof head));
        assert_non_null(strstr(head, "\r\nAuthorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n"));
        assert_null(strstr(head, "for-seeds"));
    }
    rig_check(rig, "/xa", PAGE_HTTP_ERROR);
    assert_true(site_head(site, "/xa", head, sizeof head));
    assert_null(strstr(head, "Authorization"));
    snprintf(url, sizeof url, "http://seed.test:%d/b", site_port(site));
    rig_check(rig, url, PAGE_HTTP_ERROR);
    assert_true(site_head(site, "/b", head, sizeof head));
    assert_non_null(strstr(head, "\r\nAuthorization: for-seeds\r\n"));
    snprintf(url, sizeof url, "http://seed.test:%d/c", site_port(other));
    rig_check(rig, url, PAGE_HTTP_ERROR);
    assert_true(site_head(other, "/c", head, sizeof head));
    assert_null(strstr(head, "Authorization"));
    assert_non_null(strstr(head, "\r\nX-All: 1\r\n"));
    assert_non_null(strstr(head, "\r\nAccept: a/b\r\n"));
    assert_null(strstr(head, "text/html"));
    site_stop(other);
    rig_stop(rig);
}

static void settings_that_cannot_be_used_are_refused_with_a_reason(void **state)
{
    static const char *const bad_header[] = {"no colon", NULL}, *const two_lines[] = {"A: b\r\nC: d", NULL};
    static const char *const no_origin[] = {"ftp://a.example/ x:y", NULL}, *const no_secret[] = {"http://a.example/",
                                                                                                 NULL};
    static const char *const bad_name[] = {"Na me: v", NULL}, *const of_a_body[] = {"content-length: 5", NULL};
    static const char *const agent[] = {"User-Agent: x", NULL};
    const struct http_settings bad[] = {
        {.headers = bad_name},         {.headers = of_a_body},   {.headers = agent},         {.key = "/dev/null"},
        {.headers = bad_header},       {.headers = two_lines},   {.credentials = no_origin}, {.credentials = no_secret},
        {.cookie_file = "/no/such/1"}, {.cacert = "/no/such/2"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct err err = {""};

        assert_null(http_shared_new(&bad[i], &err));
        assert_string_not_equal(err.text, "");
    }
}

static void statuses_that_may_pass_are_tried_again_and_no_others(void **state)
{
    static const char PASS[] = " 408 429 500 502 503 504 520 521 522 523 524 ";
    struct page *page = page_new(PAGE_DOCUMENT, "http://a.test/", 14);

    (void)state;
    page->outcome = PAGE_HTTP_ERROR;
    for (page->status = 400; page->status < 600; page->status++) {
        char word[16];

        snprintf(word, sizeof word, " %d ", page->status);
        if (page_may_retry(page) != (strstr(PASS, word) != NULL))
            fail_msg("%d", page->status);
    }
    page_free(page);
}

/* The page that waits again must not hold a part of the budget. */
static void what_is_tried_again_brings_no_body(void **state)
{
    static const int STATUSES[] = {404, 408, 425, 429, 500, 501, 502, 503, 504, 520, 524, 599};
    enum { COUNT = sizeof STATUSES / sizeof *STATUSES };
    struct site_page pages[COUNT + 1] = {{0}};
    char paths[COUNT][8];
    struct rig *rig;

    (void)state;
    for (int i = 0; i < COUNT; i++) {
        snprintf(paths[i], sizeof paths[i], "/%d", STATUSES[i]);
        pages[i] = (struct site_page){
            .path = paths[i], .status = STATUSES[i], .type = "text/html", .body = "<title>not now</title>"};
    }
    rig = rig_start(pages, RIG_SETTINGS);
    for (int i = 0; i < COUNT; i++) {
        struct page *page = rig_fetch(rig, PAGE_DOCUMENT, paths[i]);

        assert_int_equal(page->status, STATUSES[i]);
        if (page_may_retry(page) && (page->body.data != NULL || budget_used(rig->budget) > 0))
            fail_msg("%d", STATUSES[i]);
        rig_done(rig, page);
    }
    rig_stop(rig);
}

static void a_resolve_or_a_proxy_that_libcurl_would_refuse_is_refused_at_the_start(void **state)
{
    static const struct {
        const char *resolve, *proxy;
        bool is_good;
    } CASES[] = {
        {"a.test:80:192.0.2.1", NULL, true},
        {"+a.test:80:192.0.2.1,[2001:db8::1]", NULL, true},
        {"*:443:2001:db8::1", NULL, true},
        {"a.test", NULL, false},
        {"a.test:80", NULL, false},
        {"a.test:80:", NULL, false},
        {"a.test:x:192.0.2.1", NULL, false},
        {"a.test:0:192.0.2.1", NULL, false},
        {"a.test:65536:192.0.2.1", NULL, false},
        {"a.test:80:b.test", NULL, false},
        {"a.test:80:192.0.2.1,", NULL, false},
        {"a.test:80:,192.0.2.1", NULL, false},
        {":80:192.0.2.1", NULL, false},
        {"-a.test:80", NULL, false},
        {NULL, "", true},
        {NULL, "proxy.test", true},
        {NULL, "proxy.test:3128", true},
        {NULL, "SOCKS5H://me:p@ss@[::1]:1080/", true},
        {NULL, "https://proxy.test", true},
        {NULL, "ftp://me:hush@proxy.test", false},
        {NULL, "http://", false},
        {NULL, "http://me:hush@:80", false},
        {NULL, ":", false},
        {NULL, "proxy.test:", false},
        {NULL, "proxy.test:99999", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        const char *const entries[] = {CASES[i].resolve, NULL};
        const struct http_settings settings = {.resolve = entries, .proxy = CASES[i].proxy};
        struct err err = {""};

        if (http_settings_check(&settings, &err) != CASES[i].is_good)
            fail_msg("%s %s", CASES[i].resolve, CASES[i].proxy);
        assert_true(CASES[i].is_good == (err.text[0] == '\0'));
        assert_null(strstr(err.text, "hush"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(private_addresses_are_refused_unless_a_seed_names_the_host),
        cmocka_unit_test(no_name_leads_to_an_address_of_the_inside),
        cmocka_unit_test(what_is_sent_is_the_url_as_it_stands_without_userinfo),
        cmocka_unit_test(a_host_that_libcurl_reads_in_another_way_is_not_asked),
        cmocka_unit_test(only_a_proxy_that_was_given_is_asked),
        cmocka_unit_test(statuses_that_may_pass_are_tried_again_and_no_others),
        cmocka_unit_test(what_is_tried_again_brings_no_body),
        cmocka_unit_test(a_resolve_or_a_proxy_that_libcurl_would_refuse_is_refused_at_the_start),
        cmocka_unit_test(of_ten_thousand_credentials_the_right_one_is_sent),
        cmocka_unit_test(a_netrc_file_that_reads_as_none_is_refused_with_its_line),
        cmocka_unit_test(a_netrc_file_is_read_as_curl_has_it),
        cmocka_unit_test(a_netrc_file_is_used_for_the_origins_of_seeds_alone),
        cmocka_unit_test(external_links_are_asked_for_by_head_and_then_by_get),
        cmocka_unit_test(a_cookie_comes_back_to_its_host),
        cmocka_unit_test(cookies_of_the_users_file_are_sent),
        cmocka_unit_test(a_file_without_a_cookie_of_use_is_warned_of),
        cmocka_unit_test(a_flood_of_cookies_is_forgotten),
        cmocka_unit_test(no_more_than_8_kb_of_cookies_are_sent),
        cmocka_unit_test(secrets_go_only_where_they_belong),
        cmocka_unit_test(settings_that_cannot_be_used_are_refused_with_a_reason),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
