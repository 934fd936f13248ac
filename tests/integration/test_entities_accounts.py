"""Two accounts see nothing of each other: not in reads, lists, counts, changes or links."""

import account_gateway
import entities
import harness

OTHER = 2


class Accounts(entities.EntityCase):
    workers = 1

    @classmethod
    def setUpClass(cls):
        cls.database = harness.Database()
        cls.addClassCleanup(cls.database.close)
        cls.database.start()
        cls.database.sql(f"insert into accounts (account_id, name) values ({OTHER}, 'other')")
        cls.service = account_gateway.Service(cls.database, cls.workers)
        cls.addClassCleanup(cls.service.close)
        cls.service.start()
        cls.gateway = account_gateway.AccountGateway(cls.service.own_endpoint)
        cls.gateway.__enter__()  # pylint: disable=unnecessary-dunder-call
        cls.addClassCleanup(cls.gateway.__exit__)

    def other(self, method, **params):
        """The (error, result) of a call for the other account."""
        return self.gateway.answers(OTHER, [(method, params)])[0]

    def other_make(self, entity, **given):
        """Makes a row of the other account, with the rows that it needs."""
        params = {}
        for field in entity.created:
            if field.is_required and field.name not in given:
                params[field.name] = (self.other_make(self.tree(field.of))["id"] if field.kind == "reference"
                                      else self.some(field))
        error, row = self.other(f"{entity.name}.create", **{**params, **given})
        self.assertIsNone(error, entity.name)
        return row

    def test_a_foreign_id_is_a_missing_one(self):
        for entity in self.entities("get"):
            row = self.call(f"{entity.name}.create", **self.full(entity))
            before = self.stored(entity)
            key = entity.key_of(row)
            calls = {"get": key, "delete": key, "restore": key,
                     "update": {**key, **{f.name: self.some(f) for f in entity.changed if not entity.references()}}}
            for verb in set(calls) & set(entity.verbs):
                for gone in (False, True):
                    if gone and not entity.has("delete"):
                        continue
                    with self.subTest(f"{entity.name}.{verb}", deleted=gone):
                        if gone:
                            self.call(f"{entity.name}.delete", **key)
                        answer = self.other(f"{entity.name}.{verb}", **calls[verb])
                        self.assertError(answer, entity.not_found, entity.key)
                        if gone:
                            self.call(f"{entity.name}.restore", **key)
            if not entity.has("delete"):
                self.assertEqual(self.stored(entity), before, entity.name)

    def test_methods_written_by_hand_keep_accounts_apart(self):
        topic = self.make(self.tree("topics"))
        session = self.make(self.tree("sessions"), topic_id=topic["id"])
        for method, params, code in (
                ("topics.update", {"topic_id": topic["id"], "name": "x"}, "TOPIC_NOT_FOUND"),
                ("topics.delete", {"topic_id": topic["id"]}, "TOPIC_NOT_FOUND"),
                ("topics.restore", {"topic_id": topic["id"]}, "TOPIC_NOT_FOUND"),
                ("sessions.create", {"session_id": "01890a5d-ac96-774b-bcce-b302099a8057", "topic_id": topic["id"]},
                 "UNKNOWN_TOPIC"),
                ("sessions.update", {"session_id": session["id"], "notes": "x"}, "SESSION_NOT_FOUND")):
            with self.subTest(method):
                self.assertEqual(self.other(method, **params)[0]["code"], code)
        for method in ("topics.list", "sessions.list"):
            self.assertEqual(self.other(method)[1], {"data": [], "next_cursor": None})

    def test_rows_of_one_account_are_in_no_list_of_the_other(self):
        for entity in self.entities("create", "list"):
            full = self.full(entity)
            self.call(f"{entity.name}.create", **full)
            foreign = {"topics": self.pool("topics")[0]}
            own = self.other_make(entity)
            parent = {entity.parent["name"]: own[entity.parent["name"]]} if entity.parent else {}
            with self.subTest(entity.name):
                self.assertIn(own["id"], self.listed(entity, **parent))
            asked = [{field.name: full[field.name]} for field in entity.filters
                     if full.get(field.name) is not None and field.name not in parent]
            asked += [{"q": "x"}] if entity.has_search else []
            for params in [{}, *asked]:
                with self.subTest(entity.name, params=params, foreign=foreign):
                    self.assertLessEqual(self.listed(entity, **parent, **params), self.owned(entity))
            if entity.parent:
                error, _ = self.other(f"{entity.name}.list", **{entity.parent["name"]: full[entity.parent["name"]]})
                self.assertEqual(error["code"], self.tree(entity.field(entity.parent["name"]).of).not_found)

    def listed(self, entity, **params):
        error, page = self.other(f"{entity.name}.list", limit=500, **params)
        self.assertIsNone(error)
        self.assertIsNone(page["next_cursor"])
        return {row["id"] for row in page["data"]}

    def owned(self, entity):
        return {int(row[0]) for row in self.database.sql(f"select id from {entity.name} where account_id = {OTHER}")}

    def test_a_cursor_of_one_account_is_refused_for_the_other(self):
        for entity in self.entities("create", "list"):
            if entity.parent:
                continue  # its parent is missing
            self.rows(entity, 2)
            cursor = self.call(f"{entity.name}.list", limit=1)["next_cursor"]
            with self.subTest(entity.name):
                self.assertError(self.other(f"{entity.name}.list", cursor=cursor), "INVALID_INPUT", "cursor")

    def test_a_row_cannot_be_linked_to_a_foreign_row(self):
        for entity in self.entities("create", "update"):
            for field in entity.references():
                target = self.tree(field.of)
                foreign = self.make(target)["id"]
                value = [foreign] if field.kind == "ids" else foreign
                code = target.not_found if field.is_parent else f"UNKNOWN_{target.one.upper()}"
                given = {f.name: self.other_make(self.tree(f.of))["id"] for f in entity.created
                         if f.is_required and f.kind == "reference"}
                params = {f.name: self.some(f) for f in entity.created if f.is_required and f.kind != "reference"}
                with self.subTest(f"{field.label}, create"):
                    answer = self.other(f"{entity.name}.create", **{**params, **given, field.name: value})
                    self.assertError(answer, code, field.name)
                if field.is_changed:
                    row = self.other_make(entity)
                    with self.subTest(f"{field.label}, update"):
                        answer = self.other(f"{entity.name}.update", **{entity.key: row["id"], field.name: value})
                        self.assertError(answer, code, field.name)

    def test_an_action_item_cannot_have_a_foreign_source(self):
        for source_type, table in entities.SOURCES.items():
            answer = self.other("action_items.create", description="x", source_type=source_type,
                                source_id=self.make(self.tree(table))["id"])
            self.assertError(answer, "INVALID_INPUT", "source_id", "names no row")

    def test_a_unique_value_is_unique_in_its_account_only(self):
        for entity in self.entities("create"):
            field = entity.unique and entity.field(entity.unique["field"])
            if not field or field.kind == "reference":
                continue
            with self.subTest(entity.name):
                value = self.some(field)
                self.make(entity, **{field.name: value})
                own = self.other_make(entity, **{field.name: value})
                self.assertError(self.other(f"{entity.name}.create", **{
                    **{f.name: self.some(f) for f in entity.created if f.is_required}, field.name: value}),
                    entity.unique["code"], field.name)
                self.assertEqual(own[field.name], value)

    def test_tags_and_keys_belong_to_an_account(self):
        for entity in self.entities("create", "get"):
            key = {"idempotency_key": self.id() + entity.name}
            mine = self.call(f"{entity.name}.create", **self.least(entity), **key)
            theirs = self.other_make(entity, **key)
            with self.subTest(entity.name):
                self.assertEqual((mine["replayed"], theirs["replayed"]), (False, False))
                self.assertRows(self.other(f"{entity.name}.get", **entity.key_of(theirs))[1], theirs)
            tags = next((field for field in entity.created if field.kind == "tags"), None)
            if tags:
                self.make(entity, **{tags.name: [f"my own {entity.name}"]})
                self.other_make(entity, **{tags.name: [f"their {entity.name}"]})
                names = [row["name"] for row in self.other("tags.list", limit=500)[1]["data"]]
                self.assertIn(f"their {entity.name}", names)
                self.assertNotIn(f"my own {entity.name}", names)

    def test_deleting_a_row_touches_no_row_of_the_other_account(self):
        """Both accounts have the same ids, so that a condition without the account is found."""
        for entity in self.entities("create", "delete", "restore"):
            users = [user for user in self.entities("create", "get")
                     for field in user.references() if field.of == entity.name]
            if not users:
                continue
            row = self.make(entity)
            self.database.sql(f"select setval('{entity.name}_id_seq', {row['id'] - 1})")
            same = self.other_make(entity)
            self.database.sql(f"select setval('{entity.name}_id_seq', max(id)) from {entity.name}")
            self.assertEqual(same["id"], row["id"])
            for user in users:
                field = next(field for field in user.references() if field.of == entity.name)
                linked = self.other_make(user, **{field.name: [same["id"]] if field.kind == "ids" else same["id"]})
                before = self.other(f"{user.name}.get", **user.key_of(linked))
                self.call(f"{entity.name}.delete", **entity.key_of(row))
                with self.subTest(field.label):
                    self.assertEqual(self.other(f"{user.name}.get", **user.key_of(linked)), before)
                self.call(f"{entity.name}.restore", **entity.key_of(row))


if __name__ == "__main__":
    harness.main()
