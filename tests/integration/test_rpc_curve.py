"""tcp:// endpoints that other machines can reach need keys and admit only listed clients."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import unittest

import harness
import study_rpc
from keys import Keys

REFUSED_MS = 300  # an allowed client gets its response in a fraction of this time


class Directory(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="st-keys-", dir="/tmp")
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)

    def write(self, name, text, mode=0o644, owner=None):
        path = os.path.join(self.directory, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)
        if owner:
            shutil.chown(path, owner)
        return path


class Refusals(Directory):
    """A wrong setting ends the program with a message and exit status 78."""

    def refused(self, program, **settings):
        settings = {"API_PORT": harness.free_port(), "STUDYTRACKER_RUNTIME_DIR": self.directory,
                    "STUDYTRACKER_CURVE_SECRET_KEY_FILE": "", "DATABASE_URL": "host=/nowhere", **settings}
        done = subprocess.run([program], env=harness.clean_environment(**settings), timeout=harness.PATIENCE,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        self.assertEqual(done.returncode, 78, done.stdout)
        return done.stdout.decode()

    def gateway(self, **settings):
        return self.refused(harness.GATEWAY, **settings)

    def test_a_public_address_needs_keys(self):
        for address in ("0.0.0.0:5555", "*:5555", "[::]:5555", "192.0.2.1:5555", "eth0:5555", "127.0.0.1.example:1"):
            for setting in ("STUDYTRACKER_RPC_ENDPOINT", "STUDYTRACKER_WORKER_ENDPOINT"):
                said = self.gateway(**{setting: f"tcp://{address}"})
                self.assertIn(f"tcp://{address} can be reached from other machines", said)
                self.assertIn("STUDYTRACKER_CURVE_SECRET_KEY_FILE", said)
        said = self.refused(harness.WORKER, STUDYTRACKER_GATEWAYS="tcp://192.0.2.1:5555")
        self.assertIn("STUDYTRACKER_CURVE_SERVER_KEY", said)

    def test_a_secret_key_needs_a_list_of_clients(self):
        keys = Keys(self.directory, "gateway.key")
        said = self.gateway(STUDYTRACKER_CURVE_SECRET_KEY_FILE=keys.path,
                            STUDYTRACKER_RPC_ENDPOINT="tcp://0.0.0.0:5555")
        self.assertIn("STUDYTRACKER_CURVE_CLIENTS_FILE", said)

    def test_invalid_key_files(self):
        keys, other = Keys(self.directory, "a"), Keys(self.directory, "b")
        pair = f"public {keys.public}\nsecret {keys.secret}\n"
        for what, path, reason in (
                ("missing", "/nowhere/key", "No such file"),
                ("a directory", self.directory, "is not a file"),
                ("open to others", self.write("open", pair, 0o640), "mode must be 0600"),
                ("writable by others", self.write("shared", pair, 0o620), "others can write to it"),
                *([("another's", self.write("foreign", pair, 0o600, "nobody"), "belongs to another user")]
                  if os.geteuid() == 0 else []),
                ("half", self.write("half", f"public {keys.public}\n", 0o600), "a public and a secret key"),
                ("garbage", self.write("garbage", "secret\n", 0o600), "line 1"),
                ("too short", self.write("short", pair[:-3], 0o600), "line 2")):
            with self.subTest(what):
                said = self.gateway(STUDYTRACKER_CURVE_SECRET_KEY_FILE=path)
                self.assertIn(reason, said)
                self.assertNotIn(keys.secret[:20], said)
        mixed = self.write("mixed", f"public {other.public}\nsecret {keys.secret}\n", 0o600)
        said = self.gateway(STUDYTRACKER_CURVE_SECRET_KEY_FILE=mixed, STUDYTRACKER_RPC_ENDPOINT="tcp://127.0.0.1:*",
                            STUDYTRACKER_CURVE_CLIENTS_FILE=self.write("nobody", ""))
        self.assertIn("do not match", said)
        for mode in (0o664, 0o646):
            said = self.gateway(STUDYTRACKER_CURVE_CLIENTS_FILE=self.write("shared", f"{other.public}\n", mode))
            self.assertIn("others can write to it", said)
        for line in ("x", f"{keys.public} boss", f"{keys.public} worker too", keys.public[:-1],
                     f"{keys.public} account=0", f"{keys.public} account=x", f"{other.public} account=2"):
            clients = self.write("clients", f"# ours\n\n{other.public} # fine\n{line}\n")
            self.assertIn("line 4", self.gateway(STUDYTRACKER_CURVE_CLIENTS_FILE=clients))

    def test_an_invalid_server_key(self):
        keys = Keys(self.directory, "worker.key")
        for settings in ({"STUDYTRACKER_CURVE_SERVER_KEY": "x"}, {"STUDYTRACKER_CURVE_SERVER_KEY": keys.public}):
            said = self.refused(harness.WORKER, **settings)
            self.assertIn("STUDYTRACKER_CURVE_SERVER_KEY", said)


def greeting(mechanism):
    """The first 64 bytes of ZMTP 3.0 (RFC 23)."""
    return b"\xff" + bytes(8) + b"\x7f\x03\x00" + mechanism.ljust(20, b"\0") + bytes(32)


def long_frame(size):
    return b"\x02" + size.to_bytes(8, "big")


class OverTcp(Directory):
    """A gateway listens on every address. Its workers and clients connect over TCP with keys."""

    def setUp(self):
        super().setUp()
        self.gateway, self.worker = Keys(self.directory, "gateway"), Keys(self.directory, "worker")
        self.ada, self.bob = Keys(self.directory, "ada"), Keys(self.directory, "bob")
        self.clients = os.path.join(self.directory, "clients")
        self.allow(f"{self.ada.public} # Ada", f"{self.worker.public}\tworker")
        self.ports = harness.free_port(), harness.free_port()
        self.database = harness.Database()
        self.addCleanup(self.database.close)
        self.database.start()

    def allow(self, *lines):
        self.write("clients", "# who may connect\n#" + "-" * 39 + "\n\n" + "\n".join(lines) + "\n")

    def stranger(self, port, size):
        """Opens a connection without a key and begins a frame of this size."""
        made = socket.create_connection(("127.0.0.1", port), timeout=harness.PATIENCE)
        self.addCleanup(made.close)
        made.sendall(greeting(b"CURVE") + long_frame(size))
        return made

    def read_to_end(self, stranger):
        with contextlib.suppress(ConnectionError):
            while stranger.recv(4096):
                pass

    def test_a_client_without_a_key_cannot_fill_the_memory(self):
        """Before the handshake ends, a connection holds at most one frame, for a short time."""
        service = self.start()
        service.wait_ready()
        gateway = service.gateways[0]
        for port, largest in ((self.ports[0], 32 << 20), (self.ports[1], 1 << 20)):
            self.read_to_end(self.stranger(port, largest + 1024))
        strangers = [self.stranger(self.ports[1], 1 << 20) for _ in range(10)]
        for stranger in strangers:
            stranger.sendall(bytes(1 << 19))
        self.assertLess(gateway.resident_kib(), 200_000)
        for stranger in strangers:
            self.read_to_end(stranger)

    def start(self, **settings):
        service = harness.Service(self.database, 1, **{
            "STUDYTRACKER_WORKER_ENDPOINT": f"tcp://0.0.0.0:{self.ports[0]}",
            "STUDYTRACKER_GATEWAYS": f"tcp://127.0.0.1:{self.ports[0]}",
            "STUDYTRACKER_RPC_ENDPOINT": f"tcp://0.0.0.0:{self.ports[1]}",
            "STUDYTRACKER_CURVE_CLIENTS_FILE": self.clients,
            "STUDYTRACKER_CURVE_SERVER_KEY": self.gateway.public, **settings})
        self.addCleanup(service.close)
        start_gateway, start_worker = service.start_gateway, service.start_worker
        service.settings["STUDYTRACKER_CURVE_SECRET_KEY_FILE"] = self.gateway.path
        start_gateway()
        service.settings["STUDYTRACKER_CURVE_SECRET_KEY_FILE"] = self.worker.path
        start_worker()
        return service

    def client(self, curve, timeout_ms=harness.PATIENCE * 1000):
        client = study_rpc.Client(f"tcp://127.0.0.1:{self.ports[1]}", timeout_ms, curve)
        self.addCleanup(client.close)
        return client

    def is_refused(self, curve):
        try:
            self.client(curve, REFUSED_MS).call("rpc.status")
            return False
        except study_rpc.StudyError as error:
            self.assertEqual(error.code, "DEADLINE_EXCEEDED")
            return True

    def reload(self, gateway, says):
        before = len(re.findall(says, gateway.log()))
        os.kill(gateway.pid, signal.SIGHUP)
        harness.until("it was read again", lambda: len(re.findall(says, gateway.log())) > before)

    def test_only_listed_clients_connect(self):
        service = self.start()
        service.wait_ready()
        gateway = service.gateways[0]
        ada = self.client(self.ada.to(self.gateway))
        self.assertEqual(ada.call("topics.create", name="by Ada")["name"], "by Ada")
        for what, curve in (("no key", None), ("not listed", self.bob.to(self.gateway)),
                            ("another server", self.ada.to(self.bob)),
                            ("a worker's key", self.worker.to(self.gateway))):
            with self.subTest(what):
                self.assertTrue(self.is_refused(curve))
        self.assertIn(self.bob.public, gateway.log())

        self.allow(self.bob.public, f"{self.worker.public} worker")
        self.reload(gateway, "2 keys may connect")
        self.assertTrue(self.client(self.bob.to(self.gateway)).call("rpc.status")["ready"])
        ada.timeout_ms = REFUSED_MS  # also on her open connection
        for _ in range(2):
            with self.assertRaises(study_rpc.StudyError):
                ada.call("rpc.status")

        self.allow("nonsense")
        self.reload(gateway, "line 4: .*: the keys from before may connect")
        self.assertTrue(self.client(self.bob.to(self.gateway)).call("rpc.status")["ready"])
        self.assertEqual(service.stop(), {}, service.logs())

    def test_a_client_cannot_pose_as_a_worker(self):
        self.allow(self.ada.public, self.worker.public)  # the word is missing
        service = self.start()
        gateway = service.gateways[0]
        harness.until("it is refused", lambda: self.worker.public in gateway.log())
        self.assertEqual(service.get("/readyz").status, 503)
        self.allow(self.ada.public, f"{self.worker.public} worker")
        self.reload(gateway, "2 keys may connect")
        service.wait_ready()
        self.assertEqual(service.stop(), {}, service.logs())

    def test_a_key_acts_for_the_account_that_its_line_names(self):
        account = self.database.sql("insert into accounts (name) values ('Bob') returning account_id")[0][0]
        worker = f"{self.worker.public} worker"
        self.allow(self.ada.public, f"{self.bob.public} account={account}", worker)
        service = self.start(STUDYTRACKER_AUTH="on", JWT_SECRET_KEY=os.urandom(32).hex())
        service.wait_ready()
        bob = self.client(self.bob.to(self.gateway))
        self.assertEqual(bob.call("topics.create", name="by Bob")["name"], "by Bob")
        self.assertEqual(self.database.sql("select account_id, name from topics"), [[account, "by Bob"]])
        with self.assertRaises(study_rpc.StudyError) as caught:
            self.client(self.ada.to(self.gateway)).call("topics.list")
        self.assertEqual(caught.exception.code, "UNAUTHENTICATED")

        self.allow(self.ada.public, self.bob.public, worker)  # also on his open connection
        self.reload(service.gateways[0], "3 keys may connect")
        with self.assertRaises(study_rpc.StudyError) as caught:
            bob.call("topics.list")
        self.assertEqual(caught.exception.code, "UNAUTHENTICATED")

        self.allow(self.ada.public, f"{self.bob.public} account={account}", worker)
        self.reload(service.gateways[0], "3 keys may connect")
        self.assertEqual(len(bob.call("topics.list")["data"]), 1)
        self.database.sql(f"update accounts set status = 'disabled' where account_id = {account}")
        with self.assertRaises(study_rpc.StudyError) as caught:
            harness.until("the account is refused", lambda: bob.call("topics.list") is None)
        self.assertEqual(caught.exception.code, "ACCOUNT_DISABLED")
        self.assertEqual(service.stop(), {}, service.logs())

    def test_loopback_needs_no_keys(self):
        service = harness.Service(self.database, 1, STUDYTRACKER_RPC_ENDPOINT=f"tcp://127.0.0.1:{self.ports[1]}")
        self.addCleanup(service.close)
        service.start()
        self.assertTrue(self.client(None).call("rpc.status")["ready"])
        os.kill(service.gateways[0].pid, signal.SIGHUP)  # there is no file to read, and the gateway continues
        self.assertTrue(self.client(None).call("rpc.status")["ready"])
        self.assertEqual(service.stop(), {}, service.logs())


if __name__ == "__main__":
    harness.main()
