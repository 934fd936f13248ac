"""Accounts for the stories: a service that has them, and callers with credentials.

    class Story(accounts.AccountsCase):
        def test_something(self):
            ada = self.register("ada")
            self.assertEqual(ada.get("/api/v1/account").json["username"], "ada")
"""

import subprocess
import time

import harness
import study_program

PASSWORD = "correct horse battery"
SETTINGS = {
    "STUDYTRACKER_AUTH": "on", "STUDYTRACKER_REGISTRATION": "open",
    "JWT_SECRET_KEY": "of the stories: forty-two bytes or some more",
    "STUDYTRACKER_PASSWORD_MEMORY_MIB": 8, "STUDYTRACKER_PASSWORD_PASSES": 1,
    # All requests come from one address and fail often.
    "STUDYTRACKER_RATE_ACCOUNT": "0", "STUDYTRACKER_RATE_ADDRESS": "0",
    "STUDYTRACKER_RATE_LOGIN_ACCOUNT": "0", "STUDYTRACKER_RATE_LOGIN_ADDRESS": "0"}
REFUSED_WITHIN_S = 5  # a credential that has ended, by every gateway


def until_refused(is_admitted):
    """Waits until is_admitted(), which sends a request with a credential that has just ended, is
    false. No gateway may admit a request that is sent after REFUSED_WITHIN_S. This also holds on a
    slow machine, which only handles the request later."""
    ended = time.monotonic()

    def is_refused():
        sent = time.monotonic()
        is_over = not is_admitted()
        assert is_over or sent < ended + REFUSED_WITHIN_S, "the credential is still admitted"
        return is_over

    harness.until("the credential is refused", is_refused)


def owner_url(database):
    """Returns the URL of the role that creates the first admin."""
    return f"postgresql://studytracker_owner@/{database.name}?host={database.directory}&port=5432"


def create_admin(database, name, *options, password=PASSWORD):
    """Runs `study account create`. Returns its output."""
    command = [study_program.STUDY, "account", "create", name, "--role", "admin", "--database",
               owner_url(database), "--password-stdin", *options]
    env = harness.clean_environment(STUDYTRACKER_PASSWORD_MEMORY_MIB=8, STUDYTRACKER_PASSWORD_PASSES=1)
    return subprocess.run(command, input=password + "\n", encoding="utf-8", check=True, env=env,
                          stdout=subprocess.PIPE, timeout=harness.PATIENCE).stdout


class Caller:
    """Sends requests with a Bearer token, or with none."""

    def __init__(self, service, token=None, refresh_token=None, account=None):
        self.service, self.token, self.refresh_token, self.account = service, token, refresh_token, account

    def request(self, method, target, body=None, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        return self.service.request(method, target, body, headers)

    def get(self, target, **headers):
        return self.request("GET", target, **headers)

    def post(self, target, body=None, **headers):
        return self.request("POST", target, body, **headers)

    def delete(self, target, body=None, **headers):
        return self.request("DELETE", target, body, **headers)

    def is_admitted(self):
        return self.get("/api/v1/account").status == 200


class AccountsCase(harness.ServiceCase):
    settings = SETTINGS

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        create_admin(cls.database, "root", "--claim")

    def caller(self, token=None):
        return Caller(self.service, token)

    def log_in(self, username, password=PASSWORD, base="/api/v1"):
        response = self.service.post(f"{base}/auth/login", {"username": username, "password": password})
        self.assertEqual(response.status, 200, response)
        return Caller(self.service, response.json["access_token"], response.json["refresh_token"])

    def register(self, username, **fields):
        """Makes an account and logs it in."""
        response = self.service.post("/api/v1/auth/register",
                                     {"username": username, "password": PASSWORD, **fields})
        self.assertEqual(response.status, 201, response)
        caller = self.log_in(username, fields.get("password", PASSWORD))
        caller.account = response.json["id"]
        return caller

    def assertSoonRefused(self, caller):
        until_refused(caller.is_admitted)
