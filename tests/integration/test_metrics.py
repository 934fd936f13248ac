"""An operator scrapes /metrics while the service works, and finds the numbers of what was sent."""

import concurrent.futures
import json
import os
import re
import shutil
import socket
import tempfile
import time
import unittest

import faults
import harness
import openmetrics
import promtool
import rpc_program
import study_rpc

DOCS = os.path.join(harness.ROOT, "docs")

HELD_S = 1.0  # for which a row is locked


class Metrics(rpc_program.RpcCase):
    settings = openmetrics.SETTINGS

    def get(self, target="/metrics", method="GET", **headers):
        return openmetrics.get(self.service.gateways[0], target, method, **headers)

    def scrape(self):
        return openmetrics.scrape(self.service.gateways[0])

    def increase(self, name, act, **labels):
        before = self.scrape().value(name, **labels)
        act()
        return self.scrape().value(name, **labels) - before

    def test_requests_are_counted_by_route_status_and_dialect(self):
        topic = self.topic("Linux")["id"]
        cases = [
            ("root", "GET", "/topics/{topic_id}", 200, lambda: self.service.get(f"/topics/{topic}")),
            ("root", "GET", "/topics/{topic_id}", 404, lambda: self.service.get("/topics/999999")),
            ("native", "GET", "/api/v1/topics/{topic_id}", 200,
             lambda: self.service.get(f"/api/v1/topics/{topic}")),
            ("native", "POST", "/api/v1/sessions", 400,
             lambda: self.service.post("/api/v1/sessions", {"topic_id": "x"})),
            ("root", "POST", "/sessions", 201, lambda: self.session(topic)),
            ("root", "GET", "/sessions", 200, lambda: self.service.get("/sessions")),
            ("root", "", "none", 404, lambda: self.service.get("/nothing")),
            ("system_c", "", "none", 404, lambda: self.service.get("/api/nothing")),
        ]
        for dialect, method, route, status, act in cases:
            with self.subTest(route=route, status=status):
                labels = {"dialect": dialect, "method": method, "route": route}
                before = self.scrape()
                for _ in range(7):
                    act()
                after = self.scrape()
                name, duration = "studytracker_api_requests_total", "studytracker_api_request_duration_seconds"
                self.assertEqual(after.value(name, status=str(status), **labels)
                                 - before.value(name, status=str(status), **labels), 7)
                self.assertEqual(after.value(duration + "_count", **labels)
                                 - before.value(duration + "_count", **labels), 7)

    def test_latency_includes_the_time_in_the_database(self):
        topic = self.topic("Slow")["id"]
        labels = {"dialect": "root", "method": "POST", "route": "/sessions"}
        name = "studytracker_api_request_duration_seconds"
        before, started = self.scrape(), time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            with faults.Lock(self.database, rows=f"topics where id = {topic}"):
                waits = pool.submit(self.session, topic)
                harness.until("it waits for the row", self.database.waiting_for_locks)
                held = time.monotonic()
                harness.until("the row was locked for a while", lambda: time.monotonic() - held > HELD_S)
            waits.result()
        seconds = time.monotonic() - started
        after = self.scrape()
        measured = after.value(name + "_sum", **labels) - before.value(name + "_sum", **labels)
        self.assertGreater(measured, HELD_S)
        self.assertLess(measured, seconds)
        fast = {**labels, "le": "0.25"}
        self.assertEqual(after.value(name + "_bucket", **fast), before.value(name + "_bucket", **fast))

    def test_refusals_are_counted_by_their_reason(self):
        def send(request):
            def act():
                with self.service.wire() as wire:
                    self.assertGreaterEqual(wire.send(request).answer().status, 400)
            return act

        cases = [("white space before the colon of a header field", b"GET / HTTP/1.1\r\nHost : x\r\n\r\n"),
                 ("a folded header field", b"GET / HTTP/1.1\r\nHost: x\r\n y\r\n\r\n"),
                 ("the only versions are HTTP/1.0 and HTTP/1.1", b"GET / HTTP/3.0\r\nHost: x\r\n\r\n")]
        for reason, request in cases:
            with self.subTest(reason=reason):
                self.assertEqual(self.increase("studytracker_http_refusals_total", send(request),
                                               reason=reason), 1)

    def test_rpc_requests_are_counted_by_method_and_code(self):
        family = "studytracker_rpc_method_requests_total"
        before = self.scrape()
        call = self.client().call
        topic = call("topics.create", name="Counted")
        for _ in range(5):
            call("topics.get", topic_id=topic["id"])
        for method, params in (("topics.get", {"topic_id": 999999}), ("topics.get", {"topic_id": 0}),
                               ("no.such.method", {}), ("worker.ready", {}), ("rpc.status", {"x": 1})):
            with self.assertRaises(study_rpc.StudyError):
                call(method, **params)
        call("rpc.status")
        after = self.scrape()
        increases = {tuple(dict(at)[label] for label in ("method", "code")): value - before.samples.get((family, at), 0)
                     for at, value in after.series(family).items()}
        self.assertEqual({at: value for at, value in increases.items() if value > 0}, {
            ("topics.create", "OK"): 1, ("topics.get", "OK"): 5, ("topics.get", "TOPIC_NOT_FOUND"): 1,
            ("topics.get", "INVALID_INPUT"): 1, ("none", "UNKNOWN_METHOD"): 2,
            ("rpc.status", "INVALID_INPUT"): 1, ("rpc.status", "OK"): 1})
        self.assertEqual(sum(after.series(family).values()), after.value("studytracker_rpc_requests_total"))

    def test_counters_of_the_modules_are_shown(self):
        topic = self.topic("Unix")["id"]
        self.assertGreaterEqual(
            self.increase("studytracker_pool_calls_total", lambda: self.service.get(f"/topics/{topic}")), 1)
        page = self.scrape()
        self.assertEqual(page.value("studytracker_workers"), 2)
        self.assertEqual(page.value("studytracker_ready"), 1)
        self.assertEqual(len(page.series("studytracker_worker_credit")), 2)
        self.assertGreater(page.value("process_cpu_seconds_total"), 0)
        self.assertGreater(page.value("process_resident_memory_bytes"), 1 << 20)
        self.assertGreater(page.value("process_open_fds"), 5)
        for name, least in (("studytracker_worker_cpu_seconds_total", 0),
                            ("studytracker_worker_resident_memory_bytes", 1 << 20)):
            values = page.series(name)
            self.assertEqual(len(values), 2, name)
            self.assertGreater(min(values.values()), least, name)

    def test_other_paths_methods_and_hosts_are_refused(self):
        cases = [(("/", "GET"), {}, 404), (("/topics", "GET"), {}, 404), (("/metrics", "POST"), {}, 405),
                 (("/metrics", "GET"), {"Host": "evil.example"}, 421), (("/metrics", "GET"), {}, 200),
                 (("/metrics?a=b", "GET"), {}, 200)]
        for (target, method), headers, status in cases:
            with self.subTest(target=target, method=method, headers=headers):
                self.assertEqual(self.get(target, method, **headers).status, status)
        head = self.get(method="HEAD")
        self.assertEqual((head.status, head.body), (200, b""))
        self.assertGreater(int(head.header("Content-Length")), 1000)

    def test_older_clients_get_the_older_format(self):
        response = self.get()
        self.assertEqual(response.header("Content-Type"), "text/plain; version=0.0.4; charset=utf-8")
        self.assertNotIn(b"# EOF", response.body)
        self.assertIn(b"# TYPE studytracker_api_requests_total counter\n", response.body)

    def test_promtool_accepts_the_page(self):
        self.topic("Promtool")
        self.assertEqual(promtool.run("check", "metrics", text=self.get().body.decode()), "")

    def test_batches_and_transactions_of_the_lanes_are_shown(self):
        topic, labels = self.topic("Lanes")["id"], {"lane": "write"}
        prefix = "studytracker_worker_lane_"

        def totals():
            page = self.scrape()
            return [sum(page.series(prefix + name, **labels).values())
                    for name in ("batch_requests_sum", "batch_requests_count", "commit_seconds_count",
                                 "runs_total")]

        before = totals()
        for _ in range(20):
            self.session(topic)
        def is_all_counted():
            requests, batches, commits, runs = (a - b for a, b in zip(totals(), before))
            return requests >= 20 and batches == runs and commits >= runs

        # A worker tells its numbers once a second.
        harness.until("each run has a batch and a commit", is_all_counted)
        self.assertGreater(sum(self.scrape().series(prefix + "commit_seconds_sum", **labels).values()), 0)

    def test_rules_and_dashboard_use_metrics_that_exist(self):
        names = self.scrape().names() | {"up"}
        with open(os.path.join(DOCS, "monitoring/dashboard.json"), encoding="utf-8") as file:
            expressions = [target["expr"] for panel in json.load(file)["panels"] for target in panel["targets"]]
        with open(os.path.join(DOCS, "monitoring/alerts.yml"), encoding="utf-8") as file:
            expressions += re.findall(r"expr: >-\n +(.*)", file.read())
        used = {name for e in expressions for name in re.findall(r"\b(?:studytracker|process)_\w+|\bup\b", e)}
        self.assertGreater(len(used), 30)
        self.assertEqual(used - names, set())

    def test_all_metrics_are_documented(self):
        with open(os.path.join(DOCS, "metrics.md"), encoding="utf-8") as file:
            documented = set(re.findall(r"^\| `(\w+)` \| (\w+) \| (.*) \|$", file.read(), re.MULTILINE))
        shown = {(name, meta["TYPE"], meta["HELP"]) for name, meta in self.scrape().families.items()}
        self.assertEqual(sorted(shown), sorted(documented))

    def test_metrics_need_no_credentials_and_tell_no_names(self):
        self.topic("A secret name")
        self.assertNotIn(b"secret", self.get().body)


