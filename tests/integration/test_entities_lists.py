"""Lists of every entity: orders, filters and pages are those of a model in Python."""

import urllib.parse

import entities
import entity_values
import harness
from entities import API, V1

# The fields that q searches.
SEARCHED = {
    "tags": ["name"], "organizations": ["name", "notes", "description"], "people": ["name", "email", "notes"],
    "projects": ["name", "description"], "goals": ["title", "description"], "tasks": ["title", "description"],
    "meetings": ["title", "preparation_notes", "outcome_notes", "questions_asked"],
    "learnings": ["title", "content"], "skills": ["name", "notes"], "feedback": ["content"],
    "action_items": ["description"],
}
# The filters that do not compare the field of their name.
CONDITIONS = {
    "tasks.today": lambda row, value, today: (row["date"] == today) == value,
    "tasks.overdue": lambda row, value, today: (row["date"] < today and row["status"] != "done") == value,
    "action_items.due": lambda row, value, today: row["due_date"] is not None and row["due_date"] <= value,
    "action_items.overdue": lambda row, value, today: value == (
        row["due_date"] is not None and row["due_date"] < today and row["status"] != "done"),
    "meetings.attendee_id": lambda row, value, today: value in row["attendee_ids"],
    "learnings.tag": lambda row, value, today: value.lower() in [tag.lower() for tag in row["tags"]],
    "feedback.tag": lambda row, value, today: value.lower() in [tag.lower() for tag in row["tags"]],
}
# Other values of a filter than those of its field.
POOLS = {"meetings.attendee_id": "people", "action_items.source_id": "meetings"}
WORDS = ["alpha", "Beta", "gamma", "\u00dcber", "50%", "a_b", "back\\slash"]
QUERIES = ["alpha", "BETA", "\u00fcb", "%", "a_b", "h", "k\\s", "alpha beta", "nothing at all"]


class Case(entities.EntityCase):
    def setUp(self):
        super().setUp()
        self.database.sql("set session_replication_role = replica; " + "".join(
            f"delete from {table}; " for table in (*entities.described(), "linked_sessions", "pending_totals",
                                                        "kept_daily_totals", "kept_topic_totals")))
        self.today = self.database.value("select account_today(1)")

    def some(self, field):
        if field.name == "tag":
            return self.random.choice(["tag 1", "TAG 2", "tag 3", "no such tag"])
        if field.label in POOLS:
            return self.reference(POOLS[field.label])
        if field.kind == "text" and field.name in SEARCHED.get(field.entity.name, ()):
            words = " ".join(self.random.sample(WORDS, 2))
            return f"{words} {entity_values.text(8)}"[:field.max]
        if field.kind == "date" and self.random.random() < 0.3:
            return self.today
        return super().some(field)

    def params(self, entity):
        """Random params of a create: some fields are absent."""
        full = self.full(entity)
        return {name: value for name, value in full.items() if entity.field(name).is_required
                or name in ("source_type", "source_id") or self.random.random() < 0.8}

    def fill(self, entity, count, **given):
        calls = [(f"{entity.name}.create", {**self.params(entity), **given}) for _ in range(count)]
        return self.results(calls)

    def parents(self, entity):
        """Params that name a parent, for rows that have one."""
        return {entity.parent["name"]: self.pool(entity.field(entity.parent["name"]).of, 1)[0]} if entity.parent else {}

    # the model

    def matches(self, entity, row, params):
        for name, value in params.items():
            field = next((field for field in entity.filters if field.name == name), None)
            if name == "q":
                text = "\n".join(row[column] or "" for column in SEARCHED[entity.name]).lower()
                found = value.lower() in text
            elif name in ("from", "to"):
                day = row[entity.range][:10]
                found = day >= value if name == "from" else day < value
            elif field and field.label in CONDITIONS:
                found = CONDITIONS[field.label](row, value, self.today)
            else:
                found = row[name] == value
            if not found:
                return False
        return True

    def expected(self, entity, rows, sort, params):
        column = sort.lstrip("-")
        column = "id" if column == "created_at" else column
        found = [row for row in rows if self.matches(entity, row, params)]
        return [row["id"] for row in sorted(found, key=lambda row: (row[column], row["id"]), reverse=sort[0] == "-")]

    # pages

    def walk(self, entity, params, between=lambda: None):
        """All ids of the list, read in pages; `between` is called after each page."""
        ids, cursor, pages = [], None, 0
        while pages == 0 or cursor:
            page = self.call(f"{entity.name}.list", **params, **({"cursor": cursor} if cursor else {}))
            self.assertLessEqual(len(page["data"]), params.get("limit", 50))
            ids += [row["id"] for row in page["data"]]
            cursor, pages = page["next_cursor"], pages + 1
            self.assertLess(pages, 1000, f"{entity.name}: the pages end")
            between()
        return ids

    def query(self, params):
        texts = {name: str(value).lower() if isinstance(value, bool) else value for name, value in params.items()}
        return "?" + urllib.parse.urlencode(texts)


