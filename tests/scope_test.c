#include "scope.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

/* Judges `text` in a scope of these limits whose only seed is `seed`. */
static enum scope_verdict judge(const struct scope_limits *limits, const char *seed, const char *text, int depth,
                                char *why, size_t why_size)
{
    struct err err;
    struct scope *scope = scope_new(limits, &err);
    struct scope_matcher *matcher;
    struct url url = URL_INIT;
    enum scope_verdict verdict;

    assert_non_null(scope);
    assert_int_equal(url_parse(&url, slice_of(seed)), URL_WEB);
    scope_add_seed(scope, &url);
    matcher = scope_matcher_new(scope);
    assert_int_equal(url_parse(&url, slice_of(text)), URL_WEB);
    verdict = scope_judge(matcher, &url, depth, why, why_size);
    /* Asked again, from the cache of origins, it says the same. */
    assert_int_equal(scope_judge(matcher, &url, depth, NULL, 0), verdict);
    url_free(&url);
    scope_matcher_free(matcher);
    scope_free(scope);
    return verdict;
}

static enum scope_verdict simply(enum scope_mode mode, const char *seed, const char *text)
{
    return judge(&(struct scope_limits){.mode = mode, .max_level = -1}, seed, text, 1, NULL, 0);
}

static void the_host_of_a_seed_and_its_www_twin_are_in_scope(void **state)
{
    (void)state;
    assert_int_equal(simply(SCOPE_HOST, "https://example.org/", "https://example.org/a"), SCOPE_WANTED);
    assert_int_equal(simply(SCOPE_HOST, "https://example.org/", "http://www.example.org/a"), SCOPE_WANTED);
    assert_int_equal(simply(SCOPE_HOST, "https://www.example.org/", "https://example.org/"), SCOPE_WANTED);
    assert_int_equal(simply(SCOPE_HOST, "https://example.org/", "https://docs.example.org/"), SCOPE_OFF_SCOPE);
    assert_int_equal(simply(SCOPE_HOST, "https://example.org/", "https://example.org:8443/"), SCOPE_OFF_SCOPE);
}

static void a_domain_is_what_was_registered(void **state)
{
    (void)state;
    assert_int_equal(simply(SCOPE_DOMAIN, "https://www.example.co.uk/", "https://a.b.example.co.uk/"), SCOPE_WANTED);
    assert_int_equal(simply(SCOPE_DOMAIN, "https://www.example.co.uk/", "https://other.co.uk/"), SCOPE_OFF_SCOPE);
}

static void a_path_is_the_folder_of_the_seed_and_below(void **state)
{
    (void)state;
    assert_int_equal(simply(SCOPE_PATH, "https://a.org/docs/index.html", "https://a.org/docs/x/y"), SCOPE_WANTED);
    assert_int_equal(simply(SCOPE_PATH, "https://a.org/docs/index.html", "https://a.org/docsx"), SCOPE_OFF_SCOPE);
    assert_int_equal(simply(SCOPE_PATH, "https://a.org/docs/index.html", "https://a.org/"), SCOPE_OFF_SCOPE);
    assert_int_equal(simply(SCOPE_PATH, "https://a.org/docs/index.html", "https://b.org/docs/"), SCOPE_OFF_SCOPE);
}

static void any_scope_goes_everywhere_but_to_excluded_domains(void **state)
{
    static const char *const excluded[] = {"evil.org", NULL};
    struct scope_limits limits = {.mode = SCOPE_ANY, .max_level = -1, .excluded = excluded};

    (void)state;
    assert_int_equal(simply(SCOPE_ANY, "https://a.org/", "https://b.net/"), SCOPE_WANTED);
    assert_int_equal(judge(&limits, "https://a.org/", "https://x.evil.org/", 1, NULL, 0), SCOPE_EXCLUDED);
    assert_int_equal(judge(&limits, "https://a.org/", "https://notevil.org/", 1, NULL, 0), SCOPE_WANTED);
}

static void named_domains_are_wanted_beside_the_seeds(void **state)
{
    static const char *const domains[] = {"example.net", NULL};
    struct scope_limits limits = {.mode = SCOPE_HOST, .max_level = -1, .domains = domains};

    (void)state;
    assert_int_equal(judge(&limits, "https://a.org/", "https://cdn.example.net/", 1, NULL, 0), SCOPE_WANTED);
    assert_int_equal(judge(&limits, "https://a.org/", "https://example.com/", 1, NULL, 0), SCOPE_OFF_SCOPE);
}

