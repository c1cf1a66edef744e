#include "date.h"

#include <strings.h>

/* What is left to read. */
struct cursor {
    const char *at, *end;
};

struct date {
    int year, month, day; /* month and day from 1 */
    int hour, minute, second, millisecond;
    int zone_minutes; /* east of Greenwich */
};

static const char *const MONTHS[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                     "jul", "aug", "sep", "oct", "nov", "dec"};

/* RFC 5322, 4.3; all other names are UTC. */
static const struct {
    const char *name;
    int minutes;
} ZONES[] = {
    {"est", -300}, {"edt", -240}, {"cst", -360}, {"cdt", -300},
    {"mst", -420}, {"mdt", -360}, {"pst", -480}, {"pdt", -420},
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool at(const struct cursor *c, char wanted)
{
    return c->at < c->end && *c->at == wanted;
}

static bool take(struct cursor *c, char wanted)
{
    bool is = at(c, wanted);

    c->at += is;
    return is;
}

static void skip_blanks(struct cursor *c)
{
    while (c->at < c->end && (unsigned char)*c->at <= ' ')
        c->at++;
}

/* Reads `least` to `most` digits. */
static bool take_number(struct cursor *c, int least, int most, int *number)
{
    int digits = 0;

    *number = 0;
    while (digits < most && c->at < c->end && is_digit(*c->at)) {
        *number = *number * 10 + (*c->at++ - '0');
        digits++;
    }
    return digits >= least;
}

static struct slice take_word(struct cursor *c)
{
    struct slice word = {c->at, 0};

    while (c->at < c->end && is_letter(*c->at))
        c->at++;
    word.size = (size_t)(c->at - word.data);
    return word;
}

/* "hh:mm[:ss[.fraction]]" */
static bool take_time(struct cursor *c, struct date *d)
{
    int unit = 100;

    if (!take_number(c, 1, 2, &d->hour) || !take(c, ':') || !take_number(c, 2, 2, &d->minute))
        return false;
    if (!take(c, ':'))
        return true;
    if (!take_number(c, 2, 2, &d->second))
        return false;
    if (take(c, '.'))
        for (; c->at < c->end && is_digit(*c->at); c->at++, unit /= 10)
            d->millisecond += (*c->at - '0') * unit;
    return true;
}

/* "+02:00", "-0200", "+2", "Z", a name, or nothing. */
static bool take_zone(struct cursor *c, struct date *d)
{
    int sign, hours, minutes = 0;
    struct slice name;

    skip_blanks(c);
    if (at(c, '+') || at(c, '-')) {
        sign = *c->at++ == '-' ? -1 : 1;
        if (!take_number(c, 1, 2, &hours))
            return false;
        if (take(c, ':') || (c->at < c->end && is_digit(*c->at)))
            if (!take_number(c, 2, 2, &minutes))
                return false;
        d->zone_minutes = sign * (hours * 60 + minutes);
        return true;
    }
    name = take_word(c);
    for (size_t i = 0; i < sizeof ZONES / sizeof ZONES[0]; i++)
        if (name.size == 3 && strncasecmp(name.data, ZONES[i].name, 3) == 0)
            d->zone_minutes = ZONES[i].minutes;
    return true;
}

static bool parse_w3c(struct cursor *c, struct date *d)
{
    if (!take_number(c, 4, 4, &d->year))
        return false;
    if (!take(c, '-'))
        return true;
    if (!take_number(c, 1, 2, &d->month))
        return false;
    if (!take(c, '-'))
        return true;
    if (!take_number(c, 1, 2, &d->day))
        return false;
    if (!take(c, 'T') && !take(c, 't'))
        skip_blanks(c);
    if (c->at == c->end)
        return true;
    return take_time(c, d) && take_zone(c, d);
}

static bool parse_mail(struct cursor *c, struct date *d)
{
    struct slice month;

    take_word(c); /* the day of the week */
    take(c, ',');
    skip_blanks(c);
    if (!take_number(c, 1, 2, &d->day))
        return false;
    if (!take(c, '-'))
        skip_blanks(c);
    month = take_word(c);
    d->month = 0;
    for (int i = 0; i < 12; i++)
        if (month.size >= 3 && strncasecmp(month.data, MONTHS[i], 3) == 0)
            d->month = i + 1;
    if (!take(c, '-'))
        skip_blanks(c);
    if (!take_number(c, 2, 4, &d->year))
        return false;
    if (d->year < 100)
        d->year += d->year < 50 ? 2000 : 1900; /* RFC 5322, 4.3 */
    skip_blanks(c);
    if (c->at == c->end)
        return true;
    return take_time(c, d) && take_zone(c, d);
}

/* Days from 1970-01-01, by the Gregorian calendar. Years are counted from March, so that the leap day comes last. */
static int64_t days_since_1970(int year, int month, int day)
{
    int64_t y = year - (month <= 2), months = (month + 9) % 12;

    return 365 * y + y / 4 - y / 100 + y / 400 + (153 * months + 2) / 5 + day - 1 - 719468;
}

static bool is_real(const struct date *d)
{
    static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = d->year % 4 == 0 && (d->year % 100 != 0 || d->year % 400 == 0);

    if (d->month == 2 && d->day == 29 && !leap)
        return false;
    return d->year >= 1970 && d->year <= 9999 && d->month >= 1 && d->month <= 12 && d->day >= 1 &&
           d->day <= days[d->month - 1] && d->hour <= 24 && d->minute <= 59 && d->second <= 60;
}

int64_t date_parse_ms(struct slice text)
{
    struct date d = {.month = 1, .day = 1};
    struct cursor c;
    int64_t ms;

    if (text.size == 0)
        return -1;
    c = (struct cursor){text.data, text.data + text.size};
    skip_blanks(&c);
    while (c.end > c.at && (unsigned char)c.end[-1] <= ' ')
        c.end--;
    if (c.end - c.at >= 4 && is_digit(c.at[0]) && is_digit(c.at[1]) && is_digit(c.at[2]) && is_digit(c.at[3])
            ? !parse_w3c(&c, &d)
            : !parse_mail(&c, &d))
        return -1;
    if (!is_real(&d))
        return -1;
    ms = days_since_1970(d.year, d.month, d.day) * 86400000;
    ms += ((d.hour * INT64_C(60) + d.minute - d.zone_minutes) * 60 + d.second) * 1000 + d.millisecond;
    return ms < 0 ? -1 : ms;
}
