"""The topic of a session exists, whoever adds sessions and deletes topics at the same time.

No foreign key of sessions says so: triggers do (schema/deploy/pending_totals.sql).
"""

import subprocess
import unittest

import harness

BROKEN_LINK, SERIALIZATION_FAILURE = "23503", "40001"  # SQLSTATE
ADD = "insert into sessions (account_id, id, topic_id, study_date, duration_minutes{}) " \
      "values (1, gen_random_uuid(), {}, '2026-05-01', 5{})"
DELETE_TOPIC = "delete from topics where account_id = 1 and id = {}"
DELETE_SESSIONS = "delete from sessions where account_id = 1 and topic_id = {}"
REPEATABLE = "begin isolation level repeatable read; select count(*) from sessions"


class Client:
    """A connection to the database."""

    def __init__(self, database):
        self.database = database
        self.psql = subprocess.Popen(
            [*database.command(database.name, "-v", "ON_ERROR_STOP=0", "-v", "VERBOSITY=sqlstate")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
            preexec_fn=harness.dies_with_us)
        self.pid = self.run("select pg_backend_pid()")

    def begin(self, sql):
        """Sends the statement, and does not wait for it."""
        self.psql.stdin.write(f"{sql};\n\\echo done\n")
        self.psql.stdin.flush()

    def result(self):
        """Returns what the statement printed: its rows, or its SQLSTATE."""
        lines = iter(self.psql.stdout.readline, "done\n")
        return "".join(line.replace("ERROR:", "").strip() for line in lines)

    def run(self, sql):
        self.begin(sql)
        return self.result()

    def begin_and_wait(self, sql):
        """Sends the statement, and returns when it waits for another transaction."""
        self.begin(sql)
        harness.until("the statement waits", lambda: self.database.sql(
            f"select pid from pg_stat_activity where pid = {self.pid} and wait_event_type = 'Lock'"))

    def close(self):
        self.psql.stdin.close()
        self.psql.wait()
        self.psql.stdout.close()


def added(topic, is_deleted=False):
    return ADD.format(", deleted_at", topic, ", now()") if is_deleted else ADD.format("", topic, "")


class SessionTopics(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = harness.Database()
        cls.addClassCleanup(cls.database.close)
        cls.database.start()

    def setUp(self):
        self.one, self.other = self.client(), self.client()
        self.topic = self.one.run("insert into topics (account_id, name, is_namesake) values (1, 'a', true) returning id")

    def client(self):
        client = Client(self.database)
        self.addCleanup(client.close)
        return client

    def tearDown(self):
        self.assertEqual(self.database.sql("""select id from sessions as s where not exists (
            select from topics as t where t.account_id = s.account_id and t.id = s.topic_id)"""), [])
        self.assertEqual(self.database.sql("select * from topic_totals_differences()"), [])

    def test_a_topic_stays_whose_first_session_is_added_meanwhile(self):
        for is_deleted in (False, True):
            with self.subTest(is_deleted=is_deleted):
                self.one.run("begin; " + added(self.topic, is_deleted))
                self.other.begin_and_wait(DELETE_TOPIC.format(self.topic))
                self.one.run("commit")
                self.assertEqual(self.other.result(), BROKEN_LINK)
                self.one.run(DELETE_SESSIONS.format(self.topic))

    def test_a_topic_stays_that_gets_its_first_session_from_another_one_meanwhile(self):
        source = self.one.run("insert into topics (account_id, name, is_namesake) values (1, 'b', true) returning id")
        for is_deleted in (False, True):
            with self.subTest(is_deleted=is_deleted):
                self.one.run(added(source, is_deleted))
                self.one.run(f"begin; update sessions set topic_id = {self.topic} where topic_id = {source}")
                self.other.begin_and_wait(DELETE_TOPIC.format(self.topic))
                self.one.run("commit")
                self.assertEqual(self.other.result(), BROKEN_LINK)
                self.one.run(DELETE_SESSIONS.format(self.topic))

    def test_no_session_is_added_to_a_topic_that_is_deleted_meanwhile(self):
        for sessions in (0, 1):
            with self.subTest(sessions=sessions):
                self.setUp()
                if sessions:
                    self.one.run(added(self.topic))
                self.one.run("begin; " + DELETE_SESSIONS.format(self.topic))
                self.one.run(DELETE_TOPIC.format(self.topic))
                self.other.begin_and_wait(added(self.topic))
                self.one.run("commit")
                self.assertEqual(self.other.result(), BROKEN_LINK)

    def test_a_session_is_added_while_the_last_one_is_deleted(self):
        for is_deleted in (False, True):
            with self.subTest(is_deleted=is_deleted):
                self.one.run(added(self.topic))
                self.one.run("begin; " + DELETE_SESSIONS.format(self.topic))
                self.assertEqual(self.other.run(added(self.topic, is_deleted)), "", "adding waits for nobody")
                self.one.run("commit")
                self.assertEqual(self.one.run(DELETE_TOPIC.format(self.topic)), BROKEN_LINK)
                self.one.run(DELETE_SESSIONS.format(self.topic))

    def test_two_transactions_add_sessions_of_a_topic_at_once(self):
        self.one.run("begin; " + added(self.topic))
        self.assertEqual(self.other.run(added(self.topic)), "")
        self.one.run("commit")
        self.assertEqual(self.one.run(f"select sum(sessions) from topic_totals where topic_id = {self.topic}"), "2")

    def test_a_session_changes_while_pending_totals_are_moved(self):
        """Both need the account's totals, so the change waits, and counts what was moved."""
        identifier = "00000000-0000-4000-8000-0000000000aa"
        self.one.run(added(self.topic).replace("gen_random_uuid()", f"'{identifier}'"))
        self.one.run("begin; select fold_totals(1)")
        self.other.begin_and_wait(f"update sessions set duration_minutes = 7 where account_id = 1 and id = '{identifier}'")
        self.one.run("commit")
        self.assertEqual(self.other.result(), "")
        self.assertEqual(self.one.run(f"select minutes from topic_totals where topic_id = {self.topic}"), "7")

    def test_only_a_deletion_that_sees_what_others_commit_deletes_topics(self):
        for is_deleted in (False, True):
            with self.subTest(is_deleted=is_deleted):
                self.setUp()
                self.other.run(REPEATABLE)
                self.one.run(added(self.topic, is_deleted))
                self.assertEqual(self.other.run(DELETE_TOPIC.format(self.topic)), BROKEN_LINK)
                self.other.run("rollback")

    def test_an_old_snapshot_does_not_change_totals_that_it_does_not_see(self):
        self.one.run(added(self.topic))
        self.other.run(REPEATABLE)
        self.one.run(added(self.topic))
        self.one.run("select fold_totals(1)")
        self.assertEqual(self.other.run(DELETE_SESSIONS.format(self.topic)), SERIALIZATION_FAILURE)
        self.other.run("rollback")


if __name__ == "__main__":
    harness.main()
