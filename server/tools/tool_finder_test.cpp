// Finding the right one of many tools: what a task names, what it needs besides, and that nothing else is
// found.
#include "server/tools/tool_finder.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "wire/description.hpp"
#include "wire/tool_signature.hpp"

using namespace parley;
using namespace parley::tools;

namespace {

flow::ToolSignature tool(
    std::string name, std::string place, std::string description, std::string_view parameters = "{}"
) {
  return {
      .name = std::move(name),
      .parameters = parse_json(parameters).value(),
      .result = {},
      .effect = place.starts_with("GET") ? "read" : "unsafe",
      .description = std::move(description),
      .place = std::move(place)
  };
}

const std::vector<flow::ToolSignature>& library() {
  static const std::vector<flow::ToolSignature> all{
      tool("lib.list_books", "GET /books", "All books."),
      tool("lib.get_book", "GET /books/{book_id}", "A book.", R"({"required":["book_id"]})"),
      tool("lib.delete_book", "DELETE /books/{book_id}", "Throw a book away.", R"({"required":["book_id"]})"),
      tool(
          "lib.lendBook", "POST /loans", "Lend a book to a reader.", R"({"required":["book_id","reader_id"]})"
      ),
      tool("lib.search_readers", "GET /readers/search", "Find readers by name.", R"({"required":["query"]})"),
      tool(
          "lib.send_reminder",
          "POST /reminders",
          "Remind a reader of what is due.",
          R"({"required":["reader_id"]})"
      ),
      tool("lib.opening_hours", "GET /hours", "When the library is open."),
      tool("lib.set_opening_hours", "PUT /hours", "Change when the library is open."),
  };
  return all;
}

std::vector<std::string> found(std::string_view task, std::size_t k) {
  language::ToolIndex index(library());
  std::vector<std::string> names;
  for (const language::FoundTool& each : index.search(task, k))
    names.push_back(library()[each.tool].name.substr(4));
  return names;
}

bool has(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

Value call(ToolFinder& finder, std::string tool, std::string_view arguments) {
  const turns::ToolCall asked{.tool = std::move(tool), .arguments = parse_json(arguments).value()};
  boost::asio::io_context loop;
  std::optional<Result<turns::ToolAnswer>> answer;
  boost::asio::co_spawn(
      loop,
      finder.run(asked),
      [&](std::exception_ptr problem, Result<turns::ToolAnswer> got) {
        if (problem) std::rethrow_exception(problem);
        answer = std::move(got);
      }
  );
  loop.run();
  REQUIRE(answer.has_value());
  return *answer ? (*answer)->result : Value("! " + answer->error().pointer);
}

}  // namespace

TEST_CASE("a task finds the tool that it names, in other forms of the words and in names run together") {
  struct Case {
    const char* task;
    const char* first;
  };
  const Case cases[] = {
      {"when is the library open?", "opening_hours"},
      {"change the opening hours", "set_opening_hours"},
      {"lending a book", "lendBook"},
      {"reminders", "send_reminder"},
      {"throw away a book", "delete_book"},
      {"find a reader", "search_readers"},
  };
  for (const Case& c : cases) {
    INFO(c.task);
    REQUIRE_FALSE(found(c.task, 3).empty());
    CHECK(found(c.task, 3).front() == c.first);
  }
}

TEST_CASE("with a tool comes what finds the things that it needs") {
  CHECK(has(found("remind Ann of what is due", 3), "search_readers"));
  CHECK(has(found("throw it away", 3), "list_books"));
  CHECK(found("nothing of the kind zzz", 0).empty());
}

TEST_CASE("only tools of the agent are found and described") {
  ToolFinder finder(library());
  const Value one = call(finder, "tools.search", R"({"query":"books","tools":["lib.get_book"],"k":50})");
  REQUIRE(one.size() == 1);
  CHECK(one.as_list()[0].text("name") == "lib.get_book");
  CHECK(call(finder, "tools.search", R"({"query":"books"})").size() == 0);
  const Value told = call(
      finder, "tools.describe", R"({"names":["lib.get_book","lib.delete_book"],"tools":["lib.get_book"]})"
  );
  REQUIRE(told.size() == 1);
  CHECK(told.as_list()[0]["parameters"]["required"].size() == 1);
  CHECK(call(finder, "tools.search", R"({"query":""})") == Value("! invalid_arguments"));
  CHECK(call(finder, "tools.describe", R"({"names":[]})") == Value("! invalid_arguments"));
  CHECK_FALSE(finder.has("tools.call"));
}

namespace {

// What a model would make of texts: those about time are alike. Says no as often as it is told to.
class Meanings : public turns::TextVectors {
 public:
  explicit Meanings(int refusals) : refusals_(refusals) {}
  [[nodiscard]] std::string maker() const override { return "test"; }
  turns::Awaitable<Result<turns::Vectors>> of(turns::VectorsAsked asked) override {
    if (refusals_-- > 0) co_return fail(ErrorCode::unavailable, "not now");
    turns::Vectors vectors;
    for (const std::string& text : asked.texts) {
      const bool time = text.contains("hours") || text.contains("come by");
      vectors.push_back(time ? std::vector<float>{1, 0} : std::vector<float>{0, 1});
    }
    co_return vectors;
  }

 private:
  int refusals_;
};

}  // namespace

TEST_CASE("what a model makes of tools and tasks counts once it has seen all tools") {
  const std::string ask =
      R"({"query":"may I come by?","tools":["lib.opening_hours","lib.lendBook","lib.list_books"]})";
  const auto finder = std::make_shared<ToolFinder>(library());
  finder->use_vectors(std::make_shared<Meanings>(1));
  CHECK(call(*finder, "tools.search", ask).is_list());  // it would not; the next search asks again
  CHECK(call(*finder, "tools.search", ask).is_list());
  const Value found = call(*finder, "tools.search", ask);
  REQUIRE(found.size() > 0);
  CHECK(found.as_list()[0].text("name") == "lib.opening_hours");
}

// Queries written for this project, not taken from elsewhere; what the search was tried on while it was made.
TEST_CASE("tasks for Slack find most of what they need among ten of its 174 tools") {
  const std::filesystem::path described = std::string(PARLEY_DATA_DIR) + "/openapi/slack_web_openapi_v2.json";
  if (!std::filesystem::exists(described)) {
    MESSAGE("skipped: Slack's description is not there");
    return;
  }
  const auto read = [](const std::filesystem::path& path) {
    std::ifstream in(path);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  const auto connector =
      wire::compile_description(parse_json(read(described)).value(), {.connector = "slack"});
  REQUIRE(connector.has_value());
  std::vector<flow::ToolSignature> tools;
  for (const wire::Tool& each : connector->tools) tools.push_back(wire::signature_of(each));
  language::ToolIndex index(tools);
  const Value queries = parse_json(read(PARLEY_SOURCE_DIR "/tests/bench/tool_queries_slack.json")).value();
  double recall = 0;
  for (const Value& query : queries.as_list()) {
    std::size_t hits = 0;
    const auto ten = index.search(query.text("query"), 10);
    for (const Value& wanted : query["solution"].as_list()) {
      hits += std::ranges::any_of(ten, [&](const language::FoundTool& each) {
        const std::string& place = tools[each.tool].place;
        return place.substr(place.find(' ') + 1) == wanted.as_string();
      });
    }
    recall += static_cast<double>(hits) / static_cast<double>(query["solution"].size());
  }
  recall /= static_cast<double>(queries.size());
  MESSAGE("recall@10: " << recall);
  CHECK(recall >= 0.75);
}
