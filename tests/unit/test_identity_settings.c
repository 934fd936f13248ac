/* The settings of the identity provider. */
#include <string.h>

#include "gateway/identity.h"
#include "tests/unit/suite.h"

#define ISSUER   "https://id.example.org/realms/study"
#define AUDIENCE "studytracker"

static const struct {
	struct identity_options options;
	const char *missing; /* NULL: none */
} settings[] = {
	{ { "", "", "" }, NULL },
	{ { NULL, NULL, NULL }, NULL },
	{ { ISSUER, AUDIENCE, "" }, "STUDYTRACKER_OIDC_JWKS_FILE" },
	{ { ISSUER, "", "/x" }, "STUDYTRACKER_OIDC_AUDIENCE" },
	{ { "", AUDIENCE, "/x" }, "STUDYTRACKER_OIDC_ISSUER" },
	{ { "", "", "/x" }, "STUDYTRACKER_OIDC_ISSUER" },
	{ { "", AUDIENCE, "" }, "STUDYTRACKER_OIDC_ISSUER" },
	{ { ISSUER, "", "" }, "STUDYTRACKER_OIDC_AUDIENCE" },
};

START_TEST(all_settings_are_set_or_none)
{
	struct identity *identity = NULL;
	struct fail why = { 0 };
	enum status st = identity_open(&identity, &settings[_i].options, &why);
	ck_assert_int_eq(st, settings[_i].missing ? ST_BAD_SETTING : ST_OK);
	ck_assert_str_eq(why.field, settings[_i].missing ? settings[_i].missing : "");
	if (settings[_i].missing)
		ck_assert_ptr_nonnull(strstr(why.text, settings[_i].missing));
	identity_free(&identity);
	struct fail checked = { 0 };
	ck_assert_int_eq(identity_check(&settings[_i].options, &checked), st);
	ck_assert_str_eq(checked.text, why.text);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("identity_settings");
	tcase_add_loop_test(
		tests, all_settings_are_set_or_none, 0, sizeof settings / sizeof *settings);
	return suite_run("identity_settings", tests);
}
