#!/bin/sh
# The script ./run, with package managers and tools that only note how they were called.
set -u
top=$(cd "${srcdir:-.}" && pwd)
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
failed=0

if [ ! -f "$top/run" ]; then
    echo "[  SKIPPED ] run_is_tested: it is not part of a release"
    exit 77
fi

# The only things in PATH: what a bare system has, and fakes.
mkdir "$dir/bare" "$dir/fake" "$dir/build"
for tool in sh chmod touch find head awk sed id tr cat rm mkdir mv grep tail printf dirname sleep kill make uname ln cp readlink; do
    real=$(command -v "$tool") && [ "${real#/}" != "$real" ] && ln -s "$real" "$dir/bare/$tool"
done
PATH=$dir/fake:$dir/bare
export PATH CRAWL_BUILD="$dir/build" CRAWL_OS_RELEASE="$dir/os-release"
unset CI CC

fake() { # name, lines of its script
    name=$1
    shift
    {
        echo '#!/bin/sh'
        echo "echo \"$name \$*\" >>'$dir/calls'"
        printf '%s\n' "$@"
    } >"$dir/fake/$name"
    chmod +x "$dir/fake/$name"
}

ok() { echo "[       OK ] $1"; }
no() {
    echo "[  FAILED  ] $1"
    echo "    said: $(cat "$dir/out" "$dir/err" 2>/dev/null)"
    echo "    called: $(cat "$dir/calls" 2>/dev/null)"
    failed=1
}

# Runs ./run; its status is in $status, what it said in out and err.
run() {
    : >"$dir/calls"
    "$top/run" "$@" >"$dir/out" 2>"$dir/err" </dev/null
    status=$?
}

said() { grep -qF -- "$1" "$dir/out" "$dir/err"; }
called() { grep -qF -- "$1" "$dir/calls"; }

system() { # ID, package manager
    printf 'ID=%s\nVERSION_ID=1\n' "$1" >"$dir/os-release"
    rm -f "$dir/fake"/*
    fake cc
    fake autoconf
    fake automake
    fake pkg-config "[ -f '$dir/installed' ] && exit 0" "case \$* in *libpsl* | *cmocka*) exit 1 ;; esac"
    fake "$2" "case \$* in *--prefix* | *update*) ;; *) touch '$dir/installed' ;; esac"
    rm -f "$dir/installed"
}

if [ "$(id -u)" = 0 ]; then sudo=; else sudo="sudo "; fi

while read -r id manager words; do
    system "$id" "$manager"
    run --deps
    name="the_command_for_${id}_names_what_is_missing"
    if [ "$status" = 0 ] && [ "$(cat "$dir/out")" = "$sudo$words" ] && ! called "$manager"; then ok "$name"; else no "$name"; fi
done <<END
debian apt-get apt-get install -y libpsl-dev libcmocka-dev
ubuntu apt-get apt-get install -y libpsl-dev libcmocka-dev
fedora dnf dnf install -y libpsl-devel libcmocka-devel
arch pacman pacman -S --needed --noconfirm libpsl cmocka
alpine apk apk add libpsl-dev cmocka-dev
END

system macos brew
rm "$dir/os-release"
run --deps
if [ "$(cat "$dir/out")" = "brew install libpsl cmocka" ] && ! called "brew install"; then
    ok "the_command_for_macos_names_what_is_missing"
else
    no "the_command_for_macos_names_what_is_missing"
fi

system plan9 nothing
run --deps
if [ "$status" = 1 ] && said "libpsl" && said "not known here"; then
    ok "an_unknown_system_is_told_what_is_missing"
else
    no "an_unknown_system_is_told_what_is_missing"
fi

system debian apt-get
run --check
if [ "$status" = 1 ] && said "apt-get install -y libpsl-dev libcmocka-dev" && said "nobody is there to ask" &&
    ! called apt-get; then
    ok "without_a_terminal_nothing_is_installed_unasked"
else
    no "without_a_terminal_nothing_is_installed_unasked"
fi

run http://example.org/
if [ "$status" = 1 ] && said "apt-get install -y libpsl-dev" && ! said libcmocka-dev && ! called apt-get; then
    ok "who_only_crawls_needs_no_libraries_of_the_tests"
else
    no "who_only_crawls_needs_no_libraries_of_the_tests"
fi

system debian apt-get
fake sudo 'exec "$@"'
fake autoreconf 'echo "autoreconf: no luck today"' 'exit 1'
fake find "case \$* in *configure*) echo newer ;; esac"
run --yes --check
if [ "$status" = 1 ] && called "apt-get update" && called "apt-get install -y libpsl-dev libcmocka-dev" &&
    said "no luck today" && said "making configure failed" && said "$dir/build/run.log"; then
    ok "with_yes_it_installs_and_goes_on_and_a_failing_step_is_shown"
else
    no "with_yes_it_installs_and_goes_on_and_a_failing_step_is_shown"
fi

system debian apt-get
fake apt-get 'echo "E: no network"' 'exit 100'
fake sudo 'exec "$@"'
run --yes --check
if [ "$status" = 1 ] && said "E: no network" && said "could not be installed" && ! called autoreconf; then
    ok "an_installation_that_fails_ends_it"
else
    no "an_installation_that_fails_ends_it"
fi

good=yes
for pair in --dmeo:--demo --dem:--demo --deno:--demo --chekc:--check --tests:--check --dpes:--deps --yse:--yes; do
    run "${pair%%:*}"
    [ "$status" = 2 ] && said "did you mean ./run ${pair#*:}?" || good=no
done
if [ $good = yes ]; then
    ok "its_own_options_mistyped_are_suggested"
else
    no "its_own_options_mistyped_are_suggested"
fi

system debian apt-get
printf '#!/bin/sh\nprintf "[%%s]" "$@"\nexit 7\n' >"$dir/build/crawl"
chmod +x "$dir/build/crawl"
touch "$dir/build/run.done"
run --threads 8 'a b' ''
if [ "$status" = 7 ] && [ "$(cat "$dir/out")" = "[--threads][8][a b][]" ] && [ ! -s "$dir/calls" ]; then
    ok "what_is_built_is_run_at_once_with_the_very_arguments"
else
    no "what_is_built_is_run_at_once_with_the_very_arguments"
fi

# A tree of its own, and links to its run, one of them by way of the other.
mkdir -p "$dir/tree/build" "$dir/links"
cp "$top/run" "$dir/tree/run"
cp "$dir/build/crawl" "$dir/tree/build/crawl"
touch "$dir/tree/build/run.done"
ln -s ../tree/run "$dir/links/one"
ln -s "$dir/links/one" "$dir/links/two"
ln -s two "$dir/links/crawl"
(
    unset CRAWL_BUILD
    cd "$dir/links" && ./crawl --threads 8 >"$dir/out" 2>"$dir/err" </dev/null
)
status=$?
if [ "$status" = 7 ] && [ "$(cat "$dir/out")" = "[--threads][8]" ] && [ ! -e "$dir/links/build" ]; then
    ok "called_by_a_link_it_finds_its_tree"
else
    no "called_by_a_link_it_finds_its_tree"
fi

exit $failed
