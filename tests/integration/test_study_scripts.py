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
MANUAL = os.path.join(harness.BUILD, "client", "study", "study.1")
GENERATOR = os.path.join(harness.BUILD, "schema", "studytracker-generate")
COMMANDS = ["log", "topics", "sessions", "stats", "heatmap", "today", "review", "search", "import", "export",
            "login", "logout", "whoami", "account", "token", "rpc", "status", "keys",
            "backup", "restore"]
GROUPS = ["account", "token"]  # a second word selects a command

TOPICS = ["two words", "it's", "$(touch ran)", "`touch ran`"]

# A typed line, and the words that the shell offers for its last word.
COMPLETED = [
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
    ("study log 5 ", TOPICS),
    ("study log 5 --no", ["--note"]),
    ("study log --date ye", ["yesterday"]),
    ("study acc", ["account"]),
    ("study lo", ["log", "login", "logout"]),
    ("study login --pa", ["--password-stdin"]),
    ("study login --name --j", []),
    ("study tok", ["token"]),
    ("study token ", ["create", "list", "revoke"]),
    ("study token create --sc", ["--scope"]),
    ("study token create x --scope a", ["admin"]),
    ("study token create --scope=w", ["write"]),
    ("study account d", ["delete", "disable"]),
    ("study --json account cr", ["create"]),
    ("study account create --ro", ["--role"]),
    ("study account create ada --role l", ["learner"]),
    ("study account role ada a", ["admin"]),
    ("study account list --sea", ["--search"]),
    ("study account --week-start s", ["saturday", "sunday"]),
    ("study account --time-zone Europe/Berl", ["Europe/Berlin"]),
    ("study account --time-zone=def", ["default"]),
    ("study import --time-zone=def", []),
    ("study sessions --from=t", ["today", "tomorrow"]),
    ("study topics --add --j", []),
    ("study import --dr", ["--dry-run"]),
    ("study import ro", ["rows.csv"]),
    ("study import --format csv ro", ["rows.csv"]),
    ("study import rows.csv ro", []),
    ("study --key-file ro", ["rows.csv"]),
    ("study export --kind goa", ["goals"]),
    ("study search --kind action", ["action_item"]),
    ("study task mo", ["move"]),
    ("study --json task re", ["restore"]),
    ("study task add --prio", ["--priority"]),
    ("study task add --priority h", ["high"]),
    ("study task list --status=d", ["done"]),
    ("study task list --overdue --sta", ["--status"]),
    ("study task move 3 t", ["today", "tomorrow"]),
    ("study task add --priority high x --date y", ["yesterday"]),
    ("study meeting add title tom", ["tomorrow"]),
    ("study skill edit 1 --clear no", ["notes"]),
    ("study learn --ta", ["--tag"]),
    ("study energy 4 3 --mo", ["--mood"]),
    ("study energy re", ["restore"]),
    ("study task add ", []),
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


def entity_words():
    """The words of the entities that have methods."""
    printed = subprocess.run([GENERATOR, os.path.join(harness.ROOT, "schema"), "templates/describe.json"],
                             check=True, stdout=subprocess.PIPE).stdout
    return [row["command"] for row in json.loads(printed) if row["command"]]


def shown_words():
    """The words that `study --help` lists: study energy has its word in common with its entity."""
    return COMMANDS + entity_words() + ["learn"] * ("learning" in entity_words())


class Scripts(StudyCase):
    def entity_commands(self):
        """Every command of every entity: "task add"."""
        found = ["energy 4 3"] + ["learn"] * ("learning" in entity_words())
        for word in entity_words():
            verbs = re.findall(r"(?m)^  (\w+) ", self.study(word, "--help"))
            self.assertLessEqual({"list", "show", "add", "edit", "delete", "restore"}, set(verbs), word)
            found += [f"{word} {verb}" for verb in verbs]
        return found

    def second_commands(self):
        """Every command of two words that is not of an entity: "token create"."""
        found = [f"{word} {second}" for word in GROUPS
                 for second in re.findall(r"(?m)^  (\w+) ", self.study(word, "--help"))]
        self.assertGreaterEqual(len(found), 11, found)
        return found

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
        for command in shown_words():
            self.assertRegex(text, rf"(?m)^  {command} ")
        for command in map(str.split, COMMANDS + self.second_commands() + self.entity_commands()):
            self.assertIn("4: lines of an import were refused", self.study(*command, "--help"))
            self.assertEqual(self.study("help", *command), self.study(*command, "--help"))
        self.assertEqual(self.study("help"), text)
        self.assertEqual(self.study("help", "task"), self.study("task", "-h"))
        self.study("help", "nix", status=USAGE)
        self.study("token", "nix", status=USAGE)
        self.assertIn("study token has no command nix", self.errors)
        self.study("account", "nix", status=USAGE)
        self.study("task", "nix", status=USAGE)
        self.assertIn("study task has no command nix", self.errors)
        self.study(status=USAGE)
        self.assertIn("log, topics,", self.errors)
        self.assertRegex(self.study("--version"), r"^study \d+\.\d+\.\d+(\+\S+)?\n$")

    def options_of(self, *command):
        """Each option with the name of its argument, or with an empty string."""
        return dict(re.findall(r"(?m)^  (?:-\w, )?(--[a-z-]+) ?([A-Z]*)", self.study(*command, "--help")))

    def choices_of(self, command, option):
        """The choices that the error message lists.

        The unknown second option prevents the command from running."""
        self.study(*command, option, "?", "--nix", status=USAGE)
        listed = re.search(r"must be one of (.*);", self.errors)
        return listed.group(1).split(", ") if listed else []

    def test_the_man_page_describes_every_option(self):
        with open(MANUAL, encoding="utf-8") as file:
            page = file.read().replace("\\-", "-")
        for command in COMMANDS + self.second_commands():
            self.assertIn(command, page)
            for option in self.options_of(*command.split()):
                self.assertIn(option, page, f"man page: {command}")
        sections = dict(re.findall(r"(?s)\n\.SS ([a-z-]+)\n(.*?)(?=\n\.S[SH])", page))
        for command in filter(None, map(str.split, self.entity_commands())):
            section = sections[{"learn": "learning"}.get(command[0], command[0])]
            for option in set(self.options_of(*command)) - set(self.options_of()) - {"--clear"}:
                self.assertRegex(section, option + r"\b", f"man page: {command}")

    def test_completion_and_man_page_parse(self):
        script = os.path.join(SOURCE, "completion", "study.bash")
        subprocess.run(["bash", "-n", script], check=True)
        if shutil.which("zsh"):
            subprocess.run(["zsh", "-n", os.path.join(SOURCE, "completion", "_study")], check=True)
        if shutil.which("groff"):
            done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", MANUAL],
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
        for name in TOPICS:
            self.topic(name)
        self.write("rows.csv", "")
        completed = [("study ", shown_words())] + COMPLETED
        offered = offers_of(dict(completed))
        for line, expected in completed:
            self.assertEqual(offered[line], sorted(expected), line)
        self.assertFalse(os.path.exists(self.path("ran")), "the name of a topic was run as a command")
        self.assertIn("topics.get", offers_of(["study rpc topics."])["study rpc topics."])

    def expected_offers(self):
        """The options and choices of the program, by the line that asks for them."""
        common = self.options_of()
        expected = {"study --": common}
        for command in COMMANDS + self.second_commands() + self.entity_commands():
            options = self.options_of(*command.split())
            expected[f"study {command} --"] = list(options)
            for option, argument in options.items():
                if option in common and (" " in command or command == "token"):
                    continue
                may_choose = " " not in command or argument in ("WORD", "KEY", "FIELD")
                choices = self.choices_of(command.split(), option) if may_choose else []
                if choices:
                    expected[f"study {command} {option} "] = choices
                elif argument and " " not in command:
                    expected[f"study {command} {option} --"] = []
        return expected

    def check_options(self, offers_of):
        """The shell offers exactly the options and choices of the program."""
        expected = self.expected_offers()
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
