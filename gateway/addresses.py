"""Owns where a subject has its address, by its id alone: the client needs no more than that."""

from daigou.domain.ids import kind_of


def address_of(subject: str) -> str:
    """Where a subject is read and commanded, e.g. `/v1/claims/clm_2026_0001`.

    Raises:
        KeyError: its id is of no kind.
    """
    return f"/v1/{kind_of(subject).name}s/{subject}"
