"""Small programs that stand in for the worker, the gateway and a supervisor, as real processes."""

import asyncio
import json
import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker


@workflow.defn(sandboxed=False)
class Nothing:
    @workflow.run
    async def run(self) -> None:
        return None


async def worker() -> None:
    client = await Client.connect(
        os.environ["TEMPORAL_ADDRESS"], namespace=os.environ["TEMPORAL_NAMESPACE"]
    )
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    async with Worker(
        client,
        task_queue="daigou",
        workflows=[Nothing],
        workflow_runner=UnsandboxedWorkflowRunner(),
    ):
        await told.wait()
    print("worker.stopped", flush=True)


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
            asyncio.run(worker())
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
