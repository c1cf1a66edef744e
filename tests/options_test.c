#include "command.h"
#include "conf.h"
#include "html.h"
#include "option.h"
#include "url.h"
#include "usage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static struct options options;
static struct err err;

/* Reads a command of words separated by single blanks. */
static bool parse(const char *command)
{
    static char text[1000];
    char *words[50] = {NULL};
    int count = 0;

    options_free(&options);
    options_init(&options);
    err.text[0] = '\0';
    snprintf(text, sizeof text, "%s", command);
    for (char *word = strtok(text, " "); word != NULL; word = strtok(NULL, " "))
        words[count++] = word;
    return command_parse(&options, count, words, &err);
}

static bool configure(const char *text)
{
    options_free(&options);
    options_init(&options);
    err.text[0] = '\0';
    return conf_parse(&options, slice_of(text), "x.conf", RANK_USER, &err);
}

static int set_up(void **state)
{
    (void)state;
    options_init(&options);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    options_free(&options);
    return 0;
}

static void every_built_in_value_is_read_like_a_users_own(void **state)
{
    (void)state;
    assert_true(parse("crawl"));
    assert_string_equal(options.database, "crawl.db");
    assert_int_equal(options.threads, 8);
    assert_int_equal(options.parsers, 0);
    assert_int_equal(options.host.rate_gap_us, 100000);
    assert_int_equal(options.host.host_concurrency, 8);
    assert_int_equal(options.timeout_ms, 60000);
    assert_int_equal(options.max_filesize_bytes, 20 << 20);
    assert_int_equal(options.memory_bytes, 256 << 20);
    assert_int_equal(options.level, -1);
    assert_int_equal(options.max_pages, 0);
    assert_int_equal(options.scope, OPTIONS_SCOPE_HOST);
    assert_true(options.robots);
    assert_true(options.sandbox);
    assert_false(options.insecure);
    assert_int_equal(options.fail_on, 0);
    assert_false(options_given(&options, "threads"));
    assert_string_equal(options_origin(&options, "threads"), "built in");
}

static void the_table_is_sound(void **state)
{
    (void)state;
    for (size_t i = 0; i < option_count; i++) {
        const struct option_entry *a = &option_table[i];

        print_message("%s\n", a->name);
        assert_non_null(a->help);
        assert_true(a->help[0] >= 'A' && a->help[0] <= 'Z');
        assert_true(a->help[strlen(a->help) - 1] != '.');
        assert_true(strlen(a->name) < 32 - 3);
        if (a->kind == OPTION_ENUM || a->kind == OPTION_SET)
            assert_non_null(a->choices);
        if (a->kind != OPTION_BOOL && a->kind != OPTION_ALIAS && a->kind != OPTION_COUNT)
            assert_non_null(a->argument);
        if (a->kind == OPTION_BOOL)
            assert_non_null(a->fallback);
        for (size_t j = 0; j < i; j++) {
            const struct option_entry *b = &option_table[j];

            for (int verb = 0; verb < VERB_COUNT; verb++) {
                if (!option_is_for(a, (enum options_verb)verb) || !option_is_for(b, (enum options_verb)verb))
                    continue;
                assert_string_not_equal(a->name, b->name);
                assert_true(a->letter == '\0' || a->letter != b->letter);
            }
        }
    }
}

static void options_may_be_abbreviated_joined_and_mixed_with_operands(void **state)
{
    (void)state;
    assert_true(parse("crawl http://a.example/ --thr 3 -qvvl2 --no-rob -o x.db b.example --fail=broken,seed -- -c"));
    assert_int_equal(options.threads, 3);
    assert_true(options.quiet);
    assert_int_equal(options.verbose, 2);
    assert_int_equal(options.level, 2);
    assert_false(options.robots);
    assert_string_equal(options.database, "x.db");
    assert_int_equal(options.fail_on, OPTIONS_FAIL_BROKEN | OPTIONS_FAIL_SEED);
    assert_int_equal(options.operand_count, 3);
    assert_string_equal(options.operands[0], "http://a.example/");
    assert_string_equal(options.operands[1], "b.example");
    assert_string_equal(options.operands[2], "-c");
    assert_string_equal(options_origin(&options, "level"), "command line");
}

