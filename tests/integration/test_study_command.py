"""People and scripts use the service at the command line: `study`."""

import csv
import datetime
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unicodedata
import unittest
import zoneinfo
import uuid

import harness
from study_program import (DONE, ESCAPE, HEADER, LINES, NAMESPACE, REFUSED, STUDY, UNREACHABLE, USAGE,
                           StudyCase, Terminal, is_sanitized)

SOURCE = os.path.join(harness.ROOT, "client", "study")
COMMANDS = ["log", "topics", "sessions", "stats", "heatmap", "import", "export", "account", "rpc", "status",
            "keys"]
RSS_MAX_KIB = 64 << 10

# A line as it is typed, and what the shell offers for its last word.
COMPLETED = [
    ("study ", COMMANDS),
    ("study st", ["stats", "status"]),
    ("study --json st", ["stats", "status"]),
    ("study --timeout 5 st", ["stats", "status"]),
    ("study stats --by w", ["week"]),
    ("study stats --by=w", ["week"]),
    ("study stats --by ", ["day", "week", "month", "year"]),
    ("study import --format ", ["auto", "csv", "json", "ndjson"]),
    ("study import --time-zone Europe/Berl", ["Europe/Berlin"]),
    ("study import --time-zone=UT", ["UTC"]),
    ("study export --format=", ["csv", "json", "ndjson"]),
    ("study sessions --sort -", ["-created_at", "-study_date"]),
    ("study sessions --tag tw", ["two words"]),
    ("study log 5 tw", ["two words"]),
    ("study log --date 2026-01-01 --note x 5 tw", ["two words"]),
    ("study log 5 --no", ["--note"]),
    ("study log --date ye", ["yesterday"]),
    ("study acc", ["account"]),
    ("study account --week-start s", ["saturday", "sunday"]),
    ("study account --time-zone Europe/Berl", ["Europe/Berlin"]),
    ("study account --time-zone=def", ["default"]),
    ("study import --time-zone=def", []),
    ("study sessions --from=t", ["today"]),
    ("study topics --add --j", []),
    ("study import --dr", ["--dry-run"]),
    ("study import ro", ["rows.csv"]),
    ("study import --format csv ro", ["rows.csv"]),
    ("study import rows.csv ro", []),
    ("study --key-file ro", ["rows.csv"]),
]

# Types line after line, and notes what is offered instead of listing it.
ZSHRC = r"""
fpath=($COMPLETION $fpath)
autoload -Uz compinit && compinit -D -u
setopt no_auto_list no_auto_menu
compadd() {
	local -a offered
	if (( ! ${@[(I)-[OAD]]} )); then # these only ask
		builtin compadd -A offered "$@"
		print -rl -- ${(Q)offered} >>$OFFERED
	fi
	builtin compadd "$@"
}
zle -C offer complete-word _main_complete
zle-line-init() {
	cd -q $ZDOTDIR
	: >$OFFERED
	for BUFFER in "${(@f)LINES_TYPED}"; do
		CURSOR=$#BUFFER
		print "> line" >>$OFFERED
		zle offer
	done
	exit
}
zle -N zle-line-init
"""


