#include "assistant/testing/test_document.hpp"

#include <algorithm>
#include <utility>

#include "base/edit_distance.hpp"

namespace parley::assistant {

namespace {

class Reader {
 public:
  Reader(std::string_view file, flow::Diagnostics& diagnostics) : file_(file), diagnostics_(diagnostics) {}

  std::vector<ConversationTest> read(const flow::Node& document) {
    std::vector<ConversationTest> tests;
    const flow::Node* list = document.is_map() ? document.find("tests") : &document;
    if (list == nullptr || !list->is_list()) {
      problem(
          "T0101",
          document.position,
          "a test file holds a list under 'tests'",
          "write: tests: [{name: …, dialogue: […]}]"
      );
      return tests;
    }
    for (const flow::Node& item : list->items) {
      if (auto test = read_test(item)) tests.push_back(std::move(*test));
    }
    return tests;
  }

 private:
  void problem(std::string code, flow::Position at, std::string message, std::string help) {
    diagnostics_.push_back(
        {std::move(code), flow::Severity::error, std::string(file_), at, std::move(message), std::move(help)}
    );
  }

  std::optional<ConversationTest> read_test(const flow::Node& item) {
    const flow::Node* name = item.find("name");
    const flow::Node* dialogue = item.find("dialogue");
    if (!item.is_map() || name == nullptr || dialogue == nullptr || !dialogue->is_list()) {
      problem(
          "T0102",
          item.position,
          "a test needs a name and a dialogue",
          "write: {name: …, dialogue: [{user: …}, {bot: …}]}"
      );
      return std::nullopt;
    }
    ConversationTest test{.file = std::string(file_), .name = name->text};
    for (const flow::Node::Member& member : item.members) {
      if (member.key == "flow")
        test.flow = member.value.text;
      else if (member.key == "locale")
        test.locale = member.value.text;
      else if (member.key == "context")
        test.context = flow::to_value(member.value);
      else if (member.key != "name" && member.key != "dialogue")
        unknown_key(member, {"name", "dialogue", "flow", "locale", "context"});
    }
    const std::size_t before = diagnostics_.size();
    for (const flow::Node& line : dialogue->items) read_line(line, test);
    if (diagnostics_.size() != before) return std::nullopt;
    return test;
  }

  void unknown_key(const flow::Node::Member& member, std::vector<std::string_view> known) {
    const auto near = nearest(member.key, known);
    problem(
        "T0103",
        member.key_position,
        "unknown key '" + member.key + "'",
        near.empty() ? "known here: " + joined(known) : "did you mean '" + std::string(near) + "'?"
    );
  }

  static std::string joined(const std::vector<std::string_view>& words) {
    std::string text;
    for (const std::string_view word : words) text += (text.empty() ? "" : ", ") + std::string(word);
    return text;
  }

  void read_line(const flow::Node& line, ConversationTest& test) {
    if (!line.is_map() || line.members.empty()) {
      return problem(
          "T0104",
          line.position,
          "a line of a dialogue is a map such as {user: hello}",
          "start it with user, press, bot, tool, operator, advance or expect"
      );
    }
    const flow::Node::Member& first = line.members.front();
    Line read{.position = line.position, .what = UserLine{}};
    if (first.key == "user" || first.key == "press") {
      read.what = UserLine{first.value.text, first.key == "press"};
    } else if (first.key == "bot") {
      read.what = read_bot(first.value);
    } else if (first.key == "tool") {
      read.what = read_tool(line);
    } else if (first.key == "operator") {
      read.what = read_operator(first.value);
    } else if (first.key == "advance") {
      auto duration = parse_duration(first.value.text);
      if (!duration)
        return problem(
            "T0105", first.value.position, duration.error().message, "write a duration such as 30m"
        );
      read.what = AdvanceLine{*duration};
    } else if (first.key == "expect") {
      read.what = ExpectLine{flow::to_value(first.value)};
    } else {
      return unknown_key(first, {"user", "press", "bot", "tool", "operator", "advance", "expect"});
    }
    test.lines.push_back(std::move(read));
  }

  static BotLine read_bot(const flow::Node& node) {
    BotLine bot;
    if (node.is_list()) {
      for (const flow::Node& text : node.items) bot.texts.push_back(text.text);
    } else if (!node.quoted && node.text == "any") {
      bot.any = true;
    } else {
      bot.texts.push_back(node.text);
    }
    return bot;
  }

  ToolLine read_tool(const flow::Node& line) {
    ToolLine tool;
    for (const flow::Node::Member& member : line.members) {
      if (member.key == "tool")
        tool.tool = member.value.text;
      else if (member.key == "with")
        tool.with = flow::to_value(member.value);
      else if (member.key == "returns")
        tool.returns = flow::to_value(member.value);
      else if (member.key == "fails") {
        const Value failure = flow::to_value(member.value);
        tool.fail_code = failure.is_map() ? failure.text("code", "failed") : std::string_view("failed");
        tool.fail_message = failure.is_map() ? failure.text("message") : std::string_view(member.value.text);
      } else {
        unknown_key(member, {"tool", "with", "returns", "fails"});
      }
    }
    return tool;
  }

  OperatorLine read_operator(const flow::Node& node) {
    if (node.is_map() && !node.members.empty()) {
      const flow::Node::Member& action = node.members.front();
      if (action.key == "join" || action.key == "reply" || action.key == "leave")
        return {action.key, action.value.text};
      unknown_key(action, {"join", "reply", "leave"});
    } else {
      problem(
          "T0106",
          node.position,
          "an operator line says what the operator does",
          "write: operator: {reply: …}"
      );
    }
    return {};
  }

  std::string_view file_;
  flow::Diagnostics& diagnostics_;
};

}  // namespace

std::vector<ConversationTest> read_tests(
    const flow::Node& document, std::string_view file, flow::Diagnostics& diagnostics
) {
  return Reader(file, diagnostics).read(document);
}

}  // namespace parley::assistant
