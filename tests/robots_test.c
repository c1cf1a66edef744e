#include "robots.h"

#include "cases.h"
#include "html.h"
#include "mem.h"
#include "robots_tag.h"
#include "rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct robots_verdict verdict(const char *body, const char *token, const char *target)
{
    static char rule[256];
    struct robots *robots = robots_parse(slice_of(body), token);
    struct robots_verdict v = robots_check(robots, slice_of(target));

    snprintf(rule, sizeof rule, "%.*s", (int)v.rule.size, v.rule.size == 0 ? "" : v.rule.data);
    v.rule = slice_of(rule);
    robots_free(robots);
    return v;
}

/* --- Rules and targets ------------------------------------------------------------ */

/* A group for everyone, a target, and the line that decides: 0 for none; minus for a refusal. */
static const struct {
    const char *rules;
    const char *target;
    int line;
} VERDICTS[] = {
    {"", "/", 0},
    {"Disallow: /", "/", -2},
    {"Disallow:", "/", 0},
    {"Disallow: /\nAllow: /", "/x", 3},
    {"Allow: /a\nDisallow: /a/b", "/a/b/c", -3},
    {"Allow: /a/b\nDisallow: /a", "/a/b/c", 2},
    {"Disallow: /a/b\nDisallow: /a", "/ab", -3},
    {"Disallow: /robots.txt\nDisallow: /", "/robots.txt", 0},
    /* Special characters. */
    {"Disallow: /a$", "/a", -2},
    {"Disallow: /a$", "/ab", 0},
    {"Disallow: /a$", "/a?", 0},
    {"Disallow: *", "/a", -2},
    {"Disallow: *.gif", "/a.gif?x", -2},
    {"Disallow: *.gif$", "/a.gif?x", 0},
    {"Disallow: *.gif$", "/x.gif/y.gif", -2},
    {"Disallow: /*b*a$", "/aba", -2},
    {"Disallow: /*ab*ab$", "/xab", 0},
    {"Disallow: /a*a$", "/a", 0},
    {"Disallow: /a**b", "/ab", -2},
    {"Disallow: /*$", "/anything", -2},
    {"Disallow: /a*$", "/ab", -2},
    {"Disallow: /$", "/", -2},
    {"Disallow: /$x", "/$x", -2},
    {"Disallow: /$x", "/", 0},
    {"Disallow: $", "/", 0},
    {"Disallow: /a%2A", "/a*", -2},
    {"Disallow: /a%2A", "/ab", 0},
    {"Disallow: /a%24", "/a$", -2},
    {"Disallow: /a%24", "/a", 0},
    /* The longest decides, and stars and the dollar count. */
    {"Disallow: /*.php\nAllow: /page", "/page.php", -2},
    {"Disallow: /*.php\nAllow: /pages", "/pages.php", 3},
    {"Disallow: /\nAllow: /$", "/", 3},
    {"Allow: /x\nDisallow: /*", "/x", 2},
    {"Allow: /x\nDisallow: /**", "/x", -3},
    /* Octets: raw or escaped is the same; "%2F" is no slash, but in a query it is. */
    {"Disallow: /\xc3\xbc", "/%c3%bc", -2},
    {"Disallow: /%c3%BC", "/\xc3\xbc", -2},
    {"Disallow: /%61%7E", "/a~", -2},
    {"Disallow: /a b", "/a%20b", -2},
    {"Disallow: /a%2Fb", "/a/b", 0},
    {"Disallow: /a/b", "/a%2Fb", 0},
    {"Disallow: /a%2fb", "/a%2Fb", -2},
    {"Disallow: /x?u=https://a", "/x?u=https%3A%2F%2Fa", -2},
    {"Disallow: /x?u=https%3a%2f%2Fa", "/x?u=https://a", -2},
    {"Disallow: /*u=a%2Fb", "/x?u=a%2Fb", -2},
    {"Disallow: /x?a=b%26c", "/x?a=b&c", 0},
    {"Disallow: /100%", "/100%25", -2},
    {"Disallow: /a%zz", "/a%25zz", -2},
    /* Not of the form of a path. */
    {"Disallow: a", "/a", 0},
    {"Disallow: http://x/a", "/a", 0},
    {"Disallow: %2Fa", "/a", 0},
    /* Lines. */
    {"disALLOW:/a", "/a", -2},
    {"  Disallow\t: /a  # no", "/a", -2},
    {"Disallow: /a#b", "/a", -2},
    {"# Disallow: /a", "/a", 0},
    {"Disallow /a", "/a", -2},
    {"Disallow /a b", "/a b", 0},
    {"Disalow: /a", "/a", -2},
    {"Disallowed: /a", "/a", 0},
    {"No-such: x\nDisallow: /a", "/a", -3},
    {"Allow: /d/index.html\nDisallow: /d", "/d/", 2},
    {"Allow: /d/index.html\nDisallow: /d", "/d/x", -3},
    {"Disallow: /d/index.html", "/d/", 0},
};

