#ifndef CRAWL_TOKEN_REFS_H
#define CRAWL_TOKEN_REFS_H

#include "buf.h"

/* Character references (WHATWG HTML, 13.2.5.72 and on): named with and without
 * semicolon, decimal, hexadecimal, with the replacements for numbers that name
 * no character. Pure. Threads: any.
 */

#define REF_TEXT_SIZE 6 /* most bytes of UTF-8 that one reference stands for */

/* Reads the reference at `at`, which points to a '&' before `end`. Its text goes
 * to text[], *text_size bytes. Returns how many bytes of the page it takes; 0:
 * it is none, and the '&' is only that. In an attribute's value a name without
 * semicolon before '=' or a letter or digit is none. */
size_t ref_read(const char *at, const char *end, bool in_attribute, char text[REF_TEXT_SIZE], size_t *text_size);

/* The text of the reference `name`, which has neither '&' nor ';'. Empty if
 * there is none. The text lives for ever. */
struct slice ref_by_name(struct slice name);

#endif
