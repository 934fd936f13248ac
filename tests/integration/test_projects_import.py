"""The clients of system C import a list of projects, item by item."""

import harness
import rpc_program

API, V1 = "/api/projects/import", "/api/v1/projects/import"
TAKEN = "Project with this path already exists"


class ProjectsImport(harness.ServiceCase):
    def setUp(self):
        self.database.sql("delete from projects")

    def send(self, projects, target=API, expect=201, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        response = self.service.request("POST", target, {"projects": projects}, headers)
        self.assertEqual(response.status, expect, response)
        return response

    def test_an_inventory_is_imported_twice(self):
        items = [{"name": "work-prod", "description": "", "local_path": "/home/ada/work-prod",
                  "remote_url": "https://example.com/work-prod.git"},
                 {"name": "notes", "description": "", "local_path": "/home/ada/notes", "remote_url": ""},
                 {"name": "drafts", "remote_url": ""}]
        self.assertEqual(self.send(items).json, {"imported": 3, "skipped": 0, "errors": []})
        again = self.send(items).json
        self.assertEqual(again, {"imported": 2, "skipped": 1, "errors": []}, "an empty remote_url is no duplicate")

    def test_a_known_project_is_skipped_whatever_else_is_wrong(self):
        url = "https://example.com/a.git"
        self.send([{"name": "a", "remote_url": url}])
        again = self.send([{"remote_url": url}, {"name": "z", "status": "bad", "remote_url": url}]).json
        self.assertEqual(again, {"imported": 0, "skipped": 2, "errors": []})

    def test_bad_items_are_told_and_the_others_imported(self):
        items = [{"name": "a", "path": "/a"}, {"remote_url": "https://example.com/b"}, "c", None, [["d"]], 5,
                 {"name": "e", "path": "/a"}, {"name": "f", "status": "done"}, {"name": "g", "tags": {"deep": [1]}}]
        wanted = {"imported": 2, "skipped": 7, "errors": [
            {"project": "Unknown", "error": "Name is required"},
            *[{"project": "Unknown", "error": "Project must be an object"}] * 4,
            {"project": "e", "error": TAKEN},
            {"project": "f", "error": "Invalid status 'done'. Must be one of: active, paused, completed, cancelled"}]}
        self.assertEqual(self.send(items).json, wanted)
        self.assertEqual(self.send(items, V1).json["imported"], 1, "the native API takes the same items")

    def test_bodies_that_are_no_import_are_refused(self):
        rows = [({"wrong": []}, 400, "Missing 'projects' field"), ({"projects": None}, 400, "Missing 'projects' field"),
                ({}, 400, "Missing 'projects' field"), ({"projects": "a"}, 400, "'projects' field must be a list"),
                ({"projects": {}}, 400, "'projects' field must be a list"), (["a"], 400, "Request body must be a JSON object"),
                (b"{invalid json}", 400, "Invalid JSON"), (b"", 400, "Invalid JSON"),
                ({"projects": [{"name": "a", "path": "b", "status": "active"}] * 2500}, 400,
                 "Request body must not have more than 10000 JSON values")]
        for body, status, text in rows:
            response = self.service.request("POST", API, body, {"Content-Type": "application/json"})
            self.assertEqual((response.status, response.json["error"]), (status, text), body)
        response = self.service.request("POST", API, b"not json", {"Content-Type": "text/plain"})
        self.assertEqual((response.status, response.json["error"]), (400, "Content-Type must be application/json"))
        self.assertRefused(self.service.request("POST", V1, {"project": []}), 400, "INVALID_INPUT", "project")
        self.assertRefused(self.service.request("POST", V1, {"projects": [[[[[[[[[[[[[[]]]]]]]]]]]]]]}), 400,
                           "INVALID_INPUT", "projects")

    def test_a_repeated_request_is_answered_once(self):
        first = self.send([{"name": "a"}, 1], Idempotency_Key="k")
        self.assertIsNone(first.header("Idempotency-Replayed"))
        again = self.send([{"name": "a"}, 1], Idempotency_Key="k")
        self.assertEqual((again.json, again.header("Idempotency-Replayed")), (first.json, "true"))
        self.send([{"name": "b"}], expect=422, Idempotency_Key="k")
        self.assertEqual(self.send([]).json, {"imported": 0, "skipped": 0, "errors": []})

    def test_as_many_items_as_a_body_may_have_are_imported(self):
        """A body may have 10,000 values: the object, the list, and the items with theirs."""
        items = [{"name": f"p{n}", "path": f"/p/{n}", "remote_url": f"u{n}"} for n in range(2499)]
        self.assertEqual(self.send(items).json, {"imported": 2499, "skipped": 0, "errors": []})

    def test_a_client_of_rpc_may_send_more(self):
        items = [{"name": f"p{n}", "path": f"/p/{n // 2}"} for n in range(10000)]
        with rpc_program.Raw(self.service.rpc_endpoint()) as client:
            error, result = client.ask("projects.import", {"projects": items})
        self.assertIsNone(error)
        self.assertEqual((result["imported"], result["skipped"], len(result["errors"])), (5000, 5000, 5000))
        self.assertEqual(result["errors"][0], {"project": "p1", "error": TAKEN})


if __name__ == "__main__":
    harness.main()
