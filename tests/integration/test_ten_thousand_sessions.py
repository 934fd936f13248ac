"""Clients post 10,000 sessions over 50 names concurrently, in both shapes: every count agrees."""

import collections
import http.client
import json
import random
import threading

import harness

SESSIONS, TOPICS, CLIENTS = 10_000, 50, 32


class TenThousandSessions(harness.ServiceCase):
    def test_stats_list_and_recount_agree(self):
        names = [f"Topic {n}" for n in range(TOPICS)]
        # half of the topics exist; the first session with a new tag creates its topic
        ids = {name: self.topic(name)["id"] for name in names[: TOPICS // 2]}
        work = self.plan(names, ids)
        responses = self.post_all(work)
        self.assertEqual(len({session["id"] for session in responses}), SESSIONS)
        minutes, counts = collections.Counter(), collections.Counter()
        for name, body, _ in work:
            minutes[name] += body.get("minutes", body.get("duration_minutes"))
            counts[name] += 1
        self.check_stats(minutes, counts)
        self.check_list(minutes, counts, responses)
        self.check_database(minutes, counts)

    def plan(self, names, ids):
        dice = random.Random(22112)
        work = []
        for _ in range(SESSIONS):
            name, minutes = dice.choice(names), dice.randint(1, 1440)
            if name in ids and dice.random() < 0.5:
                day = f"2024-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}"
                body = {"topic_id": ids[name], "duration_minutes": minutes, "study_date": day}
                work.append((name, body, 201))
            else:
                tag = dice.choice((name, name.upper()))  # two topics with separate counts
                work.append((tag, {"minutes": minutes, "tag": tag}, 200))
        return work

    def post_all(self, work):
        responses, wrong, lock = [], [], threading.Lock()

        def client(share):
            connection = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=harness.PATIENCE)
            for _, body, status in share:
                connection.request("POST", "/sessions", json.dumps(body), {"Content-Type": "application/json"})
                response = connection.getresponse()
                content = response.read()
                with lock:
                    if response.status == status:
                        responses.append(json.loads(content))
                    else:
                        wrong.append((body, response.status, content))
            connection.close()

        threads = [threading.Thread(target=client, args=(work[n::CLIENTS],)) for n in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])
        self.assertEqual(len(responses), SESSIONS)
        return responses

    def check_stats(self, minutes, counts):
        stats = self.service.get("/stats").json
        self.assertEqual((stats["total_time"], stats["total_sessions"]), (sum(minutes.values()), SESSIONS))
        self.assertEqual(stats["time_by_tag"], minutes)
        self.assertEqual(stats["sessions_by_tag"], counts)

    def check_list(self, minutes, counts, responses):
        listed = self.service.get("/sessions").json
        self.assertEqual({session["id"] for session in listed}, {session["id"] for session in responses})
        listed_minutes, listed_counts = collections.Counter(), collections.Counter()
        for session in listed:
            listed_minutes[session["tag"]] += session["minutes"]
            listed_counts[session["tag"]] += 1
        self.assertEqual((listed_minutes, listed_counts), (minutes, counts))

    def check_database(self, minutes, counts):
        rows = self.database.sql("""
            select name, sum(duration_minutes), count(*)
            from sessions s join topics t on (t.account_id, t.id) = (s.account_id, s.topic_id)
            where s.deleted_at is null group by 1""")
        self.assertEqual({name: int(total) for name, total, _ in rows}, minutes)
        self.assertEqual({name: int(count) for name, _, count in rows}, counts)


if __name__ == "__main__":
    harness.main()
