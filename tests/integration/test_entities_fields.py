"""Every field of every entity keeps its limits, defaults and bytes, over HTTP and RPC."""

import functools
import json

import entities
import entity_values
import harness
import noon
from entities import API, COMMON_PARAMS, V1


class Case(entities.EntityCase):
    def good(self, field):
        """As entity_values.good, also for references."""
        if field.kind == "reference" or field.label == "action_items.source_id":
            value = self.some(field)
            return [("a row", value, value)]
        if field.kind == "ids":
            ids = self.pool(field.of, 3)
            return [("none", [], []), ("reversed", ids[::-1], ids[::-1]), ("doubled", ids + ids, ids),
                    (f"{field.max} times one", [ids[0]] * field.max, [ids[0]])]
        return entity_values.good(field)

    def requests(self, entity, verb):
        """[(label, field, params, stored)] of the good values of each field."""
        for field in entity.created if verb == "create" else entity.changed:
            for what, sent, stored in self.good(field):
                if verb == "create":
                    params = self.least(entity, **{field.name: sent})
                else:
                    params = entities.complete(self, entity, {field.name: sent})
                yield f"{field.label}: {what}", field, params, stored

    def refusals(self, entity, verb):
        """[(label, field, params, field of the error, rule)] of the bad values of each field."""
        for field in entity.created if verb == "create" else entity.changed:
            for what, sent, named, rule in entity_values.bad(field):
                params = self.least(entity, **{field.name: sent}) if verb == "create" else {field.name: sent}
                yield f"{field.label}: {what}", field, params, named, rule
            if verb == "create" and field.is_required:
                params = self.least(entity)
                yield f"{field.label}: null", field, {**params, field.name: None}, field.name, "is required"
                yield f"{field.label}: absent", field, {n: v for n, v in params.items() if n != field.name}, \
                    field.name, "is required"
            if not field.is_cleared if verb == "update" else field.refuses_null:
                params = self.least(entity) if verb == "create" else {}
                yield f"{field.label}: null", field, {**params, field.name: None}, field.name, "must not be null"


class Good(Case):
    def check_stored(self, field, row, stored):
        self.assertEqual(row[field.name], stored)
        self.assertEqual(isinstance(row[field.name], bool), isinstance(stored, bool))

    def test_a_create_stores_each_good_value(self):
        for entity in self.entities("create", "get"):
            with self.subTest(entity.name):
                self.check_creates(entity)

    def check_creates(self, entity):
        asked = list(self.requests(entity, "create"))
        rows = self.results((f"{entity.name}.create", params) for _, _, params, _ in asked)
        again = self.results((f"{entity.name}.get", entity.key_of(row)) for row in rows)
        for (label, field, _, stored), row, read in zip(asked, rows, again):
            with self.subTest(label):
                self.check_stored(field, row, stored)
                row.pop("replayed")
                self.assertRows(row, read)

    def test_an_update_stores_each_good_value(self):
        for entity in self.entities("create", "update", "get"):
            with self.subTest(entity.name):
                self.check_updates(entity)

    def check_updates(self, entity):
        asked = list(self.requests(entity, "update"))
        rows = self.rows(entity, len(asked))
        changed = self.results((f"{entity.name}.update", {**entity.key_of(row), **params})
                               for row, (_, _, params, _) in zip(rows, asked))
        again = self.results((f"{entity.name}.get", entity.key_of(row)) for row in rows)
        for (label, field, _, stored), row, read in zip(asked, changed, again):
            with self.subTest(label):
                self.check_stored(field, row, stored)
                self.assertRows(read, row)

    def test_http_stores_each_good_value(self):
        """By POST, PATCH and PUT in turn, at /api/v1 and /api."""
        for entity in self.entities("create", "update", "get"):
            row = self.make(entity)
            for number, (label, field, params, stored) in enumerate(self.requests(entity, "create")):
                surface = API if number % 2 and entity.is_in_system_c else V1
                if number % 4 < 2 or not field.is_changed:
                    response = self.create(entity, params, surface)
                else:
                    change = entities.complete(self, entity, {field.name: params[field.name]})
                    response = self.ask("PUT" if surface == API else "PATCH", entity.item(row, surface), change)
                with self.subTest(label, number=number):
                    self.assertIn(response.status, (200, 201), response)
                    self.check_stored(field, response.json, stored)


