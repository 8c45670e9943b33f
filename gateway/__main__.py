"""Runs the gateway alone: `python -m gateway`."""

import sys

import uvicorn

from daigou.logs import configure_logs
from daigou.settings import SettingsError, load_settings
from gateway.app import create_app

GRACE_SECONDS = 15


def main() -> int:
    """Serves until told to stop; then finishes what it has begun."""
    try:
        settings = load_settings()
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    configure_logs(settings)
    uvicorn.run(
        create_app(settings),
        host=settings.gateway_host,
        port=settings.gateway_port,
        # One canonical line a request is ours; uvicorn's own would be a second.
        access_log=False,
        log_config=None,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
