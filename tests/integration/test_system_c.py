"""System C at /api, as its clients see it: the paths, statuses, bodies and headers of the Flask
service that they were written for. test_system_c_projects.py has its projects."""

import harness
import noon

PAGE = {"Origin": "http://localhost:5173"}
JSON = {"Content-Type": "application/json"}

TASK_FIELDS = {"id", "title", "description", "priority", "status", "date", "estimated_time",
               "actual_time", "goal_id", "created_at", "updated_at"}

# The other areas: a path, the least body of a POST, a change, and the words for a missing row.
AREAS = [
    ("learnings", {"title": "Pods"}, {"content": "They share an IP."}, "Learning not found"),
    ("skills", {"name": "Terraform"}, {"confidence_level": 3}, "Skill not found"),
    ("meetings", {"title": "1:1", "meeting_date": "2026-11-20"}, {"duration_minutes": 30}, "Meeting not found"),
    ("goals", {"title": "Get hired"}, {"progress_percentage": 40}, "Goal not found"),
    ("feedback", {"content": "Well explained."}, {"sentiment": "positive"}, "Feedback not found"),
    ("energy", {"energy_level": 4, "engagement_level": 5}, {"mood": "calm"}, "Energy check-in not found"),
]


class SystemCCase(harness.ServiceCase):
    settings = noon.SETTINGS

    def assertText(self, response, status, error, message=None):
        """Checks the error body: two texts and the trace_id."""
        self.assertEqual(response.status, status, response)
        self.assertEqual(response.header("Content-Type"), "application/json")
        self.assertEqual(set(response.json), {"error", "message", "trace_id"}, response)
        self.assertEqual(response.json["error"], error)
        self.assertEqual(response.json["message"], message or error)

    def put(self, target, body):
        return self.service.request("PUT", target, body)

    def patch(self, target, body):
        return self.service.request("PATCH", target, body)

    def delete(self, target):
        return self.service.request("DELETE", target)

    def made(self, path, /, **fields):
        response = self.service.post(f"/api/{path}", fields)
        self.assertEqual(response.status, 201, response)
        return response.json

    def listed(self, target):
        response = self.service.get(target)
        self.assertEqual(response.status, 200, response)
        self.assertIsInstance(response.json, list)
        return response.json


