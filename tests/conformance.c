#include "conformance.h"

#include "mem.h"

#include <stdlib.h>

json_t *conformance_cases(const char *file)
{
    const char *shared = getenv("CRAWL_SHARED");
    char path[4096];
    json_t *whole, *cases;

    snprintf(path, sizeof path, "%s/conformance/%s", shared == NULL ? "../shared" : shared, file);
    whole = json_load_file(path, JSON_ALLOW_NUL, NULL);
    if (whole == NULL) {
        printf("skipped: cannot read %s (set CRAWL_SHARED)\n", path);
        return NULL;
    }
    cases = json_incref(json_object_get(whole, "cases"));
    json_decref(whole);
    return cases;
}

const char *conformance_string(const json_t *c, const char *key)
{
    const char *value = json_string_value(json_object_get(c, key));

    return value == NULL ? "" : value;
}

struct slice conformance_bytes(const json_t *c, const char *key)
{
    static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *in = conformance_string(c, key), *digit;
    char *bytes = mem_alloc(strlen(in) + 1);
    unsigned bits = 0, count = 0;
    size_t size = 0;

    for (; *in != '\0' && (digit = strchr(DIGITS, *in)) != NULL; in++) {
        bits = bits << 6 | (unsigned)(digit - DIGITS);
        count += 6;
        if (count >= 8) {
            count -= 8;
            bytes[size++] = (char)(bits >> count & 0xFF);
        }
    }
    return (struct slice){mem_resize(bytes, size == 0 ? 1 : size), size};
}

void conformance_check(struct conformance_count *count, const json_t *c, const char *got, const char *expected)
{
    if (strcmp(got, expected) == 0) {
        count->passed++;
        return;
    }
    count->failed++;
    printf("failed: %s %s: \"%.200s\", not \"%.200s\"\n", count->name, conformance_string(c, "id"), got, expected);
}

bool conformance_end(const struct conformance_count *count)
{
    printf("%s: %u of %u\n", count->name, count->passed, count->passed + count->failed);
    return count->failed == 0 && count->passed > 0;
}
