# The static files that the gateway serves: path of the request, file, media type.
set(assets
  "/openapi.json" schema/openapi.json "application/json"
)
