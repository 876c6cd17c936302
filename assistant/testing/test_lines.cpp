// The kinds of lines in a dialogue: one row of kReaders and one function each; what a line does is an
// overload of the player (dialogue.cpp).
#include <array>
#include <utility>

#include "assistant/testing/test_reader.hpp"

namespace parley::assistant {

namespace {

using flow::Node;

std::optional<LineKind> read_user(const Node& line, TestProblems& problems) {
  UserLine user;
  for (const Node::Member& member : line.members) {
    if (member.key == "user" || member.key == "press") {
      user.text = member.value.text;
      user.pressed = member.key == "press";
    } else if (member.key == "means" && member.value.is_list()) {
      user.means.emplace();
      for (const Node& command : member.value.items)
        user.means->push_back(language::command_from(flow::to_value(command)));
    } else {
      problems.unknown_key(member, {"user", "press", "means"});
    }
  }
  return user;
}

std::optional<LineKind> read_bot(const Node& line, TestProblems&) {
  const Node& said = line.members.front().value;
  BotLine bot;
  if (said.is_list()) {
    for (const Node& text : said.items) bot.texts.push_back(text.text);
  } else if (!said.quoted && said.text == "any") {
    bot.any = true;
  } else if (!said.quoted && said.text == "snapshot") {
    bot.snapshot = true;
  } else {
    bot.texts.push_back(said.text);
  }
  return bot;
}

std::optional<LineKind> read_tool(const Node& line, TestProblems& problems) {
  return read_tool_line(line, problems);
}

std::optional<LineKind> read_operator(const Node& line, TestProblems& problems) {
  const Node& what = line.members.front().value;
  if (what.is_map() && !what.members.empty()) {
    const Node::Member& action = what.members.front();
    if (action.key == "join" || action.key == "reply" || action.key == "leave")
      return OperatorLine{action.key, action.value.text};
    problems.unknown_key(action, {"join", "reply", "leave"});
  } else {
    problems.add(
        "T0106", what.position, "an operator line says what the operator does", "write: operator: {reply: …}"
    );
  }
  return std::nullopt;
}

std::optional<LineKind> read_review(const Node& line, TestProblems& problems) {
  const Node& what = line.members.front().value;
  ReviewLine review;
  for (const Node::Member& member : what.members) {
    if (member.key == "approve" || member.key == "reject") {
      review.action = member.key;
      review.note = member.value.text;
    } else if (member.key == "answer" || member.key == "edit") {
      review.action = member.key;
      review.values = flow::to_value(member.value);
    } else if (member.key == "note") {
      review.note = member.value.text;
    } else if (member.key == "by") {
      review.by = member.value.text;
    } else if (member.key == "values") {
      review.values = flow::to_value(member.value);
    } else {
      problems.unknown_key(member, {"approve", "reject", "answer", "edit", "note", "by", "values"});
    }
  }
  if (!review.action.empty()) return review;
  problems.add(
      "T0108",
      what.position,
      "a review line says what the reviewer decides",
      "write: review: {approve: fine}, {reject: why}, {answer: {field: value}} or {edit: {argument: value}}"
  );
  return std::nullopt;
}

std::optional<LineKind> read_event(const Node& line, TestProblems& problems) {
  return read_event_line(line, problems);
}

std::optional<LineKind> read_advance(const Node& line, TestProblems& problems) {
  const Node& by = line.members.front().value;
  auto duration = parse_duration(by.text);
  if (duration) return AdvanceLine{*duration};
  problems.add("T0105", by.position, duration.error().message, "write a duration such as 30m");
  return std::nullopt;
}

std::optional<LineKind> read_expect(const Node& line, TestProblems&) {
  return ExpectLine{flow::to_value(line.members.front().value)};
}

struct LineReader {
  std::string_view key;
  std::optional<LineKind> (*read)(const Node& line, TestProblems& problems);
};

constexpr auto kReaders = std::to_array<LineReader>({
    {"user", read_user},
    {"press", read_user},
    {"bot", read_bot},
    {"tool", read_tool},
    {"operator", read_operator},
    {"review", read_review},
    {"event", read_event},
    {"advance", read_advance},
    {"expect", read_expect},
});

}  // namespace

ToolLine read_tool_line(const Node& line, TestProblems& problems) {
  ToolLine tool;
  for (const Node::Member& member : line.members) {
    if (member.key == "tool") {
      tool.tool = member.value.text;
    } else if (member.key == "with") {
      tool.with = flow::to_value(member.value);
    } else if (member.key == "returns") {
      tool.outcome.returns = flow::to_value(member.value);
    } else if (member.key == "fails") {
      const Value failure = flow::to_value(member.value);
      tool.outcome.fail_code = failure.is_map() ? failure.text("code", "failed") : "failed";
      tool.outcome.fail_message =
          failure.is_map() ? failure.text("message") : std::string_view(member.value.text);
      tool.outcome.in_doubt = failure.is_map() && failure["in_doubt"] == Value(true);
    } else {
      problems.unknown_key(member, {"tool", "with", "returns", "fails"});
    }
  }
  return tool;
}

EventLine read_event_line(const Node& line, TestProblems& problems) {
  EventLine event;
  for (const Node::Member& member : line.members) {
    if (member.key == "event") {
      event.name = member.value.text;
    } else if (member.key == "data") {
      event.data = flow::to_value(member.value);
    } else {
      problems.unknown_key(member, {"event", "data"});
    }
  }
  return event;
}

std::optional<Line> read_line(const Node& line, TestProblems& problems) {
  if (!line.is_map() || line.members.empty()) {
    problems.add(
        "T0104",
        line.position,
        "a line of a dialogue is a map such as {user: hello}",
        "start it with user, press, bot, tool, operator, review, event, advance or expect"
    );
    return std::nullopt;
  }
  const Node::Member& first = line.members.front();
  std::vector<std::string_view> known;
  for (const LineReader& reader : kReaders) {
    known.push_back(reader.key);
    if (reader.key != first.key) continue;
    if (auto what = reader.read(line, problems)) return Line{line.position, *std::move(what)};
    return std::nullopt;
  }
  problems.unknown_key(first, std::move(known));
  return std::nullopt;
}

}  // namespace parley::assistant
