"""The life of an account over HTTP: register, make tokens, leave. Log-ins: test_logins.py."""

import re
import socket
import threading

import accounts
import harness
from accounts import PASSWORD

ME = "/api/v1/account"
BASES = "/api", "/api/v1"
TOKEN = re.compile(r"^st_[0-9a-f]{64}$")
OTHER_PASSWORD = "a difference engine"
COPIES = {"linked_sessions", "pending_totals", "kept_daily_totals", "kept_topic_totals"}  # of what sessions say


class Registration(accounts.AccountsCase):
    def test_an_account_is_made_and_has_nothing_of_others(self):
        self.topic_of("root")
        ada = self.register("Ada", email="Ada@example.org", name=" Ada  Lovelace ")
        account = ada.get(ME).json
        self.assertEqual((account["id"], account["username"], account["email"], account["name"], account["role"],
                          account["status"]),
                         (ada.account, "Ada", "Ada@example.org", "Ada Lovelace", "learner", "active"))
        self.assertEqual(ada.get("/topics").json, [])
        self.assertEqual([ada.get(f"{base}/auth/me").json for base in BASES], [account, account])

    def topic_of(self, username):
        response = self.log_in(username).post("/topics", {"name": "Linux"})
        self.assertEqual(response.status, 201, response)

    def test_a_name_and_an_e_mail_belong_to_one_account(self):
        self.register("grace", email="grace@example.org")
        for base in BASES:
            for fields, text in (({"username": "GRACE"}, "username"),
                                 ({"username": "hopper", "email": "Grace@Example.org"}, "email")):
                with self.subTest(base=base, fields=fields):
                    response = self.service.post(f"{base}/auth/register", {"password": PASSWORD, **fields})
                    self.assertEqual(response.status, 409, response)
                    self.assertIn(f"n account with this {text} exists", response.body.decode())

    def test_what_is_wrong_is_named(self):
        for field, value, code in (
                ("username", "", "INVALID_INPUT"), ("username", "a b", "INVALID_INPUT"),
                ("username", "a@b", "INVALID_INPUT"), ("username", "a" * 65, "INVALID_INPUT"),
                ("username", "\u0958" * 33, "INVALID_INPUT"), ("name", "\ufb2c" * 70, "INVALID_INPUT"),
                ("username", "a\u200b", "INVALID_INPUT"), ("username", None, "INVALID_INPUT"),
                ("email", "nobody", "INVALID_INPUT"), ("email", "a@b@c.de", "INVALID_INPUT"),
                ("email", "a" * 300 + "@example.org", "INVALID_INPUT"),
                ("password", "1234567", "INVALID_INPUT"), ("password", "x" * 5000, "INVALID_INPUT"),
                ("password", "password", "WEAK_PASSWORD"), ("password", "wrongfield", "WEAK_PASSWORD"),
                ("role", "admin", "INVALID_INPUT"), ("caller_scopes", 14, "INVALID_INPUT")):
            with self.subTest(field=field, value=str(value)[:40]):
                body = {"username": "wrongfield", "password": PASSWORD, field: value}
                response = self.service.post("/api/v1/auth/register", body)
                self.assertRefused(response, 400, code, field)
        self.assertEqual(self.database.value("select count(*) from accounts where username like 'wrong%'"), "0")

    def test_unknown_fields_are_ignored_under_api(self):
        body = {"username": "lenient", "password": PASSWORD, "role": "admin", "caller_scopes": 14}
        response = self.service.post("/api/auth/register", body)
        self.assertEqual((response.status, response.json["role"]), (201, "learner"), response)

    def test_one_of_many_at_once_gets_the_name(self):
        def register():
            body = {"username": "popular", "password": PASSWORD}
            statuses.append(self.service.post("/api/v1/auth/register", body).status)

        statuses = []
        threads = [threading.Thread(target=register) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(statuses), [201] + [409] * 11)


class ClosedRegistration(accounts.AccountsCase):
    settings = {**accounts.SETTINGS, "STUDYTRACKER_REGISTRATION": "closed"}

    def test_nobody_registers_but_an_admin_makes_accounts(self):
        new = {"username": "ada", "password": PASSWORD}
        self.assertRefused(self.service.post("/api/v1/auth/register", new), 403, "REGISTRATION_CLOSED")
        response = self.service.post("/api/auth/register", new)
        self.assertEqual((response.status, response.json["error"]),
                         (403, "An admin creates the accounts of this service"))
        response = self.log_in("root").post("/api/v1/accounts", {**new, "role": "learner"})
        self.assertEqual(response.status, 201, response)
        self.assertEqual(response.header("Location"), f"/api/v1/accounts/{response.json['id']}")
        ada = self.log_in("ada")
        self.assertRefused(ada.post("/api/v1/accounts", new), 403, "SCOPE_MISSING")


