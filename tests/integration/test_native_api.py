"""Clients of /api/v1 use every method, pages, ETags and statistics."""

import datetime
import uuid

import harness

V1 = "/api/v1"


def today():
    return datetime.datetime.now(datetime.timezone.utc).date()


class Case(harness.ServiceCase):
    def setUp(self):
        self.empty()

    def call(self, method, target, body=None, expect=200, **headers):
        headers = {key.replace("_", "-"): value for key, value in headers.items()}
        response = self.service.request(method, V1 + target, body, headers)
        self.assertEqual(response.status, expect, f"{method} {target} {body}: {response}")
        return response

    def make_topic(self, name, **fields):
        return self.call("POST", "/topics", {"name": name, **fields}, 201).json

    def make_session(self, topic, **fields):
        return self.call("POST", "/sessions", {"topic_id": topic["id"], **fields}, 201).json

    def pages(self, target):
        """Requests a list page by page and returns all rows."""
        rows, cursor = [], None
        while True:
            separator = "&" if "?" in target else "?"
            page = self.call("GET", target + (f"{separator}cursor={cursor}" if cursor else "")).json
            self.assertEqual(set(page), {"data", "next_cursor"})
            rows += page["data"]
            cursor = page["next_cursor"]
            if not cursor:
                return rows


class Topics(Case):
    def test_a_topic_is_made_read_changed_archived_and_deleted(self):
        made = self.call("POST", "/topics", {"name": " Bash ", "description": "sh"}, 201)
        topic = made.json
        self.assertEqual((topic["name"], topic["archived_at"]), ("Bash", None))
        self.assertEqual(made.header("Location"), f"{V1}/topics/{topic['id']}")
        target = f"/topics/{topic['id']}"
        self.assertEqual(self.call("GET", target).json, topic)
        renamed = self.call("PATCH", target, {"name": "Zsh"}).json
        self.assertEqual((renamed["name"], renamed["description"]), ("Zsh", "sh"))
        self.assertIsNone(self.call("PATCH", target, {"description": None}).json["description"])
        archived = self.call("PATCH", target, {"archived": True}).json
        self.assertRegex(archived["archived_at"], harness.INSTANT)
        self.assertIsNone(self.call("PATCH", target, {"archived": False}).json["archived_at"])
        gone = self.call("DELETE", target, expect=204)
        self.assertEqual((gone.body, gone.header("Content-Length")), (b"", None))
        self.assertRefused(self.call("GET", target, expect=404), 404, "TOPIC_NOT_FOUND", "topic_id")
        self.call("DELETE", target, expect=404)
        self.call("PATCH", target, {"name": "x"}, 404)
        self.make_topic("Zsh")

    def test_an_empty_change_returns_the_unchanged_topic(self):
        topic = self.make_topic("Same", description="d")
        after = self.call("PATCH", f"/topics/{topic['id']}", {}).json
        self.assertEqual((after["name"], after["description"]), ("Same", "d"))

    def test_a_topic_may_take_its_own_name_but_not_a_taken_name(self):
        first, second = self.make_topic("One"), self.make_topic("Two")
        response = self.call("PATCH", f"/topics/{second['id']}", {"name": "ONE"}, 409)
        self.assertRefused(response, 409, "NAME_TAKEN", "name")
        self.assertEqual(self.call("PATCH", f"/topics/{first['id']}", {"name": "ONE"}).json["name"], "ONE")

    def test_a_topic_with_sessions_is_not_deleted(self):
        topic = self.make_topic("Busy")
        sessions = [self.make_session(topic) for _ in range(3)]
        target = f"/topics/{topic['id']}"
        response = self.call("DELETE", target, expect=409)
        self.assertRefused(response, 409, "TOPIC_HAS_SESSIONS", "topic_id")
        self.assertIn("3", response.json["error"]["message"])
        for session in sessions:
            self.call("DELETE", f"/sessions/{session['id']}", expect=204)
        self.call("DELETE", target, expect=204)

    def test_topics_are_paged_sorted_searched_and_filtered(self):
        made = [self.make_topic(f"topic {n:02}") for n in range(25)]
        self.call("PATCH", f"/topics/{made[3]['id']}", {"archived": True})
        names = [topic["name"] for topic in made]
        self.assertEqual([t["name"] for t in self.pages("/topics?limit=10")], names)
        self.assertEqual([t["name"] for t in self.pages("/topics?limit=7&sort=-created_at")], names[::-1])
        self.assertEqual([t["name"] for t in self.pages("/topics?q=PIC%2004")], ["topic 04"])
        self.assertEqual(self.pages("/topics?q=%25"), [])
        self.assertEqual([t["name"] for t in self.pages("/topics?archived=true")], ["topic 03"])
        self.assertEqual(len(self.pages("/topics?archived=false&limit=500")), 24)

    def test_a_page_has_fifty_rows_by_default(self):
        self.database.sql("""insert into topics (account_id, name)
            select account_id, 'n' || n from accounts, generate_series(1, 60) n""")
        page = self.call("GET", "/topics").json
        self.assertEqual(len(page["data"]), 50)
        self.assertIsInstance(page["next_cursor"], str)


