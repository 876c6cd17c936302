#include <doctest/doctest.h>

#include <string>

#include "language/sentiment/sentiment.hpp"

namespace parley::language {
namespace {

struct Row {
  const char* text;
  Mood mood;
};

constexpr Row kRows[] = {
    {"", Mood::neutral},
    {"where is my order", Mood::neutral},
    {"I would like to change my address", Mood::neutral},
    {"the parcel arrived on monday", Mood::neutral},
    {"I love it", Mood::positive},
    {"this is great, thank you", Mood::positive},
    {"thanks a lot!", Mood::positive},
    {"works perfectly :)", Mood::positive},
    {"not bad at all", Mood::positive},
    {"no problem", Mood::positive},
    {"👍", Mood::positive},
    {"the product is okay but the support was awful", Mood::negative},
    {"this is terrible", Mood::negative},
    {"I am not happy with this", Mood::negative},
    {"I don't think this is good", Mood::negative},
    {"it doesn't work and nobody answers, I'm really frustrated", Mood::negative},
    {"worst service ever!!!", Mood::negative},
    {"what a waste of money", Mood::negative},
    {"😡", Mood::negative},
};

}  // namespace

TEST_CASE("the mood of a message") {
  for (const Row& row : kRows) {
    CAPTURE(row.text);
    CAPTURE(sentiment_of(row.text).score);
    CHECK(name(sentiment_of(row.text).mood) == name(row.mood));
  }
}

TEST_CASE("a score moves with what is said around a word") {
  const auto score = [](const char* text) { return sentiment_of(text).score; };
  CHECK(score("it is very good") > score("it is good"));
  CHECK(score("it is a bit good") < score("it is good"));
  CHECK(score("it is GOOD") > score("it is good"));
  CHECK(score("it is good!!") > score("it is good"));
  CHECK(score("it is not good") < 0);
  CHECK(score("it is not good") > score("it is awful"));
  CHECK(score("slow, but I love it") > score("I love it, but it is slow"));
  CHECK(score("IT IS GOOD") == doctest::Approx(score("it is good")));
}

TEST_CASE("any bytes have a mood, between -1 and 1") {
  std::string long_text;
  for (int i = 0; i < 2000; ++i) long_text += "awful ";
  CHECK(sentiment_of(long_text).score >= -1);
  CHECK(sentiment_of("\xFF\xFE \x80").mood == Mood::neutral);
}

}  // namespace parley::language