class Commands(StudyCase):
    def test_log_and_look(self):
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
        told = self.study("account", "--time-zone", "Pacific/Kiritimati", "--week-start", "sunday",
                          "--day-starts-at", "04:00", "--name", "Ana")
        self.assertEqual(told.splitlines(), [
            "Name           Ana", "Time zone      Pacific/Kiritimati", "Week starts on sunday",
            "Day starts at  04:00"])
        self.assertEqual(self.study("account"), told)
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

    def test_days_by_their_names(self):
        today = datetime.date.fromisoformat(self.json("rpc", "stats.streak")["today"])
        yesterday = str(today - datetime.timedelta(1))
        self.assertIn(yesterday, self.study("log", 5, "aws", "--date", "yesterday"))
        self.assertEqual(self.json("log", 6, "aws", "--date=today")["study_date"], str(today))
        self.assertIn("6 min", self.study("sessions", "--from", "today"))
        self.assertNotIn("6 min", self.study("sessions", "--to", "today"))
        self.assertEqual(self.json("stats", "--from", "yesterday", "--to", "today")["minutes"], 5)

    def test_a_chart_shows_all_of_its_time(self):
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

    def test_nothing_yet(self):
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

    def test_long_names_stay_whole_in_a_pipe(self):
        """However long those of the pages before were."""
        text = HEADER + "".join(f"{i},2020-01-02,5,aws\n" for i in range(501)) + f"x,2020-01-01,5,{'y' * 200}\n"
        self.study("import", "-", stdin=text)
        self.assertIn("y" * 200, self.study("sessions", "--limit", 0))

    def test_rpc(self):
        self.assertEqual(json.loads(self.study("rpc", "stats.streak", "{}"))["current"], 0)
        asked = self.study("rpc", "topics.create", "-", stdin='{"name": "from a pipe"}')
        self.assertEqual(json.loads(asked)["name"], "from a pipe")
        self.study("rpc", "topics.get", '{"topic_id":', status=USAGE)
        self.study("rpc", "no.method", status=REFUSED)
        self.study("rpc", "topics.get", '{"topic_id":0}', status=REFUSED)
        self.assertIn("INVALID_INPUT", self.errors)

    def test_status(self):
        text = self.study("status")
        for part in ("ready", "queue: 0 of 10000 waiting", "calls", "Credit", "connected"):
            self.assertIn(part, text)
        lost = "ipc://" + self.path("nobody.sock")
        endpoints = f"{lost},{self.service.rpc_endpoint()}"
        said = self.json("status", "--interval", 0, "--timeout", 1, "--endpoint", endpoints)["gateways"]
        self.assertEqual([gateway.get("ready") for gateway in said], [None, True])
        self.assertEqual(len(said[1]["workers"]), 2)
        self.assertGreaterEqual(said[1]["per_second"]["calls"], 0)
        self.study("status", "--timeout", 0.2, "--endpoint", lost, status=UNREACHABLE)
        self.study("topics", "--timeout", 0.2, "--endpoint", lost, status=UNREACHABLE)
        self.assertIn(f"is one running at {lost}?", self.errors)

    def test_keys(self):
        public = self.study("keys", self.path("pair")).strip()
        with open(self.path("pair"), encoding="ascii") as file:
            self.assertRegex(file.read(), rf"\Apublic {re.escape(public)}\nsecret \S{{40}}\n\Z")
        self.assertEqual(os.stat(self.path("pair")).st_mode & 0o777, 0o600)
        self.study("keys", self.path("pair"), status=USAGE)
        self.assertNotEqual(self.json("keys", self.path("other"))["public"], public)
        self.study("topics", "--server-key", "x", status=USAGE)

    def test_finds_the_gateway_by_itself(self):
        found = {"STUDYTRACKER_ENDPOINT": ""}
        self.study("topics", STUDYTRACKER_RUNTIME_DIR=self.service.directory, **found)
        os.makedirs(self.path("data/studytracker"))
        os.symlink(self.service.directory, self.path("data/studytracker/run"))
        self.study("topics", XDG_DATA_HOME=self.path("data"), **found)
        self.study("topics", STUDYTRACKER_DATA_DIR=self.path("data/studytracker"), **found)


