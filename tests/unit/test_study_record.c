/* Rows of a file: derived ids and the rules of a session. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/study/csv.h"
#include "client/study/record.h"
#include "client/study/rows.h"
#include "client/study/uuid5.h"
#include "client/study/zone.h"
#include "common/uuid.h"
#include "tests/unit/suite.h"

static const struct {
	const char *name_space, *name, *id;
} ids[] = {
	/* RFC 9562 appendix A.4 */
	{ "6ba7b810-9dad-11d1-80b4-00c04fd430c8", "www.example.com",
		"2ed6657d-e927-568b-95e1-2665a8aea6a2" },
	{ "6ba7b810-9dad-11d1-80b4-00c04fd430c8", "python.org",
		"886313e1-3b8a-5372-9b90-0c9aee199e5d" },
};

START_TEST(an_id_is_derived_from_its_name)
{
	unsigned char name_space[16], id[16];
	char text[37] = "";
	ck_assert(uuid_parse(span_of(ids[_i].name_space), name_space));
	uuid5(name_space, ids[_i].name, strlen(ids[_i].name), id);
	uuid_format(id, text);
	ck_assert_str_eq(text, ids[_i].id);
}
END_TEST

static const struct {
	const char *id, *day, *minutes, *tag;
	const char *wrong; /* the wrong field; NULL: none */
	const char *study_date, *created_at;
} records[] = {
	{ "1", "2020-01-02", "5", "x", NULL, "2020-01-02", "" },
	{ "1", "2020-01-02T23:59:59.123456Z", "5", "x", NULL, "2020-01-03",
		"2020-01-02T23:59:59.123456Z" },
	{ "1", "2020-01-02 23:59", " 5 ", "x", NULL, "2020-01-02", "2020-01-02T22:59:00.000000Z" },
	{ "1", "2020-01-02T00:30:00+02:00", "5", "x", NULL, "2020-01-01",
		"2020-01-01T22:30:00.000000Z" },
	{ "1", "2020-01-02T00:30:00-0800", "5", "x", NULL, "2020-01-02",
		"2020-01-02T08:30:00.000000Z" },
	{ "1", "2020-01-02t00:30:00,5 +00", "5", "x", NULL, "2020-01-02",
		"2020-01-02T00:30:00.500000Z" },
	{ "1", "2020-06-02T23:30:60.1234567Z", "5", "x", NULL, "2020-06-03",
		"2020-06-02T23:31:00.123456Z" },
	{ "1", "2020-03-29T02:30:00", "5", "x", "timestamp", NULL, NULL },
	{ "1", "2020-10-25T02:30:00", "5", "x", "timestamp", NULL, NULL },
	{ "1", "2020-10-25T02:30:00+01:00", "5", "x", NULL, "2020-10-25",
		"2020-10-25T01:30:00.000000Z" },
	{ "1", "2020-10-25T02:30:00+02:00", "5", "x", NULL, "2020-10-25",
		"2020-10-25T00:30:00.000000Z" },
	{ "1", "9999-12-31T23:30:00Z", "5", "x", "study_date", NULL, NULL },
	{ "1", "2020-01-02", "30.0", "x", NULL, "2020-01-02", "" },
	{ "1", "2020-01-02", "3e1", "x", NULL, "2020-01-02", "" },
	{ " 1", "2020-01-02", "5", "x", "id", NULL, NULL },
	{ "{01890a5d-ac96-774b-bcce-b302099a8057}", "2020-01-02", "5", "x", "id", NULL, NULL },
	{ "urn:uuid:01890a5d-ac96-774b-bcce-b302099a8057", "2020-01-02", "5", "x", "id", NULL,
		NULL },
	{ "01890a5dac96774bbcceb302099a8057", "2020-01-02", "5", "x", "id", NULL, NULL },
	{ "01890a5d-ac96-774b-bcce-b302099a805", "2020-01-02", "5", "x", NULL, "2020-01-02", "" },
	{ "", "2020-01-02", "5", "x", "id", NULL },
	{ NULL, "2020-01-02", "5", "x", "id", NULL },
	{ "1", NULL, "5", "x", "study_date", NULL },
	{ "1", "2020-02-30", "5", "x", "timestamp", NULL },
	{ "1", "2020-1-2", "5", "x", "timestamp", NULL },
	{ "1", "2020-01-02T", "5", "x", "timestamp", NULL },
	{ "1", "2020-01-02T24:00", "5", "x", "timestamp", NULL },
	{ "1", "2020-01-02T10:00:00.Z", "5", "x", "timestamp", NULL },
	{ "1", "2020-01-02T10:00:00+5", "5", "x", "timestamp", NULL },
	{ "1", "2020-01-02T10:00:00Zx", "5", "x", "timestamp", NULL },
	{ "1", "2020-01-02T10:00:00Z                                                              ",
		"5", "x", NULL, "2020-01-02", "2020-01-02T10:00:00.000000Z" },
	{ "1", "1899-12-31", "5", "x", "timestamp", NULL },
	{ "1", "2020-01-02", "0", "x", "minutes", NULL },
	{ "1", "2020-01-02", "1441", "x", "minutes", NULL },
	{ "1", "2020-01-02", "5.5", "x", "minutes", NULL },
	{ "1", "2020-01-02", "", "x", "minutes", NULL },
	{ "1", "2020-01-02", "5", " \t", "tag", NULL },
	{ "1", "2020-01-02", "5", NULL, "tag", NULL },
};

