#include "domain.h"

#include "cases.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

enum { HOST_LIMIT = 1 << 20 };

static void hosts_are_parsed_as_browsers_do(void **state)
{
    struct buf out = {.limit = HOST_LIMIT};
    struct cases *cases = cases_open("domain.cases");
    struct slice column[2];

    (void)state;
    while (cases_next(cases, column, 2)) {
        struct slice want = slice_is(column[1], "-") ? slice_of("") : column[1];

        buf_clear(&out);
        if (domain_add_host(&out, column[0]) != (want.size > 0) || out.size != want.size ||
            memcmp(out.data, want.data, want.size) != 0)
            fail_msg("domain.cases:%d: \"%.*s\"", cases_line(cases), (int)out.size, out.data);
    }
    cases_close(cases);
    buf_free(&out);
}

static void a_host_that_is_rejected_leaves_what_stood_before_it(void **state)
{
    static const char *const hosts[] = {"a b", "[::x]", "1.2.3.4.5", "\xc3\xbc.xn--a", ""};
    struct buf out = {.limit = HOST_LIMIT};

    (void)state;
    buf_add_string(&out, "http://");
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        assert_false(domain_add_host(&out, slice_of(hosts[i])));
        assert_string_equal(out.data, "http://");
        assert_int_equal(out.size, 7);
    }
    buf_free(&out);
}

static void a_host_beyond_the_limit_is_rejected(void **state)
{
    struct buf out = {.limit = 12};

    (void)state;
    assert_true(domain_add_host(&out, slice_of("twelve.bytes")));
    assert_false(domain_add_host(&out, slice_of("x")));
    buf_clear(&out);
    assert_false(domain_add_host(&out, slice_of("b\xc3\xbc"
                                                "cher.example")));
    assert_int_equal(out.size, 0);
    buf_free(&out);
}

static void addresses_are_told_from_names(void **state)
{
    (void)state;
    assert_true(domain_is_address(slice_of("127.0.0.1")));
    assert_true(domain_is_address(slice_of("[::1]")));
    assert_false(domain_is_address(slice_of("127.0.0.1.example")));
    assert_false(domain_is_address(slice_of("example")));
    assert_false(domain_is_address(slice_of("1a")));
    assert_false(domain_is_address(slice_of("")));
}

static void assert_registrable(const char *host, const char *want)
{
    struct slice got = domain_registrable(slice_of(host));

    if (!slice_is(got, want))
        fail_msg("%s: %.*s", host, (int)got.size, got.data);
}

static void the_registrable_domain_follows_the_public_suffix_list(void **state)
{
    (void)state;
    assert_registrable("www.example.com", "example.com");
    assert_registrable("example.com", "example.com");
    assert_registrable("a.b.example.co.uk", "example.co.uk");
    assert_registrable("a.example.co.uk.", "example.co.uk.");
    assert_registrable("co.uk", "co.uk");
    assert_registrable("www.city.kawasaki.jp", "city.kawasaki.jp");
    assert_registrable("a.b.xn--55qx5d.cn", "b.xn--55qx5d.cn");
    assert_registrable("localhost", "localhost");
    assert_registrable("127.0.0.1", "127.0.0.1");
    assert_registrable("[::1]", "[::1]");
    assert_registrable("", "");
    assert_registrable(".", ".");
}

static void a_site_is_one_host_and_its_www_twin(void **state)
{
    (void)state;
    assert_true(slice_is(domain_without_www(slice_of("a.example")), "a.example"));
    assert_true(slice_is(domain_without_www(slice_of("www.a.example")), "a.example"));
    assert_true(slice_is(domain_without_www(slice_of("www.www.a.example")), "www.a.example"));
    assert_true(slice_is(domain_without_www(slice_of("b.a.example")), "b.a.example"));
    assert_true(slice_is(domain_without_www(slice_of("www.")), "www."));
    assert_true(slice_is(domain_without_www(slice_of("wwwa.example")), "wwwa.example"));
}

static void a_host_is_within_its_own_domain_and_those_above(void **state)
{
    (void)state;
    assert_true(domain_is_within(slice_of("a.example"), slice_of("a.example")));
    assert_true(domain_is_within(slice_of("b.a.example"), slice_of("a.example")));
    assert_true(domain_is_within(slice_of("b.a.example."), slice_of("a.example")));
    assert_true(domain_is_within(slice_of("b.a.example"), slice_of("a.example.")));
    assert_false(domain_is_within(slice_of("ba.example"), slice_of("a.example")));
    assert_false(domain_is_within(slice_of("a.example"), slice_of("b.a.example")));
    assert_false(domain_is_within(slice_of("a.example"), slice_of("")));
    assert_false(domain_is_within(slice_of("10.0.0.1"), slice_of("0.0.1")));
    assert_true(domain_is_within(slice_of("10.0.0.1"), slice_of("10.0.0.1")));
}

