#!/bin/sh
# Asks in a session of its own and prints the events of the answer as they come. Needs curl alone.
#   CAUSEWAY_TOKEN=… sh ask.sh 'What does src/retry.ts do?'
set -eu
url=${CAUSEWAY_URL:-http://127.0.0.1:61900}
: "${CAUSEWAY_TOKEN:?a token: causeway clients add NAME}"
question=${1:-What is this project about?}

# The token goes in by a file of options, not on the command line, where every user of the machine could read it.
call() {
  curl --silent --show-error --fail-with-body --config - "$@" <<OPTIONS
header = "Authorization: Bearer $CAUSEWAY_TOKEN"
header = "Content-Type: application/json"
OPTIONS
}

# A text as JSON: backslashes, quotes and line breaks are escaped, other control characters left out.
json() {
  printf '%s' "$1" | tr -d '\000-\010\013-\037' | sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e "s/$(printf '\t')/\\\\t/g" |
    awk 'NR > 1 { printf "\\n" } { printf "%s", $0 }'
}

session=$(call --data '{"title": "Asked by a script"}' "$url/v1/sessions" | sed -n 's/.*"id":"\([0-9a-f-]*\)".*/\1/p')

# A key of its own makes the call one that may be sent again: the same key and input are one turn.
call --no-buffer --header "Accept: text/event-stream" --header "Idempotency-Key: $session-1" \
  --data "{\"text\": \"$(json "$question")\"}" "$url/v1/sessions/$session/turns"
