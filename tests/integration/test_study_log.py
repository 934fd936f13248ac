"""`study log` selects a topic by name. It creates a missing topic and refuses an ambiguous name."""

import json

import harness
from study_program import REFUSED, StudyCase


class Log(StudyCase):
    workers = 1

    def create(self, name, **more):
        return self.json("rpc", "topics.create", json.dumps({"name": name, **more}))["id"]

    def test_case_does_not_matter_for_one_topic(self):
        self.create("Größe")
        self.assertIn("of Größe on", self.study("log", 5, "GRÖßE"))
        self.assertEqual(self.json("log", 6, "größe")["tag"], "Größe")
        self.assertEqual(self.totals()["time_by_tag"], {"Größe": 11})

    def test_a_new_name_creates_a_topic(self):
        self.assertIn("of new on", self.study("log", 5, "new"))
        self.assertIn("of new on", self.study("log", 5, "NEW"))
        self.assertEqual(self.totals()["time_by_tag"], {"new": 10})

    def test_the_exact_name_selects_one_of_several_topics(self):
        first, second = self.create("aws"), self.create("AWS", allow_namesake=True)
        self.create("aws cloud")
        self.assertEqual(self.json("log", 5, "aws")["topic_id"], first)
        self.assertEqual(self.json("log", 6, "AWS")["topic_id"], second)
        self.study("log", 7, "Aws", status=REFUSED)
        self.assertIn(f"  aws ({first})\n", self.errors)
        self.assertIn(f"  AWS ({second})\n", self.errors)
        self.assertNotIn("cloud", self.errors)
        self.assertEqual(self.totals()["total_sessions"], 2)

    def test_a_wrong_name_is_refused_in_one_line(self):
        for name in (" ", "x" * 201):
            self.study("log", 5, name, status=REFUSED)
            self.assertRegex(self.errors, r"\Astudy: tag must [^\n]*\n\Z")

    def test_an_archived_topic_is_reported(self):
        topic = self.json("log", 5, "Old")["topic_id"]
        self.assertNotIn("archived", self.study("log", 5, "old"))
        self.json("rpc", "topics.update", json.dumps({"topic_id": topic, "archived": True}))
        self.assertIn("archived", self.study("log", 5, "old"))
        self.study("topics", "--add", "OLD", status=REFUSED)
        self.assertIn("archived", self.errors)
        self.assertIn(str(topic), self.errors)


if __name__ == "__main__":
    harness.main()
