"""Owns what forms of an answer a caller will take."""

from typing import Any

from fastapi import Depends, Request

from gateway.problems import EdgeCode, ProblemError


def gives(media_type: str) -> Any:
    """Refuses a request whose Accept header rules this form out."""
    family = media_type.partition("/")[0] + "/*"

    def check(request: Request) -> None:
        header = ",".join(request.headers.getlist("accept"))
        if header.strip() and not any(
            wanted in (media_type, family, "*/*") for wanted in _wanted(header)
        ):
            raise ProblemError(
                code=EdgeCode.NOT_ACCEPTABLE, detail=f"the answer is {media_type}, or a problem"
            )

    return Depends(check)


def _wanted(header: str) -> list[str]:
    found = []
    for part in header.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if not any(each.replace(" ", "") in ("q=0", "q=0.0", "q=0.00") for each in parameters):
            found.append(name)
    return found
