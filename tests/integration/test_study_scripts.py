"""Scripts and shells use `study`: exit statuses, help, the man page, completion."""

import json
import os
import re
import shutil
import subprocess
import sys
import unittest

import harness
from study_program import NAMESPACE, REFUSED, STUDY, UNREACHABLE, USAGE, StudyCase, Terminal

SOURCE = os.path.join(harness.ROOT, "client", "study")
COMMANDS = ["log", "topics", "sessions", "stats", "heatmap", "import", "export", "account", "rpc", "status",
            "keys"]

# A typed line, and the words that the shell offers for its last word.
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

# Types each line, and records the offered words instead of listing them.
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
        """Each option with the name of its argument, or with an empty string."""
        return dict(re.findall(r"(?m)^  (?:-\w, )?(--[a-z-]+) ?([A-Z]*)", self.study(*command, "--help")))

    def choices_of(self, command, option):
        """The choices that the error message lists.

        The unknown second option prevents the command from running."""
        self.study(command, option, "?", "--nix", status=USAGE)
        listed = re.search(r"must be one of (.*);", self.errors)
        return listed.group(1).split(", ") if listed else []

    def test_the_man_page_describes_every_option(self):
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
        """The words that bash offers for the last word of each line; _ stands for an empty word."""
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
        """The words that zsh offers after it has loaded the completion as a user's zsh does."""
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
        """The shell offers exactly the options and choices of the program."""
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

    def test_a_full_disk_is_reported(self):
        self.study("log", 5, "aws")
        with open("/dev/full", "w", encoding="ascii") as full:
            done = subprocess.run([STUDY, "sessions"], stdout=full, stderr=subprocess.PIPE, check=False,
                                  env=self.environment(), timeout=harness.PATIENCE)
        self.assertEqual(done.returncode, USAGE, done.stderr)


if __name__ == "__main__":
    if not os.access(STUDY, os.X_OK):
        sys.exit(f"{STUDY} is not built")
    harness.main()
