"""promtool of Debian's package prometheus. The package would install a service, so only this one
program is taken out of it, into the build directory, if the machine has none."""

import os
import shutil
import subprocess
import tempfile
import unittest

from processes import PATIENCE

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
KEPT = os.path.join(ROOT, "build", "promtool")


def fetch():
    os.makedirs(os.path.dirname(KEPT), exist_ok=True)
    with tempfile.TemporaryDirectory(dir=os.path.dirname(KEPT)) as place:
        os.chmod(place, 0o777)  # apt downloads as another user
        subprocess.run(["apt-get", "-q", "download", "prometheus"], cwd=place, check=True, timeout=120,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        package, = os.listdir(place)
        subprocess.run(f"dpkg-deb --fsys-tarfile {package} | tar -x ./usr/bin/promtool", shell=True,
                       cwd=place, check=True, timeout=120)
        os.replace(os.path.join(place, "usr/bin/promtool"), KEPT)


def path():
    found = shutil.which("promtool") or (KEPT if os.path.exists(KEPT) else None)
    if not found:
        try:
            fetch()
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            raise unittest.SkipTest(f"skipped: there is no promtool: {error}") from None
    return found or KEPT


def run(*arguments, text=None, directory=None):
    """Returns what it prints; a finding is an AssertionError."""
    done = subprocess.run([path(), *arguments], input=text, cwd=directory, capture_output=True,
                          text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, f"promtool {' '.join(arguments)}:\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr
