#include "common/json_scan.h"
#include "common/json_walk.h"
#include "tests/unit/suite.h"

/* A text is copied to memory of exactly its size, so that a sanitizer sees each byte too far. */
static struct json_walk walk_of(const char *text, char **memory)
{
	struct json_scan scan = { .takes_any = true };
	size_t len = strlen(text);
	*memory = malloc(len);
	ck_assert_ptr_nonnull(*memory);
	memcpy(*memory, text, len);
	ck_assert_int_eq(json_scan(&scan, (struct span){ *memory, len }, NULL), ST_OK);
	return (struct json_walk){ *memory, *memory + len };
}

static const struct {
	const char *text;
	size_t len; /* of the value at the start */
} values[] = {
	{ "true", 4 },
	{ "-1.5e+3", 7 },
	{ "null ", 4 },
	{ "\"\"", 2 },
	{ "\"a\\\"]}\\\\\" ", 9 },
	{ "[]", 2 },
	{ "{} ", 2 },
	{ "[1,[true,\"]\"],{\"}\":[{}]}]\n", 25 },
	{ "{\"a\" : {\"b\":[ ]} , \"c\":\"\\\\\"}", 28 },
};

START_TEST(a_skip_ends_after_the_value)
{
	char *memory;
	struct json_walk in = walk_of(values[_i].text, &memory);
	json_walk_skip(&in);
	ck_assert_uint_eq((size_t)(in.at - memory), values[_i].len);
	free(memory);
}
END_TEST

START_TEST(only_a_text_with_escapes_is_decoded)
{
	char *memory;
	struct buf decoded = { 0 };
	struct json_walk in = walk_of("[ \"plain\" ,\"\\u00e4\\n\",\"\"]", &memory);
	static const char *const texts[] = { "plain", "\xc3\xa4\n", "" };
	in.at++;
	for (size_t i = 0; i < 3; i++) {
		ck_assert(json_walk_next(&in, ']'));
		struct span text = json_walk_text(&in, &decoded);
		ck_assert(span_is(text, texts[i]));
		ck_assert_uint_eq(decoded.len, i == 0 ? 0 : strlen(texts[1]));
	}
	ck_assert(!json_walk_next(&in, ']'));
	ck_assert_ptr_eq(in.at, in.end);
	buf_fini(&decoded);
	free(memory);
}
END_TEST

START_TEST(members_come_one_after_another)
{
	char *memory;
	struct buf decoded = { 0 };
	struct json_walk in = walk_of("{\"a\" :\t1.5 , \"b\": -2e1}", &memory);
	in.at++;
	ck_assert(json_walk_next(&in, '}'));
	ck_assert(span_is(json_walk_text(&in, &decoded), "a"));
	json_walk_colon(&in);
	ck_assert(span_is(json_walk_number(&in), "1.5"));
	ck_assert(json_walk_next(&in, '}'));
	ck_assert(span_is(json_walk_text(&in, &decoded), "b"));
	json_walk_colon(&in);
	ck_assert(span_is(json_walk_number(&in), "-2e1"));
	ck_assert(!json_walk_next(&in, '}'));
	free(memory);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("json_walk");
	tcase_add_loop_test(tc, a_skip_ends_after_the_value, 0, sizeof values / sizeof *values);
	tcase_add_test(tc, only_a_text_with_escapes_is_decoded);
	tcase_add_test(tc, members_come_one_after_another);
	return suite_run("json_walk", tc);
}
