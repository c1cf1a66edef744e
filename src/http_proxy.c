#include "http_proxy.h"

#include "domain.h"

static const char *or_none(const char *text)
{
    return text == NULL ? "" : text;
}

/* no_proxy: names and domains, with or without a dot in front, separated by commas or blanks; "*" is all. */
static bool is_excepted(const char *list, struct slice host)
{
    list = or_none(list);
    while (*list != '\0') {
        size_t size = strcspn(list, ", ");
        struct slice name = {list, size};

        if (slice_is(name, "*"))
            return true;
        if (size > 0 && name.data[0] == '.')
            name = (struct slice){name.data + 1, size - 1};
        if (name.size > 0 && domain_is_within(host, name))
            return true;
        list += size + strspn(list + size, ", ");
    }
    return false;
}

const char *http_proxy_for(const struct http_settings *settings, const struct url *url)
{
    const char *proxy = url->https ? settings->environment.https_proxy : settings->environment.http_proxy;

    if (settings->proxy != NULL)
        return settings->proxy;
    if (proxy == NULL)
        proxy = settings->environment.all_proxy;
    if (proxy == NULL || is_excepted(settings->environment.no_proxy, url_host(url)))
        return "";
    return proxy;
}
