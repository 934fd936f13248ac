"""A POST with an Idempotency-Key is done once, and each retry returns the same response."""

import concurrent.futures
import re

import contract
import faults
import harness


class Purge(harness.ServiceCase):
    """Workers delete the expired keys of all accounts, even of those that send no requests."""

    workers = 1

    def test_expired_keys_of_all_accounts_are_deleted(self):
        self.database.sql("insert into accounts (account_id, name) values (7, 'silent')")
        self.database.sql(
            "insert into idempotency_keys (account_id, key, fingerprint, answer, created_at)"
            " select 7, 'key ' || n, ''::bytea, '{}'::jsonb, now() - n * interval '1 hour' from generate_series(20, 30) as n")
        harness.until("the expired keys are gone", lambda: self.database.value(
            "select count(*) from idempotency_keys where created_at < now() - interval '24 hours'") == "0",
            2 * harness.PATIENCE)
        self.assertEqual(self.database.value("select count(*) from idempotency_keys where account_id = 7"), "4")


class Idempotency(harness.ServiceCase):
    gateways = 2

    def post(self, target, body, key):
        return self.service.post(target, body, Idempotency_Key=key)

    def assertReplayed(self, response, first):
        self.assertEqual((response.status, response.body), (first.status, first.body))
        self.assertEqual(response.header("Idempotency-Replayed"), "true")
        self.assertNotEqual(response.header("X-Request-Id"), first.header("X-Request-Id"))

    def test_a_retry_of_any_post_returns_the_same_bytes(self):
        topic = self.topic("Every post")["id"]
        session = self.session(topic)["id"]
        for number, (target, body) in enumerate([
                ("/topics", {"name": "Once"}),
                ("/sessions", {"topic_id": topic, "notes": "\u00fc"}),
                ("/sessions", {"minutes": 25, "tag": "every post"}),
                ("/api/v1/topics", {"name": "Once more", "description": None}),
                ("/api/v1/sessions", {"topic_id": topic, "study_date": "2024-02-29"}),
                (f"/api/v1/sessions/{session}/restore", None)]):
            with self.subTest(target=target, body=body):
                first = self.post(target, body, f"every-{number}")
                self.assertIn(first.status, (200, 201), first)
                self.assertIsNone(first.header("Idempotency-Replayed"))
                count = self.database.value("select count(*) from sessions")
                for _ in range(3):
                    self.assertReplayed(self.post(target, body, f"every-{number}"), first)
                self.assertEqual(self.database.value("select count(*) from sessions"), count)

    def test_a_retry_returns_the_first_response_even_after_a_change(self):
        first = self.post("/api/v1/topics", {"name": "Before"}, "becomes")
        self.service.request("PATCH", f"/api/v1/topics/{first.json['id']}", {"name": "After"})
        self.assertReplayed(self.post("/api/v1/topics", {"name": "Before"}, "becomes"), first)

    def test_another_request_with_the_same_key_is_refused(self):
        topic = self.topic("Another")["id"]
        self.post("/sessions", {"topic_id": topic, "duration_minutes": 30}, "another")
        for target, body in [("/sessions", {"topic_id": topic, "duration_minutes": 31}),
                             ("/sessions", {"minutes": 30, "tag": "Another"}),
                             ("/topics", {"name": "Yet another"})]:
            response = self.post(target, body, "another")
            self.assertRefused(response, 422, "IDEMPOTENCY_KEY_REUSED", "idempotency_key")
        self.assertEqual(self.database.value(
            f"select count(*) from sessions where topic_id = {topic}"), "1")

    def test_a_refused_request_may_be_retried(self):
        self.assertRefused(self.post("/sessions", {"topic_id": 999999}, "again"), 400, "UNKNOWN_TOPIC",
                           "topic_id")
        topic = self.topic("Again")["id"]
        self.assertEqual(self.post("/sessions", {"topic_id": topic}, "again").status, 201)

    def test_invalid_keys_are_refused(self):
        for key in ("x" * 256, "two words", "\u00fc", ""):
            for target, body in (("/topics", {"name": "Bad key"}),
                                 ("/sessions", {"minutes": 5, "tag": "Bad key"})):
                response = self.service.request("POST", target, body,
                                             {"Idempotency-Key": key.encode("utf-8")})
                self.assertRefused(response, 400, "INVALID_INPUT", "Idempotency-Key")
        self.assertEqual(self.database.value(
            "select count(*) from topics where name = 'Bad key'"), "0")
        self.assertEqual(self.post("/topics", {"name": "Longest key"}, "x" * 255).status, 201)

    def refuses_key(self, path):
        response = self.post(re.sub(r"{\w+}", "1", path), {}, "ignored")
        return response.status == 400 and b"Idempotency-Key" in response.body

    def test_the_native_api_refuses_a_key_that_it_would_ignore(self):
        takers = {}
        for path, operations in contract.DOCUMENT["paths"].items():
            if path.startswith("/api/v1/") and "post" in operations:
                params = map(contract.resolve, operations["post"].get("parameters", []))
                takers[path] = "Idempotency-Key" in [param["name"] for param in params]
        self.assertFalse(takers["/api/v1/tokens"])
        for path, is_taker in takers.items():
            self.assertEqual(self.refuses_key(path), not is_taker, path)
        self.assertFalse(self.refuses_key("/api/auth/login"))

    def test_a_key_expires_after_a_day(self):
        topic = self.topic("For a day")["id"]
        first = self.post("/sessions", {"topic_id": topic}, "day")
        self.database.sql("update idempotency_keys set created_at = now() - interval '24 hours'"
                          " where key = 'day'")
        second = self.post("/sessions", {"topic_id": topic}, "day")
        self.assertIsNone(second.header("Idempotency-Replayed"))
        self.assertNotEqual(first.json["id"], second.json["id"])

    def test_concurrent_requests_with_one_key_are_done_once(self):
        """With two gateways and two workers: in one batch, two batches and two transactions."""
        topic = self.topic("Many at once")["id"]
        with concurrent.futures.ThreadPoolExecutor(32) as pool:
            for number in range(20):
                sessions = list(pool.map(lambda _, key=f"many-{number}": self.post(
                    "/sessions", {"topic_id": topic}, key), range(32)))
                topics = list(pool.map(lambda _, name=f"Many {number}": self.post(
                    "/topics", {"name": name}, name.replace(" ", "-topic-")), range(32)))
                for responses in (sessions, topics):
                    self.assertEqual({response.status for response in responses}, {201}, responses)
                    self.assertEqual(len({response.body for response in responses}), 1)
                    replayed = [response.header("Idempotency-Replayed") for response in responses]
                    self.assertEqual(replayed.count(None), 1)
        self.assertEqual(self.database.value(
            f"select count(*) from sessions where topic_id = {topic}"), "20")


