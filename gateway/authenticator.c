#include "gateway/authenticator.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/crypto.h"
#include "common/service.h"
#include "gateway/question.h"
#include "gateway/credential_memo.h"
#include "gateway/token_marks.h"
#include "gateway/verified.h"

struct account_authenticator {
	struct authenticator interface;
	struct authenticator_options options;
	/* Of the tags, one for each kind, so that a token never finds the verdict about a
	 * cookie. CREDENTIAL_NONE stands for CURVE keys. */
	unsigned char keys[CREDENTIAL_KINDS][CRYPTO_TAG_KEY_SIZE];
	unsigned char again_keys[CREDENTIAL_KINDS][CRYPTO_TAG_KEY_SIZE]; /* see began_s */
	struct verified *accepted, *refused;
	struct token_marks *marks;
	struct questions questions;
	struct authenticator_counts counts;
};

/* Answers. */

/* When a verdict ends, on the monotonic clock. */
static uint64_t end_of(const struct answer *answer)
{
	uint64_t until_ms = answer->asked_ms + VERIFIED_MS, now_ms = service_now_ms();
	int64_t left_s = answer->finding.expires_s - (int64_t)time(NULL);
	uint64_t left_ms = left_s > 0 ? (uint64_t)left_s * 1000 : 0;
	return left_s < VERIFIED_MS && now_ms + left_ms < until_ms ? now_ms + left_ms : until_ms;
}

static void keep_finding(struct account_authenticator *self, const struct answer *answer)
{
	const struct finding *f = &answer->finding;
	struct verdict verdict = { .principal = f->principal, .until_ms = end_of(answer) };
	self->counts.accepted++;
	verified_put(self->accepted, answer->tag, &verdict);
	if (f->unmarked_token)
		token_marks_put(self->marks, f->principal.account, f->unmarked_token);
}

static void keep_refusal(struct account_authenticator *self, const struct answer *answer)
{
	struct verdict verdict = { .st = answer->st, .until_ms = answer->asked_ms + VERIFIED_MS };
	self->counts.refused++;
	verified_put(self->refused, answer->tag, &verdict);
}

static void on_answer(void *arg, const struct answer *answer)
{
	struct account_authenticator *self = arg;
	if (answer->st == ST_OK)
		keep_finding(self, answer);
	else if (answer_is_refusal(answer->st))
		keep_refusal(self, answer);
	else
		self->counts.failed++;
}

/* Requests. */

/* What a request shows: a credential, or else the account of its key. */
struct shown {
	struct credential credential;
	int64_t key_account; /* 0 if it shows a credential */
	int64_t began_s;
};

static enum status read_shown(const struct credentials *from, struct shown *out, struct fail *why)
{
	enum status st = from->http ? credential_of_http(from->http, &out->credential, why)
				    : credential_of_rpc(from->rpc_context, &out->credential, why);
	out->began_s = from->began_s;
	if (st == ST_OK)
		out->key_account = out->credential.kind == CREDENTIAL_NONE ? from->key_account : 0;
	return st;
}

static void tag_shown(const struct account_authenticator *self, const struct shown *shown,
	unsigned char out[CRYPTO_TAG_SIZE])
{
	struct span bytes = shown->credential.text;
	if (shown->key_account)
		bytes = (struct span){ (const char *)&shown->key_account,
			sizeof shown->key_account };
	crypto_tag((shown->began_s ? self->again_keys : self->keys)[shown->credential.kind], bytes,
		out);
}

static enum status verify(const struct account_authenticator *self, const struct shown *shown,
	struct verification *out, struct fail *why)
{
	struct verification_rules rules = { self->options.secret, self->options.identity,
		shown->began_s ? shown->began_s : (int64_t)time(NULL) };
	return shown->key_account
		       ? verification_of_key(shown->key_account, out)
		       : verification_of_credential(&rules, &shown->credential, out, why);
}

static void use_verdict(struct authentication *a, const struct verdict *verdict)
{
	struct account_authenticator *self = a->authenticator->arg;
	a->st = verdict->st;
	a->principal = verdict->principal;
	self->counts.found++;
}

static bool find_memo(struct authentication *a, const struct credentials *from)
{
	struct verdict verdict;
	if (!from->memo || !*from->memo
		|| !credential_memo_find(*from->memo, credential_bearer_field(from->http),
			service_now_ms(), &verdict))
		return false;
	use_verdict(a, &verdict);
	return true;
}

static void put_memo(const struct credentials *from, const struct verdict *verdict)
{
	struct credential_memo *memo = *from->memo;
	credential_memo_put(&memo, credential_bearer_field(from->http), verdict);
	*from->memo = memo;
}

