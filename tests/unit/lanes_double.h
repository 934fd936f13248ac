/*
 * lanes_double: the lanes and the gateway around struct passwords.
 *
 * The double keeps the internal requests. The test answers those of passwords.find, and reads what
 * `then` would get.
 *
 *	log_in(9, "correct horse");                     msgid 9
 *	found(last_internal(), hash_of("correct horse", &higher_costs));
 *	await_idle();
 *	check_then("logins.create");
 */
#ifndef TESTS_UNIT_LANES_DOUBLE_H
#define TESTS_UNIT_LANES_DOUBLE_H

#include "common/service.h"
#include "tests/unit/hash_double.h"
#include "tests/unit/suite.h"
#include "worker/passwords.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

enum { EPOCH = 77, SOON_MS = 60000 };

/* Rows of methods with other steps than logins.open: to change a password, to make an account, to
 * set the password of another account, to check a password only. `same_names` has params that
 * `then` has, too: its password and one of the step. */
extern const struct method change, join, set, close_account, same_names;

/* The origin of the requests, instead of a link. */
struct gateway {
	struct origin origin;
	int64_t epoch;
	struct buf out; /* all responses */
	size_t responses;
};

/* An internal request. */
struct internal {
	char method[32];
	struct origin *origin;
	int64_t epoch;
	struct envelope e;
	struct buf bytes; /* the request id and the params */
};

extern struct request_pool pool;
extern struct passwords *passwords;
extern struct gateway gateway;
extern struct internal internals[2 * HASH_JOBS_MAX];
extern size_t internal_count, idle_count;

void start(void);
void end(void);
void open_with_list(void); /* of passwords: "password1", "letmein!!" */

const struct internal *last_internal(void);
void await_idle(void);

/* Requests of account 3. They return ST_OVERLOADED if there is no room. `texts`: names and values,
 * ended by NULL. */
enum status send_at(
	uint32_t msgid, const struct method *m, struct span params, uint64_t deadline_ms);
enum status send_texts(uint32_t msgid, const struct method *m, const char *const *texts);
enum status log_in_by(uint32_t msgid, const char *password, uint64_t deadline_ms);
void log_in(uint32_t msgid, const char *password);

#define SEND(msgid, m, ...) \
	ck_assert(send_texts(msgid, m, (const char *const[]){ __VA_ARGS__, NULL }) == ST_OK)

/* Answer passwords.find: account 5, "ada.lovelace", with this hash or without one (NULL). */
void found(const struct internal *i, const char *hash);
void found_nobody(const struct internal *i);
void not_found(const struct internal *i, enum status st, const char *text);

void check_text(struct span map, const char *key, const char *value); /* NULL: none */
void check_holder(struct span map, int64_t holder);                   /* 0: none */
bool is_verified(struct span map);

/* The only response so far is this error of the request. */
void check_refused(uint32_t msgid, enum status st, const char *field);

/* The last internal request is that of `then`, and there is no response. */
const struct internal *check_then(const char *method);

#endif