class Bad(Case):
    def test_rpc_refuses_each_bad_value_by_name_and_stores_nothing(self):
        for entity in self.entities("create", "update"):
            row = self.make(entity)
            for verb in ("create", "update"):
                asked = [(label, {**params, **(entity.key_of(row) if verb == "update" else {})}, named, rule)
                         for label, _, params, named, rule in self.refusals(entity, verb)]
                before = self.stored(entity)
                answers = self.answers((f"{entity.name}.{verb}", params) for _, params, _, _ in asked)
                for (label, _, named, rule), answer in zip(asked, answers):
                    with self.subTest(f"{label}, {verb}"):
                        self.assertError(answer, "INVALID_INPUT", named, rule)
                self.assertEqual(self.stored(entity), before, f"{entity.name}: nothing is stored")

    def test_http_refuses_each_bad_value_by_name_and_stores_nothing(self):
        """By POST and PATCH in turn."""
        for entity in self.entities("create", "update"):
            row = self.make(entity)
            refusals = list(self.refusals(entity, "create"))
            before = self.stored(entity)
            for number, (label, field, params, named, rule) in enumerate(refusals):
                is_patch = number % 2 and field.is_changed and "is required" not in rule
                if field.is_parent and not is_patch:  # in the path
                    continue
                if rule == entity_values.NUL_RULE:  # found before the body is read: names no element
                    named = named.partition("[")[0]
                with self.subTest(f"{label}, {'PATCH' if is_patch else 'POST'}"):
                    response = (self.ask("PATCH", entity.item(row), {field.name: params[field.name]}) if is_patch
                                else self.create(entity, params))
                    self.assertEqual(response.status, 400, response)
                    self.assertError(response, "INVALID_INPUT", named, rule)
            self.assertEqual(self.stored(entity), before, f"{entity.name}: nothing is stored")

    def test_system_c_refuses_the_same_values(self):
        for entity in self.entities("create", "update"):
            if not entity.is_in_system_c:
                continue
            row = self.make(entity)
            refusals = list(self.refusals(entity, "update"))[::2]
            before = self.stored(entity)
            for number, (label, field, params, _, _) in enumerate(refusals):
                if params[field.name] is None or "unknown member" in label:
                    continue  # at /api these are ignored
                with self.subTest(label):
                    method = ("PUT", "PATCH")[number % 2]
                    self.assertText(self.ask(method, entity.item(row, API), params), 400)
            self.assertEqual(self.stored(entity), before, f"{entity.name}: nothing is stored")


class Defaults(Case):
    settings = noon.SETTINGS

    @functools.cached_property
    def today(self):
        return self.database.value("select account_today(1)")

    def check_default(self, field, row):
        wanted = entity_values.fallback(field, self.today)
        if wanted == "now":
            wanted = row["created_at"]
        self.assertEqual(row[field.name], wanted, field.label)

    def test_an_absent_or_null_field_of_a_create_has_its_default(self):
        for entity in self.entities("create"):
            optional = [field for field in entity.created if not field.is_required]
            for surface in [V1] + [API] * entity.is_in_system_c:
                for absent in ({}, {field.name: None for field in optional if not field.refuses_null}):
                    made = self.create(entity, self.least(entity, **absent), surface)
                    self.assertEqual(made.status, 201, made)
                    for field in optional:
                        with self.subTest(field.label, surface=surface, absent=absent):
                            self.check_default(field, made.json)

    def test_a_create_with_all_fields_stores_them_all(self):
        for entity in self.entities("create"):
            for _ in range(3):
                asked = self.full(entity)
                made = self.call(f"{entity.name}.create", **asked)
                for field in entity.created:
                    with self.subTest(field.label):
                        self.assertEqual(made[field.name], asked[field.name])

    def test_an_update_keeps_what_it_does_not_name(self):
        for entity in self.entities("create", "update"):
            row = self.call(f"{entity.name}.create", **self.full(entity))
            shared = {"updated_at", "replayed", "completed_at", "attendees", "organization", "from_person"}
            for field in entity.changed:
                with self.subTest(field.label):
                    change = entities.complete(self, entity, {field.name: self.some(field)})
                    changed = self.call(f"{entity.name}.update", **entity.key_of(row), **change)
                    kept = set(row) - set(change) - shared - {"minutes_this_week"}
                    self.assertEqual({n: changed[n] for n in kept}, {n: row[n] for n in kept})
                    row = changed

    def test_null_clears_a_field_that_may_be_null(self):
        for entity in self.entities("create", "update"):
            for surface, method in [(V1, "PATCH")] + [(API, "PUT"), (API, "PATCH")] * entity.is_in_system_c:
                row = self.call(f"{entity.name}.create", **self.full(entity))
                for field in entity.changed:
                    if not field.is_cleared or row[field.name] is None:
                        continue
                    with self.subTest(field.label, method=method, surface=surface):
                        names = [field.name] if not field.label.startswith("action_items.source_") else \
                            ["source_type", "source_id"]
                        response = self.ask(method, entity.item(row, surface), dict.fromkeys(names))
                        self.assertEqual(response.status, 200, response)
                        self.assertEqual([response.json[name] for name in names], [None] * len(names))
                        row = response.json


