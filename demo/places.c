#include "demo.h"

#include <stdio.h>
#include <stdlib.h>

#define STATIONS_A_PAGE 10u

/* --- /stations/: a catalogue by pages, with queries ---------------------------------------- */

static void add_station_name(char *name, size_t size, unsigned station)
{
    snprintf(name, size, "%s %u", demo_places[station % 30], station / 30 + 1);
}

static void add_stations(struct buf *text, unsigned number)
{
    unsigned pages = DEMO_STATIONS / STATIONS_A_PAGE;

    demo_begin(text, "Stations", NULL); /* the same title on each page of the list */
    buf_add_string(text, "<table>\n");
    for (unsigned s = (number - 1) * STATIONS_A_PAGE; s < number * STATIONS_A_PAGE; s++) {
        char name[80];

        add_station_name(name, sizeof name, s);
        buf_printf(text, "<tr><td><a href=station?id=%u>%s</a><td>%u m\n", s, name, demo_chance(s, 1) % 400);
    }
    buf_add_string(text, "</table>\n<p>");
    for (unsigned p = 1; p <= pages; p++)
        buf_printf(text, p == 1 ? "<a href=\"./\">1</a> " : "<a href=\"?page=%u\">%u</a> ", p, p);
    buf_add_string(text, "</p>\n");
    demo_end(text);
}

static void add_station(struct buf *text, unsigned station)
{
    char name[80];

    add_station_name(name, sizeof name, station);
    demo_begin(text, name, station % 40 == 9 ? "<meta name=\"robots\" content=\"noindex\">\n" : NULL);
    buf_printf(text, "<p>%u m above the sea. Kept by <a href=\"/people/%s\">%s</a>.</p>\n",
               demo_chance(station, 1) % 400, demo_slug(demo_people[station % 24]), demo_people[station % 24]);
    demo_add_text(text, 4000 + station, 2);
    buf_printf(text,
               "<p>Nearest: <a href=\"station?id=%u\">next</a>, <a href=\"station?id=%u\">previous</a>. "
               "<a href=\"/calendar/%u\">Calendar</a></p>\n",
               (station + 1) % DEMO_STATIONS, (station + DEMO_STATIONS - 1) % DEMO_STATIONS, station);
    demo_end(text);
}

bool demo_stations(const char *rest, struct site_page *page, struct buf *text)
{
    unsigned long number;
    char *end;

    (void)page;
    if (rest[0] == '\0') {
        add_stations(text, 1);
        return true;
    }
    if (strncmp(rest, "?page=", 6) == 0) {
        number = strtoul(rest + 6, &end, 10);
        if (number < 2 || number > DEMO_STATIONS / STATIONS_A_PAGE || *end != '\0')
            return false;
        add_stations(text, (unsigned)number);
        return true;
    }
    if (strncmp(rest, "station?id=", 11) != 0)
        return false;
    number = strtoul(rest + 11, &end, 10);
    if (number >= DEMO_STATIONS || *end != '\0')
        return false;
    add_station(text, (unsigned)number);
    return true;
}

/* --- /people/ ----------------------------------------------------------------------------------- */

bool demo_people_pages(const char *rest, struct site_page *page, struct buf *text)
{
    int person = demo_find(demo_people, rest, strlen(rest));

    (void)page;
    if (rest[0] == '\0') {
        demo_begin(text, "People", NULL);
        buf_add_string(text, "<ul>\n");
        for (int p = 0; demo_people[p] != NULL; p++)
            demo_add_item(text, demo_slug(demo_people[p]), demo_people[p]);
        buf_add_string(text, "</ul>\n");
        demo_end(text);
        return true;
    }
    if (person < 0)
        return false;
    /* Three never wrote anything about themselves, and a title was not asked for. */
    demo_begin(text, person % 8 == 7 ? NULL : demo_people[person], NULL);
    demo_add_text(text, 5000 + (unsigned)person, 2);
    if (person % 6 == 0) /* a home page that is gone */
        buf_printf(text, "<p><a href=\"/~%s/\">Home page</a></p>\n", demo_slug(demo_people[person]));
    demo_end(text);
    return true;
}

/* --- /archive/: the slow corner; /lost/: only the sitemap knows them --------------------------------- */

bool demo_archive(const char *rest, struct site_page *page, struct buf *text)
{
    bool is_tape = rest[0] >= '1' && rest[0] <= '6' && rest[1] == '\0';

    if (rest[0] != '\0' && !is_tape)
        return false;
    page->delay_ms = is_tape ? 900 + 150 * (rest[0] - '0') : 700;
    if (is_tape) {
        char title[40];

        snprintf(title, sizeof title, "Tape %c", rest[0]);
        demo_begin(text, title, NULL);
        demo_add_text(text, 6000 + (unsigned)rest[0], 6);
    } else {
        demo_begin(text, "Archive on tape", NULL);
        buf_add_string(text, "<p>Please be patient, the robot is old.</p>\n<ul>\n");
        for (char c = '1'; c <= '6'; c++)
            buf_printf(text, "<li><a href=\"%c\">Tape %c</a>\n", c, c);
        buf_add_string(text, "</ul>\n");
    }
    demo_end(text);
    return true;
}

bool demo_lost(const char *rest, struct site_page *page, struct buf *text)
{
    char title[40];

    (void)page;
    if (rest[0] < '1' || rest[0] > '0' + (char)DEMO_LOST || rest[1] != '\0')
        return false;
    snprintf(title, sizeof title, "Forgotten page %c", rest[0]);
    demo_begin(text, title, NULL);
    demo_add_text(text, 7000 + (unsigned)rest[0], 3);
    demo_end(text);
    return true;
}
