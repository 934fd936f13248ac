"""The account sets the name, time zone, week and day. A service refuses to start with some
zones."""

import contextlib
import datetime
import threading
import zoneinfo

import harness

ACCOUNT = "/api/v1/account"
FIELDS = {"id", "name", "username", "email", "role", "status", "time_zone", "effective_time_zone", "week_start",
          "day_starts_at", "created_at", "updated_at"}


class Account(harness.ServiceCase):
    settings = {"STUDYTRACKER_TIME_ZONE": "CET"}

    def setUp(self):
        self.change(name="local", time_zone=None, week_start=1, day_starts_at="00:00")

    def change(self, **fields):
        response = self.service.request("PATCH", ACCOUNT, fields)
        self.assertEqual(response.status, 200, response)
        return response.json

    def today(self):
        return self.service.get("/api/v1/stats/streak").json["today"]

    def test_the_account_is_read_and_changed(self):
        before = self.service.get(ACCOUNT).json
        self.assertEqual(set(before), FIELDS)
        self.assertEqual((before["time_zone"], before["effective_time_zone"]), (None, "CET"))
        changed = self.change(name=" Ana ", time_zone="Europe/Berlin", week_start=7, day_starts_at="04:00")
        self.assertEqual({**before, "name": "Ana", "time_zone": "Europe/Berlin", "week_start": 7,
                          "effective_time_zone": "Europe/Berlin", "day_starts_at": "04:00",
                          "updated_at": changed["updated_at"]}, changed)
        self.assertEqual(self.service.get(ACCOUNT).json, changed)
        self.assertEqual(self.change(time_zone=None)["effective_time_zone"], "CET")
        self.assertEqual(self.change()["name"], "Ana")

    def test_a_new_zone_takes_effect_for_today_at_once(self):
        topic = self.topic("Today", "/api/v1")
        for zone in ("Pacific/Kiritimati", "Etc/GMT+12", "EST5EDT", None):
            self.change(time_zone=zone)
            now = datetime.datetime.now(zoneinfo.ZoneInfo(zone or "Europe/Brussels"))
            wanted = {str(now.date()), str((now + datetime.timedelta(minutes=1)).date())}
            self.assertIn(self.today(), wanted)
            self.assertIn(self.session(topic["id"])["study_date"], wanted)
        self.change(time_zone="UTC", day_starts_at="23:59")
        yesterday = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=23, minutes=59)
        self.assertIn(self.today(), {str(yesterday.date()), str((yesterday + datetime.timedelta(minutes=1)).date())})

    def test_the_account_sets_the_start_of_the_week(self):
        self.change(week_start=7)
        self.assertEqual(self.service.get("/api/v1/stats/series?by=week").json["week_start"], 7)

    def test_errors_name_the_field(self):
        for field, value, code in (
                ("time_zone", "Europe/Berln", "UNKNOWN_TIME_ZONE"), ("time_zone", "UTC-3", "UNKNOWN_TIME_ZONE"),
                ("time_zone", "<+03>-3", "UNKNOWN_TIME_ZONE"), ("time_zone", "CEST", "UNKNOWN_TIME_ZONE"),
                ("time_zone", "europe/berlin", "UNKNOWN_TIME_ZONE"),
                ("time_zone", "", "INVALID_INPUT"), ("time_zone", "x" * 65, "INVALID_INPUT"),
                ("time_zone", 3, "INVALID_INPUT"), ("week_start", 0, "INVALID_INPUT"),
                ("week_start", 8, "INVALID_INPUT"), ("week_start", "monday", "INVALID_INPUT"),
                ("day_starts_at", "24:00", "INVALID_INPUT"), ("day_starts_at", "4:00", "INVALID_INPUT"),
                ("day_starts_at", 4, "INVALID_INPUT"), ("name", " ", "INVALID_INPUT"),
                ("name", "n" * 201, "INVALID_INPUT"), ("colour", "blue", "INVALID_INPUT")):
            with self.subTest(field=field, value=value):
                before = self.service.get(ACCOUNT).json
                response = self.service.request("PATCH", ACCOUNT, {field: value})
                self.assertRefused(response, 400, code, field)
                self.assertEqual(self.service.get(ACCOUNT).json, before)

    def test_if_match_and_if_none_match(self):
        first = self.service.get(ACCOUNT).header("ETag")
        self.assertEqual(self.service.get(ACCOUNT, If_None_Match=first).status, 304)
        self.assertEqual(self.service.get(ACCOUNT, If_None_Match="*").status, 304)
        self.assertEqual(self.service.get(ACCOUNT, If_Match="*").status, 200)
        self.assertRefused(self.service.get(ACCOUNT, If_Match='"other"'), 412, "PRECONDITION_FAILED")
        for condition in ("*", first, f'"other", W/{first}'):
            response = self.service.request("PATCH", ACCOUNT, {"week_start": 2}, {"If-None-Match": condition})
            self.assertRefused(response, 412, "PRECONDITION_FAILED")
        response = self.service.request("PATCH", ACCOUNT, {"week_start": 2}, {"If-Match": first})
        self.assertEqual(response.status, 200, response)
        self.assertNotEqual(response.header("ETag"), first)
        response = self.service.request("PATCH", ACCOUNT, {"week_start": 3}, {"If-Match": first})
        self.assertRefused(response, 412, "PRECONDITION_FAILED")
        self.assertEqual(self.service.get(ACCOUNT).json["week_start"], 2)

    def test_concurrent_changes_are_all_stored(self):
        def patch(field, values):
            for value in values:
                responses.append(self.service.request("PATCH", ACCOUNT, {field: value}).status)

        responses = []
        threads = [threading.Thread(target=patch, args=(field, values)) for field, values in (
            ("name", [f"n{n}" for n in range(30)]), ("week_start", [1, 2, 3] * 10),
            ("day_starts_at", [f"0{n % 10}:30" for n in range(30)]), ("time_zone", ["UTC", "CET", "GB"] * 10))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(set(responses), {200})
        after = self.service.get(ACCOUNT).json
        self.assertEqual((after["name"], after["week_start"], after["day_starts_at"], after["time_zone"]),
                         ("n29", 3, "09:30", "GB"))


class UnknownZone(harness.ServiceCase):
    workers = 0

    @classmethod
    def setUpClass(cls):
        cls.database = harness.Database()
        cls.addClassCleanup(cls.database.close)
        cls.database.start()

    def test_a_zone_that_only_the_database_refuses_ends_the_worker(self):
        # The zone has a file, but the file counts leap seconds.
        with contextlib.closing(harness.Service(self.database, STUDYTRACKER_TIME_ZONE="right/UTC")) as service:
            worker = service.start_worker()
            self.assertEqual(worker.popen.wait(harness.PATIENCE), 78, worker.log())
            self.assertIn('STUDYTRACKER_TIME_ZONE is "right/UTC": the database does not take', worker.log())

    @classmethod
    def tearDownClass(cls):
        pass


if __name__ == "__main__":
    harness.main()
