"""The projects of system C at /api/projects, as the page and the command line tool of the Flask
service use them."""

import harness
from test_system_c import JSON, SystemCCase

FIELDS = {"id", "name", "path", "organization", "classification", "project_type", "status", "description",
          "remote_url", "created_at", "updated_at"}
STATUSES = "Invalid status. Must be one of: active, paused, completed, cancelled"
CLASSES = "Invalid classification. Must be one of: primary, secondary, archive, maintenance"
TYPES = "Invalid project_type. Must be one of: Work, Personal, Learning, Inactive"


class Projects(SystemCCase):
    def setUp(self):
        self.database.sql("delete from projects")

    def test_a_name_makes_a_project(self):
        response = self.service.post("/api/projects", {"name": "work-prod"})
        project = response.json
        self.assertEqual(response.status, 201, response)
        self.assertEqual(response.header("Location"), f"/api/projects/{project['id']}")
        self.assertLessEqual(FIELDS, set(project))
        self.assertEqual(project["status"], "active")
        self.assertEqual({project[name] for name in ("path", "organization", "classification", "description")}, {None})
        self.assertEqual(self.service.get(response.header("Location")).json, project)

    def test_texts_come_back_untouched(self):
        for name in ("  edges  ", "🚀 émoji", "a\tb\nc\x1b", " ", "n" * 1000):
            self.assertEqual(self.made("projects", name=name, organization="o" * 500)["name"], name)

    def test_filters_are_joined_and_unknown_choices_ignored(self):
        a = self.made("projects", name="Alpha", status="paused", organization="DRW", classification="primary")
        b = self.made("projects", name="Beta", description="the ALPHABET", organization="DRW", project_type="Work")
        c = self.made("projects", name="Gamma", classification="primary")
        for query, wanted in (("", [a, b, c]), ("?status=paused", [a]), ("?organization=DRW", [a, b]),
                              ("?organization=DRW&status=active", [b]), ("?classification=primary", [a, c]),
                              ("?project_type=Work", [b]), ("?search=alpha", [a, b]), ("?q=ALPHA", [a, b]),
                              ("?search=alpha&classification=primary", [a]), ("?search=nothing", []),
                              ("?status=&organization=&classification=&project_type=&search=", [a, b, c]),
                              ("?status=lost&classification=lost", [a, b, c]), ("?status=lost&search=gam", [c]),
                              ("?status=active&status=paused", [b, c]), ("?status=&status=paused", [a, b, c]),
                              ("?status=lost&status=paused", [a, b, c]), ("?search=gam&search=alpha", [c]),
                              ("?search=100%", []), ("?search=alpha&whatever=100%", [a, b])):
            self.assertEqual(self.listed("/api/projects" + query), wanted, query)
            self.assertEqual(self.listed("/api/projects/" + query), wanted, query)
        self.assertText(self.service.get("/api/projects?project_type=lost"), 400, TYPES)

    def test_a_wrong_search_is_called_search(self):
        for query, error in (("a" * 300, "Search must have at most 200 characters"),
                             ("%ff", "Search must be valid UTF-8"),
                             ("%00", "Search must not contain the character U+0000")):
            self.assertText(self.service.get("/api/projects?search=" + query), 400, error)

    def test_wrong_values_have_the_texts_that_the_clients_know(self):
        project = self.made("projects", name="a")
        for body, error in (({}, "Name is required"), ({"name": ""}, "Name is required"),
                            ({"name": None}, "Name is required"),
                            ({"name": "a", "status": None}, "Status cannot be null"),
                            ({"name": "a", "status": "lost"}, STATUSES),
                            ({"name": "a", "classification": "lost"}, CLASSES),
                            ({"name": "a", "project_type": "lost"}, TYPES)):
            self.assertText(self.service.post("/api/projects", body), 400, error)
        for body, error in (({"status": None}, "Status cannot be null"), ({"status": "lost"}, STATUSES),
                            ({"name": None}, "Name cannot be null")):
            self.assertText(self.patch(f"/api/projects/{project['id']}", body), 400, error)
        self.assertText(self.service.request("POST", "/api/projects", b"{", JSON), 400, "Bad request",
                        "Broken JSON at byte 1: a name in double quotes is missing")

    def test_a_path_is_taken_once(self):
        taken = "Project with this path already exists"
        first = self.made("projects", name="a", path="/home/ada/a")
        second = self.made("projects", name="b", path="/home/ada/b")
        self.assertText(self.service.post("/api/projects", {"name": "c", "path": "/home/ada/a"}), 409, taken)
        self.assertText(self.patch(f"/api/projects/{second['id']}", {"path": "/home/ada/a"}), 409, taken)
        self.assertEqual(self.patch(f"/api/projects/{first['id']}", {"path": "/home/ada/a"}).status, 200)
        self.made("projects", name="c", path=None)
        self.made("projects", name="d", path=None)

    def test_a_patch_changes_what_it_names(self):
        project = self.made("projects", name="a", path="/a", description="b", classification="primary")
        target = f"/api/projects/{project['id']}"
        self.assertEqual(self.patch(target, {}).json, project)
        changed = self.patch(target, {"description": None, "classification": None, "status": "paused", "id": 9})
        self.assertEqual(changed.status, 200, changed)
        self.assertEqual(changed.json, {**project, "description": None, "classification": None, "status": "paused",
                                        "updated_at": changed.json["updated_at"]})

    def test_an_archived_project_stays_in_the_list(self):
        project = self.made("projects", name="a", classification="primary")
        for method, surface in (("PUT", "/api"), ("POST", "/api/v1")):
            target = f"{surface}/projects/{project['id']}/archive"
            archived = self.service.request(method, target)
            self.assertEqual(archived.status, 200, archived)
            self.assertEqual((archived.json["classification"], archived.json["status"]), ("archive", "completed"))
            self.assertEqual([row["id"] for row in self.listed("/api/projects")], [project["id"]])
            self.patch(f"/api/projects/{project['id']}", {"classification": "primary", "status": "active"})
        ignored = self.put(f"/api/projects/{project['id']}/archive", {"status": "paused"})
        self.assertEqual((ignored.status, ignored.json["status"]), (200, "completed"))
        refused = self.service.post(f"/api/v1/projects/{project['id']}/archive", {"status": "paused"})
        self.assertRefused(refused, 400, "INVALID_INPUT", "status")
        self.assertText(self.put("/api/projects/999/archive", None), 404, "Project not found")

    def test_a_missing_project_is_not_found_and_a_wrong_id_is_refused(self):
        target = f"/api/projects/{self.made('projects', name='a')['id']}"
        self.assertEqual((self.delete(target).status, self.listed("/api/projects")), (204, []))
        for path in (target, "/api/projects/0", "/api/projects/99999999999999999999"):
            for method, body in (("GET", None), ("PATCH", {}), ("PUT", {}), ("DELETE", None)):
                self.assertText(self.service.request(method, path, body), 404, "Project not found")
        for number in ("abc", "-1", "1.5"):
            for method, body in (("GET", None), ("PATCH", {"name": "b"}), ("DELETE", None)):
                response = self.service.request(method, f"/api/projects/{number}", body)
                self.assertText(response, 400, "Invalid project ID format")
            self.assertText(self.put(f"/api/projects/{number}/archive", None), 400, "Invalid project ID format")

    def test_a_wrong_import_has_the_texts_that_the_tool_knows(self):
        for body, headers, error, message in (
                (b"{}", {}, "Content-Type must be application/json", None),
                (b"{}", {"Content-Type": "text/plain"}, "Content-Type must be application/json", None),
                (b"{", JSON, "Invalid JSON", "Broken JSON at byte 1: a name in double quotes is missing"),
                (b"[]", JSON, "Request body must be a JSON object", None),
                (b"{}", JSON, "Missing 'projects' field", None),
                (b'{"projects": {}}', JSON, "'projects' field must be a list", None)):
            response = self.service.request("POST", "/api/projects/import", body, headers)
            self.assertText(response, 400, error, message)
            self.assertEqual(self.listed("/api/projects"), [])


if __name__ == "__main__":
    harness.main()
