#!/usr/bin/python3
"""The Debian packages of build/deb in a booted systemd: install, one command, requests, an upgrade
with a schema change under load, and a purge. `./dev deb --test` builds them and runs this."""

import glob
import json
import os
import shutil
import subprocess
import tempfile
import unittest

import service
import skip

DEBS = os.path.join(service.ROOT, "build", "deb")
CHANGE = "upgrade_test"
DEPLOY = "alter table topics add column upgrade_test text not null default 'new';\n"
VERIFY = "select upgrade_test from topics where false;\n"
REVERT = "alter table topics drop column upgrade_test;\n"


def dpkg_deb(*arguments):
    subprocess.run(["dpkg-deb", *arguments], check=True, stdout=subprocess.DEVNULL)


def put(path, text, mode="w"):
    with open(path, mode, encoding="utf-8") as file:
        file.write(text)


def make_next_version(deb, directory):
    """The same package as version +next, with one more migration."""
    tree = os.path.join(directory, "tree")
    dpkg_deb("-R", deb, tree)
    schema = os.path.join(tree, "usr/share/studytracker/schema")
    for folder, statement in (("deploy", DEPLOY), ("verify", VERIFY), ("revert", REVERT)):
        put(f"{schema}/{folder}/{CHANGE}.sql", f"begin;\n{statement}commit;\n")
    put(f"{schema}/sqitch.plan", f"{CHANGE} 2027-01-01T00:00:00Z StudyTracker <studytracker@localhost> # a test\n", "a")
    with open(f"{tree}/DEBIAN/control", encoding="utf-8") as file:
        control = file.read()
    version = next(line.split()[1] for line in control.splitlines() if line.startswith("Version:"))
    put(f"{tree}/DEBIAN/control", control.replace(f"Version: {version}", f"Version: {version}+next"))
    dpkg_deb("--root-owner-group", "-b", tree, os.path.join(directory, "next.deb"))
    shutil.rmtree(tree)


