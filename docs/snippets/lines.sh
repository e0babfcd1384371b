#!/bin/sh
# Reads lines of JSON with curl, and comes back behind the last one: sh lines.sh URL [FILE]
# FILE keeps the last id, so that the next start goes on there as well.
url=$1
file=${2:-$(mktemp)}
[ $# -gt 1 ] || trap 'rm -f "$file"' EXIT
trap 'exit 130' INT TERM
touch "$file"
cr=$(printf '\r')
again=75

while :; do
    curl -sNi --suppress-connect-headers --connect-timeout 10 --speed-limit 1 --speed-time 60 \
        -H "Last-Event-ID: $(cat "$file")" "$url" | (
        pause=2
        read -r _ status _
        while IFS= read -r header && [ "$header" != "$cr" ]; do
            case $header in
            [Rr]etry-[Aa]fter:*) pause=$(printf %s "$header" | tr -dc 0-9) ;;
            esac
        done
        case $status in
        200 | 429 | 5?? | '') ;;
        *)
            cat >&2
            exit 1
            ;;
        esac
        while [ "$status" = 200 ] && IFS= read -r line; do
            case $line in
            '') continue ;;
            '{"control":"end"'*) exit 0 ;;
            '{"control":"stop"'*'"retryable":false'*)
                printf '%s\n' "$line" >&2
                exit 1
                ;;
            '{"control":"stop"'*)
                millis=${line##*'"retryAfterMs":'}
                pause=$((${millis%\}} / 1000 + 1))
                ;;
            '{"control":"gap"'*) printf '%s\n' "$line" >&2 ;;
            '{"control"'*) ;;
            *) printf '%s\n' "$line" ;;
            esac
            case $line in
            '{"id":"'* | '{"control":"'*'","id":"'*)
                id=${line#*'"id":"'}
                echo "${id%%'"'*}" >"$file"
                ;;
            esac
        done
        sleep $((pause + $$ % 2))
        exit $again
    )
    code=$?
    [ $code -eq $again ] || exit $code
done
