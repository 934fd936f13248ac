#include "tests/unit/lanes_double.h"

#include <string.h>

/* Steps. */

START_TEST(a_login_is_checked_and_then_stored)
{
	log_in(9, "correct horse");
	const struct internal *find = last_internal();
	ck_assert_str_eq(find->method, "passwords.find");
	ck_assert_ptr_ne(find->origin, &gateway.origin);
	ck_assert(origin_has_epoch(find->origin, find->epoch));
	check_text(find->e.params, "username", "ada");
	check_holder(find->e.params, 0);
	char *known = strdup(hash_of("correct horse", &higher_costs));
	found(find, known);
	ck_assert_uint_eq(passwords_hashing(passwords), 1);
	await_idle();
	ck_assert_uint_eq(passwords_hashing(passwords), 0);
	const struct internal *then = check_then("logins.create");
	ck_assert_uint_eq(then->e.msgid, 9);
	check_holder(then->e.params, 5);
	ck_assert(is_verified(then->e.params));
	check_text(then->e.params, "checked_hash", known);
	check_text(then->e.params, "hash", NULL);
	check_text(then->e.params, "login_id", "01890a5d-ac96-7333-8333-333333333333");
	struct span value;
	ck_assert(msg_find(then->e.params, "password", &value) == ST_NOT_FOUND);
	ck_assert(msg_find(then->e.params, "username", &value) == ST_NOT_FOUND);
	ck_assert(msg_find(then->e.params, "caller_address", &value) == ST_OK);
	struct param_value values[32];
	struct buf names = { 0 };
	struct fail why = { 0 };
	ck_assert_msg(params_decode(method_find(SPAN("logins.create")), then->e.params, values,
			      &names, &why)
			      == ST_OK,
		"%s", why.text);
	buf_fini(&names);
	ck_assert_uint_eq(idle_count, 1);
	free(known);
}
END_TEST

enum user { KNOWN, WITHOUT_PASSWORD, UNKNOWN };

static const struct {
	enum user user;
	const char *password;
	int64_t holder;
} failures[] = {
	{ KNOWN, "incorrect horse", 5 },
	{ WITHOUT_PASSWORD, "correct horse", 5 },
	{ UNKNOWN, "correct horse", 0 },
	{ UNKNOWN, "", 0 },
};

/* Each takes the same work: one check against a hash of the current costs. */
START_TEST(a_wrong_password_and_an_unknown_user_take_the_same_work)
{
	log_in(9, failures[_i].password);
	if (failures[_i].user == UNKNOWN)
		found_nobody(last_internal());
	else
		found(last_internal(), failures[_i].user == KNOWN
					       ? hash_of("correct horse", &higher_costs)
					       : NULL);
	await_idle();
	const struct internal *then = check_then("logins.create");
	ck_assert(!is_verified(then->e.params));
	check_holder(then->e.params, failures[_i].holder);
	check_text(then->e.params, "hash", NULL);
	ck_assert_uint_eq(hash_double.checked, 1);
	ck_assert_uint_eq(hash_double.hashed, 0);
	ck_assert(!crypto_password_is_cheaper(hash_double.known, &higher_costs));
}
END_TEST

START_TEST(a_login_renews_a_cheap_hash)
{
	log_in(9, "correct horse");
	char *known = strdup(hash_of("correct horse", &cheap_costs));
	found(last_internal(), known);
	await_idle();
	const struct internal *then = check_then("logins.create");
	struct span hash;
	char text[CRYPTO_PASSWORD_HASH_SIZE] = "";
	ck_assert(is_verified(then->e.params) && msg_find_text(then->e.params, "hash", &hash));
	memcpy(text, hash.bytes, hash.len);
	ck_assert(is_hash_of(text, SPAN("correct horse")));
	ck_assert(!crypto_password_is_cheaper(text, &higher_costs));
	check_text(then->e.params, "checked_hash", known);
	free(known);
}
END_TEST

START_TEST(a_hash_that_nobody_stores_is_not_renewed)
{
	SEND(9, &close_account, "password", "correct horse");
	found(last_internal(), hash_of("correct horse", &cheap_costs));
	await_idle();
	struct span value;
	const struct internal *then = check_then("logins.end");
	ck_assert(msg_find(then->e.params, "hash", &value) == ST_NOT_FOUND);
	ck_assert(msg_find(then->e.params, "is_verified", &value) == ST_NOT_FOUND);
	ck_assert_uint_eq(hash_double.hashed, 0);
}
END_TEST

START_TEST(the_caller_is_the_holder_if_no_param_names_one)
{
	SEND(9, &change, "current_password", "correct horse", "new_password", "battery staple");
	check_holder(last_internal()->e.params, 3);
	found(last_internal(), hash_of("correct horse", &cheap_costs));
	await_idle();
	struct span hash;
	const struct internal *then = check_then("logins.create");
	ck_assert(is_verified(then->e.params) && msg_find_text(then->e.params, "hash", &hash));
	ck_assert_uint_eq(hash_double.checked, 1);
	ck_assert_uint_eq(hash_double.hashed, 1);
}
END_TEST

START_TEST(after_a_wrong_password_the_new_one_is_not_hashed)
{
	SEND(9, &change, "current_password", "incorrect horse", "new_password", "battery staple");
	found(last_internal(), hash_of("correct horse", &higher_costs));
	await_idle();
	const struct internal *then = check_then("logins.create");
	ck_assert(!is_verified(then->e.params));
	check_text(then->e.params, "hash", NULL);
	ck_assert_uint_eq(hash_double.hashed, 0);
}
END_TEST

