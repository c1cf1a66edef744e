#include "token.h"

#include "mem.h"
#include "token_tree.h"
#include "token_words.h"

#include <stdlib.h>

/* The tokenizer (WHATWG HTML, 13.2.5): finds tags, comments and raw text in the
 * page and gives them to tree construction. A state of the standard is a place in the
 * code here; `at` is where we are. */
struct token {
    struct name_table names;
    struct tree tree;
    const char *at;
    const char *end;
    struct tag tag; /* being read; attribute values only where `has` says so */
    bool hashing;
    struct words words;
    void (*flush)(void *context, struct slice piece, bool last);
    void *context;
};

struct token *token_new(void)
{
    struct token *t = mem_new(sizeof *t);

    name_table_fill(&t->names);
    return t;
}

void token_free(struct token *t)
{
    if (t == NULL)
        return;
    tree_free(&t->tree);
    free(t);
}

static inline bool is_letter(char c)
{
    return (unsigned char)((c | 0x20) - 'a') < 26;
}

static void identify(struct token *t, struct tag *tag, struct slice name)
{
    tag->name = name_find(&t->names, name, (size_t)(t->end - name.data));
    tag->hash = tag->name == NAME_OTHER ? name_hash(name) : 0;
}

/* The end tag `</name` that ends raw text, from `p` on: its '<', or `end`. */
static const char *find_raw_end(const char *p, const char *end, const char *name, size_t size)
{
    for (; (p = tag_find(p, end, '<')) < end; p++) {
        if ((size_t)(end - p) < size + 3 || p[1] != '/' || tag_is_name(p[size + 2]))
            continue;
        if (name_is((struct slice){p + 2, size}, name))
            return p;
    }
    return end;
}

static bool begins_with_name(const char *p, const char *end, const char *name)
{
    size_t size = strlen(name);

    return (size_t)(end - p) > size && name_is((struct slice){p, size}, name) && !tag_is_name(p[size]);
}

/* The '<' of the end tag of a script's text, or `end`. In an escaped part ("<!--" up to
 * "-->") a "<script" makes it double escaped: the next "</script" ends only that. */
static const char *find_script_end(const char *p, const char *end)
{
    enum { PLAIN_SCRIPT, ESCAPED, DOUBLE_ESCAPED } state = PLAIN_SCRIPT;
    const char *next_dash = p;

    while (p < end) {
        const char *lt = tag_find(p, end, '<');

        if (state != PLAIN_SCRIPT) {
            /* "-->" may come first; its dashes may be those of "<!--" itself. */
            const char *gt = next_dash;

            while ((gt = tag_find(gt, lt, '>')) < lt && !(gt[-1] == '-' && gt[-2] == '-'))
                gt++;
            next_dash = gt;
            if (gt < lt) {
                state = PLAIN_SCRIPT;
                p = gt + 1;
                continue;
            }
        }
        if (lt == end)
            return end;
        p = lt + 1;
        if (begins_with_name(p, end, "/script")) {
            if (state != DOUBLE_ESCAPED)
                return lt;
            state = ESCAPED;
        } else if (state == ESCAPED && begins_with_name(p, end, "script")) {
            state = DOUBLE_ESCAPED;
        } else if (state == PLAIN_SCRIPT && end - p >= 3 && memcmp(p, "!--", 3) == 0) {
            state = ESCAPED;
            p += 3;
            next_dash = p;
        }
        if (next_dash < p)
            next_dash = p;
    }
    return end;
}

/* Reads the text of a raw element and its end tag. */
static void read_raw(struct token *t, struct slice name, enum raw raw)
{
    const char *start = t->at, *stop, *behind;
    char lower[16];
    struct tag unused;

    if (raw == RAW_PLAIN) {
        t->at = t->end;
        return;
    }
    for (size_t i = 0; i < name.size; i++)
        lower[i] = (char)(name.data[i] | 0x20);
    lower[name.size] = '\0';
    stop = raw == RAW_SCRIPT ? find_script_end(start, t->end) : find_raw_end(start, t->end, lower, name.size);
    if (raw == RAW_TITLE)
        notes_title(&t->tree.notes, (struct slice){start, (size_t)(stop - start)});
    behind = stop == t->end ? NULL : tag_read_attributes(&unused, stop + 2 + name.size, t->end, false);
    t->at = behind == NULL ? t->end : behind;
}

static void start_tag(struct token *t)
{
    const char *name = t->at + 1, *stop = tag_name_end(name, t->end), *behind;
    struct slice text = {name, (size_t)(stop - name)};

    identify(t, &t->tag, text);
    behind = tag_read_attributes(&t->tag, stop, t->end, (name_facts[t->tag.name] & NAME_ATTRIBUTES) != 0);
    if (behind == NULL) {
        t->at = t->end;
        return;
    }
    t->at = behind;
    tree_start_tag(&t->tree, &t->tag);
    if (t->tree.raw != RAW_NONE)
        read_raw(t, text, t->tree.raw);
}