class Scripts(StudyCase):
    def test_exit_statuses(self):
        nobody = "ipc://" + self.path("nobody.sock")
        for status, words in (
                (USAGE, []), (USAGE, ["nix"]), (USAGE, ["topics", "--nix"]), (USAGE, ["log", "5"]),
                (USAGE, ["log", "x", "aws"]), (USAGE, ["log", "5", "a", "b"]),
                (USAGE, ["log", "5", "a", "--date", "2026-02-30"]),
                (USAGE, ["sessions", "--limit", "-1"]), (USAGE, ["import", "/nowhere/at/all"]),
                (USAGE, ["import", self.directory]), (USAGE, ["export", "/nowhere/at/all"]),
                (USAGE, ["topics", "--endpoint", "smoke://signal"]),
                (USAGE, ["topics", "--description", "of what"]),
                (REFUSED, ["log", "1441", "aws"]), (REFUSED, ["log", "5", " "]),
                (REFUSED, ["rpc", "sessions.get", json.dumps({"session_id": str(NAMESPACE)})]),
                (UNREACHABLE, ["topics", "--endpoint", nobody, "--timeout", "0.2"]),
                (UNREACHABLE, ["--timeout", "0.2", "--endpoint", nobody, "log", "5", "aws"])):
            with self.subTest(words=words):
                self.assertEqual(self.study(*words, status=status), "")
                self.assertTrue(self.errors.startswith("study: "), self.errors)
        self.assertEqual(self.totals()["total_sessions"], 0)

    def test_help_of_every_command(self):
        text = self.study("--help")
        for command in COMMANDS:
            self.assertRegex(text, rf"(?m)^  {command} ")
            self.assertIn("4: lines of an import were refused", self.study(command, "--help"))
            self.assertEqual(self.study("help", command), self.study(command, "--help"))
        self.assertEqual(self.study("help"), text)
        self.study("help", "nix", status=USAGE)
        self.study(status=USAGE)
        self.assertIn("log, topics,", self.errors)
        self.assertRegex(self.study("--version"), r"^study \d+\.\d+\.\d+\n$")

    def options_of(self, *command):
        """Each with what it takes, or nothing."""
        return dict(re.findall(r"(?m)^  (?:-\w, )?(--[a-z-]+) ?([A-Z]*)", self.study(*command, "--help")))

    def choices_of(self, command, option):
        """What the program says that it takes; the second option keeps all others from running."""
        self.study(command, option, "?", "--nix", status=USAGE)
        told = re.search(r"must be one of (.*);", self.errors)
        return told.group(1).split(", ") if told else []

    def test_man_page_knows_every_option(self):
        with open(os.path.join(SOURCE, "study.1"), encoding="utf-8") as file:
            page = file.read().replace("\\-", "-")
        for command in COMMANDS:
            self.assertIn(command, page)
            for option in self.options_of(command):
                self.assertIn(option, page, f"man page: {command}")

    def test_completion_and_man_page_parse(self):
        script = os.path.join(SOURCE, "completion", "study.bash")
        subprocess.run(["bash", "-n", script], check=True)
        if shutil.which("zsh"):
            subprocess.run(["zsh", "-n", os.path.join(SOURCE, "completion", "_study")], check=True)
        if shutil.which("groff"):
            done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", os.path.join(SOURCE, "study.1")],
                                  check=True, capture_output=True)
            self.assertEqual(done.stderr, b"")

    def shell_environment(self, **more):
        return self.environment(PATH=os.path.dirname(STUDY) + ":" + os.environ["PATH"], **more)

    def bash_offers(self, lines):
        """What bash offers for the last word of each line; _ stands for an empty one."""
        script = ('source "$0"; while read -r -a COMP_WORDS; do COMP_CWORD=$((${#COMP_WORDS[@]} - 1));'
                  ' [[ ${COMP_WORDS[COMP_CWORD]} != _ ]] || COMP_WORDS[COMP_CWORD]="";'
                  ' _study; printf "%s\n" "> line" "${COMPREPLY[@]}"; done')
        text = "".join(re.sub(r" $", " _", line.replace("=", " = ")).rstrip() + "\n" for line in lines)
        done = subprocess.run(
            ["bash", "-c", script, os.path.join(SOURCE, "completion", "study.bash")], check=True,
            encoding="utf-8", input=text, stdout=subprocess.PIPE, cwd=self.directory,
            env=self.shell_environment(), timeout=4 * harness.PATIENCE)
        return dict(zip(lines, self.offers(done.stdout)))

    def zsh_offers(self, lines):
        """The same of a zsh that has loaded our completion as any user's does."""
        self.write(".zshrc", ZSHRC)
        shell = Terminal(["zsh", "-d", "-i"], self.shell_environment(
            ZDOTDIR=self.directory, COMPLETION=os.path.join(SOURCE, "completion"),
            OFFERED=self.path("offered"), LINES_TYPED="\n".join(lines)), reads_it=True)
        self.assertTrue(os.path.exists(self.path("offered")), shell.text)
        with open(self.path("offered"), encoding="utf-8") as file:
            return dict(zip(lines, self.offers(file.read())))

    @staticmethod
    def offers(text):
        return [sorted(word for word in part.split("\n")[1:] if word) for part in text.split("> ")[1:]]

    def check_completion(self, offers_of):
        self.topic("two words")
        self.write("rows.csv", "")
        offered = offers_of(dict(COMPLETED))
        for line, expected in COMPLETED:
            self.assertEqual(offered[line], sorted(expected), line)
        self.assertIn("topics.get", offers_of(["study rpc topics."])["study rpc topics."])

    def check_options(self, offers_of):
        """Exactly what the program has, neither less nor more."""
        expected = {"study --": self.options_of()}
        for command in COMMANDS:
            expected[f"study {command} --"] = self.options_of(command)
            for option, argument in self.options_of(command).items():
                choices = self.choices_of(command, option)
                if choices:
                    expected[f"study {command} {option} "] = choices
                elif argument:
                    expected[f"study {command} {option} --"] = []
        self.assertGreaterEqual(len(expected), 1 + len(COMMANDS) + 4)
        offered = offers_of(list(expected))
        for line, words in expected.items():
            self.assertEqual(offered[line], sorted(words), line)

    def test_bash_completes(self):
        self.check_completion(self.bash_offers)
        self.check_options(self.bash_offers)

    @unittest.skipUnless(shutil.which("zsh"), "there is no zsh")
    def test_zsh_completes(self):
        self.check_completion(self.zsh_offers)
        self.check_options(self.zsh_offers)

    def test_a_full_disk_is_told(self):
        self.study("log", 5, "aws")
        with open("/dev/full", "w", encoding="ascii") as full:
            done = subprocess.run([STUDY, "sessions"], stdout=full, stderr=subprocess.PIPE, check=False,
                                  env=self.environment(), timeout=harness.PATIENCE)
        self.assertEqual(done.returncode, USAGE, done.stderr)


