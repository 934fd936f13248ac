"""Parallel requests on every entity, and rows that outlive killed processes."""

import collections
import concurrent.futures
import http.client
import random

import entities
import entity_values
import faults
import harness
from entities import V1

THREADS, REQUESTS = 8, 120


class Parallel(entities.EntityCase):
    gateways = 2  # requests of one row meet in the database, not in the queue of one gateway

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.threads = concurrent.futures.ThreadPoolExecutor(THREADS)
        cls.addClassCleanup(cls.threads.shutdown)

    def together(self, requests):
        """The responses to [(method, target, body, headers)], each sent on its own connection."""
        sent = [self.threads.submit(self.ask, *request) for request in requests]
        return [future.result() for future in sent]

    def post(self, entity, params):
        params = dict(params)
        parent_id = params.pop(entity.parent["name"]) if entity.parent else None
        return "POST", entity.collection(parent_id), params, {}

    def codes(self, responses):
        return {response.json["error"]["code"] for response in responses if response.status >= 400}

    def test_of_parallel_updates_of_one_version_one_wins(self):
        for entity in self.entities("get", "update"):
            field = next(field for field in entity.changed if field.kind in ("text", "int"))
            row = self.make(entity)
            for _ in range(3):
                values = [self.some(field) for _ in range(THREADS)]
                etag = f'"{row["updated_at"]}"'
                responses = self.together(("PATCH", entity.item(row), {field.name: value}, {"If-Match": etag})
                                          for value in values)
                won = [response for response in responses if response.status == 200]
                with self.subTest(entity.name):
                    self.assertEqual((len(won), self.codes(responses)), (1, {"PRECONDITION_FAILED"}))
                    row = won[0].json
                    self.assertRows(self.get(entity, row), row)

    def test_parallel_updates_of_different_fields_are_all_stored(self):
        for entity in self.entities("get", "update"):
            row = self.make(entity)
            changes = [{field.name: self.some(field)} for field in entity.changed if not field.is_unique
                       and not field.label.startswith("action_items.source_")]
            responses = self.together(("PATCH", entity.item(row), change, {}) for change in changes[:THREADS])
            with self.subTest(entity.name):
                self.assertEqual({response.status for response in responses}, {200})
                self.assertEqual(len({response.json["updated_at"] for response in responses}), len(responses))
                now = self.get(entity, row)
                for change in changes[:THREADS]:
                    self.assertRows(now, change)

    def test_of_parallel_creates_of_one_unique_value_one_wins(self):
        for entity in self.entities("create"):
            if not entity.unique:
                continue
            params = self.least(entity)
            field = entity.field(entity.unique["field"])
            params.setdefault(field.name, self.some(field))
            responses = self.together(self.post(entity, params) for _ in range(THREADS))
            won = [response for response in responses if response.status == 201]
            with self.subTest(entity.name):
                self.assertEqual((len(won), self.codes(responses)), (1, {entity.unique["code"]}))
                self.assertEqual({response.json["error"]["details"][entity.key] for response in responses
                                  if response.status == 409}, {won[0].json["id"]})

    def test_of_parallel_updates_to_one_unique_value_one_wins(self):
        for entity in self.entities("create", "update"):
            field = entity.unique and entity.field(entity.unique["field"])
            if not field or not field.is_changed:
                continue
            rows, value = self.rows(entity, THREADS), self.some(field)
            responses = self.together(("PATCH", entity.item(row), {field.name: value}, {}) for row in rows)
            with self.subTest(entity.name):
                self.assertEqual(sorted(response.status for response in responses), [200] + [409] * (THREADS - 1))
                self.assertEqual(self.codes(responses), {entity.unique["code"]})

    def test_no_link_to_a_row_that_is_deleted_at_the_same_time(self):
        for entity in self.entities("create", "get", "update"):
            for field in entity.references():
                target = self.tree(field.of)
                if target.has("delete", "restore"):
                    for _ in range(2):
                        with self.subTest(field.label):
                            self.check_no_orphan(entity, field, target)

    def check_no_orphan(self, entity, field, target):
        gone = self.make(target)
        link = {field.name: [gone["id"]] if field.kind == "ids" else gone["id"]}
        requests = [self.post(entity, self.least(entity, **link)) for _ in range(4)]
        if field.is_changed:
            requests += [("PATCH", entity.item(row), link, {}) for row in self.rows(entity, 2)]
        requests.insert(2, ("DELETE", target.item(gone), None, {}))
        responses = self.together(requests)
        self.assertEqual(responses[2].status, 204)
        taken = {entity.unique["code"]} if field.is_unique else set()
        self.assertLessEqual(self.codes(responses), {f"UNKNOWN_{target.one.upper()}", target.not_found} | taken)
        for response in responses:
            if response.status in (200, 201):
                now = self.get(entity, response.json)
                if field.is_changed:
                    self.assertEqual(now[field.name], [] if field.kind == "ids" else None)
                else:
                    self.assertEqual(now, entity.not_found)

    def test_parallel_creates_of_new_tags_do_not_fail(self):
        for entity in self.entities("create"):
            field = next((field for field in entity.created if field.kind == "tags"), None)
            if not field:
                continue
            for number in range(5):
                names = [f"{entity.name} {number} {letter}" for letter in "abcdef"]
                orders = [self.random.sample(names, len(names)) for _ in range(THREADS)]
                responses = self.together(self.post(entity, self.least(entity, **{field.name: order}))
                                          for order in orders)
                with self.subTest(entity.name):
                    self.assertEqual([(r.status, r.json.get(field.name)) for r in responses],
                                     [(201, order) for order in orders])
                    found = self.call("tags.list", q=f"{entity.name} {number}", limit=500)["data"]
                    self.assertEqual(sorted(tag["name"] for tag in found), names)

    def test_parallel_deletes_and_restores_do_not_fail(self):
        for entity in self.entities("get", "delete", "restore"):
            row = self.make(entity)
            requests = [("DELETE", entity.item(row), None, {}), ("POST", entity.item(row) + "/restore", None, {})] * 4
            responses = self.together(requests)
            with self.subTest(entity.name):
                self.assertLessEqual({response.status for response in responses}, {200, 204, 404}, responses)
                self.assertEqual(self.ask("POST", entity.item(row) + "/restore").status, 200)
                self.assertEqual(self.get(entity, row)["id"], row["id"])

    def test_random_changes_in_parallel_leave_no_wrong_links(self):
        """EntityCase.check_links looks at the rows at the end."""
        tables = self.entities("create", "get", "update", "delete", "restore")
        ids = {entity.name: self.pool(entity.name, 3) for entity in (*tables, self.tree("topics"))}
        with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
            sent = [pool.submit(self.change_at_random, tables, ids, random.Random(seed)) for seed in range(THREADS)]
            statuses = sum((future.result() for future in sent), collections.Counter())
        self.assertLessEqual(set(statuses), {200, 201, 204, 400, 404, 409})
        self.assertGreater(min(statuses[status] for status in (200, 201, 204, 400)), 10, statuses)

    def change_at_random(self, tables, ids, chosen):
        """Sends requests that link, delete and restore few rows; counts their statuses."""
        statuses = collections.Counter()
        for _ in range(REQUESTS):
            entity = chosen.choice(tables)
            target = entity.item({"id": chosen.choice(ids[entity.name])})
            links = {field.name: [chosen.choice(ids[field.of]) for _ in range(2)] if field.kind == "ids"
                     else chosen.choice(ids[field.of]) for field in entity.references()}
            changed = {name: value for name, value in links.items() if entity.field(name).is_changed}
            given = {field.name: entity_values.some(field, chosen) for field in entity.created
                     if field.is_required and field.kind != "reference"}
            response = self.ask(*chosen.choice([
                self.post(entity, {**given, **links})[:3], ("PATCH", target, changed), ("PATCH", target, changed),
                ("DELETE", target, None), ("POST", f"{target}/restore", None)]))
            if response.status == 201:
                ids[entity.name].append(response.json["id"])
            statuses[response.status] += 1
        return statuses

    def test_parallel_moves_make_no_circle_of_goals(self):
        if not self.tree("goals").has("create", "update"):
            self.skipTest("no goals yet")
        for _ in range(5):
            ids = [row["id"] for row in self.rows(self.tree("goals"), 4)]
            responses = self.together(("PATCH", f"{V1}/goals/{id}", {"parent_goal_id": parent}, {})
                                      for id, parent in zip(ids, ids[1:] + ids[:1]))
            self.assertEqual(sorted(response.status for response in responses), [200, 200, 200, 400])