static void a_single_dash_is_an_operand(void **state)
{
    (void)state;
    assert_true(parse("crawl -i - -"));
    assert_int_equal(options.operand_count, 1);
    assert_string_equal(options.operands[0], "-");
    assert_string_equal(options.input_files.items[0].text, "-");
}

static void names_that_stand_for_others_set_those(void **state)
{
    (void)state;
    assert_true(parse("crawl -H -4"));
    assert_int_equal(options.scope, OPTIONS_SCOPE_ANY);
    assert_int_equal(options.ip, OPTIONS_IP_4);
    assert_true(parse("crawl --no-parent"));
    assert_int_equal(options.scope, OPTIONS_SCOPE_PATH);
    assert_false(parse("crawl --no-parent=yes"));
}

static void lists_grow_and_remember_their_common_order(void **state)
{
    (void)state;
    assert_true(parse("crawl --accept-regex a --reject-regex b --accept-regex c -D x.org,y.org -D z.org"));
    assert_int_equal(options.accept_regex.count, 2);
    assert_string_equal(options.accept_regex.items[1].text, "c");
    assert_true(options.accept_regex.items[0].order < options.reject_regex.items[0].order);
    assert_true(options.reject_regex.items[0].order < options.accept_regex.items[1].order);
    assert_int_equal(options.domains.count, 3);
    assert_string_equal(options.domains.items[2].text, "z.org");
}

static void a_set_is_said_anew_or_changed(void **state)
{
    unsigned built_in = 1u << HTML_A | 1u << HTML_AREA | 1u << HTML_FRAME | 1u << HTML_IFRAME;

    (void)state;
    assert_true(parse("crawl"));
    assert_int_equal(options.follow, built_in);
    assert_true(parse("crawl --follow=a,img"));
    assert_int_equal(options.follow, 1u << HTML_A | 1u << HTML_IMG);
    assert_true(parse("crawl --follow=+img,-iframe"));
    assert_int_equal(options.follow, (built_in | 1u << HTML_IMG) & ~(1u << HTML_IFRAME));
    assert_true(parse("crawl --url-rules=none"));
    assert_int_equal(options.url_rules, 0);
    assert_false(parse("crawl --follow=a,sheep"));
    assert_non_null(strstr(err.text, "stylesheet"));
}

static void the_query_to_ignore_may_be_all_or_named(void **state)
{
    (void)state;
    assert_true(parse("crawl --ignore-query x.example"));
    assert_string_equal(options.ignored_parameters.items[0].text, "*");
    assert_int_equal(options.operand_count, 1);
    assert_true(parse("crawl --ignore-query=utm_source,ref"));
    assert_int_equal(options.ignored_parameters.count, 2);
}

static void a_verb_is_the_first_operand(void **state)
{
    (void)state;
    assert_true(parse("crawl status"));
    assert_int_equal(options.verb, VERB_STATUS);
    assert_int_equal(options.operand_count, 0);
    assert_true(parse("crawl -d x.db export --format=json broken_links -o y.json"));
    assert_int_equal(options.verb, VERB_EXPORT);
    assert_string_equal(options.database, "x.db");
    assert_string_equal(options.result, "y.json");
    assert_int_equal(options.format, OPTIONS_FORMAT_JSON);
    assert_string_equal(options.operands[0], "broken_links");
    assert_true(parse("crawl -- status"));
    assert_int_equal(options.verb, VERB_CRAWL);
    assert_true(parse("crawl ./report"));
    assert_int_equal(options.verb, VERB_CRAWL);
    assert_true(parse("crawl search status report"));
    assert_int_equal(options.operand_count, 2);
}