def stage(directory):
    """Puts the packages and next.deb into the directory, which a machine can read then. Returns
    the paths of the packages in build/deb."""
    debs = [path for path in sorted(glob.glob(f"{DEBS}/*_*.deb")) if "-dbgsym" not in path]
    if not debs:
        skip.skip("build/deb has no packages: run ./dev deb")
    for path in debs:
        shutil.copy(path, directory)
    make_next_version(next(path for path in debs if "/studytracker_" in path), directory)
    os.chmod(directory, 0o755)
    return debs


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.shared = tempfile.TemporaryDirectory(prefix="st-deb-", dir="/tmp")
        cls.addClassCleanup(cls.shared.cleanup)
        cls.debs = stage(cls.shared.name)
        cls.at = service.boot_or_skip(binds=[f"{cls.shared.name}:/mnt"])
        cls.addClassCleanup(cls.at.close)
        # Images for containers have one that forbids packages to start and stop services.
        cls.at.run("rm", "-f", "/usr/sbin/policy-rc.d")
        service.make_cluster(cls.at)

    def installed(self):
        return [f"/mnt/{os.path.basename(path)}" for path in self.debs]

    def sql(self, query):
        return self.at.run("runuser", "-u", "postgres", "--", "psql", "-XAt", "-d", "studytracker", "-c", query).strip()

    def test_1_install_and_one_command(self):
        out = self.at.run("dpkg", "-i", *self.installed())
        self.assertIn("run studytracker-database", out)
        self.assertNotEqual(self.at.try_run("systemctl", "is-active", "studytracker.target").stdout.strip(), "active")
        self.at.run("studytracker-database")
        self.at.until("the service answers", lambda: service.is_ready(self.at))
        status, body = service.curl(self.at, "-d", '{"minutes": 25, "tag": "kept"}',
                                    f"http://127.0.0.1:{service.PORT}/sessions")
        self.assertEqual(status, 200, body)
        self.assertEqual(self.at.run("systemctl", "is-enabled", "studytracker.target").strip(), "enabled")

    def test_2_every_program_has_a_version(self):
        version = self.at.run("dpkg-query", "-W", "-f", "${Version}", "studytracker").strip()
        for program in ("studytracker-gateway", "studytracker-worker", "studytracker-database",
                        "studytracker-restart", "study"):
            self.assertIn(version, self.at.run(program, "--version"), program)

    # From the package itself: dpkg may be told to install no documentation.
    def test_2_the_package_says_what_is_linked_and_has_manuals(self):
        deb = next(path for path in self.debs if "/studytracker_" in path)
        tree = os.path.join(self.shared.name, "tree")
        self.addCleanup(shutil.rmtree, tree)
        dpkg_deb("-x", deb, tree)
        with open(f"{tree}/usr/share/doc/studytracker/studytracker.spdx.json", encoding="utf-8") as file:
            packages = {package["name"]: package["versionInfo"] for package in json.load(file)["packages"]}
        self.assertIn("libzmq5", packages)
        self.assertEqual(packages["studytracker-gateway"], os.path.basename(deb).split("_")[1])
        pages = os.listdir(f"{tree}/usr/share/man/man8")
        self.assertEqual(sorted(pages), [f"studytracker-{name}.8.gz"
                                         for name in ("database", "gateway", "restart", "worker")])

    def test_3_an_upgrade_with_a_new_schema_serves_and_keeps_data(self):
        before = self.at.run("systemctl", "show", "-p", "MainPID", "--value", "studytracker-gateway@1.service")
        with service.under_load(self.at):
            print(self.at.run("dpkg", "-i", "/mnt/next.deb").splitlines()[-1])
        after = self.at.run("systemctl", "show", "-p", "MainPID", "--value", "studytracker-gateway@1.service")
        self.assertNotEqual(before, after)
        self.assertEqual(self.sql("select count(*) from topics where upgrade_test = 'new' and name = 'kept'"), "1")
        self.assertIn('"kept":25', service.get(self.at, "/stats")[1])

    def test_4_a_failed_migration_leaves_the_old_version_running(self):
        self.at.run("sh", "-c", f"printf '%s\\n' 'broken 2027-01-02T00:00:00Z S <s@localhost> # b' >> "
                    "/usr/share/studytracker/schema/sqitch.plan && echo 'select 1/0;' > "
                    "/usr/share/studytracker/schema/deploy/broken.sql")
        self.assertNotEqual(self.at.try_run("studytracker-restart", "--migrate").returncode, 0)
        self.assertEqual(service.all_answer(self.at, 10), [])
        self.at.run("rm", "/usr/share/studytracker/schema/deploy/broken.sql")

    def test_5_purge_leaves_the_database_and_its_backups_to_their_owner(self):
        backup = "/var/backups/studytracker/kept"
        self.at.run("runuser", "-u", "studytracker_owner", "--", "touch", backup)
        self.at.run("dpkg", "--purge", "studytracker", "study", "libstudytracker-dev", "libstudytracker0")
        for path in ("/etc/studytracker", "/var/lib/studytracker-gateway", "/run/studytracker",
                     "/usr/share/studytracker", "/lib/systemd/system/studytracker.target"):
            self.assertNotEqual(self.at.try_run("test", "-e", path).returncode, 0, path)
        for path in (backup, os.path.dirname(backup)):
            self.assertEqual(self.at.run("stat", "-c", "%U:%G", path).strip(), "studytracker_owner:studytracker_owner")
        self.assertEqual(self.at.try_run("systemctl", "list-units", "--plain", "--no-legend", "--state=active",
                                         "studytracker*").stdout.strip(), "")
        self.assertEqual(self.sql("select count(*) from topics where name = 'kept'"), "1")
        self.at.run("dpkg", "-i", *self.installed())
        self.at.run("studytracker-database", "--no-start")
        self.assertEqual(self.sql("select count(*) from topics where name = 'kept'"), "1")


if __name__ == "__main__":
    unittest.main(verbosity=2)
