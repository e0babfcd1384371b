"""Reads server-sent events with the standard library, and comes back behind the last one: python3 events.py URL"""

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
                name, data = "message", []
                for raw in stream:
                    line = raw.decode("utf-8").rstrip("\r\n")
                    field, _, value = line.partition(":")
                    value = value[1:] if value.startswith(" ") else value
                    if not line:
                        if data:
                            yield name, last, "\n".join(data)
                        if name == "stream-end":
                            return
                        name, data = "message", []
                    elif field == "event":
                        name = value
                    elif field == "data":
                        data.append(value)
                    elif field == "id":
                        last = value
                    elif field == "retry" and value.isdigit():
                        retry = int(value) / 1000
        except urllib.error.HTTPError as refusal:
            if refusal.code not in (429, 500, 503):
                raise SystemExit(refusal.read().decode("utf-8"))
            retry = float(refusal.headers.get("Retry-After", retry))
        except OSError:
            pass  # the connection broke
        time.sleep(retry)


for name, id, data in events(sys.argv[1]):
    print(name, data, flush=True)
