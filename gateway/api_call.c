#include "gateway/api_call.h"

#include "gateway/caller.h"
#include "gateway/request_body.h"
#include "gateway/request_query.h"

enum { PAGE_ROWS = 500 }; /* of a list that is sent as a whole */

static void put_page_params(const struct api_request *r, struct param_writer *w)
{
	param_writer_int(w, "limit", PAGE_ROWS);
	if (r->cursor.len)
		param_writer_text(w, "cursor", buf_view(&r->cursor));
}

static enum status put_params(const struct api_request *r, const struct request_source *source,
	struct buf *params, struct fail *why)
{
	struct param_writer w = param_writer_open(params, why);
	struct caller caller = { .principal = &r->authentication.principal };
	enum status st = request_params_put(source, &w);
	if (st == ST_OK && route_is_streamed(r->route)
		&& !request_query_wants_page(r->route, source->http))
		put_page_params(r, &w);
	caller_put(&caller, r->route->method, &w);
	param_writer_close(&w);
	return st == ST_OK && params->failed ? ST_NO_MEMORY : st;
}

enum status api_call_send(struct api_request *r, const struct request_source *source,
	call_done done, struct fail *why)
{
	struct buf params = { 0 };
	struct context context = { .account =
					   principal_context_account(&r->authentication.principal),
		.request_id = request_id_view(&r->id),
		.deadline_ms =
			authentication_left_ms(&r->authentication, r->api->settings->deadline_ms) };
	r->authentication.waited_ms = 0; /* a further page has the whole deadline */
	enum status st = put_params(r, source, &params, why);
	if (st == ST_OK)
		st = workers_call(r->api->workers, r->route->method, &context, buf_view(&params),
			done, r, &r->call);
	buf_fini(&params);
	return st;
}

static void on_response(void *arg, enum status st, struct span error, struct span result)
{
	struct api_request *r = arg;
	r->call = NULL;
	if (st != ST_OK) {
		api_request_fail(&r, st, NULL);
	} else if (msg_is_nil(error)) {
		r->route->respond(&r, result);
	} else {
		struct error_info refusal = response_read_error(error);
		api_request_refuse(&r, &refusal);
	}
}

static enum status send_first(struct api_request *r, const struct json_in *json, struct fail *why)
{
	unsigned char id[16];
	struct request_source source = { .http = exchange_request(r->exchange),
		.route = r->route,
		.path_values = r->head.match.values,
		.conditions = &r->head.conditions,
		.json = json,
		.idempotency_key = r->head.idempotency_key };
	if (r->route->generated) {
		uuid_v7(&r->api->ids, id);
		source.generated_id = id;
	}
	return api_call_send(r, &source, on_response, why);
}

void api_call_start(struct api_request **request)
{
	struct api_request *r = *request;
	struct json_in *json = NULL;
	struct fail why = { 0 };
	enum status st = request_body_read(exchange_request(r->exchange), &r->route, &json, &why);
	if (st == ST_OK)
		st = send_first(r, json, &why);
	json_in_free(&json);
	*request = NULL;
	if (st != ST_OK)
		api_request_fail(&r, st, &why);
}
