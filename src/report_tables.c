#include "report_tables.h"

#include "report_chart.h"
#include "report_markup.h"
#include "report_table.h"
#include "words.h"

#include <stdlib.h>
#include <string.h>

#define ROWS_WITH_BARS 12

static const struct report_table tables[] = {
    {
        .id = "broken",
        .title = "Broken links",
        .words = "What does not answer with a good page, and where it is linked: up to three sources each, with their "
                 "anchor texts.",
        .nothing = "Every link that was followed led to a good page.",
        .all = "SELECT * FROM broken_links",
        .counts = "SELECT CASE WHEN p.status >= 400 THEN p.status ELSE replace(o.name, '_', ' ') END, count(*)"
                  " FROM page p JOIN outcome o ON o.id = p.outcome WHERE p.outcome NOT IN (1, 2, 4) AND p.kind <> 2"
                  " GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20",
        .share = 60,
        .sql = "WITH broken AS MATERIALIZED (SELECT b.dst, count(*) AS links FROM bad_links b"
               " CROSS JOIN page p ON p.id = b.dst AND p.outcome NOT IN (1, 2, 4)"
               " GROUP BY b.dst ORDER BY 2 DESC, 1 LIMIT 200),"
               " source AS MATERIALIZED (SELECT * FROM (SELECT b.dst, b.link_id,"
               " row_number() OVER (PARTITION BY b.dst ORDER BY b.link_id) AS place"
               " FROM bad_links b WHERE b.dst IN (SELECT dst FROM broken)) WHERE place <= 3),"
               " shown AS MATERIALIZED (SELECT s.dst, s.place, u.url, a.text AS anchor FROM source s"
               " JOIN link l ON l.id = s.link_id JOIN url u ON u.id = l.src LEFT JOIN anchor a ON a.id = l.anchor_id)"
               " SELECT u.url, p.status, coalesce(nullif(p.error, ''), o.name), b.links,"
               " max(s.url) FILTER (WHERE place = 1), max(s.anchor) FILTER (WHERE place = 1),"
               " max(s.url) FILTER (WHERE place = 2), max(s.anchor) FILTER (WHERE place = 2),"
               " max(s.url) FILTER (WHERE place = 3), max(s.anchor) FILTER (WHERE place = 3)"
               " FROM broken b JOIN url u ON u.id = b.dst JOIN page p ON p.id = b.dst"
               " LEFT JOIN outcome o ON o.id = p.outcome LEFT JOIN shown s ON s.dst = b.dst"
               " GROUP BY b.dst ORDER BY b.links DESC, b.dst",
        .columns = {{"Broken", CELL_URL}, {"Answer", CELL_STATUS}, {"Links", CELL_NUMBER}, {"Found on", CELL_SOURCES}},
    },
    {
        .id = "soft-404",
        .title = "Not found, with status 200",
        .words = "Pages that say what their host says of a name that does not exist.",
        .all = "SELECT * FROM soft_404s",
        .only_if = "SELECT count(*) FROM page WHERE soft_404 = 1",
        .share = 26,
        .sql = "SELECT url, title, found_on FROM soft_404s LIMIT 200",
        .columns = {{"Page", CELL_URL}, {"Title", CELL_TEXT}, {"Found on", CELL_URL}},
    },
    {
        .id = "redirects",
        .title = "Redirect chains and loops",
        .words = "Addresses that take two redirects or more, or lead in a circle.",
        .nothing = "No redirect leads to another one.",
        .all = "SELECT * FROM redirect_chains",
        .share = 26,
        .sql =
            "SELECT start, hops, CASE WHEN is_loop THEN 'a loop' ELSE 'a chain' END, final, final_status, final_outcome"
            " FROM redirect_chains ORDER BY is_loop DESC, hops DESC, start LIMIT 200",
        .columns = {{"From", CELL_URL},
                    {"Hops", CELL_NUMBER},
                    {"Kind", CELL_TEXT},
                    {"Ends at", CELL_URL},
                    {"Answer", CELL_STATUS}},
    },
    {
        .id = "duplicates",
        .title = "Duplicate titles",
        .words = "One title on several pages: search results cannot tell them apart.",
        .nothing = "No two pages have the same title.",
        .all = "SELECT * FROM duplicate_titles",
        .share = 26,
        .sql = "SELECT title, pages, example_url FROM duplicate_titles LIMIT 200",
        .columns = {{"Title", CELL_TEXT}, {"Pages", CELL_NUMBER}, {"For example", CELL_URL}},
    },
    {
        .id = "untitled",
        .title = "Missing titles",
        .words = "Pages of HTML without a title, or with an empty one.",
        .nothing = "Every page has a title.",
        .all = "SELECT * FROM missing_titles",
        .share = 22,
        .sql = "SELECT url, CASE WHEN is_empty THEN 'empty' ELSE 'missing' END, h1, found_on FROM missing_titles LIMIT "
               "200",
        .columns = {{"Page", CELL_URL}, {"Title", CELL_TEXT}, {"First heading", CELL_TEXT}, {"Found on", CELL_URL}},
    },
    {
        .id = "slowest",
        .title = "Slowest pages",
        .words = "From the request to the last byte, and to the first one.",
        .nothing = "No page was fetched.",
        .all = "SELECT * FROM slowest_pages",
        .share = 20,
        .sql = "SELECT url, status, NULL, total_ms, first_byte_ms, bytes FROM slowest_pages LIMIT 200",
        .columns = {{"Page", CELL_URL},
                    {"Answer", CELL_STATUS},
                    {"Time, ms", CELL_NUMBER},
                    {"First byte, ms", CELL_NUMBER},
                    {"Size, kB", CELL_KB}},
    },
    {
        .id = "largest",
        .title = "Largest pages",
        .words = "Bytes of the body as decoded, and of the answer as it came.",
        .nothing = "No page was fetched.",
        .all = "SELECT * FROM large_pages",
        .share = 20,
        .sql = "SELECT url, bytes, wire_bytes, total_ms, links_out FROM large_pages LIMIT 200",
        .columns = {{"Page", CELL_URL},
                    {"Size, kB", CELL_KB},
                    {"On the wire, kB", CELL_KB},
                    {"Time, ms", CELL_NUMBER},
                    {"Links", CELL_NUMBER}},
    },
    {
        .id = "skipped",
        .title = "Skipped, by reason",
        .words = "Addresses that were found but never asked for: the first of each reason.",
        .nothing = "Nothing that was found was skipped.",
        .all = "SELECT * FROM skipped",
        .counts = "SELECT replace(r.name, '_', ' '), count(*) FROM url u JOIN skip_reason r ON r.id = u.skip"
                  " GROUP BY u.skip ORDER BY 2 DESC, 1",
        .share = 30,
        .sql = "SELECT replace(r.name, '_', ' '), u.url, w.name, f.url FROM (SELECT id, skip, row_number() OVER "
               "(PARTITION BY skip ORDER BY id)"
               " AS place FROM url WHERE skip IS NOT NULL) s JOIN url u ON u.id = s.id"
               " LEFT JOIN skip_reason r ON r.id = s.skip LEFT JOIN rule w ON w.id = u.rule_id"
               " LEFT JOIN url f ON f.id = u.found_on WHERE s.place <= 25 ORDER BY s.place, s.skip LIMIT 200",
        .columns = {{"Reason", CELL_TEXT}, {"Address", CELL_URL}, {"Rule", CELL_TEXT}, {"Found on", CELL_URL}},
    },
};

