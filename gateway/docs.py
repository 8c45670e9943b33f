"""Owns the API's pages for people: Swagger UI, its files out of a wheel, not the network."""

from importlib import resources

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

_ASSETS = "/docs/assets"


def add_docs(app: FastAPI) -> None:
    """Serves `/docs`, from the files that the package fastapi-offline carries."""
    files = resources.files("fastapi_offline").joinpath("static")
    app.mount(_ASSETS, StaticFiles(directory=str(files)), name="docs")

    async def docs() -> HTMLResponse:
        return get_swagger_ui_html(
            openapi_url="/openapi.json",
            title=f"{app.title}: API",
            swagger_js_url=f"{_ASSETS}/swagger-ui-bundle.js",
            swagger_css_url=f"{_ASSETS}/swagger-ui.css",
            swagger_favicon_url=f"{_ASSETS}/favicon.png",
            swagger_ui_parameters={"docExpansion": "list", "tryItOutEnabled": True},
        )

    app.add_api_route("/docs", docs, include_in_schema=False)
