"""Versions and retries of every entity: ETags, preconditions and idempotency keys."""

import concurrent.futures

import entities
import harness
from entities import API, V1

OTHER = '"2001-01-01T00:00:00.000000Z"'


def etag(row):
    return f'"{row["updated_at"]}"'


class Versions(entities.EntityCase):
    def fails(self, row):
        """Preconditions that do not hold for the row."""
        now = etag(row)
        return [{"If-Match": OTHER}, {"If-Match": f"W/{now}"}, {"If-Match": f'{OTHER}, "x{now[1:-1]}"'},
                {"If-None-Match": "*"}, {"If-None-Match": now}, {"If-None-Match": f"{OTHER}, W/{now}"},
                {"If-Match": now, "If-None-Match": now}]

    def holds(self, row):
        now = etag(row)
        return [{}, {"If-Match": "*"}, {"If-Match": now}, {"If-Match": f"{OTHER}, {now}"}, {"If-None-Match": OTHER},
                {"If-Match": now, "If-None-Match": OTHER}]

    def pairs(self, some, others):
        """Pairs each of `some` and of `others` at least once, and at each call with other ones, so
        that the entities together have all pairs."""
        self.turn = getattr(self, "turn", -1) + 1
        for number in range(max(len(some), len(others))):
            yield some[number % len(some)], others[(number + self.turn) % len(others)]

    def changes(self, entity, row):
        """[(method, target, body)] of all requests that change the row."""
        field = next(field for field in entity.changed if field.kind in ("text", "int"))
        body = {field.name: self.some(field)}
        surfaces = [("PATCH", entity.item(row), body), ("POST", entity.item(row) + "/restore", None),
                    ("DELETE", entity.item(row), None)]
        if entity.is_in_system_c:
            surfaces += [("PUT", entity.item(row, API), body), ("PATCH", entity.item(row, API), body),
                         ("DELETE", entity.item(row, API), None)]
        return surfaces

    def assertVersion(self, response):
        """Checks that the ETag is the row's version and a digest of what the response shows."""
        self.assertRegex(response.header("ETag"), f'^{etag(response.json)[:-1]}~[0-9a-f]{{12}}"$')

    def test_a_row_has_the_etag_of_its_version(self):
        for entity in self.entities("create", "get", "update"):
            with self.subTest(entity.name):
                made = self.create(entity, self.least(entity))
                self.assertVersion(made)
                read = self.ask("GET", entity.item(made.json))
                self.assertEqual((read.header("ETag"), read.json), (made.header("ETag"), made.json))
                changed = self.ask(*self.changes(entity, made.json)[0])
                self.assertVersion(changed)
                self.assertGreater(changed.json["updated_at"], made.json["updated_at"])
                self.assertEqual(changed.json["created_at"], made.json["created_at"])

    def test_reads_obey_conditions(self):
        for entity in self.entities("get"):
            row = self.make(entity)
            for surface in [V1] + [API] * entity.is_in_system_c:
                now = self.ask("GET", entity.item(row, surface)).header("ETag")
                for condition, status in (
                        ({"If-None-Match": now}, 304), ({"If-None-Match": f"W/{now}"}, 304),
                        ({"If-None-Match": "*"}, 304), ({"If-None-Match": f"{OTHER}, {now}"}, 304),
                        ({"If-None-Match": OTHER}, 200), ({"If-Match": now}, 200), ({"If-Match": "*"}, 200),
                        ({"If-Match": OTHER}, 412), ({"If-Match": f"W/{now}"}, 412),
                        ({"If-Match": OTHER, "If-None-Match": now}, 412)):
                    with self.subTest(entity.name, surface=surface, condition=condition):
                        response = self.ask("GET", entity.item(row, surface), None, condition)
                        self.assertEqual(response.status, status, response)
                        if status == 304:
                            self.assertEqual((response.header("ETag"), response.body), (now, b""))

    def test_a_change_is_not_done_if_its_condition_fails(self):
        for entity in self.entities("get", "update", "delete", "restore"):
            row = self.make(entity)
            before = self.stored(entity)
            for (method, target, body), condition in self.pairs(self.changes(entity, row), self.fails(row)):
                with self.subTest(f"{method} {target}", condition=condition):
                    response = self.ask(method, target, body, condition)
                    self.assertEqual(response.status, 412, response)
            self.assertEqual(self.stored(entity), before, entity.name)

    def test_a_change_is_done_if_its_condition_holds(self):
        for entity in self.entities("get", "update", "delete", "restore"):
            row = self.make(entity)
            numbers = range(len(self.changes(entity, row))), range(len(self.holds(row)))
            for number, condition in self.pairs(*numbers):
                method, target, body = self.changes(entity, row)[number]
                headers = self.holds(row)[condition]
                with self.subTest(f"{method} {target}", headers=headers):
                    response = self.ask(method, target, body, headers)
                    self.assertEqual(response.status, 204 if method == "DELETE" else 200, response)
                    if method == "DELETE":
                        response = self.ask("POST", entity.item(row) + "/restore")
                    self.assertVersion(response)
                    row = response.json

    def test_conditions_of_a_deleted_row(self):
        for entity in self.entities("get", "delete", "restore"):
            row = self.make(entity)
            gone = self.ask("DELETE", entity.item(row), None, {"If-Match": etag(row)})
            self.assertEqual(gone.status, 204, gone)
            target = entity.item(row) + "/restore"
            with self.subTest(entity.name):
                self.assertError(self.ask("POST", target, None, {"If-Match": etag(row)}), "PRECONDITION_FAILED")
                self.assertError(self.ask("DELETE", entity.item(row), None, {"If-Match": "*"}),
                                 entity.not_found, entity.key)
                version = self.ask("POST", target, None, {"If-None-Match": etag(row)})
                self.assertEqual(version.status, 200, version)
                self.assertGreater(version.json["updated_at"], row["updated_at"])

    def test_the_version_changes_only_if_the_row_changes(self):
        for entity in self.entities("get", "update", "restore"):
            row = self.make(entity)
            field = entity.changed[0]
            for what, method, target, body in (
                    ("an empty update", "PATCH", entity.item(row), {}),
                    ("a refused update", "PATCH", entity.item(row), {field.name: {}}),
                    ("a restore of a live row", "POST", entity.item(row) + "/restore", None)):
                with self.subTest(entity.name, what=what):
                    self.ask(method, target, body)
                    self.assertEqual(self.get(entity, row)["updated_at"], row["updated_at"])
            for field in entity.changed:
                change = entities.complete(self, entity, {field.name: self.some(field)})
                changed = self.call(f"{entity.name}.update", **entity.key_of(row), **change)
                with self.subTest(field.label):
                    self.assertGreater(changed["updated_at"], row["updated_at"])
                row = changed

    def test_wrong_preconditions_are_refused_by_name(self):
        for entity in self.entities("get", "update", "delete", "restore"):
            row = self.make(entity)
            requests = [*self.changes(entity, row)[:3], ("GET", entity.item(row), None)]
            wrong = [(header, value) for header in ("If-Match", "If-None-Match")
                     for value in ("x", '"x', "*, *", f"*, {etag(row)}", "")]
            for (method, target, body), (header, value) in self.pairs(requests, wrong):
                with self.subTest(f"{method} {target}", header=header, value=value):
                    response = self.ask(method, target, body, {header: value})
                    self.assertEqual(response.status, 400, response)
                    self.assertError(response, "INVALID_INPUT", header)
        for entity in self.entities("create"):
            response = self.create(entity, self.least(entity), headers={"If-Match": OTHER})
            self.assertEqual(response.status, 400, entity)


