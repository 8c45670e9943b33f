"""What stands beside orders, on the stage: tips, and questions to the platform."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from daigou.domain import commands
from daigou.domain.commands import Command
from daigou.domain.ids import OrderId, SubjectId
from daigou.domain.money import Money
from daigou.domain.order import Actor, Parties, Role, State, Trigger
from daigou.domain.steps import Receipt
from daigou.domain.terms import current
from tests.domain import samples
from tests.workflows.stage import PLATFORM, WHOLE, OnStage, Order, Stage
from workflows.messages import OpenSubject, Pull

RICH = WHOLE + Money(500_00)


class BesideOnStage(OnStage):
    """A subject that is opened by a command and has these parties."""

    def __init__(
        self, stage: Stage, id_: str, *, asked: Command, parties: Parties, opener: Actor
    ) -> None:
        super().__init__(stage, OrderId(id_))
        self.asked = asked
        self.parties = parties
        self.opener = opener

    async def open(self, *, due: datetime | None = None, time_scale: int = 1) -> Receipt:
        """Opens it.

        Raises:
            Refused: it never came to be.
        """
        return await self._start(
            OpenSubject(
                subject=SubjectId(self.id),
                request=self.asked,
                parties=self.parties,
                actor=self.opener,
                command_id=f"{self.id}-open-{uuid4().hex[:6]}",
                terms_version=current().version,
                time_scale=time_scale,
                due=due,
            )
        )

    async def pull(
        self, trigger: Trigger, by: Role, command: Command | None = None, *, seen: int = 0
    ) -> Receipt:
        """Gives a command: by default a well-formed one.

        Raises:
            Refused: it is forbidden.
        """
        command_id = f"c{next(self._commands)}"
        pull = Pull(
            actor=Actor(role=by, party=self.parties.holder(by) or PLATFORM),
            command=command or samples.command_of(trigger),
            command_id=command_id,
            seen=seen,
        )
        return await self._send(trigger, pull, command_id)

    async def attributes(self) -> dict[str, Any]:
        """Its search attributes, as staff find it by them."""
        described = await self.handle.describe()
        return {pair.key.name: pair.value for pair in described.typed_search_attributes}


async def paid_order(stage: Stage) -> Order:
    """An order that was paid from a deposit in which ¥500.00 are left."""
    order = await stage.order(deposit=RICH)
    await order.reach(State.EFFECTIVE)
    return order


def a_tip(stage: Stage, order: Order, fen: int = 50_00) -> BesideOnStage:
    """A tip for an order, which nobody has given yet.

    Its sender says that the order can have it; the books look themselves.
    """
    request = order.request
    return BesideOnStage(
        stage,
        f"tip_{uuid4().hex[:16]}",
        asked=commands.Tip(
            order=OrderId(order.id),
            amount=Money(fen),
            grounds=commands.TipGrounds(paid=True),
        ),
        parties=Parties.between(client=request.client, provider=request.provider),
        opener=order.actor(Role.CLIENT),
    )


async def a_question(
    stage: Stage, *, role: Role = Role.CLIENT, left: timedelta = timedelta(days=21)
) -> tuple[BesideOnStage, datetime]:
    """A question to the platform that was asked, and by when it is to be answered."""
    party = samples.PROVIDER if role == Role.PROVIDER else await stage.client()
    by = datetime.now(UTC) + left
    question = BesideOnStage(
        stage,
        f"cns_{uuid4().hex[:16]}",
        asked=commands.Consult(
            topic=commands.Topic.SERVICES,
            answer_by=by,
            calendar=commands.Calendar.STATE_COUNCIL,
            note_ref="txt_1",
        ),
        parties=Parties.only(role, party),
        opener=Actor(role=role, party=party),
    )
    await question.open(due=by)
    return question, by
