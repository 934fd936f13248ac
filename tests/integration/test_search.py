"""Searches ignore case and accents, and return page after page."""

import json
import os
import subprocess
import urllib.parse

import harness

V1 = "/api/v1"
STUDY = os.path.join(harness.BUILD, "client", "study", "study")
ORDERS = ("created_at", "-created_at", "study_date", "-study_date")


class Case(harness.ServiceCase):
    workers = 1

    def page(self, path, expect=200, **query):
        response = self.service.get(f"{V1}{path}?{urllib.parse.urlencode(query)}")
        self.assertEqual(response.status, expect, response)
        return response

    def pages(self, path, **query):
        """The pages, each a list of its rows."""
        pages, cursor = [], {}
        while cursor is not None:
            page = self.page(path, **query, **cursor).json
            pages.append(page["data"])
            cursor = {"cursor": page["next_cursor"]} if page["next_cursor"] else None
            self.assertLess(len(pages), 100)
        return pages

    def found(self, path, field, **query):
        return [row[field] for page in self.pages(path, **query) for row in page]


class Searches(Case):
    def test_sessions_are_found_by_their_notes_and_their_topic(self):
        self.empty()
        cafe, road = self.topic("Café"), self.topic("Kısım")
        for topic, notes in ((cafe, None), (road, "ΟΔΟΣ Straße"), (road, "100% C:\\x_y"), (road, "crème au CAFÉ")):
            self.session(topic["id"], notes=notes)
        for q, notes in (("cafe", [None, "crème au CAFÉ"]), ("CAFÉ", [None, "crème au CAFÉ"]),
                         ("οδος", ["ΟΔΟΣ Straße"]), ("STRASSE", ["ΟΔΟΣ Straße"]), ("%", ["100% C:\\x_y"]),
                         ("x_y", ["100% C:\\x_y"]), ("xay", []), (":\\", ["100% C:\\x_y"]),
                         ("eme au", ["crème au CAFÉ"]), ("kisim", [])):
            for order in ORDERS[:1] + ORDERS[2:3]:
                self.assertEqual(self.found("/sessions", "notes", q=q, sort=order), notes, (q, order))
        self.assertEqual(self.found("/sessions", "tag", q="kısım"), ["Kısım"] * 3)

    def test_a_search_finds_the_changed_notes(self):
        self.empty()
        session = self.session(self.topic("T")["id"], notes="before")
        target = f"{V1}/sessions/{session['id']}"
        for changed, q in (({"notes": "After"}, "after"), ({"notes": "Ärger"}, "arger")):
            self.assertEqual(self.service.request("PATCH", target, changed).status, 200)
            self.assertEqual(self.found("/sessions", "id", q=q), [session["id"]])
        self.assertEqual(self.found("/sessions", "id", q="before"), [])
        self.service.request("DELETE", target)
        self.assertEqual(self.found("/sessions", "id", q="arger"), [])

    def test_topics_are_found_by_name_and_description(self):
        self.empty()
        self.topic("Crème", surface=V1)
        self.topic("Other", surface=V1, description="with CREME")
        self.topic("None", surface=V1)
        self.assertEqual(self.found("/topics", "name", q="creme"), ["Crème", "Other"])


class ManySessions(Case):
    """There are more sessions than the search of one page examines."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        topic = cls.service.post("/topics", {"name": "Many"}).json["id"]
        cls.database.sql(f"""
            insert into sessions (account_id, id, topic_id, study_date, duration_minutes, created_at, notes)
            select 1, gen_random_uuid(), {topic}, date '2020-01-01' + n % 900, 5, timestamptz '2026-01-01Z' + n * interval '1 minute',
                'note ' || n || case when n in (100, 2500, 4900) then ' qz needle' when n = 50 then ' vw' else '' end
            from generate_series(1, 5000) as n""")

    def test_a_page_may_be_empty_before_the_end(self):
        for order in ORDERS:
            pages = self.pages("/sessions", q="qz", sort=order)
            self.assertEqual(sum(map(len, pages)), 3, order)
            self.assertEqual(len(pages), 4, order)
            self.assertEqual([len(page) for page in self.pages("/sessions", q="needle", sort=order)], [3])

    def test_no_row_is_skipped_or_repeated(self):
        for order in ORDERS:
            ids = self.found("/sessions", "id", q="note", sort=order, limit=500)
            self.assertEqual((len(ids), len(set(ids))), (5000, 5000), order)

    def test_the_command_prints_one_list(self):
        env = harness.clean_environment(
            STUDYTRACKER_ENDPOINT=self.service.rpc_endpoint(), XDG_STATE_HOME=self.service.directory)

        def study(*words):
            return subprocess.run([STUDY, "sessions", "--limit", "0", *words], env=env, check=True, encoding="utf-8",
                                  stdout=subprocess.PIPE, timeout=harness.PATIENCE).stdout

        listed = json.loads(study("--search", "qz", "--json"))
        self.assertEqual({row["notes"] for row in listed["data"]}, {f"note {n} qz needle" for n in (100, 2500, 4900)})
        self.assertEqual((len(listed["data"]), listed["next_cursor"]), (3, None))
        self.assertEqual(len(study("--search", "qz").splitlines()), 4)
        # The search examines the session with "vw" among the last, so the first pages are empty.
        self.assertEqual([len(page) for page in self.pages("/sessions", q="vw", sort="-created_at")], [0, 0, 0, 1])
        listed = json.loads(study("--search", "vw", "--json"))
        self.assertEqual(([row["notes"] for row in listed["data"]], listed["next_cursor"]), (["note 50 vw"], None))
        self.assertGreater(len(self.pages("/sessions", q="zq")), 1)
        self.assertEqual(json.loads(study("--search", "zq", "--json")), {"data": [], "next_cursor": None})


class Cursors(Case):
    """A cursor belongs to its list, order and filters."""

    def test_a_cursor_is_refused_with_another_list_order_or_filter(self):
        self.empty()
        topic = self.topic("A")
        for day in range(1, 5):
            self.session(topic["id"], study_date=f"2026-01-0{day}", notes="n")
        self.topic("B")
        filters = {"topic_id": topic["id"], "tag": "a", "from": "2026-01-01", "to": "2027-01-01", "q": "n"}
        own = {**filters, "sort": "study_date"}
        cursor = self.page("/sessions", limit=1, **own).json["next_cursor"]
        self.assertEqual(len(self.page("/sessions", limit=2, cursor=cursor, **own).json["data"]), 2)
        others = [{k: v for k, v in own.items() if k != name} for name in own]
        others += [{**own, "sort": "-study_date"}, {**own, "q": "N"}, {**own, "from": "2026-01-02"}]
        for other in others:
            self.assertRefused(self.page("/sessions", 400, cursor=cursor, **other), 400, "INVALID_INPUT", "cursor")
        self.assertRefused(self.page("/topics", 400, cursor=cursor), 400, "INVALID_INPUT", "cursor")
        message = self.page("/sessions", 400, cursor=cursor).json["error"]["message"]
        self.assertIn("another list, order or filter", message)

    def test_a_cursor_of_an_older_version_is_refused(self):
        for cursor in ("1", "1767225600000000~01890a5d-ac96-774b-bcce-b302099a8057"):
            self.assertRefused(self.page("/sessions", 400, cursor=cursor), 400, "INVALID_INPUT", "cursor")


if __name__ == "__main__":
    harness.main()
