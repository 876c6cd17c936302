// The pages of a sign-in: the one that asks whoever opens a link, and the one that authorization servers send
// browsers back to; and /v1/sign-ins: who has let a connector act for him.
#include "server/api/inbound/sign_in.hpp"

#include <algorithm>
#include <utility>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "base/sha256.hpp"
#include "server/api/handlers.hpp"
#include "server/api/inbound/page.hpp"
#include "server/api/inbound/sign_in_words.hpp"
#include "server/api/schemas.hpp"
#include "server/ops/log.hpp"
#include "server/ops/secrets.hpp"

namespace parley::api {

namespace {

constexpr std::size_t kBrowserBytes = 32;
constexpr std::size_t kBrowserText = 43;  // of them in base64url
constexpr std::string_view kBrowserSeconds = "1800";

std::string query_of(const Call& call, std::string_view name) {
  return std::string(call.request.query.find(name).value_or(""));
}

const SignInWords& words_for(const Call& call) {
  return sign_in_words(call.request.header("accept-language").value_or(""));
}

// A name that browsers believe only of this very host, where they can be sure of it.
std::string_view cookie_name(const Api& api) {
  return api.sign_ins().is_secure() ? "__Host-parley-sign-in" : "parley-sign-in";
}

// The secret that the browser keeps while somebody signs in with it; empty: none.
std::string browser_of(const Api& api, const Call& call) {
  const std::string wanted = std::string(cookie_name(api)) + "=";
  for (const net::Header& header : call.request.headers) {
    if (!net::equals_ignoring_case(header.name, "cookie")) continue;
    for (std::string_view rest = header.value; !rest.empty();) {
      const std::size_t end = std::min(rest.find(';'), rest.size());
      std::string_view cookie = rest.substr(0, end);
      while (cookie.starts_with(' ')) cookie.remove_prefix(1);
      const std::string_view value = cookie.substr(std::min(wanted.size(), cookie.size()));
      if (cookie.starts_with(wanted) && value.size() == kBrowserText) return std::string(value);
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  return {};
}

void keep_in_browser(const Api& api, net::Response& response, const std::string& browser) {
  std::string cookie = std::string(cookie_name(api)) + "=" + browser + "; Path=/; Max-Age=";
  cookie.append(kBrowserSeconds).append("; HttpOnly; SameSite=Lax");
  if (api.sign_ins().is_secure()) cookie += "; Secure";
  response.headers.emplace_back("Set-Cookie", std::move(cookie));
}

// What the form of a link's page must bring along: other pages cannot know it.
std::string ticket_of(std::string_view browser, std::string_view link) {
  return sha256_hex("sign-in form\n" + std::string(browser) + "\n" + std::string(link));
}

net::Response sign_in_refusal(const Error& error, const Call& call) {
  if (error.code == ErrorCode::internal || error.code == ErrorCode::unavailable) return failed(error, call);
  const SignInWords& words = words_for(call);
  const Problem problem = problem_from(error);
  return render({
      .status = row_of(problem.code).status,
      .title = words.failed_title,
      .content = "<p role=\"alert\">" + filled(words.failed, {{"why", escape_html(problem.message)}}) +
                 "</p><p>" + escape_html(problem.hint) + "</p>",
      .language = words.language,
  });
}

std::string asked_when(const SignInWords& words, std::int64_t asked_at, Timestamp now) {
  const std::int64_t minutes = std::max<std::int64_t>(0, (now.seconds - asked_at) / 60);
  const std::string time = format_timestamp({asked_at, 0}).substr(11, 5);
  const std::string_view text = minutes == 0 ? words.just_now : words.minutes_ago;
  return filled(text, {{"minutes", std::to_string(minutes)}, {"time", time}});
}

std::string row(std::string_view name, std::string_view value) {
  return "<dt>" + escape_html(name) + "</dt><dd>" + escape_html(value) + "</dd>";
}

// What whoever opens a link must know before he says yes.
net::Response question_page(
    Api& api,
    const Call& call,
    const SignInAsked& asked,
    std::string_view channel,
    std::string_view link,
    std::string_view browser
) {
  const SignInWords& words = words_for(call);
  const bool team = asked.conversation_id.empty();
  const auto settings = api.settings();
  const std::string_view assistant =
      settings->name.empty() ? words.the_assistant : std::string_view(settings->name);
  const auto say = [&](std::string_view text) {
    return filled(text, {{"assistant", assistant}, {"service", asked.connector}, {"host", asked.host}});
  };
  const std::string_view who = team ? words.everybody : std::string_view(asked.user_id);
  std::string content = "<p>" + escape_html(say(team ? words.allow_team : words.allow_why)) + "</p><dl>" +
                        row(words.asked_by, who.empty() ? words.somebody : who) +
                        row(words.asked_at, asked_when(words, asked.asked_at, api.services().clock.now()));
  if (!channel.empty()) content += row(words.channel, channel);
  content += row(words.you_sign_in_at, asked.host) + "</dl><p class=\"warning\">" +
             escape_html(words.warning) +
             "</p><form method=\"post\" action=\"/v1/sign-in?link=" + escape_html(link) +
             "&amp;ticket=" + ticket_of(browser, link) + "\"><button>" + escape_html(say(words.go_on)) +
             "</button></form>";
  const std::string title = say(words.allow_title);
  return render({.title = title, .content = std::move(content), .language = words.language});
}

// The code is shown at once; where this browser holds the conversation, the script brings it there.
net::Response back_page(const Call& call, const CameBack& back) {
  const SignInWords& words = words_for(call);
  const std::string title = filled(words.done_title, {{"service", back.connector}});
  const std::string close = "<p>" + escape_html(words.close) + "</p>";
  if (back.code.empty()) return render({.title = title, .content = close, .language = words.language});
  const std::string code = back.code.substr(0, 3) + " " + back.code.substr(3);
  std::string content = "<div id=\"code\" data-conversation=\"" + escape_html(back.conversation_id) +
                        "\" data-code=\"" + back.code + "\"><p>" +
                        escape_html(filled(words.code, {{"service", back.connector}})) +
                        "</p><p><output aria-label=\"" + escape_html(words.code_label) + "\">" + code +
                        "</output></p><p class=\"warning\">" + escape_html(words.code_warning) +
                        "</p></div><div id=\"done\" role=\"status\" data-title=\"" + escape_html(title) +
                        "\" hidden><p>" + escape_html(words.done) + "</p>" + close + "</div>";
  return render({
      .title = words.code_title,
      .content = std::move(content),
      .language = words.language,
      .script = "/sign-in.js",
  });
}

net::Response signed_in(bool yes) {
  return json_response(yes ? R"({"signed_in":true})" : R"({"signed_in":false})");
}

Reply take_back(
    Api& api, Call& call, std::string connector, std::string conversation_id = {}, std::string user_id = {}
) {
  const auto revoked =
      co_await api.sign_ins().revoke(connector, std::move(conversation_id), std::move(user_id));
  if (!revoked) co_return failed(revoked.error(), call);
  if (*revoked) co_return net::Response{.status = 204};
  co_return refused({"not_found", "Nobody has signed in at '" + connector + "'."}, call);
}

}  // namespace

Reply get_sign_in_page(Api& api, Call& call) {
  const std::string link = query_of(call, "link");
  const auto asked = co_await api.sign_ins().open(link);
  if (!asked) co_return sign_in_refusal(asked.error(), call);
  std::string channel;
  if (!asked->conversation_id.empty()) {
    const auto view = co_await api.driver().conversation(api.tenant(), asked->conversation_id);
    if (!view) co_return sign_in_refusal(view.error(), call);
    channel = view->summary.channel;
  }
  // Two windows of one browser share it.
  std::string browser = browser_of(api, call);
  if (browser.empty()) browser = base64url_encode(ops::random_bytes(kBrowserBytes));
  net::Response response = question_page(api, call, *asked, channel, link, browser);
  keep_in_browser(api, response, browser);
  co_return response;
}

// By a click only: link previews and other sites' pages come no further than the question.
Reply post_sign_in_page(Api& api, Call& call) {
  const std::string link = query_of(call, "link");
  const std::string browser = browser_of(api, call);
  if (browser.empty() || !equal_in_constant_time(query_of(call, "ticket"), ticket_of(browser, link))) {
    const Error error{
        ErrorCode::invalid_input,
        "this browser was not asked",
        "sign_in_invalid",
        "open the link from the conversation again, and allow this server's cookies"
    };
    co_return sign_in_refusal(error, call);
  }
  const auto asked = co_await api.sign_ins().open(link);
  if (!asked) co_return sign_in_refusal(asked.error(), call);
  auto address = co_await api.sign_ins().follow(link, browser);
  if (!address) co_return sign_in_refusal(address.error(), call);
  const SignInWords& words = words_for(call);
  std::string content = "<p>" + escape_html(filled(words.going, {{"host", asked->host}})) +
                        "</p><p><a rel=\"noreferrer\" href=\"" + escape_html(*address) + "\">" +
                        escape_html(words.going_link) + "</a></p>";
  net::Response response = render({
      .title = words.going_title,
      .content = std::move(content),
      .language = words.language,
      .leads_to = *std::move(address),
  });
  keep_in_browser(api, response, browser);
  co_return response;
}

Reply get_sign_in_callback(Api& api, Call& call) {
  const auto back = co_await api.sign_ins().finish(
      query_of(call, "state"),
      query_of(call, "code"),
      query_of(call, "error"),
      query_of(call, "iss"),
      browser_of(api, call)
  );
  if (!back) co_return sign_in_refusal(back.error(), call);
  ops::log(ops::LogLevel::info, "signed in", {{"connector", back->connector}});
  co_return back_page(call, *back);
}

// What the page above does by itself in the browser that holds the conversation.
Reply post_conversation_sign_in(Api& api, Call& call) {
  const std::string conversation_id(call.id());
  if (auto allowed = api.access().check_conversation(call.caller, conversation_id); !allowed)
    co_return refused(allowed.error(), call);
  const auto body = read_body(call.request.body, kSignInCode);
  if (!body) co_return refused(body.error(), call);
  const auto connector = co_await api.sign_ins().confirm(conversation_id, std::string(body->text("code")));
  if (!connector) co_return failed(connector.error(), call);
  if (!*connector)
    co_return refused({"sign_in_invalid", "No sign-in of this conversation waits for this code.", {}}, call);
  engine::EventArrived event{
      std::string(turns::kSignedIn), MapBuilder().set("connector", **connector).set("code", true).build()
  };
  const auto done = co_await api.driver().event(api.tenant(), conversation_id, std::move(event));
  if (!done) co_return failed(done.error(), call);
  co_return json_response(write_json(MapBuilder().set("connector", **connector).build()));
}

Reply post_sign_in(Api& api, Call& call) {
  const auto body = call.request.body.empty() ? std::expected<Value, Problem>(Value::map())
                                              : read_body(call.request.body, kSignInRequest);
  if (!body) co_return refused(body.error(), call);
  if ((*body)["device"] == Value(true)) {
    const auto where = co_await api.sign_ins().team_device(std::string(call.id()));
    if (!where) co_return failed(where.error(), call);
    co_return json_response(
        write_json(MapBuilder()
                       .set("url", where->url)
                       .set("code", where->code)
                       .set("expires_in", where->lives_seconds)
                       .build()),
        201
    );
  }
  const auto link = co_await api.sign_ins().team_link(std::string(call.id()));
  if (!link) co_return failed(link.error(), call);
  co_return json_response(write_json(MapBuilder().set("url", *link).build()), 201);
}

Reply get_sign_in_client(Api& api, Call& call) {
  std::string document = api.sign_ins().client_document();
  if (document.empty())
    co_return refused({"not_found", "This server has no https: address that it is known by."}, call);
  co_return json_response(std::move(document));
}

Reply get_sign_in(Api& api, Call& call) {
  const auto yes = co_await api.sign_ins().is_signed_in(std::string(call.id()), {});
  co_return yes ? signed_in(*yes) : failed(yes.error(), call);
}

Reply delete_sign_in(Api& api, Call& call) {
  co_return co_await take_back(api, call, std::string(call.id()));
}

Reply delete_conversation_sign_in(Api& api, Call& call) {
  const std::string conversation_id(call.id());
  if (auto allowed = api.access().check_conversation(call.caller, conversation_id); !allowed)
    co_return refused(allowed.error(), call);
  const auto view = co_await api.driver().conversation(api.tenant(), conversation_id);
  if (!view) co_return failed(view.error(), call);
  std::string user_id = view->state.user_known ? view->summary.user_id : std::string();
  co_return co_await take_back(api, call, std::string(call.params[1]), conversation_id, std::move(user_id));
}

Reply delete_user_sign_in(Api& api, Call& call) {
  co_return co_await take_back(api, call, std::string(call.params[1]), {}, std::string(call.id()));
}

}  // namespace parley::api