class Sessions(Case):
    def test_a_session_is_made_read_changed_deleted_and_restored(self):
        topic, other = self.make_topic("A"), self.make_topic("B")
        made = self.call("POST", "/sessions", {"topic_id": topic["id"], "study_date": "2024-05-01",
                                               "duration_minutes": 30, "notes": "n"}, 201)
        session = made.json
        target = f"/sessions/{session['id']}"
        self.assertEqual(made.header("Location"), V1 + target)
        self.assertEqual(self.call("GET", target).json, session)
        self.assertEqual(self.call("GET", target.upper().replace("SESSIONS", "sessions")).json, session)
        changed = self.call("PATCH", target, {"duration_minutes": 45}).json
        self.assertEqual((changed["minutes"], changed["notes"], changed["study_date"]), (45, "n", "2024-05-01"))
        moved = self.call("PATCH", target, {"topic_id": other["id"], "notes": None}).json
        self.assertEqual((moved["tag"], moved["notes"], moved["minutes"]), ("B", None, 45))
        self.assertEqual(self.service.get("/stats").json["time_by_tag"], {"B": 45})
        self.assertRefused(self.call("PATCH", target, {"topic_id": 999999}, 400), 400, "UNKNOWN_TOPIC", "topic_id")
        self.call("DELETE", target, expect=204)
        self.assertRefused(self.call("GET", target, expect=404), 404, "SESSION_NOT_FOUND", "session_id")
        self.assertEqual(self.pages("/sessions"), [])
        self.assertEqual(self.service.get("/stats").json["total_sessions"], 0)
        restored = self.call("POST", target + "/restore").json
        self.assertEqual({k: v for k, v in restored.items() if k != "updated_at"},
                         {k: v for k, v in moved.items() if k != "updated_at"})
        self.assertEqual(self.service.get("/stats").json["time_by_tag"], {"B": 45})
        self.call("POST", f"/sessions/{uuid.uuid4()}/restore", expect=404)

    def test_put_replaces_only_with_if_match(self):
        topic, other = self.make_topic("Git"), self.make_topic("Go")
        target, body = f"/sessions/{uuid.uuid4()}", {"topic_id": topic["id"], "duration_minutes": 20}
        made = self.call("PUT", target, body, 201)
        again = self.call("PUT", target, body, 200)
        self.assertEqual((again.json, again.header("ETag")), (made.json, made.header("ETag")))
        response = self.call("PUT", target, {**body, "topic_id": other["id"], "notes": "n"}, 409)
        self.assertRefused(response, 409, "SESSION_EXISTS", "session_id")
        self.assertEqual(response.json["error"]["details"]["fields"], ["topic_id", "notes"])
        self.assertEqual(response.json["error"]["details"]["tag"], "Git")
        self.assertRefused(self.call("PUT", target, body, 412, If_None_Match="*"), 412, "PRECONDITION_FAILED")
        self.assertRefused(self.call("PUT", target, body, 412, If_Match='"old"'), 412, "PRECONDITION_FAILED")
        new = {"topic_id": other["id"], "study_date": "2026-01-01"}
        replaced = self.call("PUT", target, new, 200, If_Match=made.header("ETag")).json
        self.assertEqual([replaced[key] for key in ("tag", "study_date", "minutes", "created_at")],
                         ["Go", "2026-01-01", 60, made.json["created_at"]])
        self.assertEqual(self.call("GET", target).json, replaced)
        self.call("DELETE", target, expect=204)
        for headers in ({}, {"If_Match": "*"}):
            self.assertRefused(self.call("PUT", target, new, 410, **headers), 410, "SESSION_DELETED", "session_id")
        absent = f"/sessions/{uuid.uuid4()}"
        self.assertRefused(self.call("PUT", absent, body, 412, If_Match="*"), 412, "PRECONDITION_FAILED")
        self.call("PUT", absent, body, 201, If_None_Match="*")

    def test_put_without_a_day_never_moves_a_session(self):
        topic = self.make_topic("Git")
        target, body = f"/sessions/{uuid.uuid4()}", {"topic_id": topic["id"], "duration_minutes": 20}
        self.call("PUT", target, {**body, "created_at": "2025-01-05T23:30:00Z"}, 201)
        body["notes"] = "n"
        replaced = self.call("PUT", target, body, 200, If_Match="*").json
        self.assertEqual((replaced["study_date"], replaced["notes"]), ("2025-01-05", "n"))
        self.assertEqual(self.call("GET", target).json["study_date"], "2025-01-05")
        self.call("PATCH", "/account", {"time_zone": "Pacific/Kiritimati"}, 200)
        try:
            self.assertEqual(self.call("PUT", target, body, 200).json["study_date"], "2025-01-05")
        finally:
            self.call("PATCH", "/account", {"time_zone": None}, 200)

    def test_a_client_may_set_created_at(self):
        topic = self.make_topic("Git")
        session = self.make_session(topic, created_at="2025-01-05T23:30:00+01:00")
        self.assertEqual([session[key] for key in ("timestamp", "created_at", "study_date")],
                         ["2025-01-05T22:30:00.000000Z"] * 2 + ["2025-01-05"])
        for wrong in ("2025-01-05", "1899-12-31T23:59:59Z", "9000-01-01T00:00:00Z", 5):
            response = self.call("POST", "/sessions", {"topic_id": topic["id"], "created_at": wrong}, 400)
            self.assertRefused(response, 400, "INVALID_INPUT", "created_at")

    def test_a_session_is_restored_only_after_its_topic(self):
        topic = self.make_topic("Git")
        session = self.make_session(topic)
        self.call("DELETE", f"/sessions/{session['id']}", expect=204)
        self.call("DELETE", f"/topics/{topic['id']}", expect=204)
        response = self.call("POST", f"/sessions/{session['id']}/restore", expect=409)
        self.assertRefused(response, 409, "TOPIC_DELETED", "topic_id")
        self.assertEqual(response.json["error"]["details"], {"topic_id": topic["id"], "tag": "Git"})
        back = self.call("POST", f"/topics/{topic['id']}/restore").json
        self.assertEqual((back["id"], back["name"]), (topic["id"], "Git"))
        self.call("POST", f"/sessions/{session['id']}/restore")

    def test_a_topic_may_be_restored_with_its_sessions(self):
        topic = self.make_topic("Git")
        session = self.make_session(topic)
        self.call("DELETE", f"/sessions/{session['id']}", expect=204)
        self.call("DELETE", f"/topics/{topic['id']}", expect=204)
        other = self.make_topic("GIT")
        target = f"/topics/{topic['id']}/restore"
        response = self.call("POST", target, {}, 409)
        self.assertRefused(response, 409, "NAME_TAKEN", "name")
        self.assertEqual(response.json["error"]["details"], {"topic_id": other["id"], "archived": False})
        self.call("POST", target, {"allow_namesake": True, "with_sessions": True})
        self.assertEqual(self.call("GET", f"/sessions/{session['id']}").json["tag"], "Git")

    def test_responses_report_that_a_topic_is_archived(self):
        topic = self.make_topic("Old")
        self.assertNotIn("topic_archived", self.make_session(topic))
        self.call("PATCH", f"/topics/{topic['id']}", {"archived": True})
        self.assertTrue(self.make_session(topic)["topic_archived"])
        response = self.call("POST", "/topics", {"name": "OLD"}, 409)
        self.assertIn("archived", response.json["error"]["message"])
        self.assertEqual(response.json["error"]["details"], {"topic_id": topic["id"], "archived": True})
        self.make_topic("OLD", allow_namesake=True)

    def test_topics_are_merged(self):
        one, two = self.make_topic("Postgres"), self.make_topic("PostgreSQL")
        sessions = [self.make_session(topic, duration_minutes=10) for topic in (one, one, two)]
        self.call("DELETE", f"/sessions/{sessions[1]['id']}", expect=204)
        target = f"/topics/{one['id']}/merge"
        for into, code, status in ((one["id"], "INVALID_INPUT", 400), (999999, "UNKNOWN_TOPIC", 400)):
            self.assertRefused(self.call("POST", target, {"into": into}, status), status, code, "into")
        self.call("POST", target, {"into": two["id"]}, 412, If_Match='"old"')
        for _ in range(2):
            self.assertEqual(self.call("POST", target, {"into": two["id"]}).json["id"], two["id"])
        self.call("GET", f"/topics/{one['id']}", expect=404)
        self.assertEqual(self.service.get("/stats").json["time_by_tag"], {"PostgreSQL": 20})
        self.call("POST", f"/sessions/{sessions[1]['id']}/restore")
        self.assertEqual(self.service.get("/stats").json["time_by_tag"], {"PostgreSQL": 30})

    def test_sessions_are_filtered_sorted_and_paged(self):
        one, two = self.make_topic("One"), self.make_topic("Two")
        made = []
        for n in range(12):
            made.append(self.make_session(one if n % 2 else two, study_date=f"2024-01-{12 - n:02}",
                                          duration_minutes=n + 1, notes=f"note {n} 50%_x"))
        ids = [session["id"] for session in made]
        listed = lambda query: [session["id"] for session in self.pages("/sessions" + query)]
        self.assertEqual(listed("?limit=5"), ids)
        self.assertEqual(listed("?limit=5&sort=-created_at"), ids[::-1])
        self.assertEqual(listed("?limit=5&sort=study_date"), ids[::-1])
        self.assertEqual(listed("?limit=1&sort=-study_date"), ids)
        self.assertEqual(listed(f"?topic_id={one['id']}"), ids[1::2])
        self.assertEqual(listed("?tag=tWO&limit=2"), ids[0::2])
        self.assertEqual(sorted(listed("?from=2024-01-03&to=2024-01-06")), sorted(ids[7:10]))
        self.assertEqual(listed("?q=NOTE%203%20"), [ids[3]])
        self.assertEqual(len(listed("?q=0%25_")), 12)
        self.assertEqual(listed("?from=2025-01-01"), [])

    def test_pages_lose_no_rows_of_the_same_day(self):
        topic = self.make_topic("Day")
        ids = {self.make_session(topic, study_date="2024-03-03")["id"] for _ in range(23)}
        for sort in ("study_date", "-study_date"):
            listed = [session["id"] for session in self.pages(f"/sessions?limit=4&sort={sort}")]
            self.assertEqual((len(listed), set(listed)), (23, ids))


