"""Study and work meet: a session names the task, goal, skill or project that it was for."""

import json

import harness
import study_program
from productivity import API, V1, Case

LINKS = ("task_id", "goal_id", "skill_id", "project_id")


class Links(Case):
    def setUp(self):
        super().setUp()
        self.topic_id = self.call("POST", "/topics", {"name": "SQL"}, 201)["id"]
        self.task = self.add("tasks", title="Read the chapter on indexes")["id"]
        self.goal = self.add("goals", title="Know PostgreSQL")["id"]
        self.skill = self.add("skills", name="PostgreSQL")["id"]
        self.project = self.add("projects", name="tracker")["id"]

    def links(self, session):
        return tuple(session[name] for name in LINKS)

    def log(self, **fields):
        return self.call("POST", f"{V1}/sessions", {"topic_id": self.topic_id, **fields}, 201)

    def test_a_session_is_logged_for_a_task_and_its_goal(self):
        session = self.log(task_id=self.task, goal_id=self.goal)
        self.assertEqual(self.links(session), (self.task, self.goal, None, None))
        self.assertEqual(self.links(self.log()), (None,) * 4)
        found = self.call("GET", f"{V1}/sessions?task_id={self.task}")
        self.assertEqual([row["id"] for row in found["data"]], [session["id"]])
        self.assertEqual(self.call("GET", f"{V1}/sessions?skill_id={self.skill}"), {"data": [], "next_cursor": None})
        both = self.call("GET", f"{V1}/sessions?goal_id={self.goal}&project_id={self.project}")
        self.assertEqual(both["data"], [])

    def test_the_study_api_takes_and_shows_links(self):
        by_topic = self.call("POST", "/sessions", {"topic_id": self.topic_id, "skill_id": self.skill}, 201)
        by_tag = self.call("POST", "/sessions", {"minutes": 25, "tag": "SQL", "project_id": self.project})
        self.assertEqual(self.links(by_topic), (None, None, self.skill, None))
        self.assertEqual(self.links(by_tag), (None, None, None, self.project))
        self.assertEqual([self.links(row) for row in self.call("GET", "/sessions")],
                         [self.links(by_topic), self.links(by_tag)])

    def test_an_unknown_link_is_refused_by_its_name(self):
        self.call("DELETE", f"{API}/goals/{self.goal}", expect=204)
        for field, value, code in (("task_id", 999999, "UNKNOWN_TASK"), ("goal_id", self.goal, "UNKNOWN_GOAL"),
                                   ("skill_id", 999999, "UNKNOWN_SKILL"), ("project_id", 999999, "UNKNOWN_PROJECT")):
            for target, body, status in ((f"{V1}/sessions", {"topic_id": self.topic_id}, 400),
                                         ("/sessions", {"topic_id": self.topic_id}, 400),
                                         ("/sessions", {"minutes": 5, "tag": "Never"}, 400)):
                response = self.service.post(target, {**body, field: value})
                self.assertRefused(response, status, code, field)
            response = self.service.post(f"{V1}/sessions", {"topic_id": self.topic_id, field: 0})
            self.assertRefused(response, 400, "INVALID_INPUT", field)
        self.assertEqual(self.call("GET", "/sessions"), [])
        self.assertEqual([row["name"] for row in self.call("GET", "/topics")], ["SQL"], "a refused log makes no topic")

    def test_links_change_and_clear(self):
        session = self.log(task_id=self.task, skill_id=self.skill)
        target = f"{V1}/sessions/{session['id']}"
        changed = self.call("PATCH", target, {"task_id": None, "project_id": self.project})
        self.assertEqual(self.links(changed), (None, None, self.skill, self.project))
        refused = self.service.request("PATCH", target, {"goal_id": 999999})
        self.assertRefused(refused, 400, "UNKNOWN_GOAL", "goal_id")
        self.assertEqual(self.call("GET", target), {key: changed[key] for key in self.call("GET", target)})

    def test_a_put_compares_links_and_replaces_them(self):
        target = f"{V1}/sessions/01934f2e-7b1a-7c3d-9e4f-5a6b7c8d9e0f"
        body = {"topic_id": self.topic_id, "duration_minutes": 25, "goal_id": self.goal}
        self.call("PUT", target, body, 201)
        self.call("PUT", target, body)
        other = self.service.request("PUT", target, {**body, "goal_id": None, "task_id": self.task})
        self.assertRefused(other, 409, "SESSION_EXISTS", "session_id")
        details = other.json["error"]["details"]
        self.assertEqual((details["fields"], details["goal_id"], details["task_id"]),
                         (["task_id", "goal_id"], self.goal, None))
        replaced = self.service.request("PUT", target, {"topic_id": self.topic_id, "task_id": self.task},
                                        {"If-Match": "*"})
        self.assertEqual((replaced.status, self.links(replaced.json)), (200, (self.task, None, None, None)))

    def test_a_repeated_post_has_its_links(self):
        body = {"topic_id": self.topic_id, "task_id": self.task}
        first, again = (self.service.post(f"{V1}/sessions", body, Idempotency_Key="links") for _ in range(2))
        self.assertEqual((again.status, again.body), (201, first.body))
        other = self.service.post(f"{V1}/sessions", {**body, "goal_id": self.goal}, Idempotency_Key="links")
        self.assertRefused(other, 422, "IDEMPOTENCY_KEY_REUSED", "idempotency_key")

    def test_what_is_deleted_is_named_no_more(self):
        session = self.log(task_id=self.task, goal_id=self.goal, skill_id=self.skill, project_id=self.project)
        target = f"{V1}/sessions/{session['id']}"
        left = list(LINKS)
        for kind, row in (("tasks", self.task), ("goals", self.goal), ("skills", self.skill), ("projects", self.project)):
            etag = self.service.get(target).header("ETag")
            self.call("DELETE", f"{API}/{kind}/{row}", expect=204)
            left.pop(0)
            response = self.service.get(target)
            self.assertEqual([name for name in LINKS if response.json[name] is not None], left)
            self.assertNotEqual(response.header("ETag"), etag, "it is a new version")


class Study(study_program.StudyCase):
    def test_study_logs_and_lists_for_a_task(self):
        task = self.json("rpc", "tasks.create", json.dumps({"title": "Read"}))["id"]
        goal = self.json("rpc", "goals.create", json.dumps({"title": "Know"}))["id"]
        logged = self.json("log", "25", "SQL", "--task", str(task), "--goal", str(goal))
        self.assertEqual((logged["task_id"], logged["goal_id"], logged["skill_id"]), (task, goal, None))
        self.json("log", "5", "SQL")
        self.assertEqual([row["id"] for row in self.json("sessions", "--task", str(task))["data"]], [logged["id"]])
        self.study("log", "5", "SQL", "--project", "999999", status=study_program.REFUSED)
        self.assertIn("project_id", self.errors)

    def test_an_import_keeps_links(self):
        task = self.json("rpc", "tasks.create", json.dumps({"title": "Read"}))["id"]
        logged = self.json("log", "25", "SQL", "--task", str(task), "--date", "2026-01-05")
        line = f"id,study_date,minutes,tag\n{logged['id']},2026-01-05,%d,SQL\n"
        same = self.json("import", self.write("same.csv", line % 25))
        self.assertEqual((same["existing"], same["updated"]), (1, 0))
        self.assertEqual(self.json("import", self.write("longer.csv", line % 30), "--update")["updated"], 1)
        row = self.json("sessions")["data"][0]
        self.assertEqual((row["minutes"], row["task_id"]), (30, task))


if __name__ == "__main__":
    harness.main()