class Terminals(StudyCase):
    def test_colours_on_a_terminal_only(self):
        self.study("log", 5, "aws")
        for command in (["sessions"], ["stats"], ["heatmap"], ["status", "--interval", "0"]):
            with self.subTest(command=command):
                self.assertIn(ESCAPE + "[", self.on_terminal(*command).text)
                self.assertNotIn(ESCAPE, self.on_terminal(*command, NO_COLOR="1").text)
                self.assertNotIn(ESCAPE, self.on_terminal(*command, TERM="dumb").text)
                self.study(*command)  # which looks for escapes itself
        self.assertIn(ESCAPE + "[", self.on_terminal("sessions", NO_COLOR="").text)
        self.assertNotIn(ESCAPE, self.on_terminal("sessions", "--json").text)

    def test_nothing_of_the_data_commands_the_terminal(self):
        evil = "\x1b]0;title\x07\x1b[2J\u009b31m\u202e\x7f"
        self.study("topics", "--add", "topic" + evil, "--description", evil)
        self.study("rpc", "sessions.log", json.dumps({"minutes": 5, "tag": "topic" + evil, "notes": evil}))
        unclean = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202e]")
        for words in (["topics"], ["sessions"], ["stats"], ["export"], ["log", "5", "topic" + evil],
                      ["rpc", "topics.list"], ["topics", "--json"], ["nix" + evil],
                      ["export", "--format", "json"], ["rpc", "no" + evil], ["import", evil]):
            with self.subTest(words=words):
                text = self.on_terminal(*words, NO_COLOR="1").text
                self.assertIsNone(unclean.search(text), repr(text))
                self.assertGreater(len(text), 5)

    def test_widths(self):
        self.study("log", 5, "漢字漢字", "--note", "漢" * 200)
        text = self.on_terminal("sessions", columns=50, NO_COLOR="1").text.replace("\r", "")
        row = text.splitlines()[1]
        self.assertTrue(row.endswith("…"), row)
        self.assertLessEqual(sum(2 if ord(c) > 0x2e80 else 1 for c in row), 50)
        for columns in (20, 40, 80, 132):
            heat = self.on_terminal("heatmap", columns=columns, NO_COLOR="1").text.replace("\r", "")
            self.assertLessEqual(max(map(len, heat.splitlines()[:-1])), columns)

    def test_a_terminal_without_utf8_gets_ascii(self):
        self.study("log", 5, "漢字")
        text = self.on_terminal("stats", LC_ALL="C", NO_COLOR="1").text
        self.assertTrue(text.isascii(), text)
        self.assertIn("####", text)

    def test_progress(self):
        path = self.write("many.csv", HEADER + "".join(
            f"{i},2020-01-01T00:00:00Z,5,aws\n" for i in range(20000)))
        shown = self.on_terminal("import", path, NO_COLOR="1")
        self.assertEqual(shown.status, DONE, shown.text)
        self.assertRegex(shown.text, r"\r█* *[▏▎▍▌▋▊▉]? * *\d+%  \d+ rows  \d+/s")
        self.study("import", path)
        self.assertNotIn("\r", self.errors)


    def test_json_stands_alone_on_a_terminal(self):
        path = self.write("bad.csv", HEADER + "1,2020-01-01,5,aws\n2,2020-01-01,0,aws\n")
        shown = self.on_terminal("import", path, "--json", NO_COLOR="1")
        parts = re.sub(r"\r[^\r]*\r\x1b\[K", "", shown.text)
        self.assertEqual(json.loads(parts)["refused_lines"], 1)

    def test_a_narrow_terminal_wraps_nothing(self):
        self.study("log", 1440, "漢字" * 20, "--note", "y" * 200)
        for columns in (40, 60, 100):
            for command in (["sessions"], ["stats"], ["topics"], ["stats", "--by", "day"]):
                shown = self.on_terminal(*command, columns=columns, NO_COLOR="1").text
                for line in shown.splitlines():
                    wide = sum(1 + (unicodedata.east_asian_width(c) == "W") for c in line)
                    self.assertLessEqual(wide, columns, line)

    def test_what_is_done_at_once_draws_no_progress(self):
        path = self.write("one.csv", HEADER + "1,2020-01-01,5,aws\n")
        self.assertEqual(self.on_terminal("import", path, "--dry-run", NO_COLOR="1").text,
                         "1 would be imported, 0 refused\r\n")

    def test_every_month_has_its_name(self):
        for columns in (40, 60, 80, 200):
            for year in range(2020, 2030):
                lines = self.on_terminal("heatmap", "--year", year, columns=columns).text.splitlines()
                names = " ".join(line for line in lines if line.startswith("    ")).split()
                self.assertEqual(len(set(names)), 12, (columns, year, names))


