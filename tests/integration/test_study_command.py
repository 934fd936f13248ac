"""People use the service at the command line: `study`."""

import datetime
import grp
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import zoneinfo

import harness
from study_program import HEADER, REFUSED, STUDY, UNREACHABLE, USAGE, StudyCase


class Commands(StudyCase):
    def test_log_and_list_sessions(self):
        self.assertIn("Logged 45 min of aws", self.study("log", 45, "aws"))
        self.study("log", "1h30", "Größe 漢字", "--date", "2020-02-29", "--note", "größer\nals 漢")
        logged = self.json("log", 10, "AWS", "--date=2020-02-29")
        self.assertEqual((logged["tag"], logged["minutes"], logged["created"]), ("aws", 10, True))
        listed = self.json("sessions")["data"]
        self.assertEqual([row["minutes"] for row in listed][0], 45)
        self.assertEqual(len(listed), 3)
        self.assertEqual(self.json("sessions", "--tag", "AWS", "--to", "2020-03-01")["data"][0]["id"],
                         logged["id"])
        text = self.study("sessions", "--from", "2020-02-29", "--to", "2020-03-01", "--ids")
        self.assertIn("1 h 30 min  Größe 漢字  größer als 漢", text)
        self.assertIn(logged["id"], text)
        self.assertEqual(len(self.json("sessions", "--limit", 2)["data"]), 2)
        self.assertEqual(self.json("sessions", "--search", "größer")["data"][0]["minutes"], 90)

    def test_topics(self):
        self.assertIn("No topics", self.study("topics"))
        self.study("topics", "--add", "Linux", "--description", "kernel and shell")
        topic = self.json("topics", "--add", "漢字")
        self.study("topics", "--add", "linux", status=REFUSED)
        self.assertIn("NAME_TAKEN", self.errors)
        self.study("rpc", "topics.update", json.dumps({"topic_id": topic["id"], "archived": True}))
        self.assertEqual([t["name"] for t in self.json("topics")["data"]], ["Linux"])
        self.assertEqual(len(self.json("topics", "--archived")["data"]), 2)
        self.assertIn("漢字   archived", self.study("topics", "--archived"))
        self.assertIn("kernel and shell", self.study("topics", "--search", "LIN"))

    def test_stats_and_heatmap(self):
        for day, minutes in (("2024-01-01", 60), ("2024-01-03", 30), ("2024-03-01", 90)):
            self.study("log", minutes, "C" if minutes > 30 else "漢字", "--date", day)
        bars = self.study("stats").splitlines()
        self.assertRegex(bars[0], r"^C +2 h 30 min +█{40,}$")
        self.assertRegex(bars[1], r"^漢字 +30 min +█+.?$")
        self.assertEqual(bars[2], "3 h 00 min in 3 sessions")
        days = self.study("stats", "--by", "day", "--from", "2024-01-01", "--to", "2024-02-01")
        self.assertEqual([line.split()[0] for line in days.splitlines()[:3]],
                         ["2024-01-01", "2024-01-02", "2024-01-03"])
        months = self.study("stats", "--by", "month", "--from", "2024-01-01").splitlines()
        self.assertEqual([line.split()[:2] for line in months[:3]],
                         [["2024-01", "1"], ["2024-02", "-"], ["2024-03", "1"]])
        series = self.json("stats", "--by", "week", "--from", "2024-01-01")
        self.assertEqual([bucket["minutes"] for bucket in series["data"]], [90, 90])
        weeks = self.study("stats", "--by", "week", "--from", "2024-01-03", "--to", "2024-03-02").splitlines()
        self.assertEqual([line.split()[:2] for line in weeks[:3]],
                         [["2024-01-03", "30"], ["2024-01-08", "-"], ["2024-01-15", "-"]])
        self.assertEqual(self.json("stats")["minutes"], 180)
        heat = self.study("heatmap", "--year", 2024).splitlines()
        self.assertEqual(len(heat), 9)
        self.assertEqual(heat[8], "2024: 3 h 00 min on 3 days, at most 1 h 30 min a day")
        self.assertEqual(self.study("heatmap", "--year", 2023).splitlines()[8], "2023: no sessions")
        self.assertEqual([line[0:5] for line in heat[1:4]], ["Mon ▓", "Tue ·", "Wed ▒"])
        self.assertEqual(self.json("heatmap", "--year", 2024)["max_minutes"], 90)

    def test_account(self):
        self.addCleanup(self.study, "account", "--name", "local", "--time-zone", "default",
                        "--week-start", "monday", "--day-starts-at", "00:00")
        self.assertEqual(self.study("account").splitlines(), [
            "Name           local", "Time zone      UTC (the service's)", "Week starts on monday",
            "Day starts at  00:00"])
        shown = self.study("account", "--time-zone", "Pacific/Kiritimati", "--week-start", "sunday",
                           "--day-starts-at", "04:00", "--name", "Ana")
        self.assertEqual(shown.splitlines(), [
            "Name           Ana", "Time zone      Pacific/Kiritimati", "Week starts on sunday",
            "Day starts at  04:00"])
        self.assertEqual(self.study("account"), shown)
        kept = self.json("account")
        self.assertEqual((kept["time_zone"], kept["week_start"]), ("Pacific/Kiritimati", 7))
        self.assertEqual(self.json("stats", "--by", "week")["week_start"], 7)
        there = datetime.datetime.now(zoneinfo.ZoneInfo("Pacific/Kiritimati")) - datetime.timedelta(hours=4)
        self.assertIn(self.json("log", 5, "aws")["study_date"],
                      (str(there.date()), str((there + datetime.timedelta(minutes=1)).date())))
        changed = self.json("account", "--time-zone", "default")
        self.assertEqual((changed["time_zone"], changed["effective_time_zone"], changed["name"]),
                         (None, "UTC", "Ana"))
        self.study("account", "--time-zone", "Europe/Berln", status=REFUSED)
        self.assertIn("time_zone must be a name of the tz database", self.errors)
        self.study("account", "--day-starts-at", "25:00", status=REFUSED)
        self.study("account", "--week-start", "8", status=USAGE)

    def test_dates_may_be_today_and_yesterday(self):
        today = datetime.date.fromisoformat(self.json("rpc", "stats.streak")["today"])
        yesterday = str(today - datetime.timedelta(1))
        self.assertIn(yesterday, self.study("log", 5, "aws", "--date", "yesterday"))
        self.assertEqual(self.json("log", 6, "aws", "--date=today")["study_date"], str(today))
        self.assertIn("6 min", self.study("sessions", "--from", "today"))
        self.assertNotIn("6 min", self.study("sessions", "--to", "today"))
        self.assertEqual(self.json("stats", "--from", "yesterday", "--to", "today")["minutes"], 5)

    def test_a_chart_shows_every_period(self):
        today = datetime.date.fromisoformat(self.json("rpc", "stats.streak")["today"])
        monday = today - datetime.timedelta(today.weekday())
        first = monday - datetime.timedelta(77)
        years = range((first - datetime.timedelta(1)).year, today.year + 1)
        months = [f"{m // 12}-{m % 12 + 1:02}" for m in range(today.year * 12 + today.month - 12,
                                                             today.year * 12 + today.month)]
        for day in (first, first - datetime.timedelta(1), today - datetime.timedelta(2)):
            self.study("log", 7, "aws", "--date", day)
        for by, expected in (
                ("day", [str(today - datetime.timedelta(n)) for n in range(13, -1, -1)]),
                ("week", [str(first + datetime.timedelta(7 * n)) for n in range(12)]),
                ("month", months), ("year", [str(year) for year in years])):
            bars = self.study("stats", "--by", by).splitlines()[:-2]
            self.assertEqual([bar.split()[0] for bar in bars], expected)
        self.assertRegex(self.study("stats", "--by", "week"), rf"{first} +7 min")

    def test_messages_without_data(self):
        self.assertEqual(self.study("sessions"), "No sessions yet: study log 25 TOPIC\n")
        self.assertEqual(self.study("stats"), "No sessions yet: study log 25 TOPIC\n")
        self.assertIn("No topics yet", self.study("topics"))
        self.study("log", 5, "aws", "--date", "2020-01-01")
        self.assertEqual(self.study("sessions", "--tag", "C"), "No sessions match\n")
        self.assertEqual(self.study("topics", "--search", "C"), "No topics match\n")
        self.assertIn("No sessions in this time\nStreak: 0 days", self.study("stats", "--by", "day"))

    def test_no_line_ends_with_spaces(self):
        self.study("log", 5, "two words")
        for command in ("topics", "sessions", "stats", "status"):
            self.assertNotRegex(self.study(command), r"(?m) $", command)
        self.assertIn("Id  Topic      Description\n", self.study("topics"))

    def test_long_names_are_not_cut_in_a_pipe(self):
        """The names on earlier pages do not limit the width."""
        text = HEADER + "".join(f"{i},2020-01-02,5,aws\n" for i in range(501)) + f"x,2020-01-01,5,{'y' * 200}\n"
        self.study("import", "-", stdin=text)
        self.assertIn("y" * 200, self.study("sessions", "--limit", 0))

    def test_rpc(self):
        self.assertEqual(json.loads(self.study("rpc", "stats.streak", "{}"))["current"], 0)
        created = self.study("rpc", "topics.create", "-", stdin='{"name": "from a pipe"}')
        self.assertEqual(json.loads(created)["name"], "from a pipe")
        self.study("rpc", "topics.get", '{"topic_id":', status=USAGE)
        self.study("rpc", "no.method", status=REFUSED)
        self.study("rpc", "topics.get", '{"topic_id":0}', status=REFUSED)
        self.assertIn("INVALID_INPUT", self.errors)

    def test_status(self):
        text = self.study("status")
        self.assertRegex(text, r"(?m)^  Lane +Queued +In flight +Batches/s +Requests/batch +Commit$")
        self.assertRegex(text, r"(?m)^  write +\d+ +\d+ +\d+\.\d")
        for part in ("ready", "queue: 0 of 10000 waiting", "calls", "Credit", "connected"):
            self.assertIn(part, text)
        lost = "ipc://" + self.path("nobody.sock")
        endpoints = f"{lost},{self.service.rpc_endpoint()}"
        said = self.json("status", "--interval", 0, "--timeout", 5, "--endpoint", endpoints)["gateways"]
        self.assertEqual([gateway.get("ready") for gateway in said], [None, True])
        self.assertEqual(len(said[1]["workers"]), 2)
        self.assertGreaterEqual(said[1]["per_second"]["calls"], 0)
        self.study("status", "--timeout", 0.2, "--endpoint", lost, status=UNREACHABLE)
        self.study("topics", "--timeout", 0.2, "--endpoint", lost, status=UNREACHABLE)
        self.assertIn(f"is one running at {lost}?", self.errors)

    @unittest.skipUnless(os.geteuid() == 0, "becomes another user")
    def test_who_may_not_enter_the_directory_is_told_its_group(self):
        os.chmod(self.directory, 0o755)
        program = shutil.copy(STUDY, self.path("study"))
        os.makedirs(self.path("run/rpc"))
        environment = harness.clean_environment(STUDYTRACKER_RUNTIME_DIR=self.path("run"), HOME=self.directory)
        group = grp.getgrgid(1).gr_name
        endpoint = f"ipc://{self.path('run/rpc/rpc-1.sock')}"
        for mode, said in ((0o2750, f"only members of the group {group} may enter"), (0o700, "may not enter")):
            shutil.chown(self.path("run/rpc"), group=1)
            os.chmod(self.path("run/rpc"), mode)
            for words in ([], ["--endpoint", f"tcp://127.0.0.1:1,{endpoint}", "--timeout", "0.2"]):
                done = subprocess.run(["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups",
                                       program, "topics", *words], capture_output=True, text=True, check=False,
                                      env=environment)
                self.assertEqual(done.returncode, UNREACHABLE, done.stderr)
                self.assertIn(f"{said} {self.path('run/rpc')}", done.stderr)

    def test_status_shows_the_requests_of_the_interval(self):
        def requests():
            return self.json("status", "--interval", 0)["gateways"][0]

        before = requests()["http_requests"]
        for _ in range(20):
            self.service.get("/topics")
        self.service.get("/topics/999999")
        self.service.get("/nothing")
        self.service.post("/topics", {"name": "status"})
        said = requests()
        after = said["http_requests"]
        increases = {name: [after[name][count] - before[name][count] for count in ("requests", "refused")]
                     for name in ("read", "write", "other")}
        self.assertEqual(increases, {"read": [21, 1], "write": [1, 0], "other": [1, 1]})
        for name in ("read", "write", "other"):
            self.assertEqual(sum(after[name]["duration_us"][1:]), after[name]["requests"])
            self.assertEqual(len(after[name]["duration_us"]), len(after["bounds_us"]) + 2)
        read = said["requests"]["read"]
        self.assertGreater(read["requests_per_second"], read["refused_per_second"])
        self.assertGreater(read["refused_per_second"], 0)
        self.assertGreater(read["p99_ms"], 0)
        self.assertGreaterEqual(read["p99_ms"], read["p50_ms"])
        text = self.study("status", "--interval", 0)
        self.assertRegex(text, r"(?m)^  Requests +Per second +Refused/s +Unavailable/s +Failed/s +p50 +p99$")
        self.assertRegex(text, r"(?m)^  read +\d+\.\d +\d+\.\d +\d+\.\d +0\.0 +\d+\.\d ms +\d+\.\d ms$")

    def test_keys(self):
        public = self.study("keys", self.path("pair")).strip()
        with open(self.path("pair"), encoding="ascii") as file:
            self.assertRegex(file.read(), rf"\Apublic {re.escape(public)}\nsecret \S{{40}}\n\Z")
        self.assertEqual(os.stat(self.path("pair")).st_mode & 0o777, 0o600)
        self.study("keys", self.path("pair"), status=USAGE)
        self.assertNotEqual(self.json("keys", self.path("other"))["public"], public)
        self.study("topics", "--server-key", "x", status=USAGE)

    def test_study_finds_the_gateway(self):
        found = {"STUDYTRACKER_ENDPOINT": ""}
        self.study("topics", STUDYTRACKER_RUNTIME_DIR=self.service.directory, **found)
        os.makedirs(self.path("data/studytracker"))
        os.symlink(self.service.directory, self.path("data/studytracker/run"))
        self.study("topics", XDG_DATA_HOME=self.path("data"), **found)
        self.study("topics", STUDYTRACKER_DATA_DIR=self.path("data/studytracker"), **found)


