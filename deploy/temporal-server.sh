#!/bin/sh
# The server's image takes its database password from the environment only: hand it over from the
# secret, where `docker inspect` does not show it.
set -eu

POSTGRES_PWD=$(cat /run/secrets/temporal_database_password)
export POSTGRES_PWD
exec /etc/temporal/entrypoint.sh
