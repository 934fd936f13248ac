"""podman as the engine of the stories of containers.py: its socket serves Docker's tools, with a
storage of its own in build/podman. Needs root, and the packages podman, netavark and aardvark-dns.
netavark adds rules to the firewall for published ports, and leaves its empty chains.

Its health checks are timers of systemd. Where no systemd runs, a thread of this module runs them.
Where root may not raise limits (no CAP_SYS_RESOURCE), the runtime leaves out podman's own limit of
processes; that of compose/ is a limit of the control group, and stays."""

import os
import shutil
import subprocess
import threading

import engine

HELPERS = ("/usr/lib/podman", "/usr/libexec/podman")
CAP_SYS_RESOURCE = 24
RUNTIME = """#!/bin/bash
strip() { jq "$1 |= map(select(.type != \\"RLIMIT_NPROC\\"))" "$2" >"$2.new" && cat "$2.new" >"$2"; rm -f "$2.new"; }
for ((i = 1; i < $#; i++)); do
	next=$((i + 1))
	case ${!i} in
	--bundle | -b) strip .process.rlimits "${!next}/config.json" ;;
	--process | -p) strip .rlimits "${!next}" ;;
	esac
done
exec %s "$@"
"""
CONFIGURATION = """[network]
network_backend = "netavark"
network_config_dir = "{directory}/networks"
[engine]
helper_binaries_dir = [{helpers}]
cgroup_manager = "cgroupfs"
events_logger = "file"
exit_command_delay = 1
runtime = "stories"
[engine.runtimes]
stories = ["{runtime}"]
[containers]
default_ulimits = ["nofile={files}:{files}"]
"""


def may_raise_limits():
    with open("/proc/self/status", encoding="ascii") as file:
        effective = next(int(line.split()[1], 16) for line in file if line.startswith("CapEff:"))
    return bool(effective >> CAP_SYS_RESOURCE & 1)


class Podman(engine.Docker):
    directory = os.path.join(engine.ROOT, "build", "podman")

    def __enter__(self):
        self.check()
        self.configure()
        self.is_over = threading.Event()
        self.start()
        self.health = threading.Thread(target=self.check_health)
        if not os.path.exists("/run/systemd/private"):
            self.health.start()
        return self

    def __exit__(self, *error):
        self.is_over.set()
        if self.health.is_alive():
            self.health.join()
        super().__exit__(*error)

    def check(self):
        if os.geteuid() != 0:
            raise engine.Impossible("only root can start podman for all stories")
        for program in ("podman", "docker", *(() if may_raise_limits() else ("jq",))):
            if not shutil.which(program):
                raise engine.Impossible(f"{program} is not installed")
        for helper in ("netavark", "aardvark-dns"):
            if not any(os.path.exists(os.path.join(place, helper)) for place in HELPERS):
                raise engine.Impossible(f"{helper} is not installed")
        if self.try_run("compose", "version").returncode != 0:
            raise engine.Impossible("docker compose (version 2) is not installed")

    def configure(self):
        os.makedirs(self.directory, exist_ok=True)
        runtime = shutil.which("runc") or shutil.which("crun")
        if not may_raise_limits():
            path = os.path.join(self.directory, "runtime")
            with open(path, "w", encoding="utf-8") as file:
                file.write(RUNTIME % runtime)
            os.chmod(path, 0o755)
            runtime = path
        with open(f"{self.directory}/containers.conf", "w", encoding="utf-8") as file:
            file.write(CONFIGURATION.format(
                directory=self.directory, runtime=runtime, files=self.environment["OPEN_FILES"],
                helpers=", ".join(f'"{place}"' for place in HELPERS)))
        self.environment["CONTAINERS_CONF"] = f"{self.directory}/containers.conf"
        self.run_directory = f"/run/studytracker-test-{os.getpid()}"

    def podman(self, *arguments):
        # The storage remembers the other two, so they stay the same.
        return ["podman", "--root", f"{self.directory}/root", "--runroot", f"{self.directory}/run",
                "--tmpdir", f"{self.directory}/tmp", *arguments]

    def start(self):
        os.makedirs(self.run_directory, exist_ok=True)
        socket = f"unix://{self.run_directory}/podman.sock"
        self.log_path = os.path.join(self.directory, "podman.log")
        with open(self.log_path, "wb") as log:
            self.daemon = subprocess.Popen(self.podman("system", "service", "--time", "0", socket), cwd="/",
                                           env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                           start_new_session=True)
        self.environment["DOCKER_HOST"] = socket
        self.wait_until_it_answers("podman")

    def check_health(self):
        while not self.is_over.wait(1):
            listed = subprocess.run(self.podman("ps", "--quiet"), capture_output=True, text=True, check=False,
                                    env=self.environment, cwd="/")
            checks = [subprocess.Popen(self.podman("healthcheck", "run", container), env=self.environment, cwd="/",
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                      for container in listed.stdout.split()]
            for check in checks:
                check.wait()
