// Vectors from a scripted server: batches, attempts, the budget, and what is told of failures.
#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>
#include <string>
#include <vector>

#include "server/models/test_models.hpp"

using namespace parley;
using namespace parley::models;
using namespace parley::models::testing;

namespace {

std::string vectors_body(std::size_t count) {
  std::string data;
  for (std::size_t i = 0; i < count; ++i)
    data += (data.empty() ? "" : ",") + ("{\"index\":" + std::to_string(i)) + ",\"embedding\":[" +
            std::to_string(i) + ",1]}";
  return "{\"data\":[" + data + "],\"usage\":{\"prompt_tokens\":" + std::to_string(10 * count) + "}}";
}

class Embedding : public Models {
 public:
  explicit Embedding(std::uint32_t dimensions = 0, Budget budget = {}) : Models({}) {
    runner.configure(
        {.endpoints = {},
         .embeddings = EmbeddingSetup{endpoint("vec"), dimensions},
         .http = http,
         .budget = budget}
    );
  }
  // "0+64 64+6" for the batches that came, and "! code" behind them.
  std::string make(std::vector<std::string> texts) {
    std::string came;
    boost::asio::io_context loop;
    std::optional<Result<void>> result;
    boost::asio::co_spawn(
        loop,
        runner.make(
            std::move(texts),
            timeout_ms,
            [&](std::size_t first, turns::Vectors vectors) -> turns::Awaitable<void> {
              came +=
                  (came.empty() ? "" : " ") + std::to_string(first) + "+" + std::to_string(vectors.size());
              co_return;
            }
        ),
        [&](std::exception_ptr problem, Result<void> done) {
          REQUIRE(problem == nullptr);
          result = std::move(done);
        }
    );
    loop.run();
    REQUIRE(result.has_value());
    if (!*result) came += (came.empty() ? "! " : " ! ") + result->error().pointer;
    return came;
  }
};

}  // namespace

TEST_CASE("texts go in batches, and each is asked for once") {
  Embedding models(256);
  models.http->replies["vec"] = {{.body = vectors_body(64)}, {.body = vectors_body(6)}};
  CHECK(models.make(std::vector<std::string>(70, "a text")) == "0+64 64+6");
  REQUIRE(models.http->requests.size() == 2);
  const auto& sent = models.http->requests[0];
  CHECK(sent.url == "http://vec/v1/embeddings");
  const auto body = parse_json(sent.body);
  REQUIRE(body.has_value());
  CHECK(body->text("model") == "m-vec");
  CHECK((*body)["dimensions"] == Value(256));
  CHECK((*body)["input"].size() == 64);
  CHECK(models.counts("vec").input_tokens == 700);
  CHECK(models.runner.spent_today().tokens == 700);
  CHECK(models.runner.maker() == "http://vec/v1#m-vec/256");
}

TEST_CASE("long texts make small batches") {
  Embedding models;
  models.http->replies["vec"] = {{.body = vectors_body(2)}, {.body = vectors_body(1)}};
  CHECK(models.make(std::vector<std::string>(3, std::string(30'000, 'x'))) == "0+2 2+1");
}

TEST_CASE("what may pass is tried again; what came before a failure is kept") {
  Embedding models;
  models.http->replies["vec"] = {
      {.status = 503, .body = "busy"}, {.body = vectors_body(64)}, {.status = 400, .body = "no"}
  };
  CHECK(models.make(std::vector<std::string>(70, "a text")) == "0+64 ! model_request");
  CHECK(models.pauses.size() == 1);
  CHECK(models.counts("vec").vectors_missing == 1);
  CHECK(models.notes.back() == "texts go without vectors vec model_request");
}

TEST_CASE("failures: no model, no answer that fits, no time, no budget, and rest after several") {
  struct {
    std::string name;
    Reply reply;
    std::string expected;
  } cases[] = {
      {"fewer vectors than texts", {.body = vectors_body(1)}, "! model_answer"},
      {"no vectors", {.body = "{}"}, "! model_answer"},
      {"too late", {.takes_ms = 100'000}, "! timeout"},
      {"no such model", {.status = 404, .body = "{}"}, "! model_not_found"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    Embedding models;
    models.http->replies["vec"] = {c.reply};
    CHECK(models.make({"one", "two"}) == c.expected);
  }
  Models none({});
  CHECK(none.runner.maker().empty());

  Embedding poor(0, {.tokens = 1, .money = {}});
  poor.http->replies["vec"] = {{.body = vectors_body(2)}};
  CHECK(poor.make({"one", "two"}) == "! budget");
  CHECK(poor.http->requests.empty());

  Embedding down;
  down.http->replies["vec"] = {{.status = 500, .body = "broken"}};
  for (std::uint32_t i = 0; i < Breaker::kFailures; ++i) CHECK(down.make({"one"}) == "! model_down");
  const std::size_t asked = down.http->requests.size();
  CHECK(down.make({"one"}) == "! model_resting");
  CHECK(down.http->requests.size() == asked);
}