static bool is_private(const char *text)
{
    unsigned char address[16];
    bool v6 = strchr(text, ':') != NULL;

    assert_int_equal(inet_pton(v6 ? AF_INET6 : AF_INET, text, address), 1);
    return domain_address_is_private(address, v6 ? 16 : 4);
}

static void addresses_that_are_not_for_the_public_are_known(void **state)
{
    static const char *const addresses[] = {
        "0.0.0.0",
        "0.255.255.255",
        "10.0.0.0",
        "10.255.255.255",
        "100.64.0.0",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.255",
        "169.254.169.254",
        "172.16.0.0",
        "172.31.255.255",
        "192.0.0.1",
        "192.0.0.255",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.0.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:0:10.0.0.1",
        "64:ff9b::192.168.0.1",
        "64:ff9b:1::1",
        "100::1",
        "100:0:0:1::1",
        "2001:2::1",
        "2001:10::1",
        "2001:1ff::1",
        "2001:1::4",
        "2001:4:113::1",
        "2001:db8::1",
        "2002:a00:1::",
        "2002:7f00:1::1",
        "2001:0:a00:1::",
        "2001:0:808:808::f5ff:fffe",
        "3fff::1",
        "3fff:fff::1",
        "5f00::1",
        "fc00::1",
        "fdff::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "4000::1",
    };

    (void)state;
    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        if (!is_private(addresses[i]))
            fail_msg("%s", addresses[i]);
    }
}

static void public_addresses_are_public(void **state)
{
    static const char *const addresses[] = {
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.0.9",
        "192.0.0.10",
        "192.0.1.0",
        "192.31.196.1",
        "192.52.193.1",
        "192.88.98.1",
        "192.167.255.255",
        "192.169.0.0",
        "192.175.48.1",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "::8.8.8.8",
        "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8",
        "2001:1::1",
        "2001:1::2",
        "2001:1::3",
        "2001:3::1",
        "2001:4:112::1",
        "2001:20::1",
        "2001:3f::1",
        "2001:200::1",
        "2001:4860:4860::8888",
        "2002:808:808::1",
        "2001:0:808:808::f7f7:f7f7",
        "2620:4f:8000::1",
        "2a00::1",
        "3ffe:ffff::1",
        "3fff:1000::1",
    };

    (void)state;
    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        if (is_private(addresses[i]))
            fail_msg("%s", addresses[i]);
    }
    assert_true(domain_address_is_private((const unsigned char *)"", 0));
}

/* A host of `unit` again and again, of about `size` bytes. */
static void parse_repeated(const char *unit, size_t size)
{
    struct buf host = {.limit = HOST_LIMIT}, out = {.limit = HOST_LIMIT};

    while (host.size < size)
        buf_add_string(&host, unit);
    domain_add_host(&out, buf_slice(&host));
    domain_registrable(buf_slice(&host));
    buf_free(&host);
    buf_free(&out);
}

static void crafted_hosts_are_done_in_no_time(void **state)
{
    static const char *const units[] = {
        "a",
        ".",
        "1.",
        "[",
        ":",
        "[:",
        "%41",
        "%",
        "\xc3\xbc",
        "\xc3\xbc.",
        "\xc2\xad",
        "\xef\xb7\xba",
        "\xcc\x88",
        "\xcc\x88\xcc\xa3",
        "\xd8\xa7\xe2\x80\x8c",
        "xn--\xc3\xbc.",
        "\xea\xb0\x80",
    };

    (void)state;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        parse_repeated(units[i], HOST_LIMIT - 10);
        for (int j = 0; j < 100; j++)
            parse_repeated(units[i], 1000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hosts_are_parsed_as_browsers_do),
        cmocka_unit_test(a_host_that_is_rejected_leaves_what_stood_before_it),
        cmocka_unit_test(a_host_beyond_the_limit_is_rejected),
        cmocka_unit_test(addresses_are_told_from_names),
        cmocka_unit_test(the_registrable_domain_follows_the_public_suffix_list),
        cmocka_unit_test(a_site_is_one_host_and_its_www_twin),
        cmocka_unit_test(a_host_is_within_its_own_domain_and_those_above),
        cmocka_unit_test(addresses_that_are_not_for_the_public_are_known),
        cmocka_unit_test(public_addresses_are_public),
        cmocka_unit_test(crafted_hosts_are_done_in_no_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
