"""CURVE key pairs for stories."""

import os

import zmq


class Keys:
    """A key pair and its file."""

    def __init__(self, directory, name):
        public, secret = zmq.curve_keypair()
        self.public, self.secret = public.decode(), secret.decode()
        self.path = os.path.join(directory, name)
        with open(os.open(self.path, os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
            file.write(f"# {name}\npublic {self.public}\nsecret {self.secret}\n")

    def to(self, server):
        return server.public.encode(), self.public.encode(), self.secret.encode()
