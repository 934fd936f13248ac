"""Makes tokens for the stories: those of our gateways, right and wrong, and those of an identity
provider, with keys that openssl makes.

    token = tokens.signed({"alg": "HS256", "kid": tokens.kid(secret)}, claims, tokens.mac(secret))

    provider = tokens.Provider(directory)
    provider.publish("a", "b")
    token = provider.token("a", {"sub": "1f0c"})
"""

import base64
import hashlib
import hmac
import json
import os
import subprocess
import time

ISSUER = "https://id.example.org/realms/study"
AUDIENCE = "studytracker"


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def part(value):
    """One part of a token: bytes as they are, anything else as JSON."""
    return base64url(value if isinstance(value, bytes) else json.dumps(value).encode())


def signed(header, claims, sign):
    """`sign` makes the bytes of the signature from the bytes that are signed."""
    text = f"{part(header)}.{part(claims)}"
    return f"{text}.{base64url(sign(text.encode()))}"


def mac(secret):
    return lambda data: hmac.new(secret if isinstance(secret, bytes) else secret.encode(), data,
                                 hashlib.sha256).digest()


def kid(secret):
    """The id of a secret of the gateways."""
    return hashlib.sha256(b"studytracker kid" + secret.encode()).hexdigest()[:16]


def claims_of(token):
    text = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def openssl(*arguments, data=None):
    return subprocess.run(["openssl", *arguments], input=data, check=True, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL).stdout


def pair_of(der):
    """The 64 bytes of a signature of ES256, from its DER form."""
    numbers, at = [], 2
    for _ in range(2):
        length = der[at + 1]
        numbers.append(int.from_bytes(der[at + 2:at + 2 + length], "big"))
        at += 2 + length
    return b"".join(number.to_bytes(32, "big") for number in numbers)


class Key:
    """A key pair of one algorithm."""

    MAKE = {"RS256": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
            "ES256": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
            "EdDSA": ["-algorithm", "ed25519"]}

    def __init__(self, directory, name, alg):
        self.name, self.alg, self.path = name, alg, os.path.join(directory, name + ".pem")
        openssl("genpkey", *self.MAKE[alg], "-out", self.path)

    def public_pem(self):
        return openssl("pkey", "-in", self.path, "-pubout")

    def jwk(self):
        common = {"kid": self.name, "use": "sig", "alg": self.alg}
        if self.alg == "RS256":
            modulus = openssl("rsa", "-in", self.path, "-noout", "-modulus").decode().split("=")[1]
            return {"kty": "RSA", "n": base64url(bytes.fromhex(modulus)), "e": "AQAB", **common}
        point = openssl("pkey", "-in", self.path, "-pubout", "-outform", "DER")
        if self.alg == "ES256":
            return {"kty": "EC", "crv": "P-256", "x": base64url(point[-64:-32]),
                    "y": base64url(point[-32:]), **common}
        return {"kty": "OKP", "crv": "Ed25519", "x": base64url(point[-32:]), **common}

    def sign(self, data):
        if self.alg == "EdDSA":
            to_sign = self.path + ".data"
            with open(to_sign, "wb") as file:
                file.write(data)
            return openssl("pkeyutl", "-sign", "-rawin", "-inkey", self.path, "-in", to_sign)
        signature = openssl("dgst", "-sha256", "-sign", self.path, data=data)
        return pair_of(signature) if self.alg == "ES256" else signature


class Provider:
    """An identity provider: its keys, its file of public keys and its tokens."""

    def __init__(self, directory):
        self.directory, self.keys = directory, {}
        self.path = os.path.join(directory, "jwks.json")

    def make_key(self, name, alg):
        self.keys[name] = Key(self.directory, name, alg)

    def publish(self, *names):
        """Replaces the file, as a timer that fetches it would."""
        self.publish_bytes(json.dumps({"keys": [self.keys[name].jwk() for name in names]}).encode())

    def publish_bytes(self, content):
        with open(self.path + ".new", "wb") as file:
            file.write(content)
        os.chmod(self.path + ".new", 0o644)
        os.rename(self.path + ".new", self.path)

    @property
    def settings(self):
        return {"STUDYTRACKER_OIDC_ISSUER": ISSUER, "STUDYTRACKER_OIDC_AUDIENCE": AUDIENCE,
                "STUDYTRACKER_OIDC_JWKS_FILE": self.path}

    def token(self, name, claims, header=None):
        """Claims and header that are None are left out."""
        now = int(time.time())
        claims = {"iss": ISSUER, "aud": AUDIENCE, "iat": now, "exp": now + 600, **claims}
        header = {"alg": self.keys[name].alg, "typ": "JWT", "kid": name, **(header or {})}
        return signed(*({k: v for k, v in values.items() if v is not None} for values in (header, claims)),
                      self.keys[name].sign)
