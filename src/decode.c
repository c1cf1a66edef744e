#include "decode.h"

#include "decode_inside.h"
#include "mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define RATIO_FREE_BYTES (4u * 1024 * 1024)
/* Deflate reaches 1,032 at most, so one stage of it is never held up by this. */
#define RATIO_MAX         1100u
#define CHAIN_EXTRA_BYTES (64u * 1024) /* coded bytes may be a little more than what they code */

/* --- Which codings ------------------------------------------------------------ */

static const struct {
    const char *name;
    enum coding coding;
} NAMES[] = {
    {"gzip", CODING_GZIP},
    {"x-gzip", CODING_GZIP},
    {"deflate", CODING_DEFLATE},
    {"br", CODING_BR},
    {"zstd", CODING_ZSTD},
    {"identity", CODING_IDENTITY},
    {"none", CODING_IDENTITY},
    {"utf-8", CODING_IDENTITY},
    {"utf8", CODING_IDENTITY},
    {"7bit", CODING_IDENTITY},
    {"8bit", CODING_IDENTITY},
    {"binary", CODING_IDENTITY},
    {"aws-chunked", CODING_IDENTITY},
    {"", CODING_IDENTITY},
};

static bool coding_by_name(struct slice name, enum coding *coding)
{
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++)
        if (name.size == strlen(NAMES[i].name) && strncasecmp(name.data, NAMES[i].name, name.size) == 0) {
            *coding = NAMES[i].coding;
            return true;
        }
    return false;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The last element of a comma-separated list without blanks and ";parameters"; *list becomes what is before it. */
static struct slice take_last(struct slice *list)
{
    size_t start = list->size, end = list->size;
    struct slice element;

    while (start > 0 && list->data[start - 1] != ',')
        start--;
    for (size_t i = start; i < end; i++)
        if (list->data[i] == ';')
            end = i;
    list->size = start == 0 ? 0 : start - 1;
    while (start < end && is_blank(list->data[start]))
        start++;
    while (end > start && is_blank(list->data[end - 1]))
        end--;
    element = (struct slice){list->data + start, end - start};
    return element;
}

/* --- Making and unmaking ------------------------------------------------------ */

bool decode_reset(struct decode *d, struct slice content_encoding, struct err *err)
{
    struct slice rest = content_encoding, name;
    enum coding coding;

    d->count = 0;
    d->status = DECODE_OK;
    d->reason = "";
    d->taken = 0;
    while (rest.size > 0) {
        name = take_last(&rest);
        if (!coding_by_name(name, &coding))
            return err_set(err, "unknown Content-Encoding \"%.*s\"", (int)(name.size < 40 ? name.size : 40), name.data);
        if (coding == CODING_IDENTITY)
            continue;
        if (d->count == DECODE_CHAIN_MAX)
            return err_set(err, "more than %d content codings", DECODE_CHAIN_MAX);
        decode_stage_begin(&d->stages[d->count++], coding);
    }
    return true;
}

struct decode *decode_new(struct slice content_encoding, struct err *err)
{
    struct decode *d = mem_new(sizeof *d);

    if (!decode_reset(d, content_encoding, err)) {
        decode_free(d);
        return NULL;
    }
    return d;
}

void decode_free(struct decode *d)
{
    if (d == NULL)
        return;
    for (unsigned i = 0; i < DECODE_CHAIN_MAX; i++)
        decode_stage_end(&d->stages[i]);
    free(d);
}

bool decode_is_identity(const struct decode *d)
{
    return d->count == 0;
}

const char *decode_reason(const struct decode *d)
{
    return d->reason;
}

size_t decode_memory_bytes(const struct decode *d)
{
    size_t bytes = sizeof *d;

    for (unsigned i = 0; i < DECODE_CHAIN_MAX; i++)
        bytes += decode_stage_memory(&d->stages[i]);
    return bytes;
}

/* --- Decoding ----------------------------------------------------------------- */

bool decode_fail(struct decode *d, enum decode_status status, enum coding coding, const char *why)
{
    d->status = status;
    snprintf(d->reason_text, sizeof d->reason_text, "%s: %s", decode_coding_name(coding),
             why == NULL ? "corrupt" : why);
    d->reason = d->reason_text;
    return false;
}

/* Where stage `index` may write next: the buf itself for the last one. A full buf is followed by
 * scratch, since only one more byte tells "too large" from "just fits". */
unsigned char *decode_room(struct decode *d, unsigned index, struct buf *out, size_t *size)
{
    struct stage *s = &d->stages[index];
    size_t left = out->limit > out->size ? out->limit - out->size : 0;

    *size = DECODE_SCRATCH_BYTES;
    if (index + 1 == d->count && left > 0) {
        *size = left < DECODE_SCRATCH_BYTES ? left : DECODE_SCRATCH_BYTES;
        return (unsigned char *)buf_room(out, *size);
    }
    if (s->scratch == NULL)
        s->scratch = mem_alloc(DECODE_SCRATCH_BYTES);
    return s->scratch;
}

/* Passes on `size` bytes that stage `index` wrote to `at`, its room. */
bool decode_deliver(struct decode *d, unsigned index, const unsigned char *at, size_t size, struct buf *out)
{
    struct stage *s = &d->stages[index];

    if (size == 0)
        return true;
    s->given += size;
    if (s->given > RATIO_FREE_BYTES && s->given / RATIO_MAX > d->taken)
        return decode_fail(d, DECODE_TOO_LARGE, s->coding, "becomes more than 1,100 times its size");
    if (index + 1 < d->count) {
        if (s->given > (uint64_t)out->limit + out->limit / 1024 + CHAIN_EXTRA_BYTES)
            return decode_fail(d, DECODE_TOO_LARGE, s->coding,
                               "becomes larger than the limit within a chain of codings");
        return decode_stage_feed(d, index + 1, at, size, out);
    }
    if (at == s->scratch) {
        out->full = true;
        return decode_fail(d, DECODE_TOO_LARGE, s->coding, "becomes larger than the limit");
    }
    out->size += size;
    out->data[out->size] = '\0';
    return true;
}

enum decode_status decode_feed(struct decode *d, struct slice bytes, struct buf *out)
{
    if (d->status != DECODE_OK)
        return d->status;
    d->taken += bytes.size;
    if (d->count > 0) {
        decode_stage_feed(d, 0, (const unsigned char *)bytes.data, bytes.size, out);
        return d->status;
    }
    if (!buf_add(out, bytes.data, bytes.size)) {
        buf_add(out, bytes.data, out->limit - out->size);
        decode_fail(d, DECODE_TOO_LARGE, CODING_IDENTITY, "larger than the limit");
    }
    return d->status;
}

enum decode_status decode_end(struct decode *d)
{
    if (d->status != DECODE_OK || d->taken == 0)
        return d->status;
    for (unsigned i = 0; i < d->count; i++) {
        const struct stage *s = &d->stages[i];
        bool untouched = s->place == PLACE_START && s->held == 0; /* an empty body, coded once less */

        if (!untouched && s->place != PLACE_BETWEEN && s->place != PLACE_ENDED) {
            decode_fail(d, DECODE_TRUNCATED, s->coding, "the stream has no end");
            break;
        }
    }
    return d->status;
}
