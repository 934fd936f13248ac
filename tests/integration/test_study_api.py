"""Unmodified clients of the two existing study trackers use the root surface."""

import datetime
import gzip
import http.client

import harness


class ServiceEndpoints(harness.ServiceCase):
    def test_the_root_names_the_service(self):
        response = self.service.get("/")
        self.assertEqual((response.status, response.json), (200, {"message": "DevOps Study Tracker API"}))
        self.assertEqual(response.header("Content-Type"), "application/json")

    def test_health(self):
        self.assertEqual(self.service.get("/health").json, {"status": "healthy"})
        healthz = self.service.get("/healthz").json
        self.assertEqual(healthz["status"], "ok")
        self.assertTrue(healthz["service"])
        self.assertEqual(self.service.get("/readyz").status, 200)

    def test_the_openapi_description_is_served(self):
        described = self.service.get("/openapi.json").json
        self.assertTrue(described["openapi"].startswith("3.1"))
        self.assertIn("/api/v1/topics", described["paths"])

    def test_the_description_is_compressed_if_the_client_accepts_gzip(self):
        plain = self.service.get("/openapi.json")
        self.assertIsNone(plain.header("Content-Encoding"))
        connection = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=harness.PATIENCE)
        self.addCleanup(connection.close)
        for method in ("HEAD", "GET"):
            connection.request(method, "/openapi.json", headers={"Accept-Encoding": "br, gzip"})
            packed = connection.getresponse()
            body = packed.read()
            self.assertEqual(packed.getheader("Content-Encoding"), "gzip")
            self.assertEqual(packed.getheader("Vary"), "Origin, Accept-Encoding")
            self.assertLess(int(packed.getheader("Content-Length")), len(plain.body) / 2)
            self.assertNotEqual(packed.getheader("ETag"), plain.header("ETag"))
        self.assertEqual(gzip.decompress(body), plain.body)
        connection.request("GET", "/openapi.json", headers={
            "Accept-Encoding": "gzip", "If-None-Match": packed.getheader("ETag")})
        again = connection.getresponse()
        self.assertEqual((again.status, again.read()), (304, b""))

    def test_every_response_carries_a_request_id(self):
        for target in ("/", "/topics", "/nowhere"):
            self.assertRegex(self.service.get(target).header("X-Request-Id"), harness.UUID)

    def test_a_valid_request_id_of_the_client_is_kept(self):
        self.assertEqual(self.service.get("/", X_Request_Id="abc-1").header("X-Request-Id"), "abc-1")
        self.assertEqual(self.service.get("/", X_Trace_Id="t.2").header("X-Request-Id"), "t.2")
        response = self.service.get("/topics/999999", X_Trace_Id="trace-3")
        self.assertEqual(response.json["trace_id"], "trace-3")
        for insane in ("a b", "x" * 500, "<script>", ""):
            given = self.service.get("/", X_Request_Id=insane).header("X-Request-Id")
            self.assertRegex(given, harness.UUID)


