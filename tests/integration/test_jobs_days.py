"""An apprentice plans days, works through tasks, journals what is learned, and reviews the week.
Each test is a job of system C's user, by its number (SYSTEM_C section e)."""

import harness
from noon import day
from productivity import API, V1, Case, names


class Tasks(Case):
    def test_1_what_do_i_do_today(self):
        self.add("tasks", title="Write the report")
        self.add("tasks", title="Call the coach", date=day(-1))
        self.add("tasks", title="Long done", date=day(-1), status="done")
        self.add("tasks", title="Plan the demo", date=day(1))
        self.add("meetings", title="Weekly 1:1", meeting_date=day(), meeting_time="09:30")
        self.add("action-items", description="Send the notes", due_date=day(-2))
        topic = self.service.post("/topics", {"name": "aws"}).json
        self.service.post("/sessions", {"topic_id": topic["id"], "duration_minutes": 25})
        morning = self.call("GET", f"{V1}/today")
        self.assertEqual(names(morning["tasks"]), ["Write the report"])
        self.assertEqual(names(morning["overdue"]), ["Call the coach"])
        self.assertEqual(names(morning["meetings"]), ["Weekly 1:1"])
        self.assertEqual(names(morning["action_items"], "description"), ["Send the notes"])
        self.assertEqual((morning["minutes"], morning["sessions"], morning["has_more"]), (25, 1, False))

    def test_2_a_title_is_enough(self):
        task = self.add("tasks", title="Read chapter 4")
        self.assertEqual((task["status"], task["priority"], task["date"]), ("todo", "medium", day()))

    def test_3_todays_project_and_its_tasks(self):
        project = self.add("projects", name="work-prod")
        self.add("tasks", title="Fix the build", project_id=project["id"], date=day(-3))
        self.add("tasks", title="Something else")
        self.assertEqual(names(self.get(f"/tasks?project_id={project['id']}")), ["Fix the build"])

    def test_4_work_the_list_and_move_what_is_left(self):
        task = self.add("tasks", title="Fix the build")
        self.assertEqual(self.change("tasks", task, status="in_progress")["completed_at"], None)
        done = self.change("tasks", task, status="done")
        self.assertRegex(done["completed_at"], harness.INSTANT)
        self.assertIsNone(self.change("tasks", task, status="todo")["completed_at"])
        self.change("tasks", task, date=day(1))
        self.assertEqual(self.get("/tasks"), [])
        self.assertEqual(names(self.get(f"/tasks?date={day(1)}")), ["Fix the build"])

    def test_5_plan_tomorrow_and_look_back(self):
        self.add("tasks", title="Tomorrow", date=day(1))
        self.add("tasks", title="Done", status="done")
        self.add("tasks", title="Open")
        self.assertEqual(names(self.get(f"/tasks/?date={day(1)}")), ["Tomorrow"])
        self.assertEqual(names(self.get("/tasks?status=done")), ["Done"])

    def test_6_the_week_in_ranges_and_counts(self):
        for offset in (0, -1, -1):
            self.add("tasks", title=f"Task {offset}", date=day(offset), status="done")
        self.add("learnings", title="Subnets", date=day(-1), tags=["aws"])
        self.add("feedback", content="Good", feedback_date=day(-2))
        span = f"from={day(-6)}&to={day(1)}"
        self.assertEqual(len(self.get(f"/tasks?{span}")), 3)
        self.assertEqual(len(self.get(f"/learnings?{span}")), 1)
        review = self.call("GET", f"{V1}/review?{span}")
        self.assertEqual((review["counts"]["tasks_done"], review["counts"]["learnings"],
                          review["counts"]["feedback"]), (3, 1, 1))
        self.assertEqual([entry["tasks"] for entry in review["by_day"]], [0, 0, 0, 0, 0, 2, 1])
        self.assertEqual(review["by_tag"], [{"tag": "aws", "learnings": 1, "feedback": 0}])

    def test_7_daily_work_serves_goals(self):
        goal = self.add("goals", title="Pass the exam")
        self.add("tasks", title="Practice exam", goal_id=goal["id"], date=day(-1))
        self.add("tasks", title="Something else")
        self.assertEqual(names(self.get(f"/tasks?goal_id={goal['id']}")), ["Practice exam"])


class Learnings(Case):
    def test_8_journal_a_learning_and_mark_an_aha_moment(self):
        made = self.add("learnings", title="Subnets are per zone", content="A subnet never spans zones.",
                        type="aha_moment", source="self_study", tags=["aws", "networking"])
        self.assertEqual((made["date"], made["tags"]), (day(), ["aws", "networking"]))
        self.add("learnings", title="Ordinary")
        self.assertEqual(names(self.get("/learnings?type=aha_moment")), ["Subnets are per zone"])

    def test_9_learn_from_a_meeting(self):
        meeting = self.add("meetings", title="Architecture review", meeting_date=day())
        self.add("learnings", title="Queues decouple", source="meeting", meeting_id=meeting["id"])
        self.add("learnings", title="Alone")
        self.assertEqual(names(self.get(f"/learnings?meeting_id={meeting['id']}")), ["Queues decouple"])

    def test_10_themes_over_time(self):
        self.add("learnings", title="One", tags=["AWS"], date=day(-8))
        self.add("learnings", title="Two", tags=["aws", "linux"])
        self.add("learnings", title="Three", tags=["linux"], type="concept")
        self.assertEqual(names(self.get("/learnings?tag=Aws")), ["Two", "One"])
        self.assertEqual(names(self.get(f"/learnings?tag=aws&from={day(-1)}")), ["Two"])
        self.assertEqual(names(self.get("/learnings?type=concept&tag=linux")), ["Three"])
        self.assertEqual({tag["name"]: tag["learnings"] for tag in self.get("/tags")}, {"AWS": 2, "linux": 2})

    def test_11_find_it_again(self):
        self.add("learnings", title="Zürich region", content="eu-central-2")
        self.add("meetings", title="Planning", meeting_date=day(), outcome_notes="Zürich it is")
        self.add("feedback", content="You explained ZÜRICH well")
        self.add("people", name="Zürcher")
        self.add("tasks", title="Unrelated")
        found = self.call("GET", f"{V1}/search?q=zurich")
        self.assertEqual(sorted(row["kind"] for row in found["data"]), ["feedback", "learning", "meeting"])
        self.assertTrue(found["is_complete"])
        only = self.call("GET", f"{V1}/search?q=zurich&kind=feedback")["data"]
        self.assertEqual(names(only), ["You explained ZÜRICH well"])
        self.assertEqual(self.call("GET", f"{V1}/search?q=zurc")["data"][0]["kind"], "person")


if __name__ == "__main__":
    harness.main()
