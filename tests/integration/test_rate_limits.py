"""Rate limits: each client has its own, and none can use up another's."""

import contextlib
import http.client
import json
import time

import contract
import harness

import study_rpc


class LimitCase(harness.ServiceCase):
    def send(self, address, target, method="GET", body=None, **headers):
        """Sends a request from an address of this machine, such as 127.0.0.2."""
        connection = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=harness.PATIENCE,
                                                source_address=(address, 0))
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            body = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        try:
            connection.request(method, target, body, headers)
            received = connection.getresponse()
            response = harness.Response(received.status, received.getheaders(), received.read())
            contract.check(method, target, response)
            return response
        finally:
            connection.close()

    def assertLimit(self, response, status, limit, remaining):
        self.assertEqual(response.status, status, response)
        self.assertEqual(response.header("X-RateLimit-Limit"), str(limit), response)
        self.assertEqual(response.header("X-RateLimit-Remaining"), str(remaining), response)
        self.assertAlmostEqual(int(response.header("X-RateLimit-Reset")), time.time(), delta=40000)
        self.assertEqual(response.header("Retry-After") is not None, status in (429, 503), response)

    def assertNoLimit(self, response):
        self.assertEqual([name for name, _ in response.headers if "RateLimit" in name], [])


class Addresses(LimitCase):
    settings = {"STUDYTRACKER_RATE_ADDRESS": "5/3600", "STUDYTRACKER_TRUSTED_PROXIES": "127.0.1.1, 127.0.2.0/24",
                "CORS_ALLOW_ORIGINS": "https://app.example"}

    def test_an_address_that_has_used_up_its_limit_gets_429_and_others_do_not(self):
        for remaining in (4, 3, 2, 1, 0):
            self.assertLimit(self.send("127.0.0.2", "/topics"), 200, 5, remaining)
        for _ in range(3):
            response = self.send("127.0.0.2", "/topics", Origin="https://app.example")
            self.assertLimit(response, 429, 5, 0)
            self.assertRefused(response, 429, "RATE_LIMITED")
            self.assertAlmostEqual(int(response.header("Retry-After")), 720, delta=300)
            self.assertIn("X-RateLimit-Reset", response.header("Access-Control-Expose-Headers"))
        self.assertLimit(self.send("127.0.0.3", "/topics"), 200, 5, 4)
        response = self.send("127.0.0.2", "/api/tasks")  # as the clients of system C read errors
        self.assertEqual(response.status, 429)
        self.assertEqual(response.json["error"], response.json["message"])

    def test_probes_and_preflights_do_not_count(self):
        for _ in range(3):
            for target in ("/health", "/healthz", "/readyz", "/api/health"):
                response = self.send("127.0.0.4", target)
                self.assertEqual(response.status, 200)
                self.assertNoLimit(response)
            response = self.send("127.0.0.4", "/topics", "OPTIONS", Origin="https://app.example",
                                 Access_Control_Request_Method="GET")
            self.assertEqual(response.status, 200)
            self.assertNoLimit(response)
        self.assertLimit(self.send("127.0.0.4", "/"), 200, 5, 4)

    def test_every_response_shows_the_limit(self):
        requests = [("/topics", "GET", 200), ("/nowhere", "GET", 404), ("/topics", "DELETE", 405),
                    ("/openapi.json", "GET", 200), ("/api/v1/topics", "POST", 400)]
        for count, (target, method, status) in enumerate(requests):
            body = {} if method == "POST" else None
            self.assertLimit(self.send("127.0.0.5", target, method, body), status, 5, 4 - count)

    def test_refusals_of_malformed_requests_count(self):
        with self.service.wire() as wire:
            wire.send(b"nonsense\r\n\r\n")
            first = wire.answer()
        self.assertEqual(first.status, 400)
        left = int(first.header("X-RateLimit-Remaining"))
        with self.service.wire() as wire:
            wire.send(b"GET / HTTP/1.1\r\nHost: localhost\r\nExpect: cake\r\n\r\n")
            self.assertEqual(wire.answer().header("X-RateLimit-Remaining"), str(left - 1))

    def test_a_trusted_proxy_names_the_address(self):
        for proxy, headers in (("127.0.1.1", {"X_Forwarded_For": "192.0.2.1"}),
                               ("127.0.2.7", {"Forwarded": 'for="[::ffff:192.0.2.1]:4711"'}),
                               ("127.0.2.8", {"X_Forwarded_For": "198.51.100.9, 192.0.2.1, 127.0.1.1"}),
                               ("127.0.2.9", {"X_Forwarded_For": "192.0.2.1", "Forwarded": "for=192.0.2.1"})):
            last = self.send(proxy, "/", **headers)
        self.assertLimit(last, 200, 5, 1)
        self.assertLimit(self.send("127.0.1.1", "/", X_Forwarded_For="192.0.2.2"), 200, 5, 4)
        self.assertLimit(self.send("127.0.1.1", "/"), 200, 5, 4)

    def test_a_client_cannot_name_its_own_address(self):
        for number in range(5):
            self.send("127.0.0.6", "/", X_Forwarded_For=f"192.0.2.{100 + number}", Forwarded="for=_a")
        self.assertLimit(self.send("127.0.0.6", "/", X_Forwarded_For="192.0.2.200"), 429, 5, 0)
        for number in range(5):  # also behind the proxy, which adds the last one
            self.send("127.0.1.1", "/", X_Forwarded_For=f"192.0.2.{number}, 203.0.113.6")
        response = self.send("127.0.1.1", "/", X_Forwarded_For='", 203.0.113.6')
        self.assertLimit(response, 429, 5, 0)

    def test_an_ipv6_network_is_one_address(self):
        for number in range(5):
            self.send("127.0.1.1", "/", X_Forwarded_For=f"2001:db8:1:2::{number}")
        self.assertLimit(self.send("127.0.1.1", "/", X_Forwarded_For="2001:db8:1:2:ffff::1"), 429, 5, 0)
        self.assertLimit(self.send("127.0.1.1", "/", X_Forwarded_For="2001:db8:1:3::1"), 200, 5, 4)

    def test_many_addresses_take_little_memory(self):
        if harness.is_sanitized():
            self.skipTest("a sanitizer keeps freed memory")
        gateway = self.service.gateways[0]
        before = gateway.resident_kib()
        with harness.Wire(self.service.port, "127.0.1.1") as wire:
            for start in range(0, 100000, 100):
                wire.send(b"".join(request_of(start + number) for number in range(100)))
                for _ in range(100):
                    self.assertEqual(wire.answer().status, 404)
        self.assertLess(gateway.resident_kib() - before, 6 << 10)
        self.assertLimit(self.send("127.0.1.1", "/", X_Forwarded_For="2001:db8:ffff:1::"), 200, 5, 4)


