#include "common/msg.h"
#include "gateway/write_key.h"
#include "tests/unit/suite.h"

#define UPPER "01890A5D-AC96-774B-BCCE-B302099A8057"
#define LOWER "01890a5d-ac96-774b-bcce-b302099a8057"
#define OTHER "01890a5d-ac96-774b-bcce-b302099a8058"

static uint64_t key_of(const char *method, int64_t account, const char *param, const char *text)
{
	struct buf params = { 0 };
	msg_put_map(&params, 1);
	msg_put_key(&params, param);
	if (*text >= '0' && *text <= '9' && !text[1])
		msg_put_int(&params, *text - '0');
	else
		msg_put_key(&params, text);
	uint64_t key = write_key(method_find(span_of(method)), account, buf_view(&params), 7);
	buf_fini(&params);
	return key;
}

START_TEST(writes_on_one_row_share_a_key)
{
	uint64_t session = key_of("sessions.delete", 1, "session_id", LOWER);
	ck_assert(session != 0);
	ck_assert(session == key_of("sessions.restore", 1, "session_id", LOWER));
	ck_assert(session == key_of("sessions.create", 1, "session_id", UPPER));
	uint64_t topic = key_of("topics.delete", 1, "topic_id", "7");
	ck_assert(topic != 0);
	ck_assert(topic == key_of("topics.update", 1, "topic_id", "7"));
	uint64_t account = key_of("account.update", 1, "name", "Ana");
	ck_assert(account != 0);
	ck_assert(account == key_of("account.update", 1, "time_zone", "CET"));
	ck_assert(account != key_of("account.update", 2, "name", "Ana"));
}
END_TEST

/* A client of a language without integers sends 7.0. */
START_TEST(all_forms_of_a_number_have_the_same_key)
{
	struct buf params = { 0 };
	msg_put_map(&params, 1);
	msg_put_key(&params, "topic_id");
	msg_put_real(&params, 7.0);
	uint64_t key = write_key(method_find(SPAN("topics.update")), 1, buf_view(&params), 7);
	ck_assert(key == key_of("topics.update", 1, "topic_id", "7"));
	buf_fini(&params);
}
END_TEST

START_TEST(writes_on_different_rows_have_different_keys)
{
	uint64_t session = key_of("sessions.delete", 1, "session_id", LOWER);
	ck_assert(session != key_of("sessions.delete", 1, "session_id", OTHER));
	ck_assert(session != key_of("sessions.delete", 2, "session_id", LOWER));
	ck_assert(key_of("topics.delete", 1, "topic_id", "7")
		  != key_of("topics.delete", 1, "topic_id", "8"));
}
END_TEST

START_TEST(a_request_that_names_no_row_has_no_key)
{
	ck_assert(key_of("topics.create", 1, "name", "Linux") == 0);
	ck_assert(key_of("topics.list", 1, "q", "Linux") == 0);
	ck_assert(key_of("sessions.delete", 1, "if_match", "x") == 0);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("write key");
	tcase_add_test(tests, writes_on_one_row_share_a_key);
	tcase_add_test(tests, all_forms_of_a_number_have_the_same_key);
	tcase_add_test(tests, writes_on_different_rows_have_different_keys);
	tcase_add_test(tests, a_request_that_names_no_row_has_no_key);
	return suite_run("write key", tests);
}
