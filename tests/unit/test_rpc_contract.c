/* Compares schema/rpc.md with the code: its examples are correct and complete. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/envelope.h"
#include "common/json_out.h"
#include "common/params.h"
#include "common/socket_counts.h"
#include "gateway/authenticator.h"
#include "gateway/edge_counts.h"
#include "gateway/json_in.h"
#include "gateway/limits.h"
#include "gateway/rpc_introspection.h"
#include "gateway/workers_wire.h"
#include "tests/unit/suite.h"
#include "worker/inbox.h"

static struct buf contract;

enum { LOCALS = 2 }; /* methods that the gateway runs itself */
static void read_contract(void)
{
	char path[512];
	const char *root = getenv("SOURCE_DIR");
	ck_assert_ptr_nonnull(root);
	(void)snprintf(path, sizeof path, "%s/schema/rpc.md", root);
	FILE *file = fopen(path, "r");
	ck_assert_ptr_nonnull(file);
	for (int c; (c = fgetc(file)) != EOF;)
		buf_byte(&contract, (char)c);
	(void)fclose(file);
	buf_byte(&contract, '\0');
	ck_assert(!contract.failed);
}

static void forget_contract(void)
{
	buf_fini(&contract);
}

/* Returns the text between the next ```kind and ```, or NULL. Moves *at behind it. */
static const char *next_block(const char **at, const char *kind, size_t *len)
{
	char fence[32];
	(void)snprintf(fence, sizeof fence, "```%s\n", kind);
	const char *start = strstr(*at, fence);
	if (!start)
		return NULL;
	start += strlen(fence);
	const char *end = strstr(start, "\n```");
	ck_assert_ptr_nonnull(end);
	*len = (size_t)(end - start);
	*at = end + strlen("\n```");
	return start;
}

/* The next example of a message, which is an array; NULL: there is none. */
static const char *next_message(const char **at, size_t *len)
{
	const char *json;
	do
		json = next_block(at, "json", len);
	while (json && *json != '[');
	return json;
}

static void put_hex(struct buf *out, const char *hex, size_t len)
{
	for (size_t i = 0; i < len; i += 3) {
		char digits[] = { hex[i], hex[i + 1], '\0' }, *end;
		buf_byte(out, (char)strtoul(digits, &end, 16));
		ck_assert_ptr_eq(end, digits + 2);
	}
}

/* Decodes each example and calls `on_example`. Returns the number of examples. */
static size_t each_example(
	const char *text, void (*on_example)(const struct envelope *e, void *arg), void *arg)
{
	const char *at = text, *json, *hex;
	size_t count = 0, json_len, hex_len;
	for (; (json = next_message(&at, &json_len)); count++) {
		struct buf bytes = { 0 }, shown = { 0 };
		struct envelope e;
		struct fail why = { 0 };
		hex = next_block(&at, "hex", &hex_len);
		ck_assert_ptr_nonnull(hex);
		put_hex(&bytes, hex, hex_len);
		struct msg_reader in = msg_reader(buf_view(&bytes));
		ck_assert_msg(envelope_decode_client(&in, &e, &why) == ST_OK, "%s: %.60s", why.text,
			json);
		ck_assert_ptr_eq(in.at, in.end);
		json_out_value(&shown, buf_view(&bytes));
		ck_assert_msg(shown.len == json_len && memcmp(shown.bytes, json, json_len) == 0,
			"the bytes mean %.*s", (int)shown.len, shown.bytes);
		if (on_example)
			on_example(&e, arg);
		buf_fini(&bytes);
		buf_fini(&shown);
	}
	return count;
}

/* The notifications that the gateway reads, then those that a worker reads; NULL past the end. */
static const char *notification_at(size_t index)
{
	size_t count = 0;
	while (workers_wire_notification(count))
		count++;
	return index < count ? workers_wire_notification(index) : inbox_notification(index - count);
}

static size_t notification_count(void)
{
	size_t count = 0;
	while (notification_at(count))
		count++;
	return count;
}

/* The number of methods that others than the worker itself may call. */
static size_t documented(void)
{
	size_t count = 0;
	for (size_t i = 0; i < method_count(); i++)
		count += method_at(i)->audience != AUDIENCE_SELF;
	return count;
}

/* The text under a heading, up to the next one; NULL: there is none. The caller frees it. */
static char *section(const char *name)
{
	char heading[80];
	(void)snprintf(heading, sizeof heading, "\n### `%s`\n", name);
	const char *start = strstr(contract.bytes, heading);
	if (!start)
		return NULL;
	start += strlen(heading);
	const char *end = strstr(start, "\n##");
	return strndup(start, end ? (size_t)(end - start) : strlen(start));
}

