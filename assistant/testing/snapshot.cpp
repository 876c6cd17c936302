#include "assistant/testing/snapshot.hpp"

#include "assistant/line_diff.hpp"
#include "base/json.hpp"

namespace parley::assistant {

namespace {

// A text of several lines stays one line of the transcript.
std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    if (c == '\n')
      line += "\\n";
    else
      line += c;
  }
  return line;
}

class Transcript {
 public:
  void event(const engine::Event& event) {
    std::visit([&](const auto& body) { tell(body); }, event.body);
  }

  void effect(const engine::Effect& effect) {
    if (const auto* say = std::get_if<engine::Say>(&effect)) said(*say);
    if (const auto* call = std::get_if<engine::CallTool>(&effect))
      row("tool", call->tool + " " + write_canonical(call->arguments));
  }

  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  template <typename Body>
  void tell(const Body&) {}
  void tell(const engine::MessageReceived& message) {
    if (message.payload.empty())
      row("user", message.text);
    else
      row("press", message.payload);
  }
  void tell(const engine::ToolFailed& failed) { row("fails", failed.code); }
  void tell(const engine::TimerFired&) { row("time", "passes"); }
  void tell(const engine::OperatorJoined& joined) { row("joins", joined.name); }

  void said(const engine::Say& say) {
    std::string line = say.text;
    for (const engine::SaidButton& button : say.buttons) line += "  [" + button.label + "]";
    if (!say.card.is_null()) line += "  card " + write_canonical(say.card);
    switch (say.speaker) {
      case engine::Speaker::assistant:
        return row("bot", line);
      case engine::Speaker::operator_:
        return row("operator", line);
      case engine::Speaker::system:
        return row("system", line);
    }
  }

  void row(std::string_view who, std::string_view what) {
    text_ += who;
    text_ += ": ";
    text_ += one_line(what);
    text_ += '\n';
  }

  std::string text_;
};

}  // namespace

std::string transcript(std::span<const PlayedEvent> log) {
  Transcript transcript;
  for (const PlayedEvent& played : log) {
    transcript.event(played.event);
    for (const engine::Effect& effect : played.effects) transcript.effect(effect);
  }
  return transcript.take();
}

Snapshots read_snapshots(std::string_view text) {
  Snapshots snapshots;
  std::string* current = nullptr;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.starts_with("# ")) {
      current = &snapshots[std::string(line.substr(2))];
    } else if (current != nullptr && !line.empty()) {
      *current += line;
      *current += '\n';
    }
  }
  return snapshots;
}

std::string write_snapshots(const Snapshots& snapshots) {
  std::string text;
  for (const auto& [name, lines] : snapshots) {
    text += text.empty() ? "# " : "\n# ";
    text += name + "\n" + lines;
  }
  return text;
}

std::string snapshot_file(std::string_view test_file) {
  return std::string(test_file) + ".snapshot";
}

void attach_snapshots(std::span<ConversationTest> tests, const Snapshots& snapshots) {
  for (ConversationTest& test : tests) {
    if (const auto found = snapshots.find(test.name); found != snapshots.end()) test.snapshot = found->second;
  }
}

std::optional<std::string> snapshot_difference(
    const std::optional<std::string>& recorded, std::string_view now
) {
  if (!recorded)
    return "nothing is recorded for this test yet; parley test --update records what is said now";
  if (*recorded == now) return std::nullopt;
  std::string why = "the conversation is not the recorded one (- recorded, + now):";
  std::string diff = line_diff(*recorded, now);
  while (diff.ends_with('\n')) diff.pop_back();
  std::string_view rest = diff;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    why += "\n        ";
    why += rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  return why;
}

}  // namespace parley::assistant
