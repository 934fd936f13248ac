"""Log-ins over HTTP: tokens and sessions of browsers, until they end."""

import threading

import accounts
import harness
from accounts import PASSWORD

ME = "/api/v1/account"
BASES = "/api", "/api/v1"
OTHER_PASSWORD = "a difference engine"


class LogIn(accounts.AccountsCase):
    def setUp(self):
        self.name = f"user-{self.id().rsplit('.', 1)[1]}"[:64]
        self.ada = self.register(self.name, email=f"{self.name[:50]}@example.org")

    def refresh(self, token, base="/api/v1", as_bearer=False):
        if as_bearer:
            return self.caller(token).post(f"{base}/auth/refresh")
        return self.service.post(f"{base}/auth/refresh", {"refresh_token": token})

    def test_by_name_and_by_e_mail(self):
        for base in BASES:
            for username in (self.name, self.name.upper(), f"{self.name[:50]}@EXAMPLE.org"):
                caller = self.log_in(username, base=base)
                self.assertEqual(caller.get(ME).json["id"], self.ada.account)

    def test_a_wrong_password_and_an_unknown_name_look_the_same(self):
        for base in BASES:
            answers = []
            for username, password in ((self.name, "wrong password"), ("nobody", PASSWORD), (self.name, ""),
                                       ("", PASSWORD), ("a" * 254, "x" * 1024)):
                response = self.service.post(f"{base}/auth/login", {"username": username, "password": password})
                self.assertEqual(response.status, 401, response)
                answers.append({**response.json, "trace_id": None})
            self.assertEqual(answers, answers[:1] * len(answers))
        self.assertEqual(answers[0]["detail"], "Invalid credentials")

    def test_the_tokens_are_those_of_flask(self):
        response = self.service.post("/api/auth/login", {"username": self.name, "password": PASSWORD})
        self.assertEqual(set(response.json), {"access_token", "refresh_token", "token_type", "expires_in"})
        self.assertEqual((response.json["token_type"], response.json["expires_in"]), ("Bearer", 3600))

    def test_each_refresh_gives_the_next_tokens(self):
        caller = self.ada
        for n in range(6):
            response = self.refresh(caller.refresh_token, BASES[n % 2], n % 3 == 0)
            self.assertEqual(response.status, 200, response)
            caller = accounts.Caller(self.service, response.json["access_token"], response.json["refresh_token"])
            self.assertTrue(caller.is_admitted())
        self.assertTrue(self.ada.is_admitted())  # an access token stays valid until it expires

    def test_the_second_use_of_a_refresh_token_ends_its_log_in(self):
        other = self.log_in(self.name)
        newer = self.refresh(self.ada.refresh_token).json
        self.assertRefused(self.refresh(self.ada.refresh_token), 401, "TOKEN_REUSED")
        self.assertRefused(self.refresh(newer["refresh_token"]), 401, "TOKEN_REVOKED")
        self.assertSoonRefused(self.ada)
        self.assertSoonRefused(self.caller(newer["access_token"]))
        self.assertTrue(other.is_admitted())
        self.assertIn("token_reused", self.events(other))

    def events(self, caller):
        page = caller.get("/api/v1/account/security-events").json
        return [event["kind"] for event in page["data"]]

    def test_one_of_many_refreshes_at_once_counts(self):
        """The others show that the token is in two hands, so the log-in ends."""
        def refresh():
            responses.append(self.refresh(self.ada.refresh_token))

        responses = []
        threads = [threading.Thread(target=refresh) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertLessEqual([r.status for r in responses].count(200), 1)
        self.assertEqual({r.status for r in responses} - {200}, {401})
        self.assertSoonRefused(self.ada)

    def test_a_token_of_the_wrong_kind_is_refused(self):
        self.assertRefused(self.refresh(self.ada.token), 401, "WRONG_TOKEN_TYPE")
        response = self.caller(self.ada.refresh_token).get(ME)
        self.assertRefused(response, 401, "WRONG_TOKEN_TYPE")
        response = self.refresh(self.ada.token, "/api")
        self.assertEqual((response.status, response.json["msg"]), (422, "Only refresh tokens are allowed"))
        self.assertRefused(self.service.post("/api/v1/auth/refresh"), 401, "UNAUTHENTICATED")

    def test_log_out_ends_one_log_in(self):
        other = self.log_in(self.name)
        response = self.ada.post("/api/auth/logout")
        self.assertEqual((response.status, response.json), (200, {"message": "Logged out"}))
        self.assertRefused(self.refresh(self.ada.refresh_token), 401, "TOKEN_REVOKED")
        self.assertSoonRefused(self.ada)
        self.assertTrue(other.is_admitted())
        body = {"refresh_token": other.refresh_token}
        for _ in range(2):  # to log out twice is no error
            self.assertEqual(self.service.post("/api/v1/auth/logout", body).status, 204)
        self.assertSoonRefused(other)
        self.assertRefused(self.service.post("/api/v1/auth/logout"), 401, "UNAUTHENTICATED")
        self.assertEqual(self.events(self.log_in(self.name)).count("logout"), 2)

    def test_a_new_password_ends_log_ins_but_no_tokens(self):
        token = self.ada.post("/api/v1/tokens", {"name": "laptop", "scopes": ["read"]}).json
        other = self.log_in(self.name)
        change = {"current_password": "wrong password", "new_password": OTHER_PASSWORD}
        response = self.ada.post("/api/v1/auth/password", change)
        self.assertRefused(response, 401, "INVALID_CREDENTIALS")
        self.assertTrue(other.is_admitted())
        change["current_password"] = PASSWORD
        self.assertRefused(self.ada.post("/api/v1/auth/password", {**change, "new_password": self.name}), 400,
                           "WEAK_PASSWORD", "new_password")
        response = self.ada.post("/api/auth/password", change)
        self.assertEqual(response.status, 200, response)
        self.assertEqual(response.json["tokens"], [{"id": token["id"], "name": "laptop"}])
        self.assertEqual(response.json["ended_logins"], 2)
        self.assertSoonRefused(self.ada)
        self.assertSoonRefused(other)
        self.assertRefused(self.refresh(other.refresh_token), 401, "TOKEN_REVOKED")
        self.assertTrue(self.caller(token["token"]).is_admitted())
        login = {"username": self.name, "password": PASSWORD}
        self.assertRefused(self.service.post("/api/v1/auth/login", login), 401, "INVALID_CREDENTIALS")
        self.assertTrue(self.log_in(self.name, OTHER_PASSWORD).is_admitted())


class Sessions(accounts.AccountsCase):
    def test_a_browser_logs_in_and_out(self):
        ada = self.register("browser")
        response = self.service.post("/api/v1/auth/session", {"username": "browser", "password": PASSWORD})
        self.assertEqual((response.status, response.json["account_id"]), (200, ada.account), response)
        cookie, *attributes = response.header("Set-Cookie").split("; ")
        self.assertEqual(set(attributes), {"Path=/", "Max-Age=2592000", "HttpOnly", "SameSite=Strict"})
        ours = {"Cookie": cookie, "Origin": f"http://127.0.0.1:{self.service.port}"}
        self.assertEqual(self.service.request("GET", ME, None, {"Cookie": cookie}).json["id"], ada.account)
        topic = {"name": "Linux"}
        for origin in ({}, {"Origin": "https://evil.example"}):
            response = self.service.request("POST", "/api/v1/topics", topic, {"Cookie": cookie, **origin})
            self.assertEqual(response.status, 403, response)
        self.assertEqual(self.service.request("POST", "/api/v1/topics", topic, ours).status, 201)
        response = self.service.request("DELETE", "/api/v1/auth/session", None, ours)
        self.assertEqual(response.status, 204, response)
        self.assertIn("studytracker_session=; Path=/; Max-Age=0", response.header("Set-Cookie"))
        accounts.until_refused(lambda: self.service.request(
            "GET", ME, None, {"Cookie": cookie}).status == 200)
        self.assertTrue(ada.is_admitted())


if __name__ == "__main__":
    harness.main()
