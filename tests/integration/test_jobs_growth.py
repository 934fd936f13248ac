"""An apprentice keeps a skills matrix, meets people, follows goals, and collects feedback and
energy. Each test is a job of system C's user, by its number (SYSTEM_C section e)."""

import harness
from noon import day
from productivity import API, V1, Case, names


class Skills(Case):
    def test_12_keep_the_skills_matrix(self):
        skill = self.add("skills", name="PostgreSQL", category="technical")
        self.assertEqual(skill["confidence_level"], 1)
        kept = self.change("skills", skill, confidence_level=3, last_used_date=day(), notes="indexes")
        self.assertEqual((kept["confidence_level"], kept["last_used_date"], kept["notes"]), (3, day(), "indexes"))
        self.call("POST", f"{API}/skills", {"name": "postgresql"}, 409)
        for n in range(23):
            self.add("skills", name=f"Skill {n}")
        self.assertEqual(len(self.get("/skills")), 24)

    def test_13_see_progress_over_time(self):
        skill = self.add("skills", name="Go", confidence_level=2)
        self.change("skills", skill, notes="no new level, no new row")
        self.change("skills", skill, confidence_level=4)
        target = f"/skills/{skill['id']}/progress"
        self.call("POST", API + target, {"confidence_level": 3, "notes": "a remark", "recorded_at":
                                         "2026-01-05T08:00:00Z"}, 201)
        history = self.get(target)
        self.assertEqual([row["confidence_level"] for row in history], [4, 2, 3], "the newest first")
        self.assertEqual(history[2]["notes"], "a remark")

    def test_14_which_team_fits_me(self):
        teams = [{"team_name": "Platform", "relevance": "high"}, {"team_name": "Data", "relevance": None}]
        skill = self.add("skills", name="Terraform", teams=teams)
        self.assertEqual(skill["teams"], teams)
        self.assertEqual(self.get("/skills")[0]["teams"], teams)

    def test_15_where_did_i_use_it(self):
        skill, project = self.add("skills", name="Flask"), self.add("projects", name="work-prod")
        target = f"{API}/skills/{skill['id']}/projects"
        link = {"project_id": project["id"], "proficiency_used": "advanced", "hours_spent": 12.5}
        self.call("POST", target, link, 201)
        self.call("POST", target, link, 409)
        self.assertEqual(self.call("GET", target)[0]["hours_spent"], 12.5)
        self.assertEqual(self.get(f"/skills/{skill['id']}")["project_count"], 1)


class Meetings(Case):
    def test_16_prepare_a_1_1(self):
        coach = self.add("people", name="Ada", role="coach")
        last = self.add("meetings", title="1:1", meeting_date=day(-7), attendee_ids=[coach["id"]],
                        outcome_notes="Start the rotation")
        self.add("meetings", title="Other", meeting_date=day(-1))
        item = self.add("action-items", description="Read the charter", source_type="meeting", source_id=last["id"])
        self.add("meetings", title="Next 1:1", meeting_date=day(), attendee_ids=[coach["id"]],
                 preparation_notes="Ask about on-call")
        with_coach = self.get(f"/meetings?attendee_id={coach['id']}")
        self.assertEqual(names(with_coach), ["Next 1:1", "1:1"])
        self.assertEqual(with_coach[0]["attendees"], [{"id": coach["id"], "name": "Ada", "role": "coach"}])
        self.assertEqual(with_coach[1]["outcome_notes"], "Start the rotation")
        self.assertEqual([row["id"] for row in with_coach[1]["action_items"]], [item["id"]])

    def test_17_after_the_meeting(self):
        meeting = self.add("meetings", title="1:1", meeting_date=day())
        self.change("meetings", meeting, outcome_notes="Go on", questions_asked="When?")
        self.add("action-items", description="Write it up", due_date=day(3), source_type="meeting",
                 source_id=meeting["id"])
        self.add("learnings", title="Ask early", meeting_id=meeting["id"])
        after = self.get(f"/meetings/{meeting['id']}")
        self.assertEqual((after["outcome_notes"], after["questions_asked"]), ("Go on", "When?"))
        self.assertEqual(after["action_items"][0]["due_date"], day(3))

    def test_18_follow_ups_do_not_get_lost(self):
        feedback = self.add("feedback", content="Speak up")
        self.add("action-items", description="Speak first", source_type="feedback", source_id=feedback["id"],
                 due_date=day(-1))
        self.add("action-items", description="Later", due_date=day(5))
        self.add("action-items", description="Done", due_date=day(-1), status="done")
        self.assertEqual(names(self.get("/action-items?overdue=true"), "description"), ["Speak first"])
        self.assertEqual(names(self.get(f"/action-items?due={day(5)}&status=todo"), "description"),
                         ["Speak first", "Later"])
        item = self.get("/action-items?overdue=true")[0]
        task = self.call("POST", f"{API}/action-items/{item['id']}/task", {}, 201)
        self.assertEqual((task["title"], task["date"]), ("Speak first", day()))
        self.call("POST", f"{API}/action-items/999999/task", {}, 404)

    def test_19_whom_have_i_not_met_lately(self):
        ada, bob = self.add("people", name="Ada", every_days=14), self.add("people", name="Bob")
        self.add("meetings", title="Past", meeting_date=day(-20), attendee_ids=[ada["id"]])
        self.add("meetings", title="Future", meeting_date=day(2), attendee_ids=[ada["id"], bob["id"]])
        people = {row["name"]: row for row in self.get("/people")}
        self.assertEqual((people["Ada"]["last_met_on"], people["Ada"]["days_since_met"]), (day(-20), 20))
        self.assertEqual((people["Bob"]["last_met_on"], people["Bob"]["days_since_met"]), (None, None))

    def test_27_two_organizations_and_one_day(self):
        host = self.add("organizations", name="Cloud Corp", type="host")
        employer = self.add("organizations", name="Agency", type="employer")
        self.add("meetings", title="Stand-up", meeting_date=day(), organization_id=host["id"])
        self.add("meetings", title="Review", meeting_date=day(), organization_id=employer["id"])
        self.add("people", name="Ada", organization_id=host["id"])
        self.assertEqual(names(self.get(f"/meetings?organization_id={host['id']}")), ["Stand-up"])
        self.assertEqual(len(self.call("GET", f"{V1}/today")["meetings"]), 2)
        self.assertEqual(self.get("/people")[0]["organization"], "Cloud Corp")


