#include "language/retrieval/turn_memory.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

#include "language/retrieval/text_index.hpp"

using namespace parley;
using namespace parley::language;

namespace {

TurnMemory memory() {
  TurnMemory out;
  const auto add = [&](std::string conversation, std::uint64_t turn, std::string user, std::string assistant
                   ) { out.add({std::move(conversation), turn, {}, std::move(user), std::move(assistant)}); };
  add("c_1", 1, "I'd like two pizzas with mushrooms", "Two mushroom pizzas. Where shall we deliver?");
  add("c_1", 2, "to 5 Main Street please", "Thank you, it will be there in 40 minutes.");
  add("c_1", 3, "great", "Enjoy your meal!");
  add("c_2", 1, "my coffee machine leaks", "I am sorry to hear that. Which model is it?");
  add("c_2", 2, "the blue one", "The Aroma 300 has a recall: you will get a new gasket.");
  add("c_2", 3, "thanks, bye", "Goodbye.");
  add("c_3", 1, "do you have vegan cheese", "We do, for 2 dollars more.");
  return out;
}

std::string first(TurnMemory& memory, std::string_view question) {
  const auto found = memory.recall({.text = question});
  if (found.empty()) return "nothing";
  const RememberedTurn& turn = memory.turn(found.front().text);
  return turn.conversation + "." + std::to_string(turn.turn);
}

}  // namespace

TEST_CASE("a question finds the turn that it is about") {
  TurnMemory remembered = memory();
  struct {
    std::string question;
    std::string turn;
  } cases[] = {
      {"which pizzas did I order", "c_1.1"},
      {"what was the street I gave", "c_1.2"},
      {"how about the leaking coffee machine", "c_2.1"},
      {"what did you say about the gasket", "c_2.2"},
      {"vegan", "c_3.1"},
      {"mushroms on my pizza", "c_1.1"},
      {"quantum physics", "nothing"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.question);
    if (c.turn == "nothing") {
      CHECK(remembered.recall({.text = c.question, .min_score = 0.2F}).empty());
    } else {
      CHECK(first(remembered, c.question) == c.turn);
    }
  }
}

TEST_CASE("a turn is found by the words around it") {
  // "the blue one" says nothing of a machine.
  TurnMemory remembered = memory();
  const auto found = remembered.recall({.text = "coffee machine", .k = 3});
  std::vector<std::string> turns;
  for (const Match& match : found) {
    const RememberedTurn& turn = remembered.turn(match.text);
    turns.push_back(turn.conversation + "." + std::to_string(turn.turn));
  }
  CHECK(std::find(turns.begin(), turns.end(), "c_2.2") != turns.end());
}

TEST_CASE("what is being said now is not memory yet") {
  TurnMemory remembered = memory();
  const auto found =
      remembered.recall({.text = "coffee machine leaks", .k = 10, .conversation = "c_2", .before_turn = 1});
  for (const Match& match : found) CHECK(remembered.turn(match.text).conversation != "c_2");
}

TEST_CASE("limits: how many, how good, nothing") {
  TurnMemory remembered = memory();
  CHECK(remembered.recall({.text = "pizza coffee cheese", .k = 2}).size() == 2);
  CHECK(remembered.recall({.text = "pizza", .k = 0}).empty());
  CHECK(remembered.recall({.text = ""}).empty());
  CHECK(TurnMemory().recall({.text = "pizza"}).empty());
  for (const Match& match : remembered.recall({.text = "pizza", .k = 10, .min_score = 0.3F}))
    CHECK(match.score >= 0.3F);
}

TEST_CASE("a turn is remembered once, and conversations may be added side by side") {
  TurnMemory remembered;
  remembered.add({"a", 1, {}, "red shoes", ""});
  remembered.add({"b", 1, {}, "green hat", ""});
  remembered.add({"a", 2, {}, "size nine", ""});
  remembered.add({"a", 2, {}, "size nine", ""});
  CHECK(remembered.size() == 3);
  CHECK(remembered.last_turn("a") == 2);
  CHECK(remembered.last_turn("b") == 1);
  CHECK(remembered.last_turn("c") == 0);
  // The window of "size nine" holds "red shoes" and not "green hat", which stands between them here.
  const auto found = remembered.recall({.text = "shoes", .k = 3, .min_score = 0.05F});
  for (const Match& match : found) CHECK(remembered.turn(match.text).conversation == "a");
}

TEST_CASE("windows are the same whether texts are added in order or side by side") {
  const std::vector<Terms> texts{terms_of("red shoes"), terms_of("size nine"), terms_of("send them home")};
  TextIndex in_order({.reach = 2, .own_weight = 3});
  TextIndex::Id last = TextIndex::kNone;
  for (const Terms& text : texts) last = in_order.add(text, last);
  TextIndex mixed({.reach = 2, .own_weight = 3});
  const TextIndex::Id first = mixed.add(texts[0]);
  const TextIndex::Id second = mixed.add(texts[1], first);
  mixed.add(texts[2], second);
  const auto question = terms_of("shoes home");
  const auto one = in_order.scores(question);
  const auto other = mixed.scores(question);
  CHECK(std::vector<float>(one.begin(), one.end()) == std::vector<float>(other.begin(), other.end()));
}

TEST_CASE("what is found is what comparing every turn finds") {
  std::mt19937 dice(9);
  const auto sentence = [&](std::size_t words, std::uint32_t vocabulary) {
    std::string out;
    for (std::size_t i = 0; i < words; ++i) out += "w" + std::to_string(dice() % vocabulary) + "x ";
    return out;
  };
  const auto vector = [&] {
    std::normal_distribution<float> normal;
    std::vector<float> out(48);
    for (float& each : out) each = normal(dice);
    return out;
  };
  struct {
    std::string name;
    std::uint32_t vocabulary;
    std::size_t with_vector;  // of the turns
  } cases[] = {
      {"words alone, nearly all turns share some", 30, 0},
      {"words alone, few turns share some", 5'000, 0},
      {"half of the turns have a model's vector", 300, 350},
      {"all turns have a model's vector", 300, 700},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    TurnMemory remembered;
    for (std::uint64_t i = 0; i < 700; ++i) {
      const Timestamp at{static_cast<std::int64_t>(i)};
      const auto user = sentence(5, c.vocabulary);
      remembered.add({"c_" + std::to_string(i / 10), i % 10 + 1, at, user, sentence(7, c.vocabulary)});
    }
    for (std::size_t i = 0; i < c.with_vector; ++i) remembered.set_vector(699 - i, vector());
    std::size_t matches = 0;
    for (int round = 0; round < 20; ++round) {
      const std::string text = sentence(round % 3 == 0 ? 1 : 4, c.vocabulary);
      const std::vector<float> asked = c.with_vector > 0 ? vector() : std::vector<float>();
      TurnMemory::Question question{
          .text = text,
          .vector = asked,
          .k = round % 2 == 0 ? 3U : 40U,
          .conversation = "c_5",
          .before_turn = 3,
          .since = Timestamp{round * 10},
      };
      const std::vector<Match> found = remembered.recall(question);
      question.compare_all = true;
      const std::vector<Match> expected = remembered.recall(question);
      REQUIRE(found.size() == expected.size());
      for (std::size_t i = 0; i < found.size(); ++i) {
        CHECK(found[i].text == expected[i].text);
        CHECK(found[i].score == expected[i].score);
        CHECK(remembered.turn(found[i].text).at >= question.since);
      }
      matches += found.size();
    }
    CHECK(matches > 20);
  }
}