class Names(Case):
    def test_an_unknown_or_computed_name_is_refused_at_v1_and_ignored_at_api(self):
        for entity in self.entities("create", "update"):
            row = self.make(entity)
            given = {field.name for field in entity.created}
            for name in ["colour", "account_id", "deleted_at", "id", *(set(row) - given)]:
                with self.subTest(f"{entity.name}: {name}"):
                    self.assertError(self.create(entity, {**self.least(entity), name: 1}), "INVALID_INPUT", name)
                    self.assertError(self.ask("PATCH", entity.item(row), {name: 1}), "INVALID_INPUT", name)
                    self.check_ignored(entity, row, name)
            for field in entity.created:
                if not field.is_changed:
                    response = self.ask("PATCH", entity.item(row), {field.name: row[field.name]})
                    self.assertError(response, "INVALID_INPUT", field.name)

    def check_ignored(self, entity, row, name):
        if entity.is_in_system_c:
            made = self.create(entity, {**self.least(entity), name: "7"}, API)
            self.assertEqual(made.status, 201, made)
            self.assertNotEqual(made.json.get(name), "7")
            response = self.ask("PUT", entity.item(row, API), {name: "7"})
            self.assertEqual(response.status, 200, response)
            self.assertEqual(response.json, self.ask("GET", entity.item(row)).json)

    def test_a_query_may_not_have_unknown_names(self):
        for entity in self.entities("list", "get", "delete", "restore"):
            row = self.make(entity)
            parent_id = row[entity.parent["name"]] if entity.parent else None
            for method, target in (("GET", entity.collection(parent_id)), ("GET", entity.item(row)),
                                   ("DELETE", entity.item(row)), ("POST", entity.item(row) + "/restore")):
                with self.subTest(f"{method} {target}"):
                    self.assertError(self.ask(method, target + "?colour=1"), "INVALID_INPUT", "colour")

    def test_a_name_may_be_given_once(self):
        for entity in self.entities("update"):
            row = self.make(entity)
            for field in entity.changed:
                with self.subTest(field.label):
                    value = json.dumps(self.some(field))
                    body = f'{{"{field.name}": {value}, "{field.name}": {value}}}'.encode()
                    response = self.ask("PATCH", entity.item(row), body)
                    self.assertEqual(response.status, 400, response)
                    self.assertIn(field.name, response.json["detail"])

    def test_the_methods_have_the_described_params(self):
        methods = {m["name"]: {p["name"]: p for p in m["params"]} for m in self.call("rpc.methods")["methods"]}
        for entity in entities.described().values():
            for verb, fields in (("create", entity.created), ("update", entity.changed), ("list", entity.filters)):
                if entity.has(verb):
                    with self.subTest(f"{entity.name}.{verb}"):
                        self.assertEqual(set(methods[f"{entity.name}.{verb}"]) - COMMON_PARAMS - {entity.key},
                                         {field.name for field in fields})

    def test_each_field_has_good_and_bad_values(self):
        for entity in entities.described().values():
            for field in {*entity.created, *entity.changed}:
                with self.subTest(field.label):
                    self.assertGreaterEqual(len(entity_values.bad(field)), 5)
                    self.assertTrue(field.kind in ("reference", "ids", "name") or entity_values.good(field))


if __name__ == "__main__":
    harness.main()
