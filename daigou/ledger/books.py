"""Owns the one door through which state and money change: a step, a transaction."""

from dataclasses import replace

from pydantic_core import to_json
from sqlalchemy import Connection, Engine, select

from daigou.domain.book import Movement, MovementState
from daigou.domain.commands import Request
from daigou.domain.ids import MovementRef, SubjectId
from daigou.domain.steps import Committed, Step
from daigou.ledger.failures import OvertakenError, StepForbiddenError, database_answers
from daigou.ledger.rows import committed_of, digest_of, movement_of, recorded_of, request_of
from daigou.ledger.step_writer import Found, compose
from daigou.ledger.tables import METADATA
from daigou.ports.books import StepConflictError

_MOVEMENT = METADATA.tables["movement"]
_ORDER = METADATA.tables["purchase_order"]
_REQUEST = METADATA.tables["purchase_request"]


class PostgresBooks:
    """The `Books` port on PostgreSQL. It may be shared by threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def commit(self, step: Step) -> Committed:
        """Writes a step, or finds it written: see `Books.commit`.

        Raises:
            Refused: the books forbid it; nothing was written.
            StepConflictError: the command was written otherwise, or a guard forbids this step.
            BooksUnavailableError: the outcome is unknown; commit the same step again.
        """
        digest = digest_of(step)
        try:
            return self._write(step, digest)
        except OvertakenError:
            pass
        try:
            # Whoever was faster has committed: this time its step is found.
            return self._write(step, digest)
        except OvertakenError as error:
            raise StepForbiddenError(f"{step.subject}/{step.sequence}: {error}") from error

    def movement(self, reference: MovementRef) -> tuple[Movement, MovementState]:
        """The movement of that reference: see `Books.movement`.

        Raises:
            LookupError: there is none.
            BooksUnavailableError: the database did not answer.
        """
        query = select(_MOVEMENT).where(_MOVEMENT.c.reference == reference)
        with database_answers(), self._engine.connect() as connection:
            row = connection.execute(query).mappings().one_or_none()
        if row is None:
            raise LookupError(f"no movement {reference}")
        return movement_of(row), MovementState(row["state"])

    def request(self, subject: SubjectId) -> Request:
        """The purchasing request of an order: see `Books.request`.

        Raises:
            LookupError: there is none.
            BooksUnavailableError: the database did not answer.
        """
        whose = select(_ORDER).where(_ORDER.c.id == subject)
        what = select(_REQUEST).where(_REQUEST.c.order_id == subject)
        with database_answers(), self._engine.connect() as connection:
            order = connection.execute(whose).mappings().one_or_none()
            request = connection.execute(what).mappings().one_or_none()
        if order is None or request is None:
            raise LookupError(f"no order {subject}")
        return request_of(order, request)

    def _write(self, step: Step, digest: str) -> Committed:
        with database_answers(), self._engine.begin() as connection:
            found = _open_book(connection, step)
            if already := _already_written(step, digest, found):
                return already
            rows, committed = compose(step=step, digest=digest, found=found)
            connection.exec_driver_sql("SELECT write_step(%s::jsonb)", (to_json(rows).decode(),))
        return committed


def _open_book(connection: Connection, step: Step) -> Found:
    return Found(
        **connection.exec_driver_sql(
            "SELECT open_book(%s, %s, %s, %s)",
            (step.subject, step.sequence, step.command_id, step.item),
        ).scalar_one()
    )


def _already_written(step: Step, digest: str, found: Found) -> Committed | None:
    if found.written:
        committed = committed_of(found.written["result"])
        if found.written["digest"] == digest:
            return committed
        if found.written["command_id"] == step.command_id:
            raise StepConflictError(f"{step.subject}/{step.sequence} holds the command otherwise")
        recorded = recorded_of(found.written | {"table": found.written["axis"]})
        return replace(committed, instead=recorded)
    if found.command_sequence is not None:
        raise StepConflictError(
            f"command {step.command_id} of {step.subject} was written as step "
            f"{found.command_sequence}"
        )
    return None
