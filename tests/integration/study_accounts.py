"""The fixture of the stories about accounts on the command line."""

import os

import harness
from study_program import STUDY, StudyCase, Terminal

PASSWORD = "correct horse"


def owner_url(database):
    """The URL that `./dev run --auth` prints."""
    return f"postgresql://studytracker_owner@/{database.name}?host={database.directory}&port=5432"


class AccountsCase(StudyCase):
    """Every test has new tables, because account 1 can be claimed once only."""

    def empty(self):
        super().empty()
        self.database.sql("""
            delete from account_passwords;
            delete from accounts where account_id <> 1;
            update accounts set username = null, email = null, name = 'local', role = 'admin',
                status = 'active' where account_id = 1""")

    def create_admin(self, name, *options, password=PASSWORD, **more):
        return self.study("account", "create", name, "--role", "admin", "--database",
                          owner_url(self.database), "--password-stdin", *options,
                          stdin=password + "\n", STUDYTRACKER_PASSWORD_MEMORY_MIB=8,
                          STUDYTRACKER_PASSWORD_PASSES=1, **more)

    def converse(self, *words, answers, **env):
        return Terminal([STUDY, *map(str, words)], self.environment(**env), answers=answers)


class LoggedInCase(AccountsCase):
    """With accounts on, ada is the admin and tom a learner. Each has a directory for the token."""

    person = "ada"
    settings = {"STUDYTRACKER_AUTH": "on", "JWT_SECRET_KEY": "0123456789abcdef0123456789abcdef-study",
                "STUDYTRACKER_PASSWORD_MEMORY_MIB": 8,
                "STUDYTRACKER_PASSWORD_PASSES": 1, "STUDYTRACKER_RATE_LOGIN_ACCOUNT": "0",
                "STUDYTRACKER_RATE_LOGIN_ADDRESS": "0"}

    def setUp(self):
        super().setUp()
        self.create_admin("ada", "--claim", "--email", "ada@example.org")
        self.log_in("ada")
        self.study("account", "create", "tom", "--password-stdin", stdin=PASSWORD + "\n")

    def environment(self, **more):
        return super().environment(**{"XDG_CONFIG_HOME": self.path(self.person), **more})

    def log_in(self, name, *options, password=PASSWORD, **more):
        self.person = name
        return self.study("login", name, "--password-stdin", *options, stdin=password + "\n", **more)

    def token_path(self):
        return self.path(f"{self.person}/study/token")

    def token(self):
        with open(self.token_path(), encoding="ascii") as file:
            return dict(line.split() for line in file)

    def assertRefusedSoon(self, token):
        """Gateways keep a verdict for some seconds."""
        harness.until("the token is refused", lambda: self.is_refused(token))

    def is_refused(self, token):
        self.study("topics", STUDYTRACKER_TOKEN=token, status=None)
        return "STUDYTRACKER_TOKEN" in self.errors

    def error_of(self, token):
        self.study("topics", STUDYTRACKER_TOKEN=token, status=None)
        return self.errors

    def assertSoon(self, token, code):
        harness.until(f"the service says {code}", lambda: code in self.error_of(token))