static void end_tag(struct token *t)
{
    const char *name = t->at + 2, *stop = tag_name_end(name, t->end), *behind;

    if (stop < t->end && *stop == '>')
        behind = stop + 1;
    else
        behind = tag_read_attributes(&t->tag, stop, t->end, false);
    if (behind == NULL) {
        t->at = t->end;
        return;
    }
    identify(t, &t->tag, (struct slice){name, (size_t)(stop - name)});
    t->at = behind;
    tree_end_tag(&t->tree, t->tag.name, t->tag.hash);
}

/* Behind the comment whose text begins at `p`. */
static const char *comment_end(const char *p, const char *end)
{
    if (p < end && *p == '>')
        return p + 1;
    if (end - p >= 2 && p[0] == '-' && p[1] == '>')
        return p + 2;
    for (; (p = tag_find(p, end, '-')) < end; p++) {
        if (end - p >= 3 && p[1] == '-' && p[2] == '>')
            return p + 3;
        if (end - p >= 4 && p[1] == '-' && p[2] == '!' && p[3] == '>')
            return p + 4;
    }
    return end;
}

static const char *behind(const char *found, const char *end)
{
    return found == end ? end : found + 1;
}

/* A DOCTYPE at "<!DOCTYPE": only the name decides here whether it is one of old. */
static void doctype(struct token *t)
{
    const char *name = tag_skip_spaces(t->at + 9, t->end), *stop = tag_name_end(name, t->end);

    tree_doctype(&t->tree, !name_is((struct slice){name, (size_t)(stop - name)}, "html"));
    t->at = behind(tag_find(t->at, t->end, '>'), t->end);
}

static void text(struct token *t, const char *start, const char *stop, bool is_cdata)
{
    struct slice run = {start, (size_t)(stop - start)};

    if (t->hashing && !stack_has(&t->tree.stack, NAME_TEMPLATE))
        words_add(&t->words, run, t->end);
    if (!tree_skips_text(&t->tree))
        tree_text(&t->tree, run, is_cdata);
}

static void cdata(struct token *t)
{
    const char *start = t->at + 9, *stop = start;

    while ((stop = tag_find(stop, t->end, ']')) < t->end && !(t->end - stop >= 3 && stop[1] == ']' && stop[2] == '>'))
        stop++;
    if (stop > start)
        text(t, start, stop, true);
    t->at = stop == t->end ? stop : stop + 3;
}

static void markup_declaration(struct token *t)
{
    const char *p = t->at + 2;
    size_t left = (size_t)(t->end - p);

    if (left >= 2 && p[0] == '-' && p[1] == '-')
        t->at = comment_end(p + 2, t->end);
    else if (left >= 7 && name_is((struct slice){p, 7}, "doctype"))
        doctype(t);
    else if (left >= 7 && memcmp(p, "[CDATA[", 7) == 0 && !tree_in_html(&t->tree))
        cdata(t);
    else
        t->at = behind(tag_find(p, t->end, '>'), t->end);
}

/* At a '<'. False: it is only text. */
static bool markup(struct token *t)
{
    const char *p = t->at + 1;

    if (p == t->end)
        return false;
    if (is_letter(*p)) {
        start_tag(t);
    } else if (*p == '/') {
        if (p + 1 == t->end)
            return false;
        if (is_letter(p[1]))
            end_tag(t);
        else
            t->at = behind(tag_find(p + 1, t->end, '>'), t->end);
    } else if (*p == '!') {
        markup_declaration(t);
    } else if (*p == '?') {
        t->at = behind(tag_find(p, t->end, '>'), t->end);
    } else {
        return false;
    }
    return true;
}

static void flush_piece(void *context, const char *data, size_t size)
{
    struct token *t = context;

    t->flush(t->context, (struct slice){data, size}, false);
}

void token_read(struct token *t, struct slice page, const struct token_wants *wants,
                void (*flush)(void *context, struct slice piece, bool last), void *context, struct token_text *hashes)
{
    struct writer *w = &t->tree.notes.writer;

    t->hashing = wants->text_hashes;
    words_start(&t->words, wants->echo);
    t->at = page.data;
    t->end = page.data + page.size;
    t->flush = flush;
    t->context = context;
    w->flush = flush_piece;
    w->context = t;
    w->size = 0;
    tree_start(&t->tree, wants, page.size);
    while (t->at < t->end) {
        const char *from = t->at, *lt = tag_find(from, t->end, '<');

        /* A '<' that begins no markup belongs to the text behind it. */
        if (lt > from)
            text(t, from, lt, false);
        t->at = lt;
        if (lt < t->end && !markup(t)) {
            const char *next = tag_find(lt + 1, t->end, '<');

            text(t, lt, next, false);
            t->at = next;
        }
    }
    notes_end(&t->tree.notes);
    if (t->hashing)
        words_end(&t->words, hashes);
    flush(context, (struct slice){w->data, w->size}, true);
}