static struct zone *zone;

static void open_zone(void)
{
	struct fail why;
	ck_assert_msg(zone_open(&zone, "Europe/Berlin", &why), "%s", why.text);
}

static void close_zone(void)
{
	zone_free(&zone);
}

static bool check(const struct raw_record *raw, struct record *out, struct refusal *why)
{
	struct record_rules rules = { .zone = zone };
	return record_check(raw, &rules, out, why);
}

START_TEST(a_record_is_checked)
{
	struct record record;
	struct refusal why = { 0 };
	struct raw_record raw = { .line = 7,
		.last_line = 8,
		.text = { [FIELD_ID] = records[_i].id,
			[FIELD_TIME] = records[_i].day,
			[FIELD_MINUTES] = records[_i].minutes,
			[FIELD_TAG] = records[_i].tag } };
	bool is_right = check(&raw, &record, &why);
	ck_assert_msg(is_right == !records[_i].wrong, "%d: %s %s", _i, why.field, why.rule);
	if (is_right) {
		ck_assert_str_eq(record.day, records[_i].study_date);
		ck_assert_str_eq(record.created_at, records[_i].created_at);
		return;
	}
	ck_assert_str_eq(why.field, records[_i].wrong);
	ck_assert_uint_eq(why.line, 7);
	ck_assert_uint_eq(why.last_line, 8);
	ck_assert_str_ne(why.rule, "");
}
END_TEST

/* The day in a file and the moment are independent. */
static const struct {
	const char *day, *time, *wrong, *study_date, *created_at;
} times[] = {
	{ "2020-01-05", "2020-01-02T12:00:00Z", NULL, "2020-01-05", "2020-01-02T12:00:00.000000Z" },
	{ "2020-01-05T12:00:00Z", NULL, NULL, "2020-01-05", "2020-01-05T12:00:00.000000Z" },
	{ "2020-01-05T12:00:00Z", "2020-01-02T12:00:00Z", NULL, "2020-01-05",
		"2020-01-02T12:00:00.000000Z" },
	{ "2020-01-05", "2020-01-02", "timestamp", NULL, NULL },
	{ "2020-01-05", "soon", "timestamp", NULL, NULL },
};

