#!/usr/bin/env bash
# Tests what check.sh makes of its tools' answers, with stand-ins for the GPU's tools, the compilers and Java.
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bundle="$work/a bundle"
out="$work/out folder"
wrong=0

# stand_in FILE: a program from standard input.
stand_in() {
    mkdir -p "$(dirname "$1")"
    { echo '#!/usr/bin/env bash'; cat; } >"$1"
    chmod +x "$1"
}

mkdir -p "$bundle/native-tests/gpu" "$bundle/java/lib" "$bundle/cuda/cublas-forwarding" "$work/ptx"
cp -r "$here"/{check.sh,steps,peers,kernel_table.sh} "$bundle/native-tests/gpu/"
echo 0123456789abcdef >"$bundle/COMMIT"
tar -C "$work/ptx" -czf "$bundle/ptx.tar.gz" .
echo 'echo "needs gcc, \"quoted\""; exit ${NO_COMPILER:-0}' >"$bundle/cuda/cublas-forwarding/build.sh"
touch "$work/googletest"

stand_in "$work/bin/nvidia-smi" <<'E2'
case "$*" in
    *utilization*) while sleep 0.02; do echo "$(date '+%Y/%m/%d %H:%M:%S.%3N'), 90, 1000, 1900, 300"; done ;;
    *compute_cap*) echo 9.0 ;;
    *name,driver_version\ *) echo "Stand-in H0, 580.1" ;;
    *) echo "a table" ;;
esac
E2
stand_in "$work/bin/cmake" <<'E2'
[ "$1" = --build ] || { [ -z "${BROKEN_BUILD:-}" ] || { echo "error: broken"; exit 1; }; exit 0; }
program=$4
[ "$3" = --target ] || exit 3
cat >"$2/$program" <<'E3'
#!/bin/bash
echo "[       OK ] Some.Test $*"
while [ $# -gt 0 ]; do
    [ "$1" != --json ] || echo "{\"program\": \"$(basename "$0")\"}" >"$2"
    shift
done
[ "${SLOW_PROGRAM:-}" != "$(basename "$0")" ] || exec sleep 60
exit ${NATIVE_STATUS:-0}
E3
chmod +x "$2/$program"
E2
stand_in "$work/bin/compute-sanitizer" <<'E2'
while [ $# -gt 0 ]; do
    case $1 in
        --tool) tool=$2; shift 2 ;;
        --target-processes | --error-exitcode | --print-limit | --launch-timeout | --report-api-errors) shift 2 ;;
        -*) echo "unknown option $1"; exit 3 ;;
        *) break ;;
    esac
done
[ "$tool" != synccheck ] || { echo "========= Error: Device not supported."; exit 1; }
"$@"
status=$?
[ "$tool" != "${SANITIZER_FINDS:-}" ] || { echo "========= Invalid __global__ read of size 4 bytes"; exit 77; }
echo "========= ERROR SUMMARY: 0 errors"
exit $status
E2
stand_in "$work/bin/python-with-torch" <<'E2'
case $1 in
    -c) [ "$2" = "import torch" ] ;;
    */peers/peers.py)
        [ -e "$1" ] && [ "$2" = --json ] && [ "$4" = --seconds ] && [ "$5" -gt 0 ] || exit 3
        echo "SKIPPED: no time for it: a peer"
        exit "${PEERS_STATUS:-0}" ;;
esac
E2
stand_in "$work/jre/bin/java" <<'E2'
main=""
out=""
while [ $# -gt 0 ]; do
    case $1 in
        -version) echo "a stand-in" ; exit 0 ;;
        -cp) main=$3; shift 2 ;;
        --out) out=$2 ;;
        --reports-dir) out=$2 ;;
        *.json) out=$1 ;;
        bench) main=bench ;;
        --html) echo "a page" >"$2" ;;
        *.jsonl) [ "$main" != bench ] || [ -n "${BENCH_STATUS:-}" ] || [[ $1 == *,* ]] || echo '{"record":"layer"}' >"$1" ;;
        doctor) [ "$2" = --json ] && echo '{"works": true}'; exit "${DOCTOR_STATUS:-0}" ;;
    esac
    shift
done
case $main in
    bench) exit "${BENCH_STATUS:-0}" ;;
    *.ConsoleLauncher)
        mkdir -p "$out"
        cat >"$out/TEST-junit-jupiter.xml" <<XML
