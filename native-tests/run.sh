#!/usr/bin/env bash
# Builds and runs the native tests: native-tests/run.sh [auto|required|off] [build directory]
#   auto      where something they need is missing, skips them and says what (the default)
#   required  fails there instead
#   off       leaves them out
set -euo pipefail

mode=${1:-auto}
sources=$(cd "$(dirname "$0")" && pwd)
build=${2:-$sources/../target/native-tests}

case $mode in
    auto | required) ;;
    off)
        echo "Native tests left out, as asked for (native.tests=off)."
        exit 0
        ;;
    *)
        echo "native.tests must be auto, required or off: $mode" >&2
        exit 2
        ;;
esac

without() {
    if [[ $mode == required ]]; then
        echo "Native tests are required and cannot run. Missing: $1" >&2
        exit 1
    fi
    echo "***"
    echo "*** NATIVE TESTS SKIPPED: the CUDA kernels were not tested. Missing: $1"
    echo "*** Install it, or say -Dnative.tests=off to leave these tests out knowingly."
    echo "***"
    exit 0
}

command -v cmake >/dev/null || without "CMake"
if [[ -z ${CXX:-} ]]; then
    for compiler in g++ clang++ c++; do
        if command -v "$compiler" >/dev/null; then
            export CXX=$compiler
            break
        fi
    done
fi
command -v "${CXX:-}" >/dev/null || without "a C++ compiler, g++ or clang++ ${CXX:+(there is no $CXX)}"

mkdir -p "$build"
log=$build/configure.log
if ! cmake -S "$sources" -B "$build" >"$log" 2>&1; then
    missing=$(sed -n -e 's/.*Missing: //p' -e 's/.*\(CMake [0-9.]* or higher\) is required.*/\1/p' "$log" | head -1)
    if [[ -n $missing ]]; then
        without "$missing"
    fi
    cat "$log" >&2
    exit 1
fi

sed -n 's/^-- SKIPPED/*** SKIPPED/p' "$log"

cores=$(getconf _NPROCESSORS_ONLN)
echo "Native tests: building in $build on $cores cores"
cmake --build "$build" --parallel "$cores" >"$build/build.log" 2>&1 || {
    cat "$build/build.log" >&2
    exit 1
}
ctest --test-dir "$build" --parallel "$cores" --output-on-failure --no-tests=error
