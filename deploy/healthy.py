"""Whether the runtime in this container can answer: exit code 0 when `/health/ready` says so, else 1.

It asks nobody but this container, and through no proxy.
"""

import http.client
import os
import sys

connection = http.client.HTTPConnection("127.0.0.1", int(os.environ.get("PORT") or 8000), timeout=3)
try:
    connection.request("GET", "/health/ready")
    answer = connection.getresponse()
    ready = answer.status == http.HTTPStatus.OK
    if not ready:
        print(answer.read(1_000).decode(errors="replace"))
except (OSError, http.client.HTTPException) as failure:
    print(failure)
    ready = False
sys.exit(not ready)
