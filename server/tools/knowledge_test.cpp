#include "server/tools/knowledge.hpp"

#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>
#include <string>

using namespace parley;
using namespace parley::tools;

namespace {

Result<turns::ToolAnswer> search(
    KnowledgeRunner& knowledge, std::string tool, std::string query, double least = 0
) {
  boost::asio::io_context loop;
  std::optional<Result<turns::ToolAnswer>> result;
  const turns::ToolCall call{
      .tool = std::move(tool),
      .arguments = MapBuilder().set("query", query).set("k", 2).set("min_score", least).build(),
  };
  boost::asio::co_spawn(loop, knowledge.run(call), [&](std::exception_ptr, Result<turns::ToolAnswer> answer) {
    result = std::move(answer);
  });
  loop.run();
  REQUIRE(result.has_value());
  return std::move(*result);
}

void fill(KnowledgeRunner& knowledge) {
  knowledge.add_source(
      "faq",
      {{"knowledge/faq/returns.md",
        "# Returns\n\nSend things back within 30 days.\n\n## Refunds\n\nYour money comes back within a "
        "week.\n"},
       {"knowledge/faq/delivery.md",
        "# Delivery\n\nWe deliver to your door in two days.\n\n## Abroad\n\nWe ship to France and Spain.\n"}}
  );
}

}  // namespace

TEST_CASE("a question finds the passage that answers it, with its place") {
  KnowledgeRunner knowledge;
  fill(knowledge);
  struct {
    std::string question, heading, cite;
  } cases[] = {
      {"how long until I get my refund", "Returns > Refunds", "knowledge/faq/returns.md:7"},
      {"can I return something", "Returns", "knowledge/faq/returns.md:3"},
      {"do you ship to spain", "Delivery > Abroad", "knowledge/faq/delivery.md:7"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.question);
    const auto answer = search(knowledge, "knowledge.faq", c.question);
    REQUIRE(answer.has_value());
    REQUIRE(answer->result.size() >= 1);
    const Value& first = answer->result.as_list()[0];
    CHECK(first.text("heading") == c.heading);
    CHECK(first.text("cite") == c.cite);
    CHECK_FALSE(first.text("text").empty());
    CHECK(first["score"].to_double() > 0);
    CHECK(answer->result.size() <= 2);
  }
}

TEST_CASE("a passage that answers passes a modest threshold, also among few") {
  KnowledgeRunner knowledge;
  fill(knowledge);
  const auto answer = search(knowledge, "knowledge.faq", "how long until I get a refund", 0.2);
  REQUIRE(answer.has_value());
  REQUIRE(answer->result.size() >= 1);
  CHECK(answer->result.as_list()[0].text("heading") == "Returns > Refunds");
}

TEST_CASE("nothing is found for what nobody wrote about") {
  KnowledgeRunner knowledge;
  fill(knowledge);
  const auto answer = search(knowledge, "knowledge.faq", "quantum chromodynamics", 0.2);
  REQUIRE(answer.has_value());
  CHECK(answer->result.size() == 0);
}

TEST_CASE("a source that does not exist is named, with those that do") {
  KnowledgeRunner knowledge;
  fill(knowledge);
  const auto answer = search(knowledge, "knowledge.manual", "anything");
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().pointer == "no_knowledge");
  CHECK(answer.error().message == "there is no knowledge called 'manual'; there is faq");
}
