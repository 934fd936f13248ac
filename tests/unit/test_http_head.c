#include "gateway/http_head.h"
#include "tests/unit/suite.h"

static const struct {
	struct span value;
	bool is_sent;
} values[] = {
	{ SPAN_INIT("plain"), true },
	{ SPAN_INIT(""), true },
	{ SPAN_INIT("two words\tand \xc3\xbc"), true },
	{ SPAN_INIT("a value that is longer than eight bytes"), true },
	{ SPAN_INIT("a\r\nSet-Cookie: b=c"), false },
	{ SPAN_INIT("a\nb"), false },
	{ SPAN_INIT("a\rb"), false },
	{ SPAN_INIT("a\0b"), false },
	{ SPAN_INIT("longer than eight bytes\r\n"), false },
	{ SPAN_INIT("a\x7f"), false },
	{ SPAN_INIT("\x1b[2J"), false },
};

START_TEST(a_value_cannot_end_its_line)
{
	struct buf out = { 0 }, wanted = { 0 };
	http_head_put_field(&out, "X", values[_i].value);
	if (values[_i].is_sent) {
		buf_text(&wanted, "X: ");
		buf_span(&wanted, values[_i].value);
		buf_text(&wanted, "\r\n");
	}
	ck_assert_uint_eq(out.len, wanted.len);
	if (wanted.len)
		ck_assert_mem_eq(out.bytes, wanted.bytes, wanted.len);
	buf_fini(&out);
	buf_fini(&wanted);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("http_head");
	tcase_add_loop_test(tc, a_value_cannot_end_its_line, 0, sizeof values / sizeof *values);
	return suite_run("http_head", tc);
}
