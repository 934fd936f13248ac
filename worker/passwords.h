/*
 * passwords: runs the requests whose methods have passwords (struct password_step).
 *
 * Such a request has no statement. It becomes a job, and leads to two internal requests:
 *
 *	1. passwords.find, in its lane, if the request names an account or checks its password.
 *	   The job is the origin of that request.
 *	2. The hash thread checks the password and hashes the new one (worker/hash_thread.h). A new
 *	   password that is widely known, or the name of its account, is refused: WEAK_PASSWORD.
 *	3. The method `then`, in its lane, with the origin and the msgid of the request: its
 *	   response is that of the request. It also runs if the password is wrong, and decides what
 *	   that means; nothing is hashed then.
 *
 * Invariants:
 *   - There are at most HASH_JOBS_MAX jobs: passwords_admission_status refuses more.
 *   - Each request gets exactly one response.
 *   - An obsolete request is dropped before each step (worker/batch.h says what is obsolete).
 *   - The bytes of a request are wiped when it is released (worker/request.h), so that no copy of
 *     a password remains in the worker. ZeroMQ's own copy of the message is not wiped.
 *
 *	if (passwords_admission_status(p) == ST_OK)
 *		passwords_submit(p, request);
 */
#ifndef WORKER_PASSWORDS_H
#define WORKER_PASSWORDS_H

#include "worker/hash_thread.h"
#include "common/password_list.h"
#include "worker/response.h"

struct passwords;

struct passwords_options {
	struct responses *responses; /* outlives the passwords, as its pool does */
	struct password_costs costs;
	const struct password_list *list; /* NULL: none */
	/* Runs an internal method. May respond within the call. */
	void (*submit)(void *arg, struct origin *origin, int64_t epoch, const struct envelope *e);
	void (*on_idle)(void *arg);
	void *arg;
};

/* ST_NO_MEMORY, ST_SYSTEM. */
enum status passwords_open(struct event_base *base, const struct passwords_options *options,
	struct passwords **out, struct fail *why) MUST_CHECK;

/* Returns ST_OK if passwords_submit may be called, else ST_OVERLOADED. */
enum status passwords_admission_status(const struct passwords *p);

/* Takes a request. The caller has set `origin`, `epoch` and `deadline_ms`. */
void passwords_submit(struct passwords *p, struct request *r);

/* The origin's epoch has ended: nobody waits for its requests. */
void passwords_end_epoch(struct passwords *p, const struct origin *origin, int64_t epoch);

/* Marks a request as abandoned. Returns false if it is not here. */
bool passwords_abandon(
	struct passwords *p, const struct origin *origin, int64_t epoch, uint32_t msgid);

bool passwords_is_idle(const struct passwords *p);

/* Requests that the hash thread has, or will get next. */
size_t passwords_hashing(const struct passwords *p);

/* Sends no responses. Requests of passwords.find must not get one afterwards. */
void passwords_free(struct passwords **p);

#endif
