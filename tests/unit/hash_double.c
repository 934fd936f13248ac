#include "tests/unit/hash_double.h"

#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/unit/suite.h"

enum status __real_crypto_password_check(
	const char *hash, struct span password, bool *matches, struct fail *why);
enum status __real_crypto_password_hash(struct span password, const struct password_costs *costs,
	char out[CRYPTO_PASSWORD_HASH_SIZE], struct fail *why);
enum status __wrap_crypto_password_check(
	const char *hash, struct span password, bool *matches, struct fail *why);
enum status __wrap_crypto_password_hash(struct span password, const struct password_costs *costs,
	char out[CRYPTO_PASSWORD_HASH_SIZE], struct fail *why);

struct hash_double hash_double;
const struct password_costs cheap_costs = { 8 << 10, 1 }, higher_costs = { 16 << 10, 2 };

static atomic_bool is_held;
static sem_t waiting, going;

void hash_double_reset(void)
{
	hash_double = (struct hash_double){ 0 };
	is_held = false;
	ck_assert(sem_init(&waiting, 0, 0) == 0 && sem_init(&going, 0, 0) == 0);
}

void hash_double_hold(void)
{
	is_held = true;
}

void hash_double_await(void)
{
	ck_assert_int_eq(sem_wait(&waiting), 0);
}

void hash_double_let_go(void)
{
	is_held = false;
	ck_assert_int_eq(sem_post(&going), 0);
}

static void watch(void)
{
	sigset_t blocked;
	(void)pthread_sigmask(SIG_BLOCK, NULL, &blocked);
	hash_double.blocks_signals = sigismember(&blocked, SIGTERM) == 1;
	hash_double.nice = getpriority(PRIO_PROCESS, (id_t)gettid());
	if (!is_held)
		return;
	(void)sem_post(&waiting);
	(void)sem_wait(&going);
}

enum status __wrap_crypto_password_check(
	const char *hash, struct span password, bool *matches, struct fail *why)
{
	hash_double.checked++;
	(void)strncpy(hash_double.known, hash, sizeof hash_double.known - 1);
	watch();
	if (hash_double.check_fails)
		return fail_set(why, ST_NO_MEMORY, "no memory for a hash");
	enum status st = __real_crypto_password_check(hash, password, matches, why);
	*matches |= hash_double.says_right;
	return st;
}

enum status __wrap_crypto_password_hash(struct span password, const struct password_costs *costs,
	char out[CRYPTO_PASSWORD_HASH_SIZE], struct fail *why)
{
	hash_double.hashed++;
	watch();
	if (hash_double.hash_fails)
		return fail_set(why, ST_NO_MEMORY, "no memory for a hash");
	return __real_crypto_password_hash(password, costs, out, why);
}

const char *hash_of(const char *password, const struct password_costs *costs)
{
	static char texts[2][CRYPTO_PASSWORD_HASH_SIZE];
	char *text = texts[costs == &higher_costs];
	ck_assert(__real_crypto_password_hash(span_of(password), costs, text, NULL) == ST_OK);
	return text;
}

bool is_hash_of(const char *hash, struct span password)
{
	bool matches = false;
	ck_assert(__real_crypto_password_check(hash, password, &matches, NULL) == ST_OK);
	return matches;
}