struct seen {
	const struct method *method;
	int requests, results;
};

static void check_example(const struct envelope *e, void *arg)
{
	struct seen *seen = arg;
	struct param_value *values = calloc(method_params_most(), sizeof *values);
	struct buf names = { 0 };
	struct fail why = { 0 };
	if (e->kind == ENVELOPE_REQUEST) {
		ck_assert(span_is(e->method, seen->method->name));
		ck_assert_msg(params_decode(seen->method, e->params, values, &names, &why) == ST_OK,
			"%s", why.text);
		seen->requests++;
	}
	buf_fini(&names);
	free(values);
	if (e->kind == ENVELOPE_RESPONSE && msg_is_nil(e->error))
		seen->results++;
}

static size_t count_of(const char *text, const char *part)
{
	size_t count = 0;
	for (; (text = strstr(text, part)); text += strlen(part))
		count++;
	return count;
}

START_TEST(the_bytes_of_each_example_mean_its_json)
{
	size_t without_messages = count_of(contract.bytes, "\nResult: ");
	ck_assert_uint_eq(each_example(contract.bytes, NULL, NULL),
		1 + notification_count() + 1 + 2 * LOCALS + 2 * (documented() - without_messages));
}
END_TEST

/* Reads an example of params as the gateway and the worker do. */
static void check_params(const struct method *m, struct span example)
{
	const struct json_in_rules rules = { .method = m, .is_strict = true, .keeps_nulls = true };
	struct param_value *values = calloc(method_params_most(), sizeof *values);
	struct buf params = { 0 }, names = { 0 };
	struct json_in *json = NULL;
	struct fail why = { 0 };
	struct param_writer w = param_writer_open(&params, &why);
	enum status st = json_in_parse(example, &json, &why);
	if (st == ST_OK)
		st = json_in_put_params(json, &rules, &w);
	param_writer_close(&w);
	if (st == ST_OK)
		st = params_decode(m, buf_view(&params), values, &names, &why);
	ck_assert_msg(st == ST_OK, "%s: %s", m->name, why.text);
	json_in_free(&json);
	buf_fini(&params);
	buf_fini(&names);
	free(values);
}

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);
	return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

/* A method of an entity: its section has the kind of the result and, of a create or update, an
 * example of params. */
static void check_entity_method(const struct method *m, const char *text)
{
	size_t len, count = 0,
		    expected = ends_with(m->name, ".create") || ends_with(m->name, ".update");
	for (const char *at = text, *json; (json = next_block(&at, "json", &len)); count++)
		check_params(m, (struct span){ json, len });
	ck_assert_uint_eq(count, expected);
	ck_assert(m->shape == RESULT_PAGE || m->shape == RESULT_ROW);
	ck_assert(strstr(
		text, m->shape == RESULT_PAGE ? "\nResult: a page of rows." : "\nResult: the row"));
}

static void check_param(const char *text, const struct param *p)
{
	char row[80], last[80] = "|  |";
	(void)snprintf(row, sizeof row, "| `%s` | ", p->name);
	const char *at = strstr(text, row);
	ck_assert_msg(at, "no row for %s", p->name);
	char *line = strndup(at, strcspn(at, "\n"));
	if (p->flags & PARAM_REQUIRED)
		(void)snprintf(last, sizeof last, "| required |");
	else if (p->fallback)
		(void)snprintf(last, sizeof last, "| default %s |", p->fallback);
	ck_assert_msg(strstr(line, last), "%s is not: %s", line, last);
	free(line);
}

START_TEST(every_method_stands_in_the_contract)
{
	const struct method *m = method_at((size_t)_i);
	struct seen seen = { .method = m };
	char *text = section(m->name);
	ck_assert_msg(!text == (m->audience == AUDIENCE_SELF),
		"%s is missing, or it is a worker's own", m->name);
	if (!text)
		return;
	for (size_t i = 0; i < method_client_params(m); i++)
		check_param(text, &m->params[i]);
	ck_assert_uint_eq(count_of(text, "\n| `"), method_client_params(m));
	ck_assert(!!strstr(text, "Not safe to repeat.") == !m->safe_to_repeat);
	each_example(text, check_example, &seen);
	if (strstr(text, "\nResult: "))
		check_entity_method(m, text);
	else
		ck_assert(seen.requests == 1 && seen.results == 1);
	free(text);
}
END_TEST

START_TEST(every_method_of_the_gateway_stands_in_the_contract)
{
	const struct rpc_local *local = rpc_local_at((size_t)_i);
	struct seen seen = { .method = &local->method };
	char *text = section(local->method.name);
	ck_assert_msg(text, "%s is missing", local->method.name);
	each_example(text, check_example, &seen);
	ck_assert(seen.requests == 1 && seen.results == 1);
	ck_assert_ptr_null(rpc_local_at(LOCALS));
	free(text);
}
END_TEST

