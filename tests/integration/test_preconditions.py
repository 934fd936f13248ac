"""If-Match and If-None-Match have the same meaning for every method (RFC 9110 section 13)."""

import uuid

import harness

V1 = "/api/v1"
OTHER = '"2001-01-01T00:00:00.000000Z"'


class Preconditions(harness.ServiceCase):
    def setUp(self):
        self.empty()

    def ask(self, method, target, body=None, lines=(), **fields):
        """`lines`: header fields that are sent more than once."""
        if not lines:
            return self.service.request(method, target, body, {k.replace("_", "-"): v for k, v in fields.items()})
        with self.service.wire() as wire:
            head = f"{method} {target} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            head += "".join(f"{name}: {value}\r\n" for name, value in lines)
            wire.send(f"{head}Content-Length: {len(body or b'')}\r\n\r\n".encode() + (body or b""))
            return wire.answer(method)

    def fresh(self):
        """Makes a session; returns its path, its ETag in quotes and its JSON."""
        name = f"T{uuid.uuid4()}"
        made = self.service.post("/sessions", {"minutes": 10, "tag": name}).json
        path = f"{V1}/sessions/{made['id']}"
        return path, self.service.get(path).header("ETag"), made

    def changes(self, path, made):
        """All requests that change the session: method, target, body."""
        return (("PATCH", path, {"notes": "new"}), ("DELETE", path, None), ("POST", f"{path}/restore", None),
                ("PUT", path, {"topic_id": made["topic_id"], "duration_minutes": 10}))

    # the conditions that fail for each method, and those that hold
    def conditions(self, etag):
        fails = ({"If_Match": OTHER}, {"If_Match": f"W/{etag}"}, {"If_Match": f'"{etag[1:-1]},x"'},
                 {"If_Match": f'{OTHER}, "x{etag[1:-1]}"'}, {"If_Match": '""'}, {"If_Match": '"*"'},
                 {"If_None_Match": "*"}, {"If_None_Match": etag}, {"If_None_Match": f"W/{etag}"},
                 {"If_None_Match": f"{OTHER}, {etag}"}, {"If_Match": etag, "If_None_Match": etag})
        holds = ({"If_Match": "*"}, {"If_Match": etag}, {"If_Match": f"{OTHER},,{etag}"},
                 {"If_None_Match": OTHER}, {"If_Match": etag, "If_None_Match": OTHER})
        return fails, holds

    def test_a_change_is_not_done_if_its_condition_fails(self):
        path, etag, made = self.fresh()
        before = self.service.get(path)
        for method, target, body in self.changes(path, made):
            for condition in self.conditions(etag)[0]:
                with self.subTest(method=method, condition=condition):
                    response = self.ask(method, target, body, **condition)
                    self.assertRefused(response, 412, "PRECONDITION_FAILED")
        after = self.service.get(path)
        self.assertEqual((after.json, after.header("ETag")), (before.json, etag))

    def test_a_change_is_done_if_its_condition_holds(self):
        for number in range(4):
            for which in range(5):
                path, etag, made = self.fresh()
                method, target, body = self.changes(path, made)[number]
                condition = self.conditions(etag)[1][which]
                with self.subTest(method=method, condition=condition):
                    response = self.ask(method, target, body, **condition)
                    self.assertEqual(response.status, 204 if method == "DELETE" else 200, response)

    def test_changes_of_topics_obey_conditions(self):
        topic = self.topic("Conditions", V1)
        path = f"{V1}/topics/{topic['id']}"
        etag = self.service.get(path).header("ETag")
        fails, holds = self.conditions(etag)
        for condition in fails:
            for method, body in (("PATCH", {"description": "new"}), ("DELETE", None)):
                with self.subTest(method=method, condition=condition):
                    self.assertRefused(self.ask(method, path, body, **condition), 412, "PRECONDITION_FAILED")
        for condition in holds:
            with self.subTest(condition=condition):
                self.assertEqual(self.ask("PATCH", path, {}, **condition).status, 200)
        self.assertEqual(self.ask("DELETE", path, None, If_Match=etag).status, 204)

    def test_restoring_and_merging_a_topic_obey_conditions(self):
        into = self.topic("Into", V1)["id"]
        for number, action in enumerate(("restore", "merge")):
            topic = self.topic(f"From {number}", V1)
            path = f"{V1}/topics/{topic['id']}"
            etag = self.service.get(path).header("ETag")
            body = {"into": into} if action == "merge" else None
            for condition in self.conditions(etag)[0]:
                with self.subTest(action=action, condition=condition):
                    response = self.ask("POST", f"{path}/{action}", body, **condition)
                    self.assertRefused(response, 412, "PRECONDITION_FAILED")
            self.assertEqual(self.service.get(path).header("ETag"), etag)
            self.assertEqual(self.ask("POST", f"{path}/{action}", body, If_Match=etag).status, 200)

    def test_reads_obey_conditions(self):
        path, etag, _ = self.fresh()
        for method in ("GET", "HEAD"):
            for condition, status in (
                    ({"If_None_Match": etag}, 304), ({"If_None_Match": f"W/{etag}"}, 304),
                    ({"If_None_Match": "*"}, 304), ({"If_None_Match": OTHER}, 200),
                    ({"If_None_Match": f'"x{etag[1:-1]}"'}, 200), ({"If_None_Match": f'"{etag[1:-1]},x"'}, 200),
                    ({"If_Match": etag}, 200), ({"If_Match": "*"}, 200), ({"If_Match": OTHER}, 412),
                    ({"If_Match": f"W/{etag}"}, 412), ({"If_Match": OTHER, "If_None_Match": etag}, 412)):
                with self.subTest(method=method, condition=condition):
                    response = self.ask(method, path, None, **condition)
                    self.assertEqual(response.status, status)
                    if status == 304:
                        self.assertEqual((response.header("ETag"), response.body), (etag, b""))
        self.assertEqual(self.ask("GET", f"{V1}/sessions/{uuid.uuid4()}", If_None_Match="*").status, 404)
        self.assertEqual(self.ask("GET", f"{V1}/topics", If_Match=etag).status, 412)  # lists have no ETag
        self.assertEqual(self.ask("GET", f"{V1}/topics", If_None_Match=etag).status, 200)

    def created(self, target, **fields):
        """Creates a row; returns its path and its ETag."""
        response = self.service.post(V1 + target, fields)
        self.assertEqual(response.status, 201, response)
        return response.header("Location"), response.header("ETag")

    def test_a_read_sees_what_other_rows_changed(self):
        person, _ = self.created("/people", name="Ada")
        person_id = int(person.rpartition("/")[2])
        goal, goal_etag = self.created("/goals", title="Pass")
        meeting, meeting_etag = self.created("/meetings", title="1:1", meeting_date="2026-11-20", attendee_ids=[person_id])
        learning, learning_etag = self.created("/learnings", title="Keys", tags=["aws"])
        session, session_etag, made = self.fresh()
        others = ((goal, goal_etag, "POST", f"{goal}/milestones", {"description": "Book a date"}),
                  (meeting, meeting_etag, "PATCH", person, {"name": "Ada L."}),
                  (learning, learning_etag, "PATCH", f"{V1}/tags/{self.service.get(f'{V1}/tags').json['data'][0]['id']}",
                   {"name": "cloud"}),
                  (session, session_etag, "PATCH", f"{V1}/topics/{made['topic_id']}", {"name": "Renamed"}))
        for path, etag, method, other, body in others:
            with self.subTest(path=path):
                self.assertEqual(self.ask("GET", path, If_None_Match=etag).status, 304)
                self.assertIn(self.ask(method, other, body).status, (200, 201))
                seen = self.ask("GET", path, If_None_Match=etag)
                self.assertEqual(seen.status, 200)
                self.assertNotEqual(seen.header("ETag"), etag)
                self.assertEqual(self.ask("PATCH", path, {}, If_Match=etag).status, 200)  # the row is as it was

    def test_repeated_header_fields_form_one_list(self):
        path, etag, _ = self.fresh()
        both = [("If-Match", OTHER), ("If-Match", etag)]
        self.assertEqual(self.ask("PATCH", path, b"{}", lines=both).status, 200)
        self.assertEqual(self.ask("PATCH", path, b"{}", lines=[("If-None-Match", OTHER), ("If-None-Match", etag)]).status, 412)
        self.assertEqual(self.ask("GET", path, lines=[("If-None-Match", OTHER), ("if-none-match", etag)]).status, 304)
        self.assertRefused(self.ask("PATCH", path, b"{}", lines=[("If-Match", etag), ("If-Match", "*")]), 400,
                           "INVALID_INPUT", "If-Match")

    def test_a_list_may_fill_the_head(self):
        path, etag, _ = self.fresh()
        others = ", ".join(f'"2001-01-01T00:00:00.{n:06}Z"' for n in range(480))
        for method, body in (("GET", None), ("PATCH", {})):
            with self.subTest(method=method):
                self.assertEqual(self.ask(method, path, body, If_Match=f"{others}, {etag}").status, 200)
                self.assertEqual(self.ask(method, path, body, If_Match=others).status, 412)
                self.assertEqual(self.ask(method, path, body, If_None_Match=others).status, 200)

    def test_an_invalid_list_of_etags_is_refused(self):
        path, etag, made = self.fresh()
        for method, target, body in (*self.changes(path, made), ("GET", path, None), ("GET", "/topics", None)):
            for field in ("If-Match", "If-None-Match"):
                for value in ("", ",", "x", '"x', f"{etag} y", "*, *", f"w/{etag}", f"*, {etag}"):
                    with self.subTest(method=method, field=field, value=value):
                        response = self.service.request(method, target, body, {field: value})
                        self.assertRefused(response, 400, "INVALID_INPUT", field)

    def test_the_condition_of_put_selects_creation_or_replacement(self):
        topic = self.topic("Put", V1)["id"]
        body = {"topic_id": topic, "duration_minutes": 20}
        path = f"{V1}/sessions/{uuid.uuid4()}"
        for condition in ({"If_Match": "*"}, {"If_Match": OTHER}):
            self.assertRefused(self.ask("PUT", path, body, **condition), 412, "PRECONDITION_FAILED")
        made = self.ask("PUT", path, body, If_None_Match="*")
        self.assertEqual(made.status, 201, made)
        other = {**body, "duration_minutes": 70}
        self.assertRefused(self.ask("PUT", path, other, If_None_Match="*"), 412, "PRECONDITION_FAILED")
        replaced = self.ask("PUT", path, other, If_Match=made.header("ETag"))
        self.assertEqual((replaced.status, replaced.json["duration_minutes"]), (200, 70))
        self.assertRefused(self.ask("PUT", path, body, If_Match=made.header("ETag")), 412, "PRECONDITION_FAILED")

    def test_a_condition_on_a_missing_session_returns_404(self):
        path = f"{V1}/sessions/{uuid.uuid4()}"
        for condition in ({"If_Match": "*"}, {"If_Match": OTHER}, {"If_None_Match": "*"}):
            for method, target, body in (("PATCH", path, {}), ("DELETE", path, None), ("POST", f"{path}/restore", None)):
                self.assertRefused(self.ask(method, target, body, **condition), 404, "SESSION_NOT_FOUND", "session_id")

    def test_unsupported_conditions_are_refused(self):
        path, etag, _ = self.fresh()
        for target, body in (("/topics", {"name": "a"}), (f"{V1}/topics", {"name": "a"}),
                             ("/sessions", {"minutes": 1, "tag": "a"})):
            for field in ("If-Match", "If-None-Match"):
                self.assertRefused(self.service.request("POST", target, body, {field: etag}), 400,
                                   "INVALID_INPUT", field)
        date = "Sun, 06 Nov 1994 08:49:37 GMT"
        self.assertRefused(self.ask("PATCH", path, {"notes": "x"}, If_Unmodified_Since=date), 400,
                           "INVALID_INPUT", "If-Unmodified-Since")
        # If-Match overrides it (section 13.1.4)
        self.assertEqual(self.ask("PATCH", path, {}, If_Unmodified_Since=date, If_Match=etag).status, 200)

    def test_reads_without_an_etag_obey_conditions(self):
        self.topic("Listed")
        goal, _ = self.created("/goals", title="Pass")
        for target in ("/", "/health", "/readyz", "/api/health", "/topics", "/stats", "/api/tags", "/api/goals?limit=1",
                       f"{V1}/topics", f"{goal}/milestones", f"{V1}/stats/summary", f"{V1}/today",
                       f"{V1}/account/export"):
            for method in ("GET", "HEAD"):
                for condition, status in (({"If_None_Match": "*"}, 304), ({"If_None_Match": OTHER}, 200),
                                          ({"If_Match": "*"}, 200), ({"If_Match": OTHER}, 412),
                                          ({"If_Match": "*", "If_None_Match": "*"}, 304)):
                    with self.subTest(method=method, target=target, condition=condition):
                        response = self.ask(method, target, None, **condition)
                        self.assertEqual(response.status, status)
                        if status == 304:
                            self.assertEqual((response.header("ETag"), response.body), (None, b""))

    def test_conditions_count_only_for_a_read_that_succeeds(self):
        for target, status in ((f"{V1}/topics?limit=abc", 400), (f"{V1}/topics?colour=red", 400), ("/sessions?tag=%ff", 400),
                               ("/api/tasks?limit=501", 400), (f"{V1}/stats/heatmap?year=x", 400),
                               (f"{V1}/goals/999999/milestones", 404), ("/nowhere", 404)):
            for condition in ({}, {"If_None_Match": "*"}, {"If_Match": OTHER}):
                with self.subTest(target=target, condition=condition):
                    self.assertEqual(self.ask("GET", target, None, **condition).status, status)


if __name__ == "__main__":
    harness.main()
