"""STUDYTRACKER_ENV and --env-file choose the settings file with which the daemons start."""

import os
import subprocess
import tempfile
import unittest

import harness


class Case(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(dir="/tmp", prefix="st-")
        self.addCleanup(directory.cleanup)
        self.directory = directory.name

    def write(self, name, *lines, mode=0o600):
        path = os.path.join(self.directory, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        os.chmod(path, mode)
        return path

    def command(self, program, *arguments):
        return ["env", f"--chdir={self.directory}", program, *arguments]

    def start(self, name, program, *arguments, **settings):
        process = harness.Process(name, self.command(program, *arguments),
                                  harness.clean_environment(**settings), self.directory)
        self.addCleanup(process.kill)
        return process

    def run_program(self, program, *arguments, **settings):
        return subprocess.run(self.command(program, *arguments), check=False, encoding="utf-8",
                              env=harness.clean_environment(**settings), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=harness.PATIENCE)

    def assertRefused(self, done, *texts):
        self.assertEqual(done.returncode, 78, done.stderr)
        for text in texts:
            self.assertIn(text, done.stderr)


class ServiceWithFiles(Case):
    """A service whose settings are in files, as an operator writes them."""

    @classmethod
    def setUpClass(cls):
        cls.database = harness.Database()
        cls.addClassCleanup(cls.database.close)
        cls.database.start()

    def setUp(self):
        super().setUp()
        self.port = harness.free_port()
        self.common = [f"STUDYTRACKER_RUNTIME_DIR={self.directory}", f"API_PORT={self.port}",
                       "export APP_NAME='The file'", "# of another program", "SECRET_KEY=dev"]

    def until_served(self, *processes):
        service = harness.Service(self.database)
        self.addCleanup(service.close)
        service.port, service.gateways = self.port, list(processes)
        service.wait_ready()
        self.assertEqual(service.post("/topics", {"name": self.id()}).status, 201)
        name = service.get("/").json["message"]
        self.assertEqual(service.stop(), {})
        return name

    def test_development_reads_dot_env_of_the_working_directory(self):
        self.write(".env", *self.common, f"DATABASE_URL='{self.database.url}'")
        environment = {"STUDYTRACKER_ENV": "development"}
        name = self.until_served(self.start("gateway", harness.GATEWAY, **environment),
                                 self.start("worker", harness.WORKER, **environment))
        self.assertEqual(name, "The file API")

    def test_testing_reads_a_file_of_its_own_and_the_environment_wins(self):
        self.write(".env", "API_PORT=1")
        self.write(".env.testing", *self.common, f"DATABASE_URL={self.database.url}")
        environment = {"FLASK_ENV": "testing", "APP_NAME": "The variable"}
        name = self.until_served(self.start("gateway", harness.GATEWAY, **environment),
                                 self.start("worker", harness.WORKER, **environment))
        self.assertEqual(name, "The variable API")

    def test_production_reads_the_named_file_only(self):
        self.write(".env", "API_PORT=1")
        path = self.write("my settings", *self.common, f'DATABASE_URL="{self.database.url}"')
        arguments = ["--env", "production", f"--env-file={path}"]
        gateway = self.start("gateway", harness.GATEWAY, *arguments, "--app-name", "The flag")
        worker = self.start("worker", harness.WORKER, *arguments)
        self.assertEqual(self.until_served(gateway, worker), "The flag API")
        self.assertIn(f"settings file: {path}", gateway.log())

    def test_libpq_gets_its_variables_from_the_file(self):
        path = self.write("pg.env", *self.common, f"PGHOST={self.database.directory}", "PGPORT=5432",
                          "PGUSER=studytracker_worker", f"PGDATABASE={self.database.name}")
        name = self.until_served(self.start("gateway", harness.GATEWAY, STUDYTRACKER_ENV_FILE=path),
                                 self.start("worker", harness.WORKER, STUDYTRACKER_ENV_FILE=path))
        self.assertEqual(name, "The file API")


class Refusals(Case):
    def test_a_bad_line_is_named(self):
        self.write(".env", "API_PORT=1", "STUDYTRACKER_CREDIT 5")
        for program in (harness.GATEWAY, harness.WORKER):
            done = self.run_program(program, STUDYTRACKER_ENV="development")
            self.assertRefused(done, ".env:2: it must be NAME=VALUE")

    def test_a_bad_value_is_named_with_its_line(self):
        path = self.write("x.env", "", "API_PORT=http")
        done = self.run_program(harness.GATEWAY, "--env-file", path)
        self.assertRefused(done, f'{path}:2: API_PORT is "http": it must be a whole number')

    def test_a_missing_file_is_named(self):
        done = self.run_program(harness.GATEWAY, "--env-file", "none.env")
        self.assertRefused(done, "none.env can't be opened: No such file or directory")

    def test_production_refuses_a_known_password_and_does_not_show_it(self):
        for environment in ("STUDYTRACKER_ENV", "APP_CONFIG"):
            done = self.run_program(harness.WORKER, **{
                environment: "production", "DATABASE_URL": "postgresql://me:changeme@127.0.0.1:1/x"})
            self.assertRefused(done, "DATABASE_URL contains a secret that is widely known")
            self.assertNotIn("changeme", done.stderr)


class Reports(Case):
    def test_print_settings_names_each_origin_and_hides_the_password(self):
        self.write(".env", "DATABASE_URL=postgresql://me:Xq8vT2@db/study", "STUDYTRACKER_CREDIT=9")
        done = self.run_program(harness.WORKER, "--print-settings", "--time-zone=CET",
                                STUDYTRACKER_ENV="development")
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = done.stdout.splitlines()
        for line in ("STUDYTRACKER_ENV=development  (environment)",
                     "DATABASE_URL=postgresql://me:***@db/study  (file .env line 1)",
                     "STUDYTRACKER_CREDIT=9  (file .env line 2)",
                     "STUDYTRACKER_TIME_ZONE=CET  (flag --time-zone)",
                     "STUDYTRACKER_LOG_LEVEL=info  (default)"):
            self.assertIn(line, lines)
        self.assertNotIn("Xq8vT2", done.stdout + done.stderr)

    def test_print_settings_refuses_the_values_that_a_start_refuses(self):
        for program, setting, value in ((harness.GATEWAY, "JWT_SECRET_KEY", "short"),
                                        (harness.GATEWAY, "JWT_PREVIOUS_SECRET_KEY", "short"),
                                        (harness.GATEWAY, "STUDYTRACKER_OIDC_ISSUER", "https://id.example"),
                                        (harness.GATEWAY, "CORS_ALLOW_ORIGINS", "app.example"),
                                        (harness.WORKER, "DATABASE_URL", "sqlite:///x.db"),
                                        (harness.WORKER, "STUDYTRACKER_STANDBY_URL", "sqlite:///x.db")):
            for task in ([], ["--print-settings"], ["--print-env-file"]):
                with self.subTest(setting, task=task):
                    done = self.run_program(program, *task, STUDYTRACKER_RUNTIME_DIR=self.directory, API_PORT="0",
                                            **{setting: value})
                    self.assertRefused(done, setting)
                    self.assertEqual(done.stdout, "")

    def test_mistakes_that_stop_nothing_are_logged(self):
        path = self.write("x.env", f"STUDYTRACKER_RUNTIME_DIR={self.directory}", "API_PORT=0",
                          "DATABASE_URL=postgresql://me:Xq8vT2@db/study", "STUDYTRACKER_COLOUR=blue",
                          mode=0o644)
        gateway = self.start("gateway", harness.GATEWAY, "--env-file", path, APP_CONFIG="config.Live")
        harness.until("it serves", lambda: "listens at" in gateway.log())
        self.assertIn("every user of this machine can read it", gateway.log())
        self.assertIn(f"{path}:4: STUDYTRACKER_COLOUR is not a setting", gateway.log())
        self.assertIn("APP_CONFIG names no environment of StudyTracker", gateway.log())
        self.assertEqual(gateway.stop(), 0, gateway.log())
        self.assertNotIn("Xq8vT2", gateway.log())


if __name__ == "__main__":
    harness.main()
