#!/usr/bin/env bash
# Gathers all that check.sh needs on a machine with a GPU and a CUDA toolkit, but without Java and network.
#   bundle.sh [--archive FILE.tar.xz] [FOLDER]     the bundle, in target/gpu-bundle; it holds this checkout's state
#   bundle.sh --jars FOLDER                        only the jars, for check.sh in a checkout with a JDK and Maven
# Needs git, Maven and a JDK for Linux on x86-64: $JAVA_HOME, else the one on the path. Temurin 25 makes a bundle for
# any Linux with glibc 2.17; builds of distributions may need their own libraries.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repository=$(cd "$here/../.." && pwd)
limit=60000000
# What jdeps finds in the jars, and what is looked up by name: zipfs, for finding tests in a jar. Without java.desktop,
# as a third of the size: train says that it draws no curves.
modules=java.base,java.logging,java.management,java.sql,java.xml,jdk.incubator.vector,jdk.management,jdk.unsupported
modules=$modules,jdk.zipfs

usage() { sed -n '3,4s/^# *//p' "$0" >&2; exit 2; }
archive=""
folder=""
jars_only=no
while [ $# -gt 0 ]; do
    case $1 in
        --archive) archive=${2:?$(usage)} && shift ;;
        --jars) jars_only=yes ;;
        -*) usage ;;
        *) [ -z "$folder" ] && folder=$1 || usage ;;
    esac
    shift
done
[ $jars_only = no ] || [ -n "$folder" ] || usage
folder=${folder:-$repository/target/gpu-bundle}

jdk=${JAVA_HOME:-$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")}
[ -x "$jdk/bin/jlink" ] || { echo "needs a JDK: there is no jlink in $jdk/bin; set JAVA_HOME" >&2; exit 1; }
export JAVA_HOME=$jdk

# Rewrites a jar of native libraries without those files in it that match an expression.
slim() {
    local jar=$1 unwanted=$2 contents
    contents=$(mktemp -d -p "$work")
    (cd "$contents" && "$jdk/bin/jar" --extract --file "$jar")
    find "$contents" -type f -regextype posix-extended -regex "$unwanted" -delete
    rm "$jar"
    "$jdk/bin/jar" --create --file "$jar" --no-manifest -C "$contents" .
    rm -rf "$contents"
}

# The jars of the program and of its tests, into a folder of its own.
gather_jars() {
    local to=$1 jar
    rm -rf "$to"
    mkdir -p "$to"
    # Without the frameworks that have an adapter, provided and their natives, and without what needs them.
    (cd "$repository" && mvn -q -B test-compile dependency:copy-dependencies -DoutputDirectory="$to" \
        -DexcludeScope=provided -DexcludeGroupIds=org.nd4j,org.deeplearning4j,ai.djl,ai.djl.pytorch,org.tribuo,org.slf4j)
    # Rules about the sources' packages and fuzzing need no GPU.
    rm "$to"/archunit*.jar "$to"/jazzer*.jar
    for jar in "$to"/openblas-*-linux-x86_64.jar; do
        slim "$jar" '.*(libjniopenblas(_full)?\.so|/include/.*)'
    done
    for jar in "$to"/jcuda-natives-*.jar; do
        slim "$jar" '.*lib(JNvPTXCompiler|JNvrtc|JCudaRuntime)-.*'
    done
    "$jdk/bin/jar" --create --file "$to/pernodedrop.jar" -C "$repository/target/classes" .
    "$jdk/bin/jar" --create --file "$to/pernodedrop-tests.jar" -C "$repository/target/test-classes" .
    slim "$to/pernodedrop.jar" '.*/org/pernodedrop/(dl4j|djl|tribuo)/.*'
    slim "$to/pernodedrop-tests.jar" '.*/org/pernodedrop/(dl4j|djl|tribuo)/.*'
}

mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ $jars_only = yes ]; then
    gather_jars "$folder"
    exit 0
fi

[ "$(uname -sm)" = "Linux x86_64" ] || { echo "builds on Linux x86-64 only: it takes this machine's JDK" >&2; exit 1; }
if [ -n "$(ls -A "$folder")" ] && [ ! -e "$folder/COMMIT" ]; then
    echo "is neither empty nor a bundle: $folder; name another folder" >&2
    exit 1
fi
rm -rf "$folder"
mkdir -p "$folder/java"

