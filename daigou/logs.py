"""How this service logs: facts with fields, coloured on a terminal, JSON anywhere else.

Everything goes to standard error, so that a command's result on standard output stays clean.
"""

import logging
import sys
from collections.abc import Sequence

import structlog
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict, Processor, WrappedLogger
from temporalio import activity, workflow

from daigou.settings import Settings


def configure_logs(settings: Settings) -> None:
    """Route structlog and the standard library's logging through one handler.

    May be called again; the last call counts.
    """
    level = logging.getLevelNamesMapping()[settings.log_level]
    shared = _shared_processors()

    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_drop_record_on_replay)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_renderers(on_terminal=sys.stderr.isatty()),
            ],
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # One line for every request of httpx, callback of transitions, step of alembic: not our story.
    for chatty in ("httpx", "httpcore", "transitions", "alembic.runtime.plugins"):
        logging.getLogger(chatty).setLevel(max(level, logging.WARNING))

    # The SDK would write its whole context into every message; `workflow_id` is bound instead.
    activity.logger.activity_info_on_message = activity.logger.activity_info_on_extra = False
    workflow.logger.workflow_info_on_message = workflow.logger.workflow_info_on_extra = False

    structlog.configure(
        processors=[
            _drop_on_replay,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def _shared_processors() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        _add_workflow_id,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _renderers(*, on_terminal: bool) -> Sequence[Processor]:
    # Neither renders the variables of a traceback's frames: personal data must not reach a log.
    if on_terminal:
        return [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    return [
        structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
        structlog.processors.JSONRenderer(default=str, ensure_ascii=False),
    ]


def _drop_on_replay(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    # A replayed workflow comes past its old log lines again; they were written the first time.
    if _is_replaying():
        raise structlog.DropEvent
    return event


def _drop_record_on_replay(_record: logging.LogRecord) -> bool:
    return not _is_replaying()


def _is_replaying() -> bool:
    return workflow.in_workflow() and workflow.unsafe.is_replaying()


def _add_workflow_id(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    if workflow.in_workflow():
        event.setdefault("workflow_id", workflow.info().workflow_id)
    elif activity.in_activity():
        event.setdefault("workflow_id", activity.info().workflow_id)
    return event