static void of_the_patterns_that_match_the_last_one_decides(void **state)
{
    static const struct scope_rule rules[] = {
        {"/docs/", "--accept-regex", true}, {"/old/", "--reject-regex", false}, {"/old/keep", "--accept-regex", true}};
    struct scope_limits limits = {.mode = SCOPE_HOST, .max_level = -1, .rules = rules, .rule_count = 3};
    char why[100];

    (void)state;
    assert_int_equal(judge(&limits, "https://a.org/", "https://a.org/docs/x", 1, why, sizeof why), SCOPE_WANTED);
    assert_string_equal(why, "");
    assert_int_equal(judge(&limits, "https://a.org/", "https://a.org/docs/old/x", 1, why, sizeof why), SCOPE_REJECTED);
    assert_string_equal(why, "--reject-regex: /old/");
    assert_int_equal(judge(&limits, "https://a.org/", "https://a.org/docs/old/keep", 1, why, sizeof why), SCOPE_WANTED);
    assert_int_equal(judge(&limits, "https://a.org/", "https://a.org/blog", 1, why, sizeof why), SCOPE_REJECTED);
    assert_string_equal(why, "no --accept-regex matches");
}

static void a_wrong_pattern_is_shown_with_a_caret_under_the_place(void **state)
{
    static const struct scope_rule rules[] = {{"/a(b", "--reject-regex", false}};
    struct err err = {""};

    (void)state;
    assert_null(scope_new(&(struct scope_limits){.rules = rules, .rule_count = 1}, &err));
    assert_non_null(strstr(err.text, "--reject-regex: the pattern is wrong"));
    assert_non_null(strstr(err.text, "\n  /a(b\n      ^"));
}

static void a_pattern_that_would_run_for_ever_is_taken_as_rejecting(void **state)
{
    static const struct scope_rule rules[] = {{"^https?://[^/]*/(a+)+$", "--accept-regex", true}};
    struct scope_limits limits = {.mode = SCOPE_HOST, .max_level = -1, .rules = rules, .rule_count = 1};
    char text[1100] = "https://a.org/", why[200];

    (void)state;
    memset(text + 14, 'a', 1000);
    text[1014] = '!';
    text[1015] = '\0';
    assert_int_equal(judge(&limits, "https://a.org/", text, 1, why, sizeof why), SCOPE_REJECTED);
    assert_non_null(strstr(why, "match limit hit"));
}

static void guards_stop_long_deep_and_repeating_paths(void **state)
{
    struct scope_limits limits = {
        .mode = SCOPE_HOST, .max_level = -1, .url_bytes = 100, .path_parts = 6, .part_repeats = 2};
    char why[100], text[200] = "https://a.org/";

    (void)state;
    assert_int_equal(judge(&limits, "https://a.org/", "https://a.org/a/b/a/c", 1, why, sizeof why), SCOPE_WANTED);
    assert_int_equal(judge(&limits, "https://a.org/", "https://a.org/a/b/a/b/a", 1, why, sizeof why), SCOPE_TRAP);
    assert_string_equal(why, "trap guard: repeated path part");
    assert_int_equal(judge(&limits, "https://a.org/", "https://a.org/a/b/c/d/e/f/g", 1, why, sizeof why), SCOPE_TRAP);
    assert_string_equal(why, "trap guard: path parts");
    memset(text + 14, 'x', 100);
    assert_int_equal(judge(&limits, "https://a.org/", text, 1, why, sizeof why), SCOPE_TRAP);
    assert_string_equal(why, "trap guard: URL length");
}

static void deeper_than_the_level_is_too_deep(void **state)
{
    struct scope_limits limits = {.mode = SCOPE_HOST, .max_level = 2};

    (void)state;
    assert_int_equal(judge(&limits, "https://a.org/", "https://a.org/x", 2, NULL, 0), SCOPE_WANTED);
    assert_int_equal(judge(&limits, "https://a.org/", "https://a.org/x", 3, NULL, 0), SCOPE_TOO_DEEP);
}

