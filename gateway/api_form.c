#include "gateway/api_form.h"

#include "common/params.h"
#include "gateway/request_body.h"

static enum status put_params(
	const struct api_request *r, const struct json_in *json, struct buf *out, struct fail *why)
{
	struct param_writer w = param_writer_open(out, why);
	struct request_source source = { .http = exchange_request(r->exchange),
		.route = r->route,
		.path_values = r->head.match.values,
		.json = json };
	enum status st = request_params_put(&source, &w);
	param_writer_close(&w);
	return st == ST_OK && out->failed ? ST_NO_MEMORY : st;
}

enum status api_form_read(const struct api_request *r, struct api_form *out, struct fail *why)
{
	const struct route *route = r->route;
	struct json_in *json = NULL;
	enum status st = request_body_read(exchange_request(r->exchange), &route, &json, why);
	if (st == ST_OK)
		st = put_params(r, json, &out->params, why);
	json_in_free(&json);
	if (st == ST_OK)
		st = params_decode(
			route->method, buf_view(&out->params), out->values, &out->names, why);
	return st;
}

void api_form_fini(struct api_form *form)
{
	buf_fini(&form->params);
	buf_fini(&form->names);
}
