"""Settings change the name of the service and the origins that browsers let call it."""

import signal
import subprocess
import tempfile
import unittest

import harness

PREFLIGHT = {"Origin": "https://app.example", "Access-Control-Request-Method": "POST",
             "Access-Control-Request-Headers": "content-type"}


def allowed(response):
    prefix = "access-control-"
    return {name.lower()[len(prefix):]: value for name, value in response.headers
            if name.lower().startswith(prefix)}


class AllOriginsAllowed(harness.ServiceCase):
    settings = {"CORS_ALLOW_ORIGINS": "*", "CORS_ALLOW_CREDENTIALS": "false",
                "APP_NAME": 'Mein "Tracker"'}

    def test_any_origin_is_allowed(self):
        response = self.service.get("/topics", Origin="https://app.example")
        self.assertEqual(allowed(response)["allow-origin"], "*")
        self.assertNotIn("allow-credentials", allowed(response))

    def test_errors_allow_any_origin_too(self):
        for target in ("/topics/999999", "/nowhere"):
            self.assertEqual(allowed(self.service.get(target, Origin="https://a.b"))["allow-origin"], "*")

    def test_preflight_allows_any_origin(self):
        response = self.service.request("OPTIONS", "/sessions", None, PREFLIGHT)
        self.assertIn(response.status, (200, 204))
        self.assertEqual(allowed(response)["allow-origin"], "*")
        self.assertIn("POST", allowed(response)["allow-methods"])

    def test_options_without_an_origin_returns_the_methods(self):
        response = self.service.request("OPTIONS", "/topics")
        self.assertEqual(set(response.header("Allow").split(", ")), {"GET", "HEAD", "POST", "OPTIONS"})

    def test_the_root_returns_the_name_of_the_setting(self):
        self.assertEqual(self.service.get("/").json, {"message": 'Mein "Tracker" API'})


class ListedOriginsWithCredentials(harness.ServiceCase):
    settings = {"CORS_ALLOW_ORIGINS": "https://app.example, https://other.example",
                "CORS_ALLOW_CREDENTIALS": "true", "CORS_ALLOW_METHODS": "GET,POST",
                "CORS_ALLOW_HEADERS": "Content-Type"}

    def test_a_listed_origin_is_echoed(self):
        for origin in ("https://app.example", "https://other.example"):
            response = self.service.get("/topics", Origin=origin)
            self.assertEqual(allowed(response)["allow-origin"], origin)
            self.assertEqual(allowed(response)["allow-credentials"], "true")
            self.assertIn("origin", response.header("Vary").lower())

    def test_other_origins_get_no_permission(self):
        for origin in ("https://evil.example", "https://app.example.evil", "null"):
            response = self.service.get("/topics", Origin=origin)
            self.assertEqual(response.status, 200)
            self.assertNotIn("allow-origin", allowed(response))

    def test_preflight_allows_only_the_listed_values(self):
        response = self.service.request("OPTIONS", "/sessions", None, PREFLIGHT)
        self.assertIn(response.status, (200, 204))
        self.assertEqual(allowed(response)["allow-origin"], "https://app.example")
        for wrong in ({"Origin": "https://evil.example"}, {"Access-Control-Request-Method": "DELETE"},
                      {"Access-Control-Request-Headers": "x-secret"}):
            with self.subTest(wrong=wrong):
                response = self.service.request("OPTIONS", "/sessions", None, {**PREFLIGHT, **wrong})
                self.assertEqual(response.status, 400)


class AllOriginsWithCredentials(harness.ServiceCase):
    settings = {"CORS_ALLOW_ORIGINS": "*", "CORS_ALLOW_CREDENTIALS": "true",
                "STUDYTRACKER_TIME_ZONE": "Pacific/Kiritimati"}

    def test_a_page_of_any_site_sends_no_credentials(self):
        for response in (self.service.get("/topics", Origin="https://x.example", Cookie="session=1"),
                         self.service.get("/nowhere", Origin="http://localhost:5173"),
                         self.service.request("OPTIONS", "/sessions", None, PREFLIGHT)):
            self.assertEqual(allowed(response)["allow-origin"], "*")
            self.assertNotIn("allow-credentials", allowed(response))

    def test_today_is_the_day_in_the_time_zone(self):
        zone = "select (now() at time zone 'Pacific/Kiritimati')::date"
        topic, before = self.topic("Zone"), self.database.value(zone)
        made = self.session(topic["id"])["study_date"]
        self.assertIn(made, (before, self.database.value(zone)))


