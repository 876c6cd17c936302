// What is remembered of users beyond their conversations.
#include <utility>

#include "base/json.hpp"
#include "server/api/handlers.hpp"
#include "server/turns/people_entries.hpp"

namespace parley::api {

Reply get_memory(Api& api, Call& call) {
  const auto memory = co_await api.store().memory(api.tenant(), call.id());
  if (!memory) co_return failed(memory.error(), call);
  MapBuilder slots;
  const Value remembered = turns::memory_value(*memory);
  for (const auto& [name, value] : remembered.entries()) {
    if (!name.as_string().starts_with(flow::kFactPrefix)) slots.set(name.as_string(), value);
  }
  ListBuilder facts;
  for (const turns::RememberedFact& fact : turns::facts_of(*memory)) {
    facts.add(MapBuilder()
                  .set("name", fact.name)
                  .set("value", fact.value)
                  .set("conversation", fact.conversation)
                  .set("turn", static_cast<std::int64_t>(fact.turn))
                  .set("at", fact.at)
                  .build());
  }
  MapBuilder answer;
  answer.set("user_id", call.id()).set("slots", slots.build()).set("facts", facts.build());
  co_return json_response(write_json(answer.build()));
}

Reply delete_memory(Api& api, Call& call) {
  const auto forgotten = co_await api.store().forget_user(api.tenant(), call.id());
  if (!forgotten) co_return failed(forgotten.error(), call);
  // Conversations stay in the log; they are not recalled any more.
  const auto noted = co_await api.store().put_setting(
      api.tenant(), turns::forgotten_until(call.id()), write_typed(Value(api.services().clock.now()))
  );
  if (!noted) co_return failed(noted.error(), call);
  co_return net::Response{.status = 204};
}

}  // namespace parley::api
