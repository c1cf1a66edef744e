#include "verb.h"

#include "mem.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define QUERY_LIMIT (1u << 20)

/* The query: the operand, or with "-" all of standard input. To be freed; NULL with the reason. */
static char *read_query(const struct options *options, struct err *err)
{
    struct buf text = {.limit = QUERY_LIMIT};
    char *query = NULL;
    int c;

    if (options->operand_count == 0)
        err_set(err, "crawl sql needs a query: crawl sql 'SELECT url, title FROM pages LIMIT 10'");
    else if (options->operand_count > 1)
        err_set(err, "crawl sql takes one query: put it in quotes, crawl sql 'SELECT ...'");
    else if (strcmp(options->operands[0], "-") != 0)
        return mem_string(options->operands[0]);
    else {
        while ((c = getc(stdin)) != EOF)
            buf_add_char(&text, (char)c);
        if (ferror(stdin))
            err_set(err, "cannot read standard input: %s", strerror(errno));
        else if (text.full)
            err_set(err, "the query is longer than 1 MB");
        else if (text.size == 0)
            err_set(err, "there is no query on standard input");
        else
            query = mem_string(text.data);
    }
    buf_free(&text);
    return query;
}

int verb_sql(const struct options *options)
{
    struct err err;
    struct reader *reader;
    char *query = read_query(options, &err);
    int status;

    if (query == NULL)
        return verb_fail(VERB_USAGE, &err);
    reader = reader_open(options->database, &err);
    if (reader == NULL)
        status = verb_fail(VERB_FILE, &err);
    else
        status = verb_write_rows(options, reader, reader_prepare(reader, query, &err), VERB_USAGE, NULL, &err);
    reader_close(reader);
    free(query);
    return status;
}
