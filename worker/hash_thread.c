#include "worker/hash_thread.h"

#include <event2/event.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/service.h"
#include "worker/timer.h"

/* Jobs on their way from one thread to another one. There is no lock, because the event loop would
 * wait for it while the thread, with its low priority, waits for a processor. */
struct job_ring {
	struct hash_job *jobs[HASH_JOBS_MAX];
	atomic_size_t pushed, popped;
	int fd; /* an eventfd: wakes the one who pops */
};

struct hash_thread {
	struct hash_thread_options options;
	char nobodys[CRYPTO_PASSWORD_HASH_SIZE]; /* the hash of a password that nobody knows */
	struct job_ring waiting, done;
	atomic_bool is_stopping;
	pthread_t thread;
	bool is_started;
	struct event *on_done;
};

/* Rings. */

static enum status ring_init(struct job_ring *ring, int flags, struct fail *why)
{
	ring->fd = eventfd(0, EFD_CLOEXEC | flags);
	return ring->fd < 0 ? fail_set(why, ST_SYSTEM, "eventfd fails") : ST_OK;
}

static void ring_fini(struct job_ring *ring)
{
	if (ring->fd >= 0)
		(void)close(ring->fd);
}

/* The count of an eventfd cannot overflow here: it is at most one per job. */
static void ring_wake(struct job_ring *ring)
{
	(void)!eventfd_write(ring->fd, 1);
}

/* Returns after a ring_wake, or at once if the descriptor does not block. */
static void ring_wait(struct job_ring *ring)
{
	eventfd_t count;
	(void)!eventfd_read(ring->fd, &count);
}

static bool ring_push(struct job_ring *ring, struct hash_job *job)
{
	size_t pushed = atomic_load(&ring->pushed);
	if (pushed - atomic_load(&ring->popped) == HASH_JOBS_MAX)
		return false;
	ring->jobs[pushed % HASH_JOBS_MAX] = job;
	atomic_store(&ring->pushed, pushed + 1);
	ring_wake(ring);
	return true;
}

static struct hash_job *ring_pop(struct job_ring *ring)
{
	size_t popped = atomic_load(&ring->popped);
	if (popped == atomic_load(&ring->pushed))
		return NULL;
	struct hash_job *job = ring->jobs[popped % HASH_JOBS_MAX];
	atomic_store(&ring->popped, popped + 1);
	return job;
}

/* On the thread. */

static bool is_obsolete(const struct hash_job *job)
{
	return atomic_load(&job->is_dropped) || service_now_ms() >= job->deadline_ms;
}

/* `known` is empty if there is no such user, or if he has no password. */
static enum status check(const struct hash_thread *t, struct hash_job *job)
{
	bool matches = false, is_known = *job->known != '\0';
	enum status st = crypto_password_check(
		is_known ? job->known : t->nobodys, *job->checks, &matches, &job->why);
	job->is_verified = matches && is_known;
	return st;
}

static enum status set(const struct hash_thread *t, struct hash_job *job)
{
	return crypto_password_hash(*job->sets, &t->options.costs, job->hash, &job->why);
}

/* Without memory the old hash stays, which is still right. */
static void renew(const struct hash_thread *t, struct hash_job *job)
{
	if (crypto_password_is_cheaper(job->known, &t->options.costs)
		&& crypto_password_hash(*job->checks, &t->options.costs, job->hash, NULL) != ST_OK)
		*job->hash = '\0';
}

static enum status run(const struct hash_thread *t, struct hash_job *job)
{
	if (is_obsolete(job))
		return ST_DEADLINE_EXCEEDED;
	job->is_verified = !job->checks;
	enum status st = job->checks ? check(t, job) : ST_OK;
	if (st != ST_OK || !job->is_verified)
		return st;
	if (job->sets)
		return set(t, job);
	if (job->renews && job->checks)
		renew(t, job);
	return ST_OK;
}

static void *run_all(void *arg)
{
	struct hash_thread *t = arg;
	/* Linux has priorities per thread. If this fails, the thread works all the same. */
	(void)setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + HASH_THREAD_NICE);
	while (!atomic_load(&t->is_stopping)) {
		struct hash_job *job = ring_pop(&t->waiting);
		if (!job) {
			ring_wait(&t->waiting);
			continue;
		}
		job->st = run(t, job);
		(void)ring_push(&t->done, job); /* see hash_thread_push */
	}
	return NULL;
}

/* In the event loop. */

static void on_done(evutil_socket_t fd, short what, void *arg)
{
	struct hash_thread *t = arg;
	(void)fd, (void)what;
	ring_wait(&t->done);
	for (struct hash_job *job; (job = ring_pop(&t->done)) != NULL;)
		t->options.on_done(t->options.arg, job);
}

bool hash_thread_push(struct hash_thread *t, struct hash_job *job)
{
	/* Counts from the end of both rings, so that there is room for each result, too. */
	if (atomic_load(&t->waiting.pushed) - atomic_load(&t->done.popped) == HASH_JOBS_MAX)
		return false;
	job->is_verified = false;
	*job->hash = '\0';
	return ring_push(&t->waiting, job);
}

void hash_job_drop(struct hash_job *job)
{
	atomic_store(&job->is_dropped, true);
}

/* Signals are for the event loop: the thread inherits that all are blocked. */
static enum status start(struct hash_thread *t, struct fail *why)
{
	sigset_t all, former;
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &former);
	t->is_started = pthread_create(&t->thread, NULL, run_all, t) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &former, NULL);
	return t->is_started ? ST_OK : fail_set(why, ST_SYSTEM, "no thread for passwords");
}

static enum status make_nobodys(struct hash_thread *t, struct fail *why)
{
	char password[CRYPTO_HASH_SIZE];
	crypto_random(password, sizeof password);
	return crypto_password_hash(
		(struct span){ password, sizeof password }, &t->options.costs, t->nobodys, why);
}

enum status hash_thread_open(struct event_base *base, const struct hash_thread_options *options,
	struct hash_thread **out, struct fail *why)
{
	struct hash_thread *t = calloc(1, sizeof *t);
	if (!t)
		return ST_NO_MEMORY;
	t->options = *options;
	t->waiting.fd = t->done.fd = -1;
	enum status st = make_nobodys(t, why);
	if (st == ST_OK)
		st = ring_init(&t->waiting, 0, why);
	if (st == ST_OK)
		st = ring_init(&t->done, EFD_NONBLOCK, why);
	if (st != ST_OK)
		goto failed;
	t->on_done = event_new(base, t->done.fd, EV_READ | EV_PERSIST, on_done, t);
	st = t->on_done && event_add(t->on_done, NULL) == 0 ? start(t, why) : ST_NO_MEMORY;
	if (st != ST_OK)
		goto failed;
	*out = t;
	return ST_OK;

failed:
	hash_thread_free(&t);
	return st;
}

void hash_thread_free(struct hash_thread **thread)
{
	struct hash_thread *t = *thread;
	if (!t)
		return;
	if (t->is_started) {
		atomic_store(&t->is_stopping, true);
		ring_wake(&t->waiting);
		(void)pthread_join(t->thread, NULL);
	}
	timer_free(t->on_done);
	ring_fini(&t->waiting);
	ring_fini(&t->done);
	free(t);
	*thread = NULL;
}
