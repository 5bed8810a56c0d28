# The library through Java: which Java, which libraries, doctor and the tests.

# Finds Java and the jars, once a call: those of the bundle, else this machine's JDK and Maven. Sets java_command, all
# up to the main class, and writes it down as the script $run_java, which changes to a folder that may be written to.
java_state=""
run_java=$build/run-java
prepare_java() {
    if [ -z "$java_state" ]; then
        java_state=FAILED
        find_java || { report "$group" "$java_state" "$java_missing"; return 1; }
        mkdir -p "$build/java-work/target"
        use_libraries
        # Not by the memory that is there: a virtual machine's may grow as it is used.
        java_command=("$jre" -Xmx8g -XX:-UsePerfData
            --add-modules=jdk.incubator.vector --enable-native-access=ALL-UNNAMED
            "-XX:ErrorFile=$output/java-crash-%p.log" "-Djava.io.tmpdir=$TMPDIR"
            "-Dorg.bytedeco.javacpp.cachedir=$build/javacpp" ${java_options[@]+"${java_options[@]}"} -cp "$jars/*")
        {
            printf '#!/usr/bin/env bash\ncd %q && exec' "$build/java-work"
            printf ' %q' "${java_command[@]}"
            echo ' "$@"'
        } >"$run_java"
        chmod +x "$run_java"
        "$run_java" -version 2>&1 | grep -v 'incubator modules' | sed 's/^/java: /' >>"$output/machine.log"
        java_state=ready
    fi
    [ "$java_state" = ready ] && return
    report "$group" "$java_state" "$java_missing"
    return 1
}

find_java() {
    local packed=$repository/java/jre.tar.gz sum
    if [ -e "$packed" ]; then
        sum=$(cksum <"$packed")
        if [ "$(cat "$build/jre.sum" 2>/dev/null)" != "$sum" ]; then
            rm -rf "$build/jre"
            tar -C "$build" -xzf "$packed" || exit 2
            echo "$sum" >"$build/jre.sum"
        fi
        jre=$build/jre/bin/java
        jars=$repository/java/lib
        return
    fi
    if [ -e "$repository/COMMIT" ]; then
        java_missing="this bundle is incomplete: it has no java/jre.tar.gz"
        return 1
    fi
    jre=${JAVA_HOME:+$JAVA_HOME/bin/java}
    jre=${jre:-$(command -v java)}
    if [ ! -x "$jre" ] || ! command -v mvn >/dev/null; then
        java_state=SKIPPED
        java_missing="no Java and Maven here; bundle.sh makes a folder that needs neither"
        return 1
    fi
    jars=$build/jars
    if ! bash "$here/bundle.sh" --jars "$jars" >"$output/jars.log" 2>&1; then
        java_missing="the jars could not be built; jars.log"
        return 1
    fi
}

# Java finds NVIDIA's libraries itself. CUDA 13 has no cuBLAS 12, for which JCuda was made: the forwarding library,
# taken where only cuBLAS 13 is found, is built here.
use_libraries() {
    java_options=()
    if [ -n "${SIMULATED_LIBRARIES:-}" ]; then
        java_options+=("-Dpernodedrop.cuda.libraries=$SIMULATED_LIBRARIES" -Dpernodedrop.cuda.search=given)
        return
    fi
    local log=$output/cublas-forwarding.log folders=${CUDA_LIBRARIES:-}
    if bash "$repository/cuda/cublas-forwarding/build.sh" "$build/cublas-forwarding" >"$log" 2>&1; then
        folders=${folders:+$folders:}$build/cublas-forwarding
    else
        report cublas-forwarding SKIPPED "needed for CUDA 13: $(tail -1 "$log")"
    fi
    java_options+=(-Dpernodedrop.test.gpu=true ${folders:+"-Dpernodedrop.cuda.libraries=$folders"})
}

step_doctor() {
    prepare_java || return
    timeout -k 10 120 "$run_java" org.pernodedrop.app.cli.Main doctor --json \
        >"$output/doctor.json" 2>"$output/doctor-json.log"
    TAIL=60 step doctor 120 "$run_java" org.pernodedrop.app.cli.Main doctor
}

# Sums up the reports of JUnit: how many tests ran. Fails if none did.
count_java_tests() {
    cat "$output"/junit/TEST-*.xml 2>/dev/null | grep -a '^<testsuite ' | awk '
        { for (i = 1; i <= NF; i++) if (split($i, part, "=\"") == 2) sums[part[1]] += part[2] + 0 }
        END {
            printf "%d tests, %d skipped, %d failed", sums["tests"], sums["skipped"], sums["failures"] + sums["errors"]
            exit sums["tests"] <= sums["skipped"]
        }'
}

# run_java_tests NAME SECONDS CLASSES: those test classes whose names match.
run_java_tests() {
    local name=$1 limit=$2 classes=$3
    prepare_java || return
    rm -rf "$output/junit"
    TAIL=25 NOTE=count_java_tests step "$name" "$limit" "$run_java" \
        org.junit.platform.console.ConsoleLauncher execute --scan-classpath "$jars/pernodedrop-tests.jar" \
        --include-classname "$classes" --exclude-classname '.*LicensesIT' \
        --reports-dir "$output/junit" --fail-if-no-tests --details=tree --disable-ansi-colors --disable-banner
    # Reports are written at the end.
    [ $? -ne 124 ] || return
    count_java_tests >/dev/null || report "$name" FAILED "no test ran on a device: $(count_java_tests)"
    # The reasons of skips, each once.
    while read -r count why; do
        report "$name" SKIPPED "$count: $why"
    done < <(awk '/<skipped>/ {
            # A message and often its stack trace, on this line or from the next one on.
            sub(/.*<skipped>/, "")
            if ($0 !~ /[^ ]/) getline
            sub(/.*CDATA\[/, "")
            sub(/\]\]>.*/, "")
            sub(/^parent was skipped: /, "")
            sub(/^[A-Za-z0-9.]*TestAbortedException: /, "")
            print
        }' "$output"/junit/TEST-*.xml 2>/dev/null | sort | uniq -c | sort -rn | head -20)
}

step_java_tests() {
    run_java_tests java-tests "${JAVA_TEST_SECONDS:-540}" "${JAVA_TESTS:-.*IT}"
}

# Products on the caller's own arrays and stream, by raw addresses.
step_pointers() {
    run_java_tests pointers 120 '.*Pointer[A-Za-z]*IT'
}
