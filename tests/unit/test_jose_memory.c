/*
 * Memory runs out at each allocation that tokens and keys take.
 *
 * Whichever it is, a valid token is at worst refused with NO_MEMORY, nothing stays allocated, and
 * afterwards it is accepted again. The allocations of json-c and rhonabwy themselves do not fail.
 */
#include <string.h>

#include "common/crypto.h"
#include "gateway/jwks.h"
#include "gateway/jwt.h"
#include "tests/unit/faults.h"
#include "tests/unit/suite.h"

enum { NOW = 1764150000, FAILURES_MAX = 1000 };

#define SECRET "0123456789abcdef0123456789abcdef"
#define UUID   "019aa5c3-6b0e-7a51-b0a4-3d6f5f0a7c11"

static const struct jwt_claims login = { JWT_ACCESS, 7, UUID, UUID, NOW + 60 };

static struct jwt_secret *secret;

static enum status mint_and_read(void)
{
	struct buf token = { 0 };
	struct jwt_claims claims;
	struct jwt_rules rules = { secret, JWT_ACCESS, NOW };
	jwt_mint(secret, &login, NOW, &token);
	enum status st =
		token.failed ? ST_NO_MEMORY : jwt_read(&rules, buf_view(&token), &claims, NULL);
	buf_fini(&token);
	return st;
}

/* RFC 7515 appendix A.3. */
static const char set[] = "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"\\u0061\","
			  "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
			  "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}]}";
static const char signed_token[] =
	"eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxl"
	"LmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISl"
	"SApmWQxfKTUJqPP3-Kg6NU1Q";

static enum status verify(void)
{
	struct jwks *keys = NULL;
	struct jose *token = NULL;
	enum status st = jwks_parse(span_of(set), &keys, NULL);
	if (st == ST_OK)
		st = jose_parse(span_of(signed_token), &token, NULL);
	if (st == ST_OK)
		st = jose_verify(token, jwks_find(keys, token), NULL);
	jose_free(&token);
	jwks_free(&keys);
	return st;
}

static enum status (*const tasks[])(void) = { mint_and_read, verify };

START_TEST(no_memory_is_an_outcome)
{
	size_t failures = 0, wrong = 0, live = 0;
	ck_assert_int_eq(tasks[_i](), ST_OK); /* libraries keep what they allocate at first */
	for (bool failed = true; failed && failures < FAILURES_MAX; failures += failed) {
		size_t before = faults_live();
		faults_arm(failures + 1, FAULTS_ONE);
		faults_resume();
		enum status st = tasks[_i]();
		failed = faults_disarm();
		wrong += st != (failed ? ST_NO_MEMORY : ST_OK);
		live += faults_live() - before;
	}
	ck_assert_uint_eq(wrong, 0);
	ck_assert_uint_eq(live, 0);
	ck_assert_uint_gt(failures, 5);
	ck_assert_uint_lt(failures, FAILURES_MAX);
}
END_TEST

int main(void)
{
	struct fail why;
	struct jwt_secret_options options = { .secret = SECRET };
	if (crypto_init(&why) != ST_OK || jwt_secret_open(&secret, &options, &why) != ST_OK)
		return EXIT_FAILURE;
	TCase *tests = tcase_create("jose_memory");
	tcase_add_loop_test(tests, no_memory_is_an_outcome, 0, 2);
	int status = suite_run("jose_memory", tests);
	jwt_secret_free(&secret);
	return status;
}
