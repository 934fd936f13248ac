#include "gateway/question.h"

#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/service.h"
#include "gateway/request_id.h"
#include "gateway/response.h"

/* A request that waits. */
struct waiter {
	struct authentication *authentication;
	struct question *question;
	TAILQ_ENTRY(waiter) link;
};

struct question {
	struct questions *all;
	unsigned char tag[CRYPTO_TAG_SIZE];
	struct verification verification;
	struct call *call; /* NULL: the answer has come */
	uint64_t asked_ms;
	bool is_registration; /* the call is one of identities.create */
	TAILQ_HEAD(waiter_list, waiter) waiters;
	LIST_ENTRY(question) link;
};

static struct question_list *bucket_of(struct questions *q, const unsigned char *tag)
{
	return &q->buckets[tag[0] % QUESTION_BUCKETS];
}

static struct question *find(struct questions *q, const unsigned char *tag)
{
	struct question *found = LIST_FIRST(bucket_of(q, tag));
	while (found && memcmp(found->tag, tag, sizeof found->tag) != 0)
		found = LIST_NEXT(found, link);
	return found;
}

static void link_question(struct question *q)
{
	LIST_INSERT_HEAD(bucket_of(q->all, q->tag), q, link);
	q->all->count++;
}

static void unlink_question(struct question *q)
{
	LIST_REMOVE(q, link);
	q->all->count--;
}

static void free_question(struct question **question)
{
	struct question *q = *question;
	*question = NULL;
	workers_cancel(&q->call);
	verification_fini(&q->verification);
	free(q);
}

/* Requests that wait. */

static enum status add_waiter(struct question *q, struct authentication *a)
{
	struct waiter *w = malloc(sizeof *w);
	if (!w)
		return ST_NO_MEMORY;
	*w = (struct waiter){ .authentication = a, .question = q };
	TAILQ_INSERT_TAIL(&q->waiters, w, link);
	a->data = w;
	return ST_OK;
}

static struct authentication *take_waiter(struct waiter *w)
{
	struct authentication *a = w->authentication;
	TAILQ_REMOVE(&w->question->waiters, w, link);
	free(w);
	a->data = NULL;
	return a;
}

void questions_cancel(struct authentication *a)
{
	struct waiter *w = a->data;
	struct question *q = w->question;
	(void)take_waiter(w);
	if (!TAILQ_EMPTY(&q->waiters) || !q->call) /* without a call, settle frees it */
		return;
	unlink_question(q);
	free_question(&q);
}

/* Answers. */

bool answer_is_refusal(enum status st)
{
	return st == ST_TOKEN_INVALID || st == ST_TOKEN_EXPIRED || st == ST_TOKEN_REVOKED
	       || st == ST_ACCOUNT_DISABLED;
}

/* The request itself has not run, even if it is not known whether an account was created. A status
 * below 500 would tell the client that it did something wrong. */
static enum status outcome_of(enum status st)
{
	if (st == ST_OUTCOME_UNKNOWN)
		return ST_NO_WORKER;
	bool is_telling = st == ST_OK || answer_is_refusal(st);
	return is_telling || status_info(st)->http_status >= 500 ? st : ST_INTERNAL;
}

/* Ends the question. A request that is decided may cancel others that wait for the same answer, or
 * begin a new question about the same credential. */
static void settle(struct question *q, const struct answer *answer, const struct fail *why)
{
	unlink_question(q);
	q->all->options.on_answer(q->all->options.arg, answer);
	for (struct waiter *w; (w = TAILQ_FIRST(&q->waiters));) {
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): take_waiter removes the first one */
		struct authentication *a = take_waiter(w);
		a->st = answer->st;
		a->principal = answer->finding.principal;
		authentication_decide(a, why);
	}
	free_question(&q);
}

static enum status ask(struct question *q);

/* True: the worker is asked to create an account for the identity. */
static bool asks_again(struct question *q, enum status *st)
{
	if (*st != ST_TOKEN_INVALID || q->is_registration || !q->all->options.registers
		|| q->verification.registration.len == 0)
		return false;
	q->is_registration = true;
	*st = ask(q);
	return *st == ST_OK;
}

static void on_response(void *arg, enum status st, struct span error, struct span result)
{
	struct question *q = arg;
	struct answer answer = { .tag = q->tag };
	struct fail why = { 0 };
	q->call = NULL;
	if (st == ST_OK && !msg_is_nil(error))
		st = response_read_error(error).st;
	if (asks_again(q, &st))
		return;
	if (st == ST_OK)
		st = verification_read(&q->verification, result, &answer.finding, &why);
	answer.st = outcome_of(st);
	answer.asked_ms = q->asked_ms;
	if (answer.st == ST_INTERNAL)
		log_error("a credential was not checked: %s: its requests are responded with 500",
			fail_text(&why, st));
	settle(q, &answer, &why);
}

/* Questions. */

static enum status ask(struct question *q)
{
	struct questions *all = q->all;
	const struct verification *v = &q->verification;
	struct request_id id = request_id_choose(NULL, &all->ids);
	struct context context = { .account = principal_of_gateway.account,
		.request_id = request_id_view(&id),
		.deadline_ms = all->options.deadline_ms };
	q->asked_ms = service_now_ms();
	all->asked++;
	return workers_call(all->options.workers, q->is_registration ? all->create : all->get,
		&context, buf_view(q->is_registration ? &v->registration : &v->params), on_response,
		q, &q->call);
}

bool questions_join(struct questions *q, const unsigned char tag[CRYPTO_TAG_SIZE],
	struct authentication *a, enum status *st)
{
	struct question *found = find(q, tag);
	if (!found)
		return false;
	*st = add_waiter(found, a);
	return true;
}

static struct question *new_question(
	struct questions *all, const unsigned char *tag, struct verification *verification)
{
	struct question *q = calloc(1, sizeof *q);
	if (!q)
		return NULL;
	q->all = all;
	memcpy(q->tag, tag, sizeof q->tag);
	q->verification = *verification;
	*verification = (struct verification){ 0 };
	TAILQ_INIT(&q->waiters);
	return q;
}

enum status questions_ask(struct questions *all, const unsigned char tag[CRYPTO_TAG_SIZE],
	struct verification *verification, struct authentication *a, struct fail *why)
{
	bool is_full = all->count >= QUESTIONS_MAX;
	struct question *q = is_full ? NULL : new_question(all, tag, verification);
	verification_fini(verification);
	if (is_full)
		return fail_set(why, ST_OVERLOADED, "too many credentials are being checked");
	if (!q)
		return ST_NO_MEMORY;
	enum status st = ask(q);
	if (st == ST_OK)
		st = add_waiter(q, a);
	if (st == ST_OK)
		link_question(q);
	else
		free_question(&q);
	return st;
}

void questions_init(struct questions *q, const struct questions_options *options)
{
	*q = (struct questions){ .options = *options };
	q->get = method_find(SPAN("credentials.get"));
	q->create = method_find(SPAN("identities.create"));
}
