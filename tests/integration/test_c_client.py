"""C programs use the service through the installed libstudytracker."""

import os
import re
import shutil
import subprocess
import tempfile

import faults
import harness

EXAMPLE = os.path.join(harness.ROOT, "examples", "c")
LOAD = os.path.join(harness.ROOT, "tests", "integration", "client_load.c")


def from_cache(name):
    """The value of a variable in the CMake cache of this build tree."""
    with open(os.path.join(harness.BUILD, "CMakeCache.txt"), encoding="utf-8") as cache:
        found = re.search(rf"^{name}(?::\w+)?=(.*)$", cache.read(), re.MULTILINE)
    return found.group(1) if found else ""


def run(*command, **environment):
    """Returns standard output. Raises AssertionError with all output if the command fails."""
    done = subprocess.run([str(word) for word in command], encoding="utf-8", check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=2 * harness.PATIENCE,
                          env=harness.clean_environment(**environment),
                          preexec_fn=harness.dies_with_us)
    assert done.returncode == 0, f"{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
    return done.stdout


class Installed:
    """The package, installed into its own prefix and then moved."""

    def __init__(self):
        self.directory = tempfile.mkdtemp(prefix="st-c-", dir="/tmp")
        first = os.path.join(self.directory, "first")
        self.prefix = os.path.join(self.directory, "prefix")
        run("cmake", "--install", harness.BUILD, "--prefix", first)
        os.rename(first, self.prefix)
        self.libraries = os.path.dirname(self.find("libstudytracker.a"))
        self.compiler = from_cache("CMAKE_C_COMPILER")
        sanitize = from_cache("STUDYTRACKER_SANITIZE")
        self.flags = [f"-fsanitize={sanitize}"] if sanitize else []

    def close(self):
        shutil.rmtree(self.directory)

    def find(self, name):
        found = [os.path.join(folder, name) for folder, _, files in os.walk(self.prefix) if name in files]
        assert len(found) == 1, f"{name}: {found}"
        return found[0]

    def pkg_config(self, *options):
        path = os.path.dirname(self.find("studytracker.pc"))
        return run("pkg-config", *options, "studytracker", PKG_CONFIG_PATH=path).split()

    def compile(self, source, name, *link):
        program = os.path.join(self.directory, name)
        run(self.compiler, "-std=c17", "-D_POSIX_C_SOURCE=200809L", "-Wall", "-Wextra", "-Wpedantic",
            "-Werror", *self.flags, source, "-o", program, *self.pkg_config("--cflags"), *link)
        return program

    def compile_shared(self, source, name):
        return self.compile(source, name, *self.pkg_config("--libs"), f"-Wl,-rpath,{self.libraries}")

    def compile_static(self, source, name):
        link = [word for word in self.pkg_config("--static", "--libs") if word != "-lstudytracker"]
        return self.compile(source, name, "-l:libstudytracker.a", *link)

    def build_with_cmake(self):
        build = os.path.join(self.directory, "build")
        run("cmake", "-S", EXAMPLE, "-B", build, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={self.prefix}",
            f"-DCMAKE_C_COMPILER={self.compiler}", f"-DCMAKE_C_FLAGS={' '.join(self.flags)}")
        run("cmake", "--build", build)
        return os.path.join(build, "log_session")


class Service(faults.Service):
    """Gateways with RPC endpoints."""

    def start_gateway(self, number=None):
        number = number or len(self.gateways) + 1
        self.settings["STUDYTRACKER_RPC_ENDPOINT"] = self.rpc_endpoint(number)
        return super().start_gateway(number)

    def rpc_endpoints(self):
        return ",".join(self.rpc_endpoint(i + 1) for i in range(self.counts[1]))