class Versions(Case):
    def resources(self):
        topic = self.make_topic("Versioned")
        session = self.make_session(topic)
        yield f"/topics/{topic['id']}", {"description": "changed"}
        yield f"/sessions/{session['id']}", {"notes": "changed"}

    def test_if_match_allows_changes_of_the_current_version_only(self):
        for target, change in self.resources():
            with self.subTest(target=target):
                etag = self.call("GET", target).header("ETag")
                self.assertRegex(etag, r'^"[^"]+"$')
                changed = self.call("PATCH", target, change, If_Match=etag)
                self.assertNotEqual(changed.header("ETag"), etag)
                self.assertEqual(self.call("GET", target).header("ETag"), changed.header("ETag"))
                refused = self.call("PATCH", target, change, 412, If_Match=etag)
                self.assertEqual(refused.json["error"]["code"], "PRECONDITION_FAILED")
                self.call("DELETE", target, expect=412, If_Match=etag)
                self.call("PATCH", target, change, If_Match=f'"other", {changed.header("ETag")}')
                self.call("PATCH", target, change, If_Match="*")

    def test_if_none_match_returns_304_without_a_body(self):
        for target, change in self.resources():
            with self.subTest(target=target):
                etag = self.call("GET", target).header("ETag")
                spared = self.call("GET", target, expect=304, If_None_Match=etag)
                self.assertEqual((spared.body, spared.header("ETag")), (b"", etag))
                self.call("GET", target, expect=304, If_None_Match=f'"x", W/{etag}')
                self.call("PATCH", target, change)
                self.call("GET", target, If_None_Match=etag)


