/*
 * importer_inside: the structs and functions shared by importer.c (reads rows, reports results) and
 * importer_request.c (sends requests, handles responses).
 */
#ifndef STUDY_IMPORTER_INSIDE_H
#define STUDY_IMPORTER_INSIDE_H

#include "client/study/importer.h"
#include "client/study/rows.h"

enum { WINDOW = 1000, RETRY_MS = 50 };

enum slot_state { SLOT_DONE, SLOT_SENT, SLOT_WAITING /* for a retry */ };

/* The requests of a row. After any failure a row starts again with STEP_LOG, which is safe to
 * repeat. */
enum step { STEP_LOG, STEP_UPDATE, STEP_RESTORE };

/* The links of a session: to a task, a goal, a skill, a project. */
enum { SESSION_LINKS = 4 };

struct slot {
	struct importer *importer;
	enum slot_state state;
	enum step step;
	enum outcome outcome; /* if SLOT_DONE */
	size_t bytes;
	struct journal_state end;   /* the place after its row in the file */
	int64_t first_ms, retry_ms; /* of the first request, of the next try */
	int tries;
	struct record record; /* its texts are in `texts` */
	struct buf texts;
	char *kept_notes;                  /* the notes of the service, if the file has none */
	int64_t kept_links[SESSION_LINKS]; /* those of the service: no file has any. 0: none */
	bool was_restored, was_updated;
	struct refusal refusal;
};

enum { IDS = 4096 };

struct importer {
	struct study_client *client;
	struct source *source;
	struct rows *rows;
	struct importer_options options;
	struct journal_state done;
	struct study_params *params; /* of the next request */
	struct slot ring[WINDOW];
	size_t head, count, bytes, waiting;
	unsigned short ids[IDS]; /* number of slots in the ring whose id has this hash */
	int64_t reported_ms;
	int64_t ended_ms;          /* when the last response ended a row */
	int64_t paused_ms;         /* until then no row is sent */
	size_t in_flight_max;      /* 1 after a pause; each row that ends adds 1 */
	bool has_ended;            /* the file is read to its end */
	bool is_waiting_for_input; /* a pipe has no data now */
	int failed;                /* errno of reading */
	struct study_error fatal;
};

/* The slot at this place in the file's order; 0 is the oldest row. */
struct slot *importer_slot(struct importer *in, size_t index);

/* Starts the requests of a checked row. */
void importer_start(struct importer *in, struct slot *slot);

/* Sends the next request of each waiting row whose time has come. */
void importer_send_due(struct importer *in);

/* Ends a row with its outcome. */
void importer_end(struct slot *slot, enum outcome outcome);

/* Forgets the id of a row that leaves the ring. */
void importer_forget_id(struct importer *in, const struct slot *slot);

#endif
