#!/usr/bin/env bash
# What ptxas makes of PTX files: registers, spills, shared memory of every kernel and, with cuobjdump, its instructions.
#   kernel_table.sh ARCHITECTURE FOLDER FILE.ptx...      FOLDER keeps the cubins
set -euo pipefail
architecture=$1
folder=$2
shift 2
mkdir -p "$folder"
ptxas=${PTXAS:-ptxas}
cuobjdump=${CUOBJDUMP:-cuobjdump}

compile() {
    local name
    name=$(basename "$1" .ptx)
    "$ptxas" -v -O3 -arch="$architecture" -o "$folder/$name.cubin" "$1" >"$folder/$name.ptxas" 2>&1 ||
        { echo "ptxas refused $1:"; cat "$folder/$name.ptxas"; return 1; }
}
export -f compile
export ptxas folder architecture
status=0
printf '%s\0' "$@" | xargs -0 -P "$(nproc)" -I{} bash -c 'compile {}' || status=1

printf '%-56s %5s %6s %6s %7s %8s %6s %6s %6s\n' kernel regs stack spills shared instrs FFMA LDS LDG
for file in "$@"; do
    name=$(basename "$file" .ptx)
    [ -e "$folder/$name.cubin" ] || continue
    if command -v "$cuobjdump" >/dev/null; then
        "$cuobjdump" -sass "$folder/$name.cubin" >"$folder/$name.sass" 2>/dev/null || true
    fi
    [ -e "$folder/$name.sass" ] || : >"$folder/$name.sass"
    awk '
        FILENAME ~ /\.sass$/ && /Function :/ { kernel = $NF; next }
        FILENAME ~ /\.sass$/ && /^ *\/\*[0-9a-f]+\*\// {
            operation = $2 ~ /^@/ ? $3 : $2
            sub(/[.;].*/, "", operation)
            if (operation != "NOP") { total[kernel]++; count[kernel, operation]++ }
            next
        }
        /Compiling entry function/ { split($0, quoted, "\x27"); kernel = quoted[2]; order[++kernels] = kernel }
        /bytes stack frame/ { stack[kernel] = $1; spills[kernel] = $5 + $9 }
        /Used [0-9]+ registers/ {
            match($0, /Used [0-9]+/); registers[kernel] = substr($0, RSTART + 5, RLENGTH - 5)
            if (match($0, /[0-9]+ bytes smem/)) shared[kernel] = substr($0, RSTART, RLENGTH - 11)
        }
        END {
            for (n = 1; n <= kernels; n++) {
                k = order[n]
                printf "%-56s %5s %6s %6s %7s %8s %6s %6s %6s\n", k, registers[k], stack[k], spills[k], shared[k] + 0,
                    (k in total) ? total[k] : "-", count[k, "FFMA"] + 0, count[k, "LDS"] + 0, count[k, "LDG"] + 0
            }
        }' "$folder/$name.sass" "$folder/$name.ptxas"
done
exit $status
