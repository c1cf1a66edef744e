#include "report_tree.h"

#include "mem.h"
#include "report_markup.h"
#include "text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define NODES_MOST    250000 /* kept while counting */
#define NAMES_MOST    (16u << 20)
#define NAME_SIZE     120 /* longer parts are cut */
#define PARTS_MOST    16  /* of a path */
#define CHOSEN_MOST   900 /* for the script */
#define JSON_MOST     (40u << 10)
#define ROW_HEIGHT    28
#define LEAST_PERCENT 0.25 /* narrower nodes are left out of the picture */
#define SLOTS         (1u << 19)

struct node {
    uint32_t parent;
    uint32_t first_child, next; /* 0: none; the root is nobody's child */
    uint32_t name_at, name_size;
    uint32_t pages, broken, slow;
    bool is_chosen;
};

struct report_tree {
    struct node *nodes; /* [0] is the root */
    size_t count, capacity;
    struct buf names;
    uint32_t *slots; /* node numbers by parent and name; 0: free */
};

struct report_tree *report_tree_new(void)
{
    struct report_tree *tree = mem_new(sizeof *tree);

    tree->capacity = 1024;
    tree->nodes = mem_array(tree->capacity, sizeof *tree->nodes);
    tree->count = 1;
    tree->names.limit = NAMES_MOST;
    tree->slots = mem_array(SLOTS, sizeof *tree->slots);
    return tree;
}

void report_tree_free(struct report_tree *tree)
{
    if (tree == NULL)
        return;
    buf_free(&tree->names);
    free(tree->nodes);
    free(tree->slots);
    free(tree);
}

/* --- Counting ----------------------------------------------------------------------- */

static struct slice name_of(const struct report_tree *tree, const struct node *node)
{
    return (struct slice){tree->names.data + node->name_at, node->name_size};
}

/* FNV-1a. What crafted names could do is make this slower, within the bound of NODES_MOST. */
static uint32_t slot_of(uint32_t parent, struct slice name)
{
    uint64_t hash = 14695981039346656037u ^ parent * 0x9E3779B97F4A7C15u;

    for (size_t i = 0; i < name.size; i++)
        hash = (hash ^ (unsigned char)name.data[i]) * 1099511628211u;
    return (uint32_t)(hash >> 32) % SLOTS;
}

static uint32_t add_node(struct report_tree *tree, uint32_t parent, struct slice name)
{
    struct node *node;

    if (tree->count == tree->capacity) {
        tree->capacity *= 2;
        tree->nodes = mem_resize(tree->nodes, tree->capacity * sizeof *tree->nodes);
    }
    node = &tree->nodes[tree->count];
    *node = (struct node){.parent = parent,
                          .next = tree->nodes[parent].first_child,
                          .name_at = (uint32_t)tree->names.size,
                          .name_size = (uint32_t)name.size};
    if (!buf_add(&tree->names, name.data, name.size))
        return 0;
    tree->nodes[parent].first_child = (uint32_t)tree->count;
    return (uint32_t)tree->count++;
}

/* The child of that name, made if need be; 0: there is no more room. */
static uint32_t find_child(struct report_tree *tree, uint32_t parent, struct slice name)
{
    uint32_t slot;

    if (name.size > NAME_SIZE)
        name = text_prefix(name, NAME_SIZE);
    for (slot = slot_of(parent, name); tree->slots[slot] != 0; slot = (slot + 1) % SLOTS) {
        const struct node *node = &tree->nodes[tree->slots[slot]];

        if (node->parent == parent && node->name_size == name.size &&
            memcmp(tree->names.data + node->name_at, name.data, name.size) == 0)
            return tree->slots[slot];
    }
    if (tree->count < NODES_MOST)
        tree->slots[slot] = add_node(tree, parent, name);
    return tree->slots[slot];
}