class FirstTracker(harness.ServiceCase):
    """{topic_id, study_date, duration_minutes, notes}"""

    def setUp(self):
        self.empty()

    def test_a_topic_is_created_listed_and_read(self):
        self.assertEqual(self.service.get("/topics").json, [])
        response = self.service.post("/topics", {"name": "Kubernetes", "description": "pods"})
        self.assertEqual(response.status, 201, response)
        topic = response.json
        self.assertIsInstance(topic["id"], int)
        self.assertEqual((topic["name"], topic["description"]), ("Kubernetes", "pods"))
        self.assertRegex(topic["created_at"], harness.INSTANT)
        self.assertEqual(self.service.get("/topics").json, [topic])
        read = self.service.get(f"/topics/{topic['id']}")
        self.assertEqual((read.status, read.json), (200, topic))

    def test_a_description_is_optional(self):
        self.assertIsNone(self.topic("Linux")["description"])
        self.assertIsNone(self.topic("Bash", description=None)["description"])

    def test_topics_are_listed_oldest_first(self):
        made = [self.topic(name)["id"] for name in ("Zsh", "Ansible", "make")]
        self.assertEqual([topic["id"] for topic in self.service.get("/topics").json], made)

    def test_a_name_in_use_creates_a_second_topic(self):
        names = ["Straße und Öl", "Straße und Öl", "STRAßE UND ÖL", "straße und öl"]
        made = [self.topic(name) for name in names]
        self.assertEqual(len({topic["id"] for topic in made}), 4)
        self.assertEqual([topic["name"] for topic in self.service.get("/topics").json], names)

    def test_the_root_surface_ignores_options_of_the_native_api(self):
        self.topic("Twice", allow_namesake=False)
        self.topic("Twice", allow_namesake=False)
        session = self.session(self.topic("Now")["id"], created_at="2001-01-01T00:00:00Z")
        self.assertNotEqual(session["created_at"][:4], "2001")

    def test_a_missing_topic_is_not_found(self):
        self.assertRefused(self.service.get("/topics/999999"), 404, "TOPIC_NOT_FOUND", "topic_id")

    def test_a_session_with_all_fields(self):
        topic = self.topic("Docker")
        response = self.service.post("/sessions", {
            "topic_id": topic["id"], "study_date": "2024-02-29", "duration_minutes": 90,
            "notes": "layers"})
        self.assertEqual(response.status, 201, response)
        session = response.json
        self.assertEqual(set(session) - {"updated_at"}, {
            "id", "topic_id", "tag", "study_date", "duration_minutes", "minutes", "notes", "task_id", "goal_id", "skill_id", "project_id",
            "created_at", "timestamp"})
        self.assertRegex(session["id"], harness.UUID)
        self.assertEqual(session["id"][14], "7")
        self.assertEqual(
            [session[key] for key in ("topic_id", "tag", "study_date", "duration_minutes", "minutes", "notes")],
            [topic["id"], "Docker", "2024-02-29", 90, 90, "layers"])
        self.assertRegex(session["created_at"], harness.INSTANT)
        self.assertEqual(session["timestamp"], session["created_at"])
        self.assertEqual(self.service.get("/sessions").json, [session])

    def test_a_session_with_defaults_is_an_hour_today(self):
        before = datetime.datetime.now(datetime.timezone.utc).date()
        session = self.session(self.topic("Git")["id"])
        after = datetime.datetime.now(datetime.timezone.utc).date()
        self.assertIn(session["study_date"], (str(before), str(after)))
        self.assertEqual((session["duration_minutes"], session["notes"]), (60, None))

    def test_an_unknown_topic_is_a_bad_request(self):
        response = self.service.post("/sessions", {"topic_id": 999999})
        self.assertRefused(response, 400, "UNKNOWN_TOPIC", "topic_id")
        self.assertEqual(self.service.get("/sessions").json, [])

    def test_unknown_fields_are_ignored(self):
        self.topic("Go", colour="blue", id=17)
        self.session(self.service.get("/topics").json[0]["id"], mood="fine", id="x")

    def test_json_without_a_content_type_is_accepted(self):
        response = self.service.post("/topics", b'{"name":"Vim"}')
        self.assertEqual(response.status, 201, response)
        response = self.service.post("/topics", b'{"name":"Emacs"}',
                                  Content_Type="application/json; charset=utf-8")
        self.assertEqual(response.status, 201, response)

    def test_a_byte_order_mark_before_the_body_is_ignored(self):
        for path in ("/topics", "/api/v1/topics"):
            response = self.service.request("POST", path, b'\xef\xbb\xbf{"name": "Marked %d"}' % len(path),
                                            {"Content-Type": "application/json"})
            self.assertEqual((response.status, response.json["name"]), (201, f"Marked {len(path)}"))

    def test_text_is_returned_unchanged(self):
        text = 'quotes " \\ / \t\n\r\u0001 é € 😀 \u2028'
        session = self.session(self.topic("日本語 🎌")["id"], notes=text)
        self.assertEqual((session["tag"], session["notes"]), ("日本語 🎌", text))
        self.assertEqual(self.service.get("/sessions").json[0]["notes"], text)


