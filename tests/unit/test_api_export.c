/* Pages of an account's rows become one JSON document. */
#include "common/json_out.h"
#include "gateway/api_export.h"
#include "tests/unit/suite.h"

/* A row: its table and its number; 0: the table has no rows. NULL ends a page. */
struct row {
	const char *table;
	int number;
};

enum { ROWS_MAX = 8 };

static const struct {
	const char *what;
	struct row rows[ROWS_MAX];
	const char *document;
} exports[] = {
	{ "an account alone", { { "account", 1 } }, "{\"account\":{\"n\":1}}" },
	{ "tables in their order",
		{ { "account", 1 }, { "topics", 2 }, { "topics", 3 }, { "goals", 4 } },
		"{\"account\":{\"n\":1},\"topics\":[{\"n\":2},{\"n\":3}],\"goals\":[{\"n\":4}]}" },
	{ "tables without rows",
		{ { "account", 1 }, { "topics", 0 }, { "goals", 0 }, { "tags", 5 } },
		"{\"account\":{\"n\":1},\"topics\":[],\"goals\":[],\"tags\":[{\"n\":5}]}" },
	{ "a name that begins with another", { { "skill", 1 }, { "skills", 2 } },
		"{\"skill\":[{\"n\":1}],\"skills\":[{\"n\":2}]}" },
	{ "a name that JSON must escape", { { "a\"b", 1 } }, "{\"a\\\"b\":[{\"n\":1}]}" },
	{ "nothing", { { 0 } }, "{}" },
};

static void put_row(struct buf *out, const struct row *row)
{
	msg_put_map(out, 2);
	msg_put_key(out, "table");
	msg_put_key(out, row->table);
	msg_put_key(out, "row");
	if (row->number == 0) {
		msg_put_nil(out);
		return;
	}
	msg_put_map(out, 1);
	msg_put_key(out, "n");
	msg_put_int(out, row->number);
}

static void put_page(struct buf *out, const struct row *rows, uint32_t count, bool is_last)
{
	msg_put_map(out, 2);
	msg_put_key(out, "data");
	msg_put_array(out, count);
	for (uint32_t i = 0; i < count; i++)
		put_row(out, &rows[i]);
	msg_put_key(out, "next_cursor");
	if (is_last)
		msg_put_nil(out);
	else
		msg_put_key(out, "more");
}

/* The document is the same wherever its pages end. */
static void expect_document(const struct row *rows, uint32_t page_rows, const char *document)
{
	struct buf page = { 0 }, member = { 0 }, shown = { 0 };
	struct span next_cursor = SPAN("more");
	uint32_t count = 0;
	while (count < ROWS_MAX && rows[count].table)
		count++;
	for (uint32_t at = 0; next_cursor.len; at += page_rows) {
		uint32_t left = at < count ? count - at : 0;
		buf_clear(&page);
		put_page(&page, &rows[at < count ? at : 0], left < page_rows ? left : page_rows,
			left <= page_rows);
		ck_assert(api_export_put(&member, buf_view(&page), &shown, &next_cursor) == ST_OK);
	}
	buf_byte(&shown, '\0');
	ck_assert_str_eq(shown.bytes, document);
	buf_fini(&page);
	buf_fini(&member);
	buf_fini(&shown);
}

START_TEST(each_table_is_a_member)
{
	for (uint32_t page_rows = 1; page_rows <= ROWS_MAX; page_rows++)
		expect_document(exports[_i].rows, page_rows, exports[_i].document);
}
END_TEST

static const struct span malformed[] = {
	SPAN_INIT("\xc0"),
	SPAN_INIT("\x80"),
	SPAN_INIT("\x81\xa4"
		  "data\x07"),
	SPAN_INIT("\x81\xa4"
		  "data\x91\x07"),
	SPAN_INIT("\x81\xa4"
		  "data\x91\x82\xa5table\xa0\xa3row\x80"),
	SPAN_INIT("\x81\xa4"
		  "data\x91\x81\xa5table\xa1x"),
};

START_TEST(what_is_no_page_of_an_export_is_refused)
{
	struct buf member = { 0 }, shown = { 0 };
	struct span next_cursor;
	ck_assert_int_eq(
		api_export_put(&member, malformed[_i], &shown, &next_cursor), ST_MALFORMED);
	buf_fini(&member);
	buf_fini(&shown);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("api_export");
	tcase_add_loop_test(tc, each_table_is_a_member, 0, sizeof exports / sizeof *exports);
	tcase_add_loop_test(tc, what_is_no_page_of_an_export_is_refused, 0,
		sizeof malformed / sizeof *malformed);
	return suite_run("api_export", tc);
}