static void each_target_is_decided_by_the_right_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof VERDICTS / sizeof VERDICTS[0]; i++) {
        char body[256];
        struct robots_verdict v;
        int line;

        snprintf(body, sizeof body, "User-agent: *\n%s\n", VERDICTS[i].rules);
        v = verdict(body, "crawl", VERDICTS[i].target);
        line = v.allowed ? (int)v.line : -(int)v.line;
        if (line != VERDICTS[i].line)
            fail_msg("%s: %s is decided by line %d, not %d", VERDICTS[i].rules, VERDICTS[i].target, line,
                     VERDICTS[i].line);
    }
}

static void the_deciding_line_is_told_as_written(void **state)
{
    struct robots_verdict v =
        verdict("\xef\xbb\xbf# hi\r\n\r\nUser-agent: *\r DISALLOW : /\xc3\xbc%7e # x\n", "crawl", "/%C3%BC~");

    (void)state;
    assert_false(v.allowed);
    assert_int_equal(v.line, 4);
    assert_string_equal(v.rule.data, "DISALLOW : /\xc3\xbc%7e");
}

/* --- Groups ----------------------------------------------------------------------- */

static const struct {
    const char *body;
    const char *token;
    bool allowed; /* "/x" */
} GROUPS[] = {
    {"User-agent: *\nDisallow: /\nUser-agent: crawl\nDisallow:", "crawl", true},
    {"User-agent: *\nDisallow: /\nUser-agent: crawl", "crawl", true}, /* a group without rules is one */
    {"User-agent: crawl\nDisallow: /\nUser-agent: *\nAllow: /", "CRAWL", false},
    {"User-agent: crawler\nDisallow: /", "crawl", true},
    {"User-agent: crawl-images\nDisallow: /", "crawl", true},
    {"User-agent: my_crawl\nDisallow: /", "crawl", true},
    {"User-agent: crawl\nDisallow: /", "crawl-images", true},
    {"User-agent: crawl/2.1 (x)\nDisallow: /", "crawl", false},
    {"User-agent: * x\nDisallow: /", "crawl", false},
    {"User-agent: *x\nDisallow: /", "crawl", true},
    {"User-agent: crawl\nAllow: /y\nUser-agent: z\nAllow: /\nUser-agent: crawl\nDisallow: /x", "crawl", false},
    {"User-agent: crawl\nUser-agent: z\nDisallow: /x", "crawl", false},
    {"User-agent: crawl\nSitemap: /s\nCrawl-delay: 1\nFoo: bar\n\nUser-agent: z\nDisallow: /x", "crawl", false},
    {"User-agent: crawl\nDisallow:\nUser-agent: z\nDisallow: /x", "crawl", true},
    {"Disallow: /x\nUser-agent: z\nDisallow: /y", "crawl", true},
    {"useragent: crawl\nDisallow: /x", "crawl", false},
    {"User-agent crawl\nDisallow: /x", "crawl", false},
    {"User-agent:\nDisallow: /x", "crawl", true},
    {"User-agent: *\nDisallow: /x", "", false},
};

