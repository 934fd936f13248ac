"""Links of every entity: to what exists only, and never to what is deleted."""

import entities
import harness
from entities import API, V1

UNKNOWN = 10**15


class Case(entities.EntityCase):
    def links(self):
        """[(entity, field, entity that the field names)]"""
        return [(entity, field, self.tree(field.of)) for entity in self.entities("create", "get", "update")
                for field in entity.references() if self.tree(field.of).has("delete", "restore")]

    def value(self, field, *rows):
        ids = [row["id"] for row in rows]
        return ids if field.kind == "ids" else ids[-1]

    def delete(self, entity, row):
        self.call(f"{entity.name}.delete", **entity.key_of(row))

    def restore(self, entity, row):
        return self.call(f"{entity.name}.restore", **entity.key_of(row))


class Wrong(Case):
    def code(self, field, target):
        return target.not_found if field.is_parent else f"UNKNOWN_{target.one.upper()}"

    def all_links(self):
        return [(entity, field, self.tree(field.of)) for entity in self.entities("create", "get", "update")
                for field in entity.references()]

    def wrong_ids(self, target):
        yield UNKNOWN
        if target.has("delete"):
            row = self.make(target)
            self.delete(target, row)
            yield row["id"]

    def test_a_link_to_a_missing_or_deleted_row_is_refused_by_name(self):
        for entity, field, target in self.all_links():
            good, row = self.make(target)["id"], self.make(entity)
            for wrong in self.wrong_ids(target):
                value = [good, wrong] if field.kind == "ids" else wrong
                code, before = self.code(field, target), self.stored(entity)
                with self.subTest(f"{field.label}: {value}, create"):
                    params = self.least(entity, **{field.name: value})
                    self.assertError(self.answers([(f"{entity.name}.create", params)])[0], code, field.name)
                    response = self.create(entity, params)
                    self.assertEqual(response.status, 404 if field.is_parent else 400, response)
                    self.assertError(response, code, field.name)
                    if entity.is_in_system_c:
                        self.assertText(self.create(entity, params, API), response.status)
                if field.is_changed:
                    with self.subTest(f"{field.label}: {value}, update"):
                        response = self.ask("PATCH", entity.item(row), {field.name: value})
                        self.assertEqual(response.status, 400, response)
                        self.assertError(response, code, field.name)
                self.assertEqual(self.stored(entity), before, f"{field.label}: nothing is stored")

    def test_good_and_wrong_links_in_one_batch_do_not_mix(self):
        for entity, field, target in self.all_links():
            good = [self.make(target)["id"] for _ in range(3)]
            asked = [id for pair in zip(good, [UNKNOWN + n for n in range(3)]) for id in pair]
            answers = self.answers((f"{entity.name}.create", self.least(
                entity, **{field.name: [id] if field.kind == "ids" else id})) for id in asked)
            with self.subTest(field.label):
                for id, answer in zip(asked, answers):
                    if id >= UNKNOWN:
                        self.assertError(answer, self.code(field, target), field.name)
                    else:
                        self.assertEqual(answer[1][field.name], [id] if field.kind == "ids" else id)

    def test_lists_below_an_unknown_parent_are_not_found(self):
        for entity in self.entities("list"):
            if not entity.parent:
                continue
            target = self.tree(entity.field(entity.parent["name"]).of)
            for id in self.wrong_ids(target):
                with self.subTest(entity.name, id=id):
                    response = self.ask("GET", entity.collection(id))
                    self.assertEqual(response.status, 404, response)
                    self.assertError(response, target.not_found, target.key)
                    self.assertText(self.ask("GET", entity.collection(id, API)), 404)


