"""A way to the gateway that holds every answer against the document."""

import json
import re
from typing import Any

import httpx
from fastapi import FastAPI


class Listed(httpx.AsyncBaseTransport):
    """Lets no answer pass whose status or code its endpoint does not list."""

    def __init__(self, app: FastAPI) -> None:
        self._inner = httpx.ASGITransport(app=app)
        self._paths: dict[str, Any] = app.openapi()["paths"]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self._inner.handle_async_request(request)
        path = path_of(request.url.path, self._paths)
        said = self._paths.get(path or "", {}).get(request.method.lower())
        if said is not None:
            await answer.aread()
            listed = said["responses"].get(str(answer.status_code))
            what = f"{request.method} {path}: {answer.status_code} {answer.content[:400]!r}"
            assert listed is not None, what
            if answer.headers.get("content-type") == "application/problem+json":
                code = json.loads(answer.content)["code"]
                assert code in listed["content"]["application/problem+json"]["examples"], what
        return answer


def path_of(asked: str, paths: dict[str, Any]) -> str | None:
    """The path of the document that a request's path fits; one without a parameter comes first."""
    for path in sorted(paths, key=lambda each: each.count("{")):
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), asked):
            return path
    return None