class TwoGatewaysOnOnePort(harness.ServiceCase):
    gateways = 2

    def test_both_gateways_return_the_same_data(self):
        topic = self.topic("Shared")
        for _ in range(40):
            self.assertEqual(self.service.get(f"/topics/{topic['id']}").json, topic)


class WrongSettings(unittest.TestCase):
    def run_program(self, program, *arguments, **settings):
        with tempfile.TemporaryDirectory() as directory:
            env = harness.clean_environment(**{"STUDYTRACKER_RUNTIME_DIR": directory, **settings})
            return subprocess.run([program, *arguments], env=env, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
                                  timeout=harness.PATIENCE, check=False)

    def test_an_invalid_value_is_named_and_ends_the_program_with_78(self):
        for program, settings in (
                (harness.GATEWAY, {"API_PORT": "http"}), (harness.GATEWAY, {"API_PORT": "65536"}),
                (harness.GATEWAY, {"CORS_ALLOW_CREDENTIALS": "perhaps"}),
                (harness.GATEWAY, {"CORS_ALLOW_ORIGINS": "https://app.example/"}),
                (harness.GATEWAY, {"CORS_ALLOWED_ORIGINS": "https://a.example, app.example"}),
                (harness.GATEWAY, {"STUDYTRACKER_DEADLINE_MS": "0"}),
                (harness.WORKER, {"STUDYTRACKER_TIME_ZONE": "Mars/North; drop"}),
                (harness.WORKER, {"STUDYTRACKER_CREDIT": "-1"})):
            with self.subTest(settings=settings):
                done = self.run_program(program, **settings)
                self.assertEqual(done.returncode, 78, done.stderr)
                self.assertIn(next(iter(settings)), done.stderr)

    def test_an_unknown_flag_is_refused(self):
        for program in (harness.GATEWAY, harness.WORKER):
            self.assertEqual(self.run_program(program, "--colour", "blue").returncode, 78)

    def test_help_and_version_are_printed(self):
        for program in (harness.GATEWAY, harness.WORKER):
            self.assertIn("--log-level", self.run_program(program, "--help").stdout)
            self.assertRegex(self.run_program(program, "--version").stdout, r"\d+\.\d+\.\d+")

    def test_an_unknown_variable_is_logged(self):
        with tempfile.TemporaryDirectory(dir="/tmp", prefix="st-") as directory:
            env = harness.clean_environment(STUDYTRACKER_RUNTIME_DIR=directory, API_PORT=0,
                                            STUDYTRACKER_COLOUR="blue")
            gateway = harness.Process("gateway", [harness.GATEWAY], env, directory)
            try:
                harness.until("it serves", lambda: "listens at" in gateway.log())
                self.assertIn("STUDYTRACKER_COLOUR", gateway.log())
                self.assertEqual(gateway.stop(signal.SIGTERM), 0, gateway.log())
            finally:
                gateway.kill()


class NotReady(harness.ServiceCase):
    """/readyz reports the missing part, and the gateway refuses requests at once."""

    workers = 1

    def test_the_service_is_not_ready_without_a_database_or_a_worker(self):
        self.topic("Before")
        self.database.stop_server()
        self.until_not_ready("DATABASE_UNAVAILABLE")
        self.database.start_server()
        self.service.wait_ready()
        self.assertEqual(self.service.get("/topics").json[0]["name"], "Before")
        self.assertEqual(self.service.workers.pop().stop(), 0)
        self.until_not_ready("NO_WORKER")
        response = self.service.get("/topics")
        self.assertRefused(response, 503, "NO_WORKER")
        self.assertEqual(response.header("Retry-After"), "1")
        for target in ("/readyz", "/topics", "/api/v1/tasks", "/api/v1/stats/streak"):
            for condition in ({"If_None_Match": "*"}, {"If_Match": '"x"'}):
                self.assertEqual(self.service.get(target, **condition).status, 503, (target, condition))
        self.assertEqual(self.service.get("/health").status, 200)
        self.service.start_worker()
        self.service.wait_ready()

    def until_not_ready(self, code):
        def is_reported():
            response = self.service.get("/readyz")
            return response.status == 503 and response.json["error"]["code"] == code
        harness.until(f"/readyz says {code}", is_reported)


if __name__ == "__main__":
    harness.main()
