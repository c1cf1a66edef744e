#include "http_settings.h"

#include "http_netrc.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- Header fields -------------------------------------------------------------- */

/* RFC 9110, 5.6.2 */
static bool is_token(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if ((unsigned char)text[i] <= ' ' || (unsigned char)text[i] >= 0x7f ||
            strchr("\"(),/:;<=>?@[\\]{}", text[i]) != NULL)
            return false;
    return size > 0;
}

/* Fields that cannot be had by --header, with the reason. */
static const char *why_not_given(const char *name, size_t size)
{
    static const struct {
        const char *name, *why;
    } FIELDS[] = {
        {"Content-Length", "a crawl sends no bodies"},
        {"Transfer-Encoding", "a crawl sends no bodies"},
        {"User-Agent", "say it with --user-agent, which also says whom robots.txt is read for"},
    };

    for (size_t i = 0; i < sizeof FIELDS / sizeof *FIELDS; i++)
        if (strlen(FIELDS[i].name) == size && strncasecmp(FIELDS[i].name, name, size) == 0)
            return FIELDS[i].why;
    return NULL;
}

static bool check_header(const char *header, struct err *err)
{
    size_t size = strcspn(header, ":;");
    const char *why;

    if (size == 0 || header[size] == '\0')
        return err_set(err, "a header reads \"Name: value\", not \"%s\"", header);
    for (const char *c = header; *c != '\0'; c++)
        if ((unsigned char)*c < ' ' && *c != '\t')
            return err_set(err, "the header \"%.*s\" holds a line end or another control character", (int)size, header);
    if (!is_token(header, size))
        return err_set(err, "\"%.*s\" is no name of a header", (int)size, header);
    why = why_not_given(header, size);
    return why == NULL || err_set(err, "the header \"%.*s\" cannot be given: %s", (int)size, header, why);
}

static bool check_headers(const char *const *headers, struct err *err)
{
    for (; headers != NULL && *headers != NULL; headers++)
        if (!check_header(*headers, err))
            return false;
    return true;
}

/* --- Addresses --------------------------------------------------------------------- */

static bool is_port(const char *text, size_t size)
{
    long port = 0;

    if (size == 0 || size > 5)
        return false;
    for (size_t i = 0; i < size; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        port = port * 10 + (text[i] - '0');
    }
    return port > 0 && port <= 65535;
}

static bool is_address(const char *text, size_t size)
{
    unsigned char bytes[16];
    char copy[64];

    if (size > 2 && text[0] == '[' && text[size - 1] == ']') {
        text++;
        size -= 2;
    }
    if (size == 0 || size >= sizeof copy)
        return false;
    memcpy(copy, text, size);
    copy[size] = '\0';
    return inet_pton(AF_INET, copy, bytes) == 1 || inet_pton(AF_INET6, copy, bytes) == 1;
}

/* HOST:PORT:ADDRESS[,ADDRESS...]. libcurl would fail every transfer for one that is wrong, or pass over it. */
static bool check_resolve(const char *entry, struct err *err)
{
    size_t host = strcspn(entry, ":");
    const char *port = entry + host + (entry[host] == ':');
    size_t port_size = strcspn(port, ":");
    const char *address = port + port_size + (port[port_size] == ':');
    bool good = host > 0 && entry[0] != '-' && is_port(port, port_size) && *address != '\0';

    while (good && *address != '\0') {
        size_t size = strcspn(address, ",");

        good = is_address(address, size) && (address[size] == '\0' || address[size + 1] != '\0');
        address += size + (address[size] == ',');
    }
    return good ||
           err_set(err, "--resolve reads HOST:PORT:ADDRESS, such as www.example.org:443:192.0.2.1, not \"%s\"", entry);
}

/* What stands before a name and password is all that is told of it. */
static bool check_proxy(const char *proxy, struct err *err)
{
    static const char *const SCHEMES[] = {"http", "https", "socks4", "socks4a", "socks5", "socks5h"};
    const char *colon = proxy == NULL ? NULL : strstr(proxy, "://"), *authority, *at;
    bool known = colon == NULL;
    size_t host;

    if (proxy == NULL || *proxy == '\0')
        return true;
    for (size_t i = 0; i < sizeof SCHEMES / sizeof *SCHEMES && !known; i++)
        known = strlen(SCHEMES[i]) == (size_t)(colon - proxy) &&
                strncasecmp(SCHEMES[i], proxy, (size_t)(colon - proxy)) == 0;
    if (!known)
        return err_set(err, "--proxy goes by http, https, socks4, socks4a, socks5 or socks5h, not by \"%.*s\"",
                       (int)(colon - proxy), proxy);
    authority = colon == NULL ? proxy : colon + 3;
    at = strrchr(authority, '@');
    authority = at == NULL ? authority : at + 1;
    host = *authority == '[' ? strcspn(authority, "]") + (strchr(authority, ']') != NULL) : strcspn(authority, ":/");
    if (host == 0 || (authority[host] == ':' && !is_port(authority + host + 1, strcspn(authority + host + 1, "/"))))
        return err_set(err, "--proxy names no host, or no port from 1 to 65535: it reads [SCHEME://]HOST[:PORT]");
    return true;
}

/* --- Files ------------------------------------------------------------------------- */

static bool check_file(const char *path, const char *what, struct err *err)
{
    if (path != NULL && access(path, R_OK) != 0)
        return err_set(err, "cannot read the %s %s: %m", what, path);
    return true;
}

/* RFC 7468: libcurl reads no other. Of what is no plain file (a pipe) nothing is read, for it can be read but once. */
static bool check_pem(const char *path, const char *option, struct err *err)
{
    static const char mark[] = "-----BEGIN ";
    struct stat status;
    FILE *file;
    char *line = NULL;
    size_t room = 0;
    bool found = false;

    if (path == NULL || stat(path, &status) != 0 || !S_ISREG(status.st_mode) || (file = fopen(path, "re")) == NULL)
        return true;
    while (!found && getline(&line, &room, file) > 0)
        found = strncmp(line, mark, sizeof mark - 1) == 0;
    free(line);
    fclose(file);
    return found || err_set(err, "%s reads PEM, and %s has none (no line begins with \"%s\")", option, path, mark);
}

/* A pipe can be read but once. */
static bool check_netrc(const char *path, struct err *err)
{
    struct stat status;
    struct http_netrc *netrc;

    if (path == NULL || (stat(path, &status) == 0 && !S_ISREG(status.st_mode)))
        return check_file(path, "netrc file", err);
    netrc = http_netrc_read(path, err);
    http_netrc_free(netrc);
    return netrc != NULL;
}

bool http_settings_check(const struct http_settings *settings, struct err *err)
{
    for (const char *const *entry = settings->resolve; entry != NULL && *entry != NULL; entry++)
        if (!check_resolve(*entry, err))
            return false;
    for (const char *const *const *lists = settings->host_headers; lists != NULL && *lists != NULL; lists++)
        if (!check_headers(*lists, err))
            return false;
    if (settings->key != NULL && settings->cert == NULL)
        return err_set(err, "--key is the key of a certificate: name that with --cert");
    return check_headers(settings->headers, err) && check_proxy(settings->proxy, err) &&
           check_file(settings->cacert, "certificates of --cacert in", err) &&
           check_pem(settings->cacert, "--cacert", err) && check_file(settings->cert, "client certificate", err) &&
           check_file(settings->key, "private key", err) && check_netrc(settings->netrc_file, err) &&
           check_file(settings->cookie_file, "cookies in", err);
}
