#!/bin/bash
# Run once by the postgres image, on an empty data folder: each database has an owner of its own,
# who is no superuser and cannot enter the other's.
set -euo pipefail

create() { # role, file of its password, databases …
    local role=$1 password
    password=$(<"$2")
    shift 2
    : "${password:?the password of $role is empty: fill in .env}"
    # psql quotes the password; it never stands on a command line.
    ROLE_PASSWORD=$password psql --no-psqlrc --username postgres --dbname postgres -v ON_ERROR_STOP=1 -v role="$role" <<'SQL'
\getenv password ROLE_PASSWORD
CREATE ROLE :"role" LOGIN PASSWORD :'password';
SQL
    for database in "$@"; do
        psql --no-psqlrc --username postgres --dbname postgres -v ON_ERROR_STOP=1 -v role="$role" -v database="$database" <<'SQL'
CREATE DATABASE :"database" OWNER :"role";
REVOKE CONNECT ON DATABASE :"database" FROM PUBLIC;
SQL
    done
}

create temporal /run/secrets/temporal_database_password temporal temporal_visibility
create daigou /run/secrets/daigou_database_password daigou
