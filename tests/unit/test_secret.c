#include <string.h>

#include "common/secret.h"
#include "tests/unit/suite.h"

static const struct {
	enum secret_form form;
	const char *value, *shown;
	bool is_weak;
} values[] = {
	{ SECRET_NONE, "postgres", "postgres", false },
	{ SECRET_WHOLE, "", "", false },
	{ SECRET_WHOLE, "secret", "***", true },
	{ SECRET_WHOLE, "dev-secret-key", "***", true },
	{ SECRET_WHOLE, "Dev_Secret Key", "***", true },
	{ SECRET_WHOLE, "dev-secret-key-change-in-production", "***", true },
	{ SECRET_WHOLE, "please CHANGE-ME now", "***", true },
	{ SECRET_WHOLE, "jwt-secret-key", "***", true },
	{ SECRET_WHOLE, "your-256-bit-secret", "***", true },
	{ SECRET_WHOLE, "5b0fa1e0-5c0f-4b1e", "***", false },
	{ SECRET_WHOLE, "correct horse battery staple", "***", false },
	{ SECRET_WHOLE, "secret%20", "***", false },
	/* URLs */
	{ SECRET_IN_URL, "", "", false },
	{ SECRET_IN_URL, "postgresql:///study", "postgresql:///study", false },
	{ SECRET_IN_URL, "postgresql://me@/study?host=/run", "postgresql://me@/study?host=/run",
		false },
	{ SECRET_IN_URL, "postgresql://db:5432/study", "postgresql://db:5432/study", false },
	{ SECRET_IN_URL, "postgresql://me@[::1]:5432/study", "postgresql://me@[::1]:5432/study",
		false },
	{ SECRET_IN_URL, "postgresql://me:@db/study", "postgresql://me:@db/study", false },
	{ SECRET_IN_URL, "postgresql://postgres:postgres@db/study",
		"postgresql://postgres:***@db/study", true },
	{ SECRET_IN_URL, "postgres://me:me@a:1,b:2/study", "postgres://me:***@a:1,b:2/study",
		true },
	{ SECRET_IN_URL, "postgres://Zo%C3%AB-1:zo%c3%ab1@a/study",
		"postgres://Zo%C3%AB-1:***@a/study", true },
	{ SECRET_IN_URL, "postgresql://me:p%61ssword@db", "postgresql://me:***@db", true },
	{ SECRET_IN_URL, "postgresql://me:Xq8%40vT2@db", "postgresql://me:***@db", false },
	{ SECRET_IN_URL, "postgresql://me:a@b/c?d@db/study?x=y", "postgresql://me:***@db/study?x=y",
		false },
	{ SECRET_IN_URL, "postgresql://u/s:pw@db/study", "postgresql://u/s:***@db/study", false },
	{ SECRET_IN_URL, "postgresql://db/study?user=me&password=root&x=1",
		"postgresql://db/study?user=me&password=***&x=1", true },
	{ SECRET_IN_URL, "postgresql://db/study?Password=Xq8v&sslpassword=T2",
		"postgresql://db/study?Password=***&sslpassword=***", false },
	{ SECRET_IN_URL, "postgresql://me:Xq8v@db/study?sslpassword=secret",
		"postgresql://me:***@db/study?sslpassword=***", true },
	{ SECRET_IN_URL, "postgresql://db/?password=%", "postgresql://db/?password=***", false },
	/* connection strings */
	{ SECRET_IN_URL, "host=/run dbname=study", "host=/run dbname=study", false },
	{ SECRET_IN_URL, "user=me password=Xq8v host=db", "user=me password=*** host=db", false },
	{ SECRET_IN_URL, "user = me  password = me", "user = me  password = ***", true },
	{ SECRET_IN_URL, "password='pass word' user=x", "password='***' user=x", true },
	{ SECRET_IN_URL, "password='a\\'b c' host=d", "password='***' host=d", false },
	{ SECRET_IN_URL, "password=\\s\\ecret", "password=***", true },
	{ SECRET_IN_URL, "password='://' host=x", "password='***' host=x", false },
	{ SECRET_IN_URL, "password=''", "password=''", false },
	{ SECRET_IN_URL, "password='secret", "***", false },
	{ SECRET_IN_URL, "secret", "***", false },
	{ SECRET_IN_URL, "password=x\\", "***", false },
	{ SECRET_IN_URL, "user=me password", "***", false },
};

START_TEST(secrets_are_hidden)
{
	struct buf shown = { 0 };
	secret_put_hidden(values[_i].form, values[_i].value, &shown);
	buf_byte(&shown, '\0');
	ck_assert_str_eq(shown.bytes, values[_i].shown);
	buf_fini(&shown);
	ck_assert(secret_exists(values[_i].form, values[_i].value)
		  == (strstr(values[_i].shown, "***") != NULL));
}
END_TEST

START_TEST(known_secrets_are_weak)
{
	ck_assert_msg(secret_is_weak(values[_i].form, values[_i].value) == values[_i].is_weak, "%s",
		values[_i].value);
}
END_TEST

START_TEST(a_value_with_many_parts_is_hidden_as_a_whole)
{
	char text[1024] = "postgresql://db/?";
	for (int i = 0; i < 100; i++)
		strcat(text, "a=b&");
	strcat(text, "password=x");
	struct buf shown = { 0 };
	secret_put_hidden(SECRET_IN_URL, text, &shown);
	ck_assert_mem_eq(shown.bytes, "***", shown.len);
	buf_fini(&shown);
}
END_TEST

START_TEST(a_long_secret_is_not_weak)
{
	char text[300];
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	ck_assert(!secret_is_weak(SECRET_WHOLE, text));
}
END_TEST

#define COUNT(table) (int)(sizeof(table) / sizeof *(table))

int main(void)
{
	TCase *tests = tcase_create("secret");
	tcase_add_loop_test(tests, secrets_are_hidden, 0, COUNT(values));
	tcase_add_loop_test(tests, known_secrets_are_weak, 0, COUNT(values));
	tcase_add_test(tests, a_value_with_many_parts_is_hidden_as_a_whole);
	tcase_add_test(tests, a_long_secret_is_not_weak);
	return suite_run("secret", tests);
}
