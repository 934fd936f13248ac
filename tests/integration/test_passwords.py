"""Requests with passwords: log-ins that are right, wrong and unknown, many at once next to reads,
cancelled ones, and a worker that stops or dies with some of them."""

import concurrent.futures
import os
import re
import signal
import uuid

import account_gateway
import harness
import rpc_program

PASSWORD, WEAK = "correct horse battery staple", "trustno1forever"
JOBS = 64  # HASH_JOBS_MAX of worker/hash_thread.h


def log_in(username="ada", password=PASSWORD):
    return "logins.open", {"username": username, "password": password, "login_id": str(uuid.uuid4()),
                           "refresh_id": str(uuid.uuid4()), "lifetime_s": 3600}


class PasswordCase(harness.ServiceCase):
    """One worker, which serves a gateway of the story."""

    workers = 1

    @classmethod
    def setUpClass(cls):
        cls.database = harness.Database()
        cls.addClassCleanup(cls.database.close)
        cls.database.start()
        cls.service = account_gateway.Service(cls.database, cls.workers, **cls.settings)
        cls.addClassCleanup(cls.service.close)
        words = os.path.join(cls.service.directory, "words")
        with open(words, "w", encoding="ascii") as file:
            file.write(f"#!comment: {PASSWORD}\n{WEAK}\n")
        cls.service.settings["STUDYTRACKER_PASSWORD_LIST"] = words
        cls.service.start()
        cls.gateway = account_gateway.AccountGateway(cls.service.own_endpoint)
        cls.gateway.__enter__()  # pylint: disable=unnecessary-dunder-call
        cls.addClassCleanup(cls.gateway.__exit__)
        made = "accounts.register", {"username": "ada", "email": "ada@example.org", "password": PASSWORD}
        error, _ = cls.gateway.answers(1, [made])[0]
        assert not error, error

    def setUp(self):
        self.database.sql("delete from logins; delete from security_events")

    def restart(self, **settings):
        """Stops the worker and starts another one."""
        self.assertEqual(self.service.workers.pop().stop(), 0)
        self.service.settings.update(settings)
        self.gateway.expect_another_worker()
        self.service.start_worker()
        self.assertTrue(self.gateway.is_ready.wait(harness.PATIENCE))

    def call(self, method, **params):
        return self.gateway.answers(1, [(method, params)])[0]

    def logins(self):
        return {row[0] for row in self.database.sql("select id from logins")}

    def events(self):
        return dict(self.database.sql("select kind, count(*) from security_events group by kind"))

    def hash(self):
        return self.database.value("select hash from account_passwords")


class LogIns(PasswordCase):
    def test_a_log_in_needs_the_right_password(self):
        right = [log_in("ada"), log_in("ADA"), log_in("Ada@Example.org")]
        wrong = [log_in("ada", PASSWORD + " "), log_in("ada", ""), log_in("nobody"), log_in("nobody@example.org", "")]
        answers = self.gateway.answers(1, right + wrong)
        for error, result in answers[:3]:
            self.assertIsNone(error)
            self.assertEqual(result["username"], "ada")
        for error, _ in answers[3:]:
            self.assertEqual((error["code"], error.get("field")), ("INVALID_CREDENTIALS", None), error)
        self.assertEqual(self.logins(), {params["login_id"] for _, params in right})
        self.assertEqual(self.events(), {"login": "3", "login_failed": "4"})

    def test_wrong_params_are_refused_before_anything_is_stored(self):
        method, params = log_in()
        error, _ = self.call(method, **{**params, "password": None})
        self.assertEqual((error["code"], error["field"]), ("INVALID_INPUT", "password"))
        error, _ = self.call(method, **{**params, "hash": "x"})
        self.assertEqual((error["code"], error["field"]), ("INVALID_INPUT", "hash"))
        error, _ = self.call("logins.create", **params, holder_id=2, is_verified=True)
        self.assertEqual(error["code"], "UNKNOWN_METHOD")
        self.assertEqual((self.logins(), self.events()), (set(), {}))

    def test_a_weak_password_is_refused(self):
        for password in (WEAK, WEAK.upper(), "Grace.Hopper", "grace@navy.example"):
            error, _ = self.call("accounts.register", username="grace.hopper", email="grace@navy.example",
                                 password=password)
            self.assertEqual((error["code"], error["field"]), ("WEAK_PASSWORD", "password"), password)
        self.assertEqual(self.database.value("select count(*) from accounts where username = 'grace.hopper'"), "0")

    def test_reads_do_not_wait_for_passwords(self):
        self.gateway.send(1, 0, [log_in() for _ in range(20)])
        self.gateway.send(1, 100, [("topics.list", {}) for _ in range(100)])
        order = list(answers := self.gateway.receive(120))
        self.assertEqual([answer for answer in answers.values() if answer[0]], [])
        reads = [n for n, msgid in enumerate(order) if msgid >= 100]
        self.assertGreater(sum(msgid < 100 for msgid in order[reads[-1]:]), 10)
        self.assertEqual(len(self.logins()), 20)


LOW_COSTS = {"STUDYTRACKER_PASSWORD_MEMORY_MIB": 8, "STUDYTRACKER_PASSWORD_PASSES": 1}


