"""What a session is for exists, whoever adds sessions and deletes tasks or goals meanwhile.

linked_sessions has the foreign keys (schema/deploy/linked_sessions.sql).
"""

import unittest

import harness
from test_session_topics import BROKEN_LINK, REPEATABLE, SERIALIZATION_FAILURE, Client

KINDS = (("task", "title"), ("goal", "title"), ("skill", "name"), ("project", "name"))
ID = "00000000-0000-4000-8000-{:012}"


class LinkedSessions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = harness.Database()
        cls.addClassCleanup(cls.database.close)
        cls.database.start()
        cls.topic = cls.database.value("insert into topics (account_id, name) values (1, 'a') returning id")
        cls.count = 0

    def setUp(self):
        self.one, self.other = self.client(), self.client()

    def client(self):
        client = Client(self.database)
        self.addCleanup(client.close)
        return client

    def tearDown(self):
        self.assertEqual(self.database.sql("select * from linked_sessions_differences()"), [])
        for kind, _ in KINDS:
            self.assertEqual(self.database.sql(f"""select id from sessions as s where s.{kind}_id is not null
                and not exists (select from {kind}s as t where t.account_id = s.account_id and t.id = s.{kind}_id)"""), [])

    def kinds(self):
        """Yields for a row of each kind: a session of it, one without, its link, its end."""
        for kind, name in KINDS:
            type(self).count += 1
            row = self.one.run(f"insert into {kind}s (account_id, {name}) values (1, 'row {self.count}') returning id")
            if kind == "skill":  # its progress has a key, too
                self.one.run(f"delete from skill_progress where skill_id = {row}")
            key = ID.format(self.count)
            columns = "account_id, id, topic_id, study_date, duration_minutes"
            values = f"1, '{key}', {self.topic}, '2026-05-01', 5"
            yield (f"insert into sessions ({columns}, {kind}_id) values ({values}, {row})",
                   f"insert into sessions ({columns}) values ({values})",
                   f"update sessions set {kind}_id = {row} where account_id = 1 and id = '{key}'",
                   f"delete from {kind}s where account_id = 1 and id = {row}")

    def test_a_row_stays_that_a_new_session_names_meanwhile(self):
        for add, _, _, delete in self.kinds():
            self.one.run("begin; " + add)
            self.other.begin_and_wait(delete)
            self.one.run("commit")
            self.assertEqual(self.other.result(), BROKEN_LINK)

    def test_a_row_stays_that_a_changed_session_names_meanwhile(self):
        for _, plain, link, delete in self.kinds():
            self.one.run(plain)
            self.one.run("begin; " + link)
            self.other.begin_and_wait(delete)
            self.one.run("commit")
            self.assertEqual(self.other.result(), BROKEN_LINK)

    def test_no_session_names_a_row_that_is_deleted_meanwhile(self):
        for add, _, _, delete in self.kinds():
            self.one.run("begin; " + delete)
            self.other.begin_and_wait(add)
            self.one.run("commit")
            self.assertEqual(self.other.result(), BROKEN_LINK)
        for _, plain, link, delete in self.kinds():
            self.one.run(plain)
            self.one.run("begin; " + delete)
            self.other.begin_and_wait(link)
            self.one.run("commit")
            self.assertEqual(self.other.result(), BROKEN_LINK)

    def test_an_old_snapshot_deletes_no_row_that_a_session_names_since(self):
        for add, _, _, delete in self.kinds():
            self.other.run(REPEATABLE)
            self.one.run(add)
            self.assertIn(self.other.run(delete), (BROKEN_LINK, SERIALIZATION_FAILURE))
            self.other.run("rollback")
        for _, plain, link, delete in self.kinds():
            self.one.run(plain)
            self.other.run(REPEATABLE)
            self.one.run(link)
            self.assertIn(self.other.run(delete), (BROKEN_LINK, SERIALIZATION_FAILURE))
            self.other.run("rollback")

    def test_sessions_without_links_hold_nothing(self):
        for _, plain, _, delete in self.kinds():
            self.one.run("begin; " + plain)
            self.assertEqual(self.other.run(delete), "")
            self.one.run("commit")


if __name__ == "__main__":
    harness.main()