class Filters(Case):
    ROWS = 40

    def random_params(self, entity):
        params = self.parents(entity)
        for field in entity.filters:
            if field.name not in params and self.random.random() < 0.3:
                params[field.name] = self.some(field)
        if entity.has_search and self.random.random() < 0.3:
            params["q"] = self.random.choice(QUERIES)
        for name in ("from", "to"):
            if entity.range and self.random.random() < 0.25:
                params[name] = f"2024-0{self.random.randint(1, 2)}-{self.random.randint(1, 28):02}"
        if "from" in params and "to" in params: # else the range is refused
            params["from"], params["to"] = sorted((params["from"], params["to"]))
        return params

    def test_each_filter_selects_what_the_model_selects(self):
        for entity in self.entities("create", "list"):
            rows = self.fill(entity, self.ROWS, **self.parents(entity))
            fixed = self.parents(entity)
            for field in entity.filters:
                if field.name in fixed:
                    continue
                values = field.choices or ([True, False] if field.kind == "bool" else
                                           {row.get(field.name) for row in rows} - {None} or {self.some(field)})
                for value in [*list(values)[:6], *(self.some(field) for _ in range(3))]:
                    with self.subTest(field.label, value=value):
                        params = {**fixed, field.name: value}
                        self.assertEqual(set(self.walk(entity, {**params, "limit": 500})),
                                         set(self.expected(entity, self.all(entity, fixed), "created_at", params)))

    def all(self, entity, fixed):
        """All rows, as a list without filters shows them."""
        rows, cursor = [], None
        while True:
            page = self.call(f"{entity.name}.list", limit=500, **fixed, **({"cursor": cursor} if cursor else {}))
            rows += page["data"]
            cursor = page["next_cursor"]
            if not cursor:
                return rows

    def test_any_filters_and_order_together_list_what_the_model_lists(self):
        for entity in self.entities("create", "list"):
            self.fill(entity, self.ROWS, **self.parents(entity))
            rows = self.all(entity, self.parents(entity))
            for _ in range(25):
                params, sort = self.random_params(entity), self.random.choice(entity.orders)
                limit = self.random.choice([1, 2, 7, len(rows) - 1, len(rows), len(rows) + 1, 500])
                if limit == 1 and len(self.expected(entity, rows, sort, params)) > 20:
                    limit = 9
                with self.subTest(entity.name, sort=sort, params=params, limit=limit):
                    self.assertEqual(self.walk(entity, {**params, "sort": sort, "limit": limit}),
                                     self.expected(entity, rows, sort, params))

    def test_http_lists_the_same(self):
        for entity in self.entities("create", "list"):
            self.fill(entity, self.ROWS, **self.parents(entity))
            fixed = self.parents(entity)
            rows = {row["id"]: row for row in self.all(entity, fixed)}
            for number in range(12):
                params, sort = self.random_params(entity) if number else dict(fixed), self.random.choice(entity.orders)
                if entity.name == "tasks":
                    params.setdefault("from", "1900-01-01")  # else /api lists the tasks of today
                wanted = [rows[id] for id in self.expected(entity, rows.values(), sort, params)]
                query = self.query({**{n: v for n, v in params.items() if n not in fixed}, "sort": sort})
                with self.subTest(entity.name, query=query):
                    self.check_http(entity, entity.collection(*fixed.values()), query, wanted)
                    if entity.is_in_system_c:
                        response = self.ask("GET", entity.collection(*fixed.values() or [None], API) + query)
                        self.assertEqual((response.status, response.json), (200, wanted))

    def check_http(self, entity, target, query, wanted):
        found, cursor = [], ""
        while cursor is not None:
            page = self.ask("GET", target + query + "&limit=15" + (cursor and f"&cursor={cursor}"))
            self.assertEqual(page.status, 200, page)
            self.assertEqual(set(page.json), {"data", "next_cursor"})
            found += page.json["data"]
            cursor = page.json["next_cursor"]
        self.assertEqual(found, wanted)

    def test_the_default_order_and_limit(self):
        for entity in self.entities("create", "list"):
            fixed = self.parents(entity)
            self.fill(entity, 55, **fixed)
            with self.subTest(entity.name):
                first = self.call(f"{entity.name}.list", **fixed)
                same = self.call(f"{entity.name}.list", **fixed, limit=50, sort=entity.default_order)
                self.assertEqual(first["data"], same["data"])
                self.assertEqual(len(first["data"]), 50)

    def test_wrong_params_are_refused_by_name(self):
        for entity in self.entities("list"):
            fixed = self.parents(entity)
            asked = [(field.name, value, rule) for field in entity.filters
                     for _, value, _, rule in entity_values.bad(field)]
            asked += [("limit", value, "limit must be") for value in (0, -1, 501, "x", 1.5, True)]
            asked += [("sort", value, "must be one of") for value in ("", "title", "-", "created_at ", 1)]
            asked += [("cursor", value, "must be a next_cursor") for value in ("", "x", "1~2", "1~2.00000000x", 1)]
            asked += [(name, value, "must be a date") for name in ("from", "to") if entity.range
                      for value in entity_values.NO_DATES]
            asked += [("q", "", "must not be empty"), ("q", "q" * 201, "at most 200 characters"),
                      ("q", "\0", entity_values.NUL_RULE)] if entity.has_search else [("q", "x", "unknown field")]
            answers = self.answers((f"{entity.name}.list", {**fixed, name: value}) for name, value, _ in asked)
            for (name, value, rule), answer in zip(asked, answers):
                with self.subTest(f"{entity.name}.{name}: {value!r}"):
                    self.assertError(answer, "INVALID_INPUT", name, rule)