class Statistics(Case):
    def fill(self):
        go, sql = self.make_topic("Go"), self.make_topic("SQL")
        for topic, day, minutes in ((go, "2023-12-31", 10), (go, "2024-01-01", 20), (sql, "2024-01-01", 5),
                                    (go, "2024-01-02", 40), (sql, "2024-02-29", 60)):
            self.make_session(topic, study_date=day, duration_minutes=minutes)
        return go, sql

    def test_summary_counts_the_days_of_its_range(self):
        go, sql = self.fill()
        summary = self.call("GET", "/stats/summary?from=2024-01-01&to=2024-03-01").json
        self.assertEqual((summary["minutes"], summary["sessions"], summary["study_days"]), (125, 4, 3))
        by_topic = {row["topic_id"]: (row["tag"], row["minutes"], row["sessions"]) for row in summary["data"]}
        self.assertEqual(by_topic, {go["id"]: ("Go", 60, 2), sql["id"]: ("SQL", 65, 2)})
        self.assertEqual(self.call("GET", "/stats/summary").json["minutes"], 135)
        empty = self.call("GET", "/stats/summary?from=2020-01-01&to=2020-02-01").json
        self.assertEqual((empty["minutes"], empty["data"]), (0, []))

    def test_a_series_adds_up_to_the_summary(self):
        self.fill()
        for by in ("day", "week", "month", "year"):
            for group in ("", "&group=topic"):
                with self.subTest(by=by, group=group):
                    series = self.call("GET", f"/stats/series?by={by}{group}&from=2023-12-01&to=2024-03-15").json
                    self.assertEqual(series["by"], by)
                    self.assertEqual(sum(row["minutes"] for row in series["data"]), 135)
                    self.assertEqual(sum(row["sessions"] for row in series["data"]), 5)
        years = self.call("GET", "/stats/series?by=year&from=2023-01-01&to=2025-01-01").json["data"]
        self.assertEqual([(row["from"], row["minutes"]) for row in years if row["minutes"]],
                         [("2023-01-01", 10), ("2024-01-01", 125)])

    def test_adjacent_ranges_share_no_bucket(self):
        self.fill()
        for by in ("week", "month", "year"):
            with self.subTest(by=by):
                rows = [row for days in ("from=2023-12-01&to=2024-01-01", "from=2024-01-01&to=2024-01-02",
                                         "from=2024-01-02&to=2024-02-29", "from=2024-02-29")
                        for row in self.call("GET", f"/stats/series?by={by}&{days}").json["data"]]
                self.assertEqual(sum(row["minutes"] for row in rows), 135)
                for before, after in zip(rows, rows[1:]):
                    self.assertLessEqual(before["to"], after["from"])
        cut, = self.call("GET", "/stats/series?by=month&from=2024-01-02&to=2024-02-01").json["data"]
        self.assertEqual((cut["from"], cut["to"], cut["is_partial"]), ("2024-01-02", "2024-02-01", True))
        whole, = self.call("GET", "/stats/series?by=month&from=2024-01-01&to=2024-02-01").json["data"]
        self.assertEqual((whole["from"], whole["to"], whole["is_partial"]), ("2024-01-01", "2024-02-01", False))

    def test_heatmap_returns_the_days_of_a_year(self):
        self.fill()
        heatmap = self.call("GET", "/stats/heatmap?year=2024").json
        self.assertEqual(heatmap["year"], 2024)
        days = {row["date"]: row["minutes"] for row in heatmap["data"] if row["minutes"]}
        self.assertEqual(days, {"2024-01-01": 25, "2024-01-02": 40, "2024-02-29": 60})

    def test_streak_counts_consecutive_days(self):
        streak = self.call("GET", "/stats/streak").json
        self.assertEqual((streak["current"], streak["longest"]), (0, 0))
        topic = self.make_topic("Daily")
        now = today()
        for ago in (1, 2, 10, 11, 12):
            self.make_session(topic, study_date=str(now - datetime.timedelta(ago)), duration_minutes=ago + 1)
        streak = self.call("GET", "/stats/streak").json
        self.assertEqual((streak["current"], streak["longest"]), (2, 3))
        self.assertEqual(streak["longest_from"], str(now - datetime.timedelta(12)))
        streak = self.call("GET", "/stats/streak?min_minutes=12").json
        self.assertEqual((streak["current"], streak["longest"], streak["min_minutes"]), (0, 2, 12))


if __name__ == "__main__":
    harness.main()
