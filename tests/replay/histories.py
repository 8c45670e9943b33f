"""The recorded histories: where they are, how they are written, and what may stand in them."""

import gzip
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from google.protobuf.message import Message
from temporalio.api.common.v1 import Payload
from temporalio.api.history.v1 import History
from temporalio.client import WorkflowHistory

FOLDER = Path(__file__).parent / "histories"
ENDING = ".json.gz"
RECORDER = "recorder"


def recorded() -> list[str]:
    """The names of all histories that there are."""
    return sorted(path.name.removesuffix(ENDING) for path in FOLDER.glob(f"*{ENDING}"))


def path_of(name: str) -> Path:
    """Where the history of that name is kept."""
    return FOLDER / f"{name}{ENDING}"


def read(name: str) -> WorkflowHistory:
    """A recorded history, for whoever asks to change as he likes."""
    return WorkflowHistory(name, History.FromString(_recorded(name)).events)


def write(name: str, history: WorkflowHistory) -> None:
    """Keeps a history: compact, and without what only tells of the machine that recorded it."""
    FOLDER.mkdir(exist_ok=True)
    kept = _without_machine(json.loads(history.to_json()))
    compact = json.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode()
    path_of(name).write_bytes(gzip.compress(compact, mtime=0))


def payloads(message: Message) -> Iterator[Payload]:
    """Every payload anywhere in a message: arguments, results, attributes, summaries."""
    if isinstance(message, Payload):
        yield message
        return
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        if field.message_type.GetOptions().map_entry:
            values = [each for each in value.values() if isinstance(each, Message)]
        else:
            values = [value] if isinstance(value, Message) else list(value)
        for each in values:
            yield from payloads(each)


@cache
def _recorded(name: str) -> bytes:
    # Read once a process: protobuf reads JSON a hundred times as slowly as its own form.
    text = gzip.decompress(path_of(name).read_bytes()).decode()
    return History(events=WorkflowHistory.from_json(name, text).events).SerializeToString()


def _without_machine(value: Any) -> Any:
    """Identities name a process and a host, stack traces paths: a replay needs neither."""
    if isinstance(value, list):
        return [_without_machine(each) for each in value]
    if not isinstance(value, dict):
        return value
    kept = {
        key: RECORDER if key == "identity" else _without_machine(each)
        for key, each in value.items()
        if key != "stackTrace"
    }
    if "normalName" in kept:
        # A sticky queue is named after the process.
        kept["name"] = f"{RECORDER}-sticky"
    return kept