static void count_at(struct report_tree *tree, uint32_t at, bool is_broken, bool is_slow)
{
    tree->nodes[at].pages++;
    tree->nodes[at].broken += is_broken;
    tree->nodes[at].slow += is_slow;
}

void report_tree_add(struct report_tree *tree, struct slice url, bool is_broken, bool is_slow)
{
    size_t end = markup_origin_size(url), begin = 0;
    uint32_t at = 0;

    count_at(tree, 0, is_broken, is_slow);
    if (end == 0)
        return;
    for (int parts = 0; parts <= PARTS_MOST; parts++) {
        at = find_child(tree, at, (struct slice){url.data + begin, end - begin});
        if (at == 0)
            return;
        count_at(tree, at, is_broken, is_slow);
        if (end == url.size || url.data[end] != '/')
            return;
        begin = end;
        for (end++; end < url.size && strchr("/?#", url.data[end]) == NULL;)
            end++;
        if (end == begin + 1) /* "/" alone is the page of the node above */
            return;
    }
}

/* --- Choosing -------------------------------------------------------------------------- */

static const struct report_tree *sorted; /* qsort takes no argument */

/* Most pages first; a node always stands behind the one above it, which is older and has as many pages. */
static int compare_nodes(const void *a, const void *b)
{
    uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
    uint32_t x = sorted->nodes[i].pages, y = sorted->nodes[j].pages;

    return x != y ? (x < y) - (x > y) : (i > j) - (i < j);
}

static void sort_nodes(const struct report_tree *tree, uint32_t *list, size_t count)
{
    sorted = tree;
    qsort(list, count, sizeof *list, compare_nodes);
    sorted = NULL;
}

/* Links the chosen children of each node anew, in order. */
void report_tree_finish(struct report_tree *tree)
{
    uint32_t *order = mem_array(tree->count, sizeof *order);
    size_t chosen, bytes = 0;

    for (size_t i = 0; i < tree->count; i++)
        order[i] = (uint32_t)i;
    sort_nodes(tree, order, tree->count);
    for (chosen = 0; chosen < tree->count && chosen < CHOSEN_MOST && bytes < JSON_MOST; chosen++)
        bytes += tree->nodes[order[chosen]].name_size + 20;
    for (size_t i = 0; i < tree->count; i++)
        tree->nodes[i].first_child = tree->nodes[i].next = 0;
    for (size_t i = chosen; i-- > 1;) {
        struct node *node = &tree->nodes[order[i]];

        node->is_chosen = true;
        node->next = tree->nodes[node->parent].first_child;
        tree->nodes[node->parent].first_child = order[i];
    }
    free(order);
}

/* Where the picture begins: a single host is its own root. */
static uint32_t top_of(const struct report_tree *tree)
{
    uint32_t first = tree->nodes[0].first_child;

    return first != 0 && tree->nodes[first].next == 0 && tree->nodes[first].pages == tree->nodes[0].pages ? first : 0;
}

static void add_name(const struct report_tree *tree, struct buf *out, uint32_t at)
{
    if (at == 0)
        buf_add_string(out, "all hosts");
    else
        markup_add_text(out, name_of(tree, &tree->nodes[at]), 40);
}

/* --- The picture ----------------------------------------------------------------------------- */

/* The class of a node's colour, by the larger of its two shares: b1 to b4 broken, s1 to s4 slow. */
static void add_colour(struct buf *out, const struct node *node)
{
    uint32_t most = node->broken >= node->slow ? node->broken : node->slow;
    double share = node->pages == 0 ? 0 : (double)most / node->pages;

    if (most == 0)
        buf_add_string(out, "b0");
    else
        buf_printf(out, "%c%d", node->broken >= node->slow ? 'b' : 's',
                   share < 0.05  ? 1
                   : share < 0.2 ? 2
                   : share < 0.5 ? 3
                                 : 4);
}

