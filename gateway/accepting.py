"""Owns what forms of an answer a caller will take."""

from typing import Any

from fastapi import Depends, Request

from gateway.problems import EdgeCode, ProblemError


def gives(*media_types: str) -> Any:
    """Refuses a request whose Accept header rules these forms out."""
    taken = {*media_types, *(each.partition("/")[0] + "/*" for each in media_types), "*/*"}

    def check(request: Request) -> None:
        header = ",".join(request.headers.getlist("accept"))
        if header.strip() and not any(wanted in taken for wanted in _wanted(header)):
            raise ProblemError(
                code=EdgeCode.NOT_ACCEPTABLE,
                detail=f"the answer is {' or '.join(media_types)}, or a problem",
            )

    return Depends(check)


def _wanted(header: str) -> list[str]:
    found = []
    for part in header.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if not any(each.replace(" ", "") in ("q=0", "q=0.0", "q=0.00") for each in parameters):
            found.append(name)
    return found
