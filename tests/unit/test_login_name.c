/* The key of user names. */
#include <string.h>

#include "common/buf.h"
#include "gateway/login_name.h"
#include "tests/unit/suite.h"

static const struct {
	const char *one, *other;
	bool is_one;
} name_table[] = {
	{ "ada", "ADA", true },
	{ "ada", "adb", false },
	{ "ada", "adaa", false },
	{ "ada@example.org", "Ada@Example.ORG", true },
	{ "k", "\u212a", true },
	{ "s", "\u017f", true },
	{ "i", "\u0130", true },
	{ "i", "\u0131", false },
	{ "m\u00fcller", "M\u00dcLLER", true },
	{ "m\u00fcller", "mu\u0308ller", true },
	{ "m\u00fcller", "MU\u0308LLER", true },
	{ "m\u00fcller", "muller", true },
	{ "m\u00fcller", "m\u00f6ller", false },
	{ "m\u00fcller", "mueller", false },
	{ "vi\u1ec7t", "vie\u0302\u0323t", true },
	{ "vi\u1ec7t", "vi\u1eb9\u0302t", true },
	{ "stra\u00dfe", "STRASSE", true },
	{ "stra\u00dfe", "STRA\u1e9eE", true },
	{ "ef\ufb01", "EFFI", true },
	{ "o\ufb03ce", "OFFICE", true },
	{ "\u03bf\u03b4\u03bf\u03c2", "\u039f\u0394\u039f\u03a3", true },
	{ "\u1fb3", "\u0391\u0399", true },
	{ "\u1fb3", "\u03b1\u0345", true },
	{ "\u0439", "\u0418\u0306", true },
	{ "\u0438", "\u0456", false },
	{ "\u304c", "\u304b\u3099", true },
	{ "\u304c", "\u304d", false },
	{ "\uac00", "\u1100\u1161", true },
	{ "\uac01", "\u1100\u1161\u11a8", true },
	{ "\uac01", "\uac00\u11a8", true },
	{ "\uac01", "\uac02", false },
	{ "\ud7a3", "\u1112\u1175\u11c2", true },
	{ "\u09cb", "\u09c7\u09be", true },
	{ "\u6a02", "\u6b4c", false },
	{ "\U00010400", "\U00010428", true },
	{ "\U0010fffd", "\U0010fffc", false },
	/* nobody's names */
	{ "\uf914", "\U0002f800x", true },
	{ "\uf914", "\xff", true },
	{ "\uf914", "\u6a02", false },
};

static bool have_one_key(struct span one, struct span other)
{
	uint32_t key[LOGIN_NAME_KEY_MAX], other_key[LOGIN_NAME_KEY_MAX];
	size_t len = login_name_key(one, key);
	return login_name_key(other, other_key) == len
	       && memcmp(key, other_key, len * sizeof *key) == 0;
}

START_TEST(spellings_of_a_name_have_one_key)
{
	struct span one = span_of(name_table[_i].one), other = span_of(name_table[_i].other);
	ck_assert_msg(have_one_key(one, other) == name_table[_i].is_one, "%s and %s", one.bytes,
		other.bytes);
}
END_TEST

static struct span repeat(struct buf *out, const char *character, size_t count)
{
	while (count-- > 0)
		buf_text(out, character);
	return buf_view(out);
}

START_TEST(the_longest_name_has_the_longest_key)
{
	uint32_t key[LOGIN_NAME_KEY_MAX];
	struct buf name = { 0 };
	ck_assert_uint_eq(
		login_name_key(repeat(&name, "\uac01", EMAIL_MAX_CHARS), key), LOGIN_NAME_KEY_MAX);
	ck_assert(!have_one_key(buf_view(&name), SPAN("\uf914")));
	ck_assert(have_one_key(repeat(&name, "\uac01", 1), SPAN("\uf914")));
	buf_fini(&name);
}
END_TEST

START_TEST(a_name_of_marks_has_an_empty_key)
{
	uint32_t key[LOGIN_NAME_KEY_MAX];
	ck_assert_uint_eq(login_name_key(SPAN("\u0301\u0302"), key), 0);
	ck_assert_uint_eq(login_name_key((struct span){ 0 }, key), 0);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("login_name");
	tcase_add_loop_test(tests, spellings_of_a_name_have_one_key, 0,
		(int)(sizeof name_table / sizeof *name_table));
	tcase_add_test(tests, the_longest_name_has_the_longest_key);
	tcase_add_test(tests, a_name_of_marks_has_an_empty_key);
	return suite_run("login_name", tests);
}
