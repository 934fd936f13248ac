"""Rows of every entity: unknown ids, deletion and restoration, unique and derived values."""

import entities
import harness
from entities import API, V1

UNKNOWN = 10**15


def changed_case(value):
    return value.swapcase()


class Lives(entities.EntityCase):
    def listed(self, entity, row):
        parent = {entity.parent["name"]: row[entity.parent["name"]]} if entity.parent else {}
        order = "-created_at"
        return [found["id"] for found in self.call(f"{entity.name}.list", sort=order, limit=500, **parent)["data"]]

    def test_a_deleted_row_is_gone_until_it_is_restored(self):
        for entity in self.entities("get", "delete", "restore"):
            row = self.make(entity)
            with self.subTest(entity.name):
                for surface in [V1] + [API] * entity.is_in_system_c:
                    gone = self.ask("DELETE", entity.item(row, surface))
                    self.assertEqual((gone.status, gone.body), (204, b""))
                    self.check_gone(entity, row, surface)
                    back = self.ask("POST", entity.item(row) + "/restore")
                    self.assertEqual(back.status, 200, back)
                    self.assertGreater(back.json["updated_at"], row["updated_at"])
                    self.assertRows({**back.json, "updated_at": row["updated_at"]}, row)
                    self.assertRows(self.ask("GET", entity.item(row, surface)).json, back.json)
                    again = self.ask("POST", entity.item(row) + "/restore")
                    self.assertEqual((again.status, again.json), (200, back.json), "restored once more")
                    if entity.has("list"):
                        self.assertIn(row["id"], self.listed(entity, row))

    def check_gone(self, entity, row, surface):
        body = {field.name: self.some(field) for field in entity.changed[:1]}
        for method, sent in (("GET", None), ("PATCH", body), ("DELETE", None), ("PATCH", {})):
            self.check_missing(entity, method, entity.item(row, surface), sent)
        if entity.has("list"):
            self.assertNotIn(row["id"], self.listed(entity, row))

    def check_missing(self, entity, method, target, body):
        response = self.ask(method, target, body)
        self.assertEqual(response.status, 404, response)
        if target.startswith(V1):
            self.assertError(response, entity.not_found, entity.key, "not found")
        else:
            self.assertText(response, 404)
            self.assertEqual(response.json["error"], f"{entity.label[0].upper()}{entity.label[1:]} not found")

    def test_an_id_that_never_was_is_not_found(self):
        for entity in self.entities("get", "update", "delete", "restore"):
            if entity.key_type == "uuid":
                continue
            body = {field.name: self.some(field) for field in entity.changed[:1]}
            for surface in [V1] + [API] * entity.is_in_system_c:
                target = f"{surface}/{entity.path}/{UNKNOWN}"
                with self.subTest(target):
                    for method, sent in (("GET", None), ("PATCH", body), ("DELETE", None)):
                        self.check_missing(entity, method, target, sent)
            self.check_missing(entity, "POST", f"{V1}/{entity.path}/{UNKNOWN}/restore", None)

    def test_what_is_no_id_is_refused(self):
        for entity in self.entities("get", "update", "delete", "restore"):
            wrong = ("abc", "0", "-1", "1.5", "9223372036854775808", "1%00", "%20", "1,2")
            for method, id in zip(("GET", "PATCH", "DELETE") * 3, wrong):
                body = {} if method == "PATCH" else None
                with self.subTest(f"{method} {entity.path}/{id}"):
                    response = self.ask(method, f"{V1}/{entity.path}/{id}", body)
                    self.assertError(response, "INVALID_INPUT", entity.key)
                    if entity.is_in_system_c:
                        response = self.ask(method, f"{API}/{entity.path}/{id}", body)
                        self.assertIn(response.status, (400, 404), response)
                        self.assertText(response, response.status)

    def test_a_batch_deletes_and_restores_each_row_once(self):
        for entity in self.entities("create", "delete", "restore"):
            rows = self.rows(entity, 3)
            for verb, outcomes in (("delete", [1]), ("restore", [2])):
                answers = self.answers([(f"{entity.name}.{verb}", entity.key_of(row)) for row in rows * 2])
                for row, first, second in zip(rows, answers, answers[3:]):
                    with self.subTest(entity.name, verb=verb):
                        done = [answer[1]["id"] for answer in (first, second) if answer[1]]
                        self.assertEqual(done, [row["id"]] * outcomes[0])


