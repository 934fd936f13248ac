"""Attacks on tokens and cookies that are right but for a byte, their time, or the way they came.
Those that are wrong in themselves: test_tokens_refused.py."""

import base64

import accounts
import harness
import http_client
import tokens

SECRET = accounts.SETTINGS["JWT_SECRET_KEY"]
OLD_SECRET = "of the stories: the secret that was before it"
HTTPS = {"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "https"}


class Forgeries(accounts.AccountsCase):
    settings = {**accounts.SETTINGS, "JWT_PREVIOUS_SECRET_KEY": OLD_SECRET,
                "STUDYTRACKER_TRUSTED_PROXIES": "127.0.0.0/8"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        login = cls.service.post("/api/v1/auth/login",
                                 {"username": "root", "password": accounts.PASSWORD}).json
        cls.good = login["access_token"]
        cls.claims = tokens.claims_of(cls.good)
        cls.header = {"alg": "HS256", "typ": "JWT"}

    def sign(self, secret=SECRET):
        """A token like the good one."""
        return tokens.signed({**self.header, "kid": tokens.kid(secret)}, self.claims, tokens.mac(secret))

    def test_the_good_token_is_good(self):
        for token in self.good, self.sign(), self.sign(OLD_SECRET):
            self.assertTrue(self.caller(token).is_admitted())

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
