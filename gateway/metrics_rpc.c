#include "gateway/metrics_rpc.h"

#include <stdlib.h>

#include "gateway/rpc_introspection.h"

enum { CLIENT_GONE = STATUS_COUNT, CODES };

struct metrics_rpc_method {
	uint64_t by_code[CODES];
};

static size_t local_count(void)
{
	size_t count = 0;
	while (rpc_local_at(count))
		count++;
	return count;
}

static size_t none_index(void)
{
	return method_count() + local_count();
}

static size_t index_of(const struct method *method)
{
	if (!method)
		return none_index();
	for (size_t i = 0; rpc_local_at(i); i++)
		if (method == &rpc_local_at(i)->method)
			return method_count() + i;
	return method_index(method);
}

static const char *name_at(size_t i)
{
	if (i == none_index())
		return "none";
	return i < method_count() ? method_at(i)->name
				  : rpc_local_at(i - method_count())->method.name;
}

enum status metrics_rpc_init(struct metrics_rpc *counts)
{
	counts->methods = calloc(none_index() + 1, sizeof *counts->methods);
	return counts->methods ? ST_OK : ST_NO_MEMORY;
}

void metrics_rpc_fini(struct metrics_rpc *counts)
{
	free(counts->methods);
	*counts = (struct metrics_rpc){ 0 };
}

void metrics_rpc_add(struct metrics_rpc *counts, const struct method *method, enum status st)
{
	counts->methods[index_of(method)].by_code[st]++;
}

void metrics_rpc_add_gone(struct metrics_rpc *counts, const struct method *method)
{
	counts->methods[index_of(method)].by_code[CLIENT_GONE]++;
}

static void put_method(
	const struct metrics_rpc_method *method, const char *name, struct metrics_text *text)
{
	for (int code = 0; code < CODES; code++) {
		const char *code_name =
			code == CLIENT_GONE ? "CLIENT_GONE" : status_info((enum status)code)->code;
		const struct metrics_label labels[] = { { "method", span_of(name) },
			{ "code", span_of(code_name) } };
		if (method->by_code[code] > 0)
			metrics_text_value(text, labels, 2, (double)method->by_code[code]);
	}
}

/* Series that have counted nothing are left out. */
void metrics_rpc_put(const struct metrics_rpc *counts, struct metrics_text *text)
{
	metrics_text_family(text,
		&(struct metrics_family){ "studytracker_rpc_method_requests", METRICS_COUNTER, NULL,
			"Requests of RPC clients that have ended. The code CLIENT_GONE means that "
			"the client left before the response." });
	for (size_t i = 0; i <= none_index(); i++)
		put_method(&counts->methods[i], name_at(i), text);
}
