/*
 * pages: reads the pages of a list, with one page in memory.
 *
 *	struct pages pages = { .study = study, .method = "topics.list", .fill = fill, .arg = args };
 *	while (pages_next(&pages))
 *		... pages.data, study_value_count(pages.data)
 *	pages_fini(&pages);
 *	return pages.exit; // the error was printed
 */
#ifndef STUDY_PAGES_H
#define STUDY_PAGES_H

#include "client/study/command.h"

enum { PAGE_MAX = 500 };

struct pages {
	struct study *study;
	const char *method;
	void (*fill)(struct study_params *params, const void *arg); /* the filters; may be NULL */
	const void *arg;
	int64_t limit;    /* maximum number of rows; 0: all */
	int64_t page_max; /* rows of a page; 0: PAGE_MAX. Less if rows may have many long texts */

	/* the current page; `data` is valid until the next call */
	const struct study_value *data;
	int64_t row_count; /* including former pages */
	bool has_more;     /* after the last page: the limit has cut off rows */
	int exit;

	/* private */
	struct study_value *response;
	struct study_params *params;
	bool is_begun;
};

bool pages_next(struct pages *p);
void pages_fini(struct pages *p);

/* Prints {"data":[…],"next_cursor":…} with the rows of all pages, a page at a time. */
int pages_print_json(struct pages *p);

#endif
