"""The response to invalid input is a clear error, never a 500, and nothing is written."""

import json
import re
import uuid

import contract
import harness

V1 = "/api/v1"
JSON = ("INVALID_JSON", "INVALID_INPUT")  # the JSON reader finds the error and returns either code
INPUT = ("INVALID_INPUT",)

# Bodies that every endpoint refuses.
NO_OBJECTS = [
    ("nothing", b""),
    ("white space", b"  \r\n "),
    ("no JSON", b"name=Go&description=x"),
    ("a cut object", b'{"name": "Go"'),
    ("a cut text", b'{"name": "Go'),
    ("single quotes", b"{'name': 'Go'}"),
    ("a comma at the end", b'{"name": "Go",}'),
    ("a comment", b'{"name": "Go"} // why not'),
    ("two objects", b'{"name": "Go"}{"name": "Go"}'),
    ("bytes after the object", b'{"name": "Go"} x'),
    ("two byte order marks", b'\xef\xbb\xbf\xef\xbb\xbf{"name": "Go"}'),
    ("UTF-16", '{"name": "Go"}'.encode("utf-16-le")),
    ("an array", b'[{"name": "Go"}]'),
    ("a text", b'"Go"'),
    ("a number", b"7"),
    ("null", b"null"),
    ("true", b"true"),
    ("a deep nest", b'{"name": ' + b"[" * 40 + b"]" * 40 + b"}"),
    ("a very deep nest", b"[" * 100_000),
    ("a key twice", b'{"name": "Go", "topic_id": 1, "name": "Go"}'),
    ("a key twice by escape", b'{"name": "Go", "n\\u0061me": "Rust", "topic_id": 1}'),
    ("an unquoted key", b'{name: "Go"}'),
    ("a raw line feed in a text", b'{"name": "a\nb", "topic_id": 1}'),
    ("broken UTF-8", b'{"name": "\xff\xfe", "topic_id": 1}'),
    ("overlong UTF-8", b'{"name": "\xc0\xaf", "topic_id": 1}'),
    ("an encoded surrogate", b'{"name": "\xed\xa0\x80", "topic_id": 1}'),
    ("a lone surrogate", b'{"name": "\\ud800", "topic_id": 1}'),
    ("U+0000 by escape", b'{"name": "a\\u0000b", "topic_id": 1, "notes": "x"}'),
    ("U+0000 raw", b'{"name": "a\x00b", "topic_id": 1}'),
    ("NaN", b'{"name": NaN, "topic_id": NaN}'),
    ("Infinity", b'{"name": "Go", "topic_id": 1, "duration_minutes": Infinity}'),
    ("minus Infinity", b'{"name": "Go", "topic_id": 1, "minutes": -Infinity}'),
    ("hexadecimal", b'{"name": "Go", "topic_id": 0x01}'),
    ("a leading zero", b'{"name": "Go", "topic_id": 01}'),
    ("a leading plus", b'{"name": "Go", "topic_id": +1}'),
]

NO_NAMES = [None, "", " ", "\t\n ", "\u00a0\u2003", "x" * 201, "é" * 201, "😀" * 201,
            "\u0958" * 101, "\ufb2c" * 70,  # longer in NFC
            7, 1.5, True, [], ["Go"], {}, {"en": "Go"}]
NO_TEXTS = [7, True, [], {}, "x" * 10_001]
NO_MINUTES = [0, -1, -60, 1441, 1.5, 60.5, 1e300, 10**18, 2**63 - 1, 2**63, -(2**63) - 1, 10**400,
              "60", "", True, [], {}]
NO_DATES = ["", "today", "2023-02-29", "2024-02-30", "2024-13-01", "2024-00-10", "2024-01-00",
            "2024-1-1", "24-01-01", "1899-12-31", "10000-01-01", "0000-01-01", "-2024-01-01",
            "2024-01-01T00:00:00Z", " 2024-01-01", "2024/01/01", 20240101, True, [], {}]
NO_TOPIC_IDS = [None, 0, -1, 1.5, 2**63, 10**400, "1", "one", True, [], {}]


