// The OpenAPI document, made from the route table and the schemas.
#include "base/json.hpp"
#include "server/api/fields.hpp"
#include "server/api/routes.hpp"
#include "server/api/schemas.hpp"

namespace parley::api {

namespace {

Value reference(const Schema& schema) {
  return MapBuilder().set("$ref", "#/components/schemas/" + std::string(schema.name)).build();
}

Value content(std::string_view media, Value schema) {
  return MapBuilder().set(media, MapBuilder().set("schema", std::move(schema)).build()).build();
}

Value text_schema() {
  return MapBuilder().set("type", "string").build();
}

Value parameter(
    std::string_view name,
    std::string_view place,
    std::string_view type,
    std::string_view doc,
    std::string_view choices = {}
) {
  MapBuilder map;
  map.set("name", name).set("in", place).set("description", doc);
  if (place == "path") map.set("required", true);
  MapBuilder schema;
  schema.set("type", type);
  if (!choices.empty()) schema.set("enum", choice_list(choices));
  return map.set("schema", schema.build()).build();
}

Value parameters(const Route& route) {
  ListBuilder list;
  std::string_view rest = route.pattern;
  for (std::size_t brace = rest.find('{'); brace != std::string_view::npos; brace = rest.find('{')) {
    const std::size_t end = rest.find('}');
    list.add(parameter(rest.substr(brace + 1, end - brace - 1), "path", "string", "Its id."));
    rest.remove_prefix(end + 1);
  }
  for (const Parameter& query : route.query)
    list.add(parameter(query.name, "query", query.type, query.doc, query.choices));
  if (route.request == &kChatRequest || route.request == &kStartRequest) {
    list.add(parameter(
        "Idempotency-Key",
        "header",
        "string",
        "The same key and body get the same answer, also after a restart."
    ));
  }
  return list.build();
}

Value responses(const Route& route) {
  MapBuilder success;
  success.set("description", route.summary);
  if (route.response != nullptr) {
    MapBuilder media;
    media.set("application/json", MapBuilder().set("schema", reference(*route.response)).build());
    if (route.request == &kChatRequest)
      media.set("text/event-stream", MapBuilder().set("schema", text_schema()).build());
    success.set("content", media.build());
  } else if (route.status == 200) {
    success.set("content", content(route.media, text_schema()));
  }
  return MapBuilder()
      .set(std::to_string(route.status), success.build())
      .set(
          "default",
          MapBuilder()
              .set("description", "What went wrong; see the list of codes.")
              .set("content", content("application/json", reference(kErrorAnswer)))
              .build()
      )
      .build();
}

Value operation(const Route& route) {
  MapBuilder map;
  map.set("summary", route.summary);
  map.set("tags", Value::list({Value(route.tag)}));
  if (Value list = parameters(route); list.size() != 0) map.set("parameters", std::move(list));
  if (route.request != nullptr) {
    map.set(
        "requestBody",
        MapBuilder()
            .set("required", true)
            .set("content", content("application/json", reference(*route.request)))
            .build()
    );
  } else if (route.method == "PUT") {
    MapBuilder media;
    media.set("application/yaml", MapBuilder().set("schema", text_schema()).build());
    media.set(
        "application/json", MapBuilder().set("schema", MapBuilder().set("type", "object").build()).build()
    );
    map.set("requestBody", MapBuilder().set("required", true).set("content", media.build()).build());
  }
  map.set("responses", responses(route));
  const Value bearer = MapBuilder().set("bearer", Value::list()).build();
  if (route.access != Role::anyone) map.set("security", Value::list({bearer}));
  map.set("x-access", name(route.access));
  return map.build();
}

Value paths() {
  MapBuilder map;
  for (const Route& route : routes()) {
    if (!route.listed) continue;
    bool seen = false;
    for (const Route& earlier : routes()) {
      if (&earlier == &route) break;
      seen = seen || earlier.pattern == route.pattern;
    }
    if (seen) continue;
    MapBuilder item;
    for (const Route& same : routes()) {
      if (same.pattern != route.pattern) continue;
      std::string method(same.method);
      for (char& c : method) c = static_cast<char>(c + ('a' - 'A'));
      item.set(method, operation(same));
    }
    map.set(route.pattern, item.build());
  }
  return map.build();
}

Value components() {
  MapBuilder schemas;
  for (const Schema* schema : all_schemas()) schemas.set(schema->name, schema_document(*schema));
  const Value bearer = MapBuilder()
                           .set("type", "http")
                           .set("scheme", "bearer")
                           .set("description", "A conversation's token, or an API key (pk_…).")
                           .build();
  return MapBuilder()
      .set("schemas", schemas.build())
      .set("securitySchemes", MapBuilder().set("bearer", bearer).build())
      .build();
}

Value error_codes() {
  ListBuilder list;
  for (const ErrorRow& row : error_rows()) {
    list.add(MapBuilder()
                 .set("code", row.code)
                 .set("status", static_cast<std::int64_t>(row.status))
                 .set("type", row.type)
                 .set("description", row.doc)
                 .build());
  }
  return list.build();
}

}  // namespace

const std::string& openapi_document() {
  static const std::string document = write_json_pretty(
      MapBuilder()
          .set("openapi", "3.1.0")
          .set(
              "info",
              MapBuilder()
                  .set("title", "Parley")
                  .set("version", PARLEY_VERSION)
                  .set(
                      "description",
                      "Conversations that run on flows. Events of a chat stream: turn.started, "
                      "delta (words that are not final), message, effect, turn.committed, error."
                  )
                  .build()
          )
          .set("paths", paths())
          .set("components", components())
          .set("x-error-codes", error_codes())
          .build()
  );
  return document;
}

}  // namespace parley::api
