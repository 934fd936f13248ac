"""A container engine for the stories of containers.py: the one that runs, or one of their own.

    with engine.open_or_skip() as docker:
        docker.run("compose", "-f", path, "up", "--detach", "--wait")

An engine of their own is dockerd with a directory of its own. It changes no firewall rules, so
published ports work and containers have no way out; images are built in the network of the machine.
The directory is build/containers, which keeps images between runs.
"""

import contextlib
import os
import resource
import shutil
import signal
import subprocess
import time

import skip

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BASE, POSTGRES = "debian:bookworm-slim", "postgres:15-bookworm"
# What debian:bookworm-slim leaves out, too.
SLIM = ["--variant=minbase", "--include=usr-is-merged", '--aptopt=APT::Install-Recommends "false"',
        '--aptopt=Dir::Cache::pkgcache ""', '--aptopt=Dir::Cache::srcpkgcache ""',
        *(f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in ("doc", "man", "locale", "info")),
        '--customize-hook=chroot "$1" apt-get -y -q purge perl perl-modules-5.36 libperl5.36']


class Impossible(Exception):
    """No engine can run here; the text says why."""


class Docker:
    def __init__(self):
        # A container may have no more open files than this machine allows.
        files = min(65536, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
        self.environment = {"OPEN_FILES": str(files), **os.environ}
        self.daemon = None

    def __enter__(self):
        if not shutil.which("docker"):
            raise Impossible("docker is not installed (Debian: docker.io)")
        if self.try_run("compose", "version").returncode != 0:
            raise Impossible("docker compose (version 2) is not installed")
        if self.try_run("info").returncode != 0:
            self.start()
        return self

    def __exit__(self, *error):
        if self.daemon:
            self.daemon.send_signal(signal.SIGTERM)
            self.daemon.wait(60)
            shutil.rmtree(self.run_directory, ignore_errors=True)

    def start(self):
        if os.geteuid() != 0 or not shutil.which("dockerd"):
            raise Impossible("no engine runs, and only root can start dockerd (Debian: docker.io)")
        directory = os.path.join(ROOT, "build", "containers")
        os.makedirs(directory, exist_ok=True)
        self.run_directory = f"/run/studytracker-test-{os.getpid()}"
        socket = f"unix://{self.run_directory}.sock"
        self.log_path = os.path.join(directory, "dockerd.log")
        with open(self.log_path, "wb") as log:
            self.daemon = subprocess.Popen(
                ["dockerd", "--data-root", f"{directory}/data", "--exec-root", self.run_directory,
                 "--pidfile", f"{self.run_directory}.pid", "--host", socket, "--bridge", "none",
                 "--iptables=false", "--ip6tables=false", "--ip-forward=false", "--ip-masq=false"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        self.environment["DOCKER_HOST"] = socket
        self.wait_until_it_answers("dockerd")

    def wait_until_it_answers(self, name):
        deadline = time.monotonic() + 180
        while self.try_run("info").returncode != 0:
            if self.daemon.poll() is not None or time.monotonic() > deadline:
                raise Impossible(f"{name} does not start: {self.log()[-400:]}")
            time.sleep(0.1)

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def try_run(self, *arguments, timeout=120, **options):
        options = {"text": True, "input": "" if options.get("text", True) else b"", **options}
        return subprocess.run(["docker", *arguments], capture_output=True, check=False, timeout=timeout,
                              env=self.environment, **options)

    def run(self, *arguments, **options):
        done = self.try_run(*arguments, **options)
        if done.returncode != 0:
            raise AssertionError(f"docker {' '.join(arguments)}: {done.stdout[-2000:]}{done.stderr[-4000:]}")
        return done.stdout.strip()

    def build(self, tag, dockerfile, context, *options):
        self.run("build", "--network", "host", "-t", tag, "-f", dockerfile, *options, context, timeout=1500)

    # `docker pull` before the test makes it use the real images.
    def need_images(self):
        for image, make in ((BASE, self.make_base), (POSTGRES, self.make_postgres)):
            if self.try_run("image", "inspect", image).returncode != 0:
                print(f"the engine has no {image}: a stand-in is made of Debian's packages")
                make()

    def make_base(self):
        if not shutil.which("mmdebstrap"):
            raise Impossible("mmdebstrap is not installed")
        archive = os.path.join(ROOT, "build", "containers", "base.tar")
        os.makedirs(os.path.dirname(archive), exist_ok=True)
        if not os.path.exists(archive):
            subprocess.run(["mmdebstrap", "--quiet", *SLIM, "bookworm", f"{archive}.new.tar"], check=True,
                           stdout=subprocess.DEVNULL)
            os.rename(f"{archive}.new.tar", archive)
        self.run("import", archive, BASE, timeout=300)

    def make_postgres(self):
        directory = os.path.join(HERE, "postgres_image")
        self.build(POSTGRES, os.path.join(directory, "Dockerfile"), directory)


@contextlib.contextmanager
def open_or_skip(kind=Docker):
    try:
        with kind() as docker:
            docker.need_images()
            yield docker
    except Impossible as reason:
        skip.skip(reason)
