# shellcheck shell=sh disable=SC2034,SC2154
# For tests to source: starts the demo site of $build on a free port, with its words in $dir/words. Leaves its process in
# $site, for the caller to end, its address in $url and the port in $port. Ends the test where it does not start.
"$build/demo-site" --port 0 >"$dir/words" 2>/dev/null &
site=$!
tries=0
until grep -q ready "$dir/words"; do
    tries=$((tries + 1))
    if [ $tries -gt 200 ]; then
        echo "[  FAILED  ] the_demo_site_starts"
        exit 1
    fi
    sleep 0.05
done
url=$(sed 's/^ready //' "$dir/words")
port=$(echo "$url" | sed 's/.*:\([0-9]*\).*/\1/')
