#include "demo.h"

const char *const demo_chapters[] = {
    "First steps", "Choosing a place", "Masts and shelters", "Wind and gusts", "Rain and snow",   "Temperature",
    "Pressure",    "Sun and clouds",   "Power and cables",   "Radio links",    "Keeping records", "Sharing data",
    NULL,
};

const char *const demo_topics[] = {
    "Overview",        "What you need", "Step by step",    "Calibration", "Maintenance",
    "Common mistakes", "Questions",     "Further reading", NULL,
};

const char *const demo_modules[] = {
    "wind",  "rain",  "heat",  "pressure", "sun",    "cloud", "radio", "clock",
    "power", "store", "chart", "alarm",    "export", "tide",  NULL,
};

const char *const demo_functions[] = {
    "open",    "close",  "read",    "write",   "next",     "reset",   "calibrate", "average", "minimum",
    "maximum", "median", "compare", "convert", "format",   "parse",   "merge",     "split",   "filter",
    "smooth",  "count",  "watch",   "notify",  "describe", "version", NULL,
};

const char *const demo_places[] = {
    "Alder Point", "Birch Hollow", "Cold Harbour", "Dune End",     "Elm Ferry",   "Fox Island",  "Gull Rock",
    "High Meadow", "Ivy Bridge",   "Juniper Bay",  "Kestrel Hill", "Long Strand", "Mill Weir",   "North Quay",
    "Otter Creek", "Pebble Shore", "Quarry Top",   "Reed Fen",     "Stone Pier",  "Tern Cliff",  "Upper Lock",
    "Vale Farm",   "White Sands",  "Yew Court",    "Amber Cove",   "Black Tarn",  "Clover Down", "Deep Sound",
    "East Light",  "Fern Gully",   NULL,
};

const char *const demo_people[] = {
    "Ada Quill",   "Bruno Marsh", "Clara Finch",  "Dario Stone", "Edda Brook",  "Felix Rowan", "Greta Moss",
    "Hugo Lark",   "Ines Hollow", "Jonas Reed",   "Kaja Thorn",  "Leo Harbour", "Mina Cloud",  "Nils Ferry",
    "Olga Strand", "Pavel Heath", "Quinn Meadow", "Rosa Pike",   "Sami Winter", "Tilda Wren",  "Ugo Sandbank",
    "Vera Tide",   "Willa Frost", "Yann Breeze",  NULL,
};

const char *const demo_tags[] = {
    "storms", "repairs", "software", "schools", "frost", "drought", "lightning", "fog", "meetings", "birds", NULL,
};

unsigned demo_chance(unsigned seed, unsigned salt)
{
    unsigned x = seed * 2654435761u ^ salt * 40503u;

    x ^= x >> 15;
    x *= 2246822519u;
    x ^= x >> 13;
    x *= 3266489917u;
    return x ^ x >> 16;
}

static const char *const SUBJECTS[] = {
    "The gauge",          "A second sensor",   "The mast",       "Every volunteer",  "The night reading",
    "A clean funnel",     "The old logger",    "The radio link", "A careful keeper", "The battery",
    "The morning report", "The whole network", "A sudden gust",  "The north side",   "Each new station",
};

static const char *const VERBS[] = {
    "needs",    "explains", "outlasts", "depends on", "improves", "surprises", "corrects",
    "protects", "records",  "follows",  "hides",      "repeats",  "confirms",  "delays",
};

static const char *const OBJECTS[] = {
    "a level base and a free horizon", "what the tide did last week",
    "the average of ten minutes",      "one good winter",
    "the reading of its neighbours",   "a cable that is longer than it should be",
    "the first frost of the year",     "more patience than money",
    "the rain that falls sideways",    "a table of corrections",
    "the handwriting of the keeper",   "the shade of a single tree",
    "the forecast of the evening",     "a notebook in a dry place",
    "the sound of the gulls",
};

static const char *const ENDINGS[] = {
    "",
    ", and that is as it should be",
    ", unless snow lies on the screen",
    ", even on a Sunday",
    ", as the people of the harbour know",
    "; nobody has found out why",
    ", which is easy to check",
    ", most of all in March",
};

#define ONE_OF(words, chance) (words)[(chance) % (sizeof(words) / sizeof(words)[0])]

void demo_add_text(struct buf *out, unsigned seed, unsigned count)
{
    for (unsigned p = 0; p < count; p++) {
        unsigned sentences = 3 + demo_chance(seed, p) % 5;

        buf_add_string(out, "<p>");
        for (unsigned s = 0; s < sentences; s++) {
            unsigned chance = demo_chance(seed + 7919 * s, p + 1);

            buf_printf(out, "%s %s %s%s. ", ONE_OF(SUBJECTS, chance), ONE_OF(VERBS, chance >> 6),
                       ONE_OF(OBJECTS, chance >> 12), ONE_OF(ENDINGS, chance >> 18));
        }
        buf_add_string(out, "</p>\n");
    }
}
