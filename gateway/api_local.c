#include "gateway/api_local.h"

#include "common/json_out.h"
#include "gateway/api_result.h"
#include "gateway/asset.h"

static void respond(struct api_request **request, const struct buf *body)
{
	if (api_result_is_wanted(request))
		api_request_respond_json(request, 200, NULL, body);
}

static void respond_text(struct api_request **request, const char *json)
{
	struct buf body = { 0 };
	buf_text(&body, json);
	respond(request, &body);
	buf_fini(&body);
}

void api_local_root(struct api_request **request)
{
	struct buf message = { 0 }, body = { 0 };
	buf_printf(&message, "%s API", (*request)->api->settings->app_name);
	body.failed = message.failed;
	buf_text(&body, "{\"message\":");
	json_out_text(&body, buf_view(&message));
	buf_byte(&body, '}');
	respond(request, &body);
	buf_fini(&message);
	buf_fini(&body);
}

void api_local_health(struct api_request **request)
{
	respond_text(request, "{\"status\":\"healthy\"}");
}

void api_local_healthz(struct api_request **request)
{
	respond_text(request, "{\"status\":\"ok\",\"service\":\"studytracker\"}");
}

void api_local_backend(struct api_request **request)
{
	respond_text(request, "{\"status\":\"ok\",\"message\":\"Flask backend is running\"}");
}

void api_local_readyz(struct api_request **request)
{
	bool has_worker, has_database;
	if (workers_ready((*request)->api->workers, &has_worker, &has_database))
		respond_text(request, "{\"status\":\"ready\"}");
	else
		api_request_fail(
			request, has_worker ? ST_DATABASE_UNAVAILABLE : ST_NO_WORKER, NULL);
}

void api_local_asset(struct api_request **request)
{
	const struct api_request *r = *request;
	struct buf headers = { 0 };
	struct exchange_response response;
	const struct asset *asset = asset_find(span_of(r->route->row->path));
	enum status st = ST_NOT_FOUND;
	if (asset)
		st = asset_respond(asset, exchange_request(r->exchange), &headers, &response);
	if (st == ST_OK)
		api_request_respond(request, &response);
	else
		api_request_fail(request, st, NULL);
	buf_fini(&headers);
}
