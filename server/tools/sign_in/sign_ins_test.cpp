// Signing in against an authorization server that answers as told.
#include "server/tools/sign_in/sign_ins.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <map>

#include "base/encoding.hpp"
#include "base/sha256.hpp"
#include "server/net/client/test_calls.hpp"
#include "server/tools/live/test_service.hpp"

using namespace parley;
using namespace parley::tools;
using testing::has;
using testing::json_answer;
using testing::Service;

namespace {

const std::string kGranted = json_answer(R"({"access_token":"a-1","refresh_token":"r-1","expires_in":3600})");
const std::string kRenewed = json_answer(R"({"access_token":"a-2","expires_in":3600})");

struct Bench {
  explicit Bench(std::deque<std::string> answers, bool team = false) : service(std::move(answers)) {
    sign_ins.set_public_url("https://chat.test/");
    sign_ins.offer(
        SignInClient{
            .connector = "jira",
            .scheme = "OAuth2",
            .authorization_url = service.url() + "/authorize",
            .token_url = service.url() + "/token",
            .revocation_url = service.url() + "/revoke",
            .client_id = "me",
            .secret = Secret("s3cret"),
            .scopes = {"read", "write"},
            .team = team,
            .found = std::nullopt
        },
        net::make_http_client({.egress = {.any_internal = true}})
    );
  }

  std::string token(std::string conversation = "c_1", std::string refused = "") {
    const auto got =
        loop.run([](SignIns& it, std::string id, std::string no) -> net::Awaitable<Result<std::string>> {
          co_return co_await it.token("jira", "OAuth2", {id}, no, 5000);
        }(sign_ins, std::move(conversation), std::move(refused)));
    if (got) return *got;
    last_message = got.error().message;
    return got.error().pointer;
  }

  // The conversation that goes on, or the code of the failure.
  std::string finish(
      std::string state, std::string code = "code-1", std::string error = "", std::string issuer = ""
  ) {
    const auto back = loop.run(
        [](SignIns& it, std::string s, std::string c, std::string e, std::string i
        ) -> net::Awaitable<Result<SignedIn>> {
          co_return co_await it.finish(s, c, e, i);
        }(sign_ins, std::move(state), std::move(code), std::move(error), std::move(issuer))
    );
    return back ? back->connector + " " + back->conversation_id : back.error().pointer;
  }

  Result<std::string> team_link(std::string connector) {
    return loop.run([](SignIns& it, std::string name) -> net::Awaitable<Result<std::string>> {
      co_return co_await it.team_link(name);
    }(sign_ins, std::move(connector)));
  }

  bool revoke(std::string conversation) {
    const auto done = loop.run([](SignIns& it, std::string id) -> net::Awaitable<Result<bool>> {
      co_return co_await it.revoke("jira", {id});
    }(sign_ins, std::move(conversation)));
    REQUIRE(done.has_value());
    return *done;
  }

  // A parameter of the link that was given last, as it stands there; empty when it has none.
  [[nodiscard]] std::string link(const std::string& name) const {
    const std::size_t at = last_message.find(name + "=");
    if (at == std::string::npos) return {};
    const std::size_t begin = at + name.size() + 1;
    return last_message.substr(begin, last_message.find('&', begin) - begin);
  }
  [[nodiscard]] std::string state() const { return link("state"); }

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
        .now = [this] { return now; },
        .secret = "the server's secret",
    };
  }

  // Signs in in a conversation, as a browser would bring it about.
  void sign_in(std::string conversation = "c_1") {
    REQUIRE(token(conversation) == "sign_in_required");
    REQUIRE(finish(state()) == "jira " + conversation);
  }

  Service service;
  std::map<std::string, std::string> kept;
  Timestamp now{1'800'000'000, 0};
  net::test::Loop loop;
  SignIns sign_ins{world()};
  std::string last_message;
};

}  // namespace

TEST_CASE("who has not signed in gets a link that says everything the authorization server needs") {
  Bench bench({kGranted});
  CHECK(bench.token() == "sign_in_required");
  CHECK(bench.link("response_type") == "code");
  CHECK(bench.link("client_id") == "me");
  CHECK(bench.link("redirect_uri") == "https%3A%2F%2Fchat.test%2Fv1%2Fsign-in%2Fcallback");
  CHECK(bench.link("scope") == "read%20write");
  CHECK(bench.link("code_challenge_method") == "S256");
  CHECK(bench.link("code_challenge").size() == 43);
  CHECK(bench.service.asked() == 0);
}

TEST_CASE("the code is redeemed with its verifier, and the token is kept for that conversation alone") {
  Bench bench({kGranted});
  CHECK(bench.token() == "sign_in_required");
  const std::string challenge = bench.link("code_challenge");
  CHECK(bench.finish(bench.state()) == "jira c_1");
  const std::string request = bench.service.request(0);
  CHECK(request.starts_with("POST /token "));
  CHECK(has(request, "Authorization: Basic bWU6czNjcmV0"));
  CHECK(
      request.find("grant_type=authorization_code&code=code-1&redirect_uri=https%3A%2F%2Fchat.test%2F") !=
      std::string::npos
  );
  const std::size_t at = request.find("code_verifier=");
  REQUIRE(at != std::string::npos);
  const auto digest = sha256(request.substr(at + 14));
  CHECK(base64url_encode({reinterpret_cast<const char*>(digest.data()), digest.size()}) == challenge);
  CHECK(bench.token() == "a-1");
  CHECK(bench.token("c_2") == "sign_in_required");
  CHECK(bench.service.asked() == 1);
  for (const auto& [name, text] : bench.kept) {
    CHECK(text.find("a-1") == std::string::npos);
    CHECK(text.find("r-1") == std::string::npos);
  }
}