class Tokens(accounts.AccountsCase):
    def make(self, caller, **fields):
        response = caller.post("/api/v1/tokens", {"name": "laptop", "scopes": ["read", "write"], **fields})
        self.assertEqual(response.status, 201, response)
        self.assertRegex(response.json["token"], TOKEN)
        return response.json

    def test_a_token_has_only_its_scopes(self):
        ada = self.register("scoped")
        reader = self.caller(self.make(ada, scopes=["read"])["token"])
        writer = self.caller(self.make(ada, scopes=["read", "write"])["token"])
        self.assertEqual(reader.get("/topics").status, 200)
        self.assertRefused(reader.post("/topics", {"name": "C"}), 403, "SCOPE_MISSING")
        self.assertEqual(writer.post("/topics", {"name": "C"}).status, 201)
        self.assertRefused(writer.get("/api/v1/accounts"), 403, "SCOPE_MISSING")
        for caller in (ada, writer):
            response = caller.post("/api/v1/tokens", {"name": "more", "scopes": ["admin"]})
            self.assertRefused(response, 403, "SCOPE_MISSING", "scopes")

    def test_a_token_expires(self):
        ada = self.register("expiring")
        soon = self.database.value("select instant_text(clock_timestamp() + interval '2 s')")
        caller = self.caller(self.make(ada, expires_at=soon)["token"])
        self.assertTrue(caller.is_admitted())
        self.assertSoonRefused(caller)
        self.assertRefused(caller.get(ME), 401, "TOKEN_EXPIRED")
        self.assertEqual(ada.get("/api/v1/tokens").json["data"], [])
        for value in ("2020-01-01T00:00:00Z", "tomorrow"):
            response = ada.post("/api/v1/tokens", {"name": "old", "scopes": ["read"], "expires_at": value})
            self.assertRefused(response, 400, "INVALID_INPUT", "expires_at")

    def test_tokens_are_listed_and_revoked(self):
        ada, bob = self.register("owner"), self.register("stranger")
        tokens = [self.make(ada, name=f"t{n}") for n in range(3)]
        page = ada.get("/api/v1/tokens?limit=2").json
        self.assertEqual([row["name"] for row in page["data"]], ["t0", "t1"])
        self.assertNotIn("token", page["data"][0])
        target = f"/api/v1/tokens/{tokens[0]['id']}"
        used = self.caller(tokens[0]["token"])
        self.assertTrue(used.is_admitted())
        harness.until("its use is noted", lambda: ada.get(target).json["last_used_on"])
        for response in (bob.get(target), bob.delete(target)):
            self.assertRefused(response, 404, "TOKEN_NOT_FOUND", "token_id")
        self.assertEqual(ada.delete(target).status, 204)
        self.assertSoonRefused(used)
        self.assertRefused(used.get(ME), 401, "TOKEN_REVOKED")
        self.assertRefused(ada.get(target), 404, "TOKEN_NOT_FOUND", "token_id")
        self.assertEqual(len(ada.get("/api/v1/tokens").json["data"]), 2)


class SlowReaders(accounts.AccountsCase):
    """Clients that read a long list so slowly that it lasts for some time."""

    ROWS = 20000

    def start(self, path, token):
        client = socket.socket()
        self.addCleanup(client.close)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        client.settimeout(harness.PATIENCE)
        client.connect(("127.0.0.1", self.service.port))
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
        self.assertIn(b" 200 ", client.recv(1000))
        return client

    def is_cut(self, client):
        try:
            end = client.recv(16384)
        except ConnectionResetError:
            return True
        self.assertFalse(end.endswith(b"\r\n0\r\n\r\n"), "the list is whole")
        return end == b""

    def test_a_list_ends_with_its_credential(self):
        ada = self.register("reader")
        login = self.log_in("reader")
        token = ada.post("/api/v1/tokens", {"name": "stolen", "scopes": ["read"]}).json
        self.database.sql(f"""insert into tasks (account_id, id, title, description)
            select {ada.account}, 100000 + n, 'x', repeat('.', 1000) from generate_series(1, {self.ROWS}) as n""")
        clients = [self.start(path, shown) for path, shown in (
            ("/api/tasks", token["token"]), ("/api/v1/account/export", token["token"]), ("/api/tasks", login.token))]
        self.assertEqual(ada.delete(f"/api/v1/tokens/{token['id']}").status, 204)
        self.assertEqual(self.service.post("/api/v1/auth/logout", {"refresh_token": login.refresh_token}).status, 204)
        for client in clients:
            harness.until("the list is cut", lambda client=client: self.is_cut(client))
        self.assertEqual(len(ada.get("/api/tasks").json), self.ROWS)


