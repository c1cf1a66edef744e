#ifndef CRAWL_TEXT_H
#define CRAWL_TEXT_H

#include "buf.h"

#include <stdint.h>

/* The one place where text of strangers is made fit for a way out, and where
 * UTF-8 is judged. All take any bytes; what is not UTF-8 becomes U+FFFD, as the
 * WHATWG UTF-8 decoder has it. Threads: any.
 *
 * All that append give false when the limit of `out` cut the result; what
 * fitted stands there, cut between two characters (or escapes).
 */

/* Appends `in` as valid UTF-8, each maximal bad part (Unicode 3.9, the same as
 * the WHATWG decoder) as one U+FFFD. */
bool text_add_utf8(struct buf *out, struct slice in);

/* True if `in` is valid UTF-8 throughout. */
bool text_is_utf8(struct slice in);

/* How many bytes at the start of `in` are valid UTF-8. */
size_t text_utf8_size(struct slice in);

/* The same for ASCII. */
size_t text_ascii_size(struct slice in);

/* How many bytes one U+FFFD stands for where `in` begins with something bad,
 * that is, text_utf8_size() is 0 and `in` is not empty. `*cut` becomes true if
 * it is only the end of `in` that makes it bad: a character cut in two. */
size_t text_utf8_bad_size(struct slice in, bool *cut);

/* Takes the character off the start of `in`, which is valid UTF-8 and not
 * empty. */
uint32_t text_next(struct slice *in);

/* Writes `character`, a Unicode scalar value, to bytes[]. Gives its size, 1 to 4. */
size_t text_put(char bytes[4], uint32_t character);

/* True if `in` is `lower`, a string in lower case, but for the case of ASCII letters. */
bool text_is_nocase(struct slice in, const char *lower);

/* True if `in` begins so. */
bool text_begins_nocase(struct slice in, const char *lower);

/* The longest prefix of valid UTF-8 `in` that has at most `size` bytes and ends
 * between two characters. */
struct slice text_prefix(struct slice in, size_t size);

/* For a terminal or a log line: C0, C1, DEL, line and paragraph separators and
 * bidirectional controls become visible escapes such as \x1b and \u202e, so
 * that it stays one line and commands nothing. */
bool text_add_terminal(struct buf *out, struct slice in);

/* The inside of a JSON string (RFC 8259), with < > & U+2028 U+2029 escaped too,
 * so that it may stand in a <script> element. Without the quotes. */
bool text_add_json(struct buf *out, struct slice in);

/* The same for JSON that goes into a file or a pipe, and may end on a terminal: < > & stand as they are, and what would
 * command a terminal is escaped. */
bool text_add_json_output(struct buf *out, struct slice in);

/* For HTML and XML text and attribute values: & < > " ' and CR as references;
 * what XML 1.0 forbids (controls, U+FFFE, U+FFFF) as U+FFFD. */
bool text_add_html(struct buf *out, struct slice in);

/* A CSV cell (RFC 4180), quoted if need be. One that a spreadsheet would take
 * for a formula (= + - @ or their wide forms, TAB CR LF first) gets a ' in
 * front; `separator` is ',' or '\t'. */
bool text_add_csv(struct buf *out, struct slice in, char separator);

#endif