class Tasks(SystemCCase):
    def test_a_title_makes_a_task_of_today(self):
        for target in ("/api/tasks", "/api/tasks/"):
            response = self.service.post(target, {"title": "Read chapter 4"})
            task = response.json
            self.assertEqual(response.status, 201)
            self.assertIsNone(response.header("Location"))
            self.assertLessEqual(TASK_FIELDS, set(task))
            self.assertEqual((task["priority"], task["status"], task["description"]), ("medium", "todo", None))
            self.assertRegex(task["created_at"], harness.INSTANT)
            self.assertIn(task, self.listed(target))
            self.assertEqual(self.service.get(f"/api/tasks/{task['id']}").json, task)

    def test_a_list_has_one_day_in_order_of_ids(self):
        today = self.made("tasks", title="today")
        other = [self.made("tasks", title=str(i), date="2026-01-05", priority=p)
                 for i, p in enumerate(("low", "high", "medium"))]
        self.assertEqual(self.listed("/api/tasks?date=2026-01-05"), other)
        self.assertEqual(self.listed("/api/tasks/?date=2026-01-05&whatever=1&status="), other)
        self.assertEqual(self.listed("/api/tasks?date=2026-01-05&date=2026-01-06"), other)
        for target in ("/api/tasks", "/api/tasks?date=", "/api/tasks?date=&date=2026-01-05",
                       "/api/tasks?status=todo", "/api/tasks?sort=created_at"):
            listed = self.listed(target)
            self.assertIn(today, listed)
            self.assertEqual([task["id"] for task in listed], sorted(task["id"] for task in listed))
            self.assertEqual({task["date"] for task in listed}, {today["date"]}, target)
        self.assertNotIn(today, self.listed("/api/tasks?status=done"))

    def test_other_filters_reach_other_days(self):
        goal = self.made("goals", title="Get hired")["id"]
        late = self.made("tasks", title="Call Zoë", date="2026-01-06", goal_id=goal)
        done = self.made("tasks", title="done", date="2026-01-06", status="done")
        self.assertEqual(self.listed(f"/api/tasks?goal_id={goal}"), [late])
        self.assertEqual(self.listed("/api/tasks?from=2026-01-06&to=2026-01-07"), [late, done])
        self.assertIn(late, self.listed("/api/tasks?overdue=true"))
        self.assertNotIn(done, self.listed("/api/tasks?overdue=true"))
        self.assertEqual(self.listed("/api/tasks?q=ZO%C3%8B"), [late])

    def test_a_post_takes_nulls_as_defaults_and_ignores_what_the_server_sets(self):
        task = self.made("tasks", title=" \t a\n", priority=None, date=None, id=7, color="red",
                         created_at="2020-01-01T00:00:00Z", updated_at="x", task_id=9)
        self.assertEqual((task["title"], task["priority"]), (" \t a\n", "medium"))
        self.assertEqual(task["date"], self.made("tasks", title="x")["date"])
        self.assertNotEqual(task["id"], 7)
        self.assertGreater(task["created_at"], "2026")
        self.assertNotIn("color", task)

    def test_a_put_changes_what_it_names(self):
        task = self.made("tasks", title="a", description="b", estimated_time=30)
        target = f"/api/tasks/{task['id']}"
        for send in (self.put, self.patch):
            changed = send(target + "/", {"status": "in_progress", "id": 7, "color": 1,
                                          "created_at": "2020-01-01T00:00:00Z"})
            self.assertEqual(changed.status, 200, changed)
            task = {**task, "status": "in_progress", "updated_at": changed.json["updated_at"]}
            self.assertEqual(changed.json, task)
            self.assertEqual(send(target, {}).json, task)
            whole = send(target, task)  # a page sends the whole task back
            self.assertEqual((whole.status, {**whole.json, "updated_at": task["updated_at"]}), (200, task))
            cleared = send(target, {"description": None})
            self.assertEqual((cleared.status, cleared.json["description"]), (200, None))
            task = send(target, {"description": "b"}).json

    def test_a_missing_task_is_not_found(self):
        target = f"/api/tasks/{self.made('tasks', title='a')['id']}"
        response = self.delete(target)
        self.assertEqual((response.status, response.body), (204, b""))
        unknown = (target, "/api/tasks/0", "/api/tasks/999999999999999999", "/api/tasks/99999999999999999999")
        for path in unknown:
            for method, body in (("GET", None), ("PUT", {"title": "b"}), ("PATCH", {}), ("DELETE", None)):
                self.assertText(self.service.request(method, path, body), 404, "Task not found")

    def test_an_id_that_is_not_digits_is_no_resource(self):
        for number in ("abc", "-1", "1.5", "%201", "1%00"):
            for method, body in (("GET", None), ("PUT", b"{"), ("DELETE", None)):
                response = self.service.request(method, f"/api/tasks/{number}", body)
                self.assertText(response, 404, "Resource not found")

    def test_wrong_values_are_named(self):
        target = f"/api/tasks/{self.made('tasks', title='a')['id']}"
        statuses = "Invalid status. Must be one of: todo, in_progress, done"
        for body, error in (({}, "Title is required"), ({"title": None}, "Title is required"),
                            ({"title": ""}, "Title is required"), ({"title": 5}, "Title must be text"),
                            ({"title": "x" * 201}, "Title must have at most 200 characters"),
                            ({"title": "a", "status": "ready"}, statuses),
                            ({"title": "a", "estimated_time": -1},
                             "Estimated_time must be a whole number from 0 to 1440")):
            self.assertText(self.service.post("/api/tasks", body), 400, error)
        for body, error in (({"title": None}, "Title cannot be null"), ({"status": "ready"}, statuses),
                            ({"status": None}, "Status cannot be null"), ({"date": None}, "Date cannot be null")):
            self.assertText(self.put(target, body), 400, error)
            self.assertText(self.patch(target, body), 400, error)
        for query in ("date=tomorrow", "date=2026-02-30"):
            response = self.service.get("/api/tasks?" + query)
            self.assertEqual(response.status, 400)
            self.assertTrue(response.json["error"].startswith("Date must be a date"), response)
        self.assertText(self.service.get("/api/tasks?overdue=perhaps"), 400, "Overdue must be true or false")

    def test_a_body_must_be_a_json_object(self):
        target = f"/api/tasks/{self.made('tasks', title='a')['id']}"
        for body, message in ((b"{", "Broken JSON at byte 1: a name in double quotes is missing"),
                              (b"", "The body is empty: it must be a JSON object"),
                              (b"[]", "The body must be a JSON object")):
            for method, path in (("POST", "/api/tasks"), ("PUT", target), ("PATCH", target)):
                self.assertText(self.service.request(method, path, body, JSON), 400, "Bad request", message)
        for headers in ({}, {"Content-Type": "text/plain"}, {"Content-Type": "application/x-www-form-urlencoded"}):
            self.assertText(self.service.request("POST", "/api/tasks", b"title=a", headers), 415,
                            "The body must be application/json")

    def test_limit_gives_pages_with_links(self):
        day = [self.made("tasks", title=str(i), date="2026-01-07") for i in range(5)]
        target, pages = "/api/tasks?date=2026-01-07&limit=2", []
        while target:
            response = self.service.get(target)
            head = self.service.request("HEAD", target)
            self.assertEqual((head.status, head.header("Link")), (200, response.header("Link")))
            pages.append(response.json)
            link = response.header("Link")
            if link:
                self.assertRegex(link, r'^</api/tasks\?date=2026-01-07&limit=2&cursor=[^>]+>; rel="next"$')
            target = link and link[1:link.index(">")]
        self.assertEqual(pages, [day[0:2], day[2:4], day[4:5]])
        self.assertIsNone(self.service.get("/api/tasks?date=2026-01-07").header("Link"))
        self.assertEqual(self.listed("/api/tasks?date=2026-01-07&limit=500"), day)
        self.assertEqual(self.listed("/api/tasks?date=2026-01-07&limit=&cursor="), day)
        for limit in ("0", "501", "-1", "x"):
            self.assertText(self.service.get(f"/api/tasks?limit={limit}"), 400,
                            "Limit must be a whole number from 1 to 500")
        self.assertText(self.service.get("/api/tasks?cursor=x"), 400, "Cursor must be a next_cursor of this method")

    def test_a_list_without_limit_has_everything(self):
        self.database.sql("insert into tasks (account_id, title, date)"
                          " select 1, 'n' || n, date '2026-01-08' from generate_series(1, 1201) n")
        listed = self.listed("/api/tasks?date=2026-01-08")
        self.assertEqual(len({task["id"] for task in listed}), 1201)
        self.assertEqual([task["id"] for task in listed], sorted(task["id"] for task in listed))
        head = self.service.request("HEAD", "/api/tasks?date=2026-01-08")
        self.assertEqual((head.status, head.body), (200, b""))

    def test_preconditions_and_keys_work_here_too(self):
        first = self.service.post("/api/tasks", {"title": "once"}, Idempotency_Key="c-1")
        second = self.service.post("/api/tasks", {"title": "once"}, Idempotency_Key="c-1")
        self.assertEqual((second.status, second.json), (201, first.json))
        target = f"/api/tasks/{first.json['id']}"
        etag = self.service.get(target).header("ETag")
        self.assertEqual(first.header("ETag"), etag)
        self.assertEqual(self.service.get(target, If_None_Match=etag).status, 304)
        self.put(target, {"status": "done"})
        response = self.service.request("PUT", target, {"status": "todo"}, {"If-Match": etag})
        self.assertEqual((response.status, set(response.json)), (412, {"error", "message", "trace_id"}))