static void add_node_svg(const struct report_tree *tree, struct buf *out, uint32_t at, double x, double width,
                         int level)
{
    const struct node *node = &tree->nodes[at];
    struct buf name = {.limit = 4096};

    add_name(tree, &name, at);
    buf_printf(out, "<svg x=\"%.3f%%\" y=\"%d\" width=\"%.3f%%\" height=\"%d\"><rect class=\"", x, level * ROW_HEIGHT,
               width, ROW_HEIGHT);
    add_colour(out, node);
    buf_printf(out, "\" width=\"100%%\" height=\"%d\"><title>%.*s: ", ROW_HEIGHT, (int)name.size, name.data);
    markup_add_number(out, node->pages);
    buf_printf(out, " page%s, %u broken, %u slow</title></rect>", node->pages == 1 ? "" : "s", node->broken,
               node->slow);
    if (width > 2.5 && (width > 9 || width * 10 > 14 + 7 * (double)node->name_size))
        buf_printf(out, "<text x=\"7\" y=\"18\">%.*s</text>", (int)name.size, name.data);
    buf_add_string(out, "</svg>");
    buf_free(&name);
}

static void add_level(const struct report_tree *tree, struct buf *out, uint32_t at, double x, double width, int level,
                      int levels)
{
    add_node_svg(tree, out, at, x, width, level);
    if (level + 1 >= levels)
        return;
    for (uint32_t child = tree->nodes[at].first_child; child != 0; child = tree->nodes[child].next) {
        double share = width * tree->nodes[child].pages / tree->nodes[at].pages;

        if (share >= LEAST_PERCENT)
            add_level(tree, out, child, x, share, level + 1, levels);
        x += share;
    }
}

/* How many levels are drawn below and with `at`. */
static int count_levels(const struct report_tree *tree, uint32_t at, double width, int most)
{
    int deepest = 0;

    for (uint32_t child = tree->nodes[at].first_child; most > 1 && child != 0; child = tree->nodes[child].next) {
        double share = width * tree->nodes[child].pages / tree->nodes[at].pages;
        int levels = share < LEAST_PERCENT ? 0 : count_levels(tree, child, share, most - 1);

        deepest = levels > deepest ? levels : deepest;
    }
    return 1 + deepest;
}

void report_tree_add_svg(const struct report_tree *tree, struct buf *out, int levels)
{
    buf_printf(
        out,
        "<svg id=\"icicle\" class=\"icicle\" role=\"img\" aria-labelledby=\"icicle-t icicle-d\" width=\"100%%\" "
        "height=\"%d\"><title id=\"icicle-t\">Pages by the parts of their addresses</title><desc id=\"icicle-d\">"
        "Each box is a host or a folder, as wide as it has pages, below the one that it is in; red boxes hold "
        "broken pages, amber ones slow pages.</desc>",
        (tree->nodes[0].pages > 0 ? count_levels(tree, top_of(tree), 100, levels) : 1) * ROW_HEIGHT);
    if (tree->nodes[0].pages > 0)
        add_level(tree, out, top_of(tree), 0, 100, 0, levels);
    buf_add_string(out, "</svg>");
}

static void add_json(const struct report_tree *tree, struct buf *out, uint32_t at)
{
    const struct node *node = &tree->nodes[at];
    struct buf name = {.limit = 1024};

    if (at == 0)
        buf_add_string(&name, "all hosts");
    else
        text_add_terminal(&name, name_of(tree, node));
    buf_add_string(out, "[\"");
    text_add_json(out, buf_slice(&name));
    buf_printf(out, "\",%u,%u,%u", node->pages, node->broken, node->slow);
    buf_free(&name);
    if (node->first_child != 0)
        buf_add_string(out, ",[");
    for (uint32_t child = node->first_child; child != 0; child = tree->nodes[child].next) {
        add_json(tree, out, child);
        buf_add_char(out, tree->nodes[child].next == 0 ? ']' : ',');
    }
    buf_add_char(out, ']');
}

void report_tree_add_json(const struct report_tree *tree, struct buf *out)
{
    add_json(tree, out, top_of(tree));
}