TEST_CASE("states that are forged, used, too old or answered by somebody else are refused") {
  Bench bench({kGranted});
  CHECK(bench.token() == "sign_in_required");
  const std::string state = bench.state();
  CHECK(bench.finish("") == "sign_in_invalid");
  CHECK(bench.finish("AAAA") == "sign_in_invalid");
  CHECK(bench.finish(state + "A") == "sign_in_invalid");
  CHECK(bench.finish(state, "code-1", "", "https://evil.test") == "sign_in_invalid");
  CHECK(bench.service.asked() == 0);
  CHECK(bench.token() == "sign_in_required");
  const std::string second = bench.state();
  CHECK(bench.finish(second) == "jira c_1");
  CHECK(bench.finish(second) == "sign_in_invalid");
  Bench late({kGranted});
  CHECK(late.token() == "sign_in_required");
  late.now.seconds += SignIns::kLinkSeconds + 1;
  CHECK(late.finish(late.state()) == "sign_in_invalid");
  CHECK(late.service.asked() == 0);
}

TEST_CASE("who says no, or whom the server refuses, has not signed in") {
  Bench bench({json_answer(R"({"error":"invalid_grant"})", "400 No")});
  CHECK(bench.token() == "sign_in_required");
  CHECK(bench.finish(bench.state(), "", "access_denied") == "sign_in_refused");
  CHECK(bench.service.asked() == 0);
  CHECK(bench.token() == "sign_in_required");
  CHECK(bench.finish(bench.state()) == "sign_in_refused");
  CHECK(bench.token() == "sign_in_required");
}

TEST_CASE(
    "a token is renewed before it ends and when the service refuses it, and asked for anew when that fails"
) {
  Bench bench({kGranted, kRenewed, kRenewed, json_answer(R"({"error":"invalid_grant"})", "400 No")});
  bench.sign_in();
  CHECK(bench.token() == "a-1");
  bench.now.seconds += 3600 - 10;
  CHECK(bench.token() == "a-2");
  CHECK(bench.service.request(1).ends_with("grant_type=refresh_token&refresh_token=r-1"));
  CHECK(bench.token() == "a-2");
  CHECK(bench.service.asked() == 2);
  CHECK(bench.token("c_1", "a-2") == "a-2");  // the server gave the same again
  CHECK(bench.service.asked() == 3);
  CHECK(bench.token("c_1", "a-2") == "sign_in_required");
  CHECK(bench.service.asked() == 4);
  CHECK(bench.token() == "sign_in_required");
}

TEST_CASE("a renewal that fails for the moment does not end the grant") {
  Bench bench({kGranted, json_answer("{}", "503 Later"), kRenewed});
  bench.sign_in();
  bench.now.seconds += 3600;
  CHECK(bench.token() == "unavailable");
  CHECK(bench.token() == "a-2");
}

TEST_CASE("a client that the server does not know any more loses nobody's grant") {
  const std::string unknown = json_answer(R"({"error":"invalid_client"})", "401 No");
  Bench bench({kGranted, unknown, unknown, json_answer("", "404 Gone"), kRenewed});
  bench.sign_in();
  bench.now.seconds += 3600;
  CHECK(bench.token() == "no_token");  // as a header and in the body
  CHECK(bench.token() == "no_token");
  CHECK(bench.token() == "a-2");
}

TEST_CASE("a lifetime beyond all calendars is a long one") {
  Bench bench({json_answer(R"({"access_token":"a-1","refresh_token":"r-1","expires_in":9223372036854775807})")
  });
  bench.sign_in();
  bench.now.seconds += 3600;
  CHECK(bench.token() == "a-1");
}

TEST_CASE("a client that must show itself in the body is understood") {
  Bench bench({json_answer(R"({"error":"invalid_client"})", "401 No"), kGranted});
  bench.sign_in();
  CHECK(bench.service.request(1).find("&client_id=me&client_secret=s3cret") != std::string::npos);
  CHECK(bench.service.request(1).find("Authorization:") == std::string::npos);
}

TEST_CASE("a permission is taken back here and there, once") {
  Bench bench({kGranted, json_answer("{}")});
  bench.sign_in();
  CHECK_FALSE(bench.revoke("c_2"));
  CHECK(bench.revoke("c_1"));
  CHECK(bench.service.request(1).ends_with("token=r-1&token_type_hint=refresh_token"));
  CHECK(bench.token() == "sign_in_required");
  CHECK_FALSE(bench.revoke("c_1"));
}

TEST_CASE("one person signs in for the team") {
  Bench bench({kGranted}, true);
  CHECK(bench.token() == "no_token");
  const auto link = bench.team_link("jira");
  REQUIRE(link.has_value());
  bench.last_message = *link;
  CHECK(bench.finish(bench.state()) == "jira ");
  CHECK(bench.token("c_1") == "a-1");
  CHECK(bench.token("c_2") == "a-1");
  CHECK_FALSE(bench.team_link("slack").has_value());
  CHECK(bench.revoke(""));
}
