#include "http_shared.h"

#include "log.h"
#include "mem.h"

#include <stdlib.h>
#include <unistd.h>

static void lock_data(CURL *easy, curl_lock_data data, curl_lock_access access, void *arg)
{
    struct http_shared *shared = arg;

    (void)easy;
    (void)access;
    pthread_mutex_lock(&shared->locks[data]);
}

static void unlock_data(CURL *easy, curl_lock_data data, void *arg)
{
    struct http_shared *shared = arg;

    (void)easy;
    pthread_mutex_unlock(&shared->locks[data]);
}

/* --- Files and libcurl -------------------------------------------------------------- */

static size_t weigh_cookies(CURL *easy)
{
    struct curl_slist *cookies = NULL;
    size_t bytes = 0;

    curl_easy_getinfo(easy, CURLINFO_COOKIELIST, &cookies);
    for (const struct curl_slist *c = cookies; c != NULL; c = c->next)
        bytes += strlen(c->data);
    curl_slist_free_all(cookies);
    return bytes;
}

/* The file's cookies into the shared engine, once: else each handle would read it again. Their bytes. */
static size_t load_cookies(struct http_shared *shared)
{
    CURL *easy = curl_easy_init();
    size_t bytes;

    if (easy == NULL)
        return 0;
    curl_easy_setopt(easy, CURLOPT_SHARE, shared->share);
    curl_easy_setopt(easy, CURLOPT_COOKIEFILE, shared->settings->cookie_file);
    curl_easy_setopt(easy, CURLOPT_COOKIELIST, "RELOAD");
    bytes = weigh_cookies(easy);
    curl_easy_cleanup(easy);
    return bytes;
}

void http_shared_note_cookies(struct http_shared *shared, CURL *easy, size_t bytes)
{
    size_t before = bytes == 0 ? 0 : atomic_fetch_add(&shared->cookie_bytes, bytes);

    /* The one whose addition reaches the mark looks; most cookies only take the place of an older one. */
    if (before >= HTTP_COOKIE_BYTES_MAX / 2 || before + bytes < HTTP_COOKIE_BYTES_MAX / 2)
        return;
    atomic_store(&shared->cookie_bytes, 0);
    if (weigh_cookies(easy) < HTTP_COOKIE_BYTES_MAX / 2)
        return;
    curl_easy_setopt(easy, CURLOPT_COOKIELIST, "ALL");
    if (shared->settings->cookie_file != NULL)
        load_cookies(shared);
}

struct http_shared *http_shared_new(const struct http_settings *settings, struct err *err)
{
    /* Not names: a host stays with one thread, and libcurl keeps those it shares in a few long lists. */
    static const curl_lock_data kinds[] = {CURL_LOCK_DATA_COOKIE, CURL_LOCK_DATA_SSL_SESSION, CURL_LOCK_DATA_PSL};
    struct http_shared *shared = mem_new(sizeof *shared);

    shared->settings = settings;
    for (size_t i = 0; i < CURL_LOCK_DATA_LAST; i++)
        pthread_mutex_init(&shared->locks[i], NULL);
    if (!http_settings_check(settings, err))
        goto fail;
    /* With our memory: else a lack of it would look like the failure of a server. */
    if (curl_global_init_mem(CURL_GLOBAL_DEFAULT, mem_alloc, free, mem_resize, mem_string, mem_array) != CURLE_OK ||
        (shared->share = curl_share_init()) == NULL) {
        err_set(err, "libcurl does not start");
        goto fail;
    }
    curl_share_setopt(shared->share, CURLSHOPT_LOCKFUNC, lock_data);
    curl_share_setopt(shared->share, CURLSHOPT_UNLOCKFUNC, unlock_data);
    curl_share_setopt(shared->share, CURLSHOPT_USERDATA, shared);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) /* one that this libcurl lacks is not shared */
        curl_share_setopt(shared->share, CURLSHOPT_SHARE, kinds[i]);
    for (const char *const *entry = settings->resolve; entry != NULL && *entry != NULL; entry++)
        http_headers_append(&shared->resolve, *entry);
    if (!http_headers_make(shared, err) ||
        (settings->netrc_file != NULL && (shared->netrc = http_netrc_read(settings->netrc_file, err)) == NULL))
        goto fail;
    if (shared->netrc != NULL && http_netrc_count(shared->netrc) == 0)
        log_warning("--netrc-file: %s has no machine with a login", settings->netrc_file);
    if (settings->cookie_file != NULL && load_cookies(shared) == 0)
        log_warning("--load-cookies: %s has no cookie that is of use: all are out of date, or it is not in Netscape's "
                    "format, seven fields a line with tabs between",
                    settings->cookie_file);
    return shared;

