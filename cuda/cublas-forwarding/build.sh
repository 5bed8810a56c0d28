#!/usr/bin/env bash
# Builds libcublas-forwarding.so, by which JCuda calls cuBLAS of CUDA 13: cuda/cublas-forwarding/build.sh FOLDER
#
# For machines that have libcublas.so.13 and no libcublas.so.12. Needs a C compiler (gcc, clang, or the one that CC names)
# and nothing of CUDA. Then run Java with -Dpernodedrop.cuda.libraries=FOLDER.
set -euo pipefail

if [[ $# != 1 ]]; then
    echo "usage: $0 FOLDER" >&2
    exit 2
fi
if [[ $(uname -sm) != "Linux x86_64" ]]; then
    echo "$0: JCuda calls cuBLAS by this library on Linux on x86_64 only; this is $(uname -sm)" >&2
    exit 1
fi
for compiler in ${CC:-} gcc cc clang g++ c++; do
    if command -v "$compiler" >/dev/null; then
        break
    fi
    compiler=
done
if [[ -z $compiler ]]; then
    echo "$0: no C compiler; install gcc or name one by CC" >&2
    exit 1
fi

sources=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
folder=$(cd "$1" && pwd)
work=$(mktemp -d "$folder/.forwarding.XXXXXX")
trap 'rm -rf "$work"' EXIT

names=($(<"$sources/names.txt"))
{
    echo '.text'
    for i in "${!names[@]}"; do
        name=${names[i]}
        printf '.globl %s\n.type %s, @function\n%s: jmp *forwarding_targets+%d(%%rip)\n' "$name" "$name" "$name" $((8 * i))
    done
    printf '.bss\n.balign 8\n.globl forwarding_targets\nforwarding_targets: .skip %d\n' $((8 * ${#names[@]}))
    printf '.section .rodata\n'
    for i in "${!names[@]}"; do
        printf 'name%d: .asciz "%s"\n' "$i" "${names[i]}"
    done
    printf '.balign 8\n.globl forwarding_count\nforwarding_count: .quad %d\n' "${#names[@]}"
    printf '.section .data.rel.ro, "aw"\n.balign 8\n.globl forwarding_names\nforwarding_names:\n'
    for i in "${!names[@]}"; do
        printf '.quad name%d\n' "$i"
    done
    echo '.section .note.GNU-stack, "", @progbits'
} >"$work/jumps.s"
echo 'libcublas.so.12 { global: cublas*; local: *; };' >"$work/versions"

"$compiler" -x c -std=c11 -O2 -fPIC -fvisibility=hidden -fno-stack-protector -U_FORTIFY_SOURCE -Wall -Wextra \
    -c "$sources/forwarding.c" -o "$work/forwarding.o"
"$compiler" -c "$work/jumps.s" -o "$work/jumps.o"
"$compiler" -shared -s -Wl,-soname,libcublas.so.12 -Wl,--version-script="$work/versions" -Wl,-z,defs \
    "$work/forwarding.o" "$work/jumps.o" -ldl -o "$work/libcublas-forwarding.so"
mv "$work/libcublas-forwarding.so" "$folder/"
echo "built $folder/libcublas-forwarding.so: ${#names[@]} functions"