class Unique(entities.EntityCase):
    def unique(self):
        """[(entity, field, a function that makes params of a row with this value)]"""
        for entity in self.entities("create", "get"):
            if entity.unique:
                field = entity.field(entity.unique["field"])
                fixed = {entity.parent["name"]: self.reference(entity.field(entity.parent["name"]).of)
                         } if entity.parent else {}
                yield entity, field, lambda value, e=entity, f=field, p=fixed: self.least(e, **p, **{f.name: value})

    def assertTaken(self, entity, answer, row):
        self.assertError(answer, entity.unique["code"], entity.unique["field"])
        error = answer.json["error"] if isinstance(answer, harness.Response) else answer[0]
        self.assertEqual(error["details"][entity.key], row["id"])

    def test_a_taken_value_is_refused(self):
        for entity, field, params in self.unique():
            value = self.some(field)
            row = self.call(f"{entity.name}.create", **params(value))
            spellings = [value, changed_case(value)] if entity.unique["columns"] == ["name_key"] else [value]
            before = self.stored(entity)
            for spelling in spellings:
                with self.subTest(field.label, value=spelling):
                    self.assertTaken(entity, self.answers([(f"{entity.name}.create", params(spelling))])[0], row)
                    response = self.create(entity, params(spelling))
                    self.assertEqual(response.status, 409, response)
                    self.assertTaken(entity, response, row)
                    if entity.is_in_system_c:
                        self.assertText(self.create(entity, params(spelling), API), 409)
            self.assertEqual(self.stored(entity), before)

    def test_an_update_may_not_take_a_taken_value(self):
        for entity, field, params in self.unique():
            if not field.is_changed:
                continue
            first, second = (self.call(f"{entity.name}.create", **params(self.some(field))) for _ in range(2))
            with self.subTest(field.label):
                response = self.ask("PATCH", entity.item(second), {field.name: first[field.name]})
                self.assertEqual(response.status, 409, response)
                self.assertTaken(entity, response, first)
                own = self.ask("PATCH", entity.item(first), {field.name: first[field.name]})
                self.assertEqual(own.status, 200, own)
                other_case = self.ask("PATCH", entity.item(first), {field.name: changed_case(first[field.name])})
                self.assertEqual(other_case.json[field.name], changed_case(first[field.name]))

    def test_of_one_batch_one_row_gets_the_value(self):
        for entity, field, params in self.unique():
            value = self.some(field)
            answers = self.answers([(f"{entity.name}.create", params(value)) for _ in range(6)])
            made = [row for error, row in answers if not error]
            with self.subTest(field.label):
                self.assertEqual(len(made), 1)
                for answer in answers:
                    if answer[0]:
                        self.assertTaken(entity, answer, made[0])
            if field.is_changed:
                rows = [self.call(f"{entity.name}.create", **params(self.some(field))) for _ in range(4)]
                value = self.some(field)
                answers = self.answers([(f"{entity.name}.update", {**entity.key_of(row), field.name: value})
                                        for row in rows])
                with self.subTest(field.label, verb="update"):
                    self.assertEqual([error is None for error, _ in answers].count(True), 1)
                    self.assertEqual({error["code"] for error, _ in answers if error}, {entity.unique["code"]})

    def test_a_deleted_row_gives_its_value_away(self):
        for entity, field, params in self.unique():
            value = self.some(field)
            old = self.call(f"{entity.name}.create", **params(value))
            self.call(f"{entity.name}.delete", **entity.key_of(old))
            new = self.call(f"{entity.name}.create", **params(value))
            before = self.stored(entity)
            with self.subTest(field.label):
                response = self.ask("POST", entity.item(old) + "/restore")
                self.assertEqual(response.status, 409, response)
                self.assertTaken(entity, response, new)
                self.assertEqual(self.stored(entity), before)
                self.call(f"{entity.name}.delete", **entity.key_of(new))
                self.assertEqual(self.ask("POST", entity.item(old) + "/restore").status, 200)

    def test_values_may_swap_only_one_after_the_other(self):
        for entity, field, params in self.unique():
            if not field.is_changed:
                continue
            one, two = (self.call(f"{entity.name}.create", **params(self.some(field))) for _ in range(2))
            answers = self.answers([(f"{entity.name}.update", {**entity.key_of(a), field.name: b[field.name]})
                                    for a, b in ((one, two), (two, one))])
            with self.subTest(field.label):
                self.assertEqual({error and error["code"] for error, _ in answers}, {entity.unique["code"]})