class Imports(StudyCase):
    def test_a_file_of_the_system_before(self):
        path = self.write("old.csv", HEADER
                          + '1,2019-12-31T23:30:00-08:00,45,aws\r\n2,2020-01-01,5,"a ""b"", c"\r\n'
                          + "01890A5D-AC96-774B-BCCE-B302099A8057,2020-01-02 10:00:00,6,AWS\n")
        self.assertIn("3 imported", self.study("import", path))
        self.assertEqual(self.all_sessions(), {
            str(uuid.uuid5(NAMESPACE, "1")): ("2020-01-01", 45, "aws", None),
            str(uuid.uuid5(NAMESPACE, "2")): ("2020-01-01", 5, 'a "b", c', None),
            "01890a5d-ac96-774b-bcce-b302099a8057": ("2020-01-02", 6, "AWS", None)})
        before = self.totals()
        again = self.json("import", path)
        self.assertEqual((again["created"], again["existing"], again["refused_lines"]), (0, 3, 0))
        self.assertEqual(self.totals(), before)
        other = self.json("import", path, "--namespace", str(uuid.UUID(int=1)))
        self.assertEqual((other["created"], other["existing"]), (2, 1))

    def test_refused_lines_are_told_and_the_others_go_in(self):
        text = (HEADER + "1,2020-01-01,0,a\n2,2020-02-30,5,a\n,2020-01-01,5,a\n3,2020-01-01,5,  \n"
                + '4,2020-01-01,5,b"c\n5,2020-01-01,5\n6,2020-01-01,5,good\n'
                + "7,2020-01-01,5," + "x" * 201 + "\n8,2020-01-01,5," + "y" * 70000 + "\n"
                + '9,2020-01-01,5,"open\n10,2020-01-01,5,good\n6,2020-01-01,7,good\n')
        path = self.write("bad.csv", text)
        said = self.json("import", path, status=LINES)
        self.assertEqual([(line["line"], line["field"]) for line in said["refused"]], [
            (2, "minutes"), (3, "timestamp"), (4, "id"), (5, "tag"), (6, None), (7, None),
            (9, "tag"), (10, "tag"), (11, None), (13, "id")])
        self.assertEqual((said["created"], said["differing"], said["refused_lines"]), (2, 1, 9))
        self.study("import", path, status=LINES)
        self.assertIn("line 2: minutes must be a whole number from 1 to 1440\n", self.errors)
        self.assertIn("line 13: id is there with other values: minutes 5, the file says 7\n", self.errors)
        self.assertEqual(self.totals()["total_sessions"], 2)

    def test_refused_lines_far_apart_are_told_in_order(self):
        lines = [f"{i},2020-01-01,5,aws" for i in range(2000)]
        lines[500], lines[1500] = "x,2020-01-01,5,", "y,2020-01-01,5000,aws"
        said = self.json("import", self.write("f.csv", HEADER + "\n".join(lines)), status=LINES)
        self.assertEqual([line["line"] for line in said["refused"]], [502, 1502])
        self.assertEqual(said["created"], 1998)

    def test_a_wrong_header(self):
        for text, told in (("", "empty"), ("1,2020-01-01,5,a\n", "no column id"),
                           ("id,minutes,tag\n", "no column timestamp")):
            self.study("import", "-", stdin=text, status=LINES)
            self.assertIn(told, self.errors)
        self.assertEqual(self.json("import", "-", stdin="a,b\n", status=LINES)["refused_lines"], 1)

    def test_dry_run_changes_nothing(self):
        path = self.write("some.csv", HEADER + "1,2020-01-01,5,aws\n2,2020-01-01,0,aws\n")
        said = self.json("import", path, "--dry-run", status=LINES)
        self.assertEqual((said["created"], said["refused_lines"], said["dry_run"]), (1, 1, True))
        self.study("import", path, "--dry-run", status=LINES, STUDYTRACKER_ENDPOINT="ipc:///nowhere")
        self.assertEqual(self.totals()["total_sessions"], 0)
        self.assertFalse(os.path.exists(self.path("state")))

    def test_standard_input_and_json_lines(self):
        lines = ('{"id":"1","date":"2020-01-01","minutes":5,"tag":"a","notes":"ü\\u0001"}\n'
                 '{"id":2,"timestamp":"2020-01-01T10:00Z","duration_minutes":6,"topic":"b"}\n{}\n')
        self.assertIn("line 3: id is missing", (self.study("import", "-", stdin=lines, status=LINES),
                                                self.errors)[1])
        self.assertEqual(set(self.all_sessions().values()),
                         {("2020-01-01", 5, "a", "ü\x01"), ("2020-01-01", 6, "b", None)})

    def test_a_slow_pipe(self):
        """Its rows are acknowledged before it ends."""
        popen = subprocess.Popen([STUDY, "import", "-"], stdin=subprocess.PIPE, env=self.environment(),
                                 stdout=subprocess.PIPE, preexec_fn=harness.dies_with_us)
        with popen:
            popen.stdin.write((HEADER + "1,2020-01-01,5,aws\n2,2020").encode())
            popen.stdin.flush()
            harness.until("the first row is in", lambda: self.database.value(
                "select count(*) from sessions") == "1")
            popen.stdin.write(b"-01-01,5,aws\n")
            popen.stdin.close()
            self.assertEqual(popen.wait(harness.PATIENCE), DONE)
            self.assertIn(b"2 imported", popen.stdout.read())

    def start_import(self, path):
        return subprocess.Popen([STUDY, "import", path], env=self.environment(),
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                preexec_fn=harness.dies_with_us)

    def journal(self):
        folder = self.path("state/studytracker")
        found = os.listdir(folder) if os.path.isdir(folder) else []
        return [os.path.join(folder, name) for name in found if "." not in name]

    def many(self, count):
        return self.write("many.csv", HEADER + "".join(
            f"{i},20{i % 20 + 1:02}-01-0{i % 9 + 1}T10:00:00Z,{i % 240 + 1},topic {i % 7}\n"
            for i in range(count)))

    def is_idle(self):
        said = self.json("status", "--interval", 0)["gateways"][0]["queue"]
        return said["in_flight"] == said["waiting"] == 0

    def interrupt(self, how):
        count = 60000
        path = self.many(count)
        popen = self.start_import(path)
        harness.until("the import has come some way", lambda: self.journal() or popen.poll() is not None)
        self.assertIsNone(popen.poll(), "it ended before it was interrupted")
        popen.send_signal(how)
        told = popen.stderr.read().decode()
        popen.stderr.close()
        self.assertEqual(popen.wait(harness.PATIENCE), -how)
        rest = self.json("import", path)
        if how != signal.SIGKILL:
            self.assertIn(f"the same command goes on at line {rest['resumed_at_line']}\n", told)
        self.assertGreater(rest["resumed_at_line"], 1)
        self.assertEqual(rest["created"] + rest["existing"], count)
        self.assertEqual(self.totals()["total_sessions"], count)
        self.assertEqual(self.totals()["total_time"], sum(i % 240 + 1 for i in range(count)))
        self.assertEqual(self.journal(), [])

    def test_killed_in_the_middle_it_goes_on_there(self):
        self.interrupt(signal.SIGKILL)

    def test_an_interrupted_pipe_tells_no_line(self):
        popen = subprocess.Popen([STUDY, "import", "-"], stdin=subprocess.PIPE, env=self.environment(),
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                 preexec_fn=harness.dies_with_us)
        with popen:
            popen.stdin.write((HEADER + "1,2020-01-01,5,aws\n").encode())
            popen.stdin.flush()
            harness.until("the row is in", lambda: self.database.value("select count(*) from sessions") == "1")
            popen.send_signal(signal.SIGTERM)
            self.assertEqual(popen.wait(harness.PATIENCE), -signal.SIGTERM)
            self.assertIn(b"does the rest, and nothing twice", popen.stderr.read())

    def test_interrupted_it_goes_on_there(self):
        self.interrupt(signal.SIGINT)

    def test_another_service_or_file_is_begun_anew(self):
        path = self.many(60000)
        popen = self.start_import(path)
        harness.until("the import has come some way", lambda: self.journal() or popen.poll() is not None)
        popen.kill()
        popen.wait()
        popen.stderr.close()
        harness.until("what was asked is done", self.is_idle)
        self.empty()
        self.assertEqual(self.json("import", path)["resumed_at_line"], 0)
        self.assertEqual(self.totals()["total_sessions"], 60000)

    def test_a_service_that_goes_ends_it_and_it_goes_on_later(self):
        path = self.many(30000)
        popen = subprocess.Popen([STUDY, "import", path, "--timeout", "1"], env=self.environment(),
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                 preexec_fn=harness.dies_with_us)
        harness.until("rows come in", lambda: self.database.value("select count(*) from sessions") != "0")
        for worker in self.service.workers:
            worker.popen.send_signal(signal.SIGSTOP)
        try:
            self.assertEqual(popen.wait(harness.PATIENCE), UNREACHABLE)
            harness.until("status says that nobody works", lambda: "not ready" in (
                text := self.study("status", "--interval", 0)) and "no workers" in text)
        finally:
            for worker in self.service.workers:
                worker.popen.send_signal(signal.SIGCONT)
        self.service.wait_ready()
        said = self.json("import", path)
        self.assertEqual(said["created"] + said["existing"], 30000)
        self.assertEqual(self.totals()["total_sessions"], 30000)

    def test_a_hundred_thousand_rows_in_bounded_memory(self):
        count = 20000 if is_sanitized() else 100000
        path = self.many(count)
        popen = subprocess.Popen([STUDY, "import", path, "--json"], env=self.environment(),
                                 stdout=subprocess.PIPE, preexec_fn=harness.dies_with_us)
        with popen:
            peaks = [0]
            harness.until("it has ended", lambda: self.has_ended(popen.pid, peaks), 4 * harness.PATIENCE)
            most = max(peaks)
            said = json.loads(popen.stdout.read())
        self.assertEqual((popen.returncode, said["created"]), (DONE, count))
        print(f"import: {count} rows, {said['rows_per_second']:.0f} rows/s, at most {most} KiB",
              file=sys.stderr)
        if not is_sanitized():
            self.assertLess(most, RSS_MAX_KIB)

    @staticmethod
    def has_ended(pid, peaks):
        """Notes VmHWM, which a process has no more once it has ended."""
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            found = re.search(r"VmHWM:\s+(\d+)", file.read())
        if found:
            peaks.append(int(found.group(1)))
        return not found


