"""Small programs that stand in for the worker, the gateway and a supervisor, as real processes.

Each imports what it needs when it runs: they are started often.
"""

import asyncio
import json
import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path


def worker() -> None:
    # Run as a script, this file's folder is where modules are looked for.
    from nothing import work  # type: ignore[import-not-found]

    asyncio.run(work())


class Healthy(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/healthz" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def gateway() -> None:
    HTTPServer(("127.0.0.1", int(os.environ["DAIGOU_GATEWAY_PORT"])), Healthy).serve_forever()


def up() -> int:
    from daigou.stack import Part, StackOptions, run_up

    options = json.loads(sys.argv[2])
    me = (sys.executable, __file__)
    return run_up(
        StackOptions(
            state_dir=Path(options.pop("state_dir")),
            parts={Part(part) for part in options.pop("parts", list(Part))},
            commands={Part.WORKER: (*me, "worker"), Part.GATEWAY: (*me, "gateway")},
            migrate=False,
            durable=False,
            **options,
        )
    )


if __name__ == "__main__":
    match sys.argv[1]:
        case "worker":
            worker()
        case "gateway":
            gateway()
        case "up":
            sys.exit(up())
        case "deaf":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            print("ready", flush=True)
            signal.pause()
        case "broken":
            print("this cannot work", flush=True)
            sys.exit(3)
