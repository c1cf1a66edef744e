/* What it costs to resolve a link, in nanoseconds: url_resolve() and, beside it,
 * libcurl's curl_url_set() and curl_url_get(), on the kinds of links that pages
 * have. usage: url_bench [ROUNDS] */

#include "url.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const char BASE[] = "https://docs.example.org/manual/2.4/howto/access.html?lang=en";

struct kind {
    const char *name;
    const char *links[6]; /* NULL-terminated */
};

static const struct kind kinds[] = {
    {"page", {"index.html", "install.html#prerequisites", "mod/core.html", "env.html?x=1&y=2", NULL}},
    {"fragment", {"#top", "#access-control", NULL}},
    {"dot segments", {"../mod/mod_authz_core.html#require", "../../index.html", "./public_html.html", "..", NULL}},
    {"path", {"/", "/manual/2.4/images/feather.png", "/download.cgi?mirror=x&preferred=1", NULL}},
    {"same host", {"https://docs.example.org/manual/2.4/", "https://docs.example.org/a/b/c.html#d", NULL}},
    {"other host", {"https://www.example.com/news/2024/05/article-name-with-words", "//cdn.example.net/x.js", NULL}},
    {"encoded", {"caf\xc3\xa9 menu.html", "a%20b/c%2Fd?q=%C3%A9", NULL}},
    {"other scheme", {"mailto:someone@example.org", "javascript:void(0)", NULL}},
};

static double now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* The mean of ours over `rounds` rounds. `sum` keeps the work from being optimized away. */
static double time_ours(const struct kind *kind, long rounds, size_t *sum)
{
    struct url base = URL_INIT, url = URL_INIT;
    struct slice links[6];
    size_t count;
    double start;

    for (count = 0; kind->links[count] != NULL; count++)
        links[count] = slice_of(kind->links[count]);
    url_parse(&base, slice_of(BASE));
    start = now_ns();
    for (long i = 0; i < rounds; i++) {
        for (size_t j = 0; j < count; j++)
            *sum += (size_t)url_resolve(&url, &base, links[j], NULL) + url.text.size;
    }
    start = (now_ns() - start) / ((double)rounds * (double)count);
    url_free(&base);
    url_free(&url);
    return start;
}

static double time_key(const struct kind *kind, long rounds, size_t *sum)
{
    struct url_rules rules = {URL_RULE_IGNORE_QUERY - 1, NULL}; /* all but that one */
    struct url base = URL_INIT, url = URL_INIT;
    struct buf key = {.limit = URL_LIMIT};
    double total = 0;
    size_t count = 0;

    url_parse(&base, slice_of(BASE));
    for (size_t j = 0; kind->links[j] != NULL; j++) {
        if (url_resolve(&url, &base, slice_of(kind->links[j]), NULL) != URL_WEB)
            continue;
        total -= now_ns();
        for (long i = 0; i < rounds; i++)
            *sum += url_key(&url, &rules, &key);
        total += now_ns();
        count++;
    }
    buf_free(&key);
    url_free(&base);
    url_free(&url);
    return count == 0 ? 0 : total / ((double)rounds * (double)count);
}

static double time_curl(const struct kind *kind, long rounds, size_t *sum)
{
    size_t count = 0;
    CURLU *base = curl_url();
    double start = now_ns();

    curl_url_set(base, CURLUPART_URL, BASE, 0);
    for (size_t j = 0; kind->links[j] != NULL; j++, count++) {
        for (long i = 0; i < rounds; i++) {
            CURLU *url = curl_url_dup(base);
            char *text = NULL;

            curl_url_set(url, CURLUPART_URL, kind->links[j], CURLU_URLENCODE | CURLU_NON_SUPPORT_SCHEME);
            curl_url_get(url, CURLUPART_URL, &text, 0);
            *sum += text == NULL;
            curl_free(text);
            curl_url_cleanup(url);
        }
    }
    curl_url_cleanup(base);
    return (now_ns() - start) / ((double)rounds * (double)count);
}

int main(int argc, char **argv)
{
    long rounds = argc > 1 ? atol(argv[1]) : 500000;
    size_t count = sizeof kinds / sizeof kinds[0], sum = 0;
    double ours_all = 0, key_all = 0, curl_all = 0;

    if (rounds < 100)
        rounds = 100;
    printf("%-14s %12s %12s %12s\n", "ns a link", "url_resolve", "url_key", "curl_url");
    for (size_t i = 0; i < count; i++) {
        double ours = time_ours(&kinds[i], rounds, &sum);
        double key = time_key(&kinds[i], rounds / 4, &sum);
        double curl = time_curl(&kinds[i], rounds / 20, &sum);

        printf("%-14s %12.1f %12.1f %12.1f\n", kinds[i].name, ours, key, curl);
        ours_all += ours / (double)count;
        key_all += key / (double)count;
        curl_all += curl / (double)count;
    }
    printf("%-14s %12.1f %12.1f %12.1f\n", "mean", ours_all, key_all, curl_all);
    return sum == 0;
}
