#include "engine/memory/context.hpp"

#include <doctest/doctest.h>

#include <string>

#include "base/json.hpp"

using namespace parley;
using namespace parley::engine;

namespace {

Value typed(std::string_view text) {
  auto value = parse_typed(text);
  REQUIRE(value.has_value());
  return *value;
}

constexpr std::string_view kKnown =
    R"([{"name": "likes", "label": "likes", "value": "sushi", "at": {"@time": "2026-01-31T12:00:00Z"}},
        {"name": "size", "label": "shoe size", "value": 42}])";
constexpr std::string_view kHits =
    R"([{"text": "User: red shoes\nAssistant: Noted.", "at": {"@time": "2026-02-01T08:00:00Z"}, "score": 0.8},
        {"text": "likes: sushi", "fact": "likes", "at": {"@time": "2026-01-31T12:00:00Z"}, "score": 0.7},
        {"text": "User: a hat", "at": {"@time": "2026-02-02T08:00:00Z"}, "score": 0.2}])";

}  // namespace

TEST_CASE("what is known stands first, then what was said, each with its day; facts once") {
  CHECK(
      context_text(typed(kKnown), typed(kHits), 400) ==
      "likes: sushi (2026-01-31)\nshoe size: 42\n[2026-02-01] User: red shoes\nAssistant: Noted.\n"
      "[2026-02-02] User: a hat"
  );
  CHECK(context_text({}, {}, 400).empty());
  CHECK(context_text(typed("[]"), typed("[]"), 400).empty());
}

TEST_CASE("it has no more bytes than the tokens allow, and what is known no more than half of them") {
  const std::string much(5'000, 'x');
  const Value known = Value::list({MapBuilder().set("label", "much").set("value", much).build()});
  const Value hits = Value::list(
      {MapBuilder().set("text", "User: " + much).build(), MapBuilder().set("text", "User: the second").build()
      }
  );
  for (const std::uint32_t tokens : {50U, 100U, 1'000U}) {
    CAPTURE(tokens);
    const std::string text = context_text(known, hits, tokens);
    CHECK(text.size() <= std::size_t{tokens} * 3);
    CHECK(text.size() > std::size_t{tokens} * 2);
    const std::size_t said = text.find("User: ");
    REQUIRE(said != std::string::npos);
    CHECK(said <= std::size_t{tokens} * 3 / 2 + 8);
    CHECK(text.find("second") == std::string::npos);
  }
}

TEST_CASE("nothing is looked for with the words of a sensitive answer") {
  State state;
  state.message = "my order";
  CHECK(context_query(state, "the prompt") == "my order");
  state.message = "";
  CHECK(context_query(state, "the prompt") == "the prompt");
  state.message = "••••";
  CHECK_FALSE(context_query(state, "the prompt").has_value());
}