class Goals(Case):
    def test_21_weekly_monthly_and_rotation_goals(self):
        rotation = self.add("goals", title="Rotation", type="rotation", target_date=day(90))
        monthly = self.add("goals", title="Month", type="monthly", parent_goal_id=rotation["id"])
        self.add("goals", title="Week", type="weekly", parent_goal_id=monthly["id"])
        self.assertEqual(names(self.get(f"/goals?parent_goal_id={monthly['id']}")), ["Week"])
        self.call("PUT", f"{API}/goals/{rotation['id']}", {"parent_goal_id": monthly["id"]}, 400)
        target = f"{API}/goals/{monthly['id']}/milestones"
        first = self.call("POST", target, {"description": "Mock exam"}, 201)
        self.call("POST", target, {"description": "Exam"}, 201)
        done = self.call("PUT", f"{API}/milestones/{first['id']}", {"completed": True})
        self.assertRegex(done["completed_at"], harness.INSTANT)
        after = self.change("goals", monthly, progress_percentage=40, status="in_progress")
        self.assertEqual((after["milestones_done"], after["milestones_total"], after["progress_percentage"]), (1, 2, 40))
        self.assertEqual(names(after["milestones"], "description"), ["Mock exam", "Exam"])

    def test_22_hiring_readiness(self):
        self.add("goals", title="Demo", category="hiring_readiness", progress_percentage=70)
        self.add("goals", title="Talk", category="soft_skill")
        ready = self.get("/goals?category=hiring_readiness")
        self.assertEqual([(row["title"], row["progress_percentage"]) for row in ready], [("Demo", 70)])

    def test_study_minutes_count_for_a_goal(self):
        topic = self.service.post("/topics", {"name": "aws"}).json
        goal = self.add("goals", title="Study", target_minutes_per_week=300, topic_ids=[topic["id"]])
        self.assertEqual(goal["minutes_this_week"], 0)
        self.service.post("/sessions", {"topic_id": topic["id"], "duration_minutes": 45})
        self.assertEqual(self.get(f"/goals/{goal['id']}")["minutes_this_week"], 45)


class Feedback(Case):
    def test_23_log_feedback(self):
        ada = self.add("people", name="Ada")
        made = self.add("feedback", content="Clear explanations", from_person_id=ada["id"], category="behavioral",
                        sentiment="positive", tags=["teaching"])
        self.assertEqual((made["from_person"], made["feedback_date"], made["tags"]), ("Ada", day(), ["teaching"]))

    def test_24_themes_in_feedback(self):
        ada = self.add("people", name="Ada")
        self.add("feedback", content="One", sentiment="positive", tags=["teaching"], from_person_id=ada["id"])
        self.add("feedback", content="Two", sentiment="positive", category="technical", tags=["teaching", "depth"])
        self.add("feedback", content="Three", sentiment="constructive")
        themes = self.call("GET", f"{V1}/feedback/themes")
        self.assertEqual(themes["by_sentiment"], [{"sentiment": "positive", "entries": 2},
                                                  {"sentiment": "constructive", "entries": 1}])
        self.assertEqual(themes["by_tag"], [{"tag": "teaching", "entries": 2}, {"tag": "depth", "entries": 1}])
        self.assertIn({"person_id": ada["id"], "name": "Ada", "entries": 1}, themes["by_person"])


class Energy(Case):
    def test_25_two_numbers_are_enough_and_several_a_day(self):
        first = self.add("energy", energy_level=4, engagement_level=3)
        second = self.add("energy", energy_level=2, engagement_level=2, mood="tired")
        self.assertRegex(first["checkin_datetime"], harness.INSTANT)
        self.assertEqual([row["id"] for row in self.get("/energy")], [second["id"], first["id"]])
        self.call("POST", f"{API}/energy", {"energy_level": 4}, 400)

    def test_26_when_am_i_at_my_best(self):
        for hour, energy in ((8, 5), (8, 4), (8, 5), (15, 2)):
            self.add("energy", energy_level=energy, engagement_level=3,
                     checkin_datetime=f"2026-11-23T{hour:02}:10:00")
        patterns = self.get("/energy/patterns")
        self.assertEqual(patterns["by_hour"], [
            {"hour": 8, "checkins": 3, "energy_level": 4.67, "engagement_level": 3.0},
            {"hour": 15, "checkins": 1, "energy_level": None, "engagement_level": None}])
        self.assertEqual(patterns["by_weekday"][0]["weekday"], 1)


if __name__ == "__main__":
    harness.main()
