#!/usr/bin/env bash
# Checks the format of the CUDA and C++ sources by .clang-format, or mends it:
#   .ci/clang-format.sh [auto|required|off|fix]
#   auto      skips the check where there is no clang-format 14, and says so (the default)
#   required  fails there instead
#   off       leaves the check out
#   fix       formats the sources
# Other versions of clang-format break some lines elsewhere, so the version is part of the rule.
set -euo pipefail
cd "$(dirname "$0")/.."
version=14

mode=${1:-auto}
case $mode in
    auto | required | fix) ;;
    off)
        echo "Format of the CUDA and C++ sources not checked, as asked for."
        exit 0
        ;;
    *)
        echo "must be auto, required, off or fix: $mode" >&2
        exit 2
        ;;
esac

formatter=
for candidate in "clang-format-$version" clang-format; do
    if "$candidate" --version 2>/dev/null | grep -Eq "version $version\."; then
        formatter=$candidate
        break
    fi
done
if [[ -z $formatter ]]; then
    missing="clang-format $version (Debian, Ubuntu: apt-get install clang-format-$version)"
    if [[ $mode == auto ]]; then
        echo "***"
        echo "*** FORMAT OF THE CUDA AND C++ SOURCES NOT CHECKED. Missing: $missing"
        echo "***"
        exit 0
    fi
    echo "The format of the CUDA and C++ sources cannot be checked. Missing: $missing" >&2
    exit 1
fi

mapfile -t sources < <(find cuda native-tests -path native-tests/googletest -prune -o \
    -type f -regextype posix-extended -regex '.*\.(cu|cuh|h|cpp)' -print | sort)
if [[ $mode == fix ]]; then
    "$formatter" -i "${sources[@]}"
elif ! "$formatter" --dry-run --Werror "${sources[@]}"; then
    echo "Format the sources by .ci/clang-format.sh fix" >&2
    exit 1
fi