static void the_groups_for_a_token_are_one_and_stand_before_the_star(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof GROUPS / sizeof GROUPS[0]; i++)
        if (verdict(GROUPS[i].body, GROUPS[i].token, "/x").allowed != GROUPS[i].allowed)
            fail_msg("%s, for %s", GROUPS[i].body, GROUPS[i].token);
}

/* --- Delays and sitemaps ------------------------------------------------------------ */

static const struct {
    const char *value;
    int64_t ms;
} DELAYS[] = {
    {"5", 5000}, {"0", 0},    {"0.25", 250}, {".5", 500},  {"5.", 5000}, {"1.23456", 1234},
    {"", -1},    {".", -1},   {"-3", -1},    {"1s", -1},   {"1,5", -1},  {"1.2.3", -1},
    {"nan", -1}, {"inf", -1}, {"1e3", -1},   {"0x10", -1}, {"5 10", -1}, {"5 # s", 5000},
};

static void a_delay_is_a_plain_number_of_seconds(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof DELAYS / sizeof DELAYS[0]; i++) {
        char body[100];
        struct robots *robots;

        snprintf(body, sizeof body, "User-agent: *\nCrawl-delay: %s\n", DELAYS[i].value);
        robots = robots_parse(slice_of(body), "crawl");
        assert_int_equal(robots_delay_ms(robots), DELAYS[i].ms);
        robots_free(robots);
    }
}

static void a_delay_without_end_is_large_and_not_negative(void **state)
{
    struct robots *robots =
        robots_parse(slice_of("User-agent: *\nCrawl-delay: 99999999999999999999999999999999999999\n"), "crawl");

    (void)state;
    assert_true(robots_delay_ms(robots) > INT64_C(1000000000000));
    robots_free(robots);
}

static void of_several_delays_the_longest_of_our_group_counts(void **state)
{
    struct robots *robots = robots_parse(slice_of("User-agent: *\nCrawl-delay: 9\nDisallow: /\nUser-agent: crawl\n"
                                                  "Crawl-delay: 2\nCrawl-delay: 3\nCrawl-delay: 1\n"),
                                         "crawl");

    (void)state;
    assert_int_equal(robots_delay_ms(robots), 3000);
    robots_free(robots);
}

static void sitemap_lines_come_once_each_in_order(void **state)
{
    static const char *const urls[] = {"http://x/b", "/a", "http://x/a"};
    struct robots *robots = robots_parse(slice_of("SITEMAP:http://x/b\nSitemap:\nUser-agent: z\nSitemap: /a # first\n"
                                                  "site-map : http://x/a\nSitemap: /a\nSitemap: http://x/b"),
                                         "crawl");

    (void)state;
    assert_int_equal(robots_sitemap_count(robots), 3);
    for (size_t i = 0; i < 3; i++)
        assert_true(slice_is(robots_sitemap(robots, i), urls[i]));
    robots_free(robots);
}

/* --- Limits ------------------------------------------------------------------------- */

static void what_is_beyond_the_limit_is_left_out_and_a_line_cut_there_too(void **state)
{
    struct buf body = {.limit = 1u << 20};
    struct robots *robots;

    (void)state;
    buf_add_string(&body, "User-agent: *\nDisallow: /first\n");
    while (body.size < ROBOTS_BODY_LIMIT - 20)
        buf_add_string(&body, "#23456789\n");
    while (body.size < ROBOTS_BODY_LIMIT - 9)
        buf_add_string(&body, "\n");
    buf_add_string(&body, "Disallow: /cut\nDisallow: /beyond\n");
    robots = robots_parse(buf_slice(&body), "crawl");
    assert_false(robots_check(robots, slice_of("/first")).allowed);
    assert_true(robots_check(robots, slice_of("/cut")).allowed);
    assert_true(robots_check(robots, slice_of("/beyond")).allowed);
    assert_int_equal(robots_bytes_left_out(robots), 33);
    robots_free(robots);
    buf_free(&body);
}