commit=$(git -C "$repository" rev-parse HEAD)
[ -z "$(git -C "$repository" status --porcelain)" ] || commit="$commit, changed"
echo "$commit" >"$folder/COMMIT"

ptx=src/main/resources/org/pernodedrop/kernels/cuda
# Known answers and tables, which the native tests share with the Java tests.
resources=src/test/resources/org/pernodedrop
git -C "$repository" ls-files --cached --others --exclude-standard -z \
    LICENSE licenses cuda native-tests "$resources" |
    tar -C "$repository" --null --files-from - --create | tar -C "$folder" --extract
tar -C "$repository/$ptx" --create --sort=name --owner=0 --group=0 . | gzip -9 >"$folder/ptx.tar.gz"
googletest=""
for sources in "${GTEST_SOURCE_DIR:-}" "$repository/native-tests/googletest" /usr/src/googletest; do
    [ -z "$googletest" ] && [ -e "$sources/googletest/src/gtest-all.cc" ] && googletest=$sources
done
[ -n "$googletest" ] || { echo "needs GoogleTest's sources: Debian's libgtest-dev, or GTEST_SOURCE_DIR" >&2; exit 1; }
mkdir -p "$folder/native-tests/googletest/googletest"
cp -r "$googletest"/googletest/{include,src} "$folder/native-tests/googletest/googletest/"

gather_jars "$folder/java/lib"
# What draws, which this runtime lacks java.desktop for.
rm "$folder"/java/lib/{xchart,batik-,xmlgraphics-}*.jar
# Packed as a whole, which is half of what jlink's own compression leaves; check.sh unpacks it where it builds.
"$jdk/bin/jlink" --add-modules "$modules" --strip-debug --no-header-files --no-man-pages --output "$work/jre" \
    2> >(grep -v 'incubator modules' >&2)
tar -C "$work" --sort=name --owner=0 --group=0 --create jre | gzip -9 >"$folder/java/jre.tar.gz"

# Every table that a native test reads must be there: without it the test would fail on the GPU only.
tables=$(grep -rhoP --include='*.cpp' 'known_answers\("\K[^"]+' "$folder"/native-tests/{tests,reference,device,gpu} | sort -u)
[ -n "$tables" ] || { echo "found no table that the native tests read" >&2; exit 1; }
for table in $tables; do
    [ -s "$folder/$resources/mask/$table" ] || {
        echo "the native tests read $resources/mask/$table, which the bundle lacks" >&2
        exit 1
    }
done

# The slimmed jars and the runtime must still work.
jre=$work/jre/bin/java
classes="$folder/java/lib/*"
flags=(-XX:-UsePerfData --add-modules=jdk.incubator.vector --enable-native-access=ALL-UNNAMED "-Djava.io.tmpdir=$work")
flags+=("-Dorg.bytedeco.javacpp.cachedir=$work")
mkdir "$work/target" # for jqwik
(cd "$work" &&
    "$jre" "${flags[@]}" -cp "$classes" org.pernodedrop.app.cli.Main train --epochs 1 --limit 50 --out "$work/run" &&
    "$jre" "${flags[@]}" -cp "$classes" org.junit.platform.console.ConsoleLauncher execute \
        --scan-classpath "$folder/java/lib/pernodedrop-tests.jar" \
        --include-classname '.*\.(PhiloxTest|DropRateTest)' \
        --fail-if-no-tests --details=tree --disable-banner) >"$work/trial.log" 2>&1 || {
    cat "$work/trial.log"
    echo "the bundle does not work" >&2
    exit 1
}
# JUnit's and jqwik's tests were found, and OpenBLAS was loaded.
for evidence in PhiloxTest DropRateTest OpenBLAS; do
    grep -q "$evidence" "$work/trial.log" || {
        cat "$work/trial.log"
        echo "$evidence does not work in the bundle" >&2
        exit 1
    }
done

size=$(find "$folder" -type f -printf '%s\n' | awk '{ sum += $1 } END { print sum }')
echo "$folder: $size bytes, commit $commit"
[ "$size" -le $limit ] || { echo "must be at most $limit bytes" >&2; exit 1; }
if [ -n "$archive" ]; then
    tar -C "$(dirname "$folder")" --owner=0 --group=0 --create "$(basename "$folder")" | xz -9 -T0 >"$archive"
    echo "$archive: $(stat -c %s "$archive") bytes"
fi
