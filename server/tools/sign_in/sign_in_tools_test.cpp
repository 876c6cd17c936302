// "sign me out": what is meant by it, and what is left afterwards.
#include "server/tools/sign_in/sign_in_tools.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "server/net/client/test_calls.hpp"
#include "server/tools/live/test_service.hpp"
#include "server/turns/grant_names.hpp"

using namespace parley;
using namespace parley::tools;

namespace {

using Texts = std::vector<std::string>;

struct Bench {
  std::map<std::string, std::string> kept;
  net::test::Loop loop;
  testing::Service service;
  std::shared_ptr<SignIns> sign_ins = std::make_shared<SignIns>(world());
  SignInTools tools{sign_ins};

  explicit Bench(std::deque<std::string> answers) : service(std::move(answers)) {
    for (const char* connector : {"jira", "notes", "support_desk"}) {
      sign_ins->offer(
          SignInClient{
              .connector = connector,
              .scheme = "people",
              .authorization_url = service.url() + "/authorize",
              .token_url = service.url() + "/token",
              .revocation_url = service.url() + "/revoke",
              .client_id = "me",
          },
          net::make_http_client({.egress = {.any_internal = true}})
      );
    }
    sign_ins->offer(SignInClient{.connector = "wiki", .scheme = "people", .team = true}, nullptr);
  }

  SignInWorld world() {
    return {
        .get = [this](std::string name) -> net::Awaitable<Result<std::optional<std::string>>> {
          const auto found = kept.find(name);
          co_return found == kept.end() ? std::nullopt : std::optional(found->second);
        },
        .put = [this](std::string name, std::string text) -> net::Awaitable<Result<void>> {
          kept.insert_or_assign(std::move(name), std::move(text));
          co_return Result<void>();
        },
        .now = [] { return Timestamp{1'800'000'000, 0}; },
        .secret = "the server's secret",
    };
  }

  void grant(const char* connector, turns::GrantOwner owner) {
    const std::string name = turns::grant_name(connector, "people", owner);
    const std::string key = sealing_key("the server's secret", "parley grants");
    kept[name] = seal(key, name, R"({"access":"a","refresh":"r","until":0})");
  }

  // The services of the answer, or the code of the failure.
  Texts call(const char* tool, const char* said, turns::Caller caller) {
    const turns::ToolCall call{
        .tool = tool, .arguments = MapBuilder().set("said", said).build(), .caller = std::move(caller)
    };
    const auto answer = loop.run(tools.run(call));
    if (!answer) return {answer.error().pointer};
    Texts out;
    for (const Value& each : answer->result["services"].as_list()) out.emplace_back(each.as_string());
    return out;
  }
};

const turns::Caller kVisitor{.user_id = "ana", .conversation_id = "c_1"};
const turns::Caller kAna{.user_id = "ana", .conversation_id = "c_1", .user_known = true};

}  // namespace

TEST_CASE("the services that are named are meant, else all of them") {
  const Texts all{"jira", "notes", "support_desk"};
  struct {
    const char* said;
    Texts meant;
  } cases[] = {
      {"sign me out", all},
      {"sign me out of Jira please", {"jira"}},
      {"log me out of the support desk", {"support_desk"}},
      {"melde mich bei notes und jira ab", {"jira", "notes"}},
      {"sign me out of my footnotes", all},
  };
  for (const auto& test : cases) {
    CAPTURE(test.said);
    CHECK(services_meant(all, test.said) == test.meant);
  }
}

TEST_CASE("each conversation sees and ends its own, a user who is known his in all of them") {
  const std::string done = testing::json_answer("{}");
  Bench bench({done, done, done});
  bench.grant("jira", {.user_id = {}, .conversation_id = "c_1"});
  bench.grant("notes", {.user_id = "ana", .conversation_id = {}});
  bench.grant("support_desk", {.user_id = {}, .conversation_id = "c_2"});
  bench.grant("wiki", {});
  CHECK(bench.call("sign_ins.list", "", kVisitor) == Texts{"jira"});
  CHECK(bench.call("sign_ins.list", "", kAna) == Texts{"jira", "notes"});
  CHECK(bench.call("sign_ins.list", "", {}).empty());
  SUBCASE("one") {
    CHECK(bench.call("sign_ins.end", "sign me out of notes", kAna) == Texts{"notes"});
    CHECK(bench.call("sign_ins.list", "", kAna) == Texts{"jira"});
    CHECK(bench.service.asked() == 1);
    CHECK(bench.service.request(0).contains("POST /revoke "));
  }
  SUBCASE("all") {
    CHECK(bench.call("sign_ins.end", "sign me out", kAna) == Texts{"jira", "notes"});
    CHECK(bench.call("sign_ins.list", "", kAna).empty());
    CHECK(bench.call("sign_ins.end", "sign me out", kAna).empty());
    CHECK(bench.service.asked() == 2);
  }
  CHECK_FALSE(bench.kept["grant:support_desk:people:conversation:c_2"].empty());
}

TEST_CASE("a service that does not answer keeps nobody signed in here") {
  Bench bench({testing::json_answer("{}", "503 Later")});
  bench.grant("jira", {.user_id = {}, .conversation_id = "c_1"});
  CHECK(bench.call("sign_ins.end", "sign me out", kVisitor) == Texts{"jira"});
  CHECK(bench.call("sign_ins.list", "", kVisitor).empty());
}

TEST_CASE("without a server nobody is signed in") {
  Bench bench({});
  SignInTools none;
  const turns::ToolCall call{.tool = "sign_ins.list", .arguments = Value::map(), .caller = kAna};
  const auto answer = bench.loop.run(none.run(call));
  REQUIRE(answer.has_value());
  CHECK(answer->result["services"].size() == 0);
  CHECK_FALSE(none.has("sign_ins.begin"));
}