class ManyLogIns(PasswordCase):
    """With low costs, because the thread gets little of a busy processor."""

    settings = LOW_COSTS

    def test_more_than_the_thread_can_do_is_overloaded(self):
        calls = [log_in() for _ in range(JOBS + 30)]
        self.gateway.send(1, 0, calls)
        answers = self.gateway.receive(len(calls))
        stored = {calls[msgid][1]["login_id"] for msgid, (error, _) in answers.items() if not error}
        self.assertEqual({error["code"] for error, _ in answers.values() if error}, {"OVERLOADED"})
        self.assertGreaterEqual(len(stored), JOBS)
        self.assertEqual(self.logins(), stored)
        self.assertEqual(self.events(), {"login": str(len(stored))})

    def test_cancelled_log_ins_are_not_stored(self):
        calls = [log_in() for _ in range(20)]
        self.gateway.send(1, 0, calls)
        self.gateway.cancel(range(10, 20))
        answers = self.gateway.receive(20)
        self.assertEqual({error["code"] for error, _ in answers.values() if error}, {"DEADLINE_EXCEEDED"})
        stored = {calls[msgid][1]["login_id"] for msgid, (error, _) in answers.items() if not error}
        self.assertTrue(stored.issuperset(params["login_id"] for _, params in calls[:10]))
        self.assertEqual(self.logins(), stored)

    def test_a_worker_that_stops_finishes_its_log_ins(self):
        """It has ten seconds. If that is too short on a busy machine, it says how many are left."""
        calls = [log_in() for _ in range(6)]
        self.gateway.send(1, 0, calls)
        answers = self.gateway.receive(1)
        worker = self.service.workers[0]
        worker.popen.send_signal(signal.SIGTERM)
        self.assertEqual(worker.popen.wait(harness.PATIENCE), 0, worker.log())
        unfinished = re.search(r"(\d+) requests unfinished after 10 s", worker.log())
        left = int(unfinished[1]) if unfinished else 0
        answers.update(self.gateway.receive(5 - left))
        self.assertEqual([answer for answer in answers.values() if answer[0]], [], worker.log())
        self.restart()
        responded = {calls[msgid][1]["login_id"] for msgid in answers}
        self.assertTrue(self.logins().issuperset(responded))
        self.assertLessEqual(len(self.logins() - responded), left)


class Settings(PasswordCase):
    def test_a_log_in_renews_a_hash_with_lower_costs(self):
        self.assertRegex(self.hash(), r"^\$argon2id\$v=19\$m=19456,t=2,p=1\$")
        self.restart(STUDYTRACKER_PASSWORD_PASSES=3)
        error, _ = self.gateway.answers(1, [log_in(password="wrong")])[0]
        self.assertEqual(error["code"], "INVALID_CREDENTIALS")
        self.assertIn(",t=2,", self.hash())
        answers = self.gateway.answers(1, [log_in() for _ in range(5)])
        self.assertEqual([error for error, _ in answers if error], [])
        self.assertIn(",t=3,", self.hash())
        self.restart(STUDYTRACKER_PASSWORD_PASSES=1)
        self.assertIsNone(self.gateway.answers(1, [log_in()])[0][0])
        self.assertIn(",t=3,", self.hash())

    def test_a_list_that_is_set_must_exist(self):
        env = harness.clean_environment(
            DATABASE_URL=self.database.url, STUDYTRACKER_GATEWAYS=self.service.own_endpoint,
            STUDYTRACKER_PASSWORD_LIST="/nowhere/words")
        worker = harness.Process("refused", [harness.WORKER], env, self.service.directory)
        self.assertEqual(worker.popen.wait(harness.PATIENCE), 78)
        self.assertRegex(worker.log(), "STUDYTRACKER_PASSWORD_LIST: /nowhere/words: No such file")


class LogInsOverHttp(rpc_program.RpcCase):
    settings = {"STUDYTRACKER_DEADLINE_MS": harness.PATIENCE * 1000, "STUDYTRACKER_REGISTRATION": "open",
                "STUDYTRACKER_RATE_LOGIN_ADDRESS": "0", "STUDYTRACKER_RATE_LOGIN_ACCOUNT": "0"}

    def log_in(self, _number):
        return self.service.post("/api/v1/auth/login", {"username": "ada", "password": PASSWORD})

    def test_a_worker_that_dies_loses_no_log_in_and_repeats_none(self):
        self.client().call("accounts.register", username="ada", password=PASSWORD)
        killed, *_ = self.service.workers
        with concurrent.futures.ThreadPoolExecutor(21) as threads:
            reads = threads.submit(lambda: [self.service.get("/topics").status for _ in range(50)])
            logins = [threads.submit(self.log_in, n) for n in range(20)]
            next(concurrent.futures.as_completed(logins))
            killed.kill()
            self.service.workers.remove(killed)
            self.service.start_worker()
            answers = [login.result() for login in logins]
            self.assertEqual(set(reads.result()), {200})
        self.assertEqual([answer for answer in answers if answer.status != 200], [])
        self.assertEqual(len({answer.json["access_token"] for answer in answers}), 20)
        self.assertEqual(self.database.value("select count(*) from logins"), "20")
        self.assertEqual(self.database.value("select count(*) from security_events where kind = 'login'"), "20")
        self.assertGreater(self.client().call("rpc.status")["counts"]["repeated"], 0)


if __name__ == "__main__":
    harness.main()
