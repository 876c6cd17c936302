// parley nlu sentiment: how somebody feels about what they write.
#include <string>

#include "base/json.hpp"
#include "cli/command_files.hpp"
#include "cli/json_lines.hpp"
#include "cli/terminal.hpp"
#include "language/sentiment/sentiment.hpp"

namespace parley::cli {
namespace {

Value shown_sentiment(std::string_view text) {
  const language::Sentiment sentiment = language::sentiment_of(text);
  return Value::map({{"label", language::name(sentiment.mood)}, {"score", sentiment.score}});
}

int run(const Arguments& arguments) {
  if (arguments.has("--jsonl") == arguments.has("TEXT")) {
    return report(
        {ErrorCode::invalid_input,
         "which text?",
         {},
         "parley nlu sentiment 'this is great', or --jsonl for many from standard input"},
        kExitUsage
    );
  }
  if (arguments.has("TEXT")) {
    print_json(shown_sentiment(arguments.text("TEXT")));
    return kExitOk;
  }
  const auto answer = [](std::string_view line, std::string& out) {
    const auto row = object_with_text(line, "text");
    if (!row) return append_error(out, row.error());
    append_json(out, shown_sentiment(row->text("text")));
    out += '\n';
  };
  return answer_lines(answer, BlankLines::answered);
}

constexpr Option kOptions[] = {
    {"TEXT", "", "One message."},
    {"--jsonl", "", "Read {text} lines from standard input instead, and answer each."},
};

}  // namespace

constinit const Command kNluSentiment{
    "nlu sentiment",
    "Say whether a message is positive, neutral or negative",
    "An answer has a label and a score from -1 to 1. English words and emoji, by a lexicon; no model.",
    kOptions,
    "parley nlu sentiment 'not what I hoped for'\n"
    "parley nlu sentiment --jsonl < messages.jsonl",
    run,
};

}  // namespace parley::cli
