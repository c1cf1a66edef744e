# site.sh - for overlap.sh, parsers.sh and waiting.sh, which read it: a made-up site on loopback, and crawls of it.
# Needs simsite.c, found in $CRAWL_SHARED/bench/simsite (CRAWL_SHARED is ../shared beside the source if not set), and
# the programs crawl and bench/measure in the directory where it is run, or in $BUILD.
# shellcheck shell=sh disable=SC2034
set -eu

build=$(cd "${BUILD:-.}" && pwd)
shared=${CRAWL_SHARED:-$(dirname "$0")/../../shared}
source=$shared/bench/simsite/simsite.c
site=
silent= # another server that a script started

if [ ! -r "$source" ]; then
    echo "$(basename "$0"): left out: there is no $source (set CRAWL_SHARED)" >&2
    exit 77
fi
if [ ! -x "$build/crawl" ] || [ ! -x "$build/bench/measure" ]; then
    echo "$(basename "$0"): make crawl bench/measure first, and run this there" >&2
    exit 2
fi
work=$(mktemp -d)
trap 'stop_site; [ -z "$silent" ] || kill "$silent" 2> /dev/null || true; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
cc -O2 -o "$work/simsite" "$source" -lm

stop_site() {
    [ -z "$site" ] || kill "$site" 2> /dev/null || true
    site=
}

# Starts a site with these options of simsite; $url is its first page then. Its port is below those that connections
# get by themselves; the next one if it is taken.
start_site() {
    stop_site
    : "${port:=$((20000 + $$ % 10000))}"
    until begin_site "$@"; do
        [ "$port" -lt 32000 ] || exit 1
    done
    url=http://127.0.0.1:$port/
}

# False: the port is taken.
begin_site() {
    port=$((port + 1))
    "$work/simsite" --port "$port" "$@" > "$work/counters" 2>&1 &
    site=$!
    tries=0
    until grep -q ' pages on ' "$work/counters"; do # which it says when it listens
        tries=$((tries + 1))
        kill -0 "$site" 2> /dev/null || return 1
        [ $tries -lt 50 ] || exit 1
        sleep 0.1
    done
}

# Crawls the site with these options; $cpu and $wall are seconds then, $peak MB, $pages what was recorded with 200.
crawl_site() {
    rm -f "$work"/crawl.db*
    # shellcheck disable=SC2046
    set -- $("$build/bench/measure" "$build/crawl" -q --rate=off -o "$work/crawl.db" "$@" "$url")
    cpu=$1 wall=$2 peak=$3
    pages=$(cd "$work" && "$build/crawl" sql --format=csv "SELECT count(*) FROM pages WHERE status = 200" | tail -1)
}

calculate() {
    awk "BEGIN { printf \"%.3f\", $1 }"
}
