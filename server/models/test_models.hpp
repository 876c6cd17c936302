// Models for tests: a scripted HTTP server in memory, a clock that only pauses move, and a runner on them.
// Tests only.
#pragma once

#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json.hpp"
#include "server/models/model_runner.hpp"
#include "server/net/client/http_client.hpp"

namespace parley::models::testing {

inline std::string answer_body(std::string_view text, int input = 10, int output = 5) {
  std::string out = R"({"choices":[{"message":{"content":)";
  append_json_string(out, text);
  return out + R"(},"finish_reason":"stop"}],"usage":{"prompt_tokens":)" + std::to_string(input) +
         ",\"completion_tokens\":" + std::to_string(output) + "}}";
}

inline std::string chunk(std::string_view text) {
  std::string out = "data: {\"choices\":[{\"delta\":{\"content\":";
  append_json_string(out, text);
  return out + "}}]}\n\n";
}
inline constexpr std::string_view kEnd =
    "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";

// What a host answers next; the last of a host's replies repeats.
struct Reply {
  int status = 200;
  std::string body;
  std::vector<std::string> pieces = {};  // of a stream, instead of the body
  net::Headers headers = {};
  std::string failure = {};  // instead of an answer, or after the pieces: "stalled", "interrupted"…
  std::int64_t takes_ms = 20;
};

class ScriptedHttp : public net::HttpClient {
 public:
  net::Awaitable<Result<net::IncomingAnswer>> send(net::OutgoingRequest request) override {
    return answer(std::move(request), nullptr);
  }
  net::Awaitable<Result<net::IncomingAnswer>> stream(net::OutgoingRequest request, net::TakePiece take)
      override {
    return answer(std::move(request), std::move(take));
  }

  std::map<std::string, std::deque<Reply>, std::less<>> replies;  // by host
  std::vector<net::OutgoingRequest> requests;
  std::int64_t now_ms = 1'000'000;

 private:
  net::Awaitable<Result<net::IncomingAnswer>> answer(net::OutgoingRequest request, net::TakePiece take) {
    requests.push_back(request);
    auto& script = replies[host_of(request.url)];
    REQUIRE_MESSAGE(!script.empty(), "nothing is scripted for " << request.url);
    const Reply reply = script.front();
    if (script.size() > 1) script.pop_front();
    if (reply.takes_ms >= static_cast<std::int64_t>(request.timeout_ms)) {
      now_ms += request.timeout_ms;
      co_return fail(ErrorCode::deadline_exceeded, "the call took too long", "timeout");
    }
    now_ms += reply.takes_ms;
    if (take) {
      for (const std::string& piece : reply.pieces) {
        if (!take(piece)) co_return fail(ErrorCode::unavailable, "not wanted", "stopped");
      }
    }
    if (!reply.failure.empty()) co_return fail(ErrorCode::unavailable, "the call failed", reply.failure);
    co_return net::IncomingAnswer{reply.status, reply.headers, reply.body};
  }
};

inline Endpoint endpoint(std::string name) {
  return {
      .name = name,
      .provider = wire::model_api::provider_named("vllm"),
      .url = "http://" + name + "/v1",
      .host = name,
      .model = "m-" + name,
      .price = {.input = 1'000'000, .output = 2'000'000},  // 1 and 2 a million tokens
  };
}

// As server/tools/built_in_model.hpp has it, for this much.
inline Result<Value> author_words(std::string_view task, const Value& input) {
  if (task == "rephrase") return Value(input.text("text"));
  return fail(ErrorCode::unavailable, "this assistant has no model to ask", "no_model");
}

class Heard : public turns::TextListener {
 public:
  void on_piece(std::string_view piece) override { words += std::string(piece) + "|"; }
  void on_restart() override { words += "<"; }
  std::string words;
};

class Models {
 public:
  explicit Models(std::vector<Endpoint> endpoints, Budget budget = {})
      : runner(
            {.now_ms = [this] { return http->now_ms; },
             .day = [this] { return day; },
             .pause = [this](std::int64_t ms) -> net::Awaitable<void> {
               pauses.push_back(ms);
               http->now_ms += ms;
               co_return;
             },
             .dice = [] { return 0.0; },
             .log =
                 [this](const Note& note) {
                   problems.push_back(note.problem);
                   notes.push_back(std::string(note.what) + " " + std::string(note.model) + " " + note.code);
                 }},
            [this] { return tools; },
            author_words
        ) {
    runner.configure({.endpoints = std::move(endpoints), .http = http, .budget = budget});
  }

  Result<turns::ToolAnswer> call(
      std::string_view task, std::string_view input, std::shared_ptr<Heard> listener = nullptr
  ) {
    auto arguments = parse_json(input);
    REQUIRE_MESSAGE(arguments.has_value(), input);
    const turns::ToolCall request{
        .tool = "model." + std::string(task),
        .arguments = *arguments,
        .timeout_ms = timeout_ms,
        .listener = std::move(listener)
    };
    boost::asio::io_context loop;
    std::optional<Result<turns::ToolAnswer>> result;
    boost::asio::co_spawn(loop, runner.run(request), [&](std::exception_ptr problem, auto answer) {
      REQUIRE(problem == nullptr);
      result = std::move(answer);
    });
    loop.run();
    REQUIRE(result.has_value());
    return std::move(*result);
  }
  // The result as JSON, or "! code".
  std::string said(std::string_view task, std::string_view input) {
    const auto answer = call(task, input);
    return answer ? write_json(answer->result) : "! " + answer.error().pointer;
  }
  [[nodiscard]] std::vector<std::string> hosts() const {
    std::vector<std::string> all;
    for (const auto& request : http->requests) all.push_back(host_of(request.url));
    return all;
  }
  [[nodiscard]] Counts counts(std::string_view model) const {
    for (const auto& standing : runner.standings()) {
      if (standing.model == model) return standing.counts;
    }
    return {};
  }

  std::shared_ptr<ScriptedHttp> http = std::make_shared<ScriptedHttp>();
  std::vector<flow::ToolSignature> tools;
  std::vector<std::int64_t> pauses;
  std::vector<std::string> notes;
  std::vector<std::string> problems;  // parallel to notes
  std::int64_t day = 20'000;
  std::uint32_t timeout_ms = 60'000;
  ModelRunner runner;
};

}  // namespace parley::models::testing
