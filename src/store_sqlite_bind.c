#include "store_sqlite_parts.h"

#include "mem.h"
#include "text.h"

#include <stdlib.h>

struct binder store_binder(struct sqlite_store *s, enum statement which)
{
    return (struct binder){.store = s, .statement = store_sqlite_statement(s, which), .at = 1};
}

void store_bind(struct binder *b, int64_t value)
{
    sqlite3_bind_int64(b->statement, b->at++, value);
}

void store_bind_unless(struct binder *b, int64_t value, int64_t null)
{
    if (value == null)
        sqlite3_bind_null(b->statement, b->at++);
    else
        sqlite3_bind_int64(b->statement, b->at++, value);
}

void store_bind_text(struct binder *b, struct slice text)
{
    sqlite3_bind_text(b->statement, b->at++, text.size == 0 ? "" : text.data, (int)text.size, SQLITE_STATIC);
}

void store_bind_some(struct binder *b, struct slice text)
{
    if (text.size == 0)
        sqlite3_bind_null(b->statement, b->at++);
    else
        store_bind_text(b, text);
}

void store_bind_web(struct binder *b, struct slice text)
{
    if (text_is_utf8(text)) {
        store_bind_some(b, text);
        return;
    }
    buf_clear(&b->store->clean);
    text_add_utf8(&b->store->clean, text);
    /* Our copy: of SQLite's own it would be NULL, and nobody told, when there is no memory. */
    sqlite3_bind_text(b->statement, b->at++, mem_copy(b->store->clean.data, b->store->clean.size),
                      (int)b->store->clean.size, free);
}
