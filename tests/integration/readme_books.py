"""The books of README.md, "Adding an entity", in a service that has them.

test_adding_an_entity.py runs this file in a copy of the project to which it has applied the
section, as README says."""

import os
import re
import subprocess

import harness
import rpc_program
import study_rpc

BOOK = {"title": "Dune", "author": None, "pages": 612, "status": "to_read"}


def example_commands():
    """Returns the commands that the section shows, each with the line that it prints or None."""
    with open(os.path.join(harness.ROOT, "README.md"), encoding="utf-8") as file:
        section = re.search(r"^## Adding an entity\n(.*?)^## ", file.read(), re.MULTILINE | re.DOTALL).group(1)
    block = "".join(line[4:] + "\n" for line in section.splitlines() if line.startswith("    "))
    return re.findall(r"^\$ ((?:.*\\\n)*.*)\n(\{.*\n)?", block, re.MULTILINE)


class Books(rpc_program.RpcCase):
    def setUp(self):
        self.database.sql("delete from books; alter table books alter id restart")

    def book(self, **fields):
        response = self.service.post("/api/v1/books", {"title": "Dune", **fields})
        self.assertEqual(response.status, 201, response)
        return response

    def test_the_commands_of_the_section_work(self):
        commands = example_commands()
        self.assertEqual(len(commands), 5)
        for command, printed in commands:
            command = command.replace("22112", str(self.service.port)).replace("curl -s", "curl -sf")
            done = subprocess.run(["bash", "-c", command], stdout=subprocess.PIPE, check=True, encoding="utf-8",
                                  timeout=harness.PATIENCE)
            self.assertTrue(done.stdout.startswith(printed.rstrip("…}\n")), (command, done.stdout))

    def test_every_verb_works_over_http(self):
        made = self.book(pages=612)
        path = made.header("Location")
        self.assertEqual(path, f"/api/v1/books/{made.json['id']}")
        self.assertEqual({name: made.json[name] for name in BOOK}, BOOK)
        changed = self.service.request("PATCH", path, {"status": "reading", "pages": None},
                                       {"If-Match": made.header("ETag")})
        self.assertEqual((changed.status, changed.json["status"], changed.json["pages"]), (200, "reading", None))
        self.assertRefused(self.service.request("PATCH", path, {"status": "read"}, {"If-Match": made.header("ETag")}),
                           412, "PRECONDITION_FAILED")
        self.assertEqual(self.service.get(path).json, changed.json)
        self.assertEqual(self.service.get(path, If_None_Match=changed.header("ETag")).status, 304)
        self.assertEqual(self.service.request("DELETE", path).status, 204)
        self.assertRefused(self.service.get(path), 404, "BOOK_NOT_FOUND", "book_id")
        self.assertEqual(self.service.post(f"{path}/restore").json["title"], "Dune")
        self.assertEqual(self.service.get(path).status, 200)

    def test_a_list_has_pages_filters_and_a_search(self):
        for number in range(3):
            self.book(title=f"Dune {number}", author="Frank Herbert", status="read" if number else "reading")
        first = self.service.get("/api/v1/books?limit=2&sort=-created_at").json
        self.assertEqual([row["title"] for row in first["data"]], ["Dune 2", "Dune 1"])
        second = self.service.get(f"/api/v1/books?limit=2&sort=-created_at&cursor={first['next_cursor']}").json
        self.assertEqual(([row["title"] for row in second["data"]], second["next_cursor"]), (["Dune 0"], None))
        for query, count in (("status=read", 2), ("q=HERBERT", 3), ("q=une+2", 1), ("q=nothing", 0)):
            self.assertEqual(len(self.service.get(f"/api/v1/books?{query}").json["data"]), count, query)

    def test_limits_are_those_of_the_description(self):
        for field, value in (("title", ""), ("title", "ü" * 201), ("pages", 0), ("status", "lost"), ("genre", "x")):
            response = self.service.post("/api/v1/books", {"title": "Dune", field: value})
            self.assertRefused(response, 400, "INVALID_INPUT", field)
        self.assertRefused(self.service.post("/api/v1/books", {}), 400, "INVALID_INPUT", "title")

    def test_an_idempotency_key_makes_one_book(self):
        first, second = (self.service.post("/api/v1/books", {"title": "Dune"}, Idempotency_Key="once")
                         for _ in range(2))
        self.assertEqual(first.json, second.json)
        self.assertEqual(second.header("Idempotency-Replayed"), "true")
        self.assertEqual(len(self.service.get("/api/v1/books").json["data"]), 1)

    def test_every_verb_works_over_rpc(self):
        call = self.client().call
        book = call("books.create", title="Dune", pages=612)
        self.assertEqual({name: book[name] for name in BOOK}, BOOK)
        of_book = {"book_id": book["id"]}
        self.assertEqual(call("books.update", status="read", **of_book)["status"], "read")
        self.assertEqual(call("books.get", **of_book)["status"], "read")
        self.assertEqual([row["id"] for row in call("books.list", q="dune")["data"]], [book["id"]])
        self.assertIsNotNone(call("books.delete", **of_book)["deleted_at"])
        with self.assertRaises(study_rpc.StudyError) as caught:
            call("books.get", **of_book)
        self.assertEqual(caught.exception.code, "BOOK_NOT_FOUND")
        self.assertEqual(call("books.restore", **of_book)["status"], "read")

    def study(self, *words):
        done = subprocess.run([os.path.join(harness.BUILD, "client", "study", "study"), *words], check=True,
                              stdout=subprocess.PIPE, encoding="utf-8", timeout=harness.PATIENCE,
                              env=harness.clean_environment(STUDYTRACKER_ENDPOINT=self.service.rpc_endpoint()))
        return done.stdout

    def test_the_command_line_has_books(self):
        self.assertEqual(self.study("book", "add", "Dune", "--pages", "612"), "Added book 1: Dune\n")
        self.study("book", "edit", "1", "--author", "Frank Herbert", "--status", "reading")
        self.assertEqual(self.study("book", "list", "--status", "reading"),
                         "Id  Status   Author         Title\n 1  reading  Frank Herbert  Dune\n")
        self.assertIn("1,Dune,Frank Herbert,612,reading,", self.study("export", "--kind", "books"))
        self.study("book", "delete", "1")
        self.assertEqual(self.study("book"), "No books yet: study help book add\n")


if __name__ == "__main__":
    harness.main()
