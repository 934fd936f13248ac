#include "worker/passwords.h"

#include <stdlib.h>
#include <string.h>

#include "common/service.h"
#include "worker/password_params.h"

struct job {
	struct origin origin; /* of passwords.find; first */
	struct passwords *passwords;
	struct request *request; /* NULL: the job is free */
	bool is_hashing;
	struct buf found; /* the response of passwords.find */
	struct password_holder holder;
	struct hash_job hash;
};

struct passwords {
	struct passwords_options options;
	struct hash_thread *thread;
	struct job jobs[HASH_JOBS_MAX];
	size_t count; /* jobs that are not free */
};

/* Jobs. */

static struct job *take_job(struct passwords *p, struct request *r)
{
	struct job *job = p->jobs;
	while (job->request) /* passwords_admission_status has said that one is free */
		job++;
	job->request = r;
	p->count++;
	return job;
}

/* Its request has been released. */
static void end_job(struct job *job)
{
	struct passwords *p = job->passwords;
	if (job->found.cap)
		crypto_wipe(job->found.bytes, job->found.cap);
	crypto_wipe(&job->hash, sizeof job->hash);
	job->holder = (struct password_holder){ 0 };
	job->is_hashing = false;
	job->request = NULL;
	if (--p->count == 0)
		p->options.on_idle(p->options.arg);
}

static void refuse(struct job *job, enum status st, const struct fail *why)
{
	struct responses *responses = job->passwords->options.responses;
	const struct request *r = job->request;
	response_refuse(responses, r->origin, r->epoch, r->msgid, st, why);
	request_release(responses->pool, &job->request);
	end_job(job);
}

static bool is_wanted(const struct job *job)
{
	const struct request *r = job->request;
	return !r->is_abandoned && origin_has_epoch(r->origin, r->epoch);
}

static bool is_obsolete(const struct job *job)
{
	return service_now_ms() >= job->request->deadline_ms || !is_wanted(job);
}

/* Runs an internal method for the request of the job. */
static void submit(const struct job *job, struct origin *origin, int64_t epoch, const char *method,
	struct span params)
{
	const struct request *r = job->request;
	const struct passwords_options *options = &job->passwords->options;
	uint64_t now_ms = service_now_ms();
	int64_t left_ms = now_ms < r->deadline_ms ? (int64_t)(r->deadline_ms - now_ms) : 0;
	struct envelope e = {
		.kind = ENVELOPE_REQUEST,
		.msgid = r->msgid,
		.method = span_of(method),
		.context = { r->account, r->request_id, left_ms },
		.params = params,
	};
	options->submit(options->arg, origin, epoch, &e);
}

/* Step 3: the method `then`. */

static void run_then(struct job *job)
{
	struct request *r = job->request;
	struct password_result result = {
		.holder_id = job->holder.id,
		.is_verified = job->hash.is_verified,
		.checked_hash = job->hash.known,
		.hash = job->hash.hash,
	};
	struct buf params = { 0 };
	password_params_put_then(r, &result, &params);
	if (params.failed) {
		refuse(job, ST_NO_MEMORY, NULL);
	} else {
		submit(job, r->origin, r->epoch, r->method->passwords->then, buf_view(&params));
		request_release(job->passwords->options.responses->pool, &job->request);
		end_job(job);
	}
	buf_fini(&params);
}

/* Step 2: the hash thread. */

static void on_hashed(void *arg, struct hash_job *done)
{
	struct job *job = done->owner;
	(void)arg;
	if (is_obsolete(job))
		refuse(job, ST_DEADLINE_EXCEEDED, NULL);
	else if (done->st != ST_OK)
		refuse(job, done->st, &done->why);
	else
		run_then(job);
}

static struct span text_of(const struct job *job, const char *param)
{
	const struct param_value *v = password_param(job->request, param);
	return v ? v->text : (struct span){ 0 };
}

/* Against the names that the account gets by this request, and those that it has. */
static enum status check_new(const struct job *job, struct fail *why)
{
	const char *field = job->request->method->passwords->sets;
	struct new_password password = { .text = text_of(job, field),
		.field = field,
		.names = { text_of(job, "username"), text_of(job, "email"), job->holder.username,
			job->holder.email } };
	return field ? password_list_check(job->passwords->options.list, &password, why) : ST_OK;
}

static const struct span *password_of(const struct request *r, const char *name)
{
	static const struct span none = SPAN_INIT("");
	const struct param_value *v = password_param(r, name);
	return !name ? NULL : v ? &v->text : &none;
}

/* Without a hash that fits, the holder has no password. */
static void set_known(struct hash_job *hash, struct span known)
{
	size_t len = known.len < sizeof hash->known ? known.len : 0;
	memcpy(hash->known, known.len ? known.bytes : "", len);
	hash->known[len] = '\0';
}

