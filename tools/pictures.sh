#!/bin/sh
# Makes the pictures of the README again, from a real run: doc/display.svg, taken from a terminal while ./run --demo works,
# and doc/report.png, from the report of it. Run it at the top of the tree. Needs tmux, Python and Chromium.
#
# The demo is over in three seconds; so that there is something to see, it is asked not to be that fast.
set -eu
command="./run --demo --rate=90/s"
show() { tmux -L pictures "$@"; }

if [ ! -x run ] || [ ! -d doc ]; then
    echo "pictures: not at the top of the tree" >&2
    exit 1
fi
./run --version >/dev/null
dir=$(mktemp -d)
trap 'show kill-server 2>/dev/null || :; rm -rf "$dir"' EXIT

show -f /dev/null new-session -d -x 100 -y 30 "LANG=C.UTF-8 COLORTERM= sh -c '
    printf \"\$ $command\\n\"
    $command
    echo over >\"$dir/over\"
    sleep 60'"
sleep 9
show capture-pane -e -p | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}' | python3 tools/terminal_svg.py >"$dir/display.svg"
until [ -f "$dir/over" ]; do sleep 1; done
./run report -d build/demo.db -o "$dir/report.html"
chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$dir/chromium" --window-size=1160,1000 \
    --screenshot="$dir/report.png" "file://$dir/report.html" 2>/dev/null
mv "$dir/display.svg" "$dir/report.png" doc/
