#!/usr/bin/python3
"""The units in a booted systemd, with PostgreSQL: install, start, another gateway, a rolling
restart under load, a gateway with a wrong setting, reload, watchdog, journal, the next boot."""

import json
import os
import signal
import tempfile
import time
import unittest

import service

GATEWAY, WORKER = "studytracker-gateway@{}.service", "studytracker-worker@{}.service"


class Booted(unittest.TestCase):
    """One machine for all stories, which run in the order of their names."""

    @classmethod
    def setUpClass(cls):
        cls.staging = tempfile.TemporaryDirectory(prefix="st-install-", dir="/tmp")
        cls.addClassCleanup(cls.staging.cleanup)
        os.chmod(cls.staging.name, 0o755)
        cls.at = service.boot_or_skip(binds=[f"{cls.staging.name}:/mnt"])
        cls.addClassCleanup(cls.at.close)
        service.install(cls.at, cls.staging.name)

    def test_01_one_command_brings_all_of_it_up(self):
        for unit in ("studytracker.target", "studytracker-migrate.service", "studytracker-gateway@1.socket",
                     GATEWAY.format(1), WORKER.format(1), WORKER.format(2)):
            self.assertEqual(self.at.run("systemctl", "is-active", unit).strip(), "active", unit)
        status, body = service.curl(self.at, "-d", '{"minutes": 25, "tag": "boot"}',
                                    f"http://127.0.0.1:{service.PORT}/sessions")
        self.assertEqual(status, 200, body)
        metrics = service.curl(self.at, "http://127.0.0.1:22121/metrics")
        self.assertEqual(metrics[0], 200, metrics)
        self.at.run("studytracker-database")  # again: it changes nothing
        self.assertIn('"boot":25', service.get(self.at, "/stats")[1])

    def test_02_each_program_reads_only_its_own_settings(self):
        for user, file in (("studytracker_gateway", "worker.env"), ("studytracker_gateway", "migrate.env"),
                           ("studytracker_worker", "gateway.env"), ("studytracker_worker", "migrate.env")):
            done = self.at.try_run("runuser", "-u", user, "--", "cat", f"/etc/studytracker/{file}")
            self.assertNotEqual(done.returncode, 0, f"{user} reads {file}")
        done = self.at.try_run("runuser", "-u", "studytracker_gateway", "--", "psql", "-h", "/run/postgresql",
                               "-U", "studytracker_worker", "studytracker", "-c", "select 1")
        self.assertNotEqual(done.returncode, 0, "the gateway's user can connect to the database")

    def test_03_more_programs_need_no_other_change(self):
        self.at.run("systemctl", "enable", "--now", "studytracker-gateway@2.socket", GATEWAY.format(2))
        self.at.until("the workers found gateway 2",
                      lambda: "workers-2.sock connected" in self.at.journal("-u", "studytracker-worker@*"))
        self.assertEqual(service.all_answer(self.at), [])
        self.at.run("bash", "-c", "systemctl enable --now studytracker-worker@{3..4}.service")
        for worker in (3, 4):
            self.at.until(f"worker {worker} found both gateways", lambda: all(
                f"workers-{gateway}.sock connected" in self.at.journal("-u", WORKER.format(worker))
                for gateway in (1, 2)))
        self.at.run("bash", "-c", "systemctl disable --now studytracker-worker@{3..4}.service")
        self.assertEqual(service.all_answer(self.at), [])

    def test_04_a_rolling_restart_breaks_no_request(self):
        with service.under_load(self.at):
            for _ in range(2):
                self.at.run("studytracker-restart")

    def test_05_reload_loses_nothing(self):
        with service.under_load(self.at):
            self.at.write("/etc/studytracker/gateway.env", "STUDYTRACKER_ACCESS_LOG=true\n", "0640")
            self.at.run("chgrp", "studytracker_gateway", "/etc/studytracker/gateway.env")
            for _ in range(10):
                self.at.run("systemctl", "reload", "studytracker-gateway@*.service", "studytracker-worker@*.service")
        self.at.until("requests are logged", lambda: self.at.journal("METHOD=GET", "-n", "1").strip())
        self.at.write("/etc/studytracker/gateway.env", "", "0640")
        self.at.run("systemctl", "reload", "studytracker-gateway@*.service")

    def test_06_a_gateway_with_a_wrong_setting_leaves_the_port_to_the_others(self):
        self.at.write("/etc/studytracker/gateway-3.env", "STUDYTRACKER_DEADLINE_MS=soon\n")
        done = self.at.try_run("systemctl", "start", "studytracker-gateway@3.socket", GATEWAY.format(3))
        self.assertNotEqual(done.returncode, 0)
        self.assertEqual(service.all_answer(self.at), [])
        self.at.write("/etc/studytracker/gateway-2.env", "STUDYTRACKER_DEADLINE_MS=soon\n")
        self.at.try_run("systemctl", "restart", GATEWAY.format(2))
        self.at.until("gateway 2 has left its port",
                      lambda: self.at.try_run("systemctl", "is-active", "studytracker-gateway@2.socket").stdout.strip()
                      != "active")
        self.assertEqual(service.all_answer(self.at), [])
        self.at.run("rm", "/etc/studytracker/gateway-2.env", "/etc/studytracker/gateway-3.env")
        self.at.run("systemctl", "start", GATEWAY.format(2))
        self.assertEqual(self.at.run("systemctl", "is-active", "studytracker-gateway@2.socket").strip(), "active")

    def test_07_the_watchdog_restarts_a_gateway_that_hangs(self):
        pid = service.main_pid(self.at, GATEWAY.format(1))
        self.at.run("kill", f"-{int(signal.SIGSTOP)}", str(pid))
        self.at.until("gateway 1 has another process",
                      lambda: service.main_pid(self.at, GATEWAY.format(1)) not in (0, pid))
        self.at.until("every gateway answers", lambda: not service.all_answer(self.at, 8))

    def test_08_secrets_are_credentials(self):
        self.at.write("/etc/credstore/studytracker.jwt-secret", "k" * 20 + "0123456789abcdefghij\n", "0600")
        self.at.write("/etc/credstore/studytracker.database-password", "not-used-by-peer-authentication\n", "0600")
        self.at.run("systemctl", "restart", GATEWAY.format(1), WORKER.format(1))
        self.at.until("the service answers", lambda: service.is_ready(self.at))
        listed = self.at.run("ls", "-R", "/run/credentials")
        self.assertIn("studytracker.jwt-secret", listed)
        pid = service.main_pid(self.at, WORKER.format(1))
        self.assertNotIn("not-used-by-peer", self.at.run("cat", f"/proc/{pid}/environ"))
        for unit in (GATEWAY.format(1), WORKER.format(1)):
            self.assertEqual(self.at.run("systemctl", "is-active", unit).strip(), "active")

    def test_09_entries_have_fields(self):
        entries = [json.loads(line) for line in self.at.run(
            "journalctl", "-o", "json", "-u", GATEWAY.format(1), "--no-pager").splitlines()]
        started = [entry for entry in entries if " listens at " in entry.get("MESSAGE", "")]
        self.assertTrue(started and all(entry.get("MESSAGE_ID") for entry in started), entries[-3:])
        self.assertEqual({entry["SYSLOG_IDENTIFIER"] for entry in started}, {"studytracker-gateway"})
        request = [entry for entry in entries if entry.get("REQUEST_PATH") == "/stats"][0]
        self.assertEqual(request["CODE"], "200")
        self.assertGreater(int(request["DURATION_US"]), 0)
        self.assertTrue(request["REQUEST_ID"])

    def test_10_the_target_stops_and_starts_all(self):
        self.assertEqual(self.at.run("systemctl", "is-enabled", "studytracker.target").strip(), "enabled")
        self.at.run("systemctl", "stop", "studytracker.target")
        for unit in (GATEWAY.format(1), GATEWAY.format(2), WORKER.format(1), "studytracker-gateway@1.socket"):
            self.assertNotEqual(self.at.try_run("systemctl", "is-active", unit).stdout.strip(), "active", unit)
        begun = time.monotonic()
        wants = self.at.run("systemctl", "show", "--property", "Wants", "--value", "multi-user.target")
        self.assertIn("studytracker.target", wants)
        self.at.run("systemctl", "start", "studytracker.target")
        self.at.until("the service answers", lambda: service.is_ready(self.at))
        print(f"all units answer {time.monotonic() - begun:.1f} s after the start of the target")

    def test_11_a_reboot_brings_all_of_it_up(self):
        before = self.at.run("cat", "/proc/sys/kernel/random/boot_id"), self.at.leader
        stats = service.get(self.at, "/stats")
        self.at.reboot(wanted=["studytracker*", "postgresql*"])
        self.assertNotEqual((before[0], self.at.leader), before)
        self.at.until("the service answers", lambda: service.is_ready(self.at))
        for unit in ("studytracker.target", "studytracker-migrate.service", GATEWAY.format(1), GATEWAY.format(2),
                     WORKER.format(1), WORKER.format(2), "studytracker-backup.timer"):
            self.assertEqual(self.at.run("systemctl", "is-active", unit).strip(), "active", unit)
        self.assertEqual(service.get(self.at, "/stats"), stats)
        self.assertEqual(service.all_answer(self.at, 10), [])

    def test_12_workers_reach_a_gateway_over_tcp_with_keys(self):
        """tcp.conf opens the network for one address, and each program shows its own key."""
        self.at.run("ip", "address", "replace", "10.9.0.1/32", "dev", "lo")
        gateway = self.at.run("study", "keys", "/etc/credstore/studytracker.gateway-key").strip()
        worker = self.at.run("study", "keys", "/etc/credstore/studytracker.worker-key").strip()
        self.at.write("/etc/studytracker/workers.keys", f"{worker} worker\n")
        self.at.write("/etc/studytracker/gateway-1.env", "STUDYTRACKER_WORKER_ENDPOINT=tcp://10.9.0.1:22200\n"
                      "STUDYTRACKER_CURVE_CLIENTS_FILE=/etc/studytracker/workers.keys\n")
        self.at.write("/etc/studytracker/worker.env", "STUDYTRACKER_GATEWAYS=tcp://10.9.0.1:22200\n"
                      f"STUDYTRACKER_CURVE_SERVER_KEY='{gateway}'\n", "0640")
        self.at.run("chgrp", "studytracker", "/etc/studytracker/worker.env")
        for unit in ("gateway", "worker"):
            directory = f"/etc/systemd/system/studytracker-{unit}@.service.d"
            self.at.run("install", "-D", "-t", directory, self.example())
            self.at.run("sed", "-i", "s/^#IPAddressAllow=.*/IPAddressAllow=10.9.0.1/", f"{directory}/tcp.conf")
        self.at.run("systemctl", "daemon-reload")
        self.at.run("systemctl", "stop", GATEWAY.format(2), "studytracker-gateway@2.socket")
        done = self.at.try_run("systemctl", "restart", GATEWAY.format(1), WORKER.format(1), WORKER.format(2))
        self.assertEqual(done.returncode, 0, self.at.journal("-u", "studytracker-*"))
        self.at.until("the service answers", lambda: service.is_ready(self.at))
        self.assertEqual(service.all_answer(self.at, 10), [])
        self.assertIn("10.9.0.1:22200", self.at.run("ss", "-Htnl"))
        self.at.write("/etc/studytracker/workers.keys", f"{gateway} worker\n")  # another key
        self.at.run("systemctl", "restart", GATEWAY.format(1))
        self.at.until("the gateway refuses the workers", lambda: service.get(self.at, "/readyz")[0] == 503)

    def example(self):
        return self.at.run("sh", "-c", "find /usr/share/doc -path '*studytracker/examples/tcp.conf'").strip()


if __name__ == "__main__":
    unittest.main(verbosity=2)