static void any_bytes_are_parsed(void **state)
{
    static const struct slice bodies[] = {
        {"", 0}, {"\0\0\n\0:\0", 6}, {"\xef\xbb", 2}, {"\xef\xbb\xbf", 3}, {":::\n\r\r\n:", 8}, {"Disallow:\0/\n", 12},
    };
    struct robots *robots;

    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        robots = robots_parse(bodies[i], "crawl");
        assert_true(robots_check(robots, slice_of("/")).allowed);
        robots_free(robots);
    }
    robots = robots_parse((struct slice){"User-agent: *\nDisallow: /a\0b\n", 29}, "crawl");
    assert_false(robots_check(robots, slice_of("/a%00b")).allowed);
    assert_true(robots_check(robots, slice_of("/a")).allowed);
    robots_free(robots);
}

/* Milliseconds that checking `target` takes, `times` times. */
static int64_t time_checks(const struct robots *robots, const char *target, int times)
{
    int64_t start = cpu_ms();

    for (int i = 0; i < times; i++)
        robots_check(robots, slice_of(target));
    return cpu_ms() - start;
}

static void stars_cost_no_more_than_letters(void **state)
{
    struct buf body = {.limit = 1u << 20}, target = {.limit = 1u << 20};
    struct robots *robots;

    (void)state;
    buf_add_string(&body, "User-agent: *\nDisallow: /");
    for (int i = 0; i < 5000; i++)
        buf_add_string(&body, "*a");
    buf_add_string(&body, "*b$");
    buf_add_string(&target, "/");
    for (int i = 0; i < 30000; i++)
        buf_add_string(&target, "a");
    robots = robots_parse(buf_slice(&body), "crawl");
    assert_true(robots_check(robots, buf_slice(&target)).allowed);
    assert_in_range(time_checks(robots, target.data, 100), 0, 60000); /* some 50 ms; by backtracking, for ever */
    robots_free(robots);
    buf_free(&body);
    buf_free(&target);
}

static void many_rules_are_looked_up_quickly(void **state)
{
    struct buf body = {.limit = 1u << 20};
    struct robots *robots;

    (void)state;
    buf_add_string(&body, "User-agent: *\n");
    for (int i = 0; i < 20000; i++)
        buf_printf(&body, i % 2 == 0 ? "Disallow: /d%d/\n" : "Disallow: /*x%d$\n", i);
    assert_true(body.size < ROBOTS_BODY_LIMIT);
    robots = robots_parse(buf_slice(&body), "crawl");
    assert_false(robots_check(robots, slice_of("/d19998/y")).allowed);
    assert_false(robots_check(robots, slice_of("/d19998x19999")).allowed);
    assert_true(robots_check(robots, slice_of("/d19999/y")).allowed);
    assert_in_range(time_checks(robots, "/products/d500/item-x50?page=3", 1000), 0, 60000); /* some 50 ms */
    robots_free(robots);
    buf_free(&body);
}

/* --- Against the plain reading of the standard ------------------------------------------ */

static bool plain_match(const char *pattern, const char *target)
{
    if (*pattern == '\0' || (pattern[0] == '$' && pattern[1] == '\0'))
        return *pattern == '\0' || *target == '\0';
    if (*pattern == '*')
        return plain_match(pattern + 1, target) || (*target != '\0' && plain_match(pattern, target + 1));
    return *pattern == *target && plain_match(pattern + 1, target + 1);
}

static unsigned next_random(unsigned *seed)
{
    *seed = *seed * 1103515245u + 12345u;
    return *seed >> 16;
}

static void random_string(unsigned *seed, const char *letters, char *out, unsigned most)
{
    unsigned size = 1 + next_random(seed) % most;

    out[0] = '/';
    for (unsigned i = 1; i < size; i++)
        out[i] = letters[next_random(seed) % strlen(letters)];
    out[size] = '\0';
}

