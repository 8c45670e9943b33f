"""The README's example of a receiver, run on a message as it is really signed."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import WebhookVerificationError

from daigou.adapters.webhooks import body_of, signed_headers
from daigou.ports.notices import Endpoint
from tests.notices.post import a_secret
from tests.notices.test_channels import MESSAGE

README = Path(__file__).parents[2] / "README.md"
EXAMPLE = re.compile(r"^<!-- test: verify -->\n```python\n(.*?)^```$", re.M | re.S)


@pytest.mark.clause("PSR-27")
def test_the_receiver_of_the_readme_verifies_and_takes_each_id_once() -> None:
    handled: list[tuple[str, Any]] = []
    names: dict[str, Any] = {"handle": lambda *said: handled.append(said)}
    (example,) = EXAMPLE.findall(README.read_text(encoding="utf-8"))
    exec(example, names)
    secret, body = a_secret(), body_of(MESSAGE)
    endpoint = Endpoint(url="https://shop.example.org/", secrets=(secret,))
    headers = signed_headers(MESSAGE, endpoint, body=body, now=datetime.now(UTC))

    answers = [names["receive"](secret, headers, body) for _ in range(2)]

    assert answers == [204, 204]
    assert [event for event, _ in handled] == ["order.payment_due"]
    with pytest.raises(WebhookVerificationError):
        names["receive"](a_secret(2), headers, body)
