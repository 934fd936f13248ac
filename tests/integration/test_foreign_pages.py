"""Pages of this machine may call the service from a browser, and foreign pages may not."""

import http.client
import os
import socket
import subprocess
import tempfile
import unittest

import harness

V1 = "/api/v1"
SESSION = {"minutes": 1, "tag": "Pages"}
EVIL, OWN_PAGE = "http://evil.example", "http://localhost:5173"


class DefaultSettings(harness.ServiceCase):
    """A service with the default settings."""

    def setUp(self):
        self.empty()

    def ask(self, method, target, body=None, host=None, **fields):
        headers = {name.replace("_", "-"): value for name, value in fields.items()}
        if host is not None:
            headers["Host"] = host
        return self.service.request(method, target, body, headers)

    def assertNothingStored(self):
        self.assertEqual(self.database.sql("select id from sessions union all select null from topics"), [])

    def test_foreign_host_names_are_refused(self):
        for host in ("rebound.example", "rebound.example:80", "localhost.rebound.example", "0.0.0.0", "x"):
            for method, target, body in (("GET", "/sessions", None), ("POST", "/sessions", SESSION),
                                         ("GET", "/health", None), ("OPTIONS", "/topics", None),
                                         ("GET", "/nowhere", None)):
                with self.subTest(host=host, method=method, target=target):
                    response = self.ask(method, target, body, host)
                    self.assertRefused(response, 421, "MISDIRECTED_REQUEST", "Host")
        response = self.ask("POST", "/sessions", SESSION, "rebound.example", Origin="http://rebound.example")
        self.assertRefused(response, 421, "MISDIRECTED_REQUEST", "Host")
        self.assertNothingStored()

    def test_host_names_of_this_machine_are_accepted(self):
        for host in ("localhost", f"localhost:{self.service.port}", "LOCALHOST", "app.localhost", "127.0.0.1",
                     "127.1.2.3:9", "[::1]", "[::ffff:127.0.0.1]:1"):
            self.assertEqual(self.ask("GET", "/sessions", None, host).status, 200, host)
        with self.service.wire() as wire:
            wire.send(b"GET http://rebound.example/sessions HTTP/1.1\r\nHost: localhost\r\n\r\n")
            self.assertRefused(wire.answer(), 421, "MISDIRECTED_REQUEST", "Host")
            wire.send(b"GET http://localhost/sessions HTTP/1.1\r\nHost: localhost\r\n\r\n")
            self.assertEqual(wire.answer().status, 200)

    def test_a_foreign_page_changes_nothing(self):
        known = self.session(self.topic("Known")["id"])
        for method, target, body in (("POST", "/sessions", SESSION), ("POST", "/topics", {"name": "Evil"}),
                                     ("POST", f"{V1}/topics", {"name": "Evil"}),
                                     ("PATCH", f"{V1}/sessions/{known['id']}", {"notes": "evil"}),
                                     ("DELETE", f"{V1}/sessions/{known['id']}", None),
                                     ("POST", f"{V1}/sessions/{known['id']}/restore", None)):
            for field, fields in (("Origin", {"Origin": EVIL}), ("Origin", {"Origin": "null"}),
                                  ("Origin", {"Origin": EVIL, "Sec_Fetch_Site": "same-origin"}),
                                  ("Sec-Fetch-Site", {"Sec_Fetch_Site": "cross-site"})):
                with self.subTest(method=method, target=target, fields=fields):
                    response = self.ask(method, target, body, **fields)
                    self.assertRefused(response, 403, "ORIGIN_NOT_ALLOWED", field)
                    self.assertIsNone(response.header("Access-Control-Allow-Origin"))
        sessions = self.service.get("/sessions").json
        self.assertEqual(sessions, [known])

    def test_pages_of_this_machine_are_allowed(self):
        own = f"http://127.0.0.1:{self.service.port}"
        for origin in (OWN_PAGE, "https://localhost", "http://app.localhost:1", "http://[::1]:3000", own):
            for site in ("cross-site", "same-site", "same-origin"):
                response = self.ask("POST", "/sessions", SESSION, Origin=origin, Sec_Fetch_Site=site)
                self.assertEqual(response.status, 200, (origin, site, response))
                self.assertEqual(response.header("Access-Control-Allow-Origin"), origin)
        response = self.service.request("OPTIONS", "/sessions", None, {
            "Origin": OWN_PAGE, "Access-Control-Request-Method": "POST"})
        self.assertEqual((response.status, response.header("Access-Control-Allow-Origin")), (200, OWN_PAGE))

    def test_a_foreign_page_reads_nothing(self):
        response = self.ask("GET", "/sessions", Origin=EVIL, Sec_Fetch_Site="cross-site")
        self.assertEqual(response.status, 200)
        self.assertIsNone(response.header("Access-Control-Allow-Origin"))
        self.assertEqual(response.header("Cross-Origin-Resource-Policy"), "same-origin")
        response = self.service.request("OPTIONS", "/sessions", None, {
            "Origin": EVIL, "Access-Control-Request-Method": "POST"})
        self.assertRefused(response, 400, "BAD_REQUEST", "Origin")

    def test_programs_without_an_origin_are_allowed(self):
        self.assertEqual(self.ask("POST", "/sessions", SESSION).status, 200)
        self.assertEqual(self.ask("POST", "/sessions", SESSION, Sec_Fetch_Site="none").status, 200)

    def test_the_root_reads_any_type_as_json_except_from_a_page(self):
        body = b'{"minutes": 2, "tag": "Typed"}'
        kinds = ("application/x-www-form-urlencoded", "text/plain", "text/plain;charset=UTF-8", None)
        for kind in kinds:
            typed = {"Content-Type": kind} if kind else {}
            self.assertEqual(self.service.request("POST", "/sessions", body, typed).status, 200, kind)
            self.assertRefused(self.service.request("POST", f"{V1}/topics", b'{"name": "T"}', typed), 415,
                               "UNSUPPORTED_MEDIA_TYPE", "Content-Type")
            for page in ({"Origin": OWN_PAGE}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "same-site"}):
                response = self.service.request("POST", "/sessions", body, {**typed, **page})
                self.assertRefused(response, 415, "UNSUPPORTED_MEDIA_TYPE", "Content-Type")
        for page in ({"Origin": OWN_PAGE}, {"Sec-Fetch-Site": "same-origin"}):
            for kind in ("application/json", "application/json; charset=utf-8", "application/x+json"):
                response = self.service.request("POST", "/sessions", body, {"Content-Type": kind, **page})
                self.assertEqual(response.status, 200, response)
        self.assertEqual(len(self.service.get("/sessions").json), len(kinds) + 6)

    def test_curl_may_post(self):
        done = subprocess.run(["curl", "-s", "-d", '{"minutes": 3, "tag": "curl"}',
                               f"http://127.0.0.1:{self.service.port}/sessions"], check=True,
                              stdout=subprocess.PIPE, encoding="utf-8", timeout=harness.PATIENCE)
        self.assertIn('"minutes":3', done.stdout)

    def test_every_response_has_the_security_headers(self):
        topic = self.topic("Headers")
        native = self.service.get(f"{V1}/topics/{topic['id']}")
        responses = [
            self.service.get("/"), self.service.get("/health"), self.service.get("/topics"), native,
            self.service.get("/nowhere"), self.ask("POST", "/sessions", SESSION),
            self.ask("POST", "/sessions", SESSION, Origin=EVIL), self.ask("GET", "/", None, "x"),
            self.service.request("OPTIONS", "/topics"),
            self.service.request("OPTIONS", "/topics", None, {"Origin": OWN_PAGE,
                                                              "Access-Control-Request-Method": "GET"}),
            self.service.get(f"{V1}/topics/{topic['id']}", If_None_Match=native.header("ETag"))]
        with self.service.wire() as wire:
            responses.append(wire.send(b"BROKEN\r\n\r\n").answer())
        for response in responses:
            with self.subTest(response=response):
                self.assertEqual(response.header("Vary"), "Origin")
                self.assertEqual(response.header("X-Content-Type-Options"), "nosniff")
                self.assertEqual(response.header("Cross-Origin-Resource-Policy"), "same-origin")
                self.assertEqual(response.header("Cache-Control"), "no-store")

    def test_openapi_json_may_be_cached_and_revalidated(self):
        response = self.service.get("/openapi.json")
        self.assertEqual(response.header("Cache-Control"), "no-cache")
        again = self.service.get("/openapi.json", If_None_Match=response.header("ETag"))
        self.assertEqual((again.status, again.body, again.header("ETag")), (304, b"", response.header("ETag")))
        self.assertEqual(self.service.get("/openapi.json", If_None_Match='"other"').status, 200)
        self.assertEqual(self.service.get("/openapi.json", If_Match='"other"').status, 412)

    def test_a_page_may_read_every_refusal(self):
        origin = f"Origin: {OWN_PAGE}\r\n".encode()
        post = b"POST /topics HTTP/1.1\r\nHost: localhost\r\n"
        for request, status in (
                (post + b"Content-Length: 2000000\r\n" + origin + b"\r\n", 413),
                (post + origin + b"Transfer-Encoding: gzip\r\n\r\n", 501),
                (post + origin + b"Expect: miracles\r\n\r\n", 417),
                (post + origin + b"A: " + b"x" * 20000 + b"\r\n\r\n", 431),
                (post + origin + b"A: b\r\n" * 101 + b"\r\n", 431),
                (post + origin + b"Content-Length: +5\r\n\r\n", 400),
                (post + origin + b"Content-Length: 5\r\nContent-Type: application/xml\r\n\r\n", 415),
                (post + origin + b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nbroken\r\n",
                 400)):
            with self.subTest(request=request[:120]), self.service.wire() as wire:
                response = wire.send(request).answer()
                self.assertEqual(response.status, status, response)
                self.assertEqual(response.header("Access-Control-Allow-Origin"), OWN_PAGE)