START_TEST(the_day_and_the_moment_are_independent)
{
	struct record record;
	struct refusal why = { 0 };
	struct raw_record raw = { .text = { "1", times[_i].day, times[_i].time, "5", "x" } };
	bool is_right = check(&raw, &record, &why);
	ck_assert_msg(is_right == !times[_i].wrong, "%d: %s %s", _i, why.field, why.rule);
	if (!is_right) {
		ck_assert_str_eq(why.field, times[_i].wrong);
		return;
	}
	ck_assert_str_eq(record.day, times[_i].study_date);
	ck_assert_str_eq(record.created_at, times[_i].created_at);
}
END_TEST

START_TEST(a_day_may_begin_later)
{
	struct record record;
	struct refusal why = { 0 };
	struct record_rules rules = { .zone = zone, .day_starts_at = 4 * 3600 };
	struct raw_record raw = { .text = { "1", NULL, "2020-01-02T03:59:00", "5", "x" } };
	ck_assert(record_check(&raw, &rules, &record, &why));
	ck_assert_str_eq(record.day, "2020-01-01");
	ck_assert_str_eq(record.created_at, "2020-01-02T02:59:00.000000Z");
}
END_TEST

START_TEST(a_uuid_is_kept)
{
	struct record record;
	struct refusal why;
	struct raw_record raw = { .text = { "01890A5D-AC96-774B-BCCE-B302099A8057", "2020-01-02",
					  NULL, "5", "x" } };
	ck_assert(check(&raw, &record, &why));
	ck_assert_str_eq(record.id, "01890a5d-ac96-774b-bcce-b302099a8057");
	ck_assert(!record.is_foreign);
}
END_TEST

/* Ids that look alike are different. */
START_TEST(different_ids_stay_different)
{
	static const char *const alike[] = { "1", "01", "1.0", "+1", "1 1", "\xef\xbc\x91", "a",
		"A" };
	enum { COUNT = sizeof alike / sizeof *alike };
	struct record kept[COUNT];
	for (size_t i = 0; i < COUNT; i++) {
		struct refusal why;
		struct raw_record raw = { .text = { alike[i], "2020-01-02", NULL, "5", "x" } };
		ck_assert(check(&raw, &kept[i], &why) && kept[i].is_foreign);
		for (size_t k = 0; k < i; k++)
			ck_assert_str_ne(kept[i].id, kept[k].id);
	}
}
END_TEST

struct file {
	char path[32];
	struct source source;
	struct rows *rows;
};

static void open_file(struct file *f, const char *bytes, size_t len, enum rows_format format)
{
	memcpy(f->path, "/tmp/st-rows-XXXXXX", sizeof "/tmp/st-rows-XXXXXX");
	int fd = mkstemp(f->path);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, bytes, len), (ssize_t)len);
	(void)close(fd);
	ck_assert(source_open(&f->source, f->path));
	f->rows = rows_new(&f->source, format);
	ck_assert_ptr_nonnull(f->rows);
}

static void close_file(struct file *f)
{
	rows_free(&f->rows);
	source_close(&f->source);
	(void)unlink(f->path);
}

/* Reads all rows of a file as "tag/minutes/notes" or "!line". */
static void read_all(const char *bytes, size_t len, enum rows_format format, char *out, size_t size)
{
	struct file f;
	struct raw_record raw;
	struct refusal why = { 0 };
	size_t used = 0;
	open_file(&f, bytes, len, format);
	enum rows_result result = rows_begin(f.rows, &why);
	out[0] = '\0';
	if (result == ROWS_REFUSED)
		(void)snprintf(out, size, "header %s", why.rule);
	while (result != ROWS_REFUSED && (result = rows_next(f.rows, &raw, &why)) != ROWS_END) {
		ck_assert_int_ne(result, ROWS_FAILED);
		if (result == ROWS_REFUSED)
			used += (size_t)snprintf(out + used, size - used,
				why.last_line > why.line ? "!%d-%d;" : "!%d;", (int)why.line,
				(int)why.last_line);
		else
			used += (size_t)snprintf(out + used, size - used, "%s/%s/%s;",
				raw.text[FIELD_TAG] ? raw.text[FIELD_TAG] : "-",
				raw.text[FIELD_MINUTES] ? raw.text[FIELD_MINUTES] : "-",
				raw.text[FIELD_NOTES] ? raw.text[FIELD_NOTES] : "-");
		result = ROWS_RECORD;
	}
	close_file(&f);
}

