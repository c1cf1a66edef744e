/* A URL and a reference: the first line of the input is the base, the rest is resolved against it. What comes
 * out must be a URL in its final form. */

#include "domain.h"
#include "url.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void require_final(const struct url *url)
{
    struct url again = URL_INIT;
    struct slice path = url_path(url);

    for (size_t i = 0; i < url->text.size; i++)
        require(url->text.data[i] > ' ' && url->text.data[i] < 0x7f && url->text.data[i] != '#');
    require(url->text.data[url->text.size] == '\0');
    require(url->user_at == (url->https ? 8 : 7) && url->user_at <= url->host_at && url->host_at < url->host_end);
    require(url->host_end <= url->path_at && url->path_at < url->query_at && url->query_at <= url->text.size);
    require(path.data[0] == '/' && memchr(path.data, '?', path.size) == NULL);
    require(url->query_at == url->text.size || url->text.data[url->query_at] == '?');
    require(memmem(path.data, path.size, "/../", 4) == NULL && memmem(path.data, path.size, "/./", 3) == NULL);
    /* A name of one kind may turn into another only once: what was written out is read back as it is. */
    require(url_parse(&again, buf_slice(&url->text)) == URL_WEB);
    require(again.text.size == url->text.size && memcmp(again.text.data, url->text.data, url->text.size) == 0);
    require(again.port == url->port && again.host_at == url->host_at && again.host_end == url->host_end);
    require(again.path_at == url->path_at && again.query_at == url->query_at);
    url_free(&again);
}

static void check_key(const struct url *url)
{
    const char *ignored[] = {"a", "b*", NULL};
    struct url_rules rules = {(1 << URL_RULE_COUNT) - 1, ignored};
    struct buf key = {.limit = URL_LIMIT};
    struct url again = URL_INIT;
    unsigned made = url_key(url, &rules, &key);

    require((made == 0) == (key.size == 0) && key.size <= url->text.size);
    if (made != 0)
        require(url_parse(&again, buf_slice(&key)) == URL_WEB);
    buf_free(&key);
    url_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    const char *line = size == 0 ? NULL : memchr(text, '\n', size);
    struct url base = URL_INIT, url = URL_INIT;
    struct slice reference = {text, size};
    bool based = false;

    if (line != NULL) {
        based = url_parse(&base, (struct slice){text, (size_t)(line - text)}) == URL_WEB;
        reference = (struct slice){line + 1, size - (size_t)(line + 1 - text)};
    }
    if (based)
        require_final(&base);
    if (url_resolve(&url, based ? &base : NULL, reference, charset_by_label(slice_of("gbk"))) == URL_WEB) {
        require_final(&url);
        check_key(&url);
        domain_registrable(url_host(&url));
    }
    url_free(&base);
    url_free(&url);
    return 0;
}
