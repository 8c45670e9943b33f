"""Someone who has parties told: registers channels, lets the sender run, and reads the log."""

import base64
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Engine
from temporalio.testing import ActivityEnvironment

from activities.notices import Telling, Told
from daigou.adapters.smtp import Encryption, MailServer, Smtp
from daigou.adapters.webhooks import Webhooks
from daigou.domain.ids import PartyId
from daigou.domain.notices import Channel
from daigou.domain.order import Role
from daigou.ledger.notice_views import NoticeView
from daigou.ledger.notices import Notices
from daigou.ledger.outbox import PostgresOutbox
from daigou.ledger.registry import Registry
from daigou.simulator import mailbox
from daigou.simulator.receiver import Inbox, Receiver
from tests.ledger.road import ANNA

SENDER = "notices@daigou.example"
EMAIL, NAME = "anna@example.org", "Anna Example"
_numbers = count(1)


def a_secret(number: int = 1) -> str:
    return "whsec_" + base64.b64encode(bytes([number % 256]) * 32).decode()


@dataclass(kw_only=True)
class Post:
    """The outbox of one test. `ahead` is how far its clock runs before the wall's.

    `impatient` senders are for receivers that never answer. The others have the product's own
    patience: a busy machine is not an endpoint that is down.
    """

    engine: Engine
    outbox: PostgresOutbox
    notices: Notices
    senders: Mapping[Channel, Any]
    impatient: Mapping[Channel, Any]
    receiver: Receiver
    mail: mailbox.MailServer
    ahead: timedelta = field(default_factory=timedelta)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def telling(self, **changes: Any) -> Telling:
        """The activity, for a short pass."""
        return Telling(
            **{
                "outbox": self.outbox,
                "senders": self.senders,
                "pass_seconds": 0.06,
                "look_seconds": 0.02,
                "now": self.now,
                **changes,
            }
        )

    async def tell(self, **changes: Any) -> None:
        """Passes until nothing is due any more."""
        told = Told(out=1)
        while told != Told():
            told = await ActivityEnvironment().run(self.telling(**changes).tell)

    def endpoint(self, party: PartyId, *events: str, at: Receiver | None = None) -> Inbox:
        """A new endpoint of a party at the receiver."""
        receiver = at or self.receiver
        number = next(_numbers)
        path, secret = f"in{number}", a_secret(number)
        role = {"cli": Role.CLIENT, "prv": Role.PROVIDER, "plt": Role.PLATFORM}[party[:3]]
        app, _ = Registry(self.engine).create_application(name="it", roles=[role], party=party)
        self.notices.add_endpoint(
            id=f"whk_{path:0>8}",
            application=app.key,
            party=party,
            url=receiver.url(path),
            events=events or ("*",),
            secret=secret,
            now=self.now(),
        )
        return receiver.expect(path, secret)

    def email(self, party: PartyId = ANNA, email: str = EMAIL, name: str = NAME) -> None:
        """Registers a party's address."""
        with self.engine.begin() as connection:
            connection.exec_driver_sql(
                "INSERT INTO contact (party, name, email, phone) VALUES (%s, %s, %s, '')",
                (party, name, email),
            )

    def log(self, party: PartyId | None = ANNA, **wanted: Any) -> list[NoticeView]:
        """The delivery log, the oldest first."""
        return list(reversed(self.notices.log(party=party, limit=500, **wanted)))

    def states(self, party: PartyId | None = ANNA) -> list[tuple[str, str, str]]:
        """What became of each notice: event, channel, state."""
        return sorted(
            (each.event, each.channel.value, each.state.value) for each in self.log(party)
        )


@asynccontextmanager
async def open_post(
    engine: Engine, *, mail: mailbox.MailServer, receiver: Receiver
) -> AsyncIterator[Post]:
    server = MailServer(
        host=mailbox.HOST, port=mail.port, encryption=Encryption.NONE, sender=SENDER
    )
    async with (
        Webhooks(allow_insecure=True) as webhooks,
        Webhooks(allow_insecure=True, answer_seconds_max=1.0) as impatient,
    ):
        post = Smtp(server)
        yield Post(
            engine=engine,
            outbox=PostgresOutbox(engine),
            notices=Notices(engine),
            senders={Channel.WEBHOOK: webhooks, Channel.EMAIL: post},
            impatient={Channel.WEBHOOK: impatient, Channel.EMAIL: post},
            receiver=receiver,
            mail=mail,
        )