class ListedNames(harness.ServiceCase):
    settings = {"STUDYTRACKER_HOSTS": "study.example, 192.0.2.7", "CORS_ALLOW_ORIGINS": "https://app.example"}

    def test_listed_host_names_are_accepted(self):
        for host, status in (("study.example", 200), ("STUDY.example:443", 200), ("192.0.2.7", 200),
                             ("localhost", 200), ("other.example", 421), ("x.study.example", 421)):
            response = self.service.request("GET", "/topics", None, {"Host": host})
            self.assertEqual(response.status, status, host)

    def test_a_list_of_origins_replaces_the_pages_of_this_machine(self):
        for origin, status in (("https://app.example", 200), (OWN_PAGE, 403), (EVIL, 403),
                               ("https://study.example", 200)):  # the service's own name, behind a proxy
            response = self.service.request("POST", "/sessions", SESSION,
                                         {"Host": "study.example", "Origin": origin})
            self.assertEqual(response.status, status, origin)


class AllOriginsAllowed(harness.ServiceCase):
    settings = {"CORS_ALLOW_ORIGINS": "*", "CORS_ALLOW_CREDENTIALS": "false"}

    def test_any_page_may_call_the_service(self):
        for fields in ({"Origin": EVIL}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
            self.assertEqual(self.service.request("POST", "/sessions", SESSION, fields).status, 200, fields)


class NoOriginsAllowed(harness.ServiceCase):
    settings = {"CORS_ALLOW_ORIGINS": ""}

    def test_only_pages_of_the_service_may_call_it(self):
        own = f"http://127.0.0.1:{self.service.port}"
        for origin, status in ((own, 200), (OWN_PAGE, 403)):
            response = self.service.request("POST", "/sessions", SESSION, {"Origin": origin})
            self.assertEqual(response.status, status, origin)
            self.assertIsNone(response.header("Access-Control-Allow-Origin"))


class BoundAddress(unittest.TestCase):
    """The gateway checks the address that it has bound when it starts."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory(dir="/tmp", prefix="st-")
        self.addCleanup(directory.cleanup)
        self.directory = directory.name

    def start(self, passed=None, **settings):
        env = harness.clean_environment(**{"STUDYTRACKER_RUNTIME_DIR": self.directory, "API_PORT": 0, **settings})
        command = [harness.GATEWAY]
        if passed:
            # as systemd does: the socket is descriptor 3, LISTEN_PID is the program's process id
            script = 'export LISTEN_PID=$$ LISTEN_FDS=1; exec "$0" 3<&"$1"'
            command = ["bash", "-c", script, harness.GATEWAY, str(passed.fileno())]
        log = open(os.path.join(self.directory, "log"), "wb+")
        self.addCleanup(log.close)
        gateway = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                   pass_fds=[passed.fileno()] if passed else [])
        self.addCleanup(gateway.wait)
        self.addCleanup(gateway.kill)
        return gateway

    def log(self):
        with open(os.path.join(self.directory, "log"), encoding="utf-8") as log:
            return log.read()

    def assertServes(self, gateway, warns):
        harness.until("the gateway listens", lambda: "listens" in self.log() or gateway.poll() is not None)
        self.assertIsNone(gateway.poll(), self.log())
        self.assertEqual("STUDYTRACKER_AUTH is off: everybody" in self.log(), warns, self.log())

    def stop(self, gateway):
        gateway.terminate()
        self.assertEqual(gateway.wait(harness.PATIENCE), 0, self.log())

    def assertRefusesToStart(self, gateway, *words):
        self.assertEqual(gateway.wait(harness.PATIENCE), 78, self.log())
        for word in words:
            self.assertIn(word, self.log())

    def socket(self, family, address):
        made = socket.socket(family)
        self.addCleanup(made.close)
        made.bind(address)
        made.listen()
        return made

    def test_a_public_address_needs_the_setting_auth(self):
        for host in ("0.0.0.0", "::"):
            self.assertRefusesToStart(self.start(API_HOST=host), "STUDYTRACKER_AUTH=on",
                                      "STUDYTRACKER_AUTH=off", host)

    def test_auth_off_allows_a_public_address_with_a_warning(self):
        self.assertServes(self.start(API_HOST="0.0.0.0", STUDYTRACKER_AUTH="off"), warns=True)

    def start_with_accounts(self, passed=None, **settings):
        secret = os.path.join(self.directory, "secret")
        return self.start(passed, **{"STUDYTRACKER_AUTH": "on", "STUDYTRACKER_JWT_SECRET_FILE": secret, **settings})

    def test_auth_on_allows_every_address(self):
        wide = self.socket(socket.AF_INET, ("0.0.0.0", 0))
        for passed, host in ((None, "127.0.0.1"), (None, "0.0.0.0"), (wide, "127.0.0.1")):
            gateway = self.start_with_accounts(passed, API_HOST=host)
            self.assertServes(gateway, warns=False)
            self.stop(gateway)

    def test_an_unknown_mode_is_refused(self):
        self.assertRefusesToStart(self.start(STUDYTRACKER_AUTH="perhaps"), "STUDYTRACKER_AUTH")

    def test_an_rpc_endpoint_for_other_machines_needs_keys_in_each_mode(self):
        for mode in ("", "off", "on"):
            gateway = self.start_with_accounts(STUDYTRACKER_AUTH=mode,
                                               STUDYTRACKER_RPC_ENDPOINT="tcp://0.0.0.0:*")
            self.assertRefusesToStart(gateway, "STUDYTRACKER_CURVE_SECRET_KEY_FILE")

    def test_with_accounts_host_names_are_checked_only_if_they_are_set(self):
        for auth, hosts, status in (("on", "", 200), ("on", "study.example", 421), ("off", "", 421)):
            port = self.free_port()
            gateway = self.start_with_accounts(API_PORT=port, STUDYTRACKER_AUTH=auth, STUDYTRACKER_HOSTS=hosts)
            self.assertServes(gateway, warns=False)
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=harness.PATIENCE)
            connection.request("GET", "/health", headers={"Host": "rebound.example"})
            self.assertEqual(connection.getresponse().status, status)
            connection.close()
            self.stop(gateway)

    def test_loopback_needs_no_setting(self):
        for host in ("127.0.0.1", "localhost", "127.3.2.1"):
            gateway = self.start(API_HOST=host)
            self.assertServes(gateway, warns=False)
            self.stop(gateway)

    def test_a_passed_socket_is_checked_by_its_own_address(self):
        wide = self.socket(socket.AF_INET, ("0.0.0.0", 0))
        self.assertRefusesToStart(self.start(wide, API_HOST="127.0.0.1"), "STUDYTRACKER_AUTH=off")
        self.assertServes(self.start(wide, API_HOST="127.0.0.1", STUDYTRACKER_AUTH="off"), warns=True)

    def test_a_unix_socket_counts_as_loopback(self):
        path = os.path.join(self.directory, "http.sock")
        gateway = self.start(self.socket(socket.AF_UNIX, path), API_HOST="0.0.0.0")
        self.assertServes(gateway, warns=False)
        for host, status in (("localhost", 200), ("rebound.example", 421)):
            connection = http.client.HTTPConnection("localhost", timeout=harness.PATIENCE)
            connection.sock = socket.socket(socket.AF_UNIX)
            connection.sock.connect(path)
            connection.request("GET", "/health", headers={"Host": host})
            self.assertEqual(connection.getresponse().status, status)
            connection.close()

    def test_a_public_address_checks_host_names_only_if_they_are_set(self):
        for hosts, status in (("", 200), ("study.example", 421)):
            port = self.free_port()
            gateway = self.start(API_HOST="0.0.0.0", API_PORT=port, STUDYTRACKER_AUTH="off",
                                 STUDYTRACKER_HOSTS=hosts)
            self.assertServes(gateway, warns=True)
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=harness.PATIENCE)
            connection.request("GET", "/health", headers={"Host": "rebound.example"})
            self.assertEqual(connection.getresponse().status, status)
            connection.close()
            self.stop(gateway)

    @staticmethod
    def free_port():
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return probe.getsockname()[1]


if __name__ == "__main__":
    harness.main()