/* The example shows the first methods exactly as the gateway returns them. */
static void check_methods(const struct envelope *e, void *arg)
{
	static const char head[] = "{\"methods\":[";
	struct buf shown = { 0 }, result = { 0 }, returned = { 0 };
	if (e->kind != ENVELOPE_RESPONSE)
		return;
	json_out_value(&shown, e->result);
	rpc_local_at(0)->put(&result, NULL);
	json_out_value(&returned, buf_view(&result));
	size_t len = shown.len - strlen("]}");
	ck_assert(shown.len > sizeof head && returned.len > len);
	ck_assert_msg(
		memcmp(shown.bytes, returned.bytes, len) == 0, "%.*s", (int)len, returned.bytes);
	*(bool *)arg = true;
	buf_fini(&shown);
	buf_fini(&result);
	buf_fini(&returned);
}

START_TEST(the_example_of_rpc_methods_is_the_start_of_its_result)
{
	bool is_checked = false;
	char *text = section("rpc.methods");
	each_example(text, check_methods, &is_checked);
	ck_assert(is_checked);
	free(text);
}
END_TEST

/* The tables of rpc.status. Add the tables of other modules here. */
static const struct counter_table *const counter_tables[] = { &pool_gauge_table,
	&pool_counter_table, &worker_socket_counter_table, &rpc_counter_table,
	&rpc_socket_counter_table, &edge_counter_table, &limits_counter_table,
	&authenticator_counter_table };
enum { COUNTER_TABLES = sizeof counter_tables / sizeof *counter_tables };

START_TEST(every_counter_stands_in_the_contract)
{
	char *text = section("rpc.status"), row[256];
	size_t count = 0;
	for (size_t t = 0; t < COUNTER_TABLES; t++)
		for (size_t i = 0; i < counter_tables[t]->count; i++, count++) {
			const struct counter *c = &counter_tables[t]->rows[i];
			(void)snprintf(row, sizeof row, "\n| `%s.%s` | %s | %s |\n",
				counter_tables[t]->name, c->name,
				c->kind == COUNTER_TOTAL ? "total" : "now", c->help);
			ck_assert_msg(strstr(text, row), "missing: %s", row);
		}
	ck_assert_uint_eq(count_of(text, "\n| `"), count);
	free(text);
}
END_TEST

START_TEST(every_notification_stands_in_the_contract)
{
	for (size_t i = 0; i < notification_count(); i++) {
		char *text = section(notification_at(i));
		ck_assert_msg(text, "%s is missing", notification_at(i));
		free(text);
	}
}
END_TEST

START_TEST(the_contract_has_no_other_method)
{
	size_t expected = documented() + LOCALS + notification_count();
	ck_assert_uint_eq(count_of(contract.bytes, "\n### `"), expected);
}
END_TEST

/* True for the errors of workers and of the pool. The others are for HTTP or internal. */
static bool is_on_the_wire(enum status st)
{
	return (st >= ST_INVALID_INPUT && st <= ST_RATE_LIMITED && st != ST_INVALID_JSON)
	       || (st >= ST_OVERLOADED && st <= ST_DEADLINE_EXCEEDED) || st == ST_NO_MEMORY
	       || st == ST_INTERNAL;
}

START_TEST(every_error_stands_in_the_contract)
{
	const struct status_info *info = status_info((enum status)_i);
	char row[256];
	(void)snprintf(row, sizeof row, "\n| `%s` | %d | %s | %s |", info->code, info->http_status,
		info->retryable ? "yes" : "no", info->message);
	ck_assert_msg(!!strstr(contract.bytes, row) == is_on_the_wire((enum status)_i), "%s", row);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("rpc_contract");
	tcase_add_checked_fixture(tc, read_contract, forget_contract);
	tcase_add_test(tc, the_bytes_of_each_example_mean_its_json);
	tcase_add_loop_test(tc, every_method_stands_in_the_contract, 0, (int)method_count());
	tcase_add_loop_test(tc, every_method_of_the_gateway_stands_in_the_contract, 0, LOCALS);
	tcase_add_test(tc, the_example_of_rpc_methods_is_the_start_of_its_result);
	tcase_add_test(tc, every_counter_stands_in_the_contract);
	tcase_add_test(tc, every_notification_stands_in_the_contract);
	tcase_add_test(tc, the_contract_has_no_other_method);
	tcase_add_loop_test(tc, every_error_stands_in_the_contract, ST_OK, STATUS_COUNT);
	return suite_run("rpc_contract", tc);
}
