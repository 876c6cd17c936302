// The same promises in every language that Parley ships: values, a yes and a no, commands, refusals.
#include <doctest/doctest.h>

#include <array>
#include <string>

#include "base/json.hpp"
#include "language/extract.hpp"
#include "language/refusals.hpp"
#include "language/requests.hpp"
#include "language/vocabulary.hpp"

namespace parley::language {
namespace {

using flow::SlotKind;

// A Monday morning.
Circumstances monday(std::string_view locale) {
  return {.now = *parse_timestamp("2026-11-23T10:00:00Z"), .locale = locale, .currency = "EUR"};
}

std::string answer(SlotKind kind, std::string_view text, std::string_view locale) {
  flow::Slot slot;
  slot.name = "answer";
  slot.type.kind = kind;
  const auto value = read_answer(slot, text, monday(locale));
  return value ? write_json(*value) : "(" + value.error().reason + ")";
}

std::string command(std::string_view text, std::string_view locale) {
  const Utterance said(text, locale);
  auto found = builtin_command(said);
  if (!found) found = builtin_command_inside(said, true);
  if (!found) return "-";
  return std::string(name(found->kind)) + (found->topic.empty() ? "" : ":" + std::string(found->topic));
}

}  // namespace

TEST_CASE("values in German, French and Spanish") {
  struct {
    SlotKind kind;
    std::string_view locale;
    std::string text;
    std::string expected;
  } cases[] = {
      {SlotKind::integer, "de", "vier", "4"},
      {SlotKind::integer, "de", "einundzwanzig", "21"},
      {SlotKind::integer, "de", "wir sind zu fünft, also 5", "5"},
      {SlotKind::integer, "fr", "quatre personnes", "4"},
      {SlotKind::integer, "fr", "nous serons dix-sept", "17"},
      {SlotKind::integer, "fr", "vingt et un", "21"},
      {SlotKind::integer, "fr", "quatre-vingts", "80"},
      {SlotKind::integer, "fr", "quatre vingt douze", "92"},
      {SlotKind::integer, "fr", "soixante-dix-sept", "77"},
      {SlotKind::integer, "es", "somos cuatro", "4"},
      {SlotKind::integer, "es", "treinta y dos", "32"},
      {SlotKind::integer, "es", "veintidós", "22"},
      {SlotKind::number, "fr", "2,5", "2.5"},
      {SlotKind::number, "es", "1.299,50", "1299.5"},
      {SlotKind::date, "de", "übermorgen", R"("2026-11-25")"},
      {SlotKind::date, "fr", "demain", R"("2026-11-24")"},
      {SlotKind::date, "fr", "vendredi", R"("2026-11-27")"},
      {SlotKind::date, "fr", "le 5 décembre", R"("2026-12-05")"},
      {SlotKind::date, "es", "mañana", R"("2026-11-24")"},
      {SlotKind::date, "es", "el viernes", R"("2026-11-27")"},
      {SlotKind::date, "es", "5 de diciembre", R"("2026-12-05")"},
      {SlotKind::time, "de", "halb sechs abends", R"("17:30")"},
      {SlotKind::time, "fr", "18h30", R"("18:30")"},
      {SlotKind::time, "fr", "à 20 heures", R"("20:00")"},
      {SlotKind::time, "fr", "dix heures et quart", R"("10:15")"},
      {SlotKind::time, "fr", "huit heures moins dix du soir", R"("19:50")"},
      {SlotKind::time, "fr", "midi", R"("12:00")"},
      {SlotKind::time, "es", "a las ocho y media de la tarde", R"("20:30")"},
      {SlotKind::time, "es", "las cinco menos cuarto de la tarde", R"("16:45")"},
      {SlotKind::time, "es", "a las 18:30", R"("18:30")"},
      {SlotKind::boolean, "de", "ja gerne", "true"},
      {SlotKind::boolean, "de", "lieber nicht", "false"},
      {SlotKind::boolean, "fr", "oui, avec plaisir", "true"},
      {SlotKind::boolean, "fr", "d'accord", "true"},
      {SlotKind::boolean, "fr", "non merci", "false"},
      {SlotKind::boolean, "fr", "je ne sais pas", "(not_yes_or_no)"},
      {SlotKind::boolean, "es", "sí, claro", "true"},
      {SlotKind::boolean, "es", "no, gracias", "false"},
      {SlotKind::boolean, "es", "no sé", "(not_yes_or_no)"},
      {SlotKind::money, "fr", "25 euros", R"({"amount":"25.00","currency":"EUR"})"},
      {SlotKind::money, "es", "25,50 €", R"({"amount":"25.50","currency":"EUR"})"},
      {SlotKind::duration, "fr", "deux semaines", R"("1209600s")"},
      {SlotKind::duration, "es", "tres días", R"("259200s")"},
  };
  for (const auto& each : cases) {
    CAPTURE(each.locale);
    CAPTURE(each.text);
    CHECK(answer(each.kind, each.text, each.locale) == each.expected);
  }
}

TEST_CASE("commands and small talk in every language") {
  struct {
    std::string expected;
    std::array<std::string_view, 4> texts;  // en, de, fr, es
  } cases[] = {
      {"cancel", {"please cancel that", "bitte abbrechen", "annulez s'il vous plaît", "cancelar por favor"}},
      {"restart", {"can we start over", "noch einmal von vorn", "tout recommencer", "empezar de nuevo"}},
      {"correct_slot:back", {"go back", "einen Schritt zurück", "retour en arrière", "volver atrás"}},
      {"repeat", {"say that again", "wie bitte?", "répétez", "puede repetir"}},
      {"skip", {"skip this question", "Frage überspringen", "question suivante", "siguiente pregunta"}},
      {"ask_human",
       {"I want to talk to a person",
        "Ich möchte mit einem Menschen sprechen",
        "je voudrais parler à une personne",
        "quiero hablar con una persona"}},
      {"chitchat:greeting", {"hello", "guten Tag", "bonjour", "buenos días"}},
      {"chitchat:thanks", {"thank you", "vielen Dank", "merci beaucoup", "muchas gracias"}},
      {"chitchat:goodbye", {"goodbye", "auf Wiedersehen", "au revoir", "hasta luego"}},
      {"chitchat:machine",
       {"are you a robot?", "bist du ein Roboter?", "êtes-vous un robot ?", "¿eres un robot?"}},
      {"chitchat:identity", {"who are you", "wer bist du", "qui êtes-vous", "¿quién eres?"}},
      {"chitchat:abilities",
       {"what can you do", "was kannst du", "que pouvez-vous faire", "¿qué puedes hacer?"}},
      {"chitchat:why",
       {"why do you ask?", "warum fragen Sie das?", "pourquoi cette question ?", "¿por qué lo pregunta?"}},
      {"chitchat:how_long",
       {"how long will it take?", "wie lange dauert das?", "combien de temps ça prend ?", "¿cuánto tarda?"}},
      {"chitchat:so_far",
       {"what did I order?", "was habe ich bestellt?", "qu'est-ce que j'ai commandé ?", "¿qué he pedido?"}},
      {"chitchat:memory",
       {"what do you know about me", "was wissen Sie über mich", "que savez-vous de moi", "¿qué sabe de mí?"}
      },
      {"chitchat:sign_out",
       {"sign me out", "melde mich bitte ab", "je veux me déconnecter", "cierra mi sesión"}},
      {"chitchat:sign_out",
       {"sign me out of jira", "melde mich bei Jira ab", "déconnectez-moi de Jira", "cierre la sesión en Jira"
       }},
      {"chitchat:signed_in",
       {"where am I signed in?",
        "wo bin ich angemeldet?",
        "où suis-je connecté ?",
        "¿dónde he iniciado sesión?"}},
  };
  constexpr std::array<std::string_view, 4> kLocales = {"en", "de", "fr", "es"};
  for (const auto& each : cases) {
    for (std::size_t i = 0; i < kLocales.size(); ++i) {
      CAPTURE(kLocales[i]);
      CAPTURE(each.texts[i]);
      CHECK(command(each.texts[i], kLocales[i]) == each.expected);
    }
  }
}

TEST_CASE("every refusal is said in every language, and not in the words of another") {
  for (std::size_t i = 0; i <= static_cast<std::size_t>(Refused::empty); ++i) {
    const RefusedAnswer refused{static_cast<Refused>(i), "7", {"a", "b"}};
    CAPTURE(reason_of(refused.why));
    const std::string english = sentence_of(refused, "en");
    CHECK(english == sentence_of(refused, "nl"));
    for (const Vocabulary* each : vocabularies()) {
      const std::string sentence = sentence_of(refused, each->language);
      CAPTURE(sentence);
      CHECK_FALSE(sentence.empty());
      CHECK(sentence.find('{') == std::string::npos);
      CHECK((each->language == "en") == (sentence == english));
    }
  }
}

TEST_CASE("some of several choices, none and all") {
  flow::Slot slot;
  slot.name = "liked";
  slot.type = {SlotKind::list, std::make_shared<flow::SlotType>(flow::SlotType{SlotKind::choice, nullptr})};
  for (const char* each : {"food", "service", "music"}) slot.choices.push_back({each, each, {}});
  const auto chosen = [&](std::string_view text, std::string_view locale = "en") {
    const auto value = read_answer(slot, text, monday(locale));
    return value ? write_json(*value) : "(" + value.error().reason + ")";
  };
  CHECK(chosen("all of them") == R"(["food","service","music"])");
  CHECK(chosen("everything except the music") == R"(["food","service"])");
  CHECK(chosen("all but food and music") == R"(["service"])");
  CHECK(chosen("none of them") == "[]");
  CHECK(chosen("the food and the music") == R"(["food","music"])");
  CHECK(chosen("alles außer music", "de") == R"(["food","service"])");
  CHECK(chosen("both") == "(not_a_choice)");  // of three
  slot.choices.pop_back();
  CHECK(chosen("both") == R"(["food","service"])");
  CHECK(chosen("neither") == "[]");
  slot.min = 1;
  CHECK(chosen("neither") == "(too_few)");
}

TEST_CASE("what is not wanted is not taken") {
  flow::Slot slot;
  slot.name = "area";
  slot.type.kind = SlotKind::choice;
  for (const char* each : {"inside", "outside"}) slot.choices.push_back({each, each, {}});
  const auto chosen = [&](std::string_view text) {
    const auto value = read_answer(slot, text, monday("en"));
    return value ? write_json(*value) : "(" + value.error().reason + ")";
  };
  CHECK(chosen("not inside, outside") == R"("outside")");
  CHECK(chosen("outside, not inside") == R"("outside")");
  CHECK(chosen("anything but inside") == R"("outside")");
  CHECK(chosen("not the outside") == R"("inside")");
  CHECK(chosen("neither") == "(not_a_choice)");
  slot.choices.push_back({"bar", "bar", {}});
  CHECK(chosen("not inside") == "(not_a_choice)");
  CHECK(chosen("the bar instead of inside") == R"("bar")");
  slot.choices.clear();
  slot.type = {SlotKind::list, std::make_shared<flow::SlotType>(flow::SlotType{SlotKind::item, nullptr})};
  CHECK(chosen("not pizza, salad") == R"([{"item":"salad","quantity":1}])");
}

}  // namespace parley::language