static bool find_verdict(struct authentication *a, const struct credentials *from,
	const unsigned char tag[CRYPTO_TAG_SIZE])
{
	struct account_authenticator *self = a->authenticator->arg;
	uint64_t now_ms = service_now_ms();
	struct verdict verdict;
	bool is_accepted = verified_find(self->accepted, tag, now_ms, &verdict);
	if (!is_accepted && !verified_find(self->refused, tag, now_ms, &verdict))
		return false;
	if (is_accepted && from->memo)
		put_memo(from, &verdict);
	use_verdict(a, &verdict);
	return true;
}

/* ST_OK: the request waits for an answer. */
static enum status wait_for_answer(struct authentication *a, const struct shown *shown,
	const unsigned char tag[CRYPTO_TAG_SIZE], struct fail *why)
{
	struct account_authenticator *self = a->authenticator->arg;
	struct verification verification = { 0 };
	enum status st;
	if (questions_join(&self->questions, tag, a, &st))
		return st;
	st = verify(self, shown, &verification, why);
	return st == ST_OK ? questions_ask(&self->questions, tag, &verification, a, why) : st;
}

static enum status accept_nothing(const struct account_authenticator *self,
	struct authentication *a, const struct credentials *from, struct fail *why)
{
	a->principal = principal_of_owner;
	if (!self->options.is_required)
		return ST_OK;
	return from->http
		       ? ST_UNAUTHENTICATED
		       : fail_field(why, ST_UNAUTHENTICATED, "token", "context.token is missing");
}

static bool start(struct authentication *a, const struct credentials *from, struct fail *why)
{
	struct account_authenticator *self = a->authenticator->arg;
	unsigned char tag[CRYPTO_TAG_SIZE];
	struct shown shown;
	if (find_memo(a, from))
		return true;
	a->st = read_shown(from, &shown, why);
	if (a->st != ST_OK)
		return true;
	if (shown.credential.kind == CREDENTIAL_NONE && !shown.key_account) {
		a->st = accept_nothing(self, a, from, why);
		return true;
	}
	tag_shown(self, &shown, tag);
	if (find_verdict(a, from, tag))
		return true;
	a->st = wait_for_answer(a, &shown, tag, why);
	return a->st != ST_OK;
}

/* The module. */

#define AT(field) COUNTER_AT(struct authenticator_counts, field)

static const struct counter rows[] = {
	{ "found", COUNTER_TOTAL, AT(found),
		"Requests whose credential was checked within the last seconds." },
	{ "accepted", COUNTER_TOTAL, AT(accepted),
		"Answers of workers that a credential is valid." },
	{ "refused", COUNTER_TOTAL, AT(refused),
		"Answers of workers that a credential is not valid." },
	{ "failed", COUNTER_TOTAL, AT(failed),
		"Questions about a credential that no worker answered." },
};

const struct counter_table authenticator_counter_table = { "credentials",
	"studytracker_credentials_", rows, sizeof rows / sizeof *rows };

void authenticator_add_counters(
	const struct account_authenticator *a, struct counter_sources *sources)
{
	counter_sources_add(sources, &authenticator_counter_table, &a->counts);
}

const struct authenticator *authenticator_interface(const struct account_authenticator *a)
{
	return &a->interface;
}

static enum status open_parts(struct account_authenticator *self, struct fail *why)
{
	struct questions_options questions = { .workers = self->options.workers,
		.deadline_ms = self->options.deadline_ms,
		.registers = self->options.registers,
		.on_answer = on_answer,
		.arg = self };
	enum status st = crypto_init(why);
	if (st != ST_OK)
		return st;
	questions_init(&self->questions, &questions);
	crypto_random(self->keys, sizeof self->keys);
	crypto_random(self->again_keys, sizeof self->again_keys);
	self->accepted = verified_new(VERIFIED_MAX);
	self->refused = verified_new(AUTHENTICATOR_REFUSALS_MAX);
	self->marks = token_marks_new(self->options.workers);
	return self->accepted && self->refused && self->marks
		       ? ST_OK
		       : fail_set(why, ST_NO_MEMORY, "credentials: out of memory");
}

enum status authenticator_new(struct account_authenticator **out,
	const struct authenticator_options *options, struct fail *why)
{
	struct account_authenticator *self = calloc(1, sizeof *self);
	if (!self)
		return fail_set(why, ST_NO_MEMORY, "credentials: out of memory");
	self->options = *options;
	self->interface =
		(struct authenticator){ .start = start, .cancel = questions_cancel, .arg = self };
	enum status st = open_parts(self, why);
	if (st == ST_OK)
		*out = self;
	else
		authenticator_free(&self);
	return st;
}

void authenticator_free(struct account_authenticator **out)
{
	struct account_authenticator *self = *out;
	if (!self)
		return;
	*out = NULL;
	token_marks_free(&self->marks);
	verified_free(&self->accepted);
	verified_free(&self->refused);
	crypto_wipe(self->keys, sizeof self->keys);
	crypto_wipe(self->again_keys, sizeof self->again_keys);
	free(self);
}
