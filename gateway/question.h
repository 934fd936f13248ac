/*
 * question: credentials that a worker is asked about, and the requests that wait for the answers.
 *
 * Requests that show the same credential at the same time share one question. A question is one
 * call of credentials.get. If its answer is that nobody has the identity, and a setting allows it,
 * a call of identities.create follows.
 *
 * Invariants:
 *   - A request waits for at most one question, and is decided or cancelled exactly once.
 *   - A question without requests ends at once. At most QUESTIONS_MAX exist.
 *   - on_answer is called before the first request of the question is decided.
 *
 *	questions_init(&questions, &options);
 *	...
 *	if (!questions_join(&questions, tag, a, &st))
 *		st = questions_ask(&questions, tag, &verification, a, &why);
 *	...
 *	questions_cancel(a);
 */
#ifndef GATEWAY_QUESTION_H
#define GATEWAY_QUESTION_H

#include <sys/queue.h>

#include "common/crypto.h"
#include "common/uuid.h"
#include "gateway/verification.h"
#include "gateway/workers.h"

enum { QUESTIONS_MAX = 1024, QUESTION_BUCKETS = 256 };

/* The end of a question. */
struct answer {
	const unsigned char *tag; /* of the credential */
	uint64_t asked_ms;        /* monotonic */
	/* ST_OK: `finding` is set. A refusal: ST_TOKEN_INVALID, _EXPIRED, _REVOKED or
	 * ST_ACCOUNT_DISABLED. Anything else says nothing about the credential. */
	enum status st;
	struct finding finding;
};

bool answer_is_refusal(enum status st);

struct questions_options {
	struct workers *workers;
	int64_t deadline_ms; /* of a call */
	bool registers;      /* calls identities.create */
	void (*on_answer)(void *arg, const struct answer *answer);
	void *arg;
};

struct question;
LIST_HEAD(question_list, question);

struct questions {
	struct questions_options options;
	const struct method *get, *create;
	struct uuid_source ids;
	struct question_list buckets[QUESTION_BUCKETS];
	uint64_t count; /* now */
	uint64_t asked; /* calls */
};

void questions_init(struct questions *q, const struct questions_options *options);

/* False: nobody has asked about this credential. True: *st says whether the request waits. */
bool questions_join(struct questions *q, const unsigned char tag[CRYPTO_TAG_SIZE],
	struct authentication *a, enum status *st);

/* Takes the verification. ST_OK: the request waits. ST_OVERLOADED, ST_NO_MEMORY, or the outcome of
 * workers_call. */
enum status questions_ask(struct questions *q, const unsigned char tag[CRYPTO_TAG_SIZE],
	struct verification *verification, struct authentication *a, struct fail *why) MUST_CHECK;

/* The request of `a` does not wait any more. */
void questions_cancel(struct authentication *a);

#endif