<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="JUnit Jupiter" tests="3" skipped="${SKIPPED:-1}" failures="0" errors="0" time="1">
<testcase><skipped>
<![CDATA[org.opentest4j.TestAbortedException: needs the simulated device]]>
</skipped></testcase>
<testcase><skipped><![CDATA[parent was skipped: org.opentest4j.TestAbortedException: needs another device
	at org.junit.jupiter.api.Assumptions.abort(Assumptions.java:300)
]]></skipped></testcase>
</testsuite>
XML
        ;;
    *.Main)
        for rows in 1 2 3; do
            printf 'row\n' >>"$out/metrics.csv"
            sleep 0.06
        done
        echo "validation accuracy" ;;
    *.RunComparison) echo '{"runs": []}' >"$out"; exit "${COMPARISON_STATUS:-0}" ;;
esac
E2
tar -C "$work" -czf "$bundle/java/jre.tar.gz" jre

# check STATUS SETTINGS ARGUMENTS...: runs check.sh and holds its exit status to what is expected. SETTINGS are words.
check() {
    local expected=$1 settings=$2 status
    shift 2
    # shellcheck disable=SC2086
    (cd "$work" && env PATH="$work/bin:/usr/bin:/bin" PYTHON=no-python GTEST_SOURCE_DIR= $settings \
        "$bundle/native-tests/gpu/check.sh" "$@" "$out" >"$work/log" 2>&1)
    status=$?
    [ "$status" -eq "$expected" ] || fail "exit status $status instead of $expected: $settings $*"
}

fail() {
    echo "WRONG: $1"
    cat "$work/log"
    wrong=1
}

# says LINE: the summary has a line of these words.
says() {
    tr -s ' ' <"$out/summary.txt" | grep -q -x -- "$1" || fail "the summary lacks: $1"
}

check 2 "" --only nonsense
check 2 "" --only
check 2 "" --first --only tests
check 2 "" --seconds soon

check 0 "" --only tests,sanitizer,peers,doctor,java-tests
says "tests tests passed [0-9]* s"
says "sanitizer sanitizer-memcheck passed [0-9]* s, 1 tests"
says "sanitizer sanitizer-synccheck SKIPPED it does not work here: Error: Device not supported."
says "peers peers SKIPPED no PyTorch for no-python; .*"
says "doctor doctor passed .*"
says "java-tests java-tests passed [0-9]* s 3 tests, 1 skipped, 0 failed"
says "java-tests java-tests SKIPPED 1: needs the simulated device"
says "java-tests java-tests SKIPPED 1: needs another device"
says "commit: 0123456789abcdef"

# The next piece: what was done stays, and the pack holds all.
check 0 "" --only train,java-sanitizer --pack everything.tar.gz
says "tests tests passed [0-9]* s"
says "train train-digits-cuda passed .*"
says "train train-comparison passed .*"
says "java-sanitizer java-sanitizer-memcheck passed [0-9]* s, a training run"
says "0 failed; logs in .*"
[ -s "$work/everything.tar.gz" ] || fail "nothing was packed"
if [ "$(grep -c ', 90,' "$out/train/digits-cuda/gpu.csv")" -lt 3 ] || [ ! -s "$out/train/digits-cuda/epochs.csv" ]; then
    fail "the GPU was not watched"
fi
if command -v python3 >/dev/null; then
    python3 - "$out/summary.json" <<'PYTHON' || fail "summary.json"
import json, sys
summary = json.load(open(sys.argv[1]))
assert summary["failed"] == 0 and summary["doctor"]["works"] and summary["train"]["runs"] == [], summary
assert summary["gpu"] == "Stand-in H0, 580.1", summary["gpu"]
assert {"step": "tests", "name": "tests"}.items() <= summary["steps"][1].items(), summary["steps"]
PYTHON
fi

check 0 BENCH_SUITES=paper,wide --only bench
says "bench bench-paper passed [0-9]* s 1 results"
says "bench bench-wide passed [0-9]* s 1 results"
says "bench bench-training passed [0-9]* s 1 results"
says "bench bench-report passed .*"
[ -s "$out/bench.html" ] || fail "there is no page"

# The steps that tell most come first, each with what it needs alone.
rm -rf "$out"
check 0 "PYTHON=python-with-torch" --first --pack first.tar.gz
says "rates rates passed [0-9]* s"
says "connection-tests connection-tests passed [0-9]* s"
says "timing timing passed [0-9]* s"
says "peers peers passed [0-9]* s"
says "pointers pointers passed [0-9]* s 3 tests, 1 skipped, 0 failed"
says "java-tests java-tests passed .*"
grep -q -- '--gtest_filter=\*Connection\*' "$out/connection-tests.log" || fail "not the tests of the connection kernels"
grep -q -- '--shapes 128x4096x4096,128x2304x256' "$out/timing.log" || fail "not the first shapes"
order=$(awk -F '\t' '$1 != "build" && !seen[$1]++ { printf "%s ", $1 }' "$out/results.tsv")
[ "$order" = "rates connection-tests timing peers pointers train sanitizer doctor java-tests java-sanitizer " ] ||
    fail "order: $order"
