#include "language/classifier/classifier.hpp"

#include <algorithm>
#include <string>

#include <doctest/doctest.h>

namespace parley::language {
namespace {

std::vector<IntentPhrase> shop() {
  std::vector<IntentPhrase> phrases;
  const auto add = [&](const char* intent, std::initializer_list<const char*> texts) {
    for (const char* text : texts) phrases.push_back({text, intent, false});
    phrases.push_back({intent, intent, true});
  };
  add("order_status",
      {"where is my order",
       "has my parcel been shipped",
       "track my package",
       "when will my order arrive",
       "what is the status of my delivery",
       "my package has not arrived yet",
       "how long until my order gets here"});
  add("refund",
      {"i want my money back",
       "can i get a refund",
       "please refund my purchase",
       "i would like to return this item",
       "how do i send something back",
       "the item is broken and i want a refund",
       "reimburse me for my purchase"});
  add("opening_hours",
      {"when are you open",
       "what are your opening hours",
       "are you open on sunday",
       "what time do you close",
       "when does the store open",
       "is the shop open today",
       "how late are you open"});
  add("change_address",
      {"change my address",
       "i moved to a new place",
       "update my shipping address",
       "i want to have it delivered somewhere else",
       "the delivery address is wrong",
       "my address has changed",
       "ship it to another address"});
  return phrases;
}

const Classifier& trained() {
  static const Classifier kTrained = Classifier::train(shop());
  return kTrained;
}

std::string best(std::string_view text) {
  const Verdict verdict = trained().classify(text);
  if (verdict.band == Band::fall_back) return "";
  return trained().intents()[verdict.candidates[0].intent];
}

}  // namespace

TEST_CASE("a phrase of an author wins outright, however it is written") {
  const Verdict verdict = trained().classify("  Where is my ORDER?! ");
  CHECK(verdict.band == Band::accept);
  REQUIRE(verdict.candidates.size() == 1);
  CHECK(trained().intents()[verdict.candidates[0].intent] == "order_status");
  CHECK(verdict.candidates[0].confidence == 1);
}

TEST_CASE("the same phrase of two intents is asked about") {
  auto phrases = shop();
  phrases.push_back({"where is my order", "refund", false});
  const Classifier classifier = Classifier::train(phrases);
  const Verdict verdict = classifier.classify("where is my order");
  CHECK(verdict.band == Band::clarify);
  CHECK(verdict.candidates.size() == 2);
}

TEST_CASE("messages in words of their own find their intent") {
  CHECK(best("has my order shipped yet") == "order_status");
  CHECK(best("track my pakage please") == "order_status");  // mistyped
  CHECK(best("could i have a refund for this purchase") == "refund");
  CHECK(best("at what time does the shop open") == "opening_hours");
  CHECK(best("please update the address for my delivery") == "change_address");
}

TEST_CASE("messages about something else fall back") {
  for (const char* text :
       {"what is the capital of peru",
        "tell me a joke about cats",
        "asdf qwer",
        "",
        "???",
        "how old is the moon"}) {
    CAPTURE(text);
    CHECK(trained().classify(text).band == Band::fall_back);
  }
}

TEST_CASE("confidences are probabilities in falling order") {
  for (const char* text : {"where did you send my parcel", "open", "refund the delivery", "x"}) {
    CAPTURE(text);
    const Verdict verdict = trained().classify(text);
    double sum = 0;
    double before = 1;
    for (const Candidate& each : verdict.candidates) {
      CHECK(each.confidence >= 0);
      CHECK(each.confidence <= before);
      before = each.confidence;
      sum += each.confidence;
    }
    CHECK(sum <= doctest::Approx(1));
  }
}

TEST_CASE("the order of the phrases does not matter, to the bit") {
  auto phrases = shop();
  std::reverse(phrases.begin(), phrases.end());
  phrases.push_back(phrases.front());  // twice is once
  const Classifier other = Classifier::train(phrases);
  for (const char* text : {"where did you send my parcel", "can i come by today", "money please"}) {
    CAPTURE(text);
    const Verdict a = trained().classify(text);
    const Verdict b = other.classify(text);
    CHECK(a.band == b.band);
    REQUIRE(a.candidates.size() == b.candidates.size());
    for (std::size_t i = 0; i < a.candidates.size(); ++i) {
      CHECK(a.candidates[i].intent == b.candidates[i].intent);
      CHECK(a.candidates[i].confidence == b.candidates[i].confidence);
    }
  }
}

TEST_CASE("little to learn from never breaks anything") {
  CHECK(Classifier::train({}).classify("hello").band == Band::fall_back);
  CHECK(Classifier::train({}).intents().empty());
  const Classifier one = Classifier::train({{"where is my order", "order", false}});
  CHECK(one.classify("where is my order").band == Band::accept);
  CHECK(one.classify("who painted the ceiling").band == Band::fall_back);
  const Classifier empty_phrase = Classifier::train({{"", "order", false}, {"!!!", "other", false}});
  CHECK(empty_phrase.classify("").band != Band::accept);
  const Classifier only_background = Classifier::train({{"what is love", "", false}});
  CHECK(only_background.classify("what is love").band == Band::fall_back);
  std::string long_text;
  for (int i = 0; i < 20'000; ++i) long_text += "order ";
  (void)trained().classify(long_text);
  (void)trained().classify("\xFF\xFE\x80 order");
}

TEST_CASE("a phrase of none of the intents pulls messages like it away") {
  auto phrases = shop();
  for (const char* text :
       {"is my order kosher", "is your order of monks old", "in which order do planets come"}) {
    phrases.push_back({text, "", false});
  }
  const Classifier classifier = Classifier::train(phrases);
  CHECK(classifier.classify("in which order do the planets come").band != Band::accept);
  CHECK(classifier.intents().size() == 4);
}

TEST_CASE("intents that the phrases do not keep apart are named") {
  auto phrases = shop();
  for (const char* text :
       {"where is my parcel", "has my order been shipped", "track my order", "my parcel has not arrived"}) {
    phrases.push_back({text, "lost_parcel", false});
  }
  const Classifier classifier = Classifier::train(phrases);
  const auto confusables = classifier.confusables();
  const bool named = std::any_of(confusables.begin(), confusables.end(), [&](const Confusable& each) {
    return classifier.intents()[each.intent] == "lost_parcel" &&
           classifier.intents()[each.taken_for] == "order_status" && !each.example.empty();
  });
  CHECK(named);
}

TEST_CASE("stems of English words") {
  struct Row {
    const char* word;
    const char* stem;
  };
  for (const Row& row : {
           Row{"orders", "order"},
           {"ordered", "order"},
           {"ordering", "order"},
           {"shipping", "ship"},
           {"shipped", "ship"},
           {"batteries", "batter"},
           {"battery", "batter"},
           {"boxes", "box"},
           {"this", "thi"},
           {"bus", "bus"},
           {"pass", "pass"},
           {"change", "chang"},
           {"changing", "chang"},
           {"is", "is"},
       }) {
    CAPTURE(row.word);
    CHECK(stem(row.word, "en") == row.stem);
  }
  CHECK(stem("bestellungen", "de") == "bestellungen");
}

}  // namespace parley::language