class SecondTracker(harness.ServiceCase):
    """{minutes, tag}"""

    def setUp(self):
        self.empty()

    def log(self, minutes, tag):
        response = self.service.post("/sessions", {"minutes": minutes, "tag": tag})
        self.assertEqual(response.status, 200, response)
        return response.json

    def test_a_tag_creates_its_topic(self):
        session = self.log(25, "python")
        self.assertEqual((session["minutes"], session["tag"], session["duration_minutes"]), (25, "python", 25))
        self.assertRegex(session["id"], harness.UUID)
        self.assertRegex(session["timestamp"], harness.INSTANT)
        topics = self.service.get("/topics").json
        self.assertEqual([(t["id"], t["name"]) for t in topics], [(session["topic_id"], "python")])

    def test_a_tag_keeps_its_case(self):
        first, second, again = (self.log(10, tag) for tag in ("aws", " AWS ", "AWS"))
        self.assertEqual([s["tag"] for s in (first, second, again)], ["aws", "AWS", "AWS"])
        self.assertEqual(second["topic_id"], again["topic_id"])
        self.assertNotEqual(first["topic_id"], second["topic_id"])
        self.assertEqual(self.service.get("/stats").json["time_by_tag"], {"aws": 10, "AWS": 20})

    def test_a_tag_selects_the_oldest_topic_with_its_name(self):
        first, _ = self.topic("Twice"), self.topic("Twice")
        self.assertEqual(self.log(5, "Twice")["topic_id"], first["id"])

    def test_sessions_are_listed_oldest_first_and_filtered_by_tag(self):
        made = [self.log(minutes, tag)["id"] for minutes, tag in ((1, "a"), (2, "B"), (3, "A"))]
        listed = self.service.get("/sessions").json
        self.assertEqual([session["id"] for session in listed], made)
        for tag, expected in (("a", [made[0], made[2]]), ("A", [made[0], made[2]]), ("b", [made[1]]), ("c", [])):
            with self.subTest(tag=tag):
                listed = self.service.get(f"/sessions?tag={tag}").json
                self.assertEqual([session["id"] for session in listed], expected)

    def test_of_two_tags_in_the_query_the_first_counts(self):
        made = [self.log(5, "a"), self.log(5, "b")]
        self.assertEqual(self.service.get("/sessions?tag=a&tag=b").json, made[:1])
        self.assertEqual(self.service.get("/sessions?tag=&tag=b").json, made)

    def test_a_tag_in_the_query_is_decoded(self):
        made = self.log(5, "C++ & Öl")
        self.assertEqual(self.service.get("/sessions?tag=c%2B%2B+%26%20%C3%B6l").json, [made])

    def test_a_percent_sign_in_the_query_may_stand_for_itself(self):
        made = self.log(5, "100%")
        for query in ("tag=100%", "tag=100%25", "tag=100%&whatever=%zz"):
            self.assertEqual(self.service.get("/sessions?" + query).json, [made], query)

    def test_stats_without_sessions_are_zero(self):
        self.assertEqual(self.service.get("/stats").json, {
            "total_time": 0, "time_by_tag": {}, "total_sessions": 0, "sessions_by_tag": {}})

    def test_stats_count_minutes_and_sessions_by_tag(self):
        self.topic("unused")
        for minutes, tag in ((30, "Go"), (15, "go"), (45, "SQL")):
            self.log(minutes, tag)
        self.assertEqual(self.service.get("/stats").json, {
            "total_time": 90, "time_by_tag": {"Go": 30, "go": 15, "SQL": 45},
            "total_sessions": 3, "sessions_by_tag": {"Go": 1, "go": 1, "SQL": 1}})

    def test_invalid_fields_get_status_422(self):
        for body, field in (({"minutes": 5}, "tag"), ({"tag": "x"}, "minutes"),
                            ({"minutes": 0, "tag": "x"}, "minutes"),
                            ({"minutes": 1441, "tag": "x"}, "minutes"),
                            ({"minutes": "5", "tag": "x"}, "minutes"),
                            ({"minutes": 5, "tag": "  "}, "tag"), ({"minutes": 5, "tag": 7}, "tag")):
            with self.subTest(body=body):
                self.assertRefused(self.service.post("/sessions", body), 422, "INVALID_INPUT", field)
        self.assertEqual(self.service.get("/sessions").json, [])
        self.assertEqual(self.service.get("/topics").json, [])