class Leaving(accounts.AccountsCase):
    def rows(self, account):
        """The tables that have rows of the account."""
        return {name for name in self.database.tables("account_id")
                if self.database.value(f"select exists (select from {name} where account_id = {account})") == "t"}

    def wait_purged(self, account):
        """The rows stay while requests of the account may still be under way."""
        self.assertTrue(self.rows(account))
        self.database.sql(f"update accounts set closed_at = closed_at - interval '70 s' where account_id = {account}")
        harness.until("all rows are deleted", lambda: not self.rows(account))

    def fill(self, caller):
        topic = caller.post("/topics", {"name": "Linux"}).json["id"]
        caller.post("/sessions", {"topic_id": topic, "duration_minutes": 5})
        caller.post("/api/v1/tasks", {"title": "Read"})
        caller.post("/api/v1/learnings", {"title": "A", "content": "B", "tags": ["x"]})
        caller.post("/api/v1/tokens", {"name": "laptop", "scopes": ["read"]})

    def test_every_row_goes_and_the_name_is_free_again(self):
        ada = self.register("leaving", email="leaving@example.org")
        self.fill(ada)
        self.assertGreater(len(self.rows(ada.account)), 8)
        self.assertRefused(ada.delete(ME, {"password": "wrong password"}), 401, "INVALID_CREDENTIALS")
        self.assertRefused(ada.delete(ME, {}), 400, "INVALID_INPUT", "password")
        self.assertEqual(ada.delete(ME, {"password": PASSWORD}).status, 204)
        self.assertSoonRefused(ada)
        again = self.register("leaving", email="leaving@example.org")
        self.assertGreater(again.account, ada.account)
        self.wait_purged(ada.account)
        self.assertEqual(again.get("/topics").json, [])

    def test_late_requests_of_a_deleted_account_leave_no_rows(self):
        """A gateway may keep a verdict for some seconds, also while the rows are being deleted."""
        ada = self.register("late")
        token = self.caller(ada.post("/api/v1/tokens", {"name": "t", "scopes": ["read", "write"]}).json["token"])
        self.assertTrue(token.is_admitted())
        self.assertEqual(ada.delete(ME, {"password": PASSWORD}).status, 204)
        statuses = set()

        def is_admitted():
            statuses.add(token.post("/topics", {"name": f"T{len(statuses)}"}).status)
            return 401 not in statuses

        accounts.until_refused(is_admitted)
        self.assertLessEqual(statuses, {201, 401})
        self.wait_purged(ada.account)

    def test_the_last_admin_stays(self):
        self.register("somebody")
        root = self.log_in("root")
        self.assertRefused(root.delete(ME, {"password": PASSWORD}), 409, "LAST_ADMIN")
        for fields in ({"role": "learner"}, {"status": "disabled"}):
            self.assertRefused(root.request("PATCH", "/api/v1/accounts/1", fields), 409, "LAST_ADMIN")
        self.assertRefused(root.delete("/api/v1/accounts/1"), 409, "LAST_ADMIN")
        self.assertTrue(root.is_admitted())

    def test_an_export_has_every_table_and_no_secret(self):
        ada = self.register("exporting")
        self.fill(ada)
        response = ada.get("/api/v1/account/export")
        self.assertEqual(response.header("Content-Disposition"), 'attachment; filename="studytracker.json"')
        document = response.json
        self.assertEqual(set(document), self.database.tables("account_id") - {"accounts"} - COPIES | {"account"})
        self.assertEqual(list(document)[0], "account")
        self.assertEqual({name for name, rows in document.items() if rows} - {"account"},
                         self.rows(ada.account) - {"accounts"} - COPIES)
        self.assertEqual(document["topics"][0]["name"], "Linux")
        self.assertNotRegex(response.body, rb"argon2|\\\\x[0-9a-f]{64}|st_[0-9a-f]{64}")
        root = self.log_in("root")
        self.assertEqual(root.get(f"/api/v1/accounts/{ada.account}/export").json["topics"], document["topics"])
        self.assertRefused(ada.get("/api/v1/accounts/1/export"), 403, "SCOPE_MISSING")

    def test_a_long_export_is_whole(self):
        ada = self.register("prolific")
        topic = ada.post("/topics", {"name": "Linux"}).json["id"]
        self.database.sql(f"""
            insert into tasks (account_id, id, title, description)
            select {ada.account}, 1000 + n, 'Read page ' || n, repeat('.', 1000) from generate_series(1, 3000) as n""")
        document = ada.get("/api/v1/account/export").json
        self.assertEqual([row["id"] for row in document["tasks"]], list(range(1001, 4001)))
        self.assertEqual([row["id"] for row in document["topics"]], [topic])
        head = ada.request("HEAD", "/api/v1/account/export")
        self.assertEqual((head.status, head.body), (200, b""))