static void random_rules_decide_as_the_standard_reads(void **state)
{
    unsigned seed = 7;

    (void)state;
    for (int round = 0; round < 3000; round++) {
        char patterns[12][12], target[12];
        struct rule_line lines[12];
        size_t best = 0;
        int winner = 0; /* 1: Allow, -1: Disallow */
        struct rule_found found;
        struct rules *rules;
        bool matched;

        for (int i = 0; i < 12; i++) {
            random_string(&seed, i % 2 ? "ab*$" : "a/b", patterns[i], 10);
            if (strchr(patterns[i], '$') != NULL)
                strchr(patterns[i], '$')[1] = '\0'; /* only at the end is it special */
            lines[i] = (struct rule_line){slice_of(patterns[i]), slice_of(patterns[i]), (unsigned)i + 1,
                                          next_random(&seed) % 2 == 0};
        }
        random_string(&seed, "a/b", target, 11);
        for (int i = 0; i < 12; i++)
            if (plain_match(patterns[i], target) &&
                (strlen(patterns[i]) > best || (strlen(patterns[i]) == best && lines[i].allow))) {
                best = strlen(patterns[i]);
                winner = lines[i].allow ? 1 : -1;
            }
        rules = rules_new(lines, 12);
        matched = rules_find(rules, slice_of(target), &found);
        assert_int_equal(matched ? (found.allow ? 1 : -1) : 0, winner);
        if (matched)
            assert_int_equal(found.text.size, best);
        free(rules);
    }
}

static void each_robots_tag_field_speaks_to_all_until_it_names_one(void **state)
{
    static const struct {
        const char *fields;
        unsigned said;
    } CASES[] = {
        {"nofollow", HTML_ROBOTS_NOFOLLOW},
        {"NoIndex ,, NOFOLLOW", HTML_NOINDEX | HTML_ROBOTS_NOFOLLOW},
        {"none", HTML_NOINDEX | HTML_ROBOTS_NOFOLLOW},
        {"crawl: nofollow", HTML_ROBOTS_NOFOLLOW},
        {"CRAWL : nofollow", HTML_ROBOTS_NOFOLLOW},
        {"bot: noindex, nofollow", 0},
        {"bot: noindex\nnofollow", HTML_ROBOTS_NOFOLLOW},
        {"bot: noindex\n\nnofollow", HTML_ROBOTS_NOFOLLOW},
        {"bot: noindex, crawl: nofollow", HTML_ROBOTS_NOFOLLOW},
        {"crawl: nofollow\nbot: noindex", HTML_ROBOTS_NOFOLLOW},
        {"noindex\nbot: nofollow", HTML_NOINDEX},
        {"unavailable_after: 25 Jun 2010 15:00:00 PST, nofollow", HTML_ROBOTS_NOFOLLOW},
        {"max-snippet:5\nnoindex\n", HTML_NOINDEX},
        {"nofollowing, no follow", 0},
        {"", 0},
        {"\n", 0},
        {",:,\n:", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        if (robots_tag_read(slice_of(CASES[i].fields), "crawl") != CASES[i].said)
            fail_msg("%s", CASES[i].fields);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_target_is_decided_by_the_right_line),
        cmocka_unit_test(the_deciding_line_is_told_as_written),
        cmocka_unit_test(the_groups_for_a_token_are_one_and_stand_before_the_star),
        cmocka_unit_test(a_delay_is_a_plain_number_of_seconds),
        cmocka_unit_test(a_delay_without_end_is_large_and_not_negative),
        cmocka_unit_test(of_several_delays_the_longest_of_our_group_counts),
        cmocka_unit_test(sitemap_lines_come_once_each_in_order),
        cmocka_unit_test(what_is_beyond_the_limit_is_left_out_and_a_line_cut_there_too),
        cmocka_unit_test(any_bytes_are_parsed),
        cmocka_unit_test(stars_cost_no_more_than_letters),
        cmocka_unit_test(many_rules_are_looked_up_quickly),
        cmocka_unit_test(each_robots_tag_field_speaks_to_all_until_it_names_one),
        cmocka_unit_test(random_rules_decide_as_the_standard_reads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