static void start_hash(struct job *job)
{
	struct request *r = job->request;
	const struct password_step *step = r->method->passwords;
	struct fail why = { 0 };
	enum status st = is_obsolete(job) ? ST_DEADLINE_EXCEEDED : check_new(job, &why);
	if (st != ST_OK) {
		refuse(job, st, &why);
		return;
	}
	job->hash = (struct hash_job){
		.owner = job,
		.checks = password_of(r, step->checks),
		.sets = password_of(r, step->sets),
		.renews = method_param(method_find(span_of(step->then)), SPAN("hash")) != NULL,
		.deadline_ms = r->deadline_ms,
	};
	set_known(&job->hash, job->holder.hash);
	job->is_hashing = true;
	if (!hash_thread_push(job->passwords->thread, &job->hash))
		refuse(job, ST_OVERLOADED, NULL);
}

/* Step 1: passwords.find. The job is its origin. */

static bool has_epoch(struct origin *o, int64_t epoch)
{
	(void)epoch;
	return is_wanted((struct job *)o);
}

static struct buf *open_response(struct origin *o, int64_t epoch)
{
	struct job *job = (struct job *)o;
	(void)epoch;
	buf_clear(&job->found);
	return &job->found;
}

static void close_response(struct origin *o)
{
	struct job *job = (struct job *)o;
	struct fail why = { 0 };
	enum status st = job->found.failed
				 ? ST_NO_MEMORY
				 : password_holder_read(buf_view(&job->found), &job->holder, &why);
	if (st != ST_OK)
		refuse(job, st, &why);
	else
		start_hash(job);
}

static const struct origin_calls origin_calls = { has_epoch, open_response, close_response };

static void find(struct job *job)
{
	struct buf params = { 0 };
	password_params_put_find(job->request, &params);
	if (params.failed)
		refuse(job, ST_NO_MEMORY, NULL);
	else
		submit(job, &job->origin, 0, "passwords.find", buf_view(&params));
	buf_fini(&params);
}

/* Public functions. */

enum status passwords_admission_status(const struct passwords *p)
{
	return p->count < HASH_JOBS_MAX ? ST_OK : ST_OVERLOADED;
}

void passwords_submit(struct passwords *p, struct request *r)
{
	struct job *job = take_job(p, r);
	if (password_params_have_holder(r))
		find(job);
	else
		start_hash(job);
}

void passwords_end_epoch(struct passwords *p, const struct origin *origin, int64_t epoch)
{
	for (size_t i = 0; i < HASH_JOBS_MAX; i++) {
		const struct request *r = p->jobs[i].request;
		if (r && r->origin == origin && r->epoch == epoch)
			hash_job_drop(&p->jobs[i].hash);
	}
}

bool passwords_abandon(
	struct passwords *p, const struct origin *origin, int64_t epoch, uint32_t msgid)
{
	for (size_t i = 0; i < HASH_JOBS_MAX; i++) {
		struct request *r = p->jobs[i].request;
		if (!r || !request_abandon(r, origin, epoch, msgid))
			continue;
		hash_job_drop(&p->jobs[i].hash);
		return true;
	}
	return false;
}

bool passwords_is_idle(const struct passwords *p)
{
	return p->count == 0;
}

size_t passwords_hashing(const struct passwords *p)
{
	size_t count = 0;
	for (size_t i = 0; i < HASH_JOBS_MAX; i++)
		count += p->jobs[i].is_hashing;
	return count;
}

enum status passwords_open(struct event_base *base, const struct passwords_options *options,
	struct passwords **out, struct fail *why)
{
	struct passwords *p = calloc(1, sizeof *p);
	if (!p)
		return ST_NO_MEMORY;
	p->options = *options;
	for (size_t i = 0; i < HASH_JOBS_MAX; i++) {
		p->jobs[i].origin.calls = &origin_calls;
		p->jobs[i].passwords = p;
	}
	struct hash_thread_options thread = { .costs = options->costs, .on_done = on_hashed };
	enum status st = hash_thread_open(base, &thread, &p->thread, why);
	if (st != ST_OK) {
		passwords_free(&p);
		return st;
	}
	*out = p;
	return ST_OK;
}

void passwords_free(struct passwords **passwords)
{
	struct passwords *p = *passwords;
	if (!p)
		return;
	hash_thread_free(&p->thread);
	for (size_t i = 0; i < HASH_JOBS_MAX; i++) {
		if (p->jobs[i].request)
			request_release(p->options.responses->pool, &p->jobs[i].request);
		buf_fini(&p->jobs[i].found);
	}
	free(p);
	*passwords = NULL;
}
