// Who users are, what is remembered of them beyond their conversations, and erasing them.
#include <utility>

#include "base/json.hpp"
#include "engine/masking.hpp"
#include "server/api/handlers.hpp"
#include "server/api/query.hpp"
#include "server/turns/people_entries.hpp"

namespace parley::api {

namespace {

constexpr std::uint64_t kMaxErasures = 500;

}  // namespace

// The same again gives the same: it holds as long as the server's secret key.
Reply post_user_token(Api& api, Call& call) {
  const std::string token = api.access().user_token(call.id());
  co_return json_response(write_json(MapBuilder().set("user_token", token).build()));
}

Reply get_memory(Api& api, Call& call) {
  const auto memory = co_await api.store().memory(api.tenant(), call.id());
  if (!memory) co_return failed(memory.error(), call);
  const auto release = api.driver().releases().active(api.tenant());
  MapBuilder slots;
  const Value remembered = turns::memory_value(*memory);
  for (const auto& [name, value] : remembered.entries()) {
    if (name.as_string().starts_with(flow::kFactPrefix)) continue;
    const bool hidden = release != nullptr && release->is_sensitive(name.as_string());
    slots.set(name.as_string(), hidden ? engine::masked(value) : value);
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

namespace {

Value describe(const turns::ErasureEntry& entry) {
  return MapBuilder()
      .set("id", entry.erasure_id)
      .set("cause", entry.cause)
      .set("author", entry.author)
      .set("begun_at", format_timestamp(entry.begun_at))
      .set("finished_at", entry.finished_at ? Value(format_timestamp(*entry.finished_at)) : Value())
      .set("conversations", entry.conversations)
      .set("rows", entry.rows)
      .build();
}

}  // namespace

Reply delete_user(Api& api, Call& call) {
  const auto erased =
      co_await api.services().eraser.erase_user(api.tenant(), std::string(call.id()), call.caller.id);
  if (!erased) co_return failed(erased.error(), call);
  co_return json_response(write_json(describe(*erased)));
}

Reply list_erasures(Api& api, Call& call) {
  const auto limit = query_number(call.request, "limit", 50, 1, kMaxErasures);
  if (!limit) co_return refused(limit.error(), call);
  const auto entries = co_await api.reads().erasures(api.tenant(), static_cast<std::uint32_t>(*limit));
  if (!entries) co_return failed(entries.error(), call);
  ListBuilder list;
  for (const turns::ErasureEntry& entry : *entries) list.add(describe(entry));
  co_return json_response(write_json(MapBuilder().set("data", list.build()).build()));
}

}  // namespace parley::api
