#include "client/study/account_name.h"

#include <stdlib.h>
#include <string.h>
#include <wctype.h>

#include "client/study/pages.h"
#include "client/study/service.h"
#include "common/utf8.h"
#include "common/span.h"

static void fill(struct study_params *params, const void *arg)
{
	study_params_text(params, "q", arg);
}

/* Without regard to the case of letters. */
static bool is_same(const char *a, const char *b)
{
	size_t a_len = strlen(a), b_len = strlen(b), at_a = 0, at_b = 0;
	if (!utf8_is_valid(a, a_len) || !utf8_is_valid(b, b_len))
		return false;
	while (at_a < a_len && at_b < b_len)
		if (towlower(utf8_next(a, a_len, &at_a)) != towlower(utf8_next(b, b_len, &at_b)))
			return false;
	return at_a == a_len && at_b == b_len;
}

static bool has_name(const struct study_value *account, const char *name)
{
	const char *username = study_value_text(study_value_get(account, "username"), "");
	const char *email = study_value_text(study_value_get(account, "email"), "");
	return is_same(username, name) || is_same(email, name);
}

static int64_t find_in_page(const struct study_value *data, const char *name)
{
	for (size_t i = 0; i < study_value_count(data); i++)
		if (has_name(study_value_at(data, i), name))
			return study_value_int(study_value_get(study_value_at(data, i), "id"), 0);
	return 0;
}

/* The first account that was found, whatever its name. */
struct similar {
	int64_t id;
	char *username; /* NULL if it has none */
};

static void keep_first(struct similar *similar, const struct study_value *account)
{
	const char *username = study_value_text(study_value_get(account, "username"), NULL);
	if (similar->id > 0)
		return;
	free(similar->username);
	similar->id = study_value_int(study_value_get(account, "id"), 0);
	similar->username = username ? strdup(username) : NULL;
}

/* The service compares without regard to more than case: STRASSE is straße, and letters may be
 * decomposed. So it also finds accounts that only look alike, and the operator must choose. */
static void report_missing(const struct study *study, const char *name,
	const struct similar *similar, int64_t found_count)
{
	if (found_count == 0)
		study_print_error(study, "there is no account %s", name);
	else if (found_count == 1)
		study_print_error(study, "there is no account %s; use @%lld for %s", name,
			(long long)similar->id,
			similar->username ? similar->username : "one that is like it");
	else
		study_print_error(study, "there is no account %s; use @ID for one of %lld like it",
			name, (long long)found_count);
}

/* The service finds accounts that contain the name; one of them has exactly this name. */
static int search(struct study *study, const char *name, int64_t *id)
{
	struct pages pages = {
		.study = study, .method = "accounts.list", .fill = fill, .arg = name
	};
	struct similar similar = { 0 };
	int64_t found = 0;
	while (found == 0 && pages_next(&pages)) {
		found = find_in_page(pages.data, name);
		keep_first(&similar, study_value_at(pages.data, 0));
	}
	int exit = pages.exit;
	if (exit == STUDY_EXIT_DONE && found == 0) {
		report_missing(study, name, &similar, pages.row_count);
		exit = STUDY_EXIT_REFUSED;
	}
	if (exit == STUDY_EXIT_DONE)
		*id = found;
	free(similar.username);
	pages_fini(&pages);
	return exit;
}

int account_name_find(struct study *study, const char *name, int64_t *id)
{
	int64_t number;
	if (*name != '@')
		return search(study, name, id);
	if (!span_to_int(span_of(name + 1), &number) || number < 1) {
		study_print_error(study, "%s is not @ and the number of an account", name);
		return STUDY_EXIT_USAGE;
	}
	*id = number;
	return STUDY_EXIT_DONE;
}