class Keys(entities.EntityCase):
    gateways = 2

    def key(self, headers=True):
        self.count = getattr(self, "count", 0) + 1
        key = f"{self.id()}/{self.count}"
        return {"Idempotency-Key": key} if headers else {"idempotency_key": key}

    def number(self, entity):
        return int(self.database.value(f"select count(*) from {entity.name}"))

    def assertReplayed(self, response, first):
        self.assertEqual((response.status, response.body), (first.status, first.body), response)
        self.assertEqual(response.header("ETag"), first.header("ETag"))
        self.assertEqual(response.header("Idempotency-Replayed"), "true")

    def test_a_retry_has_the_same_response_and_makes_no_second_row(self):
        for entity in self.entities("create"):
            for surface in [V1] + [API] * entity.is_in_system_c:
                for params in (self.least(entity), self.full(entity)):
                    with self.subTest(entity.name, surface=surface):
                        key = self.key()
                        first = self.create(entity, params, surface, key)
                        self.assertEqual(first.status, 201, first)
                        self.assertIsNone(first.header("Idempotency-Replayed"))
                        count = self.number(entity)
                        for _ in range(2):
                            self.assertReplayed(self.create(entity, params, surface, key), first)
                        self.assertEqual(self.number(entity), count)

    def test_a_retry_over_rpc_has_the_same_result(self):
        for entity in self.entities("create"):
            with self.subTest(entity.name):
                params = {**self.full(entity), **self.key(headers=False)}
                first, second = self.results([(f"{entity.name}.create", params)] * 2)
                third = self.call(f"{entity.name}.create", **params)
                self.assertEqual([first.pop("replayed"), second.pop("replayed"), third.pop("replayed")],
                                 [False, True, True])
                self.assertEqual((second, third), (first, first))
                self.assertRows(self.get(entity, first), first)

    def test_a_retry_shows_the_first_response_even_after_a_change(self):
        for entity in self.entities("create", "update", "delete"):
            with self.subTest(entity.name):
                key, params = self.key(), self.least(entity)
                first = self.create(entity, params, V1, key)
                change = {field.name: self.some(field) for field in entity.changed[:1]}
                self.assertEqual(self.ask("PATCH", entity.item(first.json), change).status, 200)
                self.assertReplayed(self.create(entity, params, V1, key), first)
                self.assertEqual(self.ask("DELETE", entity.item(first.json)).status, 204)
                self.assertReplayed(self.create(entity, params, V1, key), first)

    def test_another_body_with_the_same_key_is_refused(self):
        for entity in self.entities("create"):
            key, params = self.key(), self.full(entity)
            self.assertEqual(self.create(entity, params, V1, key).status, 201)
            count = self.number(entity)
            for field in entity.created:
                other = self.other_value(field, params)
                if other is None:
                    continue
                with self.subTest(field.label):
                    response = self.create(entity, {**params, field.name: other}, V1, key)
                    self.assertEqual(response.status, 422, response)
                    self.assertError(response, "IDEMPOTENCY_KEY_REUSED", "idempotency_key")
            self.assertEqual(self.number(entity), count)

    def other_value(self, field, params):
        """A valid value that differs from that of `params`; None if none was found."""
        for _ in range(20):
            value = self.some(field)
            if value != params[field.name]:
                return value
        return None

    def test_a_refused_request_may_be_repeated_with_its_key(self):
        for entity in self.entities("create"):
            field = next(field for field in entity.created if field.is_required and not field.is_parent)
            with self.subTest(entity.name):
                key, params = self.key(), self.least(entity)
                self.assertEqual(self.create(entity, {**params, field.name: {}}, V1, key).status, 400)
                self.assertEqual(self.create(entity, params, V1, key).status, 201)

    def test_a_key_of_a_restore_is_of_that_restore(self):
        for entity in self.entities("create", "delete", "restore"):
            row, key = self.make(entity), self.key()
            target = entity.item(row) + "/restore"
            with self.subTest(entity.name):
                self.assertEqual(self.ask("DELETE", entity.item(row)).status, 204)
                first = self.ask("POST", target, None, key)
                self.assertEqual(first.status, 200, first)
                self.assertEqual(self.ask("DELETE", entity.item(row)).status, 204)
                self.assertReplayed(self.ask("POST", target, None, key), first)
                self.assertEqual(self.get(entity, row), entity.not_found)
                response = self.create(entity, self.least(entity), V1, key)
                self.assertError(response, "IDEMPOTENCY_KEY_REUSED", "idempotency_key")

    def test_concurrent_requests_with_one_key_make_one_row(self):
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            for entity in self.entities("create"):
                with self.subTest(entity.name):
                    params, key, count = self.full(entity), self.key(), self.number(entity)
                    sent = [pool.submit(self.create, entity, params, V1, key) for _ in range(8)]
                    responses = [future.result() for future in sent]
                    self.assertEqual({(r.status, r.body) for r in responses}, {(201, responses[0].body)})
                    self.assertEqual([r.header("Idempotency-Replayed") for r in responses].count(None), 1)
                    self.assertEqual(self.number(entity), count + 1)


if __name__ == "__main__":
    harness.main()
