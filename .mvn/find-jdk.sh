#!/bin/sh
# Prints the home of a JDK that is new enough to build and run Weir, or says on stderr why there is none.
# JAVA_HOME is asked first, then JAVA25_HOME, the `java` on the path, and the usual install folders.
set -eu

least=25

# The major version of the JDK in a folder, from its `release` file; nothing if it isn't a JDK.
major() {
    [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 0
    sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

candidates() {
    [ -z "${JAVA_HOME:-}" ] || echo "$JAVA_HOME"
    [ -z "${JAVA25_HOME:-}" ] || echo "$JAVA25_HOME"
    if java=$(command -v java); then
        while [ -L "$java" ]; do
            link=$(readlink "$java")
            case $link in
                /*) java=$link ;;
                *) java=$(dirname "$java")/$link ;;
            esac
        done
        (cd "$(dirname "$java")/.." 2>/dev/null && pwd -P) || true
    fi
    for home in /usr/lib/jvm/* /opt/* "${HOME:-}"/.sdkman/candidates/java/* \
        /Library/Java/JavaVirtualMachines/*/Contents/Home "${HOME:-}"/.jdks/*; do
        [ ! -d "$home" ] || echo "$home"
    done
}

found=$(candidates | while IFS= read -r home; do
    version=$(major "$home")
    if [ "${version:-0}" -ge "$least" ]; then
        echo "$home"
        break
    fi
done)

if [ -z "$found" ]; then
    echo "Weir needs a JDK $least or newer and found none (JAVA_HOME is ${JAVA_HOME:-not set})." >&2
    echo "Install one, or set JAVA_HOME to the folder of one." >&2
    exit 1
fi
echo "$found"
