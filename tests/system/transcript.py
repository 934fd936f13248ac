#!/usr/bin/python3
"""The life of an installation, with the packages of build/deb: apt install, one request, an upgrade
with a new schema under load, a gateway that hangs, a backup, and a restore on an empty machine.

Prints every command and what it prints, and fails if a step does. `./dev deb --test` runs it."""

import os
import subprocess
import tempfile

import package
import service

BACKUPS = "/var/backups/studytracker"


class Transcript:
    def __init__(self, at, name):
        self.at, self.name = at, name

    def say(self, text):
        print(f"\n{self.name}: {text}", flush=True)

    def run(self, command, lines=8):
        """Runs a command of the shell, and shows its last lines. Returns all of its output."""
        print(f"# {command}", flush=True)
        out = self.at.run("bash", "-ec", command)
        for line in out.splitlines()[-lines:]:
            print(line.rstrip()[:160])
        return out

    def ready(self):
        self.at.until("the service answers", lambda: service.is_ready(self.at))


def packages(directory, next_one=False):
    names = ["next.deb"] if next_one else sorted(
        name for name in os.listdir(directory) if name.startswith(("studytracker_", "study_")))
    return " ".join(f"/mnt/{name}" for name in names)


def install(on, directory):
    on.say("an empty machine with PostgreSQL")
    on.run(f"apt-get -q -y install {packages(directory)}", lines=4)


def live(on, directory):
    """Returns the statistics at the end, and the path of the backup."""
    install(on, directory)
    on.run("studytracker-database")
    on.ready()
    on.say("one request")
    on.run("""curl -s http://127.0.0.1:22112/sessions -d '{"minutes": 25, "tag": "Linux"}'""")
    on.say("an upgrade with a new schema, under load")
    with service.under_load(on.at):
        on.run(f"apt-get -q -y install {packages(directory, next_one=True)}", lines=3)
    on.run("runuser -u postgres -- psql -XAtc 'select count(upgrade_test) from topics' studytracker")
    hang(on)
    on.say("a backup")
    on.run("systemctl start studytracker-backup.service")
    made = on.run(f"ls {BACKUPS}").split()[-1]
    on.run(f"cat {BACKUPS}/{made}/manifest.json", lines=20)
    return on.run("curl -s http://127.0.0.1:22112/stats"), f"{BACKUPS}/{made}"


def hang(on):
    on.say("a gateway that hangs: the watchdog ends it, and systemd starts another one")
    show = "systemctl show -p MainPID --value studytracker-gateway@1.service"
    before = on.run(show)
    on.run(f"kill -STOP $({show})")
    on.at.until("another process serves", lambda: on.at.run(*show.split()) not in (before, "0\n"))
    on.ready()
    on.run("journalctl -u studytracker-gateway@1 --no-pager -o cat | grep -i watchdog", lines=2)
    on.run(show)


def carry(source, backup, directory):
    """Copies the backup to a directory that the other machine sees."""
    with open(os.path.join(directory, "backup.tar"), "wb") as file:
        subprocess.run(source.at.enter("tar", "-C", os.path.dirname(backup), "-cf", "-", os.path.basename(backup)),
                       stdout=file, check=True)


def come_back(on, directory, expected):
    # The new version: a backup may be of an older one, but not of a newer one.
    install(on, directory)
    on.run(f"apt-get -q -y install {packages(directory, next_one=True)}", lines=1)
    on.run("studytracker-database --no-start")
    on.say("the restore")
    on.run("tar -C /var/backups/studytracker -xf /mnt/backup.tar --no-same-owner && "
           "chown -R studytracker_owner: /var/backups/studytracker")
    on.run("runuser -u studytracker_owner -- study restore /var/backups/studytracker/* "
           "--database 'postgresql:///studytracker?user=studytracker_owner'")
    on.run("studytracker-database")
    on.ready()
    found = on.run("curl -s http://127.0.0.1:22112/stats")
    assert found == expected, f"{found} instead of {expected}"
    on.say("the statistics are the same")


def boot(directory):
    machine = service.boot_or_skip(binds=[f"{directory}:/mnt"])
    try:
        service.make_cluster(machine)
    except BaseException:
        machine.close()
        raise
    return machine


def main():
    with tempfile.TemporaryDirectory(prefix="st-deb-", dir="/tmp") as directory:
        package.stage(directory)
        with boot(directory) as first:
            one = Transcript(first, "first machine")
            stats, backup = live(one, directory)
            carry(one, backup, directory)
        with boot(directory) as second:
            come_back(Transcript(second, "second machine"), directory, stats)


if __name__ == "__main__":
    main()
