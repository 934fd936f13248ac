"""The log shows the addresses that a gateway listens at, even if the settings leave them open."""

import re
import shutil
import socket
import tempfile
import unittest
import urllib.request

import harness


class BoundAddresses(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="st-", dir="/tmp")
        self.addCleanup(shutil.rmtree, self.directory)

    def start(self, command=(harness.GATEWAY,), pass_fds=(), **settings):
        env = harness.clean_environment(STUDYTRACKER_RUNTIME_DIR=self.directory, **settings)
        gateway = harness.Process("gateway", list(command), env, self.directory, pass_fds)
        self.addCleanup(gateway.kill)
        harness.until("the gateway says where it listens",
                      lambda: "listens at" in gateway.log() or not gateway.is_running())
        self.assertTrue(gateway.is_running(), gateway.log())
        return gateway

    def said(self, gateway, pattern):
        found = re.search(pattern, gateway.log())
        self.assertTrue(found, gateway.log())
        return found[1]

    def check_serves(self, gateway, host="127.0.0.1"):
        url = self.said(gateway, r"listens at (http://\S+:[1-9]\d*), workers")
        self.assertTrue(url.startswith(f"http://{host}:"), url)
        with urllib.request.urlopen(url + "/health", timeout=harness.PATIENCE) as response:
            self.assertEqual(response.status, 200)
        self.assertEqual(gateway.stop(), 0)

    def test_port_0_listens_at_a_free_port(self):
        self.check_serves(self.start(API_PORT=0))

    def test_an_ipv6_address_is_logged_in_brackets(self):
        try:
            with socket.socket(socket.AF_INET6) as probe:
                probe.bind(("::1", 0))
        except OSError:
            self.skipTest("this machine has no IPv6")
        self.check_serves(self.start(API_HOST="::1", API_PORT=0), "[::1]")

    def test_a_host_name_is_logged_as_its_address(self):
        self.check_serves(self.start(API_HOST="localhost", API_PORT=0),
                          "[::1]" if socket.getaddrinfo("localhost", 0)[0][0] == socket.AF_INET6
                          else "127.0.0.1")

    def test_the_address_of_a_passed_socket_is_logged(self):
        with socket.socket() as passed:
            passed.bind(("127.0.0.1", 0))
            passed.listen()
            port = passed.getsockname()[1]
            script = f'exec 3<&{passed.fileno()}; LISTEN_PID=$$ LISTEN_FDS=1 exec "$0"'
            gateway = self.start(["sh", "-c", script, harness.GATEWAY], (passed.fileno(),), API_PORT=9)
        self.assertIn(f"listens at http://127.0.0.1:{port}, workers", gateway.log())
        self.check_serves(gateway)

    def test_free_ports_of_workers_and_rpc_clients_are_logged(self):
        gateway = self.start(API_PORT=0, STUDYTRACKER_WORKER_ENDPOINT="tcp://127.0.0.1:*",
                             STUDYTRACKER_RPC_ENDPOINT="tcp://127.0.0.1:*")
        for pattern in (r"workers at tcp://127\.0\.0\.1:([1-9]\d*)",
                        r"RPC clients at tcp://127\.0\.0\.1:([1-9]\d*)"):
            port = int(self.said(gateway, pattern))
            socket.create_connection(("127.0.0.1", port), timeout=harness.PATIENCE).close()
        self.check_serves(gateway)


if __name__ == "__main__":
    harness.main()
