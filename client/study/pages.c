#include "client/study/pages.h"

#include <stdlib.h>
#include <string.h>

#include "client/study/service.h"

static int64_t page_size(const struct pages *p)
{
	int64_t left = p->limit - p->row_count;
	int64_t most = p->page_max > 0 ? p->page_max : PAGE_MAX;
	return p->limit == 0 || left > most ? most : left;
}

static bool fetch_page(struct pages *p, const char *cursor)
{
	struct study_value *response = NULL;
	if (!p->params && !(p->params = service_params(p->study))) {
		p->exit = STUDY_EXIT_UNREACHABLE;
		return false;
	}
	study_params_clear(p->params);
	study_params_int(p->params, "limit", page_size(p));
	if (cursor)
		study_params_text(p->params, "cursor", cursor);
	if (p->fill)
		p->fill(p->params, p->arg);
	p->exit = service_call(p->study, p->method, p->params, &response);
	if (p->exit != STUDY_EXIT_DONE)
		return false;
	study_value_free(&p->response);
	p->response = response;
	p->data = study_value_get(response, "data");
	p->row_count += (int64_t)study_value_count(p->data);
	p->has_more = !study_value_is_null(study_value_get(response, "next_cursor"));
	return true;
}

bool pages_next(struct pages *p)
{
	const char *cursor = study_value_text(study_value_get(p->response, "next_cursor"), NULL);
	bool is_full = p->limit > 0 && p->row_count >= p->limit;
	if (p->is_begun && (!cursor || is_full))
		return false;
	p->is_begun = true;
	return fetch_page(p, cursor);
}

void pages_fini(struct pages *p)
{
	study_value_free(&p->response);
	study_params_free(&p->params);
}

/* Prints nothing before the first page, so that a refusal prints no text. */
int pages_print_json(struct pages *p)
{
	FILE *to = p->study->out.to;
	bool is_begun = false, is_first = true; /* pages of a search may be empty */
	while (pages_next(p)) {
		if (!is_begun)
			fputs("{\"data\":[", to);
		is_begun = true;
		for (size_t i = 0; i < study_value_count(p->data) && p->exit == STUDY_EXIT_DONE;
			i++) {
			fputs(is_first ? "\n" : ",\n", to);
			p->exit = service_write_value(p->study, study_value_at(p->data, i));
			is_first = false;
		}
		if (p->exit != STUDY_EXIT_DONE)
			return p->exit;
	}
	if (p->exit != STUDY_EXIT_DONE)
		return p->exit;
	fputs("],\"next_cursor\":", to);
	p->exit = service_write_value(p->study, study_value_get(p->response, "next_cursor"));
	fputs("}\n", to);
	return p->exit;
}
