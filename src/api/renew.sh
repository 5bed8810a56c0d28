#!/usr/bin/env bash
# Makes baseline.jar of the classes that mvn compile has left: the public API as it is now. To be run after a release, and
# when an API is changed on purpose before 1.0.0; then the change of the version belongs to the same commit.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
classes=$(cd "$here/../../target/classes" && pwd)
files=()
for package in backend data djl dl4j kernels mask model nn predict strategy train tribuo; do
    for file in "$classes/org/pernodedrop/$package"/*.class; do
        files+=(-C "$classes" "org/pernodedrop/$package/$(basename "$file")")
    done
done
rm -f "$here/baseline.jar"
jar --create --file "$here/baseline.jar" --no-manifest --date=2026-11-01T00:00:00Z "${files[@]}"
echo "$here/baseline.jar: $(stat -c %s "$here/baseline.jar") bytes"
