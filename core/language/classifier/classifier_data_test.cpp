// How well messages of 150 public intents are understood from ten phrases each. The floors may rise and never
// fall.
#include <cstdio>
#include <fstream>
#include <string>

#include <doctest/doctest.h>

#include "base/json.hpp"
#include "language/classifier/classifier.hpp"

namespace parley::language {
namespace {

std::vector<IntentPhrase> load(const std::string& name) {
  std::vector<IntentPhrase> phrases;
  std::ifstream file(std::string(PARLEY_DATA_DIR) + "/language/" + name);
  for (std::string line; std::getline(file, line);) {
    const auto row = parse_json(line);
    if (row) phrases.push_back({std::string(row->text("text")), std::string(row->text("intent")), false});
  }
  return phrases;
}

// A tenth of the intents, so that the sanitized build is quick: those whose name hashes so.
bool is_in_subset(const std::string& intent) {
  unsigned sum = 0;
  for (const char c : intent) sum = sum * 31 + static_cast<unsigned char>(c);
  return sum % 8 == 3;
}

}  // namespace

TEST_CASE("unseen messages of a twenty-flow assistant are understood as well as before") {
  auto phrases = load("intent_CLINC150_train_10.jsonl");
  auto messages = load("intent_CLINC150_valid.jsonl");
  const auto others = load("intent_CLINC150_oos_test.jsonl");
  if (phrases.empty() || messages.empty() || others.empty()) {
    MESSAGE("the CLINC150 files are not in PARLEY_DATA_DIR; nothing to compare with");
    return;
  }
  const auto left_out = [](const IntentPhrase& each) { return !is_in_subset(each.intent); };
  std::erase_if(phrases, left_out);
  std::erase_if(messages, left_out);
  const Classifier classifier = Classifier::train(phrases);
  int right = 0;
  int taken = 0;
  for (const IntentPhrase& each : messages) {
    const Verdict verdict = classifier.classify(each.text);
    right += classifier.intents()[verdict.candidates[0].intent] == each.intent ? 1 : 0;
    taken += verdict.band != Band::fall_back ? 1 : 0;
  }
  int refused = 0;
  for (const IntentPhrase& each : others) {
    refused += classifier.classify(each.text).band == Band::fall_back ? 1 : 0;
  }
  const auto count = static_cast<double>(messages.size());
  std::printf(
      "%zu intents: right %.1f %%, taken %.1f %%, others refused %.1f %%\n",
      classifier.intents().size(),
      100 * right / count,
      100 * taken / count,
      100.0 * refused / static_cast<double>(others.size())
  );
  CHECK(right >= 0.90 * count);
  CHECK(taken >= 0.80 * count);
  CHECK(refused >= 0.88 * static_cast<double>(others.size()));
}

}  // namespace parley::language