static void what_is_wrong_is_said_with_what_would_be_right(void **state)
{
    static const char *const cases[][2] = {
        {"crawl --thraeds 3", "did you mean --threads?"},
        {"crawl --threads", "--threads needs a value"},
        {"crawl -l", "-l (--level) needs a value"},
        {"crawl --threads 0", "a number from 1 to 1024, not \"0\""},
        {"crawl --threads 99999999999", "not \"99999999999\""},
        {"crawl --threads=many", "not \"many\""},
        {"crawl --rate=fast", "10/s, 30/m or 100/h or \"off\""},
        {"crawl --timeout=long", "90s, 5m or 2h"},
        {"crawl --max-filesize=big", "500K, 10M or 2G"},
        {"crawl --scope=bla", "host, domain, path or any"},
        {"crawl --pro x", "--proxy or --progress"},
        {"crawl --no-fresh=yes", "--no-fresh takes no value"},
        {"crawl --fresh=perhaps", "yes or no"},
        {"crawl -Z", "unknown option -Z"},
        {"crawl -f csv", "-f belongs to crawl export, search and sql"},
        {"crawl --format csv", "--format belongs to crawl export, search and sql"},
        {"crawl --compare old.db", "--compare belongs to crawl report"},
        {"crawl -d x.db", "-d belongs to crawl status, report, export, search, sql, explain and robots"},
        {"crawl status -o x", "-o belongs to crawl itself, report and export"},
        {"crawl export --threads 3", "belongs to crawl itself"},
        {"crawl statsu", "did you mean \"crawl status\"?"},
        {"crawl --x", "unknown option --x"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        print_message("%s\n", cases[i][0]);
        assert_false(parse(cases[i][0]));
        if (strstr(err.text, cases[i][1]) == NULL)
            fail_msg("\"%s\" does not say \"%s\"", err.text, cases[i][1]);
    }
}

static void a_file_says_the_same_names_as_the_command_line(void **state)
{
    (void)state;
    assert_true(
        configure("\xef\xbb\xbf# a comment\r\n\r\nthreads = 3\r\n  max-pages=10\nno-robots\nfresh\nsitemaps = no\n"
                  "reject-regex = a=b # not a comment\nno-parent\nignore-query\nheader = X: y\nheader = Z: w"));
    assert_int_equal(options.threads, 3);
    assert_int_equal(options.max_pages, 10);
    assert_false(options.robots);
    assert_true(options.fresh);
    assert_false(options.sitemaps);
    assert_string_equal(options.reject_regex.items[0].text, "a=b # not a comment");
    assert_string_equal(options.reject_regex.items[0].origin, "x.conf:8");
    assert_int_equal(options.scope, OPTIONS_SCOPE_PATH);
    assert_string_equal(options.ignored_parameters.items[0].text, "*");
    assert_int_equal(options.host.headers.count, 2);
    assert_string_equal(options_origin(&options, "threads"), "x.conf:3");
    assert_true(options_given(&options, "threads"));
}

static void every_option_but_those_of_the_command_line_is_a_key(void **state)
{
    (void)state;
    for (size_t i = 0; i < option_count; i++) {
        char line[200];
        const char *value = option_table[i].fallback;
        bool is_key = !(option_table[i].flags & OPTION_COMMAND_LINE);

        if (option_table[i].kind == OPTION_ALIAS)
            snprintf(line, sizeof line, "%s", option_table[i].name);
        else
            snprintf(line, sizeof line, "%s = %s", option_table[i].name, value == NULL ? "x" : value);
        /* "output" is a key, as the database, though a verb has one for the command line. */
        if (option_find(VERB_CRAWL, option_table[i].name) != &option_table[i])
            continue;
        print_message("%s\n", line);
        assert_int_equal(configure(line), is_key);
    }
}

static void a_wrong_line_of_a_file_is_named(void **state)
{
    static const char *const cases[][2] = {
        {"threads = 3\nthread = 4\n", "x.conf:2: unknown option thread (did you mean threads?)"},
        {"threads = 0", "x.conf:1: threads takes a number from 1 to 1024, not \"0\""},
        {"threads", "x.conf:1: threads needs a value"},
        {"dry-run = yes", "x.conf:1: dry-run is for the command line only"},
        {"[hosts x]", "x.conf:1: sections are \"[host PATTERN]\""},
        {"[host x", "x.conf:1: sections are \"[host PATTERN]\""},
        {"[host ]", "x.conf:1: the section names no host"},
        {"[host a.test b.test]", "x.conf:1: a section has one pattern of hosts, not \"a.test b.test\""},
        {"[host x]\nthreads = 2", "x.conf:2: threads cannot differ from host to host"},
        {"[host x]\nrate = 2/x", "x.conf:2: rate takes"},
        {"no-robots = no", "x.conf:1: say robots = yes"},
        {"=", "x.conf:1: unknown option"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        print_message("%s\n", cases[i][0]);
        assert_false(configure(cases[i][0]));
        if (strstr(err.text, cases[i][1]) != err.text)
            fail_msg("\"%s\" is not \"%s\"", err.text, cases[i][1]);
    }
    assert_false(conf_parse(&options, (struct slice){"rate\0= 3", 8}, "x.conf", RANK_USER, &err));
}

static void sections_override_for_the_hosts_they_fit_and_later_ones_win(void **state)
{
    struct options_host host;

    (void)state;
    assert_true(configure("rate = 5/s\nheader = A: all\n"
                          "[host *.Example.org]\nrate = 1/s\nhost-concurrency = 2\n"
                          "[host www.example.org]\nrate = off\nuser = me:secret\nrandom-wait\n"));
    assert_false(options_for_host(&options, "example.org", &host));
    assert_int_equal(host.rate_gap_us, 200000);
    assert_int_equal(host.host_concurrency, 8);
    assert_string_equal(host.headers.items[0].text, "A: all");
    assert_true(options_for_host(&options, "a.b.example.org", &host));
    assert_int_equal(host.rate_gap_us, 1000000);
    assert_int_equal(host.host_concurrency, 2);
    assert_null(host.user);
    assert_true(options_for_host(&options, "www.example.org", &host));
    assert_int_equal(host.rate_gap_us, 0);
    assert_int_equal(host.host_concurrency, 2);
    assert_string_equal(host.user, "me:secret");
    assert_true(host.random_wait);
    assert_string_equal(options.sections[1].origin, "x.conf:6");
}

static void the_value_of_a_section_comes_from_its_line(void **state)
{
    struct options_host host;

    (void)state;
    assert_true(configure("host-max-pages = 9\nheader = A: all\n"
                          "[host *.example.org]\nheader = B: one\nheader = C: two\nhost-max-pages = 2\n"
                          "[host www.example.org]\nwait = 1s\n"));
    assert_true(options_for_host(&options, "www.example.org", &host));
    assert_int_equal(host.headers.count, 2);
    assert_string_equal(host.headers.items[1].text, "C: two");
    assert_int_equal(host.host_max_pages, 2);
    assert_false(host.rate_given);
    assert_string_equal(options_origin_for_host(&options, "www.example.org", "host-max-pages"), "x.conf:6");
    assert_string_equal(options_origin_for_host(&options, "www.example.org", "wait"), "x.conf:8");
    assert_string_equal(options_origin_for_host(&options, "example.org", "host-max-pages"), "x.conf:1");
    assert_string_equal(options_origin_for_host(&options, "www.example.org", "rate"), "built in");
}

/* A directory of its own as home, and a command read in it. */
static bool read_all(const char *file, char *const *argv, int argc)
{
    char home[] = "/tmp/options_test.XXXXXX", path[100];
    FILE *out;
    bool good;

    assert_non_null(mkdtemp(home));
    snprintf(path, sizeof path, "%s/crawl", home);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/crawl/crawl.conf", home);
    out = fopen(path, "w");
    assert_non_null(out);
    fputs(file, out);
    fclose(out);
    setenv("XDG_CONFIG_HOME", home, 1);
    options_free(&options);
    options_init(&options);
    good = command_read(&options, argc, argv, &err);
    unlink(path);
    *strrchr(path, '/') = '\0';
    rmdir(path);
    rmdir(home);
    return good;
}

static void command_line_beats_environment_beats_files_beats_built_in(void **state)
{
    char *argv[] = {(char *)"crawl", (char *)"--tries=7", (char *)"--header=C: c"};

    (void)state;
    unsetenv("CRAWL_CONFIG");
    setenv("CRAWL_TRIES", "6", 1);
    setenv("CRAWL_MAX_PAGES", "66", 1);
    setenv("CRAWL_HTTP1_1", "yes", 1);
    assert_true(read_all("tries = 5\nmax-pages = 55\nthreads = 3\nheader = A: a\nheader = B: b\n", argv, 3));
    assert_int_equal(options.tries, 7);
    assert_int_equal(options.max_pages, 66);
    assert_int_equal(options.threads, 3);
    assert_true(options.http1);
    assert_int_equal(options.host.headers.count, 1);
    assert_string_equal(options_origin(&options, "tries"), "command line");
    assert_string_equal(options_origin(&options, "max-pages"), "CRAWL_MAX_PAGES");
    assert_non_null(strstr(options_origin(&options, "threads"), "/crawl/crawl.conf:3"));
    assert_string_equal(options_origin(&options, "timeout"), "built in");
    setenv("CRAWL_TRIES", "none", 1);
    assert_false(read_all("", argv, 1));
    assert_non_null(strstr(err.text, "CRAWL_TRIES takes a number"));
    unsetenv("CRAWL_TRIES");
    unsetenv("CRAWL_MAX_PAGES");
    unsetenv("CRAWL_HTTP1_1");
}

static void no_file_is_read_when_none_is_wanted_and_a_named_one_must_be_there(void **state)
{
    char *none[] = {(char *)"crawl", (char *)"--config=none"};
    char *missing[] = {(char *)"crawl", (char *)"--config=/nowhere/x.conf"};

    (void)state;
    assert_true(read_all("threads = 3\n", none, 2));
    assert_int_equal(options.threads, 8);
    assert_false(read_all("threads = 3\n", missing, 2));
    assert_non_null(strstr(err.text, "/nowhere/x.conf"));
}

static void secrets_are_neither_recorded_nor_printed(void **state)
{
    char *argv[] = {(char *)"crawl",  (char *)"--user=me:hush",      (char *)"--bearer", (char *)"hush",
                    (char *)"-kx",    (char *)"http://me:hush@p/",   (char *)"--header", (char *)"Cookie: hush",
                    (char *)"-xhush", (char *)"http://me:hush@h/?@", (char *)"it's"};
    struct buf out = {.limit = 1u << 20};

    (void)state;
    assert_true(parse("crawl"));
    assert_true(command_parse(&options, 11, argv, &err));
    assert_true(configure("[host x]\nuser = me:hush\n") && command_parse(&options, 11, argv, &err));
    options_add_json(&options, &out);
    usage_add_config(&out, &options);
    command_add_text(&out, VERB_CRAWL, 11, argv);
    assert_null(strstr(out.data, "hush"));
    assert_non_null(strstr(out.data, "Cookie: ***"));
    assert_non_null(strstr(out.data, "--user=*** --bearer *** -kx *** --header *** -x*** http://***'@h/?@'"));
    assert_non_null(strstr(out.data, "'it'\\''s'"));
    buf_free(&out);
}

static void the_record_holds_what_is_not_built_in(void **state)
{
    struct buf out = {.limit = 1u << 20};

    (void)state;
    assert_true(parse("crawl --threads=3 --accept-regex=a\"b --reject-regex=c --accept-regex=d -H"));
    options_add_json(&options, &out);
    assert_string_equal(out.data,
                        "{\"threads\":\"3\",\"scope\":\"any\",\"accept-regex\":\"a\\\"b, d\","
                        "\"reject-regex\":\"c\",\"given\":[[\"threads\",\"3\",\"command line\"],"
                        "[\"scope\",\"any\",\"command line\"],[\"accept-regex\",\"a\\\"b\",\"command line\"],"
                        "[\"reject-regex\",\"c\",\"command line\"],[\"accept-regex\",\"d\",\"command line\"]]}");
    buf_free(&out);
}

static void sets_have_the_names_and_the_order_of_what_they_select(void **state)
{
    const char *follow = option_find(VERB_CRAWL, "follow")->choices;
    const char *rules = option_find(VERB_CRAWL, "url-rules")->choices;

    (void)state;
    for (size_t i = 0; i < URL_RULE_COUNT; i++)
        assert_true(slice_is(option_choice(rules, i), url_rule_names[i]));
    assert_int_equal(option_choice(rules, URL_RULE_COUNT).size, 0);
    assert_true(slice_is(option_choice(follow, HTML_A), "a"));
    assert_true(slice_is(option_choice(follow, HTML_FORM), "form"));
    assert_int_equal(option_choice(follow, HTML_LINK_KIND_COUNT).size, 0);
}

static void help_manual_and_completions_know_every_option(void **state)
{
    struct buf help = {.limit = 1u << 20}, manual = {.limit = 1u << 20}, shell[3];

    (void)state;
    for (int verb = 0; verb < VERB_COUNT; verb++)
        usage_add_help(&help, (enum options_verb)verb, true);
    usage_add_manual(&manual);
    for (int i = 0; i < 3; i++) {
        shell[i] = (struct buf){.limit = 1u << 20};
        usage_add_completion(&shell[i], (enum options_completion)(OPTIONS_COMPLETION_BASH + i));
    }
    for (size_t i = 0; i < option_count; i++) {
        const struct option_entry *entry = &option_table[i];
        const char *no = entry->kind == OPTION_BOOL && strcmp(entry->fallback, "yes") == 0 ? "no-" : "";
        char name[64];

        snprintf(name, sizeof name, "--%s%s", no, entry->name);
        print_message("%s\n", name);
        assert_non_null(strstr(help.data, name));
        assert_non_null(strstr(shell[0].data, name));
        assert_non_null(strstr(shell[1].data, name));
        snprintf(name, sizeof name, "Fl -%s%s", no, entry->name);
        assert_non_null(strstr(manual.data, name));
        snprintf(name, sizeof name, "-l %s%s", no, entry->name);
        assert_non_null(strstr(shell[2].data, name));
    }
    for (char *line = strtok(help.data, "\n"); line != NULL; line = strtok(NULL, "\n"))
        assert_in_range(strlen(line), 1, 100);
    for (int i = 0; i < 3; i++)
        buf_free(&shell[i]);
    buf_free(&help);
    buf_free(&manual);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_built_in_value_is_read_like_a_users_own),
        TEST(the_table_is_sound),
        TEST(options_may_be_abbreviated_joined_and_mixed_with_operands),
        TEST(a_single_dash_is_an_operand),
        TEST(names_that_stand_for_others_set_those),
        TEST(lists_grow_and_remember_their_common_order),
        TEST(a_set_is_said_anew_or_changed),
        TEST(the_query_to_ignore_may_be_all_or_named),
        TEST(a_verb_is_the_first_operand),
        TEST(what_is_wrong_is_said_with_what_would_be_right),
        TEST(a_file_says_the_same_names_as_the_command_line),
        TEST(every_option_but_those_of_the_command_line_is_a_key),
        TEST(a_wrong_line_of_a_file_is_named),
        TEST(sections_override_for_the_hosts_they_fit_and_later_ones_win),
        TEST(the_value_of_a_section_comes_from_its_line),
        TEST(command_line_beats_environment_beats_files_beats_built_in),
        TEST(no_file_is_read_when_none_is_wanted_and_a_named_one_must_be_there),
        TEST(secrets_are_neither_recorded_nor_printed),
        TEST(the_record_holds_what_is_not_built_in),
        TEST(sets_have_the_names_and_the_order_of_what_they_select),
        TEST(help_manual_and_completions_know_every_option),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