class Admins(accounts.AccountsCase):
    def test_an_admin_manages_accounts(self):
        root, ada = self.log_in("root"), self.register("managed")
        target = f"/api/v1/accounts/{ada.account}"
        self.assertEqual(root.get(target).json["username"], "managed")
        self.assertEqual([row["id"] for row in root.get("/api/v1/accounts?q=manag").json["data"]], [ada.account])
        self.assertEqual(root.request("PATCH", target, {"status": "disabled"}).json["status"], "disabled")
        self.assertSoonRefused(ada)
        login = {"username": "managed", "password": PASSWORD}
        self.assertRefused(self.service.post("/api/v1/auth/login", login), 401, "ACCOUNT_DISABLED")
        self.assertEqual(root.request("PATCH", target, {"status": "active", "role": "admin"}).json["role"], "admin")
        response = root.post(f"{target}/password", {"new_password": OTHER_PASSWORD})
        self.assertEqual(response.status, 200, response)
        again = self.log_in("managed", OTHER_PASSWORD)
        self.assertEqual(again.get("/api/v1/accounts").status, 200)
        self.assertEqual(root.delete(target).status, 204)
        self.assertSoonRefused(again)
        self.assertRefused(root.get(target), 404, "ACCOUNT_NOT_FOUND")
        self.assertRefused(root.delete(target), 404, "ACCOUNT_NOT_FOUND")


class OpenPaths(accounts.AccountsCase):
    def test_these_paths_need_no_credentials(self):
        for path in ("/", "/health", "/healthz", "/readyz", "/openapi.json", "/api/health"):
            for headers in ({}, {"Authorization": "Bearer wrong"}):
                self.assertEqual(self.service.request("GET", path, None, headers).status, 200, path)
        self.assertEqual(self.service.request("OPTIONS", "/topics").status, 204)
        self.assertRefused(self.service.get("/nowhere"), 404, "NOT_FOUND")

    def test_every_other_path_needs_them(self):
        for path in ("/topics", "/stats", "/api/v1/topics", ME, "/api/v1/account/export"):
            response = self.service.get(path)
            self.assertRefused(response, 401, "UNAUTHENTICATED")
            self.assertTrue(response.header("WWW-Authenticate").startswith("Bearer"))
        response = self.service.get("/api/tasks")
        self.assertEqual((response.status, response.json["msg"]), (401, "Missing Authorization Header"))


class Secrets(accounts.AccountsCase):
    settings = {**accounts.SETTINGS, "STUDYTRACKER_LOG_LEVEL": "debug"}

    def test_no_log_has_a_password_or_a_token(self):
        ada = self.register("quiet")
        secrets = [PASSWORD, "wrong password", ada.token, ada.refresh_token]
        self.service.post("/api/v1/auth/login", {"username": "quiet", "password": "wrong password"})
        secrets.append(ada.post("/api/v1/tokens", {"name": "t", "scopes": ["read"]}).json["token"])
        self.service.post("/api/v1/auth/login", b'{"username":"quiet","password":"wrong password"')
        self.service.post("/api/v1/auth/login", {"username": "quiet", "password": ["wrong password"]})
        self.service.post("/api/v1/auth/refresh", {"refresh_token": ada.refresh_token})
        self.service.post("/api/v1/auth/refresh", {"refresh_token": ada.refresh_token})
        logs = self.service.logs()
        for secret in secrets:
            self.assertNotIn(secret, logs)


if __name__ == "__main__":
    harness.main()
