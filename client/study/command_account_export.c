/* study account export: everything that an account has, as one JSON document. */
#include <errno.h>
#include <string.h>

#include "client/study/account_name.h"
#include "client/study/command_accounts.h"
#include "client/study/export_file.h"
#include "client/study/pages.h"
#include "client/study/service.h"

static int run(struct study *study, const struct arguments *args);

static const struct option words[] = {
	{ "name", OPTION_TEXT, NULL, "user name, e-mail address or @ID" },
	{ "file", OPTION_TEXT, NULL, "the output; - or none: standard output" },
	{ 0 },
};

const struct command account_export_command = { "account export", "NAME [FILE]",
	"Write everything that an account has to a file",
	"The file is one JSON document with a member for each table, as over HTTP. It has deleted\n"
	"rows, too, and no passwords or tokens. FILE is replaced when the document is complete.\n",
	NULL, 1, 2, run, words };

enum { TABLE_SIZE = 64 };

struct document {
	struct study *study;
	FILE *to;
	int64_t account;
	char table[TABLE_SIZE]; /* the member that is open; "": none */
	bool has_rows;          /* in that member */
};

static void fill(struct study_params *params, const void *arg)
{
	const struct document *d = arg;
	study_params_int(params, "account_id", d->account);
}

/* The account itself is one row, so it is no list. */
static bool is_single(const char *table)
{
	return strcmp(table, "account") == 0;
}

static void close_member(const struct document *d)
{
	if (*d->table && !is_single(d->table))
		fputs(d->has_rows ? "\n]" : "]", d->to);
}

static void open_member(struct document *d, const char *table)
{
	close_member(d);
	fprintf(d->to, "%s\n\"%s\":%s", *d->table ? "," : "{", table, is_single(table) ? "" : "[");
	(void)snprintf(d->table, sizeof d->table, "%s", table);
	d->has_rows = false;
}

/* A null row stands for a table without rows. */
static int put_row(struct document *d, const struct study_value *row)
{
	const char *table = study_value_text(study_value_get(row, "table"), "?");
	const struct study_value *value = study_value_get(row, "row");
	char *json = NULL;
	if (strcmp(d->table, table) != 0)
		open_member(d, table);
	if (study_value_is_null(value))
		return STUDY_EXIT_DONE;
	if (study_value_to_json(value, &json) != STUDY_OK) {
		study_print_error(d->study, "out of memory");
		return STUDY_EXIT_UNREACHABLE;
	}
	if (!is_single(table))
		fputs(d->has_rows ? ",\n" : "\n", d->to);
	d->has_rows = true;
	fputs(json, d->to);
	study_text_free(&json);
	return STUDY_EXIT_DONE;
}

static int put_rows(struct document *d)
{
	struct pages pages = {
		.study = d->study, .method = "accounts.export", .fill = fill, .arg = d
	};
	int exit = STUDY_EXIT_DONE;
	while (exit == STUDY_EXIT_DONE && pages_next(&pages))
		for (size_t i = 0; i < study_value_count(pages.data) && exit == STUDY_EXIT_DONE;
			i++)
			exit = put_row(d, study_value_at(pages.data, i));
	if (exit == STUDY_EXIT_DONE)
		exit = pages.exit;
	pages_fini(&pages);
	return exit;
}

/* After a failure it leaves the document open: nobody must take a part for the whole. */
static int put_document(struct document *d)
{
	int exit = put_rows(d);
	if (exit != STUDY_EXIT_DONE)
		return exit;
	close_member(d);
	fputs(*d->table ? "\n}\n" : "{}\n", d->to);
	return exit;
}

static int write_document(struct study *study, int64_t account, const char *path)
{
	struct export_file file;
	if (!export_file_open(&file, path)) {
		study_print_error(study, "%s: %s", path, strerror(errno));
		return STUDY_EXIT_USAGE;
	}
	struct document d = { .study = study, .to = file.to, .account = account };
	int exit = put_document(&d);
	if (exit == STUDY_EXIT_DONE && !export_file_close(&file)) {
		study_print_error(study, "%s: %s", path ? path : "-", strerror(errno));
		exit = STUDY_EXIT_USAGE;
	}
	if (exit != STUDY_EXIT_DONE)
		export_file_drop(&file);
	return exit;
}

static int run(struct study *study, const struct arguments *args)
{
	int64_t account = 0;
	int exit = account_name_find(study, args->words[0], &account);
	return exit == STUDY_EXIT_DONE ? write_document(study, account, args->words[1]) : exit;
}
