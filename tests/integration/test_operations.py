#!/usr/bin/python3
"""What operators do with a running service: they start another gateway, reload settings, and read
the log. Nothing of it loses a request or needs another setting elsewhere."""

import json
import os
import signal
import tempfile

import harness

TRACE = "0af7651916cd43dd8448eb211c80319c"


class AnotherGateway(harness.ServiceCase):
    settings = {"STUDYTRACKER_GATEWAYS": ""}  # every gateway of the machine

    def test_workers_find_a_gateway_that_starts_later(self):
        first = self.service.gateways[0]
        second = self.service.start_gateway()
        for worker in self.service.workers:
            harness.until("the worker finds the second gateway",
                          lambda log=worker.log: "workers-2.sock connected" in log())
        self.assertEqual(first.stop(), 0)
        for number in range(20):
            response = self.service.post("/sessions", {"minutes": 1, "tag": f"t{number}"})
            self.assertEqual(response.status, 200, response)
        self.assertTrue(second.is_running())


class Reload(harness.ServiceCase):
    workers = 1

    @classmethod
    def setUpClass(cls):
        handle, cls.path = tempfile.mkstemp(prefix="st-settings-", dir="/tmp")
        os.close(handle)
        cls.addClassCleanup(os.unlink, cls.path)
        cls.settings = {"STUDYTRACKER_ENV_FILE": cls.path}
        cls.write("CORS_ALLOW_ORIGINS=https://a.example")
        super().setUpClass()

    @classmethod
    def write(cls, *lines):
        with open(cls.path, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")

    def reload(self, process, line):
        """Sends SIGHUP and waits until the log has one more of this line."""
        before = process.log().count(line)
        process.popen.send_signal(signal.SIGHUP)
        harness.until(f"{process.name} logs {line!r}", lambda: process.log().count(line) > before)

    def allowed(self, origin):
        return self.service.get("/topics", Origin=origin).header("Access-Control-Allow-Origin") == origin

    def test_a_gateway_takes_over_what_may_change(self):
        gateway = self.service.gateways[0]
        self.assertTrue(self.allowed("https://a.example"))
        self.assertFalse(self.allowed("https://b.example"))
        self.write("CORS_ALLOW_ORIGINS=https://b.example", "STUDYTRACKER_ACCESS_LOG=true",
                   "STUDYTRACKER_QUEUE_MAX=4000")
        self.reload(gateway, "the settings were read again")
        self.assertIn("STUDYTRACKER_QUEUE_MAX has changed: it counts after a restart", gateway.log())
        self.assertFalse(self.allowed("https://a.example"))
        self.assertTrue(self.allowed("https://b.example"))
        self.assertRegex(gateway.log(), r"GET /topics 200 \d+ us ")
        self.service.get("/stats?secret=what-people-search")
        harness.until("the request is logged", lambda: "GET /stats " in gateway.log())
        self.assertNotIn("what-people-search", gateway.log())

    def test_wrong_settings_change_nothing(self):
        gateway = self.service.gateways[0]
        self.write("STUDYTRACKER_LOG_LEVEL=loud")
        self.reload(gateway, "the settings were not read again")
        self.assertEqual(self.service.get("/topics").status, 200)

    def test_a_worker_reads_its_settings_and_goes_on(self):
        worker = self.service.workers[0]
        self.write("STUDYTRACKER_LOG_LEVEL=info")
        self.reload(worker, "the settings were read again")
        self.assertEqual(self.service.get("/topics").status, 200)


class JsonLog(harness.ServiceCase):
    settings = {"STUDYTRACKER_LOG_FORMAT": "json", "STUDYTRACKER_ACCESS_LOG": "true"}

    def test_each_line_is_an_object(self):
        response = self.service.get("/topics", traceparent=f"00-{TRACE}-b7ad6b7169203331-01")
        self.assertEqual(response.header("X-Request-Id"), TRACE)
        self.service.get("/nothing-is-here")
        gateway = self.service.gateways[0]
        harness.until("both requests are logged", lambda: gateway.log().count('"event":"request"') >= 2)
        entries = [json.loads(line) for p in self.service.gateways + self.service.workers
                   for line in p.log().splitlines()]
        self.assertTrue(all({"time", "level", "message"} <= set(entry) for entry in entries))
        self.assertTrue(any(entry.get("event") == "started" for entry in entries))
        by_path = {entry["path"]: entry for entry in entries if entry.get("event") == "request"}
        self.assertEqual(by_path["/topics"]["request_id"], TRACE)
        self.assertEqual(by_path["/topics"]["code"], "200")
        self.assertEqual(by_path["/topics"]["method"], "GET")
        self.assertGreater(by_path["/topics"]["duration_us"], 0)
        self.assertEqual(by_path["/nothing-is-here"]["code"], "404")


if __name__ == "__main__":
    harness.main()
