"""Owns the one door through which state and money change: a step, a transaction."""

from dataclasses import replace

from sqlalchemy import Connection, Engine, select

from daigou.domain.book import Movement, MovementKind, MovementState
from daigou.domain.commands import AboutAnOrder, Pay
from daigou.domain.ids import MovementRef, SubjectId
from daigou.domain.money import Money
from daigou.domain.preview import check_digest
from daigou.domain.steps import Committed, Step
from daigou.ledger.doors import open_book, write_step
from daigou.ledger.engine import autocommit, transaction
from daigou.ledger.failures import OvertakenError, StepForbiddenError
from daigou.ledger.found import Found, Rows
from daigou.ledger.rows import (
    command_json,
    committed_of,
    digest_of,
    facts_in,
    movement_of,
    recorded_of,
)
from daigou.ledger.step_writer import compose
from daigou.ledger.tables import METADATA
from daigou.ports.books import StepConflictError, ToBuy

TRIES_MAX = 5
"""How often a step is written anew that others overtook. One step can take its place once, but any
number of recharges can pay of a debt; whoever finds five of them in its way meets a fault."""

_MOVEMENT = METADATA.tables["movement"]
_ORDER = METADATA.tables["purchase_order"]
_REQUEST = METADATA.tables["purchase_request"]
_TRANSITION = METADATA.tables["transition"]


class PostgresBooks:
    """The `Books` port on PostgreSQL. It may be shared by threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def commit(self, steps: tuple[Step, ...]) -> tuple[Committed, ...]:
        """Writes steps, or finds them written: see `Books.commit`.

        Raises:
            Refused: the books forbid it; nothing was written.
            StepConflictError: the command was written otherwise, or a guard forbids this step.
            BooksUnavailableError: the outcome is unknown; commit the same step again.
        """
        tries = 0
        while True:
            try:
                return self._write_all(steps)
            except OvertakenError as error:
                # Whoever was faster has committed: the next time its step is found, or what it
                # left of a debt.
                tries += 1
                if tries == TRIES_MAX:
                    first = steps[0]
                    raise StepForbiddenError(
                        f"{first.subject}/{first.sequence}: {error}"
                    ) from error

    def written(self, subject: SubjectId, sequence: int) -> Committed | None:
        """The step that the books hold under a sequence: see `Books.written`.

        Raises:
            BooksUnavailableError: the database did not answer.
        """
        query = select(_TRANSITION).where(
            _TRANSITION.c.subject == subject, _TRANSITION.c.sequence == sequence
        )
        with autocommit(self._engine) as connection:
            row = connection.execute(query).mappings().one_or_none()
        return None if row is None else _as_found(dict(row))

    def movement(self, reference: MovementRef) -> tuple[Movement, MovementState]:
        """The movement of that reference: see `Books.movement`.

        Raises:
            LookupError: there is none.
            BooksUnavailableError: the database did not answer.
        """
        query = select(_MOVEMENT).where(_MOVEMENT.c.reference == reference)
        with autocommit(self._engine) as connection:
            row = connection.execute(query).mappings().one_or_none()
        if row is None:
            raise LookupError(f"no movement {reference}")
        return movement_of(row), MovementState(row["state"])

    def to_buy(self, reference: MovementRef) -> ToBuy:
        """What a purchase of that reference is to order: see `Books.to_buy`.

        Raises:
            LookupError: there is none.
            BooksUnavailableError: the database did not answer.
        """
        query = (
            select(
                _REQUEST.c.offer_id,
                _REQUEST.c.delivery_address,
                _ORDER.c.facts,
                _MOVEMENT.c.amount,
            )
            .join(_ORDER, _ORDER.c.id == _REQUEST.c.order_id)
            .join(_MOVEMENT, _MOVEMENT.c.subject == _ORDER.c.id)
            .where(_MOVEMENT.c.reference == reference, _MOVEMENT.c.kind == MovementKind.BUY)
        )
        with autocommit(self._engine) as connection:
            row = connection.execute(query).mappings().one_or_none()
        if row is None:
            raise LookupError(f"no purchase {reference}")
        facts = facts_in(row["facts"])
        return ToBuy(
            offer_id=row["offer_id"],
            quantity=facts.quantity,
            goods=facts.goods,
            freight=facts.freight,
            delivery_address=row["delivery_address"],
            pay=Money(row["amount"]),
        )

    def _write_all(self, steps: tuple[Step, ...]) -> tuple[Committed, ...]:
        written: list[Committed] = []
        with transaction(self._engine) as connection:
            for step in steps:
                committed = _write(connection, step)
                written.append(committed)
                if committed.instead:
                    break
        return tuple(written)


def _write(connection: Connection, step: Step) -> Committed:
    digest = digest_of(step)
    found = open_book(
        connection,
        subject=step.subject,
        sequence=step.sequence,
        command_id=step.command_id,
        item=step.item,
        at=step.at,
        coupons=step.command.coupons if isinstance(step.command, Pay) else (),
        order=step.command.order if isinstance(step.command, AboutAnOrder) else None,
    )
    if already := _already_written(step, digest, found):
        return already
    composed = compose(step=step, digest=digest, found=found)
    check_digest(
        subject=step.subject,
        sequence=step.sequence,
        command=step.command,
        effects=composed.effects,
        clause=step.clause,
    )
    write_step(connection, composed.rows)
    return composed.committed


def _is_its_other_row(found: Found, step: Step) -> bool:
    """Whether the same command was written by another row, which gave way or fitted then."""
    written = found.written or {}
    said = (step.trigger, step.item, command_json(step.command))
    return (written["trigger"], written["item"], written["command"]) == said


def _as_found(row: Rows) -> Committed:
    recorded = recorded_of(row | {"table": row["axis"]})
    return replace(committed_of(row["result"]), instead=recorded)


def _already_written(step: Step, digest: str, found: Found) -> Committed | None:
    if found.written:
        if found.written["digest"] == digest:
            return committed_of(found.written["result"])
        if found.written["command_id"] == step.command_id and not _is_its_other_row(found, step):
            raise StepConflictError(f"{step.subject}/{step.sequence} holds the command otherwise")
        return _as_found(found.written)
    if found.command_sequence is not None:
        raise StepConflictError(
            f"command {step.command_id} of {step.subject} was written as step "
            f"{found.command_sequence}"
        )
    return None
