#include "verb.h"

#include "explain.h"
#include "mem.h"
#include "text.h"

#include <stdlib.h>

/* Explains one URL to `out`; gives the exit status. */
static int explain(const struct options *options, struct reader *reader, const struct explain_rules *rules,
                   const char *operand, struct out *out)
{
    struct buf asked = {.limit = URL_LIMIT + 1};
    struct explanation *e = mem_new(sizeof *e);
    struct err err;
    bool usage;
    int status = VERB_DONE;

    text_add_utf8(&asked, slice_of(operand));
    if (asked.full || asked.size == 0) {
        err_set(&err, "\"%.100s\" is no URL", operand);
        status = verb_fail(VERB_USAGE, &err);
    } else if (!explain_url(e, reader, rules, asked.data, &usage, &err)) {
        status = verb_fail(usage ? VERB_USAGE : VERB_FILE, &err);
    } else if (options->json) {
        explain_add_json(e, &out->text);
    } else {
        if (out_size(out) > 0)
            buf_add_char(&out->text, '\n');
        explain_add_text(e, &out->text);
    }
    explanation_free(e);
    free(e);
    buf_free(&asked);
    return status;
}

static int explain_all(const struct options *options, struct reader *reader)
{
    struct err err;
    struct explain_rules *rules = explain_rules_new(reader, options, &err);
    struct out out;
    int status = VERB_DONE, worst = VERB_DONE;

    if (rules == NULL)
        return verb_fail(VERB_USAGE, &err);
    if (!out_open(&out, NULL, &err)) {
        explain_rules_free(rules);
        return verb_fail(VERB_FILE, &err);
    }
    for (size_t i = 0; i < options->operand_count && out_pass(&out); i++) {
        status = explain(options, reader, rules, options->operands[i], &out);
        worst = status > worst ? status : worst;
    }
    explain_rules_free(rules);
    return out_close(&out, &err) ? worst : verb_fail(VERB_FILE, &err);
}

int verb_explain(const struct options *options)
{
    struct err err;
    struct reader *reader;
    int status;

    if (options->operand_count == 0) {
        err_set(&err, "crawl explain needs a URL: crawl explain https://example.org/missing.html");
        return verb_fail(VERB_USAGE, &err);
    }
    reader = reader_open(options->database, &err);
    if (reader == NULL)
        return verb_fail(VERB_FILE, &err);
    status = explain_all(options, reader);
    reader_close(reader);
    return status;
}
