#!/bin/sh
# waiting.sh - is the wall time of a crawl that only waits latency x pages / connections?
#
#   waiting.sh     in the build directory; prints for each case seconds, those expected, and the ratio; 1.1 at most is meant
#
# Of many hosts all are seeds: else the ones that are found last, by links over several others, have nothing to make up
# for it with. Then come a thousand hosts of which a hundred never answer: how long the others take, with them and
# without. The last case is an idle crawl: its CPU as a part of one core, 1 % at most is meant.
# shellcheck disable=SC1091,SC2154
. "$(dirname "$0")/site.sh"

# The first pages of so many hosts on a port.
list_hosts() {
    for n in $(seq "$1"); do
        echo "http://127.0.0.$n:$2/"
    done > "$work/hosts"
}

# pages, hosts, latency ms, jitter ms, connections
try() {
    start_site --pages "$1" --hosts "$2" --latency "$3" --jitter "$4" --size 2 --no-sitemap
    list_hosts "$2" "$port"
    crawl_site --span-hosts --allow-private --threads=8 --transfers="$5" --host-concurrency=$(($5 / $2 + ($5 % $2 > 0))) \
        -i "$work/hosts"
    expected=$(calculate "($3 + $4 / 2) / 1000 * $pages / $5")
    echo "$1 pages, $2 hosts, $3+$4 ms, $5 connections: $pages recorded in $wall s, $expected s expected: $(calculate "$wall / $expected"); CPU $cpu s, $peak MB"
}

# Seconds from the first request that the site had to the last.
site_seconds() {
    kill -USR1 "$site"
    sleep 0.5
    sed -n 's/.*"seconds": *\([0-9.]*\).*/\1/p' "$work/counters" | tail -1
}

try 2000 1 50 0 8
try 2000 1 200 0 32
try 5000 1 50 100 32
try 100000 200 50 0 400
try 100000 200 200 0 1000
try 100000 200 150 100 1000

silent_port=$((port - 5000))
"$work/simsite" --port "$silent_port" --hosts 100 --latency 1000000 > /dev/null 2>&1 &
silent=$!
list_hosts 100 "$silent_port"
for seeds in /dev/null "$work/hosts"; do
    start_site --pages 90000 --hosts 900 --latency 100 --size 2 --no-sitemap
    crawl_site --span-hosts --allow-private --threads=8 --transfers=500 --host-concurrency=2 --tries=1 --timeout=20 -i "$seeds"
    echo "900 hosts, $(wc -l < "$seeds") others that never answer: $pages pages in $(site_seconds) s"
done
kill "$silent"
silent=

start_site --pages 20 --latency 1000 --no-sitemap
crawl_site --host-concurrency=1
echo "idle: CPU $cpu s in $wall s: $(calculate "100 * $cpu / $wall") % of a core"
