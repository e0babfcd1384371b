"""Reads server-sent events with the standard library, and comes back behind the last one: python3 events.py URL"""

import http.client
import json
import random
import sys
import time
import urllib.error
import urllib.request


def events(url):
    """Yields (name, id, data) until the stream has ended for good."""
    last, retry = "", 2.0
    while True:
        headers = {"Accept": "text/event-stream"}
        if last:
            headers["Last-Event-ID"] = last
        try:
            with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=60) as stream:
                if stream.status == 204:
                    return
                name, id, data = "message", last, []
                for raw in stream:
                    line = raw.decode("utf-8", "replace")
                    if not line.endswith("\n"):
                        break  # the connection broke within a line
                    line = line.rstrip("\r\n")
                    field, _, value = line.partition(":")
                    value = value[1:] if value.startswith(" ") else value
                    if not line:
                        last = id
                        if data:
                            yield name, last, "\n".join(data)
                        if name == "stream-end":
                            return
                        if name == "stream-stop" and not json.loads("".join(data))["retryable"]:
                            sys.exit("".join(data))
                        name, data = "message", []
                    elif field == "event":
                        name = value
                    elif field == "data":
                        data.append(value)
                    elif field == "id":
                        id = value
                    elif field == "retry" and value.isdigit():
                        retry = int(value) / 1000
        except urllib.error.HTTPError as refusal:
            if refusal.code != 429 and refusal.code < 500:
                sys.exit(refusal.read().decode("utf-8"))
            retry = float(refusal.headers.get("Retry-After", retry))
        except (OSError, http.client.HTTPException):
            pass  # the connection broke
        time.sleep(retry * random.uniform(1, 1.5))


for name, id, data in events(sys.argv[1]):
    if name.startswith("stream-"):
        print(name, data, file=sys.stderr)
    else:
        print(data, flush=True)