class Keys(StudyCase):
    """A gateway at tcp://, who may connect, and a client, all with pairs of `study keys`."""

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
        cls.reservation = socket.socket()
        cls.addClassCleanup(cls.reservation.close)
        cls.reservation.bind(("127.0.0.1", 0))
        cls.port = cls.reservation.getsockname()[1]
        cls.reservation.close()
        cls.settings = {"STUDYTRACKER_RPC_ENDPOINT": f"tcp://127.0.0.1:{cls.port}",
                        "STUDYTRACKER_CURVE_SECRET_KEY_FILE": os.path.join(cls.keys, "gateway"),
                        "STUDYTRACKER_CURVE_CLIENTS_FILE": clients}
        super().setUpClass()

    def environment(self, **more):
        return super().environment(**{
            "STUDYTRACKER_ENDPOINT": f"tcp://127.0.0.1:{self.port}",
            "STUDYTRACKER_CURVE_SERVER_KEY": self.public["gateway"],
            "STUDYTRACKER_CURVE_SECRET_KEY_FILE": os.path.join(self.keys, "client"), **more})

    def test_who_is_listed_comes_in(self):
        self.study("log", 5, "aws")
        self.study("topics", "--timeout", 1, "--key-file", os.path.join(self.keys, "stranger"),
                   status=UNREACHABLE)
        self.study("topics", "--key-file", os.path.join(self.keys, "client"), "--server-key",
                   self.public["gateway"], STUDYTRACKER_CURVE_SERVER_KEY="",
                   STUDYTRACKER_CURVE_SECRET_KEY_FILE="")


