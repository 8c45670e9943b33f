"""What the books stand at, as tests read it."""

from daigou.domain.steps import Committed
from daigou.ledger.queries import Queries


def balances(queries: Queries) -> dict[str, int]:
    """What every account that is not empty stands at, in fen, debit-positive."""
    return {
        view.account: view.balance.amount for view in queries.account_balances() if view.balance
    }


def card(committed: Committed | None) -> dict[str, str]:
    """The money table of the order card."""
    assert committed is not None
    return {line.what: str(line.amount) for line in committed.money}
