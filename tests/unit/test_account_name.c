/* Which texts may be a username or an e-mail. */
#include "common/account_name.h"
#include "tests/unit/suite.h"

static const struct {
	const char *what, *text;
	bool is_username, is_email;
} rows[] = {
	{ "a word", "ada", true, false },
	{ "signs", "ada.l-o_v+e'l!ace", true, false },
	{ "letters of other scripts", "Ада\u00e9\u5b57", true, false },
	{ "an emoji", "\U0001f468\u200d\U0001f469", true, false },
	{ "empty", "", false, false },
	{ "a blank inside", "ada l", false, false },
	{ "a blank at the end", "ada ", false, false },
	{ "a line break", "ada\n", false, false },
	{ "a no-break space", "ada\u00a0l", false, false },
	{ "a zero-width space", "ad\u200ba", false, false },
	{ "a joiner that shows nothing", "ad\u200da", false, false },
	{ "a mark of direction", "\u202eada", false, false },
	{ "an escape", "ada\x1b[1m", false, false },
	{ "an e-mail", "ada@example.org", false, true },
	{ "signs in an e-mail", "a.d-a+x@mail.example.co.uk", false, true },
	{ "an e-mail of another script", "ада@пример.рф", false, true },
	{ "an e-mail of this machine", "ada@localhost", false, true },
	{ "no local part", "@example.org", false, false },
	{ "no domain", "ada@", false, false },
	{ "a domain without a dot", "ada@example", false, false },
	{ "a domain that starts with a dot", "ada@.example.org", false, false },
	{ "a domain that ends with a dot", "ada@example.org.", false, false },
	{ "two dots in the domain", "ada@example..org", false, false },
	{ "only a dot", "ada@.", false, false },
	{ "only an @", "@", false, false },
	{ "two @", "ada@b@example.org", false, false },
	{ "two @ at the end", "ada@example.org@", false, false },
	{ "a blank in an e-mail", "ada @example.org", false, false },
	{ "a blank before an e-mail", " ada@example.org", false, false },
	{ "what shows nothing in an e-mail", "ada@exam\u200bple.org", false, false },
};

START_TEST(a_text_may_be_a_username_or_an_email)
{
	struct span text = span_of(rows[_i].text);
	ck_assert_msg(account_name_is_username(text) == rows[_i].is_username, "%s", rows[_i].what);
	ck_assert_msg(account_name_is_email(text) == rows[_i].is_email, "%s", rows[_i].what);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("account_name");
	tcase_add_loop_test(
		tests, a_text_may_be_a_username_or_an_email, 0, sizeof rows / sizeof *rows);
	return suite_run("account_name", tests);
}
