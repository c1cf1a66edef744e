#!/bin/sh
# The completions are sound scripts, and complete.
set -u
crawl=${top_builddir:-.}/crawl
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
failed=0

report() { # name, expected, got
    if [ "$2" = "$3" ]; then
        echo "[       OK ] $1"
    else
        echo "expected: $2"
        echo "got: $3"
        echo "[  FAILED  ] $1"
        failed=1
    fi
}

for shell in bash zsh fish; do
    "$crawl" --completion=$shell >"$dir/$shell" || failed=1
    if command -v $shell >/dev/null 2>&1; then
        report "the_script_for_${shell}_is_sound" "" "$($shell -n "$dir/$shell" 2>&1)"
    else
        echo "[  SKIPPED ] the_script_for_${shell}_is_sound: $shell is not installed"
    fi
done

if command -v bash >/dev/null 2>&1; then
    # Words as bash gives them: "=" is one of its own.
    completed() {
        bash -c '. "$0"; compopt() { :; }; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _crawl; echo "${COMPREPLY[*]}"' \
            "$dir/bash" "$@"
    }
    report "bash_completes_an_option" "--scope=" "$(completed crawl --sco)"
    report "bash_completes_a_value" "host" "$(completed crawl --scope = h)"
    report "bash_completes_a_verb" "status" "$(completed crawl stat)"
    report "bash_completes_an_option_of_a_verb" "--format=" "$(completed crawl export --fo)"
    report "bash_completes_a_value_of_a_letter" "json jsonl junit" "$(completed crawl export -f j)"
    report "bash_completes_what_is_on_by_default_as_no" "--no-robots" "$(completed crawl --no-r)"
fi

if command -v fish >/dev/null 2>&1; then
    report "fish_completes_an_option" "--scope" \
        "$(HOME=$dir fish -c "source '$dir/fish'; complete -C 'crawl --sco'" | cut -f1)"
    report "fish_completes_a_value" "host" \
        "$(HOME=$dir fish -c "source '$dir/fish'; complete -C 'crawl --scope ho'" | cut -f1)"
fi
exit $failed