class Exports(StudyCase):
    NOTES = [None, "", "plain", "a,b", '"', "line\r\nline\n", " blanks ", "漢字 🎉 é", "=1+1", "\x01\x7f",
             "x" * 10000, '"' * 10000, "🎉" * 10000]

    def fill(self):
        for i, notes in enumerate(self.NOTES):
            params = {"minutes": i + 1, "tag": ["Größe, ja", "漢字", 'quo"te'][i % 3],
                      "study_date": f"2020-01-{i + 1:02}", "notes": notes}
            self.study("rpc", "sessions.log", "-", stdin=json.dumps(params))

    def test_export_and_import_again(self):
        self.fill()
        for name in ("csv", "json", "ndjson"):
            with self.subTest(format=name):
                before = self.all_sessions()
                self.assertEqual(len(before), len(self.NOTES))
                path = self.path("out." + name)
                self.study("export", path)
                self.assertEqual(self.study("export", "-", "--format", name),
                                 self.study("export", "--format", name))
                self.empty()
                self.assertEqual(self.json("import", path)["created"], len(before))
                self.assertEqual(self.all_sessions(), before)

    def test_formats(self):
        self.fill()
        self.study("export", self.path("a.csv"))
        with open(self.path("a.csv"), encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual([row["notes"] for row in rows], [notes or "" for notes in self.NOTES])
        self.assertEqual(len(json.loads(self.study("export", "--format", "json"))), len(self.NOTES))
        lines = self.study("export", "--format", "ndjson").split("\n")
        self.assertEqual([json.loads(line)["notes"] for line in lines[:-1]], self.NOTES)
        self.assertEqual(len(self.study("export", "--tag", "漢字", "--from", "2020-01-03", "--to",
                                        "2020-01-08", "--format", "ndjson").splitlines()), 1)

    def test_json_is_json_on_standard_output(self):
        self.fill()
        self.assertEqual(len(self.json("export")), len(self.NOTES))
        self.assertEqual(self.study("export", "--json", "--format", "csv"), self.study("export"))

    def test_nothing_to_export(self):
        self.assertEqual(json.loads(self.study("export", "--format", "json")), [])
        self.assertEqual(self.study("export", "--format", "ndjson"), "")
        self.assertEqual(self.study("export").strip(), "id,study_date,minutes,tag,notes,created_at")

    def test_many_pages(self):
        text = HEADER + "".join(f"{i},2020-01-01,5,aws\n" for i in range(2501))
        self.study("import", "-", stdin=text)
        self.assertEqual(len(self.study("export").splitlines()), 2502)
        self.assertEqual(len(self.json("sessions", "--limit", 0)["data"]), 2501)
        self.assertEqual(len(self.json("sessions", "--limit", 501)["data"]), 501)
        self.assertEqual(self.json("export", self.path("x.csv"))["rows"], 2501)

    def test_a_file_stays_where_the_export_fails(self):
        path = self.write("old.csv", "kept")
        self.study("export", path, "--endpoint", "ipc:///nowhere", "--timeout", 0.2, status=UNREACHABLE)
        with open(path, encoding="ascii") as file:
            self.assertEqual(file.read(), "kept")
        self.assertEqual(os.listdir(self.directory), ["old.csv"])


if __name__ == "__main__":
    if not os.access(STUDY, os.X_OK):
        sys.exit(f"{STUDY} is not built")
    harness.main()
