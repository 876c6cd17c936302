#include "assistant/testing/test_document.hpp"

#include <algorithm>
#include <utility>

#include "assistant/testing/test_reader.hpp"
#include "base/edit_distance.hpp"

namespace parley::assistant {

namespace {

using flow::Node;

std::string joined(const std::vector<std::string_view>& words) {
  std::string text;
  for (const std::string_view word : words) text += (text.empty() ? "" : ", ") + std::string(word);
  return text;
}

class Reader {
 public:
  explicit Reader(TestProblems& problems) : problems_(problems) {}

  std::vector<ConversationTest> read(const Node& document) {
    std::vector<ConversationTest> tests;
    const Node* list = document.is_map() ? document.find("tests") : &document;
    if (list == nullptr || !list->is_list()) {
      problems_.add(
          "T0101",
          document.position,
          "a test file holds a list under 'tests'",
          "write: tests: [{name: …, dialogue: […]}]"
      );
      return tests;
    }
    std::vector<ToolLine> stubs;
    if (document.is_map()) {
      for (const Node::Member& member : document.members) {
        if (member.key == "stubs")
          stubs = read_stubs(member.value);
        else if (member.key != "tests")
          problems_.unknown_key(member, {"tests", "stubs"});
      }
    }
    for (const Node& item : list->items) {
      auto test = read_test(item);
      if (!test) continue;
      test->stubs.insert(test->stubs.end(), stubs.begin(), stubs.end());
      tests.push_back(std::move(*test));
    }
    return tests;
  }

 private:
  std::vector<ToolLine> read_stubs(const Node& list) {
    std::vector<ToolLine> stubs;
    const bool sound = list.is_list() && std::ranges::all_of(list.items, [](const Node& stub) {
                         return stub.is_map() && stub.find("tool") != nullptr;
                       });
    if (!sound) {
      problems_.add(
          "T0107",
          list.position,
          "stubs are a list of what tools answer",
          "write: stubs: [{tool: stripe.charge, returns: {…}}]"
      );
      return stubs;
    }
    for (const Node& stub : list.items) stubs.push_back(read_tool_line(stub, problems_));
    return stubs;
  }

  std::optional<ConversationTest> read_test(const Node& item) {
    const Node* name = item.find("name");
    const Node* dialogue = item.find("dialogue");
    if (!item.is_map() || name == nullptr || dialogue == nullptr || !dialogue->is_list()) {
      problems_.add(
          "T0102",
          item.position,
          "a test needs a name and a dialogue",
          "write: {name: …, dialogue: [{user: …}, {bot: …}]}"
      );
      return std::nullopt;
    }
    ConversationTest test{.file = std::string(problems_.file()), .name = name->text};
    const std::size_t before = problems_.count();
    for (const Node::Member& member : item.members) read_key(member, test);
    for (const Node& line : dialogue->items) {
      if (auto read = read_line(line, problems_)) test.lines.push_back(std::move(*read));
    }
    if (problems_.count() != before) return std::nullopt;
    return test;
  }

  void read_key(const Node::Member& member, ConversationTest& test) {
    Setting& setting = test.setting;
    const std::string& text = member.value.text;
    if (member.key == "name" || member.key == "dialogue") return;
    if (member.key == "flow") {
      test.flow = text;
    } else if (member.key == "stubs") {
      test.stubs = read_stubs(member.value);
    } else if (member.key == "locale") {
      setting.locale = text;
    } else if (member.key == "user_id") {
      setting.user_id = text;
    } else if (member.key == "channel") {
      setting.channel = text;
    } else if (member.key == "currency") {
      setting.currency = text;
    } else if (member.key == "context") {
      setting.context = flow::to_value(member.value);
    } else if (member.key == "memory") {
      setting.memory = flow::to_value(member.value);
    } else if (member.key == "event") {
      test.event = member.value.is_map() ? read_event_line(member.value, problems_) : EventLine{text, {}};
    } else if (member.key == "utc_offset") {
      if (const auto offset = read_time(parse_duration(text), member, "write a duration such as -5h"))
        setting.utc_offset_seconds = static_cast<std::int32_t>(offset->seconds);
    } else if (member.key == "now") {
      setting.now = read_time(parse_timestamp(text), member, "write a time such as 2026-01-31T18:30:00Z");
    } else {
      problems_.unknown_key(
          member,
          {"name",
           "dialogue",
           "flow",
           "stubs",
           "locale",
           "user_id",
           "channel",
           "currency",
           "context",
           "memory",
           "event",
           "utc_offset",
           "now"}
      );
    }
  }

  template <typename T>
  std::optional<T> read_time(Result<T> time, const Node::Member& member, std::string help) {
    if (time) return *time;
    problems_.add("T0105", member.value.position, time.error().message, std::move(help));
    return std::nullopt;
  }

  TestProblems& problems_;
};

}  // namespace

void TestProblems::add(std::string code, flow::Position at, std::string message, std::string help) {
  diagnostics_.push_back(
      {std::move(code), flow::Severity::error, std::string(file_), at, std::move(message), std::move(help)}
  );
}

void TestProblems::unknown_key(const Node::Member& member, std::vector<std::string_view> known) {
  const auto near = nearest(member.key, known);
  add("T0103",
      member.key_position,
      "unknown key '" + member.key + "'",
      near.empty() ? "known here: " + joined(known) : "did you mean '" + std::string(near) + "'?");
}

bool ConversationTest::wants_snapshot() const {
  return std::ranges::any_of(lines, [](const Line& line) {
    const auto* bot = std::get_if<BotLine>(&line.what);
    return bot != nullptr && bot->snapshot;
  });
}

std::vector<ConversationTest> read_tests(
    const Node& document, std::string_view file, flow::Diagnostics& diagnostics
) {
  TestProblems problems(file, diagnostics);
  return Reader(problems).read(document);
}

}  // namespace parley::assistant