class BadInput(harness.ServiceCase):
    def setUp(self):
        self.before = self.contents()

    def tearDown(self):
        self.assertEqual(self.contents(), self.before, "something was written")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        made = cls.service.post("/topics", {"name": "Known"})
        cls.topic_id = made.json["id"]
        cls.session_id = cls.service.post("/sessions", {"topic_id": cls.topic_id}).json["id"]

    def contents(self):
        return [self.database.sql(f"select * from {table} order by 1, 2")
                for table in ("topics", "sessions", "daily_totals", "topic_totals")]

    def refuse(self, method, target, body, status, codes, field=None, **headers):
        raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json",
                   **{key.replace("_", "-"): value for key, value in headers.items()}}
        with self.subTest(f"{method} {target[:80]} {raw[:80] if raw else raw!r}"):
            response = self.service.request(method, target, raw, headers)
            code = response.json["error"]["code"] if response.body else None
            self.assertIn(code, codes, response)
            self.assertRefused(response, status, code, field or response.json["error"].get("field"))

    def every_taker_of_bodies(self):
        for surface in ("", V1):
            yield "POST", f"{surface}/topics"
            yield "POST", f"{surface}/sessions"
        yield "PATCH", f"{V1}/topics/{self.topic_id}"
        yield "PATCH", f"{V1}/sessions/{self.session_id}"
        yield "PUT", f"{V1}/sessions/{uuid.uuid4()}"

    def test_bodies_that_are_not_objects_are_refused(self):
        for method, target in self.every_taker_of_bodies():
            for _, body in NO_OBJECTS:
                self.refuse(method, target, body, 400, JSON)

    def test_invalid_topics_are_refused(self):
        for surface in ("", V1):
            self.refuse("POST", f"{surface}/topics", {}, 400, INPUT, "name")
            for name in NO_NAMES:
                self.refuse("POST", f"{surface}/topics", {"name": name}, 400, INPUT, "name")
            for text in NO_TEXTS:
                body = {"name": "Go", "description": text}
                self.refuse("POST", f"{surface}/topics", body, 400, INPUT, "description")
        for name in ("Known", "kNOWN", " known "):  # at the root it creates a second topic
            self.refuse("POST", f"{V1}/topics", {"name": name}, 409, ("NAME_TAKEN",), "name")
        target = f"{V1}/topics/{self.topic_id}"
        for name in NO_NAMES[1:]:
            self.refuse("PATCH", target, {"name": name}, 400, INPUT, "name")
        for archived in ("true", 1, 0, [], {}):
            self.refuse("PATCH", target, {"archived": archived}, 400, INPUT, "archived")

    def test_invalid_sessions_are_refused(self):
        takers = [("POST", "/sessions"), ("POST", f"{V1}/sessions"), ("PUT", f"{V1}/sessions/{uuid.uuid4()}")]
        for method, target in takers:
            self.refuse(method, target, {}, 400, INPUT, "topic_id")
            for topic_id in NO_TOPIC_IDS:
                self.refuse(method, target, {"topic_id": topic_id}, 400, INPUT, "topic_id")
            for unknown in (999999, 2**63 - 1):
                self.refuse(method, target, {"topic_id": unknown}, 400,
                            ("UNKNOWN_TOPIC", "INVALID_INPUT"), "topic_id")
            self.each_field(method, target, {"topic_id": self.topic_id})
        self.each_field("PATCH", f"{V1}/sessions/{self.session_id}", {})

    def each_field(self, method, target, body):
        for name, values in (("duration_minutes", NO_MINUTES), ("study_date", NO_DATES), ("notes", NO_TEXTS)):
            for value in values:
                self.refuse(method, target, {**body, name: value}, 400, INPUT, name)

    def test_invalid_sessions_with_a_tag_are_refused(self):
        self.refuse("POST", "/sessions", {"minutes": 5}, 422, INPUT, "tag")
        self.refuse("POST", "/sessions", {"tag": "new"}, 422, INPUT, "minutes")
        for minutes in [None, *NO_MINUTES]:
            self.refuse("POST", "/sessions", {"minutes": minutes, "tag": "new"}, 422, INPUT, "minutes")
        for tag in NO_NAMES:
            self.refuse("POST", "/sessions", {"minutes": 5, "tag": tag}, 422, INPUT, "tag")

    def test_invalid_ids_are_refused(self):
        for topic_id in ("abc", "1.5", "-1", "0", "+1", "1e3", "0x1", "%20", "1%00", "%ff", "9" * 30,
                         str(2**63), "1;drop"):
            for surface in ("", V1):
                self.refuse("GET", f"{surface}/topics/{topic_id}", None, 400, INPUT, "topic_id")
        for session_id in ("abc", "1", str(uuid.uuid4())[:-1], str(uuid.uuid4()) + "0",
                           str(uuid.uuid4()).replace("-", ""), "%00", "%ff"):
            target = f"{V1}/sessions/{session_id}"
            self.refuse("GET", target, None, 400, INPUT, "session_id")
            self.refuse("DELETE", target, None, 400, INPUT, "session_id")
            self.refuse("PUT", target, {"topic_id": self.topic_id}, 400, INPUT, "session_id")
        for missing in ("/topics/999999", f"{V1}/topics/999999"):
            self.refuse("GET", missing, None, 404, ("TOPIC_NOT_FOUND",), "topic_id")
        for method, body in (("GET", None), ("PATCH", {}), ("DELETE", None)):
            target = f"{V1}/sessions/{uuid.uuid4()}"
            self.refuse(method, target, body, 404, ("SESSION_NOT_FOUND",), "session_id")

    def test_invalid_queries_are_refused(self):
        for name, values in {
            "limit": ("0", "-1", "501", "x", "1.5", "", "9" * 30),
            "cursor": ("x", "1~x", "~", "9" * 40, "-", "1~" + "0" * 36),
            "sort": ("name", "created_at,", "CREATED_AT"),
            "topic_id": ("x", "0", "-1", "1.5"),
            "from": ("x", "2024-02-30", "1899-12-31", "2024-01-01T00:00:00Z"),
            "to": ("x", "10000-01-01"),
            "q": ("%ff", "%00", "x" * 201, "%c0%af"),
            "tag": ("%ff", "%00", "%ed%a0%80"),
        }.items():
            for value in values:
                self.refuse("GET", f"{V1}/sessions?{name}={value}", None, 400, INPUT, name)
        for query in ("by=hour", "group=tag", "from=x"):
            name = query.split("=")[0]
            self.refuse("GET", f"{V1}/stats/series?{query}", None, 400, INPUT, name)
        for query in ("year=1899", "year=10000", "year=x"):
            self.refuse("GET", f"{V1}/stats/heatmap?{query}", None, 400, INPUT, "year")
        for query in ("min_minutes=0", "min_minutes=1441", "min_minutes=x"):
            self.refuse("GET", f"{V1}/stats/streak?{query}", None, 400, INPUT, "min_minutes")
        self.refuse("GET", f"{V1}/topics?archived=maybe", None, 400, INPUT, "archived")
        self.refuse("GET", f"{V1}/topics?limit=1&limit=2", None, 400, INPUT, "limit")
        self.refuse("GET", "/sessions?tag=%ff", None, 400, INPUT, "tag")
        self.refuse("GET", f"{V1}/sessions?tag=%zz", None, 400, INPUT)

    def test_the_native_api_refuses_unknown_names(self):
        for path in ("/topics", "/sessions", f"/topics/{self.topic_id}", f"/sessions/{self.session_id}",
                     "/stats/summary", "/stats/series", "/stats/heatmap", "/stats/streak"):
            self.refuse("GET", f"{V1}{path}?colour=blue", None, 400, INPUT, "colour")
        for method, path, body in (
                ("POST", "/topics", {"name": "Go"}), ("PATCH", f"/topics/{self.topic_id}", {}),
                ("POST", "/sessions", {"topic_id": self.topic_id}),
                ("PUT", f"/sessions/{uuid.uuid4()}", {"topic_id": self.topic_id}),
                ("PATCH", f"/sessions/{self.session_id}", {})):
            self.refuse(method, V1 + path, {**body, "colour": "blue"}, 400, INPUT, "colour")
        self.refuse("POST", f"{V1}/sessions", {"minutes": 5, "tag": "x"}, 400, INPUT)
        for target in ("/topics?colour=blue", "/sessions?colour=blue", "/stats?colour=blue"):
            self.assertEqual(self.service.get(target).status, 200)

    def test_the_native_api_refuses_the_fields_of_a_body_that_it_does_not_take(self):
        for path, operations in contract.DOCUMENT["paths"].items():
            for method, operation in operations.items():
                if path.startswith(f"{V1}/") and "requestBody" not in operation:
                    target = re.sub(r"{\w+}", "1", path)
                    self.refuse(method.upper(), target, {"name": "Go"}, 400, INPUT, "name")
                    self.refuse(method.upper(), target, {"name": None}, 400, INPUT, "name")
                    self.refuse(method.upper(), target, b"name", 400, JSON)

    def test_a_body_that_is_not_taken_may_be_empty(self):
        for method, target, status in (
                ("GET", f"{V1}/topics", 200), ("GET", f"{V1}/stats/summary", 200),
                ("POST", f"{V1}/projects/1/archive", 404), ("DELETE", f"{V1}/topics/999999", 404),
                ("DELETE", f"{V1}/auth/session", 204)):
            for body in ({}, b""):
                self.assertEqual(self.service.request(method, target, body).status, status, target)

    def test_other_apis_ignore_a_body_that_they_do_not_take(self):
        for method, target, status in (("GET", "/topics", 200), ("GET", "/health", 200), ("GET", "/api/tasks", 200),
                                       ("DELETE", "/api/tasks/999999", 404), ("PUT", "/api/projects/999999/archive", 404)):
            for body in ({"name": "Go"}, b"name"):
                self.assertEqual(self.service.request(method, target, body).status, status, target)

    def test_wrong_methods_are_refused(self):
        for method, target, allowed in (
                ("DELETE", "/topics", "GET, HEAD, POST, OPTIONS"), ("PUT", "/sessions", None),
                ("POST", "/stats", None), ("POST", "/", None), ("DELETE", "/health", None),
                ("PATCH", "/topics/1", None), ("POST", f"{V1}/topics/1", None),
                ("POST", f"{V1}/stats/summary", None), ("GET", f"{V1}/sessions/{uuid.uuid4()}/restore", None)):
            response = self.service.request(method, target, {} if method != "GET" else None)
            self.assertRefused(response, 405, "METHOD_NOT_ALLOWED")
            given = set(response.header("Allow").split(", "))
            self.assertNotIn(method, given)
            if allowed:
                self.assertEqual(given, set(allowed.split(", ")))
        for target in ("/nowhere", "/topics/1/x", V1, f"{V1}/nowhere", "/topics//1"):
            self.assertRefused(self.service.get(target), 404, "NOT_FOUND")

    def test_wrong_content_types_are_refused(self):
        body = b'{"name": "Typed"}'
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data",
                     "application/xml", "application/jsonp", "json", "*/*"):
            # the root reads a body of any type as JSON, unless a web page sent it
            for surface, fields in ((V1, {}), ("", {"Sec-Fetch-Site": "same-origin"}),
                                    ("", {"Origin": "http://localhost:5173"})):
                response = self.service.request("POST", f"{surface}/topics", body,
                                             {"Content-Type": kind, **fields})
                self.assertRefused(response, 415, "UNSUPPORTED_MEDIA_TYPE", "Content-Type")
        response = self.service.request("POST", f"{V1}/topics", body)
        self.assertRefused(response, 415, "UNSUPPORTED_MEDIA_TYPE", "Content-Type")

    def test_requests_over_the_limits_are_refused(self):
        with self.service.wire() as wire:
            wire.send(b"POST /topics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1048577\r\n\r\n")
            self.assertRefused(wire.answer(), 413, "PAYLOAD_TOO_LARGE")
            self.assertTrue(wire.is_closed_by_peer())
        with self.service.wire() as wire:
            wire.send(b"GET /" + b"x" * 8200 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")
            self.assertRefused(wire.answer(), 414, "URI_TOO_LONG")
        for fields in (b"X: y\r\n" * 101, b"X: " + b"y" * 17000 + b"\r\n"):
            with self.service.wire() as wire:
                wire.send(b"GET / HTTP/1.1\r\nHost: localhost\r\n" + fields + b"\r\n")
                self.assertRefused(wire.answer(), 431, "HEADERS_TOO_LARGE")
        body = json.dumps({"name": "Go", "description": "x" * 1_000_000}).encode()
        self.refuse("POST", "/topics", body, 400, INPUT, "description")
        many = json.dumps({f"k{n}": n for n in range(50_000)}).encode()
        self.refuse("POST", f"{V1}/topics", many, 400, JSON)

    def test_values_at_the_limits_are_accepted(self):
        kept = self.before
        name = "é" * 200
        response = self.service.post(f"{V1}/topics", {"name": name, "description": "x" * 10_000})
        self.assertEqual((response.status, response.json["name"]), (201, name))
        for day, minutes in (("1900-01-01", 1), ("9999-12-31", 1440), ("2024-02-29", 60)):
            made = self.service.post("/sessions", {"topic_id": response.json["id"], "study_date": day,
                                                   "duration_minutes": minutes, "notes": "😀" * 10_000})
            self.assertEqual((made.status, made.json["study_date"]), (201, day))
        self.database.sql(f"""delete from sessions where topic_id = {response.json["id"]};
            delete from topics where id = {response.json["id"]}""")
        self.before = kept


if __name__ == "__main__":
    harness.main()