class Ports(unittest.TestCase):
    """Each gateway of a machine has a port of its own."""

    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="st-", dir="/tmp")
        self.addCleanup(shutil.rmtree, self.directory, True)
        self.taken = socket.socket()
        self.taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self.addCleanup(self.taken.close)

    def take(self, port):
        """Another program listens there, and would share the port."""
        try:
            self.taken.bind(("127.0.0.1", port))
            self.taken.listen()
        except OSError:
            self.assertNotEqual(port, 0)  # another program has the default port already

    def start(self, **settings):
        env = harness.clean_environment(**{"STUDYTRACKER_RUNTIME_DIR": self.directory, "API_PORT": 0,
                                           "STUDYTRACKER_METRICS_HOST": "127.0.0.1", **settings})
        env = {name: value for name, value in env.items() if value != "None"}
        gateway = harness.Process("gateway", [harness.GATEWAY], env, self.directory)
        self.addCleanup(gateway.kill)
        return gateway

    def test_an_instance_has_the_port_of_its_number(self):
        port = harness.free_port()
        gateway = self.start(STUDYTRACKER_METRICS_PORT=port - 2, STUDYTRACKER_INSTANCE=3)
        harness.until("it serves", lambda: f"metrics at http://127.0.0.1:{port}/metrics" in gateway.log())
        self.assertEqual(openmetrics.scrape(gateway).value("studytracker_workers"), 0)
        self.assertEqual(gateway.stop(), 0)

    def test_a_gateway_with_a_setting_refuses_to_share_its_port(self):
        self.take(0)
        port = self.taken.getsockname()[1]
        gateway = self.start(STUDYTRACKER_METRICS_PORT=port)
        harness.until("it ends", lambda: not gateway.is_running())
        self.assertIn(f"cannot listen on 127.0.0.1 port {port}", gateway.log())

    def test_a_gateway_without_settings_serves_without_metrics(self):
        self.take(22121)
        gateway = self.start(STUDYTRACKER_METRICS_HOST=None)
        harness.until("it serves", lambda: "listens at" in gateway.log())
        self.assertIn("metrics are not served: cannot listen on 127.0.0.1 port 22121", gateway.log())
        self.assertEqual(gateway.stop(), 0)

    def test_an_address_of_a_network_is_warned_of(self):
        gateway = self.start(STUDYTRACKER_METRICS_HOST="0.0.0.0", STUDYTRACKER_METRICS_PORT=0)
        harness.until("it serves", lambda: "listens at" in gateway.log())
        self.assertIn("can read the metrics", gateway.log())
        self.assertEqual(gateway.stop(), 0)


if __name__ == "__main__":
    harness.main()