class Keys(StudyCase):
    """A gateway at tcp://, its list of clients and a client use key pairs of `study keys`."""

    @classmethod
    def setUpClass(cls):
        cls.keys = tempfile.mkdtemp(prefix="st-study-keys-", dir="/tmp")
        cls.addClassCleanup(shutil.rmtree, cls.keys)
        cls.public = {}
        for name in ("gateway", "client", "stranger"):
            made = subprocess.run([STUDY, "keys", os.path.join(cls.keys, name)], check=True,
                                  encoding="ascii", stdout=subprocess.PIPE)
            cls.public[name] = made.stdout.strip()
        clients = os.path.join(cls.keys, "clients")
        with open(clients, "w", encoding="ascii") as file:
            file.write(cls.public["client"] + "\n")
        cls.port = harness.free_port()
        cls.settings = {"STUDYTRACKER_RPC_ENDPOINT": f"tcp://127.0.0.1:{cls.port}",
                        "STUDYTRACKER_CURVE_SECRET_KEY_FILE": os.path.join(cls.keys, "gateway"),
                        "STUDYTRACKER_CURVE_CLIENTS_FILE": clients}
        super().setUpClass()

    def environment(self, **more):
        return super().environment(**{
            "STUDYTRACKER_ENDPOINT": f"tcp://127.0.0.1:{self.port}",
            "STUDYTRACKER_CURVE_SERVER_KEY": self.public["gateway"],
            "STUDYTRACKER_CURVE_SECRET_KEY_FILE": os.path.join(self.keys, "client"), **more})

    def test_only_listed_clients_connect(self):
        self.study("log", 5, "aws")
        self.study("topics", "--timeout", 1, "--key-file", os.path.join(self.keys, "stranger"),
                   status=UNREACHABLE)
        self.study("topics", "--key-file", os.path.join(self.keys, "client"), "--server-key",
                   self.public["gateway"], STUDYTRACKER_CURVE_SERVER_KEY="",
                   STUDYTRACKER_CURVE_SECRET_KEY_FILE="")


if __name__ == "__main__":
    if not os.access(STUDY, os.X_OK):
        sys.exit(f"{STUDY} is not built")
    harness.main()
