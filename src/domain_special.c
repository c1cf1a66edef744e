#include "domain.h"

#include <stdint.h>

/* What is not for the public, after the IANA IPv4 and IPv6 Special-Purpose
 * Address Registries (RFC 6890, RFC 8190, and as updated by RFC 9637 and
 * 9665), with multicast (RFC 5771) and everything reserved. A block is private
 * unless the registry says "Globally Reachable: True". */

struct block4 {
    uint32_t first;
    unsigned bits; /* of the prefix */
};

static const struct block4 private4[] = {
    {0x00000000, 8},  /* 0.0.0.0/8 "this network", RFC 791 */
    {0x0a000000, 8},  /* 10.0.0.0/8 private use, RFC 1918 */
    {0x64400000, 10}, /* 100.64.0.0/10 shared by carriers (CGNAT), RFC 6598 */
    {0x7f000000, 8},  /* 127.0.0.0/8 loopback, RFC 1122 */
    {0xa9fe0000, 16}, /* 169.254.0.0/16 link-local, RFC 3927 */
    {0xac100000, 12}, /* 172.16.0.0/12 private use, RFC 1918 */
    {0xc0000000, 24}, /* 192.0.0.0/24 protocol assignments, RFC 6890 */
    {0xc0000200, 24}, /* 192.0.2.0/24 documentation, RFC 5737 */
    {0xc0586300, 24}, /* 192.88.99.0/24 6to4 relays, given up, RFC 7526 */
    {0xc0a80000, 16}, /* 192.168.0.0/16 private use, RFC 1918 */
    {0xc6120000, 15}, /* 198.18.0.0/15 benchmarking, RFC 2544 */
    {0xc6336400, 24}, /* 198.51.100.0/24 documentation, RFC 5737 */
    {0xcb007100, 24}, /* 203.0.113.0/24 documentation, RFC 5737 */
    {0xe0000000, 4},  /* 224.0.0.0/4 multicast, RFC 5771 */
    {0xf0000000, 4},  /* 240.0.0.0/4 reserved, RFC 1112, and the broadcast address */
};

struct block6 {
    unsigned char prefix[16];
    unsigned bits;
};

/* All unicast that was ever given out to be routed; what lies outside is loopback, local, multicast or reserved. */
static const struct block6 global6 = {{0x20}, 3};

/* The parts of global6 that are private all the same. */
static const struct block6 private6[] = {
    {{0x20, 0x01}, 23},             /* 2001::/23 protocol assignments, RFC 2928 */
    {{0x20, 0x01, 0x0d, 0xb8}, 32}, /* 2001:db8::/32 documentation, RFC 3849 */
    {{0x3f, 0xff}, 20},             /* 3fff::/20 documentation, RFC 9637 */
};

/* The parts of 2001::/23 that are public. */
static const struct block6 public6[] = {
    {{0x20, 0x01, 0, 1, [15] = 1}, 128},  /* 2001:1::1 port control, RFC 7723 */
    {{0x20, 0x01, 0, 1, [15] = 2}, 128},  /* 2001:1::2 TURN, RFC 8155 */
    {{0x20, 0x01, 0, 1, [15] = 3}, 128},  /* 2001:1::3 service registration, RFC 9665 */
    {{0x20, 0x01, 0, 3}, 32},             /* 2001:3::/32 AMT, RFC 7450 */
    {{0x20, 0x01, 0, 4, 0x01, 0x12}, 48}, /* 2001:4:112::/48 AS112, RFC 7535 */
    {{0x20, 0x01, 0, 0x20}, 28},          /* 2001:20::/28 ORCHIDv2, RFC 7343 */
    {{0x20, 0x01, 0, 0x30}, 28},          /* 2001:30::/28 drones, RFC 9374 */
};

static uint32_t read4(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static bool is_private4(uint32_t address)
{
    if (address == 0xc0000009 || address == 0xc000000a)
        return false; /* 192.0.0.9 and 192.0.0.10, PCP and TURN anycast: globally reachable */
    for (size_t i = 0; i < sizeof private4 / sizeof private4[0]; i++) {
        if ((address ^ private4[i].first) >> (32 - private4[i].bits) == 0)
            return true;
    }
    return false;
}

static bool is_in(const unsigned char *address, const struct block6 *block)
{
    unsigned whole = block->bits / 8, rest = block->bits % 8;

    if (memcmp(address, block->prefix, whole) != 0)
        return false;
    return rest == 0 || (address[whole] ^ block->prefix[whole]) >> (8 - rest) == 0;
}

static bool is_in_any(const unsigned char *address, const struct block6 *blocks, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (is_in(address, &blocks[i]))
            return true;
    }
    return false;
}

static bool is_private6(const unsigned char *address)
{
    static const unsigned char zeros[12], mapped[12] = {[10] = 0xff, [11] = 0xff};
    static const unsigned char nat64[12] = {0x00, 0x64, 0xff, 0x9b}, teredo[4] = {0x20, 0x01};

    if (memcmp(address, zeros, 12) == 0) /* ::, ::1, and IPv4-compatible, RFC 4291 */
        return is_private4(read4(address + 12));
    if (memcmp(address, mapped, 12) == 0 || memcmp(address, nat64, 12) == 0) /* RFC 4291, RFC 6052 */
        return is_private4(read4(address + 12));
    if (address[0] == 0x20 && address[1] == 0x02) /* 6to4, RFC 3056 */
        return is_private4(read4(address + 2));
    if (memcmp(address, teredo, 4) == 0) /* RFC 4380: the server, and the client with its bits turned round */
        return is_private4(read4(address + 4)) || is_private4(~read4(address + 12));
    if (!is_in(address, &global6))
        return true;
    return is_in_any(address, private6, sizeof private6 / sizeof private6[0]) &&
           !is_in_any(address, public6, sizeof public6 / sizeof public6[0]);
}

bool domain_address_is_private(const unsigned char *address, size_t size)
{
    /* What is neither 4 nor 16 bytes is nothing to connect to. */
    return size == 4 ? is_private4(read4(address)) : size != 16 || is_private6(address);
}