class CClient(harness.ServiceCase):
    workers, gateways = 2, 2

    @classmethod
    def setUpClass(cls):
        cls.installed = Installed()
        cls.addClassCleanup(cls.installed.close)
        cls.database = harness.Database()
        cls.addClassCleanup(cls.database.close)
        cls.database.start()
        cls.service = Service(cls.database, cls.workers, cls.gateways)
        cls.addClassCleanup(cls.service.close)
        cls.service.start()
        cls.service.wait_joined(cls.workers)

    def test_the_header_compiles_alone_in_c_and_cpp(self):
        with tempfile.TemporaryDirectory() as directory:
            for name, compiler, standard in (("a.c", "cc", "c99"), ("a.cc", "c++", "c++11")):
                source = os.path.join(directory, name)
                with open(source, "w", encoding="utf-8") as text:
                    text.write("#include <studytracker.h>\n#include <studytracker.h>\n")
                run(compiler, f"-std={standard}", "-Wall", "-Wextra", "-Wpedantic", "-Werror",
                    "-fsyntax-only", *self.installed.pkg_config("--cflags"), source)

    def test_only_public_names_are_exported(self):
        with open(self.installed.find("studytracker.h"), encoding="utf-8") as header:
            declared = set(re.findall(r"^STUDY_API .*?\b(study_\w+)\(", header.read(), re.MULTILINE))
        for command in (("nm", "-D", "--defined-only", self.installed.find("libstudytracker.so")),
                        ("nm", "-g", "--defined-only", self.installed.find("libstudytracker.a"))):
            names = {line.split()[2] for line in run(*command).splitlines() if len(line.split()) == 3}
            self.assertEqual({name for name in names if not name.startswith("__")}, declared)

    def test_the_shared_library_has_a_versioned_name(self):
        said = run("readelf", "-d", self.installed.find("libstudytracker.so"))
        self.assertRegex(said, r"SONAME.*\[libstudytracker\.so\.\d+\]")

    def test_the_example_logs_a_session_with_every_kind_of_linking(self):
        example = os.path.join(EXAMPLE, "log_session.c")
        programs = (self.installed.compile_shared(example, "shared"),
                    self.installed.compile_static(example, "static"), self.installed.build_with_cmake())
        for n, program in enumerate(programs, 1):
            said = run(program, self.service.rpc_endpoints(), "Ünix", "45")
            logged = re.fullmatch(r"session (\S+)\nÜnix (\d+) minutes\n", said)
            self.assertTrue(logged, said)
            self.assertEqual(int(logged[2]), 45 * n)
            session = self.service.get(f"/api/v1/sessions/{logged[1]}").json
            self.assertEqual((session["tag"], session["minutes"]), ("Ünix", 45))

    def test_an_error_names_its_field_and_request_id(self):
        program = self.installed.compile_shared(os.path.join(EXAMPLE, "log_session.c"), "refused")
        done = subprocess.run([program, self.service.rpc_endpoints(), "Unix", "0"], check=False,
                              env=harness.clean_environment(), stderr=subprocess.PIPE, encoding="utf-8")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"^log_session: INVALID_INPUT: .* \(minutes [0-9a-f-]{36}\)\n$")

    def test_gateways_are_killed_during_calls(self):
        """Every acknowledged write is stored. Every other write has an unknown outcome."""
        self.load(self.service.kill, harness.in_long(30, 6))

    def test_gateways_are_restarted_in_turn(self):
        """Gateways drain, so no write is refused and no outcome is unknown."""
        self.assertEqual(self.load(self.service.end, harness.in_long(30, 6)), 0)

    def load(self, end, times):
        """Replaces gateways repeatedly under load. Returns the number of writes with an unknown
        outcome."""
        count = harness.in_long(200000, 10000)
        program = self.installed.compile_shared(LOAD, "load")
        said = []
        with subprocess.Popen([program, self.service.rpc_endpoints(), str(count)], encoding="utf-8",
                              stdout=subprocess.PIPE, env=harness.clean_environment(),
                              preexec_fn=harness.dies_with_us) as load:
            for _ in range(times):
                said += [load.stdout.readline() for _ in range(count // times // 2)]
                gateway = self.service.gateways[0]
                end(gateway)
                self.service.start_gateway(gateway.number)
                self.service.wait_joined(self.workers)
            said += load.stdout.readlines()
        self.assertEqual(load.returncode, 0)
        return self.check(count, [line.split() for line in said])

    def check(self, count, said):
        done = [words[1] for words in said if words[0] == "ok"]
        unsure = {words[2]: words[1] for words in said if words[0] == "unsure"}
        refused = [words for words in said if words[0] == "refused"]
        self.assertFalse(refused)
        self.assertEqual(len(done) + len(unsure), count)
        self.assertEqual(len(set(done)), len(done))
        self.assertLessEqual(set(unsure.values()), {"OUTCOME_UNKNOWN", "DEADLINE_EXCEEDED"})
        there = {row[0] for row in self.database.sql(
            "select id::text from sessions where deleted_at is null union all select name from topics")}
        missing = set(done) - there
        self.assertFalse(missing, f"{len(missing)} of {len(done)} that were acknowledged")
        sessions = {row[0] for row in self.database.sql("select id from sessions")}
        self.assertFalse(sessions & set(unsure), "a session is safe to repeat")
        print(f"\n{self.id()}: {len(done)} acknowledged, {len(unsure)} unsure; found: nothing", flush=True)
        return len(unsure)


if __name__ == "__main__":
    harness.main()
