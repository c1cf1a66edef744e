#ifndef CRAWL_OPTION_H
#define CRAWL_OPTION_H

#include "options.h"

/* The table of options.def, and values put into it from text. For those who read or print options; all others use the
 * fields of struct options. */

enum option_kind {
    OPTION_BOOL,  /* bool; every one can be said as --name, --no-name and --name=yes */
    OPTION_INT,   /* int */
    OPTION_INT64, /* int64_t */
    OPTION_TIME,  /* int64_t, ms; a bare number counts seconds */
    OPTION_BYTES, /* int64_t */
    OPTION_RATE,  /* int64_t, us between two */
    OPTION_STRING,
    OPTION_LIST,  /* struct options_list; repeatable */
    OPTION_WORDS, /* struct options_list; repeatable, and each value may be several, joined by commas */
    OPTION_ENUM,  /* int: position in choices */
    OPTION_SET,   /* unsigned: bits by position in choices; "a,b", or "+a,-b" to change the built-in set */
    OPTION_COUNT, /* int: one more each time it is said */
    OPTION_ALIAS  /* stands for another option with its value: `alias` */
};

enum option_group {
    GROUP_FILES,
    GROUP_SPEED,
    GROUP_PATIENCE,
    GROUP_LIMITS,
    GROUP_SCOPE,
    GROUP_HTTP,
    GROUP_KEEP,
    GROUP_TALK,
    GROUP_OTHER,
    GROUP_VERBS,
    GROUP_TESTING,
    GROUP_COUNT
};

enum option_flag {
    OPTION_COMMON = 1,       /* part of the short help */
    OPTION_PER_HOST = 2,     /* may stand in a [host ...] section */
    OPTION_SECRET = 4,       /* its value is never printed or recorded */
    OPTION_COMMAND_LINE = 8, /* no configuration key, no environment variable */
    OPTION_MAY_BE_BARE = 16  /* its argument may be left out; it is `bare` then */
};

struct option_entry {
    const char *name;
    const char *alias;    /* OPTION_ALIAS: "name=value" */
    const char *fallback; /* built-in value, read like the user's own; NULL: none (NULL, empty) */
    const char *bare;     /* the value when the argument is left out */
    const char *choices;  /* names separated by blanks */
    const char *word;     /* a word for word_value, besides numbers */
    const char *argument; /* what help calls the value */
    const char *help;     /* a sentence without its full stop */
    size_t field;         /* offset in struct options */
    int64_t min, max;     /* of numbers; both 0: from 0 up */
    int64_t word_value;
    enum option_kind kind;
    enum option_group group;
    unsigned flags;
    unsigned verbs; /* bit 1 << enum options_verb; 0: VERB_CRAWL only */
    char letter;
};

extern const struct option_entry option_table[];
extern const size_t option_count;

/* "Files", "Speed", ... */
extern const char *const option_group_names[GROUP_COUNT];

/* Where a value comes from; a higher rank overrides a lower. */
enum option_rank { RANK_BUILT_IN, RANK_SYSTEM, RANK_USER, RANK_FILE, RANK_ENVIRONMENT, RANK_COMMAND_LINE };

/* Who set an option, and to what. */
struct options_note {
    char *text; /* as given; NULL: no value. Of a list, the last one */
    const char *origin;
    enum option_rank rank;
};

struct option_origin {
    enum option_rank rank;
    const char *where; /* "command line", "file:12", "CRAWL_RATE"; copied */
};

bool option_is_for(const struct option_entry *entry, enum options_verb verb);

/* The entry of this whole name for a verb, or NULL. */
const struct option_entry *option_find(enum options_verb verb, const char *name);

/* The entry of this letter for a verb, or NULL. */
const struct option_entry *option_find_letter(enum options_verb verb, char letter);

/* True if any verb has an option of this name, or without one (NULL) of this letter; then the reason says of which
 * verbs `shown`, the option as it was written, is. */
bool option_is_elsewhere(const char *name, char letter, const char *shown, struct err *err);

/* The entry that a user means by `name`: the whole name, "no-" and the name of an OPTION_BOOL (*negated is set then),
 * or with `abbreviated` the beginning of just one of these. NULL: none, or more than one; the reason names what is
 * near. `dashes` ("--" or "") go before names in it. */
const struct option_entry *option_lookup(enum options_verb verb, const char *name, bool abbreviated, const char *dashes,
                                         bool *negated, struct err *err);

/* Appends the environment variable of an option, "CRAWL_MAX_PAGES". */
void option_add_variable(const struct option_entry *entry, struct buf *out);

/* Sets the option from text. An OPTION_BOOL takes a value_bool() word. False: `text` is no such value; the reason says
 * what would be. */
bool option_set(struct options *options, const struct option_entry *entry, const char *text,
                const struct option_origin *origin, struct err *err);

/* A new [host PATTERN] section; later ones override earlier ones. */
struct options_section *option_add_section(struct options *options, const char *pattern, const char *where);

/* The same as option_set() for an option of a section. */
bool option_set_in_section(struct options *options, struct options_section *section, const struct option_entry *entry,
                           const char *text, const struct option_origin *origin, struct err *err);

/* The bit of a per-host option in options_section.given. */
uint64_t option_section_bit(const struct option_entry *entry);

/* Frees what a list holds and leaves it empty. */
void option_clear_list(struct options_list *list);

/* Appends one value of an option; of a secret at most what kind of secret it is, and "***". */
void option_add_value(struct buf *out, const struct option_entry *entry, const char *value);

/* The list of an OPTION_LIST or OPTION_WORDS, else NULL. */
const struct options_list *option_list(const struct options *options, const struct option_entry *entry);

/* Appends the value as text, as it could be given; lists joined by ", "; secrets as above. Adds nothing if there is no
 * value. */
void option_add_text(const struct options *options, const struct option_entry *entry, struct buf *out);

/* The choice at `index` in a list separated by blanks; empty behind the last. */
struct slice option_choice(const char *choices, size_t index);

#endif
