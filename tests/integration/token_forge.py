"""Makes tokens, right and wrong ones: JWTs as the gateway signs them (gateway/jwt.h), and those of
an identity provider with an RSA key.

    token_forge.hs256(secret, {"sub": "7", …})
    provider = token_forge.Provider()
    provider.sign({"iss": …})
"""

import base64
import hashlib
import hmac
import json
import random

# DigestInfo of SHA-256 (RFC 8017 section 9.2)
SHA256_INFO = bytes.fromhex("3031300d060960864801650304020105000420")


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def part(value):
    return encode(json.dumps(value).encode())


def kid_of(secret):
    return hashlib.sha256(b"studytracker kid" + secret.encode()).hexdigest()[:16]


def mac(key, signed):
    return encode(hmac.new(key, signed.encode(), hashlib.sha256).digest())


def hs256(secret, claims, **header):
    """A header field that is None is left out."""
    fields = {"alg": "HS256", "typ": "JWT", "kid": kid_of(secret), **header}
    signed = f"{part({k: v for k, v in fields.items() if v is not None})}.{part(claims)}"
    return f"{signed}.{mac(secret.encode(), signed)}"


def is_prime(n, dice):
    """Miller-Rabin."""
    if any(n % small == 0 for small in (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47)):
        return False
    odd, twos = n - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for _ in range(20):
        x = pow(dice.randrange(2, n - 1), odd, n)
        if x in (1, n - 1):
            continue
        if not any((x := x * x % n) == n - 1 for _ in range(twos - 1)):
            return False
    return True


def prime(bits, dice):
    while True:
        n = dice.getrandbits(bits) | 3 << bits - 2 | 1
        if n % 65537 != 1 and is_prime(n, dice):
            return n


class Provider:
    """An identity provider whose key is the same in each run."""

    def __init__(self, kid="of the provider"):
        dice = random.Random("token_forge")
        p, q = prime(1024, dice), prime(1024, dice)
        self.kid, self.n = kid, p * q
        self.d = pow(65537, -1, (p - 1) * (q - 1))
        self.size = (self.n.bit_length() + 7) // 8

    @property
    def jwk(self):
        return {"kty": "RSA", "kid": self.kid, "alg": "RS256", "use": "sig", "e": "AQAB",
                "n": encode(self.n.to_bytes(self.size, "big"))}

    def sign(self, claims, **header):
        """RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2)."""
        signed = f"{part({'alg': 'RS256', 'kid': self.kid, **header})}.{part(claims)}"
        info = SHA256_INFO + hashlib.sha256(signed.encode()).digest()
        padded = b"\x00\x01" + b"\xff" * (self.size - 3 - len(info)) + b"\x00" + info
        signature = pow(int.from_bytes(padded, "big"), self.d, self.n)
        return f"{signed}.{encode(signature.to_bytes(self.size, 'big'))}"