#define FILE_OF(literal) literal, sizeof(literal) - 1
#define HEADER           "id,timestamp,minutes,tag,notes\n"

static const struct {
	const char *bytes;
	size_t len;
	const char *rows;
} files[] = {
	{ FILE_OF(HEADER "1,2020-01-01,5,x,n\n2,2020-01-01,6,y,\n"), "x/5/n;y/6/-;" },
	{ FILE_OF("\xef\xbb\xbf\"Tag\",ID , minutes,date\r\nx,1,5,d\r\n"), "x/5/-;" },
	{ FILE_OF(HEADER "1,d,5,x,\"\"\n1,d,5,x,\n"), "x/5/;x/5/-;" },
	{ FILE_OF(HEADER "\n  \r\n1,d,5,x,\"a\n\nb\"\nbad\"\n1,d,6,y,"), "x/5/a\n\nb;!7;y/6/-;" },
	{ FILE_OF(HEADER "1,d,5,\xff,\n1,d,5,a\0b,\n1,d,6,y,"), "!2;!3;y/6/-;" },
	{ FILE_OF(HEADER "1,d,5,x\n1,d,5,x,n,m\n1,d,6,y,\n,,,,\n"), "!2;!3;y/6/-;" },
	{ FILE_OF(HEADER), "" },
	{ FILE_OF(HEADER "1,d,5,x,\"open\n2,d,6,y,n\n3,d,7,z,\"n\"\n"), "!2;y/6/n;z/7/n;" },
	{ FILE_OF(HEADER "1,d,5,x,\"open\n2,d,6,y,n\n3,d,7,z,n\n"), "!2;y/6/n;z/7/n;" },
	{ FILE_OF(HEADER "1,d,5,x,\"a\nb\",\"open\n3,d,7,z,n\n"), "!2-3;z/7/n;" },
	{ FILE_OF("id,date,minutes,tag\r1,d,5,x\r\r2,d,6,\"y\rz\"\r\n3,d,7,x\n4,d,y\r"),
		"x/5/-;y\rz/6/-;x/7/-;!7;" },
	{ FILE_OF("id;date;minutes;tag\n1;d;5;a,b\n"), "a,b/5/-;" },
	{ FILE_OF("\"id\";\"date\";\"minutes\";\"tag\"\r\n\"1\";d;5;\"a;b\"\r\n"), "a;b/5/-;" },
	{ FILE_OF("id\tdate\tminutes\ttag\tnotes\n1\td\t5\ta,b\t\n"), "a,b/5/-;" },
	{ FILE_OF("sep=;\r\nid;date;minutes;tag\r\n1;d;5;a\r\n2;d;5\r\n"), "a/5/-;!4;" },
	{ FILE_OF("\"sep=|\"\nid|date|minutes|tag\n1|d|5|a\n"), "a/5/-;" },
	{ FILE_OF(""), "header is missing: the file is empty" },
	{ FILE_OF("sep=;\n"), "header is missing: the file is empty" },
	{ FILE_OF("id,minutes,tag\n"),
		"header has no column timestamp or study_date; id, timestamp or study_date, "
		"minutes and tag are required, with commas, semicolons or tabs between them" },
	{ FILE_OF("id,date,minutes,tag,Tag\n"), "header has the column Tag twice" },
	{ FILE_OF("id,date,minutes,tag,x,x\n"), "header has the column x twice" },
	{ FILE_OF("id,date,minutes,tag, \n"), "header has no name for column 5" },
	{ FILE_OF("\xff\xfei\0d\0"), "header is UTF-16: save it as UTF-8" },
	{ FILE_OF("i\0d\0,\0"), "header contains NUL bytes, as UTF-16 does: save it as UTF-8" },
	{ FILE_OF("PK\x03\x04"), "header is a spreadsheet or a ZIP file: save it as CSV" },
	{ FILE_OF("id,date,minutes,duration_minutes,tag\n1,d,5,,x\n2,d,,6,y\n3,d,7,7,z\n4,d,7,8,"
		  "z\n"),
		"x/5/-;y/6/-;z/7/-;!5;" },
	{ FILE_OF("{\"tag\":\"x\",\"minutes\":5}\n{\"minutes\":6,\"tag\":\"y\",\"notes\":null}\n"),
		"x/5/-;y/6/-;" },
	{ FILE_OF("[\n{\"tag\":\"x\",\"minutes\":5},\n{\"tag\":\"y\",\"minutes\":6}\n]\n"),
		"x/5/-;y/6/-;" },
	{ FILE_OF("[{\"tag\":\"x\"},{\"tag\":\"y\"}]"), "x/-/-;y/-/-;" },
	{ FILE_OF("{\"tag\":\"x\"}{\"tag\":\"y\"} [{\"tag\":\"z\"}]"), "x/-/-;y/-/-;z/-/-;" },
	{ FILE_OF("{\n  \"tag\" : \"x\",\n  \"minutes\" : 5\n}\n{\n  \"tag\": \"y\"\n}\n"),
		"x/5/-;y/-/-;" },
	{ FILE_OF("[\n  {\n    \"tag\": \"x\",\n    \"notes\": [1]\n  },\n  {\n    \"tag\": "
		  "\"y\"\n  }\n]"),
		"!2-5;y/-/-;" },
	{ FILE_OF("[\n  {\n    \"tag\": \"x\n  },\n  {\n    \"tag\": \"y\"\n  }\n]"),
		"!2-4;y/-/-;" },
	{ FILE_OF("[\n  {\n    \"tag\" \"x\"\n  },\n  {\n    \"tag\": \"y\"\n  }\n]"),
		"!2-4;y/-/-;" },
	{ FILE_OF("[\n  {\n    \"a\": {\n  },\n  {\n    \"tag\": \"y\"\n  }\n]"), "!2-4;y/-/-;" },
	{ FILE_OF("[\n  {\n    \"a\": {\n  }\n]\n{\"tag\":\"y\"}"), "!2-4;y/-/-;" },
	{ FILE_OF("{\"tag\":\"x\"\n{\"tag\":\"y\"}\n{\"tag\":\"z\"}\n"), "!1;y/-/-;z/-/-;" },
	{ FILE_OF("[{\"tag\":\"x\"},\n{\"tag\":\"y\"}"), "x/-/-;y/-/-;!2;" },
	{ FILE_OF("[{\"tag\":\"x\"},5,\"a,{\",{\"tag\":\"y\"}]"), "x/-/-;!1;!1;y/-/-;" },
	{ FILE_OF("{\"tag\":\"x\",\"minutes\":5} {}\n{}}\n[1]\n{\"tag\":\"a\\u0000b\"}\n5\n"
		  "{\"tag\":\"y\",\"minutes\":6}"),
		"x/5/-;-/-/-;-/-/-;!2;!3;!4;!5;y/6/-;" },
	{ FILE_OF("\n \r\n[\n {\"tag\":\"x\",\"minutes\":5}\n]\n"), "x/5/-;" },
	{ FILE_OF("\n \r\n" HEADER "1,d,5,x,n\n"), "x/5/n;" },
	{ FILE_OF("{\"tag\":{\"a\":1}}\n{\"notes\":[\"n\"]}\n{\"minutes\":true}\n{\"tag\":7}\n"
		  "{\"tag\":\"x\",\"minutes\":3e1,\"other\":[true,{\"a\":\"]\"}]}\n"),
		"!1;!2;!3;!4;x/3e1/-;" },
	{ FILE_OF("{\"id\":1.0}\n{\"id\":[1]}\n{\"tag\":\"a\",\"tag\":\"a\"}\n{\"x\":1,\"\\u0078\":"
		  "1}\n"),
		"!1;!2;!3;!4;" },
	{ FILE_OF("{\"tag\":\"\\ud83d\\ude00 \\u00e4\\n\\\\\",\"notes\":\"\"}"),
		"\xf0\x9f\x98\x80 \xc3\xa4\n\\/-/;" },
	{ FILE_OF("{\"duration_minutes\":5,\"minutes\":5,\"tag\":\"x\"}"), "x/5/-;" },
	{ FILE_OF("{\"duration_minutes\":4,\"minutes\":5,\"topic\":\"z\",\"tag\":\"x\"}"), "!1;" },
};

