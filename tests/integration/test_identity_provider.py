"""Tokens of an identity provider: an account for each person, attacks, and keys that change."""

import json
import os
import tempfile
import time

import accounts
import harness
import tokens

ME = "/api/v1/account"


class ProviderCase(accounts.AccountsCase):
    registration = "open"

    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory(prefix="st-provider-")
        cls.addClassCleanup(directory.cleanup)
        cls.provider = tokens.Provider(directory.name)
        for name, alg in (("rsa", "RS256"), ("ec", "ES256"), ("ed", "EdDSA"), ("next", "ES256"),
                          ("stranger", "RS256")):
            cls.provider.make_key(name, alg)
        cls.provider.publish("rsa", "ec", "ed")
        cls.settings = {**accounts.SETTINGS, **cls.provider.settings,
                        "STUDYTRACKER_OIDC_REGISTRATION": cls.registration}
        super().setUpClass()

    def bearer(self, key, subject, **claims):
        return self.caller(self.provider.token(key, {"sub": subject, **claims}))


class People(ProviderCase):
    def test_a_person_is_one_account_whatever_key_signs(self):
        ids = {self.bearer(name, "1f0c").get(ME).json["id"] for name in ("rsa", "ec", "ed")}
        self.assertEqual(len(ids), 1)
        self.assertNotEqual(ids, {self.bearer("rsa", "2e1d").get(ME).json["id"]})

    def test_the_account_has_what_the_provider_knows(self):
        known = self.bearer("rsa", "ada", preferred_username="ada", name="Ada  Lovelace",
                            email="ada@example.org", email_verified=True)
        account = known.get(ME).json
        self.assertEqual((account["username"], account["name"], account["email"], account["role"]),
                         ("ada", "Ada Lovelace", "ada@example.org", "learner"))
        # what fits no account, or is another's, is left out
        other = self.bearer("rsa", "eve", preferred_username="ada", name="", email="eve@example.org",
                            email_verified=False).get(ME).json
        self.assertEqual((other["username"], other["email"]), (None, None))

    def test_accounts_are_apart(self):
        one, two = self.bearer("ec", "one"), self.bearer("ec", "two")
        topic = one.post("/topics", {"name": "Linux"})
        self.assertEqual(topic.status, 201, topic)
        self.assertEqual(two.get(f"/topics/{topic.json['id']}").status, 404)

    def attacks(self):
        now = int(time.time())
        rsa = self.provider.keys["rsa"]
        right = {"iss": tokens.ISSUER, "aud": tokens.AUDIENCE, "sub": "x", "exp": now + 600}
        good = self.provider.token("rsa", {"sub": "x"})
        head, body, signature = good.split(".")
        forged = tokens.part({**right, "sub": "1f0c"})
        server = "http://127.0.0.1:9/keys"
        return [
            ("tampered", f"{head}.{forged}.{signature}", "TOKEN_INVALID"),
            ("alg none", f"{tokens.part({'alg': 'none', 'kid': 'rsa'})}.{body}.", "TOKEN_INVALID"),
            ("HS256 with the public key", tokens.signed({"alg": "HS256", "kid": "rsa"}, right,
                                                        tokens.mac(rsa.public_pem())), "TOKEN_INVALID"),
            ("HS256 with the JWK", tokens.signed({"alg": "HS256", "kid": "rsa"}, right,
                                                      tokens.mac(json.dumps(rsa.jwk()))), "TOKEN_INVALID"),
            ("unknown kid", self.provider.token("stranger", {"sub": "x"}), "TOKEN_INVALID"),
            ("another's signature", self.provider.token("stranger", {"sub": "x"}, {"kid": "rsa"}),
             "TOKEN_INVALID"),
            ("key of another kind", self.provider.token("ec", {"sub": "x"}, {"kid": "rsa"}), "TOKEN_INVALID"),
            ("key in the header", self.provider.token(
                "stranger", {"sub": "x"}, {"kid": None, "jwk": self.provider.keys["stranger"].jwk()}),
             "TOKEN_INVALID"),
            ("address of a key", self.provider.token("stranger", {"sub": "x"},
                                                     {"kid": "rsa", "jku": server, "x5u": server}),
             "TOKEN_INVALID"),
            ("critical extension", self.provider.token("rsa", {"sub": "x"}, {"crit": ["x"], "x": 1}),
             "TOKEN_INVALID"),
            ("another purpose", self.provider.token("rsa", {"sub": "x"}, {"typ": "logout+jwt"}),
             "TOKEN_INVALID"),
            ("wrong issuer", self.provider.token("rsa", {"sub": "x", "iss": "https://evil.example"}),
             "TOKEN_INVALID"),
            ("wrong audience", self.provider.token("rsa", {"sub": "x", "aud": ["other"]}), "TOKEN_INVALID"),
            ("no audience", self.provider.token("rsa", {"sub": "x", "aud": None}), "TOKEN_INVALID"),
            ("no sub", self.provider.token("rsa", {}), "TOKEN_INVALID"),
            ("no exp", self.provider.token("rsa", {"sub": "x", "exp": None}), "TOKEN_INVALID"),
            ("expired", self.provider.token("rsa", {"sub": "x", "exp": now - 60}), "TOKEN_EXPIRED"),
            ("not yet valid", self.provider.token("rsa", {"sub": "x", "nbf": now + 600}), "TOKEN_INVALID"),
            ("from the future", self.provider.token("rsa", {"sub": "x", "iat": now + 600}), "TOKEN_INVALID"),
        ]

    def test_attacks_are_refused_and_make_no_account(self):
        before = self.database.value("select count(*) from accounts")
        for what, token, code in self.attacks():
            with self.subTest(what=what):
                response = self.caller(token).get(ME)
                self.assertEqual((response.status, response.json["error"]["code"]), (401, code), response)
        self.assertEqual(self.database.value("select count(*) from accounts"), before)


