#ifndef CRAWL_PARSER_H
#define CRAWL_PARSER_H

#include "budget.h"
#include "extract.h"
#include "frontier.h"
#include "queue.h"

/* How many pages a parser would rather find in its queue than be woken for each, and how long it waits for them. */
#define PARSER_WANTS       8
#define PARSER_PATIENCE_MS 2

/* A parser thread: takes fetched pages, finds title and links, offers the links
 * to the frontier, gives the body back and hands the page to the writer.
 */
struct parser {
    int number; /* from 0 */
    const struct extract_settings *settings;
    struct frontier *frontier;
    struct queue *to_parse, *to_write;
    struct budget *budget;
    void (*parsed)(const struct page *page); /* told of each page before it is handed on (-v); may be NULL */
};

/* The thread's start; `arg` is its struct parser. Returns NULL when to_parse is closed and empty. */
void *parser_main(void *arg);

#endif
