#!/usr/bin/env bash
# Compiles every cuda/*.cu to PTX, and writes kernels.json, the facts about the kernels that launches need. Both lie in the
# source tree, so that users need no CUDA compiler.
#
#   cuda/build-ptx.sh                writes <file>.ptx and kernels.json to src/main/resources/org/pernodedrop/kernels/cuda
#   cuda/build-ptx.sh FOLDER         writes to that folder instead, as the test does that compares
#   cuda/build-ptx.sh --json FOLDER  writes kernels.json alone, which needs no nvcc
#
# Needs nvcc (CUDA 12 or later) and a host compiler ($CXX, else g++) on the PATH. PTX for compute_80 runs on every GPU from Ampere on: the driver compiles it
# for the GPU at hand. The output of nvcc is made to load on older drivers, and to be the same on every machine:
#
#   .version lowered to 7.8      nvcc 13 writes 9.0, which drivers before 580 refuse; no kernel needs more than 7.8
#   no pragma used_bytes_mask    7.8 does not know this hint
#   no hash of the path          in names of variables with internal linkage (_INTERNAL_<hash>_<file>)
#
# nvcc's own header stays: it says which nvcc it was, and another may write other PTX.
set -euo pipefail

JSON_ONLY=no
if [ "${1:-}" = --json ]; then
    JSON_ONLY=yes
    shift
elif ! command -v nvcc >/dev/null; then
    echo "build-ptx.sh: nvcc is not on the PATH; install the CUDA toolkit, 12 or later, and add its bin folder" >&2
    exit 1
fi
SOURCES=$(cd "$(dirname "$0")" && pwd)
TARGET=${1:-$SOURCES/../src/main/resources/org/pernodedrop/kernels/cuda}
mkdir -p "$TARGET"
TARGET=$(cd "$TARGET" && pwd)
cd "$SOURCES"
SCRATCH=$(mktemp -d)
trap 'rm -rf "$SCRATCH"' EXIT

compile() {
    local name=$1 scratch=$2
    nvcc -ptx -std=c++17 -O3 -arch=compute_80 "$name.cu" -o "$scratch/$name.nvcc"
    {
        echo "// Built from cuda/$name.cu by cuda/build-ptx.sh. Do not edit: change the source and rebuild."
        sed -E -e 's/^\.version .*/.version 7.8/' \
            -e '/^[[:space:]]*\.pragma[[:space:]]+"used_bytes_mask/d' \
            -e 's/(_INTERNAL_|_GLOBAL__N__)[0-9a-f]{8}_/\100000000_/g' "$scratch/$name.nvcc"
    } >"$scratch/$name.ptx"
}
export -f compile

# The kernels register themselves with the emulation, which prints what it knows of them.
catalogue() {
    local emulation=../native-tests/emulation flags=(-std=c++17 -O0 -w -I . -I ../native-tests/emulation) source
    for source in *.cu catalogue.cpp "$emulation"/*.cpp; do
        echo "$source"
    done | xargs -P "$(nproc)" -I SOURCE bash -euo pipefail -c \
        'scratch=$1; shift; "$@" -o "$scratch/$(basename "${@: -1}").o"' \
        object "$SCRATCH" "${CXX:-g++}" "${flags[@]}" -c -x c++ SOURCE || return 1
    "${CXX:-g++}" "$SCRATCH"/*.o -pthread -o "$SCRATCH/catalogue"
    "$SCRATCH/catalogue" >"$SCRATCH/kernels.json"
}
if [ $JSON_ONLY = yes ]; then
    catalogue && mv "$SCRATCH/kernels.json" "$TARGET"
    exit
fi

# All or nothing: where one source fails to compile, what was there stays.
for source in *.cu; do
    echo "${source%.cu}"
done | xargs -P "$(nproc)" -I NAME bash -euo pipefail -c 'compile "$1" "$2"' compile NAME "$SCRATCH" || exit 1
catalogue
rm -f "$TARGET"/*.ptx
mv "$SCRATCH"/*.ptx "$SCRATCH/kernels.json" "$TARGET"
