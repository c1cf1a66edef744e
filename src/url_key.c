#include "url.h"

const char *const url_rule_names[URL_RULE_COUNT] = {"userinfo", "percent-case", "unreserved", "session-id",
                                                    "ignore-query"};

unsigned url_key(const struct url *url, const struct url_rules *rules, struct buf *out)
{
    unsigned made = 0;

    buf_clear(out);
    if ((rules->on & URL_RULE_USERINFO) != 0 && url->user_at != url->host_at) {
        url_add_sent(url, out);
        made = URL_RULE_USERINFO;
    }
    return made;
}
