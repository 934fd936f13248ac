"""./dev run --auth requires log-ins, and prints the command that creates the first admin."""

import json
import os
import re
import stat
import subprocess
import unittest
import urllib.error
import urllib.request

import database
import harness
from dev_script import Case, FIRST_START

PASSWORD = "correct horse"
COMMAND = re.compile(r"^\S*study\S* account create .*$", re.MULTILINE)


class DevRunAccounts(Case):
    def status(self, run, path, token=None):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        request = urllib.request.Request(run.url + path, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=harness.PATIENCE) as response:
                return response.status
        except urllib.error.HTTPError as error:
            return error.code

    def command(self, run):
        harness.until("it supervises", lambda: "RPC at " in run.out())
        return harness.until("the command", lambda: COMMAND.search(run.out()))[0]

    def create_admin(self, run):
        """Runs the line as it stands, in a shell, with a password on standard input."""
        done = subprocess.run(self.command(run) + " --password-stdin", shell=True, cwd=self.directory,
                              input=PASSWORD + "\n", env=harness.clean_environment(), encoding="utf-8",
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=harness.PATIENCE,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout

    def log_in(self, run, name):
        return run.post("/api/v1/auth/login", {"username": name, "password": PASSWORD})["access_token"]

    def user(self):
        return subprocess.run(["id", "-un"], stdout=subprocess.PIPE, encoding="utf-8", check=True).stdout.strip()

    def test_the_first_admin_keeps_what_was_stored_before_and_log_ins_outlast_a_restart(self):
        self.make_data()
        run = self.run_dev("--workers", "1")
        run.wait_ready(FIRST_START)
        run.post("/sessions", {"minutes": 25, "tag": "before"})
        self.assertNotIn("account create", run.out())
        self.assertEqual(run.stop(), 0, run.out())
        secret = os.path.join(self.directory, "data", "jwt-secret")
        self.assertEqual(stat.S_IMODE(os.stat(secret).st_mode), 0o600)

        run = self.run_dev("--auth", "--workers", "1")
        run.wait_ready()
        self.assertEqual(self.status(run, "/sessions"), 401)
        self.assertIn("Created account", self.create_admin(run))
        token = self.log_in(run, self.user())
        self.assertEqual(self.status(run, "/sessions", token), 200)
        request = urllib.request.Request(run.url + "/stats", headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, timeout=harness.PATIENCE) as response:
            self.assertEqual(json.load(response)["time_by_tag"], {"before": 25})
        self.assertEqual(run.stop(), 0, run.out())

        for arguments, without_token in ((["--workers", "1", "--auth"], 401), (["--workers", "1"], 200)):
            again = self.run_dev(*arguments)
            again.wait_ready()
            self.assertEqual(self.status(again, "/sessions", token), 200)
            self.assertEqual(self.status(again, "/sessions"), without_token)
            self.assertEqual(again.stop(), 0, again.out())
            self.assertNotIn("account create", again.out())

    def test_the_command_leaves_out_the_claim_once_account_1_has_a_name(self):
        server = database.Database()
        self.addCleanup(server.close)
        server.start()
        server.sql("update accounts set username = 'ada' where account_id = 1")
        url = f"postgresql://studytracker_owner@/{server.name}?host={server.directory}&port=5432"
        run = self.run_dev("--auth", "--workers", "1", DATABASE_URL=url)
        run.wait_ready(FIRST_START)
        self.assertNotIn("--claim", self.command(run))
        self.assertIn("Created account", self.create_admin(run))
        self.assertEqual(self.status(run, "/topics", self.log_in(run, self.user())), 200)
        self.assertTrue(os.path.exists(os.path.join(self.directory, "data", "jwt-secret")))
        self.assertEqual(run.stop(), 0, run.out())

    def test_without_the_option_the_variable_counts(self):
        self.make_data()
        run = self.run_dev("--workers", "1", STUDYTRACKER_AUTH="on",
                           JWT_SECRET_KEY="a secret of the stories, 32 bytes long")
        run.wait_ready(FIRST_START)
        self.assertEqual(self.status(run, "/topics"), 401)
        self.assertIn("--claim", self.command(run))
        self.assertFalse(os.path.exists(os.path.join(self.directory, "data", "jwt-secret")))


if __name__ == "__main__":
    unittest.main()
