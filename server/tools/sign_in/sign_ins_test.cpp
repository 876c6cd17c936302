// Signing in against an authorization server that answers as told.
#include "server/tools/sign_in/sign_ins.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <utility>
#include <vector>

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

  // Opens the link that was given last and says yes; the last message is where that leads. Or the code of
  // the failure.
  std::string say_yes(std::string browser = "browser-1") {
    const auto there =
        loop.run([](SignIns& it, std::string url, std::string who) -> net::Awaitable<Result<std::string>> {
          co_return co_await it.follow(url.substr(std::min(url.find("link=") + 5, url.size())), who);
        }(sign_ins, last_message, std::move(browser)));
    if (!there) return there.error().pointer;
    last_message = *there;
    return "yes";
  }

  // The connector and the conversation, or the code of the failure.
  std::string finish(
      std::string state,
      std::string code = "code-1",
      std::string error = "",
      std::string issuer = "",
      std::string browser = "browser-1"
  ) {
    const auto back = loop.run(
        [](SignIns& it, std::string s, std::string c, std::string e, std::string i, std::string b
        ) -> net::Awaitable<Result<SignedIn>> {
          co_return co_await it.finish(s, c, e, i, b);
        }(sign_ins, std::move(state), std::move(code), std::move(error), std::move(issuer), std::move(browser)
          )
    );
    if (back) shown = back->code;
    return back ? back->connector + " " + back->conversation_id : back.error().pointer;
  }

  // What a conversation writes is taken as the code: the connector, or nothing.
  std::string confirm(std::string conversation, std::string text) {
    const auto done = loop.run(
        [](SignIns& it, std::string id, std::string t) -> net::Awaitable<Result<std::optional<std::string>>> {
          co_return co_await it.confirm(id, t);
        }(sign_ins, std::move(conversation), std::move(text))
    );
    REQUIRE(done.has_value());
    return done->value_or("");
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
        .replace =
            [this](std::string name, std::string before, std::string text) -> net::Awaitable<Result<void>> {
          if (auto first = std::exchange(meanwhile, nullptr)) first();
          if (kept[name] != before) co_return fail(ErrorCode::conflict, "changed");
          kept[name] = std::move(text);
          co_return Result<void>();
        },
        .now = [this] { return now; },
        .secret = "the server's secret",
    };
  }

  // Asks for a permission, opens the link and says yes.
  void ask(std::string conversation = "c_1") {
    REQUIRE(token(std::move(conversation)) == "sign_in_required");
    REQUIRE(say_yes() == "yes");
  }
  // Signs in in a conversation, as a browser would bring it about.
  void sign_in(std::string conversation = "c_1") {
    ask(conversation);
    REQUIRE(finish(state()) == "jira " + conversation);
    REQUIRE(confirm(conversation, shown) == "jira");
  }

  Service service;
  std::map<std::string, std::string> kept;
  Timestamp now{1'800'000'000, 0};
  net::test::Loop loop;
  SignIns sign_ins{world()};
  std::string last_message;
  std::string shown;                // the code, in the browser that came back last
  std::function<void()> meanwhile;  // happens once, before something is replaced
};

}  // namespace

