#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#include "common/curve.h"
#include "tests/unit/suite.h"

#define ZEROS  "0000000000000000000000000000000000000000"
#define HASHES "########################################" /* exceeds 32 bits, so it is not a key */

static char dir[64], path[96], other_path[96];
static char public_key[41], secret_key[41], another_key[41], unused[41];

static void make_keys(void)
{
	(void)snprintf(dir, sizeof dir, "/tmp/st-curve-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	(void)snprintf(path, sizeof path, "%s/keys", dir);
	(void)snprintf(other_path, sizeof other_path, "%s/clients", dir);
	ck_assert_int_eq(zmq_curve_keypair(public_key, secret_key), 0);
	ck_assert_int_eq(zmq_curve_keypair(another_key, unused), 0);
}

static void forget_keys(void)
{
	unlink(path);
	unlink(other_path);
	rmdir(dir);
}

static void write_file(const char *to, mode_t mode, const char *text)
{
	FILE *file = fopen(to, "w");
	ck_assert_ptr_nonnull(file);
	(void)fputs(text, file);
	(void)fclose(file);
	ck_assert_int_eq(chmod(to, mode), 0);
}

static const struct {
	const char *endpoint;
	bool needs_keys;
} endpoints[] = {
	{ "ipc:///run/x.sock", false },
	{ "inproc://x", false },
	{ "tcp://127.0.0.1:5555", false },
	{ "tcp://127.8.9.1:*", false },
	{ "tcp://[::1]:5555", false },
	{ "tcp://localhost:5555", false },
	{ "tcp://0.0.0.0:5555", true },
	{ "tcp://*:5555", true },
	{ "tcp://[::]:5555", true },
	{ "tcp://10.0.0.1:5555", true },
	{ "tcp://127.0.0.1.example.org:5555", true },
	{ "tcp://127.1:5555", true },
	{ "tcp://lo:5555", true },
	{ "tcp://10.0.0.1:0;127.0.0.1:5555", true },
	{ "tcp://", true },
};

START_TEST(only_a_clear_loopback_address_needs_no_keys)
{
	ck_assert_msg(curve_is_needed(endpoints[_i].endpoint) == endpoints[_i].needs_keys, "%s",
		endpoints[_i].endpoint);
}
END_TEST

START_TEST(a_key_is_read_as_zeromq_reads_it)
{
	unsigned char ours[32], theirs[32], untouched[32] = { 7 };
	ck_assert(curve_parse_key(span_of(public_key), ours));
	ck_assert_ptr_nonnull(zmq_z85_decode(theirs, public_key));
	ck_assert_mem_eq(ours, theirs, 32);
	static const char *const none[] = { "", "x", HASHES, ZEROS "0",
		"000000000000000000000000000000000000000",
		"0000000000000000000000000000000000000 00",
		"000000000000000000000000000000000000000\"" };
	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		ck_assert_msg(!curve_parse_key(span_of(none[i]), untouched), "%s", none[i]);
	ck_assert_int_eq(untouched[0], 7);
}
END_TEST

static enum status open_with(struct curve **curve, const char *server_key, struct fail *why)
{
	struct curve_options options = {
		.key_file = path, .clients_file = other_path, .server_key = server_key
	};
	return curve_open(curve, &options, why);
}

static void write_pair(void)
{
	char text[256];
	(void)snprintf(text, sizeof text, "# ours\n\n\tpublic  %s # a comment\r\nsecret %s\n",
		public_key, secret_key);
	write_file(path, 0600, text);
}

static bool allows(const struct curve *curve, const char *key, enum curve_role role)
{
	unsigned char bytes[CURVE_KEY_SIZE];
	ck_assert(curve_parse_key(span_of(key), bytes));
	return curve_find(curve, bytes, role) != NULL;
}

START_TEST(only_listed_keys_may_connect)
{
	struct curve *curve = NULL;
	struct fail why = { 0 };
	char text[256];
	write_pair();
	(void)snprintf(text, sizeof text, HASHES "\n# all\n%s # Ada\n#%s\n%s worker\n", public_key,
		ZEROS, another_key);
	write_file(other_path, 0644, text);
	ck_assert_msg(open_with(&curve, another_key, &why) == ST_OK, "%s", why.text);
	ck_assert_str_eq(curve_public_key(curve), public_key);
	ck_assert_str_eq(curve_secret_key(curve), secret_key);
	ck_assert_str_eq(curve_server_key(curve), another_key);
	ck_assert_uint_eq(curve_client_count(curve), 2);
	ck_assert(allows(curve, public_key, CURVE_CLIENT)
		  && !allows(curve, public_key, CURVE_WORKER));
	ck_assert(allows(curve, another_key, CURVE_WORKER)
		  && !allows(curve, another_key, CURVE_CLIENT));
	ck_assert(!allows(curve, ZEROS, CURVE_CLIENT));

	write_file(other_path, 0644, "nonsense\n");
	ck_assert(curve_reload(curve, &why) == ST_BAD_SETTING);
	ck_assert_ptr_nonnull(strstr(why.text, "line 1"));
	ck_assert(allows(curve, public_key, CURVE_CLIENT));
	write_file(other_path, 0644, "");
	ck_assert(curve_reload(curve, &why) == ST_OK);
	ck_assert(!allows(curve, public_key, CURVE_CLIENT) && curve_has_clients(curve));
	curve_free(&curve);
	curve_free(&curve);
}
END_TEST

START_TEST(without_files_there_are_no_keys_and_nobody_may_connect)
{
	struct curve *curve = NULL;
	struct curve_options options = { .key_file = "", .clients_file = NULL };
	ck_assert(curve_open(&curve, &options, NULL) == ST_OK);
	ck_assert_str_eq(curve_secret_key(curve), "");
	ck_assert(!curve_has_clients(curve) && !allows(curve, public_key, CURVE_CLIENT));
	ck_assert(curve_reload(curve, NULL) == ST_OK);
	curve_free(&curve);
}
END_TEST

START_TEST(an_error_never_contains_a_secret)
{
	struct curve *curve = NULL;
	struct fail why = { 0 };
	char text[256];
	(void)snprintf(text, sizeof text, "public %s\nsecret %s oops\n", public_key, secret_key);
	write_file(path, 0600, text);
	write_file(other_path, 0644, "");
	ck_assert(open_with(&curve, "", &why) == ST_BAD_SETTING);
	ck_assert_ptr_nonnull(strstr(why.text, "line 2"));
	ck_assert_ptr_null(strstr(why.text, secret_key));
	write_pair();
	ck_assert_int_eq(chmod(path, 0604), 0);
	ck_assert(open_with(&curve, "", &why) == ST_BAD_SETTING);
	ck_assert_ptr_nonnull(strstr(why.text, "0600"));
	ck_assert_str_eq(why.field, "STUDYTRACKER_CURVE_SECRET_KEY_FILE");
	ck_assert_ptr_null(curve);
}
END_TEST

/* of zmq_curve(7) */
#define PUBLISHED        "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"
#define PUBLISHED_SECRET "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6"

static const struct {
	const char *pair, *clients, *server_key;
} published[] = {
	{ "public " PUBLISHED "\n", "", "" },
	{ "secret " PUBLISHED_SECRET "\n", "", "" },
	{ NULL, "# Ada\n" PUBLISHED " worker\n", "" },
	{ NULL, "", PUBLISHED },
};

START_TEST(a_key_of_the_documentation_is_refused)
{
	struct curve *curve = NULL;
	struct fail why = { 0 };
	if (published[_i].pair)
		write_file(path, 0600, published[_i].pair);
	else
		write_pair();
	write_file(other_path, 0644, published[_i].clients);
	ck_assert(open_with(&curve, published[_i].server_key, &why) == ST_BAD_SETTING);
	ck_assert_msg(strstr(why.text, "a key of ZeroMQ's documentation") != NULL, "%s", why.text);
	ck_assert_ptr_null(strstr(why.text, PUBLISHED_SECRET));
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("curve");
	tcase_add_checked_fixture(tc, make_keys, forget_keys);
	tcase_add_loop_test(tc, only_a_clear_loopback_address_needs_no_keys, 0,
		sizeof endpoints / sizeof *endpoints);
	tcase_add_test(tc, a_key_is_read_as_zeromq_reads_it);
	tcase_add_test(tc, only_listed_keys_may_connect);
	tcase_add_test(tc, without_files_there_are_no_keys_and_nobody_may_connect);
	tcase_add_test(tc, an_error_never_contains_a_secret);
	tcase_add_loop_test(
		tc, a_key_of_the_documentation_is_refused, 0, sizeof published / sizeof *published);
	return suite_run("curve", tc);
}