[ -s "$work/first.tar.gz" ] || fail "nothing was packed"

# Within a time: what no longer fits is skipped, what is cut short keeps its results, neither is a failure.
rm -rf "$out"
check 0 "LEAST_SECONDS=1 SLOW_PROGRAM=kernel_timing" --seconds 9 --only rates,timing,doctor
says "rates rates passed [0-9]* s"
says "timing timing SKIPPED in part: cut short after [0-9]* s by --seconds; timing.log"
says "doctor doctor SKIPPED no time for it: [0-9]* s left, it takes 1 at least"
says "0 failed; logs in .*"
grep -q '"timings": {"program": "kernel_timing"}' "$out/summary.json" || fail "what was measured is lost"
check 0 "" --seconds 20 --only rates,bench
says "rates rates SKIPPED no time for it: 1[0-9] s left, it takes 25 at least"
says "bench bench SKIPPED no time for it: .* it takes 60 at least"

# Whoever kills the script finds what there was until then.
rm -rf "$out"
(cd "$work" && exec env PATH="$work/bin:/usr/bin:/bin" PYTHON=no-python SLOW_PROGRAM=kernel_timing setsid \
    "$bundle/native-tests/gpu/check.sh" --only rates,timing --pack killed.tar.gz "$out" >"$work/log" 2>&1) &
killed=$!
for _ in $(seq 100); do
    [ ! -e "$out/timing.log" ] || break
    sleep 0.1
done
kill -KILL -- "-$killed"
wait "$killed" 2>/dev/null
says "rates rates passed [0-9]* s"
grep -q '"instruction_rates": {"program": "instruction_rates"}' "$out/summary.json" || fail "the rates are lost"
tar -tzf "$work/killed.tar.gz" | grep instruction-rates.json >"$work/log" || fail "the rates were not packed"

# Whatever is wrong shows in the exit status, and only until it was repeated.
check 1 DOCTOR_STATUS=1 --only doctor
says "doctor doctor FAILED status 1 after .*"
check 0 "" --only doctor
says "0 failed; logs in .*"
check 1 SKIPPED=3 --only java-tests
says "java-tests java-tests FAILED no test ran on a device: 3 tests, 3 skipped, 0 failed"
check 1 COMPARISON_STATUS=1 --only train
check 1 SANITIZER_FINDS=racecheck --only java-sanitizer
says "java-sanitizer java-sanitizer-racecheck FAILED 1 messages; java-sanitizer-racecheck.log"
check 1 BENCH_STATUS=1 --only bench
says "bench bench-growth FAILED status 1 after .*"
[ ! -e "$out/bench.html" ] || fail "a page without results"
check 1 NATIVE_STATUS=1 --only tests
check 0 PYTHON=python-with-torch --only peers
says "peers peers passed [0-9]* s"
says "peers peers SKIPPED in part: SKIPPED: no time for it: a peer"
check 1 "PYTHON=python-with-torch PEERS_STATUS=1" --only peers
says "peers peers FAILED status 1 after .*"
check 1 BROKEN_BUILD=1 --only tests,sanitizer
says "build build-gpu_tests FAILED status 1 after .*"
says "sanitizer sanitizer FAILED gpu_tests was not built"
check 0 NO_COMPILER=1 --only doctor
says 'doctor cublas-forwarding SKIPPED needed for CUDA 13: needs gcc, "quoted"'

# Without compute-sanitizer and Java there is nothing to fail; but a bundle has Java.
rm "$work/bin/compute-sanitizer" "$bundle/java/jre.tar.gz"
check 1 "" --only doctor
says "doctor doctor FAILED this bundle is incomplete: .*"
rm "$bundle/COMMIT"
check 0 JAVA_HOME=/nowhere --only sanitizer,java-sanitizer,doctor
says "java-sanitizer java-sanitizer SKIPPED no compute-sanitizer"
says "doctor doctor SKIPPED no Java and Maven here; .*"

# Nothing is written beside the output and the build folder.
extra=$(cd "$bundle" && find . -newer "$work/googletest" -type f ! -path './target/*' | grep -v -e /jre.tar.gz)
[ -z "$extra" ] || fail "written elsewhere: $extra"
[ $wrong -eq 0 ] && echo "check.sh does what it should"
exit $wrong
