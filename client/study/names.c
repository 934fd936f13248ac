#include "client/study/names.h"

#include <stdbool.h>
#include <string.h>

#include "common/utf8.h"

static const char more[] = ", \xe2\x80\xa6";

static bool has(const struct names *n, const char *name, size_t len)
{
	for (const char *at = n->text; (at = strstr(at, name)); at++) {
		bool begins = at == n->text || (at - n->text > 1 && at[-1] == ' ' && at[-2] == ',');
		if (begins && (at[len] == '\0' || at[len] == ','))
			return true;
	}
	return false;
}

void names_add(struct names *n, const char *name)
{
	char shown[48];
	utf8_show(name, strlen(name), shown, sizeof shown);
	size_t len = strlen(shown);
	bool is_full = n->len > 0 && n->text[n->len] != '\0'; /* it ends with ", …" */
	if (len == 0 || is_full || has(n, shown, len))
		return;
	if (n->len + 2 + len + sizeof more > sizeof n->text) {
		memcpy(n->text + n->len, more, sizeof more);
		return;
	}
	if (n->len > 0) {
		memcpy(n->text + n->len, ", ", 2);
		n->len += 2;
	}
	memcpy(n->text + n->len, shown, len + 1);
	n->len += len;
}
