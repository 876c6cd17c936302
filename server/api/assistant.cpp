// GET /v1/assistant: what a chat page shows before the first message.
#include "base/json.hpp"
#include "server/api/handlers.hpp"

namespace parley::api {

Reply get_assistant(Api& api, Call&) {
  const auto settings = api.settings();
  const auto active = api.driver().releases().active(api.tenant());
  ListBuilder suggestions;
  for (const assistant::Suggestion& suggestion : settings->suggestions) {
    suggestions.add(MapBuilder().set("label", suggestion.label).set("payload", suggestion.payload).build());
  }
  MapBuilder tones;
  for (const flow::ToneStop& stop : settings->tones)
    tones.set(stop.name, static_cast<std::int64_t>(stop.value));
  const Value style =
      MapBuilder()
          .set("tone", static_cast<std::int64_t>(assistant::tone_value(*settings)))
          .set("tone_min", static_cast<std::int64_t>(assistant::tone_bounds(*settings).first))
          .set("tone_max", static_cast<std::int64_t>(assistant::tone_bounds(*settings).second))
          .set("tones", tones.build())
          .set("length", settings->length)
          .build();
  const Value about = MapBuilder()
                          .set("name", settings->name)
                          .set("disclosure", settings->disclosure)
                          .set("locale", settings->locale)
                          .set("version", active == nullptr ? "" : active->hash().substr(0, 12))
                          .set("suggestions", suggestions.build())
                          .set("test_mode", !assistant::calls_tools(*settings))
                          .set("style", style)
                          .build();
  co_return json_response(write_json(about));
}

}  // namespace parley::api
