# compute-sanitizer, for the steps that run something under it.

# Sets sanitizer, or reports that there is none.
find_sanitizer() {
    for sanitizer in "$(command -v compute-sanitizer)" /opt/nvidia/*/compute-sanitizer \
        /usr/local/cuda*/compute-sanitizer/compute-sanitizer; do
        [ -n "$sanitizer" ] && [ -x "$sanitizer" ] && [ ! -d "$sanitizer" ] && return
    done
    report "$group" SKIPPED "no compute-sanitizer"
    return 1
}

# sanitize NAME TOOL SECONDS COUNT COMMAND...: one tool of compute-sanitizer over a command. COUNT says in a few words
# what the log shows to be done, and fails if that is nothing. Running out of time is no failure: what it saw until
# then counts. More options by the array sanitizer_options.
sanitize() {
    local name=$1 tool=$2 limit=$3 count=$4 started=$SECONDS log=$output/$1.log errors status ran any why left
    shift 4
    left=$(remaining)
    if [ "$left" -lt 10 ]; then
        report "$name" SKIPPED "no time for it"
        return
    fi
    limit=$((left < limit ? left : limit))
    echo "== $name"
    timeout -k 10 "$limit" "$sanitizer" --tool "$tool" --error-exitcode 77 --print-limit 20 --launch-timeout 60 \
        --target-processes all ${sanitizer_options[@]+"${sanitizer_options[@]}"} "$@" >"$log" 2>&1
    status=$?
    errors='Invalid|Misaligned|Error: |Uninitialized|Barrier error|Divergent|Race|Warning: Race|Program hit'
    errors=$(grep -a -c -E "^=+ +($errors)" "$log")
    ran=$($count "$log")
    any=$?
    why=$(grep -a -m 1 -i -E '^=.*(device not supported|no attachable process|unable to attach|not compatible)' "$log")
    grep -a -E '^=+ +(ERROR SUMMARY|RACECHECK SUMMARY|Invalid|Error: |Uninitialized|Barrier)' "$log" | head -5
    if [ -n "$why" ]; then
        report "$name" SKIPPED "it does not work here: $(sed 's/^=* *//' <<<"$why")"
    elif [ "$status" -eq 77 ] || [ "$errors" -gt 0 ]; then
        report "$name" FAILED "$errors messages; $name.log"
    elif [ "$status" -eq 124 ] || [ "$status" -eq 137 ]; then
        report "$name" passed "cut short after $limit s, no errors until then; $ran"
    elif [ "$status" -ne 0 ]; then
        report "$name" FAILED "status $status; $ran; $name.log"
    elif [ "$any" -ne 0 ]; then
        report "$name" FAILED "nothing ran; $name.log"
    else
        report "$name" passed "$((SECONDS - started)) s, $ran"
    fi
}
