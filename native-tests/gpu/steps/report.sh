# How steps run and how they ended. The table in results.tsv outlives a call, so that a check can be done in pieces: a
# step that runs again replaces its own lines only.
results=$output/results.tsv
group=""
failures=0

# begin GROUP: what is reported from here on belongs to it.
begin() {
    group=$1
    touch "$results"
    awk -F '\t' -v group="$group" '$1 != group' "$results" >"$results.new" && mv "$results.new" "$results"
}

# report NAME passed|FAILED|SKIPPED [why]
report() {
    printf '%s\t%s\t%s\t%s\n' "$group" "$1" "$2" "$(printf %s "${3:-}" | tr '\t\n' '  ')" >>"$results"
    [ "$2" = FAILED ] && failures=$((failures + 1))
    echo "== $1: $2 ${3:-}"
}

# Seconds that --seconds leaves, less some to sum up and to pack.
pack_seconds=0
remaining() { echo $((${seconds:-1000000} - SECONDS - 3 - pack_seconds)); }

# What a step takes at least if it is to tell anything, with what it has to build.
least_seconds() {
    [ -z "${LEAST_SECONDS:-}" ] || { echo "$LEAST_SECONDS"; return; }
    case $1 in
        rates | connection-tests | pointers | sanitizer | java-sanitizer | kernels) echo 25 ;;
        timing | sequences | peers | train | tests) echo 40 ;;
        java-tests | train-timing | bench) echo 60 ;;
        *) echo 10 ;;
    esac
}

# time_for STEP: whether there is time left for it; says so if not.
time_for() {
    local left
    left=$(remaining)
    [ "$left" -lt "$(least_seconds "$1")" ] || return 0
    report "$1" SKIPPED "no time for it: $((left > 0 ? left : 0)) s left, it takes $(least_seconds "$1") at least"
    return 1
}

# step NAME SECONDS COMMAND...: runs it with its log in the output folder and reports how it ended. NOTE, if set, is
# called for a few words about a success. Where --seconds leaves less than SECONDS, being cut short is no failure: what it
# has written until then counts.
step() {
    local name=$1 limit=$2 started=$SECONDS status note="" left
    shift 2
    left=$(remaining)
    if [ "$left" -lt 5 ]; then
        report "$name" SKIPPED "no time for it"
        return 124
    fi
    limit=$((left < limit ? left : limit))
    echo "== $name: $*"
    timeout -k 10 "$limit" "$@" 2>&1 | tee "$output/$name.log" | tail -n "${TAIL:-15}"
    status=${PIPESTATUS[0]}
    local took="$((SECONDS - started)) s"
    if [ "$status" -eq 0 ]; then
        [ -n "${NOTE:-}" ] && note=" $($NOTE)"
        report "$name" passed "$took$note"
    elif { [ "$status" -eq 124 ] || [ "$status" -eq 137 ]; } && [ "$limit" -eq "$left" ]; then
        report "$name" SKIPPED "in part: cut short after $limit s by --seconds; $name.log"
    elif [ "$status" -eq 124 ] || [ "$status" -eq 137 ]; then
        report "$name" FAILED "not done within $limit s; $name.log"
    else
        report "$name" FAILED "status $status after $took; $name.log"
    fi
    return "$status"
}

json_string() {
    local text=${1//\\/\\\\}
    printf '"%s"' "$(printf %s "${text//\"/\\\"}" | tr -d '\000-\037')"
}

# json_file NAME FILE: its content as a member, if the file is there.
json_file() { [ -s "$2" ] && printf ',\n"%s": %s' "$1" "$(cat "$2")"; }

# Sums up what there is so far, and packs it.
keep_results() {
    local started=$SECONDS
    summarize
    [ -z "$pack" ] && return
    # The old one stays whole until the new one is.
    tar -C "$(dirname "$output")" --auto-compress --create --file "$pack.new.${pack##*.}" "$(basename "$output")" &&
        mv "$pack.new.${pack##*.}" "$pack" || exit 1
    pack_seconds=$((SECONDS - started + 1))
}

summarize() {
    local failed separator="" row_group name status why
    failed=$(awk -F '\t' '$3 == "FAILED"' "$results" | wc -l)
    {
        printf '\n%s\n%s\n' "$(head -1 "$output/machine.log")" "commit: $commit"
        awk -F '\t' '{ printf "%-16s %-28s %-8s %s\n", $1, $2, $3, $4 }' "$results"
        echo "$failed failed; logs in $output"
    } >"$output/summary.txt"
    {
        printf '{"commit": %s, "finished": %s, "gpu": %s, "toolkit": %s, "failed": %d,\n"steps": [' \
            "$(json_string "$commit")" "$(json_string "$(date -u +%FT%TZ)")" "$(json_string "$gpu")" \
            "$(json_string "${toolkit:-none}")" "$failed"
        while IFS=$'\t' read -r row_group name status why; do
            printf '%s\n  {"step": %s, "name": %s, "status": %s, "detail": %s}' "$separator" \
                "$(json_string "$row_group")" "$(json_string "$name")" "$(json_string "$status")" \
                "$(json_string "$why")"
            separator=,
        done <"$results"
        printf ']'
        json_file instruction_rates "$output/instruction-rates.json"
        json_file doctor "$output/doctor.json"
        json_file train "$output/train.json"
        json_file train_start "$output/train-start.json"
        json_file train_timing "$output/train-timing.json"
        json_file timings "$output/timings.json"
        json_file multi_position_timings "$output/multi-position-timings.json"
        printf '}\n'
    } >"$output/summary.json"
}
