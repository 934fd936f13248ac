"""The commands of `study account` for operators, and what README.md shows of accounts."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import unicodedata

import harness
from study_accounts import PASSWORD, AccountsCase, LoggedInCase
from study_program import DONE, HEADER, REFUSED, STUDY, UNREACHABLE, USAGE, Terminal


class Operators(LoggedInCase):
    def accounts(self):
        return {row["username"]: row for row in self.json("account", "list")["data"]}

    def test_creating_and_listing_accounts(self):
        self.assertRegex(self.study("account", "create", "eve", "--email", "eve@example.org", "--role", "admin",
                                    "--password-stdin", stdin=PASSWORD + "\n"), r"^Created account eve \(\d+\)\n$")
        rows = self.accounts()
        self.assertEqual(set(rows), {"ada", "tom", "eve"})
        self.assertEqual((rows["eve"]["email"], rows["eve"]["role"]), ("eve@example.org", "admin"))
        self.assertEqual(rows["tom"]["role"], "learner")
        self.assertRegex(self.study("account", "list"), r"(?m)^ *\d+  eve +eve@example.org +admin +active ")
        self.assertEqual([row["username"] for row in self.json("account", "list", "--search", "ev")["data"]], ["eve"])
        for words, code in ((["EVE"], "USERNAME_TAKEN"), (["bob", "--email", "EVE@example.org"], "EMAIL_TAKEN"),
                            (["a b"], "INVALID_INPUT"), (["bob", "--email", "x"], "INVALID_INPUT")):
            self.study("account", "create", *words, "--password-stdin", stdin=PASSWORD + "\n", status=REFUSED)
            self.assertIn(code, self.errors)
        self.study("account", "create", "bob", "--password-stdin", stdin="short\n", status=REFUSED)
        self.assertIn("password", self.errors)

    def test_disabling_and_enabling(self):
        self.log_in("tom")
        token = self.token()["token"]
        self.person = "ada"
        self.assertEqual(self.study("account", "disable", "TOM"), "Disabled account TOM\n")
        self.assertEqual(self.accounts()["tom"]["status"], "disabled")
        self.assertSoon(token, "ACCOUNT_DISABLED")
        self.assertEqual(self.study("account", "enable", "@" + str(self.accounts()["tom"]["id"])),
                         f"Enabled account @{self.accounts()['tom']['id']}\n")
        harness.until("the token is valid again", lambda: self.error_of(token) == "")

    def test_passwords(self):
        self.log_in("tom")
        self.person = "ada"
        said = self.study("account", "password", "tom", "--password-stdin", stdin="a new password\n")
        self.assertIn("These tokens are still valid", said)
        self.log_in("tom", status=REFUSED)
        self.log_in("tom", password="a new password")
        said = self.study("account", "password", "--password-stdin", stdin="a new password\na newer one\n")
        self.assertIn("These tokens are still valid", said)
        self.assertIn(self.token()["id"] + "  study on ", said)
        self.study("account", "password", "--password-stdin", stdin="wrong\na newest one\n", status=REFUSED)
        self.assertIn("INVALID_CREDENTIALS", self.errors)
        said = self.converse("account", "password", answers=[
            ("Current password: ", "a newer one\n"), ("New password: ", "typed here\n"), ("again: ", "typed here\n")])
        self.assertEqual(said.status, DONE, said.text)
        self.log_in("tom", password="typed here")

    def test_roles_and_the_last_admin(self):
        self.study("account", "role", "ada", "learner", status=REFUSED)
        self.assertIn("LAST_ADMIN", self.errors)
        self.assertEqual(self.study("account", "role", "tom", "admin"), "Changed account tom\n")
        self.assertEqual(self.accounts()["tom"]["role"], "admin")
        self.study("account", "role", "tom", "queen", status=USAGE)
        self.assertIn("role must be one of learner, admin", self.errors)

    def test_deleting(self):
        self.log_in("tom")
        token = self.token()["token"]
        self.study("log", 5, "aws")
        self.person = "ada"
        self.assertEqual(self.study("account", "delete", "tom"), "Deleted account tom\n")
        self.assertEqual(set(self.accounts()), {"ada"})
        self.assertRefusedSoon(token)
        self.study("account", "delete", "ada", status=REFUSED)
        self.assertIn("LAST_ADMIN", self.errors)

    def test_names_of_accounts(self):
        for name in ("nobody", "tom@", "%", "_om"):
            self.study("account", "disable", name, status=REFUSED)
            self.assertEqual(self.errors, f"study: there is no account {name}\n")
        for name in ("@", "@x", "@-1", "@0"):
            self.study("account", "disable", name, status=USAGE)
        self.study("account", "disable", "@999999", status=REFUSED)
        self.assertIn("ACCOUNT_NOT_FOUND", self.errors)
        self.study("account", "create", "Élodie", "--password-stdin", stdin=PASSWORD + "\n")
        self.assertEqual(self.study("account", "disable", "éLODIE"), "Disabled account éLODIE\n")
        self.study("account", "disable", "ada@example.org", status=REFUSED)
        self.assertIn("LAST_ADMIN", self.errors)

    def test_names_that_only_look_alike(self):
        """People log in with any of these names; operators see which account it is."""
        for name in ("straße", "josé"):
            self.study("account", "create", name, "--password-stdin", stdin=PASSWORD + "\n")
        ids = {name: account["id"] for name, account in self.accounts().items()}
        for name, own in (("STRASSE", "straße"), (unicodedata.normalize("NFD", "josé"), "josé"), ("to", "tom")):
            self.study("account", "disable", name, status=REFUSED)
            self.assertEqual(self.errors, f"study: there is no account {name}; use @{ids[own]} for {own}\n")
        self.study("account", "disable", "o", status=REFUSED)
        self.assertRegex(self.errors, r"^study: there is no account o; use @ID for one of \d+ like it\n$")
        email = "a" * 60 + "@" + ".".join(["b" * 60] * 3) + ".org"
        self.study("account", "create", "long", "--email", email, "--password-stdin", stdin=PASSWORD + "\n")
        self.assertEqual(self.study("account", "disable", email), f"Disabled account {email}\n")

    def test_a_learner_is_no_operator(self):
        self.log_in("tom")
        for words in (["list"], ["disable", "@1"], ["delete", "@1"], ["role", "@1", "learner"], ["export", "@1"]):
            self.study("account", *words, status=REFUSED)
            self.assertIn("SCOPE_MISSING", self.errors)

    def test_the_export_of_an_account(self):
        self.log_in("tom")
        self.study("log", 5, "aws", "--note", "tom's")
        self.study("task", "add", "Read chapter 4")
        self.study("task", "delete", self.json("task", "list")["data"][0]["id"])
        self.person = "ada"
        self.study("log", 7, "linux", "--note", "ada's")
        whole = json.loads(self.study("account", "export", "tom"))
        self.assertEqual(whole["account"]["username"], "tom")
        self.assertEqual([row["notes"] for row in whole["sessions"]], ["tom's"])
        self.assertEqual([row["title"] for row in whole["tasks"]], ["Read chapter 4"])
        self.assertEqual(whole["goals"], [])
        text = json.dumps(whole)
        for secret in ("ada's", "argon2", '"hash"'):
            self.assertNotIn(secret, text)
        self.study("account", "export", "tom", self.path("tom.json"))
        with open(self.path("tom.json"), encoding="utf-8") as file:
            self.assertEqual(set(json.load(file)), set(whole))
        over_http = self.service.get("/api/v1/account/export", Authorization="Bearer " + self.token()["token"])
        self.assertEqual(list(over_http.json), list(json.loads(self.study("account", "export", "ada"))))

    def test_an_export_to_a_pipe_that_fails_half_way_is_no_valid_document(self):
        self.log_in("tom")
        note = "n" * 200  # a page, which has at most 500 rows, does not fit into a pipe
        self.study("import", "-", stdin="id,timestamp,minutes,tag,notes\n" + "".join(
            f"{i},2020-01-01,5,aws,{note}\n" for i in range(600)))
        self.person = "ada"
        self.assertEqual(len(json.loads(self.study("account", "export", "tom"))["sessions"]), 600)
        popen = subprocess.Popen([STUDY, "account", "export", "tom", "--timeout", "1"], env=self.environment(),
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=harness.dies_with_us)
        with popen, contextlib.ExitStack() as stack:
            text = popen.stdout.read(1)
            for worker in self.service.workers:
                worker.popen.send_signal(signal.SIGSTOP)
                stack.callback(worker.popen.send_signal, signal.SIGCONT)
            text += popen.stdout.read()
            self.assertEqual(popen.wait(harness.PATIENCE), UNREACHABLE)
        self.assertIn(note.encode(), text)
        self.assertRaises(ValueError, json.loads, text)

    def test_sessions_of_a_file_belong_to_the_account_of_the_token(self):
        path = self.write("rows.csv", HEADER + "1,2020-01-01T00:00:00Z,5,aws\n")
        self.log_in("tom")
        self.study("import", path)
        self.assertEqual(self.totals()["total_sessions"], 1)
        self.assertIn(",aws,", self.study("export"))
        self.person = "ada"
        self.assertEqual(self.totals()["total_sessions"], 0)


class Limited(LoggedInCase):
    settings = {**LoggedInCase.settings, "STUDYTRACKER_RATE_ACCOUNT": "40/1"}

    def test_commands_wait_while_the_account_has_too_many_requests(self):
        path = self.write("rows.csv", HEADER + "".join(f"{i},2020-01-01T00:00:00Z,5,aws\n" for i in range(150)))
        self.assertEqual(self.json("import", path, "--timeout", 2)["created"], 150)
        self.study("import", self.write("changed.csv", HEADER + "".join(
            f"{i},2020-01-01T00:00:00Z,6,aws\n" for i in range(150))), "--update", "--timeout", 2)
        for _ in range(40):
            self.study("topics")
        self.assertEqual(len(self.study("export").splitlines()), 151)


class UsedUp(LoggedInCase):
    settings = {**LoggedInCase.settings, "STUDYTRACKER_RATE_ACCOUNT": "20/36000"}

    def test_commands_give_up_at_their_timeout(self):
        path = self.write("rows.csv", HEADER + "".join(f"{i},2020-01-01T00:00:00Z,5,aws\n" for i in range(50)))
        self.study("import", path, "--timeout", 1.5, status=UNREACHABLE)
        self.assertIn("the same command continues at line", self.errors)
        started = time.monotonic()
        self.study("topics", "--timeout", 1.5, status=UNREACHABLE)
        self.assertIn("RATE_LIMITED", self.errors)
        self.assertGreater(time.monotonic() - started, 1)


class Transcript(AccountsCase):
    """Types what the section of README.md shows, and compares what it prints."""

    settings = LoggedInCase.settings

    def section(self):
        with open(os.path.join(harness.ROOT, "README.md"), encoding="utf-8") as file:
            text = re.search(r"^## Accounts\n(.*?)^## ", file.read(), re.MULTILINE | re.DOTALL).group(1)
        block = "".join(line[4:] + "\n" for line in text.splitlines() if line.startswith("    "))
        return re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)

    def run_command(self, command, expected):
        answers = [(line + " ", PASSWORD + "\n") for line in expected.splitlines() if line.endswith(("word:", "again:"))]
        return Terminal(["bash", "-c", command], self.environment(
            PATH=os.path.dirname(STUDY) + ":" + os.environ["PATH"], NO_COLOR="1", **self.variables),
            answers=answers or [("", "")], columns=120)

    @staticmethod
    def pattern(expected):
        """… stands for anything, and on a line of its own for any lines. The widths of columns
        depend on what is in them."""
        lines = [re.escape(" ".join(line.split())).replace("…", ".*") for line in expected.splitlines()]
        return "".join(r"(?:.*\n)*" if line == ".*" else line + "\n" for line in lines)

    def test_the_section_about_accounts(self):
        commands, token, self.variables = self.section(), "", {}
        self.assertGreaterEqual(len(commands), 12)
        for command, expected in commands:
            if command.startswith(("export ", "unset ")):
                self.variables = {"STUDYTRACKER_TOKEN": token} if command.startswith("export ") else {}
                continue
            command = command.replace("host=…", f"host={self.database.directory}&port=5432")
            said = self.run_command(command.replace("22112", str(self.service.port)), expected)
            shown = "".join(" ".join(line.split()) + "\n" for line in said.text.splitlines())
            self.assertRegex(shown, "^" + self.pattern(expected) + "$", command)
            token = (re.findall("st_[0-9a-f]{64}", shown) or [token])[0]


if __name__ == "__main__":
    if not os.access(STUDY, os.X_OK):
        sys.exit(f"{STUDY} is not built")
    harness.main()