class Keys(ProviderCase):
    def test_keys_change_without_a_restart(self):
        self.assertTrue(self.bearer("rsa", "1f0c").is_admitted())
        self.assertFalse(self.bearer("next", "1f0c").is_admitted())
        self.provider.publish("ec", "next")
        harness.until("the new key is known", lambda: self.bearer("next", "1f0c").is_admitted())
        self.assertFalse(self.bearer("rsa", "another").is_admitted())
        for content in (b"", b"{", b'{"keys":[]}', b"x" * (1 << 21)):
            self.provider.publish_bytes(content)
            self.assertFormerKeysStay()
        os.unlink(self.provider.path)
        self.assertFormerKeysStay()

    def assertFormerKeysStay(self):
        """After the gateway has seen the broken file: then it writes one line."""
        def has_seen_it():
            self.assertTrue(self.bearer("next", f"person {time.monotonic_ns()}").is_admitted())
            return self.count_lines() > before

        before = self.count_lines()
        harness.until("the gateway sees the file", has_seen_it)
        self.assertEqual(self.count_lines(), before + 1)

    def count_lines(self):
        return self.service.gateways[0].log().count("the keys of the identity provider were not read again")


class ClosedRegistration(ProviderCase):
    registration = "closed"

    def test_an_unknown_person_has_no_account(self):
        before = self.database.value("select count(*) from accounts")
        response = self.bearer("rsa", "1f0c").get(ME)
        self.assertEqual(response.status, 401, response)
        self.assertEqual(self.database.value("select count(*) from accounts"), before)


class Settings(harness.ServiceCase):
    def test_a_provider_that_is_not_complete_is_refused(self):
        with tempfile.TemporaryDirectory(prefix="st-provider-") as directory:
            provider = tokens.Provider(directory)
            for missing in provider.settings:
                with self.subTest(missing=missing):
                    settings = {**provider.settings, missing: ""}
                    self.assertRefused(settings, f"is set without {missing}")
            self.assertRefused(provider.settings, "STUDYTRACKER_OIDC_JWKS_FILE: "
                                                  f"{provider.path}: No such file or directory")
            provider.publish_bytes(b'{"keys":[{"kty":"oct","k":"AA"}]}')
            self.assertRefused(provider.settings, "no key can be used")

    def assertRefused(self, settings, text):
        env = harness.clean_environment(
            API_PORT=0, STUDYTRACKER_RUNTIME_DIR=self.service.directory, STUDYTRACKER_INSTANCE=9, **settings)
        gateway = harness.Process("refused", [harness.GATEWAY], env, self.service.directory)
        harness.until("the gateway ends", lambda: not gateway.is_running())
        self.assertEqual(gateway.stop(), 78, gateway.log())
        self.assertIn(text, gateway.log())


if __name__ == "__main__":
    harness.main()
