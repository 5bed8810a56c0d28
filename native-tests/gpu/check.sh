#!/usr/bin/env bash
# Proves and times everything on this machine's GPU, in pieces or in one go, without a network: see README.md.
#   check.sh [--only STEP,...] [--pack FILE.tar.xz] [OUTPUT_FOLDER]
# Steps, in this order: tests kernels sanitizer timing peers doctor java-tests train train-timing bench java-sanitizer
# Exit status 1 if a result was wrong or a step could not be done; steps that lack their tools are skipped, loudly.
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
native=$(dirname "$here")
repository=$(dirname "$native")
read -r -a all_steps < <(sed -n 's/^# Steps, in this order: //p' "$0")
usage() { sed -n '2,5s/^# *//p' "$0" >&2; exit 2; }

only=""
output=""
pack=""
while [ $# -gt 0 ]; do
    case $1 in
        --only)
            only=${2:-}
            [ -n "$only" ] || usage
            for name in ${only//,/ }; do
                [[ " ${all_steps[*]} " == *" $name "* ]] || usage
            done
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

describe_machine
for name in "${all_steps[@]}"; do
    if [ -z "$only" ] || [[ ,$only, == *,$name,* ]]; then
        begin "$name"
        "step_${name//-/_}"
    fi
done
summarize
if [ -n "$pack" ]; then
    tar -C "$(dirname "$output")" --auto-compress --create --file "$pack" "$(basename "$output")" || exit 1
    echo "packed: $pack"
fi
[ "$failures" -eq 0 ]
