// What is remembered of users beyond their conversations.
#include <utility>

#include "base/json.hpp"
#include "server/api/handlers.hpp"
#include "server/turns/people_entries.hpp"

namespace parley::api {

Reply get_memory(Api& api, Call& call) {
  const auto memory = co_await api.store().memory(api.tenant(), call.id());
  if (!memory) co_return failed(memory.error(), call);
  co_return json_response(
      write_json(MapBuilder().set("user_id", call.id()).set("slots", turns::memory_value(*memory)).build())
  );
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