fail:
    http_shared_free(shared);
    return NULL;
}

void http_shared_free(struct http_shared *shared)
{
    if (shared == NULL)
        return;
    curl_share_cleanup(shared->share);
    http_headers_free(shared);
    http_netrc_free(shared->netrc);
    curl_slist_free_all(shared->resolve);
    for (size_t i = 0; i < CURL_LOCK_DATA_LAST; i++)
        pthread_mutex_destroy(&shared->locks[i]);
    free(shared);
}

/* Most pages at once: with the 16 KB that are usual each is two or three calls to poll and to recv, which was 3 % of a
 * crawl. Only what is used of it becomes resident. */
#define BUFFER_BYTES (64 * 1024)

/* libcurl looks at the rate after up to a hundred buffers: this makes that a quarter of a second, or 100 KB. */
static long buffer_bytes(int64_t limit_rate)
{
    return limit_rate / 400 < 1024                  ? 1024
           : limit_rate / 400 < CURL_MAX_WRITE_SIZE ? (long)(limit_rate / 400)
                                                    : CURL_MAX_WRITE_SIZE;
}

static long ip_resolve(int ip_version)
{
    return ip_version == 4 ? CURL_IPRESOLVE_V4 : ip_version == 6 ? CURL_IPRESOLVE_V6 : CURL_IPRESOLVE_WHATEVER;
}

bool http_shared_apply(const struct http_shared *shared, CURL *easy)
{
    const struct http_settings *s = shared->settings;
    CURLcode code = curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");

    curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_SHARE, shared->share);
    curl_easy_setopt(easy, CURLOPT_COOKIEFILE, "");
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L);
    curl_easy_setopt(easy, CURLOPT_HTTP_CONTENT_DECODING, 0L); /* `decode` does it: libcurl takes a cut one for whole */
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
                     s->http1_only ? (long)CURL_HTTP_VERSION_1_1 : (long)CURL_HTTP_VERSION_2TLS);
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)s->connect_timeout_ms);
    curl_easy_setopt(easy, CURLOPT_MAX_RECV_SPEED_LARGE, (curl_off_t)s->limit_rate);
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, s->limit_rate > 0 ? buffer_bytes(s->limit_rate) : (long)BUFFER_BYTES);
    curl_easy_setopt(easy, CURLOPT_IPRESOLVE, ip_resolve(s->ip_version));
    curl_easy_setopt(easy, CURLOPT_USERAGENT, s->user_agent);
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
    curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    if (s->cacert != NULL)
        curl_easy_setopt(easy, CURLOPT_CAINFO, s->cacert);
    curl_easy_setopt(easy, CURLOPT_SSLCERT, s->cert);
    curl_easy_setopt(easy, CURLOPT_SSLKEY, s->key);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, s->insecure ? 0L : 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, s->insecure ? 0L : 2L);
    if (shared->resolve != NULL)
        curl_easy_setopt(easy, CURLOPT_RESOLVE, shared->resolve);
#if LIBCURL_VERSION_NUM >= 0x075700
    /* Else removing a transfer waits for its name lookup: a stop would hang on a dead name server. */
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#endif
    return code == CURLE_OK;
}
