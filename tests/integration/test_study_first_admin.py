"""The first admin on the command line, and how a person types a password."""

import os
import signal
import sys

import harness
from study_accounts import PASSWORD, AccountsCase, owner_url
from study_program import DONE, REFUSED, STUDY, UNREACHABLE, USAGE, Terminal


class FirstAdmin(AccountsCase):
    def account(self, account_id):
        return self.database.sql(f"""
            select username, coalesce(email, '-'), role, status from accounts
            where account_id = {account_id}""")

    def test_the_first_admin_claims_account_1_and_keeps_its_rows(self):
        self.study("log", 25, "aws")
        self.assertEqual(self.create_admin("ada", "--claim", "--email", "ada@example.org"),
                         "Created account ada (1)\n")
        self.assertEqual(self.account(1), [["ada", "ada@example.org", "admin", "active"]])
        self.assertEqual(self.database.value("select count(*) from sessions where account_id = 1"), "1")
        self.create_admin("bob", "--claim", status=REFUSED)
        self.assertIn("account 1 has an owner already: leave out --claim", self.errors)

    def test_without_a_claim_it_is_another_account(self):
        said = self.create_admin("ada", "--json")
        number = int(said.removeprefix('{"id":').removesuffix("}\n"))
        self.assertGreater(number, 1)
        self.assertEqual(self.account(number), [["ada", "-", "admin", "active"]])
        self.assertEqual(self.account(1), [["", "-", "admin", "active"]])

    def test_the_hash_has_the_costs_of_the_workers(self):
        self.create_admin("ada")
        digest = self.database.value("select hash from account_passwords")
        self.assertRegex(digest, r"^\$argon2id\$v=19\$m=8192,t=1,p=1\$")

    def test_what_the_database_refuses(self):
        self.create_admin("ada", "--email", "ada@example.org")
        for words, expected in ((["ADA"], "USERNAME_TAKEN"), (["bob", "--email", "Ada@example.org"], "EMAIL_TAKEN")):
            self.assertEqual(self.create_admin(*words, status=REFUSED), "")
            self.assertIn(expected, self.errors)
        for words, field in ((["a b"], "username"), (["a@b"], "username"), ([""], "username"),
                             (["bob", "--email", "bob"], "email")):
            self.create_admin(*words, status=USAGE)
            self.assertIn(f"study: {field} must", self.errors)
        self.assertEqual(self.database.value("select count(*) from accounts"), "2")

    def test_passwords_that_are_refused(self):
        list_of_passwords = {"STUDYTRACKER_PASSWORD_LIST": self.write("known", "hunter two\n")}
        for password in ("", "1234567", "x" * 257, "x" * 2000, "hunter two", "Ada@Example.org"):
            self.create_admin("ada", "--email", "ada@example.org", password=password, status=USAGE,
                              **list_of_passwords)
            self.assertIn("password", self.errors)
            self.assertNotIn("xxx", self.errors)
        self.create_admin("ada", status=USAGE, STUDYTRACKER_PASSWORD_LIST="/nowhere")
        self.assertIn("STUDYTRACKER_PASSWORD_LIST: /nowhere", self.errors)
        self.create_admin("ada", password="äöüäöüäö", **list_of_passwords)

    def test_it_needs_the_role_that_owns_the_tables(self):
        command = ["account", "create", "ada", "--role", "admin", "--password-stdin", "--database"]
        self.study(*command, self.database.url, stdin=PASSWORD + "\n", status=REFUSED)
        self.assertIn("permission denied", self.errors)
        self.study(*command, "postgresql:///x?host=/nowhere", stdin=PASSWORD + "\n", status=UNREACHABLE)
        self.assertIn("DATABASE_UNAVAILABLE", self.errors)
        self.study(*command, "nonsense=x", stdin=PASSWORD + "\n", status=UNREACHABLE)
        self.assertEqual(self.database.value("select count(*) from accounts"), "1")

    def test_options_that_belong_together(self):
        self.study("account", "create", "ada", "--database", "x", status=USAGE)
        self.assertIn("--role admin", self.errors)
        self.study("account", "create", "ada", "--claim", status=USAGE)
        self.assertIn("--database", self.errors)


class Prompts(AccountsCase):
    def create(self, *answers):
        return self.converse("account", "create", "ada", "--role", "admin", "--database",
                             owner_url(self.database), answers=answers)

    def test_a_person_types_the_password_twice_and_does_not_see_it(self):
        said = self.create(("New password: ", PASSWORD + "\n"), ("again: ", PASSWORD + "\n"))
        self.assertEqual(said.status, DONE, said.text)
        self.assertNotIn(PASSWORD, said.text)
        self.assertTrue(said.has_echo)
        self.assertIn("Created account ada", said.text)

    def test_two_different_passwords(self):
        said = self.create(("New password: ", PASSWORD + "\n"), ("again: ", "another one\n"))
        self.assertEqual(said.status, USAGE, said.text)
        self.assertIn("the two passwords are different", said.text)

    def test_no_password(self):
        for typed, expected in (("\n", "a password is needed"), ("\x04", "no password was typed"),
                                ("x" * 2000 + "\n", "the password is too long")):
            said = self.create(("New password: ", typed))
            self.assertEqual(said.status, USAGE, said.text)
            self.assertIn(expected, said.text)
            self.assertNotIn("xxx", said.text)
            self.assertTrue(said.has_echo)

    def test_signals_leave_a_terminal_that_shows_what_is_typed(self):
        for number, cause in ((signal.SIGINT, "\x03"), (signal.SIGQUIT, "\x1c"),
                              (signal.SIGTERM, lambda popen: popen.send_signal(signal.SIGTERM)),
                              (signal.SIGHUP, lambda popen: popen.send_signal(signal.SIGHUP))):
            with self.subTest(number):
                said = self.create(("New password: ", cause))
                self.assertEqual(said.status, -number, said.text)
                self.assertTrue(said.has_echo)

    def test_a_stopped_program_leaves_a_terminal_that_shows_what_is_typed(self):
        script = 'set -m; "$0" "$@"; stty -a </dev/tty | grep -o -- "[ -]echo\\b"; fg >/dev/null'
        said = Terminal(
            ["bash", "-c", script, STUDY, "account", "create", "ada", "--role", "admin", "--database",
             owner_url(self.database)], self.environment(),
            answers=[("New password: ", "\x1a"), ("New password: ", PASSWORD + "\n"), ("again: ", PASSWORD + "\n")])
        self.assertEqual(said.status, DONE, said.text)
        self.assertIn("\n echo\r", said.text)
        self.assertIn("Created account ada", said.text)

    def test_without_a_terminal(self):
        done = self.study("account", "create", "ada", status=USAGE)
        self.assertEqual(done, "")
        self.assertIn("--password-stdin", self.errors)


if __name__ == "__main__":
    if not os.access(STUDY, os.X_OK):
        sys.exit(f"{STUDY} is not built")
    harness.main()