static void the_caret_stands_right_whatever_the_pattern_is_made_of(void **state)
{
    static const struct {
        const char *pattern, *shown;
    } CASES[] = {
        {"\xc3\xa9(", " at character 3: missing closing parenthesis\n  \xc3\xa9(\n    ^"},
        {"a\tb(", " at character 5: missing closing parenthesis\n  a b(\n      ^"},
        {"*a", " at character 1: quantifier does not follow a repeatable item\n  *a\n  ^"},
    };
    char long_pattern[1000];
    struct scope_rule rule = {long_pattern, "--accept-regex", true};
    struct scope_limits limits = {.rules = &rule, .rule_count = 1};
    struct err err;

    (void)state;
    memset(long_pattern, 'a', sizeof long_pattern);
    memcpy(long_pattern + sizeof long_pattern - 5, "b(cd", 5);
    assert_null(scope_new(&limits, &err));
    assert_non_null(strstr(err.text, "at character 1000: "));
    assert_int_equal(strchr(err.text, '^')[-1], ' ');
    /* Below the end of the line before. */
    assert_int_equal(strlen(strrchr(err.text, '\n')) - 1, strstr(err.text, "b(cd\n") + 5 - strchr(err.text, '\n') - 1);
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        rule.pattern = CASES[i].pattern;
        assert_null(scope_new(&limits, &err));
        if (strstr(err.text, CASES[i].shown) == NULL)
            fail_msg("%s", err.text);
    }
}

static void an_origin_is_a_seeds_with_its_scheme_host_and_port(void **state)
{
    static const struct {
        const char *url;
        bool is_seeds;
    } CASES[] = {{"https://a.test/x", true},     {"https://a.test:443/", true},   {"http://a.test/", false},
                 {"http://a.test:443/", false},  {"https://a.test:8443/", false}, {"https://www.a.test/", false},
                 {"https://b.a.test/", false},   {"http://c.test:8080/", true},   {"http://c.test/", false},
                 {"https://c.test:8080/", false}};
    struct err err;
    struct scope *scope = scope_new(&(struct scope_limits){.mode = SCOPE_ANY}, &err);
    struct url url = URL_INIT;

    (void)state;
    assert_int_equal(url_parse(&url, slice_of("https://a.test/y")), URL_WEB);
    scope_add_seed(scope, &url);
    assert_int_equal(url_parse(&url, slice_of("http://c.test:8080/")), URL_WEB);
    scope_add_seed(scope, &url);
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        assert_int_equal(url_parse(&url, slice_of(CASES[i].url)), URL_WEB);
        if (scope_names_origin(scope, &url) != CASES[i].is_seeds)
            fail_msg("%s", CASES[i].url);
    }
    url_free(&url);
    scope_free(scope);
}

static void only_hosts_of_seeds_are_named_by_a_seed(void **state)
{
    struct err err;
    struct scope *scope = scope_new(&(struct scope_limits){.mode = SCOPE_ANY}, &err);
    struct url url = URL_INIT;

    (void)state;
    for (int i = 0; i < 1000; i++) {
        char text[60];

        snprintf(text, sizeof text, "http://10.0.%d.%d/", i / 250, i % 250);
        url_parse(&url, slice_of(text));
        scope_add_seed(scope, &url);
    }
    assert_true(scope_names_host(scope, slice_of("10.0.3.249")));
    assert_false(scope_names_host(scope, slice_of("10.0.4.0")));
    url_free(&url);
    scope_free(scope);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_host_of_a_seed_and_its_www_twin_are_in_scope),
        cmocka_unit_test(a_domain_is_what_was_registered),
        cmocka_unit_test(a_path_is_the_folder_of_the_seed_and_below),
        cmocka_unit_test(any_scope_goes_everywhere_but_to_excluded_domains),
        cmocka_unit_test(named_domains_are_wanted_beside_the_seeds),
        cmocka_unit_test(of_the_patterns_that_match_the_last_one_decides),
        cmocka_unit_test(a_wrong_pattern_is_shown_with_a_caret_under_the_place),
        cmocka_unit_test(a_pattern_that_would_run_for_ever_is_taken_as_rejecting),
        cmocka_unit_test(guards_stop_long_deep_and_repeating_paths),
        cmocka_unit_test(deeper_than_the_level_is_too_deep),
        cmocka_unit_test(the_caret_stands_right_whatever_the_pattern_is_made_of),
        cmocka_unit_test(an_origin_is_a_seeds_with_its_scheme_host_and_port),
        cmocka_unit_test(only_hosts_of_seeds_are_named_by_a_seed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
