#include "summary.h"

#include "sandbox.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <brotli/decode.h>
#include <curl/curl.h>
#include <libpsl.h>
#include <libxml/parser.h>
#include <libxml/xmlversion.h>
#include <pcre2.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#ifdef HAVE_UCHARDET
#include <uchardet/uchardet.h>
#endif
#include <xxhash.h>
#include <zlib.h>
#include <zstd.h>

/* "20914-GITv2.9.14" or "21305" -> "2.9.14": the library's own word, not its header's. */
static void add_libxml2(struct buf *out)
{
    long number = strtol(xmlParserVersion, NULL, 10);

    buf_printf(out, "libxml2/%ld.%ld.%ld", number / 10000, number / 100 % 100, number % 100);
}

/* "10.42 2022-12-11" -> "10.42" */
static void add_pcre2(struct buf *out)
{
    char version[64] = "";
    uint32_t jit = 0;

    pcre2_config(PCRE2_CONFIG_VERSION, version);
    pcre2_config(PCRE2_CONFIG_JIT, &jit);
    buf_printf(out, "PCRE2/%.*s (%s)", (int)strcspn(version, " "), version, jit ? "JIT" : "no JIT");
}

static void add_brotli(struct buf *out)
{
    uint32_t version = BrotliDecoderVersion();

    buf_printf(out, "brotli/%u.%u.%u", version >> 24, version >> 12 & 0xFFF, version & 0xFFF);
}

/* All libraries in one order, with `between` between them. */
static void add_libraries(struct buf *out, const char *between)
{
    const curl_version_info_data *curl = curl_version_info(CURLVERSION_NOW);

    buf_printf(out, "libcurl/%s", curl->version);
    if (curl->ssl_version != NULL)
        buf_printf(out, " (%s%s%s)", curl->ssl_version, curl->nghttp2_version == NULL ? ", no HTTP/2" : ", nghttp2/",
                   curl->nghttp2_version == NULL ? "" : curl->nghttp2_version);
    buf_add_string(out, between);
    add_libxml2(out);
    buf_printf(out, "%sSQLite/%s%s", between, sqlite3_libversion(),
               sqlite3_compileoption_used("ENABLE_FTS5") ? "" : " (no FTS5)");
    buf_add_string(out, between);
    add_pcre2(out);
    buf_printf(out, "%slibpsl/%s%szlib/%s%s", between, psl_get_version(), between, zlibVersion(), between);
    add_brotli(out);
    buf_printf(out, "%szstd/%s%sxxHash/%u.%u.%u", between, ZSTD_versionString(), between, XXH_versionNumber() / 10000,
               XXH_versionNumber() / 100 % 100, XXH_versionNumber() % 100);
#ifdef HAVE_UCHARDET
    buf_printf(out, "%suchardet", between); /* has no version to ask for */
#endif
}

const char *summary_versions(void)
{
    static char text[600];
    struct buf libraries = {.limit = sizeof text - 40};

    add_libraries(&libraries, ", ");
    snprintf(text, sizeof text, "crawl %s, %s", PACKAGE_VERSION, libraries.data);
    buf_free(&libraries);
    return text;
}

void summary_add_versions(struct buf *out)
{
    buf_printf(out, "crawl %s\nCopyright (c) 2026 the crawl authors. MIT License: free software, without warranty.\n\n",
               PACKAGE_VERSION);
    add_libraries(out, "\n");
    buf_add_string(out, "\nsandbox: ");
    sandbox_add_description(out);
    buf_add_char(out, '\n');
}
