#!/usr/bin/env bash
# Proves and times everything on this machine's GPU, in pieces or in one go, without a network: see README.md.
#   check.sh [--only STEP,... | --first] [--seconds N] [--pack FILE.tar.xz] [OUTPUT_FOLDER]
# Steps, in this order: rates tests kernels sanitizer timing sequences peers doctor java-tests train train-timing bench java-sanitizer
# With --first, in this order: rates connection-tests timing peers pointers train sanitizer doctor java-tests java-sanitizer
# Exit status 1 if a result was wrong or a step could not be done; steps that lack their tools are skipped, loudly.
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
native=$(dirname "$here")
repository=$(dirname "$native")
read -r -a all_steps < <(sed -n 's/^# Steps, in this order: //p' "$0")
read -r -a first_steps < <(sed -n 's/^# With --first, in this order: //p' "$0")
usage() { sed -n '2,5s/^# *//p' "$0" >&2; exit 2; }

only=""
first=no
seconds=""
output=""
pack=""
while [ $# -gt 0 ]; do
    case $1 in
        --only)
            only=${2:-}
            [ -n "$only" ] || usage
            for name in ${only//,/ }; do
                [[ " ${all_steps[*]} ${first_steps[*]} " == *" $name "* ]] || usage
            done
            shift ;;
        --first) first=yes ;;
        --seconds)
            seconds=${2:-}
            [[ $seconds =~ ^[1-9][0-9]*$ ]] || usage
            shift ;;
        --pack)
            pack=${2:-}
            [ -n "$pack" ] || usage
            shift ;;
        -*) usage ;;
        *)
            [ -z "$output" ] || usage
            output=$1 ;;
    esac
    shift
done
[ -z "$only" ] || [ $first = no ] || usage
# Nine minutes, and some seconds to sum up.
[ $first = no ] || seconds=${seconds:-525}
output=${output:-$repository/target/gpu-check}
build=${BUILD_FOLDER:-$repository/target/gpu-build}
mkdir -p "$output" "$build/tmp" || exit 2
output=$(cd "$output" && pwd)
build=$(cd "$build" && pwd)
# What was found out about where this was called from must hold in every folder.
case $pack in '' | /*) ;; *) pack=$PWD/$pack ;; esac

for part in report machine sanitizer native java training bench java_sanitizer; do
    # shellcheck source=/dev/null
    . "$here/steps/$part.sh"
done

steps=("${all_steps[@]}")
if [ $first = yes ]; then
    steps=("${first_steps[@]}")
elif [ -n "$only" ]; then
    # Those of the other list alone come last.
    steps=()
    for name in $(printf '%s\n' "${all_steps[@]}" "${first_steps[@]}" | awk '!seen[$0]++'); do
        [[ ,$only, != *,$name,* ]] || steps+=("$name")
    done
fi

describe_machine
trap 'keep_results; exit 1' TERM INT
kept=no
for name in "${steps[@]}"; do
    begin "$name"
    kept=no
    if time_for "$name"; then
        "step_${name//-/_}"
        # A later step may be killed, and this script with it.
        keep_results
        kept=yes
    fi
done
[ $kept = yes ] || keep_results
cat "$output/summary.txt"
[ -z "$pack" ] || echo "packed: $pack"
[ "$failures" -eq 0 ]
