"""Credentials that are wrong: each is refused with its own text, in the style of the path: on the
root, /api/v1, /api (system C) and over RPC. With accounts on and off."""

import tempfile
import time
import uuid

import auth_mode
import harness
import rpc_program
import tokens

SECRET = auth_mode.SETTINGS["JWT_SECRET_KEY"]
KEY = "of the provider"
PERSONAL = "st_" + "0123456789abcdef" * 4
SCHEME = "Missing 'Bearer' type in 'Authorization' header. Expected 'Authorization: Bearer <JWT>'"
FORM = "Bad Authorization header. Expected 'Authorization: Bearer <JWT>'"
PERSONAL_FORM = "a personal token must be st_ and 64 lower-case hexadecimal digits"
UNREADABLE = "TOKEN_INVALID", "WRONG_TOKEN_TYPE"  # 422 under /api
PATHS = "/topics", "/api/v1/topics", "/api/tasks"


def capital(text):
    return text[:1].upper() + text[1:]


class Refused(harness.ServiceCase):
    workers = 1
    settings = auth_mode.SETTINGS

    @classmethod
    def setUpClass(cls):
        cls.provider = tokens.Provider(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.provider.make_key(KEY, "RS256")
        cls.provider.publish(KEY)
        cls.now = int(time.time())
        cls.settings = {**cls.settings, **cls.provider.settings}
        super().setUpClass()
        cls.fill()
        cls.socket = rpc_program.Raw(cls.service.rpc_endpoint())
        cls.addClassCleanup(cls.socket.socket.close)

    @classmethod
    def fill(cls):
        """Account 2 is active and 3 is disabled. Each has a log-in and a personal token."""
        sql, cls.logins, cls.tokens = cls.database.sql, {}, {}
        for account, status in ((2, "active"), (3, "disabled")):
            sql(f"insert into accounts (account_id, name, status) values ({account}, 'x', '{status}')")
            cls.logins[account] = cls.log_in(account)
            cls.tokens[account] = f"st_{account:064x}"
            auth_mode.insert_token(cls.database, account, cls.tokens[account])
        cls.logins["ended"] = cls.log_in(2)
        sql(f"update logins set ended_at = now(), ended_by = 'logout' where id = '{cls.logins['ended']}'")
        for name, change in (("revoked", "revoked_at = now()"), ("expired", "expires_at = now() - interval '1 s'")):
            cls.tokens[name] = f"st_{len(cls.tokens) + 16:064x}"
            auth_mode.insert_token(cls.database, 2, cls.tokens[name])
            sql(f"update tokens set {change} where id = (select max(id) from tokens)")

    @classmethod
    def log_in(cls, account):
        login = str(uuid.uuid4())
        cls.database.sql(f"""insert into logins (account_id, id, kind, refresh_id, lifetime_s, expires_at) values
            ({account}, '{login}', 'jwt', '{uuid.uuid4()}', 86400, now() + interval '1 day')""")
        return login

    # Tokens

    def claims(self, **changes):
        claims = {"sub": "2", "iat": self.now, "nbf": self.now, "exp": self.now + 3600, "jti": str(uuid.uuid4()),
                  "type": "access", "fresh": False, "sid": self.logins[2], **changes}
        return {name: value for name, value in claims.items() if value is not None}

    def login_token(self, header=None, secret=SECRET, **changes):
        fields = {"alg": "HS256", "typ": "JWT", "kid": tokens.kid(secret), **(header or {})}
        fields = {name: value for name, value in fields.items() if value is not None}
        return tokens.signed(fields, self.claims(**changes), tokens.mac(secret))

    def identity_token(self, header=None, **changes):
        return self.provider.token(KEY, {"sub": "17", "exp": self.now + 3600, **changes}, header)

    def unsigned(self, alg):
        return f"{tokens.part({'alg': alg, 'typ': 'JWT'})}.{tokens.part(self.claims())}."

    def tampered(self):
        head, _, signature = self.login_token().split(".")
        return f"{head}.{tokens.part(self.claims(sub='1'))}.{signature}"

    def confused(self):
        """HS256 with the provider's public key as the secret."""
        public = self.provider.keys[KEY].public_pem()
        return tokens.signed({"alg": "HS256", "kid": KEY}, self.claims(), tokens.mac(public))

    def attacks(self):
        """(what, token, code, text)"""
        unknown = "The header kid names an unknown secret"
        none = "The specified alg value is not allowed"
        failed = "Signature verification failed"
        head, body, signature = self.login_token().split(".")
        return [
            ("garbage", "x", "TOKEN_INVALID", "Not enough segments"),
            ("one dot", f"{head}.{body}", "TOKEN_INVALID", "Not enough segments"),
            ("three dots", f"{head}.{body}.{signature}.x", "TOKEN_INVALID", "Too many segments"),
            ("padding", f"{head}=.{body}.{signature}", "TOKEN_INVALID", None),
            ("no signature", f"{head}.{body}.", "TOKEN_INVALID", failed),
            ("another signature", f"{head}.{body}.{'A' * 43}", "TOKEN_INVALID", failed),
            ("10 KB", "a" * 10240, "TOKEN_INVALID", "the token is over 4096 bytes"),
            ("broken header", "e30x.e30.x", "TOKEN_INVALID", None),
            ("alg none", self.unsigned("none"), "TOKEN_INVALID", none),
            ("alg None", self.unsigned("None"), "TOKEN_INVALID", none),
            ("alg none, signed", self.login_token({"alg": "none"}), "TOKEN_INVALID", none),
            ("alg RS256", self.login_token({"alg": "RS256"}), "TOKEN_INVALID", None),
            ("critical extension", self.login_token({"crit": ["b64"], "b64": False}), "TOKEN_INVALID",
             "Unsupported header: crit"),
            ("zipped", self.login_token({"zip": "DEF"}), "TOKEN_INVALID", "Unsupported header: zip"),
            ("alg HS512", self.login_token({"alg": "HS512"}), "TOKEN_INVALID", none),
            ("no kid", self.login_token({"kid": None}), "TOKEN_INVALID", "Missing header: kid"),
            ("unknown kid", self.login_token({"kid": "0" * 16}), "TOKEN_INVALID", unknown),
            ("another secret", self.login_token(secret="of somebody else: 32 bytes long."), "TOKEN_INVALID", unknown),
            ("another secret, our kid", self.login_token({"kid": tokens.kid(SECRET)},
                                                         "of somebody else: 32 bytes long."), "TOKEN_INVALID", failed),
            ("tampered", self.tampered(), "TOKEN_INVALID", failed),
            ("HS256 with a public key", self.confused(), "TOKEN_INVALID", unknown),
            ("expired", self.login_token(exp=self.now - 1), "TOKEN_EXPIRED", "Token has expired"),
            ("expired in 1970", self.login_token(exp=1), "TOKEN_EXPIRED", "Token has expired"),
            ("not yet valid", self.login_token(nbf=self.now + 600), "TOKEN_INVALID",
             "The token is not yet valid (nbf)"),
            ("no sub", self.login_token(sub=None), "TOKEN_INVALID", "Missing claim: sub"),
            ("no exp", self.login_token(exp=None), "TOKEN_INVALID", "Missing claim: exp"),
            ("sub is a number", self.login_token(sub=2), "TOKEN_INVALID", "Subject must be a string"),
            ("sub is an object", self.login_token(sub={"id": 2}), "TOKEN_INVALID", "Subject must be a string"),
            ("a refresh token", self.login_token(type="refresh"), "WRONG_TOKEN_TYPE",
             "Only non-refresh tokens are allowed"),
            ("another's log-in", self.login_token(sub="1"), "TOKEN_INVALID", "the token is not valid"),
            ("no such log-in", self.login_token(sid=str(uuid.uuid4())), "TOKEN_INVALID", "the token is not valid"),
            ("an ended log-in", self.login_token(sid=self.logins["ended"]), "TOKEN_REVOKED", "Token has been revoked"),
            ("a disabled account", self.login_token(sub="3", sid=self.logins[3]), "ACCOUNT_DISABLED",
             "the account is disabled"),
            ("a short personal token", PERSONAL[:-1], "TOKEN_INVALID", PERSONAL_FORM),
            ("an upper-case personal token", "st_" + PERSONAL[3:].upper(), "TOKEN_INVALID", PERSONAL_FORM),
            ("an unknown personal token", PERSONAL, "TOKEN_INVALID", "the token is not valid"),
            ("a revoked personal token", self.tokens["revoked"], "TOKEN_REVOKED", "Token has been revoked"),
            ("an expired personal token", self.tokens["expired"], "TOKEN_EXPIRED", "Token has expired"),
            ("a disabled account's personal token", self.tokens[3], "ACCOUNT_DISABLED", "the account is disabled"),
            ("another issuer", self.identity_token(iss="https://evil.example"), "TOKEN_INVALID", "Invalid issuer"),
            ("another audience", self.identity_token(aud="other"), "TOKEN_INVALID", "Audience doesn't match"),
            ("an unknown key", self.identity_token({"kid": "z"}), "TOKEN_INVALID",
             "The header kid names no key of the identity provider"),
            ("an expired identity", self.identity_token(exp=self.now - 60), "TOKEN_EXPIRED", "Token has expired"),
            ("an unknown identity", self.identity_token(), "TOKEN_INVALID", "the token is not valid"),
        ]

    # Responses

    def assertAnswer(self, path, response, code, text):
        is_library = path.startswith("/api/") and not path.startswith("/api/v1")
        status = 422 if is_library and code in UNREADABLE else 401
        self.assertEqual(response.status, status, response)
        challenge = response.header("WWW-Authenticate")
        self.assertEqual(challenge is not None, status == 401, response)
        body = response.json
        if is_library:
            self.assertEqual(set(body), {"error", "message", "msg", "trace_id"})
            self.assertEqual(body["msg"], body["message"])
            self.assertEqual(body["error"], "Missing or invalid token" if code == "UNAUTHENTICATED" else body["msg"])
            found = body["msg"]
        else:
            self.assertEqual((body["error"]["code"], body["detail"]), (code, body["error"]["message"]))
            found = body["detail"]
        if text:
            self.assertEqual(found, capital(text) if is_library else text)
        return challenge

    def ask(self, path, *fields):
        with self.service.wire() as wire:
            lines = "".join(f"{field}\r\n" for field in fields)
            return wire.send(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{lines}\r\n".encode()).answer()

    def test_each_wrong_token_has_its_own_text(self):
        for what, token, code, text in self.attacks():
            for path in PATHS:
                with self.subTest(what, path=path):
                    response = self.ask(path, f"Authorization: Bearer {token}")
                    challenge = self.assertAnswer(path, response, code, text)
                    if challenge:
                        self.assertEqual(challenge, 'Bearer realm="studytracker", error="invalid_token"')
            with self.subTest(what, path="RPC"):
                error, _ = self.socket.ask("topics.list", {}, {"token": token})
                self.assertEqual(error["code"], code)
                if text:
                    self.assertEqual(error["message"], text)
            if len(token) > 20:
                self.assertNotIn(token[-20:], self.service.logs())

    def test_a_write_with_a_wrong_token_changes_nothing(self):
        before = self.database.value("select count(*) from topics")
        for what, token, _, _ in self.attacks():
            with self.subTest(what):
                response = self.service.request("POST", "/api/v1/topics", {"name": what},
                                                {"Authorization": f"Bearer {token}"})
                self.assertEqual(response.status, 401, response)
        self.assertEqual(self.database.value("select count(*) from topics"), before)

    def test_a_wrong_field_has_its_own_text(self):
        good = f"Authorization: Bearer {self.tokens[2]}"
        for what, fields, code, text in (
                ("empty", ["Authorization:"], "UNAUTHENTICATED", "Missing Authorization Header"),
                ("Basic", ["Authorization: Basic YTpi"], "UNAUTHENTICATED", SCHEME),
                ("a bare token", [f"Authorization: {self.tokens[2]}"], "UNAUTHENTICATED", SCHEME),
                ("Bearer alone", ["Authorization: Bearer"], "TOKEN_INVALID", FORM),
                ("two words", [f"{good} x"], "TOKEN_INVALID", FORM),
                ("two fields", [good, good], "TOKEN_INVALID", FORM),
                ("one cookie twice", [f"Cookie: studytracker_session={'a' * 64}"] * 2, "TOKEN_INVALID",
                 "the cookie studytracker_session came 2 times"),
                ("a malformed cookie", ["Cookie: studytracker_session=x"], "TOKEN_INVALID",
                 "the cookie of the session is malformed"),
                ("an unknown cookie", [f"Cookie: studytracker_session={'a' * 64}"], "TOKEN_INVALID",
                 "the token is not valid")):
            if what == "empty" and not self.service.settings.get("STUDYTRACKER_AUTH") == "on":
                continue
            for path in PATHS:
                with self.subTest(what, path=path):
                    self.assertAnswer(path, self.ask(path, *fields), code, text)

    def test_lower_case_is_refused_where_the_library_refuses_it(self):
        for scheme in ("bearer", "BEARER"):
            fields = f"Authorization: {scheme} {self.tokens[2]}"
            self.assertAnswer("/api/tasks", self.ask("/api/tasks", fields), "UNAUTHENTICATED", SCHEME)
            for path in PATHS[:2]:
                self.assertEqual(self.ask(path, fields).status, 200, path)

    def test_right_ones_are_accepted(self):
        self.database.sql(f"""insert into identities (issuer, subject, account_id)
            values ('{tokens.ISSUER}', 'accepted', 2) on conflict do nothing""")
        for token in (self.tokens[2], self.login_token(), self.identity_token(sub="accepted")):
            for path in PATHS:
                self.assertEqual(self.ask(path, f"Authorization: Bearer {token}").status, 200, path)
            error, account = self.socket.ask("account.get", {}, {"token": token})
            self.assertEqual((error, account and account["id"]), (None, 2))

    def test_a_body_is_not_read_before_its_sender_is_known(self):
        for path, status in (("/topics", 401), ("/api/v1/topics", 401), ("/api/tasks", 422)):
            with self.service.wire() as wire:
                wire.send(f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer x\r\n"
                          "Content-Type: application/json\r\nContent-Length: 9\r\n"
                          "Expect: 100-continue\r\n\r\n".encode())
                response = wire.answer("POST")
                self.assertEqual(response.status, status, response)

    def test_rpc_wants_a_text(self):
        for token, code, text in ((7, "INVALID_INPUT", "context.token must be a text"),
                                  (b"x", "INVALID_INPUT", "context.token must be a text"),
                                  ("", "TOKEN_INVALID", "context.token is empty")):
            error, _ = self.socket.ask("topics.list", {}, {"token": token})
            self.assertEqual((error["code"], error["message"], error.get("field")), (code, text, "token"))
        error, _ = self.socket.ask("topics.list", {}, {"token": self.tokens[2], "account": 1})
        self.assertEqual((error["code"], error["field"]), ("INVALID_INPUT", "account"))
        self.assertEqual(error["message"], "context.account must be absent, or 2 as the credentials say")

    def test_open_paths_ignore_what_is_wrong(self):
        for path in ("/", "/health", "/readyz", "/api/health"):
            self.assertEqual(self.ask(path, "Authorization: Bearer x").status, 200, path)
        self.assertEqual(self.ask("/nowhere").status, 404)


class WithoutCredentials(Refused):
    """The same while accounts are off: what is shown is checked."""

    settings = {**auth_mode.SETTINGS, "STUDYTRACKER_AUTH": "off"}

    def test_nothing_is_needed(self):
        for path in PATHS:
            self.assertEqual(self.ask(path).status, 200, path)
        self.assertEqual(self.socket.ask("account.get", {}, {})[1]["id"], 1)



if __name__ == "__main__":
    harness.main()
