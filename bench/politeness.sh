#!/bin/sh
# politeness.sh - is a rule for requests kept, and used to the full? nginx's log is the judge.
#
#   politeness.sh [TIMES]     in the build directory; each rule TIMES times (1), and prints for each crawl the throughput
#                             that the rule allows and that was reached, the least rest between two requests, and how
#                             many rests were short by more than the log can tell apart
#
# A request is there when nginx has read it: the time of its line, less the time it took; both in whole milliseconds, so
# a rest may look up to 2 ms short. On a machine that has more to do nginx may read one late, and the next seems to
# follow too soon: what crawl itself sent, and when, is the last column, of the view politeness. `bench/polite_bench
# rules` asks the same of other rules with a server that notes microseconds.
set -eu

build=$(pwd)
times=${1:-1}
PATH=$PATH:/usr/sbin:/usr/local/sbin
if ! command -v nginx > /dev/null || ! command -v sqlite3 > /dev/null; then
    echo "politeness.sh: left out: needs nginx and sqlite3" >&2
    exit 77
fi
if [ ! -x "$build/crawl" ]; then
    echo "politeness.sh: make crawl first, and run this there" >&2
    exit 2
fi
work=$(mktemp -d)
trap 'stop; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
port=$((20001 + $$ % 200 * 50))

stop() {
    [ ! -s "$work/pid" ] || kill "$(cat "$work/pid")" 2> /dev/null || true
}

# A front page that leads to so many pages, and this robots.txt.
make_site() {
    rm -rf "$work/site"
    mkdir "$work/site"
    printf '%s\n' "$2" > "$work/site/robots.txt"
    seq "$1" | sed 's|.*|<a href=/&.html>&</a>|' > "$work/site/index.html"
    seq "$1" | while read -r i; do echo "<title>$i</title>" > "$work/site/$i.html"; done
}

write_conf() {
    cat > "$work/nginx.conf" << EOF
pid $work/pid;
error_log stderr crit;
events {}
http {
    types { text/html html; text/plain txt; }
    keepalive_requests 100000;
    log_format arrivals '\$msec \$request_time';
    access_log $work/access.log arrivals;
    client_body_temp_path $work/t1; proxy_temp_path $work/t2; fastcgi_temp_path $work/t3;
    uwsgi_temp_path $work/t4; scgi_temp_path $work/t5;
    server { listen 127.0.0.1:$port; root $work/site; }
}
EOF
}

chmod a+rx "$work" # for nginx, whose worker is nobody if root starts it
write_conf
until nginx -p "$work" -c "$work/nginx.conf" 2> "$work/said"; do # the port may be taken
    port=$((port + 1))
    [ $((port % 50)) != 0 ] || { cat "$work/said" >&2; exit 1; }
    write_conf
done
until [ -s "$work/pid" ]; do sleep 0.1; done

# rest in ms, pages, robots.txt, option
try() {
    make_site "$2" "$3"
    : > "$work/access.log"
    rm -f "$work"/crawl.db*
    "$build/crawl" --config=none -q --progress=none --no-sitemaps "$4" -o "$work/crawl.db" "http://127.0.0.1:$port/"
    sleep 0.2
    awk '{ printf "%.0f\n", ($1 - $2) * 1000 }' "$work/access.log" | sort -n | awk -v rest="$1" -v name="${3#*
}" -v option="$4" -v sent="$(sqlite3 "$work/crawl.db" 'SELECT min(least_gap_ms) FROM politeness')" '
        NR == 1 { first = $1 }
        NR > 1 { gap = $1 - last; if (least == "" || gap < least) least = gap; short += gap < rest - 2 }
        { last = $1 }
        END {
            printf "%-16s %6.1f/s allowed, %6.1f/s reached: %5.1f %%; least rest %d of %d ms, %d of %d short; sent %d ms apart at least\n",
                option == "--rate=off" ? name : option, 1000 / rest, (NR - 1) * 1000 / (last - first),
                100 * rest * (NR - 1) / (last - first), least, rest, short, NR - 1, sent
        }'
}

for _ in $(seq "$times"); do
    try 100 60 '' --rate=10/s
    try 20 300 '' --rate=50/s
    try 5 1000 '' --rate=200/s
    try 200 30 '' --wait=0.2
    try 1000 10 'User-agent: *
Crawl-delay: 1' --rate=off
done