bool report_tables_add(struct buf *out, struct reader *reader, const struct report_data *data, size_t bytes,
                       struct err *err)
{
    size_t begin = out->size;
    int shares = 0;

    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        shares += tables[i].share;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        size_t left = bytes - (out->size - begin < bytes ? out->size - begin : bytes);
        const char *only_if = tables[i].only_if;

        if ((only_if == NULL || reader_number(reader, only_if, 0) > 0) &&
            !report_table_add(out, reader, &tables[i], slice_of(data->origin),
                              left * (size_t)tables[i].share / (size_t)shares, err))
            return false;
        shares -= tables[i].share;
    }
    return true;
}

/* --- With bars ------------------------------------------------------------------------------ */

static const struct report_table types_table = {
    .id = "types",
    .title = "Types",
    .words = "What the server says its documents are.",
    .columns =
        {{"Type", CELL_TEXT}, {"", CELL_TEXT}, {"Pages", CELL_NUMBER}, {"Size", CELL_NUMBER}, {"Mean", CELL_NUMBER}},
};

static const struct report_table hosts_table = {
    .id = "hosts",
    .title = "Hosts",
    .words = "The bar shows where the times of most pages lie, from the median to the slowest 5 %, from 1 ms to 2 min.",
    .columns = {{"Host", CELL_TEXT},
                {"Pages", CELL_NUMBER},
                {"OK", CELL_NUMBER},
                {"Broken", CELL_NUMBER},
                {"Size", CELL_NUMBER},
                {"Times", CELL_TEXT}},
};

