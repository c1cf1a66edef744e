#ifndef CRAWL_TEXT_H
#define CRAWL_TEXT_H

#include "buf.h"

/* The one place where text of strangers is made fit for a way out. All take any
 * bytes; what is not UTF-8 becomes U+FFFD. Threads: any.
 */

/* Appends `in` as valid UTF-8, each maximal bad part (Unicode 3.9, the same as
 * the WHATWG decoder) as one U+FFFD. False when the limit of `out` cut it; the
 * cut is at a character boundary. */
bool text_add_utf8(struct buf *out, struct slice in);

/* True if `in` is valid UTF-8 throughout. */
bool text_is_utf8(struct slice in);

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

/* For HTML and XML text and attribute values: & < > " ' as references; controls
 * that XML forbids as U+FFFD. */
bool text_add_html(struct buf *out, struct slice in);

/* A CSV cell (RFC 4180), quoted if need be. One that a spreadsheet would take
 * for a formula (= + - @ TAB CR first) gets a ' in front; `separator` is ',' or
 * '\t'. */
bool text_add_csv(struct buf *out, struct slice in, char separator);

#endif