class BothTrackers(harness.ServiceCase):
    def setUp(self):
        self.empty()

    def test_the_fields_of_the_body_select_the_dialect(self):
        topic = self.topic("Rust")
        for body, status in (({"topic_id": topic["id"], "minutes": 5, "tag": "rust"}, 201),
                             ({"topic_id": topic["id"]}, 201),
                             ({"minutes": 7, "tag": "Rust"}, 200),
                             ({"duration_minutes": 8, "tag": "Rust"}, 200)):
            with self.subTest(body=body):
                self.assertEqual(self.service.post("/sessions", body).status, status)
        self.assertEqual(self.service.get("/stats").json["time_by_tag"], {"Rust": 80})
        self.assertRefused(self.service.post("/sessions", {}), 400, "INVALID_INPUT", "topic_id")

    def test_fields_that_contradict_each_other_are_refused(self):
        topic = self.topic("Rust")["id"]
        for body, field, status in (
                ({"topic_id": topic, "minutes": 5, "duration_minutes": 6}, "minutes", 400),
                ({"topic_id": topic, "minutes": 5, "tag": "Go"}, "tag", 400),
                ({"topic_id": topic, "started_at": "2026-01-01T10:00:00Z"}, "started_at", 400),
                ({"topic_id": topic, "ended_at": "2026-01-01T10:00:00Z"}, "ended_at", 400),
                ({"tag": "Rust", "minutes": 5, "duration_minutes": 6}, "duration_minutes", 422),
                ({"tag": "Rust", "minutes": 5, "started_at": "x"}, "started_at", 422)):
            with self.subTest(body=body):
                self.assertRefused(self.service.post("/sessions", body), status, "INVALID_INPUT", field)
        self.assertEqual(self.service.get("/sessions").json, [])

    def test_fields_that_agree_are_accepted(self):
        topic = self.topic("Rust")["id"]
        for body, minutes in (
                ({"topic_id": topic, "minutes": 25}, 25),
                ({"topic_id": topic, "minutes": 25.0, "duration_minutes": 25}, 25),
                ({"topic_id": topic, "minutes": None, "duration_minutes": 30}, 30),
                ({"topic_id": topic, "minutes": None, "started_at": None, "tag": "RUST"}, 60),
                ({"topic_id": None, "tag": "Rust", "minutes": 9}, 9),
                ({"topic_id": topic, "tag": None, "minutes": 9}, 9),
                ({"tag": "Rust", "minutes": 7, "duration_minutes": 7}, 7)):
            with self.subTest(body=body):
                self.assertEqual(self.service.post("/sessions", body).json["minutes"], minutes)

    def test_a_long_list_is_streamed_completely(self):
        topic = self.topic("Many")
        self.database.sql(f"""
            insert into sessions (account_id, id, topic_id, study_date, duration_minutes)
            select account_id, gen_random_uuid(), id, date '2024-01-01' + n % 300, 1 + n % 60
            from topics, generate_series(1, 5000) n where id = {topic["id"]}""")
        listed = self.service.get("/sessions").json
        self.assertEqual(len({session["id"] for session in listed}), 5000)
        order = [(session["created_at"], session["id"]) for session in listed]
        self.assertEqual(order, sorted(order))
        self.assertEqual(self.service.get("/stats").json["total_sessions"], 5000)
        self.assertEqual(len(self.service.get("/sessions?tag=many").json), 5000)


if __name__ == "__main__":
    harness.main()
