#!/usr/bin/env bash
# Compiles and runs the programs that docs/kernels.md prints, on the simulated device.
#   document_test.sh FOLDER_OF_THE_SIMULATED_LIBRARIES FOLDER_OF_THE_PTX
set -euo pipefail

simulated=$1
ptx=$2
document=$(dirname "$0")/../docs/kernels.md
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LD_LIBRARY_PATH=$simulated

# block LANGUAGE: the only listing in that language.
block() { sed -n "/^\`\`\`$1\$/,/^\`\`\`\$/p" "$document" | sed '1d;$d'; }

block c >"$work/kernels.c"
block python >"$work/kernels.py"
[ -s "$work/kernels.c" ] && [ -s "$work/kernels.py" ] || { echo "$document lacks its programs" >&2; exit 1; }
command -v "${CC:-cc}" >/dev/null || { echo "SKIPPED: no C compiler for the program of $document"; exit 0; }
"${CC:-cc}" -std=c99 -Wall -Wextra -Werror "$work/kernels.c" -o "$work/kernels" "$simulated/libcuda.so.1"
"$work/kernels" "$ptx"
if command -v python3 >/dev/null; then
    python3 "$work/kernels.py" "$ptx"
else
    echo "SKIPPED: no python3 for the Python program of $document"
fi
