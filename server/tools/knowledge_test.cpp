#include "server/tools/knowledge.hpp"

#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string>

#include "server/turns/vectors/test_vector_search.hpp"

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

namespace {

// Money is what refunds and reimbursements have in common; everything else is about something else.
class Meaning : public turns::TextVectors {
 public:
  [[nodiscard]] std::string maker() const override { return "meaning"; }
  turns::Awaitable<Result<turns::Vectors>> of(turns::VectorsAsked asked) override {
    ++asked_for;
    if (fails) co_return fail(ErrorCode::unavailable, "the model is down", "model_down");
    turns::Vectors vectors;
    for (const std::string& text : asked.texts) {
      const bool money = text.contains("money") || text.contains("reimburse");
      vectors.push_back(money ? std::vector<float>{1, 0.1F} : std::vector<float>{0.1F, 1});
    }
    co_return vectors;
  }
  bool fails = false;
  int asked_for = 0;
};

}  // namespace

TEST_CASE("with a model's vectors a passage is found by other words, from the second search on") {
  const auto knowledge = std::make_shared<KnowledgeRunner>();
  fill(*knowledge);
  const auto meaning = std::make_shared<Meaning>();
  knowledge->use_vectors(meaning);
  const std::string question = "when am I reimbursed";
  const auto found = [&] {
    const auto answer = search(*knowledge, "knowledge.faq", question, 0.2);
    REQUIRE(answer.has_value());
    return answer->result.size() == 0 ? std::string()
                                      : std::string(answer->result.as_list()[0].text("heading"));
  };
  meaning->fails = true;
  CHECK(found().empty());
  meaning->fails = false;
  CHECK(found().empty());
  CHECK(found() == "Returns > Refunds");
  // The passages once; each question.
  CHECK(meaning->asked_for == 3);
  meaning->fails = true;
  CHECK(found().empty());
  CHECK(search(*knowledge, "knowledge.faq", "do you ship to spain")->result.size() >= 1);
}

namespace {

class KeptMeaning : public Meaning {
 public:
  [[nodiscard]] turns::VectorSearch* search() const override { return by; }
  [[nodiscard]] std::size_t searched_beyond(std::string_view /*user_id*/) const override { return beyond; }
  turns::Awaitable<Result<void>> collect(turns::VectorsAsked asked, turns::Collection of) override {
    std::vector<turns::StoredVector> fresh;
    for (const std::string& text : asked.texts) fresh.push_back({key(text), {}});
    const auto made = co_await Meaning::of(std::move(asked));
    if (!made) co_return std::unexpected(made.error());
    for (std::size_t i = 0; i < fresh.size(); ++i)
      fresh[i].bytes.assign(reinterpret_cast<const char*>((*made)[i].data()), 2 * sizeof(float));
    co_return co_await by->add(std::move(of), std::move(fresh));
  }
  turns::VectorSearch* by = nullptr;
  std::size_t beyond = 0;
};

}  // namespace

TEST_CASE("where the store compares vectors, it is asked from the second search on, and keeps no old passages"
) {
  turns::testing::MemorySearch kept;
  const turns::Collection faq{.tenant = {}, .user_id = {}, .what = "knowledge.faq", .maker = "meaning"};
  kept.rows(faq)["a passage of last year"] = {1, 0.1F};
  const auto meaning = std::make_shared<KeptMeaning>();
  meaning->by = &kept;
  const auto knowledge = std::make_shared<KnowledgeRunner>();
  fill(*knowledge);
  knowledge->use_vectors(meaning);
  const auto found = [&] {
    const auto answer = search(*knowledge, "knowledge.faq", "when am I reimbursed", 0.2);
    REQUIRE(answer.has_value());
    return answer->result.size() == 0 ? std::string()
                                      : std::string(answer->result.as_list()[0].text("heading"));
  };
  SUBCASE("it is there") {
    CHECK(found().empty());
    CHECK(found() == "Returns > Refunds");
    CHECK(kept.rows(faq).size() == 4);
    kept.fails = true;
    CHECK(found().empty());
    CHECK(search(*knowledge, "knowledge.faq", "do you ship to spain")->result.size() >= 1);
  }
  SUBCASE("what failed is tried again") {
    kept.fails = true;
    CHECK(found().empty());
    CHECK(found().empty());
    kept.fails = false;
    CHECK(found().empty());
    CHECK(found() == "Returns > Refunds");
  }
  SUBCASE("a small source is compared in the process") {
    meaning->beyond = 4;
    CHECK(found().empty());
    CHECK(found() == "Returns > Refunds");
    CHECK(kept.searches == 0);
  }
}

TEST_CASE("a large source gets a graph in the background, which finds the same") {
  const auto exact = std::make_shared<KnowledgeRunner>();
  const auto graphed = std::make_shared<KnowledgeRunner>("en", 100);
  std::vector<KnowledgeDocument> documents;
  for (int i = 0; i < 300; ++i) {
    const std::string number = std::to_string(i);
    documents.push_back(
        {"knowledge/parts/" + number + ".md",
         "# Part " + number + "\n\nThe spare part " + number + " fits machine m" + std::to_string(i * 7) +
             ".\n"}
    );
  }
  exact->add_source("parts", documents);
  graphed->add_source("parts", documents);
  CHECK_FALSE(graphed->has_graph("parts"));
  for (int round = 0; round < 2; ++round) {
    for (const std::string question : {"part 17", "machine m700", "mashine m1400", "which parts are there"}) {
      CAPTURE(question);
      const auto expected = search(*exact, "knowledge.parts", question);
      const auto found = search(*graphed, "knowledge.parts", question);
      REQUIRE(expected.has_value());
      REQUIRE(found.has_value());
      CHECK(found->result == expected->result);
    }
    graphed->finish_graphs();
    CHECK(graphed->has_graph("parts"));
  }
  CHECK_FALSE(exact->has_graph("parts"));
}

TEST_CASE("a source that does not exist is named, with those that do") {
  KnowledgeRunner knowledge;
  fill(knowledge);
  const auto answer = search(knowledge, "knowledge.manual", "anything");
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().pointer == "no_knowledge");
  CHECK(answer.error().message == "there is no knowledge called 'manual'; there is faq");
}