def request_of(number):
    address = f"2001:{number >> 16:x}:{number & 0xffff:x}::1"
    return f"GET /nowhere HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: {address}\r\n\r\n".encode()


PASSWORD = "correct horse"


class AccountsCase(LimitCase):
    settings = {"STUDYTRACKER_AUTH": "on", "JWT_SECRET_KEY": "a secret of the stories, 32 bytes long",
                "STUDYTRACKER_REGISTRATION": "open", "STUDYTRACKER_PASSWORD_MEMORY_MIB": "8",
                "STUDYTRACKER_PASSWORD_PASSES": "1"}

    def log_in(self, address, name, password=PASSWORD, path="/api/v1/auth/login"):
        return self.send(address, path, "POST", {"username": name, "password": password})

    def register(self, name, address="127.0.9.9"):
        response = self.send(address, "/api/v1/auth/register", "POST", {"username": name, "password": PASSWORD})
        self.assertEqual(response.status, 201, response)

    def token(self, name, address):
        response = self.log_in(address, name)
        self.assertEqual(response.status, 200, response)
        return response.json["access_token"]


class Defaults(AccountsCase):
    """The limits that are there by default if log-ins are required. On a slow machine some tokens
    come back during a test."""

    def test_the_limits_of_addresses_and_accounts(self):
        self.register("eve")
        response = self.log_in("127.0.0.66", "eve")
        self.assertLimit(response, 200, 10, 9)
        wrong = self.send("127.0.0.67", "/api/v1/topics", Authorization="Bearer a.b.c")
        self.assertLimit(wrong, 401, 300, 299)
        right = self.send("127.0.0.67", "/api/v1/topics", Authorization=f"Bearer {response.json['access_token']}")
        self.assertLimit(right, 200, 1200, 1199)
        refused = harness.until("no token is left", lambda: self.refused("127.0.0.66", "eve"))
        self.assertLimit(refused, 429, 10, 0)
        self.assertIn(int(refused.header("Retry-After")), range(1, 31))

    def test_many_addresses_share_the_log_ins_with_a_name_in_any_spelling(self):
        spellings = ["Jürgenk", "JÜRGENK", "ju\u0308rgenk", "jürgen\u212a"]  # U+212A is another K
        self.register(spellings[0])
        for number, name in enumerate(spellings):
            self.assertEqual(self.log_in(f"127.0.4.{number + 1}", name).status, 200, name)
        for number in range(96):
            response = self.log_in(f"127.0.3.{number + 1}", spellings[number % 4], "a guess")
            self.assertEqual(response.status, 401, response)
        for number, name in enumerate(spellings):
            addresses = (f"127.0.{5 + number}.{last}" for last in range(1, 255))
            response = harness.until("no token is left", lambda: self.refused(next(addresses), name))
            self.assertLimit(response, 429, 100, 0)
            self.assertEqual(set(response.json), {"error", "message", "trace_id"})
        self.assertEqual(self.log_in("127.0.3.200", "Jörgenk", "a guess").status, 401)

    def refused(self, address, name):
        response = self.log_in(address, name, "a guess", "/api/auth/login")
        return response.status == 429 and response


