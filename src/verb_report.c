#include "verb.h"

#include "clock.h"
#include "log.h"
#include "report.h"

#define FALLBACK "crawl-report.html"

static int write_report(const struct options *options, struct reader *reader, struct reader *older)
{
    const char *path = options->result == NULL ? FALLBACK : options->result;
    struct buf text = {.limit = 4 * REPORT_BYTES_MOST};
    struct out out;
    struct err err;
    bool good;

    if (!out_open(&out, path, &err))
        return verb_fail(VERB_FILE, &err);
    good = report_add(&text, reader, older, clock_wall_ms(), &err);
    if (good) {
        buf_add(&out.text, text.data, text.size);
        good = out_close(&out, &err);
    } else {
        out_drop(&out);
    }
    buf_free(&text);
    if (!good)
        return verb_fail(VERB_FILE, &err);
    if (strcmp(path, "-") != 0)
        log_note("the report is %s: open it in a browser", path);
    return VERB_DONE;
}

int verb_report(const struct options *options)
{
    struct reader *reader, *older = NULL;
    struct err err;
    int status;

    if (options->operand_count > 0) {
        err_set(&err, "crawl report takes no words, but \"%.100s\" was given: -o names the report, -d the database",
                options->operands[0]);
        return verb_fail(VERB_USAGE, &err);
    }
    reader = reader_open(options->database, &err);
    if (reader == NULL)
        return verb_fail(VERB_FILE, &err);
    if (options->compare != NULL)
        older = reader_open(options->compare, &err);
    if (options->compare != NULL && older == NULL)
        status = verb_fail(VERB_FILE, &err);
    else
        status = write_report(options, reader, older);
    reader_close(older);
    reader_close(reader);
    return status;
}