class Derived(entities.EntityCase):
    """What the database sets by the other values of the row, and rules of one entity."""

    # entity, field, the value that completes it, the value that does not
    COMPLETED = [("tasks", "status", "done", "todo"), ("action_items", "status", "done", "in_progress"),
                 ("milestones", "completed", True, False)]

    def test_completed_at_is_set_while_it_is_completed(self):
        for name, field, done, open_ in self.COMPLETED:
            entity = self.tree(name)
            if not entity.has("create", "update"):
                continue
            with self.subTest(name):
                made = self.make(entity, **{field: done})
                self.assertEqual(made["completed_at"], made["created_at"])
                row = self.make(entity)
                self.assertIsNone(row["completed_at"])
                first = self.call(f"{name}.update", **entity.key_of(row), **{field: done})
                self.assertEqual(first["completed_at"], first["updated_at"])
                text = self.call(f"{name}.update", **entity.key_of(row), description="other")
                again = self.call(f"{name}.update", **entity.key_of(row), **{field: done})
                self.assertEqual((text["completed_at"], again["completed_at"]), (first["completed_at"],) * 2)
                self.assertIsNone(self.call(f"{name}.update", **entity.key_of(row), **{field: open_})["completed_at"])

    def test_a_goal_is_not_below_itself(self):
        goals = self.tree("goals")
        if not goals.has("create", "update"):
            self.skipTest("no goals yet")
        top = self.make(goals)
        middle = self.make(goals, parent_goal_id=top["id"])
        low = self.make(goals, parent_goal_id=middle["id"])
        before = self.stored(goals)
        for below in (top, middle, low):
            answer = self.answers([("goals.update", {"goal_id": top["id"], "parent_goal_id": below["id"]})])[0]
            self.assertError(answer, "INVALID_INPUT", "parent_goal_id", "must not be the goal itself")
        self.assertEqual(self.stored(goals), before)
        one, two = self.rows(goals, 2)
        answers = self.answers([("goals.update", {"goal_id": a["id"], "parent_goal_id": b["id"]})
                                for a, b in ((one, two), (two, one))])
        self.assertEqual([error is None for error, _ in answers].count(True), 1, answers)

    def test_a_source_has_a_type_and_an_id(self):
        items = self.tree("action_items")
        if not items.has("create", "update"):
            self.skipTest("no action items yet")
        meeting = self.reference("meetings")
        row = self.make(items, source_type="meeting", source_id=meeting)
        before = self.stored(items)
        key = items.key_of(row)
        for method, params, rule in (
                ("create", {"description": "x", "source_type": "meeting"}, "must be given together"),
                ("create", {"description": "x", "source_id": meeting}, "must be given together"),
                ("create", {"description": "x", "source_type": "meeting", "source_id": UNKNOWN}, "names no row"),
                ("update", {**key, "source_id": None}, "must be given together"),
                ("update", {**key, "source_type": None}, "must be given together"),
                ("update", {**key, "source_id": UNKNOWN}, "names no row"),
                ("update", {**key, "source_type": "feedback", "source_id": UNKNOWN}, "names no row")):
            with self.subTest(method, params=params):
                answer = self.answers([(f"action_items.{method}", params)])[0]
                self.assertError(answer, "INVALID_INPUT", "source_id", rule)
        self.assertEqual(self.stored(items), before)

    def test_a_skill_has_a_history(self):
        skills = self.tree("skills")
        if not skills.has("create", "update"):
            self.skipTest("no skills yet")
        row = self.make(skills, confidence_level=2)
        for level in (3, 3, 5):
            self.call("skills.update", **skills.key_of(row), confidence_level=level)
        self.call("skills.update", **skills.key_of(row), notes="the same level")
        history = self.call("skill_progress.list", skill_id=row["id"])["data"]
        self.assertEqual([entry["confidence_level"] for entry in history], [5, 3, 2])


if __name__ == "__main__":
    harness.main()