class Accounts(AccountsCase):
    """The default counts in a hundred times the default seconds: hardly any token comes back."""

    settings = {**AccountsCase.settings,
                "STUDYTRACKER_RATE_ACCOUNT": "1200/6000", "STUDYTRACKER_RATE_ADDRESS": "300/6000",
                "STUDYTRACKER_RATE_LOGIN_ACCOUNT": "100/30000", "STUDYTRACKER_RATE_LOGIN_ADDRESS": "10/30000"}

    def test_one_address_cannot_lock_out_a_person(self):
        self.register("ada")
        statuses = [self.log_in("127.0.0.66", "ada", "a guess").status for _ in range(14)]
        self.assertEqual(statuses, 10 * [401] + 4 * [429])
        response = self.log_in("127.0.0.66", "ada")  # also with the right password
        self.assertLimit(response, 429, 10, 0)
        self.assertAlmostEqual(int(response.header("Retry-After")), 3000, delta=1000)
        self.assertLimit(self.log_in("127.0.0.67", "ada"), 200, 10, 9)

    def test_every_way_to_log_in_counts(self):
        paths = ["/api/v1/auth/login", "/api/auth/login", "/api/v1/auth/session"]
        for number in range(10):
            response = self.log_in("127.0.0.68", f"nobody{number}", path=paths[number % 3])
            self.assertLimit(response, 401, 10, 9 - number)
        for path in paths:
            self.assertLimit(self.log_in("127.0.0.68", "nobody", path=path), 429, 10, 0)
        for path in ("/api/v1/auth/register", "/api/auth/register"):
            response = self.send("127.0.0.68", path, "POST", {"username": "late", "password": PASSWORD})
            self.assertLimit(response, 429, 10, 0)

    def test_wrong_credentials_count_and_refuse_nobody_who_has_valid_ones(self):
        self.register("tom")
        token = self.token("tom", "127.0.0.69")
        for number in range(299):  # the log-in was the first
            wrong = ("Bearer st_" + "0" * 64, "Basic x", "Bearer a.b.c", f"Bearer st_{number:064x}", "")[number % 5]
            response = self.send("127.0.0.69", "/api/v1/topics", Authorization=wrong)
            self.assertEqual(response.status, 401, response)
        while response.status == 401:
            response = self.send("127.0.0.69", "/api/v1/topics", Authorization="Bearer a.b.c")
        self.assertEqual((response.status, response.header("X-RateLimit-Limit")), (429, "300"))
        response = self.send("127.0.0.69", "/api/v1/topics", Authorization=f"Bearer {token}")
        self.assertLimit(response, 200, 1200, 1199)
        response = self.send("127.0.0.69", "/api/v1/topics", "POST", {"name": "Limits"}, Authorization=f"Bearer {token}")
        self.assertEqual((response.status, response.header("X-RateLimit-Limit")), (201, "1200"))

    def test_a_noisy_address_stops_nobody_from_refreshing_and_logging_out(self):
        self.register("kim")
        first, other = (self.log_in("127.0.0.73", "kim").json for _ in range(2))
        harness.until("no token is left", lambda: self.send("127.0.0.73", "/nowhere").status == 429)
        second = self.shows_token("/api/v1/auth/refresh", 200, 1200, body={"refresh_token": first["refresh_token"]})
        self.shows_token("/api/auth/refresh", 200, 1200, second.json["refresh_token"])
        self.shows_token("/api/v1/auth/refresh", 401, 1200, first["refresh_token"])  # it was used: the log-in ends
        for _ in range(3):  # from now on its tokens are wrong credentials
            self.shows_token("/api/v1/auth/refresh", 429, 300, second.json["refresh_token"])
        self.shows_token("/api/v1/auth/logout", 429, 300, first["access_token"])
        self.shows_token("/api/v1/auth/logout", 204, 1200, other["access_token"])
        self.shows_token("/api/v1/auth/refresh", 429, 300, other["refresh_token"])
        token = self.token("kim", "127.0.0.74")  # these requests took none of the account's
        self.assertLimit(self.send("127.0.0.74", "/api/v1/topics", Authorization=f"Bearer {token}"), 200, 1200, 1199)

    def test_wrong_tokens_to_refresh_and_log_out_count_for_their_address(self):
        self.register("pat")
        token = self.token("pat", "127.0.0.75")
        for path in ("/api/v1/auth/refresh", "/api/auth/refresh", "/api/v1/auth/logout", "/api/auth/logout"):
            harness.until("no token is left", lambda: self.send("127.0.0.73", "/nowhere").status == 429)
            for wrong in ("a.b.c", f"{token}x", "st_" + "0" * 64):
                self.shows_token(path, 429, 300, wrong)

    def shows_token(self, path, status, limit, bearer=None, body=None):
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        response = self.send("127.0.0.73", path, "POST", body, **headers)
        self.assertEqual((response.status, response.header("X-RateLimit-Limit")), (status, str(limit)), response)
        return response

    def test_an_account_shares_its_limit_over_http_and_rpc(self):
        self.register("sue")
        token = self.token("sue", "127.0.0.70")
        with self.rpc(token) as client:
            for _ in range(100):
                client.call("topics.list", limit=1)
        response = self.send("127.0.0.71", "/api/v1/topics", Authorization=f"Bearer {token}")
        self.assertEqual(response.header("X-RateLimit-Limit"), "1200")
        self.assertLess(int(response.header("X-RateLimit-Remaining")), 1150)

    @contextlib.contextmanager
    def rpc(self, token=None):
        client = study_rpc.Client(self.service.rpc_endpoint(), token=token, timeout_ms=harness.PATIENCE * 1000)
        yield client
        client.close()

    def test_log_ins_over_rpc_count_by_the_user_of_this_machine(self):
        codes = []
        with self.rpc() as client:
            for _ in range(12):
                with self.assertRaises(study_rpc.StudyError) as raised:
                    client.call("tokens.log_in", username="zoe", password="a guess", name="laptop")
                codes.append(raised.exception.code)
        self.assertEqual(codes, 10 * ["INVALID_CREDENTIALS"] + 2 * ["RATE_LIMITED"])
        self.assertIn("too many requests: wait ", str(raised.exception))
        self.assertLimit(self.log_in("127.0.0.72", "zoe"), 401, 10, 9)


class Refill(LimitCase):
    settings = {"STUDYTRACKER_RATE_ADDRESS": "2/10"}

    def test_a_client_that_waits_is_served_again(self):
        while (refused := self.send("127.0.0.2", "/")).status == 200:
            pass
        self.assertIn(int(refused.header("Retry-After")), range(1, 6))
        harness.until("there is a token", lambda: self.send("127.0.0.2", "/").status == 200)


class NoLimits(LimitCase):
    def test_on_this_machine_there_is_no_limit_by_default(self):
        for _ in range(400):
            response = self.service.get("/health")
        self.assertNoLimit(response)
        for _ in range(400):
            response = self.service.get("/nowhere")
            self.assertEqual(response.status, 404)
        self.assertNoLimit(response)


if __name__ == "__main__":
    harness.main()
