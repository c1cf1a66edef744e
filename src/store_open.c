#include "store_sqlite.h"

/* The kinds of address there are: today, a file. */
struct store *store_open(const char *address, const struct store_options *options, enum store_failure *why,
                         struct err *err)
{
    return store_sqlite_open(address, options, why, err);
}