START_TEST(a_new_account_has_no_holder)
{
	SEND(9, &join, "username", "ada", "password", "battery staple");
	ck_assert_uint_eq(internal_count, 0);
	await_idle();
	struct span hash;
	const struct internal *then = check_then("logins.create");
	check_holder(then->e.params, 0);
	ck_assert(is_verified(then->e.params) && msg_find_text(then->e.params, "hash", &hash));
	ck_assert_uint_eq(hash_double.checked, 0);
	ck_assert_uint_eq(hash_double.hashed, 1);
}
END_TEST

START_TEST(an_account_can_be_named_by_its_id)
{
	static const char params[] = "\x82\xaa"
				     "account_id\x08\xac"
				     "new_password\xa8"
				     "batteries";
	ck_assert(send_at(9, &set, (struct span){ params, sizeof params - 2 },
			  service_now_ms() + SOON_MS)
		  == ST_OK);
	check_holder(last_internal()->e.params, 8);
	found(last_internal(), NULL);
	await_idle();
	const struct internal *then = check_then("logins.create");
	check_holder(then->e.params, 5);
	ck_assert(is_verified(then->e.params));
	ck_assert_uint_eq(hash_double.checked, 0);
}
END_TEST

START_TEST(a_param_of_the_request_is_neither_a_password_nor_one_of_the_step)
{
	struct span value;
	SEND(9, &same_names, "session_hash", "battery staple", "hash", "mine", "caller_address",
		"192.0.2.7");
	await_idle();
	struct span params = check_then("logins.create")->e.params;
	ck_assert(msg_find(params, "session_hash", &value) == ST_NOT_FOUND);
	check_text(params, "caller_address", "192.0.2.7");
	ck_assert(msg_find_text(params, "hash", &value) && value.len > sizeof "mine");
	ck_assert_uint_eq((unsigned char)params.bytes[0], 0xdf); /* map32 */
	ck_assert_uint_eq((unsigned char)params.bytes[4], 5);
}
END_TEST

/* Weak passwords. */

static const struct {
	const char *password;
	bool is_weak;
} weak[] = {
	{ "password1", true }, { "PASSWORD1", true }, { "LetMeIn!!", true },
	{ "password12", false }, { "gracehopper", true }, /* the new user name */
	{ "GraceHopper", true }, { "grace@navy.example", true }, { "gracehopper1", false },
	{ "ada.lovelace", false }, /* another account's */
};

START_TEST(a_new_account_gets_no_weak_password)
{
	open_with_list();
	SEND(9, &join, "username", "gracehopper", "email", "grace@navy.example", "password",
		weak[_i].password);
	await_idle();
	ck_assert_uint_eq(internal_count, weak[_i].is_weak ? 0 : 1);
	if (weak[_i].is_weak)
		check_refused(9, ST_WEAK_PASSWORD, "password");
	ck_assert_uint_eq(hash_double.hashed, weak[_i].is_weak ? 0 : 1);
}
END_TEST

static const struct {
	const char *password;
	bool is_weak;
} weak_changes[] = {
	{ "letmein!!", true },
	{ "Ada.Lovelace", true },
	{ "ADA@example.org", true },
	{ "ada@example", false },
};

START_TEST(a_password_is_not_changed_to_a_weak_one)
{
	open_with_list();
	SEND(9, &change, "current_password", "correct horse", "new_password",
		weak_changes[_i].password);
	found(last_internal(), hash_of("correct horse", &higher_costs));
	await_idle();
	ck_assert_uint_eq(internal_count, weak_changes[_i].is_weak ? 1 : 2);
	if (weak_changes[_i].is_weak)
		check_refused(9, ST_WEAK_PASSWORD, "new_password");
	ck_assert_uint_eq(hash_double.checked, weak_changes[_i].is_weak ? 0 : 1);
}
END_TEST

START_TEST(a_weak_password_that_exists_can_be_used)
{
	open_with_list();
	log_in(9, "password1");
	found(last_internal(), hash_of("password1", &higher_costs));
	await_idle();
	ck_assert(is_verified(check_then("logins.create")->e.params));
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("passwords");
	tcase_add_checked_fixture(tests, start, end);
	tcase_add_test(tests, a_login_is_checked_and_then_stored);
	tcase_add_loop_test(
		tests, a_wrong_password_and_an_unknown_user_take_the_same_work, 0, COUNT(failures));
	tcase_add_test(tests, a_login_renews_a_cheap_hash);
	tcase_add_test(tests, a_hash_that_nobody_stores_is_not_renewed);
	tcase_add_test(tests, the_caller_is_the_holder_if_no_param_names_one);
	tcase_add_test(tests, after_a_wrong_password_the_new_one_is_not_hashed);
	tcase_add_test(tests, a_new_account_has_no_holder);
	tcase_add_test(tests, an_account_can_be_named_by_its_id);
	tcase_add_test(tests, a_param_of_the_request_is_neither_a_password_nor_one_of_the_step);
	tcase_add_loop_test(tests, a_new_account_gets_no_weak_password, 0, COUNT(weak));
	tcase_add_loop_test(tests, a_password_is_not_changed_to_a_weak_one, 0, COUNT(weak_changes));
	tcase_add_test(tests, a_weak_password_that_exists_can_be_used);
	return suite_run("passwords", tests);
}