static void add_bytes_cell(struct buf *out, int64_t bytes)
{
    buf_add_string(out, "<td class=n>");
    words_add_bytes(out, (double)bytes);
}

static void add_number_cell(struct buf *out, int64_t number)
{
    buf_add_string(out, "<td class=n>");
    markup_add_number(out, number);
}

static int compare_types(const void *a, const void *b)
{
    const struct report_type *x = a, *y = b;

    return x->pages != y->pages ? (x->pages < y->pages) - (x->pages > y->pages) : x->id - y->id;
}

/* The text of a row with that id. False with the reason. */
static bool add_named(struct buf *out, struct reader *reader, const char *sql, int64_t id, struct err *err)
{
    sqlite3_stmt *row = reader_statement(reader, sql, err);
    int got;

    if (row == NULL)
        return false;
    sqlite3_bind_int64(row, 1, id);
    got = reader_step(reader, row, err);
    buf_add_string(out, "<tr><td class=u><bdi>");
    markup_add_text(out, got == SQLITE_ROW ? reader_text(row, 0) : slice_of("not said"), 60);
    buf_add_string(out, "</bdi>");
    sqlite3_finalize(row);
    return got != SQLITE_ERROR;
}

bool report_tables_add_types(struct buf *out, struct reader *reader, const struct report_data *data, struct err *err)
{
    struct report_type sorted[REPORT_TYPES];
    bool good = true;

    memcpy(sorted, data->types, sizeof sorted);
    qsort(sorted, REPORT_TYPES, sizeof *sorted, compare_types);
    buf_add_string(out, "<figure id=\"types\"><figcaption><h2 id=\"types-h\">Types</h2></figcaption>");
    report_table_begin(out, &types_table);
    for (int i = 0; good && i < ROWS_WITH_BARS && sorted[i].pages > 0; i++) {
        good = add_named(out, reader, "SELECT name FROM mime WHERE id = ?", sorted[i].id, err);
        buf_add_string(out, "<td class=w>");
        report_chart_add_bar(out, (double)sorted[i].pages / (double)sorted[0].pages, "plain");
        add_number_cell(out, sorted[i].pages);
        add_bytes_cell(out, sorted[i].bytes);
        add_bytes_cell(out, sorted[i].bytes / sorted[i].pages);
        buf_add_char(out, '\n');
    }
    report_table_end(out);
    buf_add_string(out, "</figure>\n");
    return good;
}

bool report_tables_add_hosts(struct buf *out, struct reader *reader, const struct report_data *data, struct err *err)
{
    bool good = true;

    buf_add_string(out, "<figure id=\"hosts\"><figcaption><h2 id=\"hosts-h\">Hosts</h2></figcaption>");
    report_table_begin(out, &hosts_table);
    for (size_t i = 0; good && i < data->host_count && i < ROWS_WITH_BARS && data->hosts[i].pages > 0; i++) {
        const struct report_host *host = &data->hosts[i];
        int64_t half = report_host_percentile(host, 50), most = report_host_percentile(host, 95);

        good = add_named(out, reader, "SELECT origin FROM host WHERE id = ?", host->id, err);
        add_number_cell(out, host->pages);
        buf_printf(out, "<td class=n>%.1f %%", 100 * (double)host->ok / (double)host->pages);
        add_number_cell(out, host->broken);
        add_bytes_cell(out, host->bytes);
        buf_add_string(out, "<td class=w>");
        if (most >= 0)
            report_chart_add_range(out, half, most);
        buf_add_char(out, '\n');
    }
    report_table_end(out);
    if (data->host_count > ROWS_WITH_BARS) {
        buf_add_string(out, "<p class=\"more\">All ");
        markup_add_number(out, (long long)data->host_count);
        buf_add_string(out, ": <code>crawl sql 'SELECT * FROM hosts'</code></p>");
    }
    buf_add_string(out, "</figure>\n");
    return good;
}
