"""A primary and its synchronous standby, for the stories."""

import os
import shutil
import signal
import subprocess
import time

import harness


class Pair:
    """A primary and its synchronous standby. It acts as one Database and queries the primary."""

    def __init__(self):
        self.primary, self.standby = harness.Database(), harness.Database()
        self.name = self.primary.name
        hosts = f"{self.primary.directory},{self.standby.directory}"
        self.url = f"postgresql://studytracker_worker@/{self.name}?host={hosts}&port=5432,5432"

    def start(self):
        self.primary.start()
        self.primary.sql("alter system set wal_keep_size = '256MB'")
        self.make_standby()

    def make_standby(self):
        """Copies the primary. From now on no commit succeeds before the standby has it."""
        data = os.path.join(self.standby.directory, "data")
        shutil.rmtree(data, ignore_errors=True)
        if self.standby.owner:
            shutil.chown(self.standby.directory, self.standby.owner)
        command = self.standby.as_owner(
            self.standby.program("pg_basebackup"), "-h", self.primary.directory, "-p", "5432",
            "-U", "studytracker", "-D", data, "-R", "-X", "stream", "-c", "fast", "--no-sync")
        subprocess.run(command, check=True, cwd="/", stdin=subprocess.DEVNULL)
        self.standby.start_server()
        self.primary.sql("alter system set synchronous_standby_names = '*'")
        self.primary.sql("select pg_reload_conf()")
        harness.until("the standby is synchronous", lambda: self.primary.sql(
            "select 1 from pg_stat_replication where sync_state = 'sync'"))

    def fail_over(self):
        """Stops the primary immediately, promotes the standby, and returns the seconds."""
        began = time.monotonic()
        self.primary.stop_server(signal.SIGQUIT)
        self.primary, self.standby = self.standby, self.primary
        self.sql("select pg_promote(wait => true)")
        # without a standby the copied setting would block every commit
        self.sql("alter system reset synchronous_standby_names")
        self.sql("select pg_reload_conf()")
        return time.monotonic() - began

    def sql(self, *args):
        return self.primary.sql(*args)

    def close(self):
        self.standby.close()
        self.primary.close()
