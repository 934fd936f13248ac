#include "gateway/token_marks.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/param_writer.h"
#include "gateway/request_id.h"

struct mark {
	int64_t account, token_id;
	struct call *call; /* NULL: the slot is free */
};

struct token_marks {
	struct workers *workers;
	const struct method *method;
	struct uuid_source ids;
	struct mark slots[TOKEN_MARKS_MAX];
};

struct token_marks *token_marks_new(struct workers *workers)
{
	struct token_marks *m = calloc(1, sizeof *m);
	if (!m)
		return NULL;
	m->workers = workers;
	m->method = method_find(SPAN("tokens.mark_used"));
	return m;
}

void token_marks_free(struct token_marks **out)
{
	struct token_marks *m = *out;
	if (!m)
		return;
	*out = NULL;
	for (size_t i = 0; i < TOKEN_MARKS_MAX; i++)
		workers_cancel(&m->slots[i].call);
	free(m);
}

/* The next answer about the token says whether it is marked. */
static void on_done(void *arg, enum status st, struct span error, struct span result)
{
	struct mark *mark = arg;
	(void)st, (void)error, (void)result;
	mark->call = NULL;
}

static enum status start(struct token_marks *m, struct mark *mark)
{
	struct request_id id = request_id_choose(NULL, &m->ids);
	struct buf params = { 0 };
	struct param_writer w = param_writer_open(&params, NULL);
	struct context context = { .account = mark->account,
		.request_id = request_id_view(&id),
		.deadline_ms = TOKEN_MARK_DEADLINE_MS };
	param_writer_int(&w, "token_id", mark->token_id);
	param_writer_int(&w, "holder_id", mark->account);
	param_writer_close(&w);
	enum status st = params.failed ? ST_NO_MEMORY
				       : workers_call(m->workers, m->method, &context,
					       buf_view(&params), on_done, mark, &mark->call);
	buf_fini(&params);
	return st;
}

/* NULL: the token is being marked, or no slot is free. */
static struct mark *find_slot(struct token_marks *m, int64_t account, int64_t token_id)
{
	struct mark *found = NULL;
	for (size_t i = 0; i < TOKEN_MARKS_MAX; i++) {
		struct mark *mark = &m->slots[i];
		if (!mark->call)
			found = mark;
		else if (mark->account == account && mark->token_id == token_id)
			return NULL;
	}
	return found;
}

void token_marks_put(struct token_marks *m, int64_t account, int64_t token_id)
{
	struct mark *mark = find_slot(m, account, token_id);
	if (!mark)
		return;
	*mark = (struct mark){ .account = account, .token_id = token_id };
	if (start(m, mark) != ST_OK)
		mark->call = NULL;
}

size_t token_marks_count(const struct token_marks *m)
{
	size_t count = 0;
	for (size_t i = 0; i < TOKEN_MARKS_MAX; i++)
		count += m->slots[i].call != NULL;
	return count;
}
