"""Other study trackers, written as their users would write them, on the same processors.

The packages come from Debian and npm; `./dev bench` installs them. Those that store rows use the
PostgreSQL of the benchmark, and the table without totals.
"""

import os
import shutil
import socket
import subprocess
import time

import tree

SOURCES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers")
STARTS_WITHIN = 30  # seconds


def uvicorn(module):
    return ["/usr/bin/python3", "-m", "uvicorn", module, "--workers", "2", "--log-level", "error", "--port"]


COMMANDS = {  # the port is the last word
    "fastify": ["node", "fastify.js"],
    "express": ["node", "express.js"],
    # with threads, because a worker without them closes the connection after each request
    "flask": ["/usr/bin/python3", "-m", "gunicorn", "-w", "2", "--threads", "8", "--log-level", "error",
              "flask_memory:app", "-b"],
    "fastapi-csv": uvicorn("fastapi_csv:app"),
    "fastapi-asyncpg": uvicorn("fastapi_asyncpg:app"),
}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def modules():
    """Returns the folder with the sources and the packages of npm."""
    folder = os.path.join(tree.ROOT, "build", "bench", "peers")
    shutil.copytree(SOURCES, folder, dirs_exist_ok=True)
    if not os.path.isdir(os.path.join(folder, "node_modules")):
        subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund"], cwd=folder, check=True)
    return folder


class Peer:
    """One of them, running."""

    def __init__(self, stack, name):
        self.port = free_port()
        command = [*COMMANDS[name], f"127.0.0.1:{self.port}" if name == "flask" else str(self.port)]
        env = {**os.environ, "PORT": str(self.port), "NODE_ENV": "production",
               "DATABASE_SOCKET": f"{stack.database.directory}/.s.PGSQL.5432", "DATABASE_USER": "studytracker",
               "DATABASE_NAME": stack.database.name, "SESSIONS_FILE": stack.path("sessions.csv")}
        # In a session of its own, so that stop() reaches the processes that it starts.
        self.process = subprocess.Popen(command, cwd=modules(), env=env, start_new_session=True)
        self.wait()

    def wait(self):
        end = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < end:
            assert self.process.poll() is None, "the peer ended"
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("the peer does not listen")

    def stop(self):
        os.killpg(self.process.pid, 15)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, 9)
            self.process.wait()
