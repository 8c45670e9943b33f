"""Running something on a stack from the command line: signals, deaths, and what the person sees."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress

from rich.console import Console
from rich.text import Text

from daigou.stack.embedded import Death, Stack, StackOptions
from daigou.stack.errors import StackError
from daigou.stack.temporal import NAMESPACE
from daigou.temporal_setup import TemporalSetupError

_STOPPING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Work = Callable[[Stack], Awaitable[int]]


def run_up(options: StackOptions, *, console: Console | None = None) -> int:
    """Run the stack until a signal ends it.

    Returns the exit code: 0 after Ctrl-C or SIGTERM, 1 if the stack could not start or a part
    died, which is named with the end of its log.
    """
    console = console or Console()

    async def show_and_wait(stack: Stack) -> int:
        console.print(addresses(stack), soft_wrap=True)
        console.print("Ctrl-C stops all of it.")
        await asyncio.Event().wait()
        return 0

    return run_on_stack(options, show_and_wait, console=console)


def run_on_stack(options: StackOptions, work: Work, *, console: Console | None = None) -> int:
    """Start the stack, await `work(stack)`, stop the stack; returns the exit code of `work`.

    The first Ctrl-C, SIGTERM or SIGHUP cancels the work and stops the stack in order, with exit
    code 0 unless the work catches the cancellation and returns another; a second one stops it by
    force. A part that dies ends the work too: then, as when the stack cannot start, it is told
    why, and the exit code is 1.
    """
    return asyncio.run(_until_told(_serve(options, work, console or Console())))


def addresses(stack: Stack) -> Text:
    """Where to find everything of a running stack; to be printed with `soft_wrap`, unbroken."""
    rows = [("API", f"{stack.gateway_url}/docs")]
    if stack.ui_url:
        rows.append(("Temporal UI", stack.ui_url))
    rows += [
        ("Temporal", f"{stack.temporal_address}, namespace {NAMESPACE}"),
        ("Database", stack.database_url),
        ("Logs", str(stack.state.logs)),
    ]
    if stack.mail:
        rows.append(("Mail", f"{stack.mail}, where e-mail to anyone ends up"))
    if stack.time_scale > 1:
        rows.append(("Time", f"{stack.time_scale} times as fast as on the wall"))
    rows += [("Note", note) for note in stack.notes]

    width = max(len(name) for name, _ in rows)
    lines = [Text.assemble((f"  {name:{width}}", "bold"), "  ", value) for name, value in rows]
    return Text("\n").join([Text(f"daigou is up, its state in {stack.state.root}"), *lines])


async def _serve(options: StackOptions, work: Work, console: Console) -> int:
    try:
        with console.status("Starting …") as status:
            async with Stack(options) as stack:
                status.stop()
                try:
                    return await _work_or_death(stack, work, console)
                finally:
                    status.update("Stopping …")
                    status.start()
    except (StackError, TemporalSetupError) as error:
        console.print("[bold red]The stack did not start:[/]")
        console.print(str(error), markup=False, highlight=False, soft_wrap=True)
        return 1


async def _work_or_death(stack: Stack, work: Work, console: Console) -> int:
    working = asyncio.ensure_future(work(stack))
    dying = asyncio.ensure_future(stack.wait_for_death())
    try:
        await asyncio.wait({working, dying}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        _mourn(dying.result(), console)
        return 1
    except asyncio.CancelledError:
        working.cancel()
        with suppress(asyncio.CancelledError):
            return await working
        return 0
    finally:
        for task in (working, dying):
            task.cancel()
        await asyncio.gather(working, dying, return_exceptions=True)


def _mourn(death: Death, console: Console) -> None:
    console.print(death.obituary, markup=False, highlight=False, soft_wrap=True)
    # Last, where a person looks first.
    console.print(
        f"[bold red]The {death.part} died, so everything stopped.[/] "
        "What was written stays: start again, and every order goes on."
    )


async def _until_told(serving: Awaitable[int]) -> int:
    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(serving)
    for number in _STOPPING_SIGNALS:
        loop.add_signal_handler(number, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        # While starting, or a second time while stopping.
        return 0
    finally:
        for number in _STOPPING_SIGNALS:
            loop.remove_signal_handler(number)
