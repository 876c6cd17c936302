#include "server/sign_in_setup.hpp"

#include <utility>
#include <vector>

#include "server/turns/grant_names.hpp"

#include "base/json.hpp"
#include "engine/event.hpp"
#include "server/ops/log.hpp"

namespace parley {

namespace {

class Port : public api::SignInPort {
 public:
  explicit Port(std::shared_ptr<tools::SignIns> sign_ins) : sign_ins_(std::move(sign_ins)) {}

  net::Awaitable<Result<api::SignInAsked>> open(std::string link) override {
    auto asked = co_await sign_ins_->open(std::move(link));
    if (!asked) co_return std::unexpected(std::move(asked.error()));
    tools::SignInLink& of = asked->link;
    co_return api::SignInAsked{
        std::move(of.connector),
        std::move(of.conversation_id),
        std::move(of.user_id),
        std::move(asked->host),
        of.asked_at
    };
  }
  net::Awaitable<Result<std::string>> follow(std::string link, std::string browser) override {
    return sign_ins_->follow(std::move(link), std::move(browser));
  }
  net::Awaitable<Result<api::CameBack>> finish(
      std::string state, std::string code, std::string error, std::string issuer, std::string browser
  ) override {
    auto back = co_await sign_ins_->finish(
        std::move(state), std::move(code), std::move(error), std::move(issuer), std::move(browser)
    );
    if (!back) co_return std::unexpected(std::move(back.error()));
    co_return api::CameBack{
        std::move(back->connector), std::move(back->conversation_id), std::move(back->code)
    };
  }
  net::Awaitable<Result<std::optional<std::string>>> confirm(std::string conversation_id, std::string text)
      override {
    return sign_ins_->confirm(std::move(conversation_id), std::move(text));
  }
  [[nodiscard]] bool is_secure() const override { return sign_ins_->public_url().starts_with("https://"); }
  net::Awaitable<Result<std::string>> team_link(std::string connector) override {
    return sign_ins_->team_link(std::move(connector));
  }
  net::Awaitable<Result<api::DeviceLink>> team_device(std::string connector) override {
    auto where = co_await sign_ins_->team_device(std::move(connector));
    if (!where) co_return std::unexpected(std::move(where.error()));
    const bool filled_in = !where->full_address.empty();
    co_return api::DeviceLink{
        filled_in ? where->full_address : where->address, where->code, where->lives_seconds
    };
  }
  net::Awaitable<Result<bool>> is_signed_in(std::string connector, std::string conversation_id) override {
    return sign_ins_->is_signed_in(std::move(connector), {std::move(conversation_id)});
  }
  net::Awaitable<Result<bool>> revoke(std::string connector, std::string conversation_id, std::string user_id)
      override {
    return sign_ins_->revoke(std::move(connector), {std::move(conversation_id), std::move(user_id)});
  }
  [[nodiscard]] std::string client_document() const override {
    const auto document = sign_ins_->client_document();
    return document ? write_json(*document) : std::string();
  }

 private:
  std::shared_ptr<tools::SignIns> sign_ins_;
};

net::Awaitable<Result<void>> check_there(turns::Store& store, const std::string& tenant, std::string id) {
  std::vector<std::string> ids;
  ids.push_back(std::move(id));
  const auto missing = co_await store.missing_conversations(tenant, std::move(ids));
  if (!missing) co_return std::unexpected(missing.error());
  if (missing->empty()) co_return Result<void>();
  co_return fail(
      ErrorCode::not_found,
      "the conversation that this was asked for in is not there any more",
      "sign_in_invalid",
      "begin a new conversation"
  );
}

// An erasure takes the grants that it finds with their conversation. So one that is put beside it is looked
// after: it comes before, or it finds no conversation afterwards.
net::Awaitable<Result<void>> put_grant(
    turns::Store& store, std::string tenant, std::string name, std::string text
) {
  const std::string conversation_id(turns::owner_of_grant(name).conversation_id);
  if (conversation_id.empty() || text.empty()) co_return co_await store.put_setting(tenant, name, text);
  if (auto there = co_await check_there(store, tenant, conversation_id); !there) co_return there;
  if (auto put = co_await store.put_setting(tenant, name, text); !put) co_return put;
  auto there = co_await check_there(store, tenant, conversation_id);
  if (!there) (void)co_await store.put_setting(tenant, name, "");
  co_return there;
}

net::Awaitable<void> go_on(turns::TurnDriver& driver, std::string tenant, tools::SignedIn back) {
  engine::EventArrived event{
      std::string(turns::kSignedIn), MapBuilder().set("connector", back.connector).build()
  };
  const auto done = co_await driver.event(std::move(tenant), back.conversation_id, std::move(event));
  if (!done) {
    ops::log(
        ops::LogLevel::warn,
        "a conversation did not go on after a sign-in",
        {{"conversation", back.conversation_id}, {"problem", done.error().message}}
    );
  }
}

}  // namespace

tools::SignInWorld sign_in_world(
    turns::Store& store,
    turns::Clock& clock,
    std::string tenant,
    std::string secret,
    std::function<turns::TurnDriver*()> driver
) {
  return {
      .get = [&store, tenant](std::string name) -> net::Awaitable<Result<std::optional<std::string>>> {
        co_return co_await store.setting(tenant, name);
      },
      .put = [&store, tenant](std::string name, std::string text) -> net::Awaitable<Result<void>> {
        return put_grant(store, tenant, std::move(name), std::move(text));
      },
      .replace = [&store, tenant](
                     std::string name, std::string before, std::string text
                 ) -> net::Awaitable<Result<void>> {
        co_return co_await store.replace_setting(tenant, name, std::move(before), text);
      },
      .now = [&clock] { return clock.now(); },
      .secret = std::move(secret),
      .go_on = [driver = std::move(driver), tenant](tools::SignedIn back) -> net::Awaitable<void> {
        if (turns::TurnDriver* running = driver()) co_await go_on(*running, tenant, std::move(back));
      },
  };
}

std::unique_ptr<api::SignInPort> sign_in_port(std::shared_ptr<tools::SignIns> sign_ins) {
  return std::make_unique<Port>(std::move(sign_ins));
}

}  // namespace parley
