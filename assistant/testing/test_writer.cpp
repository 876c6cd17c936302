#include "assistant/testing/test_writer.hpp"

#include <utility>

#include "base/json.hpp"
#include "expr/display.hpp"

namespace parley::assistant {

namespace {

std::string as_json(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

class Writer {
 public:
  std::string write(const ConversationTest& test, std::string_view comment) {
    while (!comment.empty()) {
      const std::size_t end = comment.find('\n');
      out_ += "# " + std::string(comment.substr(0, end)) + "\n";
      comment.remove_prefix(end == std::string_view::npos ? comment.size() : end + 1);
    }
    out_ += "tests:\n  - name: " + as_json(test.name) + "\n";
    settings(test);
    out_ += test.lines.empty() ? "    dialogue: []\n" : "    dialogue:\n";
    for (const Line& line : test.lines) add_line(line);
    return std::move(out_);
  }

  std::string write(const Line& line) {
    add_line(line);
    return std::move(out_);
  }

 private:
  void add_line(const Line& line) {
    out_ += "      - ";
    std::visit([this](const auto& what) { add(what); }, line.what);
  }

  void key(std::string_view name, std::string_view text) {
    out_ += "    " + std::string(name) + ": " + std::string(text) + "\n";
  }

  void settings(const ConversationTest& test) {
    const Setting usual;
    const Setting& setting = test.setting;
    if (!test.flow.empty()) key("flow", as_json(test.flow));
    if (setting.now) key("now", format_timestamp(*setting.now));
    if (setting.locale != usual.locale) key("locale", as_json(setting.locale));
    if (setting.user_id != usual.user_id) key("user_id", as_json(setting.user_id));
    if (setting.channel != usual.channel) key("channel", as_json(setting.channel));
    if (setting.currency != usual.currency) key("currency", as_json(setting.currency));
    if (setting.utc_offset_seconds != 0) key("utc_offset", format_duration({setting.utc_offset_seconds, 0}));
    if (!setting.context.is_null()) key("context", write_json(setting.context));
  }

  void add(const UserLine& user) {
    out_ += (user.pressed ? "press: " : "user: ") + as_json(user.text) + "\n";
    if (!user.means) return;
    ListBuilder commands;
    for (const language::Command& command : *user.means) commands.add(language::to_value(command));
    out_ += "        means: " + write_json(commands.build()) + "\n";
  }
  void add(const BotLine& bot) {
    if (bot.any) {
      out_ += "bot: any\n";
    } else if (bot.snapshot) {
      out_ += "bot: snapshot\n";
    } else if (bot.texts.size() == 1) {
      out_ += "bot: " + as_json(bot.texts.front()) + "\n";
    } else {
      out_ += "bot:\n";
      for (const std::string& text : bot.texts) out_ += "          - " + as_json(text) + "\n";
    }
  }
  void add(const ToolLine& tool) {
    out_ += "tool: " + as_json(tool.tool) + "\n";
    if (!tool.with.is_null()) out_ += "        with: " + write_json(tool.with) + "\n";
    const ToolOutcome& outcome = tool.outcome;
    if (!outcome.fail_code.empty()) {
      MapBuilder fails;
      fails.set("code", outcome.fail_code).set("message", outcome.fail_message);
      if (outcome.in_doubt) fails.set("in_doubt", true);
      out_ += "        fails: " + write_json(fails.build()) + "\n";
    } else if (outcome.returns) {
      out_ += "        returns: " + write_json(*outcome.returns) + "\n";
    }
  }
  void add(const OperatorLine& action) {
    out_ += "operator: {" + action.action + ": " + as_json(action.text) + "}\n";
  }
  void add(const ReviewLine& review) {
    const bool gives_values = review.action == "answer" || review.action == "edit";
    out_ += "review: {" + review.action + ": " +
            (gives_values ? write_json(review.values) : as_json(review.note));
    if (gives_values && !review.note.empty()) out_ += ", note: " + as_json(review.note);
    if (!gives_values && !review.values.is_null()) out_ += ", values: " + write_json(review.values);
    if (review.by != ReviewLine().by) out_ += ", by: " + as_json(review.by);
    out_ += "}\n";
  }
  void add(const EventLine& event) {
    out_ += "event: " + as_json(event.name) + "\n";
    if (!event.data.is_null()) out_ += "        data: " + write_json(event.data) + "\n";
  }
  void add(const AdvanceLine& advance) { out_ += "advance: " + format_duration(advance.by) + "\n"; }
  void add(const ExpectLine& expect) { out_ += "expect: " + write_json(expect.values) + "\n"; }

  std::string out_;
};

}  // namespace

std::string write_line(const Line& line) {
  return Writer().write(line);
}

std::string write_test(const ConversationTest& test, std::string_view comment) {
  return Writer().write(test, comment);
}

}  // namespace parley::assistant