class Killed(faults.FaultCase, entities.EntityCase):
    """A row whose creation or change was acknowledged is there after kill -9."""

    def kill_and_start(self, process):
        self.service.kill(process)
        if process.name.startswith("gateway"):
            self.service.start_gateway(1)
        else:
            self.service.start_worker()
        self.service.wait_joined(self.workers)

    def test_an_acknowledged_write_outlives_the_processes(self):
        for kill in (lambda: self.service.workers[0], lambda: self.service.gateways[0]):
            self.check_all_kinds(kill())

    def check_all_kinds(self, process):
        wanted, unsure = [], []
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            writes = [(entity, self.full(entity)) for entity in self.entities("create", "get") for _ in range(5)]
            sent = [pool.submit(self.write, entity, params, f"{process.name}/{number}")
                    for number, (entity, params) in enumerate(writes)]
            harness.until("some are acknowledged", lambda: sum(future.done() for future in sent) > len(sent) // 4)
            self.kill_and_start(process)
            for (entity, _), future in zip(writes, sent):
                row = future.result()
                (wanted if row else unsure).append((entity, row))
        self.assertGreater(len(wanted), len(writes) // 4)
        self.service.wait_ready()
        self.connections.clear()
        for entity, row in wanted:
            with self.subTest(entity.name):
                self.assertRows(self.ask("GET", entity.item(row)).json, row)

    def write(self, entity, params, key):
        """The row that was acknowledged, or None."""
        try:
            response = self.create(entity, params, headers={"Idempotency-Key": key})
        except (OSError, http.client.HTTPException):
            return None
        self.assertIn(response.status, (201, 503, 504), response)
        return response.json if response.status == 201 else None


if __name__ == "__main__":
    harness.main()
