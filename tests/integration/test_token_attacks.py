"""Forged, broken and old tokens of log-ins: each is refused with its reason, on every path."""

import base64
import time
import uuid

import accounts
import harness
import http_client
import study_rpc
import tokens

SECRET = accounts.SETTINGS["JWT_SECRET_KEY"]
OLD_SECRET = "of the stories: the secret that was before it"
NO_ALG = "The specified alg value is not allowed"
NO_SIGNATURE = "Signature verification failed"


HTTPS = {"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "https"}


class Forgeries(accounts.AccountsCase):
    settings = {**accounts.SETTINGS, "JWT_PREVIOUS_SECRET_KEY": OLD_SECRET,
                "STUDYTRACKER_TRUSTED_PROXIES": "127.0.0.0/8"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        login = cls.service.post("/api/v1/auth/login",
                                 {"username": "root", "password": accounts.PASSWORD}).json
        cls.good, cls.refresh = login["access_token"], login["refresh_token"]
        cls.claims = tokens.claims_of(cls.good)
        cls.header = {"alg": "HS256", "kid": tokens.kid(SECRET), "typ": "JWT"}

    def sign(self, secret=SECRET, header=None, **claims):
        """A token like the good one, with some claims changed; None removes one."""
        changed = {name: value for name, value in {**self.claims, **claims}.items() if value is not None}
        return tokens.signed({**self.header, **(header or {})}, changed, tokens.mac(secret))

    def attacks(self):
        now = int(time.time())
        head, body, signature = self.good.split(".")
        admin = tokens.part({**self.claims, "sub": "2"})
        none = tokens.part({"alg": "none", "typ": "JWT"})
        return [
            ("nothing but a word", "garbage", "TOKEN_INVALID", "Not enough segments"),
            ("one dot", f"{head}.{body}", "TOKEN_INVALID", "Not enough segments"),
            ("three dots", f"{self.good}.x", "TOKEN_INVALID", "Too many segments"),
            ("10 KB", "A" * 4000 + "." + "B" * 3000 + "." + "C" * 3000, "TOKEN_INVALID", None),
            ("padding", f"{head}=.{body}.{signature}", "TOKEN_INVALID", None),
            ("another account", f"{head}.{admin}.{signature}", "TOKEN_INVALID", NO_SIGNATURE),
            ("another signature", f"{head}.{body}.{'A' * 43}", "TOKEN_INVALID", NO_SIGNATURE),
            ("no signature", f"{head}.{body}.", "TOKEN_INVALID", NO_SIGNATURE),
            ("alg none", f"{none}.{body}.", "TOKEN_INVALID", NO_ALG),
            ("alg none, signed", self.sign(header={"alg": "none"}), "TOKEN_INVALID", NO_ALG),
            ("alg RS256", self.sign(header={"alg": "RS256"}), "TOKEN_INVALID", NO_ALG),
            ("alg HS512", self.sign(header={"alg": "HS512"}), "TOKEN_INVALID", NO_ALG),
            ("unknown kid", self.sign(header={"kid": "0123456789abcdef"}), "TOKEN_INVALID",
             "The header kid names an unknown secret"),
            ("no kid", tokens.signed({"alg": "HS256"}, self.claims, tokens.mac(SECRET)), "TOKEN_INVALID",
             "Missing header: kid"),
            ("guessed secret", self.sign("secret"), "TOKEN_INVALID", NO_SIGNATURE),
            ("critical extension", self.sign(header={"crit": ["b64"], "b64": False}), "TOKEN_INVALID",
             "Unsupported header: crit"),
            ("zipped", self.sign(header={"zip": "DEF"}), "TOKEN_INVALID", "Unsupported header: zip"),
            ("expired", self.sign(exp=now - 1), "TOKEN_EXPIRED", "Token has expired"),
            ("expired in 1970", self.sign(exp=1), "TOKEN_EXPIRED", "Token has expired"),
            ("not yet valid", self.sign(nbf=now + 3600), "TOKEN_INVALID", "The token is not yet valid (nbf)"),
            ("no sub", self.sign(sub=None), "TOKEN_INVALID", "Missing claim: sub"),
            ("no exp", self.sign(exp=None), "TOKEN_INVALID", "Missing claim: exp"),
            ("sub is a number", self.sign(sub=1), "TOKEN_INVALID", "Subject must be a string"),
            ("a refresh token", self.refresh, "WRONG_TOKEN_TYPE", "Only non-refresh tokens are allowed"),
            # signed with our secret, but about nothing that exists
            ("unknown log-in", self.sign(sid=str(uuid.uuid4())), "TOKEN_INVALID", None),
            ("log-in of another", self.sign(sub="2"), "TOKEN_INVALID", None),
        ]

    def test_the_good_token_is_good(self):
        for token in self.good, self.sign(), self.sign(OLD_SECRET, {"kid": tokens.kid(OLD_SECRET)}):
            self.assertTrue(self.caller(token).is_admitted())

    def test_each_forgery_is_refused_with_its_reason(self):
        for what, token, code, text in self.attacks():
            with self.subTest(what=what):
                response = self.caller(token).get("/api/v1/topics")
                self.assertEqual((response.status, response.json["error"]["code"]), (401, code), response)
                if text:
                    self.assertEqual(response.json["error"]["message"], text)
                self.assertIn('error="invalid_token"', response.header("WWW-Authenticate"))
                self.assertNotIn(token[-20:], self.service.logs())

    def test_the_paths_of_the_productivity_backend_say_the_same(self):
        for what, token, code, text in self.attacks():
            with self.subTest(what=what):
                response = self.caller(token).get("/api/tasks")
                self.assertEqual(response.status, 401 if code == "TOKEN_EXPIRED" else 422, response)
                if text:
                    self.assertEqual(response.json["msg"], text)

    def test_rpc_says_the_same(self):
        for what, token, code, text in self.attacks():
            client = study_rpc.Client(self.service.rpc_endpoint(), token=token)
            with self.subTest(what=what), self.assertRaises(study_rpc.StudyError) as caught:
                client.call("topics.list")
            client.close()
            self.assertEqual(caught.exception.code, code, what)
            if text:
                self.assertEqual(caught.exception.message, text)

    def test_a_write_changes_nothing(self):
        before = self.database.value("select count(*) from topics")
        for what, token, _, _ in self.attacks():
            with self.subTest(what=what):
                response = self.caller(token).post("/api/v1/topics", {"name": what})
                self.assertEqual(response.status, 401, response)
        self.assertEqual(self.database.value("select count(*) from topics"), before)

    def test_every_byte_counts(self):
        """Also the last one, of which two bits encode nothing."""
        for at in range(0, len(self.good), 7):
            wrong = "A" if self.good[at] != "A" else "B"
            self.assertFalse(self.caller(self.good[:at] + wrong + self.good[at + 1:]).is_admitted(), at)
        head, body, signature = self.good.split(".")
        decoded = base64.urlsafe_b64decode(signature + "=")
        for last in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_":
            other = signature[:-1] + last
            if other != signature and base64.urlsafe_b64decode(other + "=") == decoded:
                self.assertFalse(self.caller(f"{head}.{body}.{other}").is_admitted(), other)

    def test_a_token_that_ends_while_its_body_comes_changes_nothing(self):
        ada = self.register("slow")
        token = ada.post("/api/v1/tokens", {"name": "slow", "scopes": ["read", "write"]}).json
        body = b'{"name": "after the end"}'
        head = (f"POST /api/v1/topics HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                f"Authorization: Bearer {token['token']}\r\nContent-Length: {len(body)}\r\n\r\n").encode()
        with http_client.Wire(self.service.port) as connection:
            connection.send(head + body[:-1])
            self.assertTrue(self.caller(token["token"]).is_admitted())
            self.assertEqual(ada.delete(f"/api/v1/tokens/{token['id']}").status, 204)
            self.assertSoonRefused(self.caller(token["token"]))
            connection.send(body[-1:])
            self.assertEqual(connection.answer().status, 401)
        self.assertEqual(ada.get("/api/v1/topics").json["data"], [])

    def open_session(self, headers):
        """Returns the cookie."""
        response = self.service.request("POST", "/api/v1/auth/session",
                                        {"username": "root", "password": accounts.PASSWORD}, headers)
        return response.header("Set-Cookie").split(";")[0]

    def test_over_https_neither_a_cookie_nor_a_page_from_http_counts(self):
        """Both may come from somebody on the way, who can answer http:// of this host."""
        here = f"127.0.0.1:{self.service.port}"
        plain, secure = self.open_session({}), self.open_session(HTTPS)
        rows = [("GET", plain, {}, 200), ("GET", plain, HTTPS, 401), ("GET", secure, HTTPS, 200),
                ("GET", f"{plain}; {secure}", HTTPS, 200),
                ("POST", plain, {"Origin": f"http://{here}"}, 201),
                ("POST", secure, {"Origin": f"https://{here}", **HTTPS}, 201),
                ("POST", secure, {"Origin": f"http://{here}", **HTTPS}, 403)]
        for number, (method, cookie, headers, status) in enumerate(rows):
            body = {"name": f"https {number}"} if method == "POST" else None
            response = self.service.request(method, "/api/v1/topics", body, {"Cookie": cookie, **headers})
            self.assertEqual(response.status, status, (method, cookie.split("=")[0], headers, response))


if __name__ == "__main__":
    harness.main()