class WorkersAreKilled(faults.FaultCase):
    """Workers are killed between a write and its response; the database still runs the write."""

    def insist(self, target, body, key):
        def attempt():
            response = self.service.post(target, body, Idempotency_Key=key)
            return response if response.status < 500 else None
        return harness.until(f"{target} is answered", attempt)

    def kill_in_the_midst(self, lock):
        """Kills all workers after they have sent their writes; their calls are retried or fail."""
        harness.until("writes wait", lambda: self.database.waiting_for_locks() >= self.workers)
        for worker in list(self.service.workers):
            self.service.kill(worker)
            self.service.start_worker()
        self.service.wait_joined(self.workers)
        lock.release()

    def test_no_row_is_written_twice(self):
        topic = self.topic("Killed")["id"]
        for turn in range(3):
            requests = [("/topics", {"name": f"Killed {turn} {n}"}, f"topic-{turn}-{n}") for n in range(12)]
            requests += [("/sessions", {"topic_id": topic, "notes": f"{turn} {n}"}, f"session-{turn}-{n}")
                         for n in range(12)]
            with concurrent.futures.ThreadPoolExecutor(len(requests) * 2) as pool:
                with faults.Lock(self.database, "idempotency_keys") as lock:
                    responses = [pool.submit(self.insist, *one) for one in requests * 2]
                    self.kill_in_the_midst(lock)
                responses = [response.result() for response in responses]
            for first, second in zip(responses, responses[len(requests):]):
                self.assertEqual((first.status, second.status), (201, 201), (first, second))
                self.assertEqual(first.body, second.body)
        self.assertEqual(self.database.value(
            f"select count(*) from sessions where topic_id = {topic}"), "36")
        self.assertEqual(self.database.value("select count(*) from topics"), "37")
        self.assertEqual(self.database.value("select count(*) from idempotency_keys"), "72")


if __name__ == "__main__":
    harness.main()
