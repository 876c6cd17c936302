// parley nlu classify: what the classifier makes of messages, for people who measure it.
#include <fstream>
#include <string>

#include "base/json.hpp"
#include "cli/command_files.hpp"
#include "cli/json_lines.hpp"
#include "cli/nlu/verdict.hpp"
#include "cli/terminal.hpp"
#include "language/classifier/classifier.hpp"

namespace parley::cli {
namespace {

using language::Classifier;
using language::IntentPhrase;

// "cancel_reservation" reads as "cancel reservation": a name says what its examples are about.
std::string spoken(std::string name) {
  for (char& c : name) {
    if (c == '_' || c == '-' || c == '.') c = ' ';
  }
  return name;
}

// {text, intent} a line; without an intent, or with null, it belongs to none of them.
Result<std::vector<IntentPhrase>> read_phrases(const std::string& path) {
  std::ifstream file(path);
  if (!file)
    return fail(
        ErrorCode::not_found, path + " cannot be read", {}, "--train takes a file of lines {text, intent}"
    );
  std::vector<IntentPhrase> phrases;
  std::size_t number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    const auto row = object_with_text(line, "text");
    if (!row) {
      return fail(ErrorCode::invalid_input, path + ":" + std::to_string(number) + ": " + row.error().message);
    }
    const Value& intent = (*row)["intent"];
    if (!intent.is_null() && !intent.is_string()) {
      return fail(ErrorCode::invalid_input, path + ":" + std::to_string(number) + ": 'intent' is not a text");
    }
    phrases.push_back({std::string(row->text("text")), std::string(row->text("intent")), false});
  }
  if (file.bad()) return fail(ErrorCode::unavailable, path + " cannot be read to its end");
  std::vector<IntentPhrase> names;
  for (const IntentPhrase& each : phrases) {
    if (each.intent.empty()) continue;
    if (names.empty() || names.back().intent != each.intent)
      names.push_back({spoken(each.intent), each.intent, true});
  }
  if (names.empty()) {
    return fail(
        ErrorCode::invalid_input,
        path + " has no phrase of any intent",
        {},
        "one line is {\"text\": \"where is my order\", \"intent\": \"order_status\"}"
    );
  }
  phrases.insert(phrases.end(), names.begin(), names.end());
  return phrases;
}

int run(const Arguments& arguments) {
  if (arguments.has("--jsonl") == arguments.has("TEXT")) {
    return report(
        {ErrorCode::invalid_input,
         "which text?",
         {},
         "parley nlu classify --train FILE 'where is my order', or --jsonl"},
        kExitUsage
    );
  }
  auto phrases = read_phrases(arguments.text("--train"));
  if (!phrases) return report(phrases.error(), kExitConfiguration);
  const Classifier classifier = Classifier::train(*std::move(phrases), arguments.text("--locale", "en"));
  if (arguments.has("TEXT")) {
    print_json(shown_verdict(classifier, classifier.classify(arguments.text("TEXT"))));
    return kExitOk;
  }
  return answer_lines(
      [&](std::string_view line, std::string& out) {
        const auto row = object_with_text(line, "text");
        if (!row) return append_error(out, row.error());
        append_json(out, shown_verdict(classifier, classifier.classify(row->text("text"))));
        out += '\n';
      },
      BlankLines::answered
  );
}

constexpr Option kOptions[] = {
    {"TEXT", "", "One message."},
    {"--train", "FILE", "The phrases to learn from: a JSON line {text, intent} each.", true},
    {"--locale", "TAG", "Their language; en when left out."},
    {"--jsonl", "", "Read {text} lines from standard input instead, and answer each."},
};

}  // namespace

constinit const Command kNluClassify{
    "nlu classify",
    "Say which intent a message means, learnt from phrases",
    "An answer has the intent (null when the message is none of them), its confidence from 0 to 1, the band\n"
    "(accept, clarify: ask which of the first two, fall_back) and the candidates. A line of the phrases\n"
    "without an intent is an example of what none of them is about.",
    kOptions,
    "parley nlu classify --train phrases.jsonl 'where is my parcel'\n"
    "parley nlu classify --train phrases.jsonl --jsonl < messages.jsonl",
    run,
};

}  // namespace parley::cli
