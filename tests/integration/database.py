"""A private PostgreSQL for each story: a copy of one cluster with deployed migrations.

Deployment takes fifty times as long as a copy. check_migrations and check_sql deploy again.
"""

import fcntl
import glob
import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile

from processes import BUILD, PATIENCE, ROOT, clean_environment, until


def fast_directory():
    """Returns a directory for short-lived data: in memory, if a dozen clusters fit there."""
    has_room = os.path.isdir("/dev/shm") and shutil.disk_usage("/dev/shm").free > 2 << 30
    return "/dev/shm" if has_room else "/tmp"


def template_name(schema):
    """Returns a digest of the schema, server and owner, which determine the cluster. It includes
    the boot, because the copy is not synced to the disk."""
    digest = hashlib.sha256(f"{os.geteuid()} {Database.program('postgres')} ".encode())
    for path in sorted(glob.glob(os.path.join(schema, "deploy", "*"))
                       + glob.glob(os.path.join(schema, "verify", "*"))
                       + [os.path.join(schema, name) for name in ("roles.sql", "sqitch.plan")]
                       + ["/proc/sys/kernel/random/boot_id", __file__]):
        with open(path, "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()[:16]


def copy(source, target):
    subprocess.run(["cp", "-a", "--reflink=auto", source, target], check=True)


def template(root=ROOT, build=BUILD):
    """Returns the data directory to copy. The first story creates it; the others wait."""
    templates = os.path.join(os.path.dirname(build), "test", "databases")
    os.makedirs(templates, exist_ok=True)
    place = os.path.join(templates, template_name(os.path.join(root, "schema")))
    with open(os.path.join(templates, "lock"), "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(place):
            make_template(place, root)
    return place


def make_template(place, root):
    for old in glob.glob(os.path.join(os.path.dirname(place), "????????????????*")):
        shutil.rmtree(old)
    database = Database(root=root)
    try:
        database.start_empty()
        database.deploy("studytracker_owner")
        database.stop_server()
        copy(database.data, place + ".new")
        os.rename(place + ".new", place)
    finally:
        database.close()


DIGEST = "count(*) || coalesce(md5(string_agg(t::text, chr(10) order by t::text)), '')"
MOVING_TOTALS = {"pending_totals", "kept_daily_totals", "kept_topic_totals"}
SUMS = {name: f"(select {keys}, sum(minutes), sum(sessions) from {name} group by {keys})" for name, keys in (
    ("daily_totals", "account_id, study_date, topic_id"), ("topic_totals", "account_id, topic_id"))}


class Database:
    """A temporary cluster on a Unix socket, with the deployed migrations of a source tree."""

    def __init__(self, durable=False, root=ROOT, build=BUILD):
        self.durable = durable  # for benchmarks: waits for the disk, as in production
        self.root, self.build = root, build
        self.options = {}  # further parameters of the server
        self.wrapper = []  # words before the server's command, e.g. of nsenter
        self.directory = tempfile.mkdtemp(prefix="st-", dir="/tmp" if durable else fast_directory())
        self.data = os.path.join(self.directory, "data")
        self.owner = "postgres" if os.geteuid() == 0 else None
        self.name = "studytracker"
        self.server = None

    @property
    def url(self):
        """Returns the workers' URL. Their role can neither create nor truncate a table."""
        return f"postgresql://studytracker_worker@/{self.name}?host={self.directory}&port=5432"

    @staticmethod
    def program(name):
        found = glob.glob(f"/usr/lib/postgresql/*/bin/{name}")
        return max(found, key=lambda path: int(path.split("/")[4])) if found else name

    def as_owner(self, *command):
        if not self.owner:
            return list(command)
        group = str(pwd.getpwnam(self.owner).pw_gid)
        return ["setpriv", "--reuid", self.owner, "--regid", group, "--init-groups", *command]

    def start(self, has_roles=True, is_deployed=True):
        """Without roles the superuser owns everything, as before the roles existed."""
        if has_roles and is_deployed:
            self.give_to_owner()
            copy(template(self.root, self.build), self.data)
            self.start_server()
            return
        self.start_empty(has_roles)
        if is_deployed:
            self.deploy("studytracker")

    def start_empty(self, has_roles=True):
        self.give_to_owner()
        subprocess.run(
            self.as_owner(self.program("initdb"), "-D", self.data, "--auth-local=trust",
                          "--auth-host=reject", "-E", "UTF8", "--locale=C.UTF-8", "-U", "studytracker",
                          "--no-sync"),
            check=True, cwd="/", stdout=subprocess.DEVNULL)
        self.start_server()
        self.sql("create database studytracker", name="postgres")
        if has_roles:
            self.psql(self.name, "-f", os.path.join(self.root, "schema", "roles.sql"))

    def give_to_owner(self):
        if self.owner:
            shutil.chown(self.directory, self.owner)

    def require_password(self, role, password, rules="local all studytracker trust\nlocal all all scram-sha-256\n"):
        """`rules`: the contents of pg_hba.conf."""
        quoted = password.replace("'", "''")
        self.sql(f"alter role {role} password '{quoted}'")
        with open(os.path.join(self.data, "pg_hba.conf"), "w", encoding="ascii") as file:
            file.write(rules)
        self.sql("select pg_reload_conf()")

    def start_server(self):
        prefix = [*self.wrapper, "setpriv", "--pdeathsig", "INT"]
        command = self.as_owner(self.program("postgres"), "-D", self.data, "-p", "5432", "-k",
                                self.directory, "-c", "listen_addresses=", "-c", "max_connections=50",
                                "-c", f"fsync={'on' if self.durable else 'off'}")
        for name, value in self.options.items():
            command += ["-c", f"{name}={value}"]
        command = prefix + (command[1:] if self.owner else command)
        with open(os.path.join("/tmp", os.path.basename(self.directory) + ".log"), "ab") as log:
            self.log_path = log.name
            self.server = subprocess.Popen(command, cwd="/", stdin=subprocess.DEVNULL,
                                           stdout=log, stderr=log)
        until("PostgreSQL answers", self.is_up)

    def is_up(self):
        assert self.server.poll() is None, open(self.log_path, encoding="utf-8").read()
        if not os.path.exists(os.path.join(self.directory, ".s.PGSQL.5432")):
            return False
        command = [self.program("pg_isready"), "-q", "-h", self.directory, "-p", "5432"]
        return subprocess.run(command, check=False).returncode == 0

    def stop_server(self, how=signal.SIGINT):
        if self.server and self.server.poll() is None:
            self.server.send_signal(how)
            self.server.wait(PATIENCE)

    def deploy(self, owner):
        user = pwd.getpwuid(os.geteuid()).pw_name
        env = clean_environment(PGHOST=self.directory, PGPORT=5432, PGUSER=owner,
                                SQITCH_FULLNAME=user, SQITCH_EMAIL=f"{user}@localhost")
        subprocess.run(["sqitch", "--quiet", "deploy", "--verify", f"db:pg:{self.name}"],
                       check=True, cwd=os.path.join(self.root, "schema"), env=env)

    def waiting_for_locks(self):
        """Returns how many of the workers' backends wait for a lock."""
        return int(self.value("select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
                              " and application_name like 'studytracker-worker-%'"))

    def sql(self, statement, name=None):
        """Runs as the superuser. Returns the rows as lists of strings; NULL is the empty string."""
        return [line.split("\x1f") for line in self.psql(name or self.name, "-c", statement).splitlines()]

    def command(self, name, *arguments):
        return [self.program("psql"), "-X", "-q", "-A", "-t", "-F", "\x1f", "-v",
                "ON_ERROR_STOP=1", "-h", self.directory, "-p", "5432", "-U", "studytracker",
                "-d", name, *arguments]

    def psql(self, name, *arguments):
        return subprocess.run(self.command(name, *arguments), check=True, stdout=subprocess.PIPE,
                              encoding="utf-8").stdout

    def value(self, statement):
        rows = self.sql(statement)
        assert len(rows) == 1 and len(rows[0]) == 1, rows
        return rows[0][0]

    def tables(self, column=""):
        """The names of the tables that have this column."""
        return {name for (name,) in self.sql(f"""
            select oid::regclass::text from pg_class
            where relkind = 'r' and relnamespace in ('public'::regnamespace, to_regnamespace('sqitch'))
                and ('{column}' = '' or exists (
                    select from pg_attribute where attrelid = pg_class.oid and attname = '{column}'))""")}

    def digests(self, column="", condition="true"):
        """{table: number and digest of its rows}. Workers move pending totals at any time, so the
        sums of the two views stand for the tables behind them."""
        rows = {name: name for name in self.tables(column) - MOVING_TOTALS} | SUMS
        return dict(self.sql(" union all ".join(
            f"select '{name}', {DIGEST} from {row} as t where {condition}" for name, row in rows.items())))

    def digest(self, table):
        """The number and a digest of the table's rows."""
        return self.value(f"select {DIGEST} from {table} as t")

    def close(self):
        self.stop_server(signal.SIGQUIT)
        shutil.rmtree(self.directory, ignore_errors=True)
        if self.server:
            os.unlink(self.log_path)
