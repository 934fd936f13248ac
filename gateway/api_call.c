#include "gateway/api_call.h"

#include "gateway/api_limit.h"
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
	enum status st = request_params_put(source, &w);
	if (st == ST_OK && route_is_streamed(r->route)
		&& !request_query_wants_page(r->route, source->http))
		put_page_params(r, &w);
	api_request_put_caller(r, r->route->method, &w);
	param_writer_close(&w);
	return st == ST_OK && params->failed ? ST_NO_MEMORY : st;
}

enum status api_call_run(struct api_request *r, const struct api_call *call)
{
	struct context context = { .account = call->account,
		.request_id = request_id_view(&r->id),
		.deadline_ms =
			authentication_left_ms(&r->authentication, r->api->settings->deadline_ms),
		.position = r->head.position };
	r->writes = call->method->is_write;
	r->authentication.waited_ms = 0; /* a further page has the whole deadline */
	return workers_call(
		r->api->workers, call->method, &context, call->params, call->done, r, &r->call);
}

enum status api_call_send(struct api_request *r, const struct request_source *source,
	call_done done, struct fail *why)
{
	struct buf *params = &r->api->scratch.params;
	struct api_call call = { .method = r->route->method,
		.account = principal_context_account(&r->authentication.principal),
		.done = done };
	buf_reuse(params, API_SCRATCH_KEPT);
	enum status st = put_params(r, source, params, why);
	call.params = buf_view(params);
	return st == ST_OK ? api_call_run(r, &call) : st;
}

bool api_call_has_result(struct api_request **request, enum status st, struct span error)
{
	struct api_request *r = *request;
	r->call = NULL;
	if (r->writes)
		r->committed = workers_position(r->api->workers);
	if (st == ST_OK && msg_is_nil(error))
		return true;
	struct error_info refusal = response_read_error(error);
	if (st != ST_OK)
		api_request_fail(request, st, NULL);
	else
		api_request_refuse(request, &refusal);
	return false;
}

static void on_response(void *arg, enum status st, struct span error, struct span result)
{
	struct api_request *r = arg;
	if (api_call_has_result(&r, st, error))
		r->route->respond(&r, result);
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
	enum status st = api_limit_password(r, why);
	return st == ST_OK ? api_call_send(r, &source, on_response, why) : st;
}

void api_call_start(struct api_request **request)
{
	struct api_request *r = *request;
	struct json_in *json = NULL;
	struct fail why;
	fail_clear(&why);
	enum status st = request_body_read(exchange_request(r->exchange), &r->route, &json, &why);
	if (st == ST_OK)
		st = send_first(r, json, &why);
	json_in_free(&json);
	api_request_settle(request, st, &why);
}