START_TEST(rows_of_every_kind_of_file_are_read)
{
	char rows[512];
	read_all(files[_i].bytes, files[_i].len, ROWS_ANY, rows, sizeof rows);
	ck_assert_str_eq(rows, files[_i].rows);
}
END_TEST

START_TEST(a_line_that_is_too_long_is_one_refusal)
{
	static const char before[] = HEADER "1,d,5,x,n\n", after[] = "\n1,d,6,y,n\n";
	char rows[128];
	size_t length = 3 * SOURCE_MAX, at = sizeof before - 1;
	char *bytes = malloc(at + length + sizeof after);
	ck_assert_ptr_nonnull(bytes);
	memcpy(bytes, before, at);
	memset(bytes + at, _i == 0 ? 'a' : '"', length);
	memcpy(bytes + at + length, after, sizeof after);
	read_all(bytes, at + length + sizeof after - 1, ROWS_ANY, rows, sizeof rows);
	ck_assert_str_eq(rows, "x/5/n;!3;y/6/n;");
	free(bytes);
}
END_TEST

/* An interrupted import must not continue in the middle of a line. */
START_TEST(a_line_that_is_too_long_is_skipped_before_it_is_reported)
{
	static const char before[] = HEADER, after[] = "\n1,d,6,y,n\n";
	struct file f;
	struct raw_record raw;
	struct refusal why = { 0 };
	size_t length = (size_t)(_i == 0 ? 3 : 1) * SOURCE_MAX, at = sizeof before - 1;
	char *bytes = malloc(at + length + sizeof after);
	ck_assert_ptr_nonnull(bytes);
	memcpy(bytes, before, at);
	memset(bytes + at, 'a', length);
	memcpy(bytes + at + length, after, sizeof after);
	open_file(&f, bytes, at + length + sizeof after - 1, ROWS_ANY);
	ck_assert_int_eq(rows_begin(f.rows, &why), ROWS_RECORD);
	ck_assert_int_eq(rows_next(f.rows, &raw, &why), ROWS_REFUSED);
	ck_assert_uint_eq(why.line, 2);
	ck_assert_uint_eq(f.source.offset, at + length + 1);
	ck_assert_uint_eq(f.source.line, 3);
	ck_assert_int_eq(rows_next(f.rows, &raw, &why), ROWS_RECORD);
	close_file(&f);
	free(bytes);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("record");
	tcase_add_loop_test(tests, an_id_is_derived_from_its_name, 0, sizeof ids / sizeof *ids);
	tcase_add_loop_test(tests, a_record_is_checked, 0, sizeof records / sizeof *records);
	tcase_add_unchecked_fixture(tests, open_zone, close_zone);
	tcase_add_loop_test(
		tests, the_day_and_the_moment_are_independent, 0, sizeof times / sizeof *times);
	tcase_add_test(tests, a_day_may_begin_later);
	tcase_add_test(tests, a_uuid_is_kept);
	tcase_add_test(tests, different_ids_stay_different);
	tcase_add_loop_test(
		tests, rows_of_every_kind_of_file_are_read, 0, sizeof files / sizeof *files);
	tcase_add_loop_test(tests, a_line_that_is_too_long_is_one_refusal, 0, 2);
	tcase_add_loop_test(tests, a_line_that_is_too_long_is_skipped_before_it_is_reported, 0, 2);
	return suite_run("study record", tests);
}
