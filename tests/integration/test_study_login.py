"""`study login`, `logout`, `whoami` and `token`."""

import os
import sys

import harness
from study_accounts import PASSWORD, LoggedInCase
from study_program import DONE, REFUSED, STUDY, UNREACHABLE, USAGE


class LogIn(LoggedInCase):
    # Logging in and out.

    def test_a_person_types_the_password(self):
        self.person = "tom"
        said = self.converse("login", answers=[("User name: ", "tom\n"), ("Password: ", PASSWORD + "\n")])
        self.assertEqual(said.status, DONE, said.text)
        self.assertRegex(said.text, r"Logged in as tom \(account \d+, learner\); token \d+ is kept in .*/study/token")
        self.assertNotIn(PASSWORD, said.text)
        self.assertTrue(said.has_echo)
        self.study("log", 25, "aws")
        self.assertEqual(self.totals()["total_time"], 25)

    def test_an_email_and_json(self):
        shown = self.json("login", "Ada@Example.org", "--password-stdin", stdin=PASSWORD + "\n")
        self.assertEqual((shown["username"], shown["account_id"], shown["role"]), ("ada", 1, "admin"))
        self.assertEqual(sorted(shown["scopes"]), ["admin", "read", "write"])
        self.assertNotIn("token", shown)

    def test_only_its_owner_can_read_the_token(self):
        self.assertEqual(os.stat(self.token_path()).st_mode & 0o7777, 0o600)
        self.assertEqual(os.stat(os.path.dirname(self.token_path())).st_mode & 0o7777, 0o700)
        self.assertEqual(os.listdir(os.path.dirname(self.token_path())), ["token"])
        os.chmod(self.token_path(), 0o640)
        self.study("topics", status=USAGE)
        self.assertIn("its mode must be 0600", self.errors)
        self.log_in("ada")
        self.study("topics")

    def test_a_wrong_password_and_an_unknown_user(self):
        before = self.token()
        for name, password in (("ada", "wrong"), ("nobody", PASSWORD), ("nobody@example.org", PASSWORD)):
            self.study("login", name, "--password-stdin", stdin=password + "\n", status=REFUSED)
            self.assertEqual(self.errors, "study: Invalid credentials [INVALID_CREDENTIALS]\n")
        self.assertEqual(self.token(), before)
        self.study("topics")

    def test_a_new_log_in_revokes_the_former_token(self):
        before = self.token()
        self.log_in("ada")
        self.assertNotEqual(self.token()["id"], before["id"])
        self.assertEqual([row["id"] for row in self.json("token", "list")["data"]], [int(self.token()["id"])])
        self.assertRefusedSoon(before["token"])

    def test_the_name_of_the_token(self):
        self.log_in("ada", "--name", "the laptop")
        self.assertEqual(self.json("token")["data"][0]["name"], "the laptop")
        self.log_in("ada")
        self.assertEqual(self.json("token")["data"][0]["name"], "study on " + os.uname().nodename)

    def test_a_token_that_cannot_be_kept_is_revoked(self):
        before = self.token()
        os.rename(self.token_path(), self.path("kept"))
        os.makedirs(self.token_path() + "/x")
        self.study("login", "ada", "--password-stdin", stdin=PASSWORD + "\n", status=USAGE)
        self.assertIn(self.token_path(), self.errors)
        os.removedirs(self.token_path() + "/x")
        os.makedirs(os.path.dirname(self.token_path()), 0o700, exist_ok=True)
        os.rename(self.path("kept"), self.token_path())
        self.assertEqual([row["id"] for row in self.json("token")["data"]], [int(before["id"])])

    def test_logout(self):
        token = self.token()["token"]
        self.assertEqual(self.study("logout"), "Logged out\n")
        self.assertFalse(os.path.exists(self.token_path()))
        self.assertRefusedSoon(token)
        self.study("logout", status=USAGE)
        self.assertEqual(self.errors, "study: nobody is logged in\n")

    def test_logout_of_a_token_that_is_gone(self):
        self.study("token", "revoke", self.token()["id"])
        self.assertRefusedSoon(self.token()["token"])
        self.assertEqual(self.study("logout"), "Logged out\n")
        self.assertFalse(os.path.exists(self.token_path()))

    def test_logout_without_a_service_keeps_the_token(self):
        self.study("logout", "--endpoint", "ipc:///nowhere.sock", "--timeout", "0.2", status=UNREACHABLE)
        self.assertTrue(os.path.exists(self.token_path()))

    def test_without_a_token_the_message_says_what_to_do(self):
        self.person = "nobody"
        self.study("topics", status=REFUSED)
        self.assertRegex(self.errors, r"^study: .* \[UNAUTHENTICATED, token\]: run `study login`\n$")
        self.study("topics", STUDYTRACKER_TOKEN="st_" + "0" * 64, status=REFUSED)
        self.assertRegex(self.errors, r"\[TOKEN_INVALID(, token)?\]: set STUDYTRACKER_TOKEN to another token")

    def test_a_variable_that_is_no_token(self):
        for token in ("st_1 2", "st_ä", "x" * 4097):
            self.study("topics", STUDYTRACKER_TOKEN=token, status=USAGE)
            self.assertIn("token", self.errors)
            self.assertNotIn(token, self.errors)
        self.study("topics", STUDYTRACKER_TOKEN="")

    def test_commands_about_the_service_show_the_token(self):
        self.assertTrue(self.json("status", "--interval", 0)["gateways"][0]["ready"])
        self.person = "nobody"
        said = self.study("status", "--interval", 0, status=REFUSED)
        self.assertRegex(said, r"refused: .*: run `study login`\n")

    def test_a_disabled_account_cannot_log_in(self):
        self.study("account", "disable", "tom")
        self.study("login", "tom", "--password-stdin", stdin=PASSWORD + "\n", status=REFUSED)
        self.assertIn("ACCOUNT_DISABLED", self.errors)

    # Who, and tokens.

    def test_whoami(self):
        shown = self.json("whoami")
        self.assertEqual((shown["account"]["username"], shown["account"]["role"]), ("ada", "admin"))
        self.assertEqual((shown["credential"], shown["token_id"]), ("file", int(self.token()["id"])))
        text = self.study("whoami")
        self.assertRegex(text, rf"(?m)^Credential +token {self.token()['id']} of {self.token_path()}$")
        text = self.study("whoami", STUDYTRACKER_TOKEN=self.token()["token"])
        self.assertRegex(text, r"(?m)^Credential +the token of STUDYTRACKER_TOKEN$")
        shown = self.json("whoami", STUDYTRACKER_TOKEN=self.token()["token"])
        self.assertEqual((shown["credential"], shown["token_id"]), ("variable", None))

    def test_a_token_is_shown_once_and_revoked(self):
        token = self.study("token", "create", "backup").strip()
        self.assertRegex(token, r"^st_[0-9a-f]{64}$")
        number = int(self.errors.split()[1].rstrip(","))
        self.study("log", 5, "aws", STUDYTRACKER_TOKEN=token)
        self.study("account", "list", STUDYTRACKER_TOKEN=token, status=REFUSED)
        self.assertIn("SCOPE_MISSING", self.errors)
        listed = {row["id"]: row for row in self.json("token", "list")["data"]}
        self.assertEqual((listed[number]["name"], listed[number]["scopes"]), ("backup", ["read", "write"]))
        self.assertNotIn(token, str(listed))
        self.assertRegex(self.study("token"), rf"(?m)^ *{number} .*read, write .*backup$")
        self.assertEqual(self.study("token", "revoke", number), f"Revoked token {number}\n")
        self.assertRefusedSoon(token)
        self.study("token", "revoke", number, status=REFUSED)
        self.assertIn("TOKEN_NOT_FOUND", self.errors)

    def test_scopes_and_expiry(self):
        made = self.json("token", "create", "reader", "--scope", "read", "--expires", "2999-01-01")
        self.assertEqual((made["scopes"], made["expires_at"][:19]), (["read"], "2999-01-01T00:00:00"))
        self.study("log", 5, "aws", STUDYTRACKER_TOKEN=made["token"], status=REFUSED)
        self.assertIn("SCOPE_MISSING", self.errors)
        self.study("account", "--time-zone", "Europe/Berlin")
        made = self.json("token", "create", "x", "--scope", "read,admin", "--expires", "2999-07-01")
        self.assertEqual((sorted(made["scopes"]), made["expires_at"][:19]), (["admin", "read"], "2999-06-30T22:00:00"))
        made = self.json("token", "create", "x", "--expires", "2999-07-01T12:00:00+02:00")
        self.assertEqual(made["expires_at"][:19], "2999-07-01T10:00:00")
        for words in (["--expires", "2020-01-01"], ["--expires", "2020-01-01T00:00:00Z"]):
            self.study("token", "create", "x", *words, status=REFUSED)
            self.assertIn("expires_at", self.errors)
        for words in (["--expires", "soon"], ["--expires", "2026-02-30"], ["--scope", "all"], ["--scope", "read,"]):
            self.study("token", "create", "x", *words, status=USAGE)
        self.log_in("tom")
        self.study("token", "create", "x", "--scope", "admin", status=REFUSED)
        self.assertIn("SCOPE_MISSING", self.errors)


if __name__ == "__main__":
    if not os.access(STUDY, os.X_OK):
        sys.exit(f"{STUDY} is not built")
    harness.main()
