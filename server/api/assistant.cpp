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
  const Value about = MapBuilder()
                          .set("name", settings->name)
                          .set("disclosure", settings->disclosure)
                          .set("locale", settings->locale)
                          .set("version", active == nullptr ? "" : active->hash().substr(0, 12))
                          .set("suggestions", suggestions.build())
                          .set("test_mode", !assistant::calls_tools(*settings))
                          .build();
  co_return json_response(write_json(about));
}

}  // namespace parley::api