TEST_CASE("the link leads to a page of this server, and from there with all that is needed to the other one"
) {
  Bench bench({kGranted});
  CHECK(bench.token() == "sign_in_required");
  CHECK(bench.last_message.starts_with("https://chat.test/v1/sign-in?link="));
  CHECK(bench.last_message.find("c_1") == std::string::npos);
  CHECK(bench.say_yes() == "yes");
  CHECK(bench.last_message.starts_with(bench.service.url() + "/authorize?"));
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
  bench.ask();
  const std::string challenge = bench.link("code_challenge");
  CHECK(bench.finish(bench.state()) == "jira c_1");
  CHECK(bench.confirm("c_1", bench.shown) == "jira");
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

TEST_CASE("links and states that are forged, mixed up or too old are refused") {
  Bench bench({});
  CHECK(bench.token() == "sign_in_required");
  const std::string link = bench.last_message;
  for (const std::string& forged : {std::string("link="), std::string("link=AAAA"), link + "A"}) {
    bench.last_message = forged;
    CHECK(bench.say_yes() == "sign_in_invalid");
  }
  bench.last_message = link;
  CHECK(bench.finish(link.substr(link.find("link=") + 5)) == "sign_in_invalid");  // a link is no state
  CHECK(bench.say_yes() == "yes");
  const std::string state = bench.state();
  CHECK(bench.finish("") == "sign_in_invalid");
  CHECK(bench.finish("AAAA") == "sign_in_invalid");
  CHECK(bench.finish(state + "A") == "sign_in_invalid");
  bench.last_message = "link=" + state;
  CHECK(bench.say_yes() == "sign_in_invalid");  // nor a state a link
  bench.now.seconds += SignIns::kLinkSeconds + 1;
  CHECK(bench.finish(state) == "sign_in_invalid");
  bench.last_message = link;
  CHECK(bench.say_yes() == "sign_in_invalid");
  CHECK(bench.service.asked() == 0);
}

TEST_CASE("only the browser that was asked comes back, once, from the server that it was sent to") {
  Bench bench({kGranted});
  bench.ask();
  const std::string state = bench.state();
  CHECK(bench.finish(state, "code-1", "", "", "browser-2") == "sign_in_invalid");
  CHECK(bench.finish(state, "code-1", "", "", "") == "sign_in_invalid");
  CHECK(bench.service.asked() == 0);
  CHECK(bench.finish(state) == "jira c_1");
  CHECK(bench.finish(state) == "sign_in_invalid");
  bench.ask("c_2");
  CHECK(bench.finish(bench.state(), "code-1", "", "https://evil.test") == "sign_in_invalid");
  CHECK(bench.service.asked() == 1);
}

TEST_CASE("what was granted counts when the conversation that asked has shown the code") {
  Bench bench({kGranted});
  bench.ask();
  REQUIRE(bench.finish(bench.state()) == "jira c_1");
  const std::string code = bench.shown;
  CHECK(code.size() == 6);
  CHECK(bench.token() == "sign_in_required");
  CHECK(bench.confirm("c_2", code) == "");  // whoever sent the link has another conversation, or no code
  CHECK(bench.confirm("c_1", "yes") == "");
  CHECK(bench.confirm("c_1", "my code is " + code) == "");
  CHECK(bench.token() == "sign_in_required");
  SUBCASE("as it was shown") {
    CHECK(bench.confirm("c_1", code.substr(0, 3) + " " + code.substr(3)) == "jira");
  }
  SUBCASE("as some write it") {
    CHECK(bench.confirm("c_1", " " + code.substr(0, 3) + "-" + code.substr(3) + "\n") == "jira");
  }
  SUBCASE("while somebody else changes what waits") {
    bench.meanwhile = [&] { bench.kept["grant::waiting:conversation:c_1"] += "!"; };
    CHECK(bench.confirm("c_1", code) == "jira");
  }
  CHECK(bench.token() == "a-1");
  CHECK(bench.token("c_2") == "sign_in_required");
}

TEST_CASE("the right code may be shown again, and the grant is none the newer for it") {
  Bench bench({kGranted, kRenewed});
  bench.sign_in();
  bench.now.seconds += 300;
  CHECK(bench.token("c_1", "a-1") == "a-2");
  CHECK(bench.confirm("c_1", bench.shown) == "jira");
  CHECK(bench.token() == "a-2");
  for (int i = 0; i < Confirmations::kWrongMax; ++i) CHECK(bench.confirm("c_1", "000000x") == "");
  CHECK(bench.token() == "a-2");
  bench.now.seconds += Confirmations::kSeconds;
  CHECK(bench.confirm("c_1", bench.shown) == "");
}

TEST_CASE("a code that is guessed or comes too late ends what waits, at the service too") {
  Bench bench({kGranted, json_answer("{}")});
  bench.ask();
  REQUIRE(bench.finish(bench.state()) == "jira c_1");
  const std::string code = bench.shown;
  const std::string wrong = code == "111111" ? "222222" : "111111";
  SUBCASE("guessed") {
    for (int i = 0; i < Confirmations::kWrongMax; ++i) CHECK(bench.confirm("c_1", wrong) == "");
  }
  SUBCASE("too late") {
    bench.now.seconds += Confirmations::kSeconds + 1;
    CHECK(bench.confirm("c_1", code) == "");
  }
  CHECK(bench.confirm("c_1", code) == "");
  CHECK(bench.service.asked() == 2);
  CHECK(bench.service.request(1).ends_with("token=r-1&token_type_hint=refresh_token"));
  CHECK(bench.token() == "sign_in_required");
}

TEST_CASE("another sign-in takes the place of one that waits, which is taken back") {
  Bench bench({kGranted, json_answer(R"({"access_token":"b-1","refresh_token":"r-9"})"), json_answer("{}")});
  bench.ask();
  REQUIRE(bench.finish(bench.state()) == "jira c_1");
  const std::string first = bench.shown;
  bench.ask();
  REQUIRE(bench.finish(bench.state()) == "jira c_1");
  CHECK(bench.service.request(2).ends_with("token=r-1&token_type_hint=refresh_token"));
  if (first != bench.shown) CHECK(bench.confirm("c_1", first) == "");
  CHECK(bench.confirm("c_1", bench.shown) == "jira");
  CHECK(bench.token() == "b-1");
}

TEST_CASE("who says no, or whom the server refuses, has not signed in") {
  Bench bench({json_answer(R"({"error":"invalid_grant"})", "400 No")});
  bench.ask();
  CHECK(bench.finish(bench.state(), "", "access_denied") == "sign_in_refused");
  CHECK(bench.service.asked() == 0);
  bench.ask();
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

TEST_CASE("what another server has renewed meanwhile is not lost to a refusal here") {
  Bench bench({kGranted, json_answer(R"({"error":"invalid_grant"})", "400 No")});
  bench.sign_in();
  const std::string name = "grant:jira:OAuth2:conversation:c_1";
  const std::string before = bench.kept[name];
  Bench other({kRenewed});
  other.kept = bench.kept;
  other.now.seconds += 3600;
  REQUIRE(other.token() == "a-2");
  // Between what is read here and what is written, the other one's comes.
  bench.meanwhile = [&] { bench.kept[name] = other.kept[name]; };
  bench.now.seconds += 3600 - 10;
  CHECK(bench.token() == "a-2");
  CHECK(bench.kept[name] == other.kept[name]);
  CHECK(bench.kept[name] != before);
}

TEST_CASE("a permission that is taken back while it is being renewed stays so") {
  Bench bench({kGranted, kRenewed});
  bench.sign_in();
  bench.meanwhile = [&] { bench.kept["grant:jira:OAuth2:conversation:c_1"].clear(); };
  bench.now.seconds += 3600;
  CHECK(bench.token() == "sign_in_required");
  CHECK(bench.token() == "sign_in_required");
}

TEST_CASE("a user who is known takes everything back, what his conversation has from before too") {
  Bench bench({kGranted, kGranted, json_answer("{}"), json_answer("{}")});
  bench.sign_in();
  bench.kept["grant:jira:OAuth2:user:ana"] = "";
  const SignInFor ana{"c_1", "ana"};
  const auto services = [&] {
    return bench.loop.run(
        [](SignIns& it, SignInFor whom) -> net::Awaitable<Result<std::vector<std::string>>> {
          co_return co_await it.signed_in_at(whom);
        }(bench.sign_ins, ana)
    );
  };
  // Found under the conversation's name; then one under the user's as well.
  CHECK(services().value() == std::vector<std::string>{"jira"});
  const auto asked = bench.loop.run([](SignIns& it, SignInFor whom) -> net::Awaitable<Error> {
    co_return co_await it.more_needed("jira", "OAuth2", whom, "admin");
  }(bench.sign_ins, ana));
  bench.last_message = asked.message;
  REQUIRE(bench.say_yes() == "yes");
  CHECK(bench.link("scope") == "read%20write%20admin");
  REQUIRE(bench.finish(bench.state()) == "jira c_1");
  REQUIRE(bench.confirm("c_1", bench.shown) == "jira");
  const auto ended = bench.loop.run([](SignIns& it, SignInFor whom) -> net::Awaitable<Result<bool>> {
    co_return co_await it.revoke("jira", whom);
  }(bench.sign_ins, ana));
  CHECK(ended.value());
  CHECK(services().value().empty());
  CHECK(bench.token() == "sign_in_required");
  CHECK(bench.service.asked() == 4);
}

TEST_CASE("one person signs in for the team") {
  Bench bench({kGranted}, true);
  CHECK(bench.token() == "no_token");
  const auto link = bench.team_link("jira");
  REQUIRE(link.has_value());
  bench.last_message = *link;
  CHECK(bench.say_yes() == "yes");
  CHECK(bench.finish(bench.state()) == "jira ");
  CHECK(bench.shown.empty());
  CHECK(bench.token("c_1") == "a-1");
  CHECK(bench.token("c_2") == "a-1");
  CHECK_FALSE(bench.team_link("slack").has_value());
  CHECK(bench.revoke(""));
}