class Pages(Case):
    def test_pages_of_any_size_join_to_the_whole_list(self):
        for entity in self.entities("create", "list"):
            fixed = self.parents(entity)
            self.fill(entity, 12, **fixed)
            for sort in entity.orders:
                whole = self.walk(entity, {**fixed, "sort": sort, "limit": 500})
                for limit in {1, 2, 3, 5, len(whole) // 2, len(whole) - 1, len(whole), len(whole) + 1}:
                    with self.subTest(entity.name, sort=sort, limit=limit):
                        self.assertEqual(self.walk(entity, {**fixed, "sort": sort, "limit": limit}), whole)

    def test_rows_that_change_meanwhile_are_neither_lost_nor_doubled(self):
        for entity in self.entities("create", "list", "update", "delete"):
            fixed = self.parents(entity)
            for sort in entity.orders:
                self.fill(entity, 12, **fixed)
                before = set(self.walk(entity, {**fixed, "sort": sort, "limit": 500}))
                touched = set()
                ids = self.walk(entity, {**fixed, "sort": sort, "limit": 3},
                                lambda: self.disturb(entity, sort, fixed, before, touched))
                with self.subTest(entity.name, sort=sort):
                    stable = [id for id in ids if id not in touched]
                    self.assertEqual(len(stable), len(set(stable)), "no row twice")
                    self.assertLessEqual(before - touched, set(ids), "no row is lost")

    def disturb(self, entity, sort, fixed, before, touched):
        """Makes a row, deletes one, moves one in the order, and changes one in its place."""
        if len(touched) > 8:
            return
        self.fill(entity, 1, **fixed)
        gone, moved, kept = self.random.sample(sorted(before - touched - set(self.pools.get(entity.name, ()))), 3)
        self.call(f"{entity.name}.delete", **{entity.key: gone})
        column = entity.field(sort.lstrip("-"))
        place = {column.name} if column else set()
        if column and column.is_changed:
            self.call(f"{entity.name}.update", **{entity.key: moved, column.name: self.some(column)})
            touched.add(moved)
        field = next(field for field in entity.changed if field.name not in place)
        self.call(f"{entity.name}.update", **{entity.key: kept, field.name: self.some(field)})
        touched.add(gone)

    def test_a_cursor_of_another_list_is_refused(self):
        for entity in self.entities("create", "list"):
            fixed = self.parents(entity)
            self.fill(entity, 3, **fixed)
            cursor = self.call(f"{entity.name}.list", **fixed, limit=1)["next_cursor"]
            others = [{"sort": sort} for sort in entity.orders if sort != entity.default_order]
            others += [{field.name: self.some(field)} for field in entity.filters if field.name not in fixed]
            others += [{"from": "2000-01-01"}, {"to": "2030-01-01"}] if entity.range else []
            others += [{"q": "x"}] if entity.has_search else []
            if entity.parent:
                field = entity.field(entity.parent["name"])
                others.append({field.name: self.make(self.tree(field.of))["id"]})
            for other in others:
                with self.subTest(entity.name, other=other):
                    answer = self.answers([(f"{entity.name}.list", {**fixed, **other, "cursor": cursor})])[0]
                    self.assertError(answer, "INVALID_INPUT", "cursor")
            self.call(f"{entity.name}.list", **fixed, limit=2, cursor=cursor)  # the limit may change
            for tampered in (cursor[:-1] + "x", "9" + cursor, cursor.replace("~", "~9")):
                answer = self.answers([(f"{entity.name}.list", {**fixed, "cursor": tampered})])[0]
                with self.subTest(entity.name, cursor=tampered):
                    if "x" in tampered:
                        self.assertError(answer, "INVALID_INPUT", "cursor")


class InZone(Case):
    """The account's zone, UTC+05:30, decides what a clock shows and when a day begins."""

    def setUp(self):
        super().setUp()
        self.call("account.update", time_zone="Asia/Kolkata")

    def test_an_instant_without_offset_is_that_of_the_accounts_clocks(self):
        for entity in self.entities("create", "update"):
            for field in entity.created:
                if field.kind != "local_instant":
                    continue
                with self.subTest(field.label):
                    row = self.make(entity, **{field.name: "2024-02-29T04:30"})
                    self.assertEqual(row[field.name], "2024-02-28T23:00:00.000000Z")
                    response = self.ask("PATCH", entity.item(row), {field.name: "2024-02-29T05:30:00.5"})
                    self.assertEqual(response.json[field.name], "2024-02-29T00:00:00.500000Z")

    def test_a_range_of_instants_is_one_of_the_accounts_days(self):
        for entity in self.entities("create", "list"):
            if not entity.range or entity.field(entity.range).kind == "date":
                continue
            before, after = (self.make(entity, **{entity.range: f"2024-01-10T18:{time}Z"})["id"]
                             for time in ("29:59.999999", "30:00"))
            for sort in entity.orders:
                with self.subTest(entity.name, sort=sort):
                    for params, wanted in (({"from": "2024-01-11"}, [after]), ({"to": "2024-01-11"}, [before]),
                                           ({"from": "2024-01-10", "to": "2024-01-11"}, [before]),
                                           ({"from": "2024-01-11", "to": "2024-01-11"}, [])):
                        self.assertEqual(self.walk(entity, {**params, "sort": sort, "limit": 1}), wanted)


class Markers(Case):
    """A page compares at most 5,000 rows. Lists with rare rows go on after pages without rows."""

    MANY = 5100

    def copies(self, entity, row):
        """Copies the row by SQL."""
        names = [name for name, in self.database.sql(
            "select column_name from information_schema.columns where is_generated = 'NEVER' and column_name <> 'id'"
            f" and table_schema = current_schema() and table_name = '{entity.name}'")]
        unique = entity.unique["field"] if entity.unique else None
        values = [f"{name} || ' ' || n" if name == unique else name for name in names]
        self.database.sql(f"insert into {entity.name} ({', '.join(names)}) select {', '.join(values)} from"
                          f" {entity.name}, generate_series(1, {self.MANY}) n where id = {row['id']}")

    def test_rare_rows_are_found_behind_empty_pages(self):
        for entity in self.entities("create", "list"):
            field = next((f for f in entity.filters if f.kind in ("choice", "bool") and entity.field(f.name)
                          and not (entity.unique and entity.field(entity.unique["field"]).kind == "reference")), None)
            if not field:
                continue
            common, rare = field.choices[:2] if field.choices else (False, True)
            fixed = self.parents(entity)
            row = self.call(f"{entity.name}.create", **entities.complete(self, entity, self.least(
                entity, **fixed, **{field.name: common})))
            first = self.make(entity, **fixed, **{field.name: rare})["id"]
            self.copies(entity, row)
            last = self.make(entity, **fixed, **{field.name: rare})["id"]
            self.check_rare(entity, field, {**fixed, field.name: rare}, [first, last])

    def check_rare(self, entity, field, params, wanted):
        for sort in ("created_at", "-created_at"):
            with self.subTest(field.label, sort=sort):
                ids = wanted if sort == "created_at" else wanted[::-1]
                page = self.call(f"{entity.name}.list", **params, sort=sort, limit=2)
                self.assertEqual([row["id"] for row in page["data"]], ids[:1])
                self.assertIsNotNone(page["next_cursor"], "the list goes on after a page that is not full")
                self.assertEqual(self.walk(entity, {**params, "sort": sort, "limit": 2}), ids)
                if entity.is_in_system_c:
                    parent = [params[entity.parent["name"]]] if entity.parent else [None]
                    response = self.ask("GET", entity.collection(*parent, API)
                                        + self.query({field.name: params[field.name], "sort": sort}))
                    self.assertEqual([row["id"] for row in response.json], ids)


if __name__ == "__main__":
    harness.main()
