"""System C at /api, as its clients see it: the paths, statuses, bodies and headers of the Flask
service that they were written for."""

import harness

PAGE = {"Origin": "http://localhost:5173"}


class SystemC(harness.ServiceCase):
    def assertText(self, response, status, error, message=None):
        """Checks the error body: two texts and the trace_id."""
        self.assertEqual(response.status, status, response)
        self.assertEqual(response.header("Content-Type"), "application/json")
        self.assertEqual(set(response.json), {"error", "message", "trace_id"}, response)
        self.assertEqual(response.json["error"], error)
        self.assertEqual(response.json["message"], message or error)

    def test_health_is_that_of_the_backend(self):
        for target in ("/api/health", "/api/health/"):
            response = self.service.get(target)
            self.assertEqual(response.status, 200)
            self.assertEqual(response.json, {"status": "ok", "message": "Flask backend is running"})

    def test_an_unknown_path_is_no_resource(self):
        for target in ("/api", "/api/", "/api/nothing", "/api/health/x", "/api/v2/tasks"):
            self.assertText(self.service.get(target), 404, "Resource not found")

    def test_a_known_path_refuses_other_methods(self):
        response = self.service.post("/api/health", {})
        self.assertText(response, 405, "The path does not allow this method: see the field Allow")
        self.assertEqual(response.header("Allow"), "GET, HEAD, OPTIONS")

    def test_a_preflight_is_answered_at_both_forms_of_every_path(self):
        for path in ("/api/health", "/api/tasks", "/api/tasks/7", "/api/nothing"):
            for target in (path, path + "/"):
                response = self.service.request("OPTIONS", target, None, {
                    **PAGE, "Access-Control-Request-Method": "DELETE",
                    "Access-Control-Request-Headers": "content-type,authorization"})
                self.assertEqual(response.status, 200, target)
                self.assertEqual(response.header("Access-Control-Allow-Origin"), PAGE["Origin"])
                self.assertEqual(response.header("Vary"), "Origin")
                self.assertEqual(response.header("Access-Control-Allow-Methods"),
                                 "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT")
                self.assertEqual(response.header("Access-Control-Allow-Headers"),
                                 "content-type,authorization")

    def test_a_page_can_read_every_response(self):
        for target, status in (("/api/health", 200), ("/api/nothing", 404)):
            response = self.service.request("GET", target, None, PAGE)
            self.assertEqual(response.status, status)
            self.assertEqual(response.header("Access-Control-Allow-Origin"), PAGE["Origin"])
            self.assertIn("Link, Location", response.header("Access-Control-Expose-Headers"))


if __name__ == "__main__":
    harness.main()