class Deleted(Case):
    def test_deleting_a_row_clears_the_links_to_it(self):
        for entity, field, target in self.links():
            if not field.is_changed:
                continue
            kept, gone = self.rows(target, 2)
            live = self.make(entity, **{field.name: self.value(field, kept, gone)})
            dead = self.make(entity, **{field.name: self.value(field, kept, gone)})
            other = self.make(entity, **{field.name: self.value(field, kept)})
            self.delete(entity, dead)
            self.delete(target, gone)
            wanted = [kept["id"]] if field.kind == "ids" else None
            with self.subTest(field.label):
                row = self.get(entity, live)
                self.assertEqual(row[field.name], wanted)
                self.assertGreater(row["updated_at"], live["updated_at"], "a new version")
                self.assertEqual(self.restore(entity, dead)[field.name], wanted)
                self.assertEqual(self.get(entity, other)["updated_at"], other["updated_at"])
                self.restore(target, gone)
                self.assertEqual(self.get(entity, live)[field.name], wanted, "a restored row is not linked again")

    def test_rows_that_belong_to_a_row_go_and_come_back_with_it(self):
        for entity, field, target in self.links():
            if field.is_changed:
                continue
            parent = self.make(target)
            with_parent = {field.name: parent["id"]}
            before, child, other = self.make(entity, **with_parent), self.make(entity, **with_parent), self.make(entity)
            self.delete(entity, before)
            self.delete(target, parent)
            with self.subTest(field.label):
                self.assertEqual(self.get(entity, child), entity.not_found)
                self.assertEqual(self.get(entity, other)["updated_at"], other["updated_at"])
                self.restore(target, parent)
                back = self.get(entity, child)
                self.assertEqual({**back, "updated_at": 0}, {**child, "updated_at": 0})
                self.assertGreater(back["updated_at"], child["updated_at"])
                self.assertEqual(self.get(entity, before), entity.not_found, "it was deleted earlier")

    def test_a_row_of_a_deleted_row_cannot_be_restored(self):
        for entity, field, target in self.links():
            if field.is_changed:
                continue
            parent = self.make(target)
            child = self.make(entity, **{field.name: parent["id"]})
            for already in (True, False):
                if already:
                    self.delete(entity, child)
                self.delete(target, parent)
                with self.subTest(field.label, deleted_before=already):
                    response = self.ask("POST", entity.item(child) + "/restore")
                    self.assertEqual(response.status, 409, response)
                    self.assertEqual(response.json["error"]["code"], f"{target.one.upper()}_DELETED")
                self.restore(target, parent)
                if already:
                    self.restore(entity, child)

    def test_a_tag_that_is_deleted_leaves_the_lists(self):
        for entity in self.entities("create", "get"):
            field = next((field for field in entity.created if field.kind == "tags"), None)
            if not field:
                continue
            with self.subTest(field.label):
                names = [f"{entity.name} {n}" for n in range(3)]
                row = self.make(entity, **{field.name: names})
                tags = {tag["name"]: tag for tag in self.call("tags.list", q=entity.name, limit=500)["data"]}
                self.assertEqual([tags[name][entity.name] for name in names], [1, 1, 1], "their counts")
                self.call("tags.update", tag_id=tags[names[0]]["id"], name=names[0].upper())
                self.call("tags.delete", tag_id=tags[names[1]]["id"])
                after = self.get(entity, row)
                self.assertEqual(after[field.name], [names[0].upper(), names[2]])
                self.assertGreater(after["updated_at"], row["updated_at"], "a new version")
                self.call("tags.restore", tag_id=tags[names[1]]["id"])
                self.assertEqual(self.get(entity, row)[field.name], [names[0].upper(), names[2]])

    def test_a_topic_that_is_merged_or_deleted_leaves_the_lists(self):
        for entity in self.entities("create", "get"):
            for field in entity.references():
                if field.of == "topics" and field.kind == "ids":
                    with self.subTest(field.label):
                        self.check_topics(entity, field)

    def check_topics(self, entity, field):
        ids = [row["id"] for row in self.rows(self.tree("topics"), 4)]
        row, other = self.make(entity, **{field.name: ids[:3]}), self.make(entity, **{field.name: [ids[1]]})
        self.call("topics.merge", topic_id=ids[1], into=ids[3])
        self.assertEqual(self.get(entity, row)[field.name], [ids[0], ids[3], ids[2]])
        self.call("topics.merge", topic_id=ids[2], into=ids[0])
        self.assertEqual(self.get(entity, row)[field.name], [ids[0], ids[3]], "the same topic is named once")
        self.call("topics.delete", topic_id=ids[3])
        self.assertEqual(self.get(entity, row)[field.name], [ids[0]])
        self.assertEqual(self.get(entity, other)[field.name], [])
        self.assertGreater(self.get(entity, other)["updated_at"], other["updated_at"])

    def test_a_deleted_source_leaves_its_action_items(self):
        items = self.tree("action_items")
        for source_type, table in entities.SOURCES.items():
            source = self.tree(table)
            if not (items.has("create") and source.has("delete")):
                continue
            row = self.make(source)
            item = self.make(items, source_type=source_type, source_id=row["id"])
            with self.subTest(source_type):
                self.assertEqual([found["id"] for found in self.get(source, row)["action_items"]], [item["id"]])
                self.delete(source, row)
                after = self.get(items, item)
                self.assertEqual((after["source_type"], after["source_id"]), (None, None))

    def test_every_link_was_tested(self):
        tested = {field.label for _, field, _ in self.links()}
        named = {field.label for entity in entities.described().values() for field in entity.fields
                 if field.of and entity.has("create", "update") and field.of != "topics"}
        self.assertLessEqual({label for label in named if self.field(label).is_created}, tested)

    def field(self, label):
        entity, name = label.split(".")
        return self.tree(entity).field(name)


if __name__ == "__main__":
    harness.main()