class Surface(SystemCCase):
    def test_the_other_areas_have_the_same_calls(self):
        for path, body, change, missing in AREAS:
            with self.subTest(path):
                row = self.made(path, **body)
                target = f"/api/{path}/{row['id']}"
                self.assertIn(row, self.listed(f"/api/{path}/"))
                self.assertEqual(self.listed(f"/api/{path}?limit=1"), [row])
                changed = self.put(target, change)
                self.assertEqual((changed.status, {key: changed.json[key] for key in change}), (200, change))
                self.assertEqual(self.service.get(target).json, changed.json)
                self.assertEqual(self.delete(target).status, 204)
                self.assertText(self.delete(target), 404, missing)
                self.assertText(self.put(target, change), 404, missing)
                self.assertText(self.service.get(f"/api/{path}/x"), 404, "Resource not found")

    def test_health_is_that_of_the_backend(self):
        for target in ("/api/health", "/api/health/"):
            response = self.service.get(target)
            self.assertEqual(response.status, 200)
            self.assertEqual(response.json, {"status": "ok", "message": "Flask backend is running"})

    def test_an_unknown_path_is_no_resource(self):
        for target in ("/api", "/api/", "/api/nothing", "/api/health/x", "/api/v2/tasks", "/api/tasks/1/x"):
            self.assertText(self.service.get(target), 404, "Resource not found")

    def test_a_known_path_refuses_other_methods(self):
        for method, target, allow in (("POST", "/api/health", "GET, HEAD, OPTIONS"),
                                      ("POST", "/api/tasks/1", "GET, HEAD, PUT, PATCH, DELETE, OPTIONS"),
                                      ("DELETE", "/api/tasks/", "GET, HEAD, POST, OPTIONS")):
            response = self.service.request(method, target, {})
            self.assertText(response, 405, "The path does not allow this method: see the field Allow")
            self.assertEqual(response.header("Allow"), allow)
            self.assertEqual(self.service.request("OPTIONS", target).header("Allow"), allow)

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
                self.assertEqual(response.header("Access-Control-Allow-Headers"), "content-type,authorization")

    def test_a_page_can_read_every_response(self):
        for method, target, body, status in (("GET", "/api/health", None, 200), ("GET", "/api/nothing", None, 404),
                                             ("POST", "/api/tasks", {"title": "a"}, 201),
                                             ("POST", "/api/tasks", {}, 400), ("GET", "/api/tasks", None, 200)):
            response = self.service.request(method, target, body, PAGE)
            self.assertEqual(response.status, status)
            self.assertEqual(response.header("Access-Control-Allow-Origin"), PAGE["Origin"])
            self.assertIn("Link, Location", response.header("Access-Control-Expose-Headers"))

    @staticmethod
    def is_alive(service):
        try:
            return service.get("/api/health").status == 200
        except OSError:
            return False

    def test_without_workers_the_errors_are_texts_too(self):
        service = harness.Service(self.database, workers=0)
        self.addCleanup(service.close)
        service.start_gateway()
        harness.until("the gateway listens", lambda: self.is_alive(service))
        response = service.get("/api/tasks")
        self.assertText(response, 503, response.json["message"])
        self.assertEqual(response.header("Retry-After"), "1")


if __name__ == "__main__":
    harness.main()
