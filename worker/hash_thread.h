/*
 * hash_thread: checks and hashes passwords, on a thread of its own.
 *
 * Each takes 10 to 100 ms, which the event loop cannot wait. There is one thread, so at most one
 * hash takes memory. It has a low priority, so that requests without passwords do not wait for a
 * processor. Jobs are done in order. The caller owns the jobs. Between hash_thread_push and on_done
 * the job and its passwords belong to the thread: the caller may only call hash_job_drop.
 *
 * A password that is checked against nobody's hash takes the same work as one that is wrong, so the
 * time of a response does not tell whether an account exists.
 *
 *	struct hash_thread_options options = { .costs = costs, .on_done = on_done, .arg = p };
 *	if (hash_thread_open(base, &options, &thread, &why) != ST_OK) ...
 *	struct hash_job job = { .checks = &password, .deadline_ms = service_now_ms() + 5000 };
 *	strcpy(job.known, "$argon2id$...");
 *	if (!hash_thread_push(thread, &job)) ...
 *	on_done:  if (job->st == ST_OK && job->is_verified) ...
 */
#ifndef WORKER_HASH_THREAD_H
#define WORKER_HASH_THREAD_H

#include <stdatomic.h>

#include "common/crypto.h"

struct hash_thread;
struct event_base;

enum {
	HASH_JOBS_MAX = 64,
	HASH_THREAD_NICE = 10, /* above the nice value of the process */
};

struct hash_job {
	void *owner;                           /* the caller's own */
	const struct span *checks;             /* the password to check; NULL: none */
	const struct span *sets;               /* the new password; NULL: none */
	char known[CRYPTO_PASSWORD_HASH_SIZE]; /* of the password to check; empty: nobody's */
	bool renews;          /* hash a right password again if its hash is cheap */
	uint64_t deadline_ms; /* service_now_ms */
	atomic_bool is_dropped;
	/* results */
	enum status st;   /* ST_DEADLINE_EXCEEDED: late or dropped, not done. ST_NO_MEMORY */
	bool is_verified; /* the password is right, or none was to check */
	char hash[CRYPTO_PASSWORD_HASH_SIZE]; /* to store; empty: none */
	struct fail why;
};

struct hash_thread_options {
	struct password_costs costs;
	void (*on_done)(void *arg, struct hash_job *job); /* in the event loop */
	void *arg;
};

/* Hashes once, which proves that there is memory for it. ST_NO_MEMORY, ST_SYSTEM. */
enum status hash_thread_open(struct event_base *base, const struct hash_thread_options *options,
	struct hash_thread **out, struct fail *why) MUST_CHECK;

/* Returns false if HASH_JOBS_MAX jobs wait. */
bool hash_thread_push(struct hash_thread *t, struct hash_job *job) MUST_CHECK;

/* The job is not begun any more. It gets its on_done. */
void hash_job_drop(struct hash_job *job);

/* Waits for the job that is running. The others are not done; they get no on_done. */
void hash_thread_free(struct hash_thread **t);

#endif
