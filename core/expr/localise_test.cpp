#include "expr/localise.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

#include "base/json.hpp"
#include "base/utf8.hpp"
#include "expr/expression.hpp"

using namespace parley;
using namespace parley::expr;

namespace {

// No-break spaces as _ and ~, which a reader of this file can see.
std::string visible(std::string text) {
  for (auto [space, mark] : {std::pair{"\u00a0", "_"}, std::pair{"\u202f", "~"}}) {
    for (std::size_t at; (at = text.find(space)) != std::string::npos;) {
      text.replace(at, std::string_view(space).size(), mark);
    }
  }
  return text;
}

std::string run(const std::string& source) {
  auto expression = Expression::compile(source);
  if (!expression) return "does not compile: " + expression.error().message;
  Result<Value> result = expression->evaluate(Scope::of_map(Value::map()));
  if (!result) return result.error().message;
  return result->is_string() ? visible(std::string(result->as_string())) : write_json(*result);
}

}  // namespace

TEST_CASE("numbers, amounts, dates and times in each language") {
  struct Row {
    const char* locale;
    const char* number;
    const char* money;
    const char* short_date;
    const char* long_date;
    const char* full_date;
    const char* time;
    const char* both;
    const char* duration;
    const char* list;
  };
  constexpr Row kRows[] = {
      {"en",
       "1,234.5",
       "-€1,234.50",
       "11/03/2026",
       "November 3, 2026",
       "Tuesday, November 3, 2026",
       "5:05 PM",
       "November 3, 2026 at 5:05 PM",
       "2 days, 1 hour and 5 minutes",
       "a, b and c"},
      {"en-GB",
       "1,234.5",
       "-€1,234.50",
       "03/11/2026",
       "3 November 2026",
       "Tuesday 3 November 2026",
       "17:05",
       "3 November 2026 at 17:05",
       "2 days, 1 hour and 5 minutes",
       "a, b and c"},
      {"de",
       "1.234,5",
       "-1.234,50_€",
       "03.11.2026",
       "3. November 2026",
       "Dienstag, 3. November 2026",
       "17:05",
       "3. November 2026 um 17:05",
       "2 Tage, 1 Stunde und 5 Minuten",
       "a, b und c"},
      {"de-CH",
       "1’234.5",
       "-€_1’234.50",
       "03.11.2026",
       "3. November 2026",
       "Dienstag, 3. November 2026",
       "17:05",
       "3. November 2026 um 17:05",
       "2 Tage, 1 Stunde und 5 Minuten",
       "a, b und c"},
      {"fr",
       "1~234,5",
       "-1~234,50_€",
       "03/11/2026",
       "3 novembre 2026",
       "mardi 3 novembre 2026",
       "17:05",
       "3 novembre 2026 à 17:05",
       "2 jours, 1 heure et 5 minutes",
       "a, b et c"},
      {"es",
       "1234,5",
       "-1234,50_€",
       "03/11/2026",
       "3 de noviembre de 2026",
       "martes, 3 de noviembre de 2026",
       "17:05",
       "3 de noviembre de 2026, 17:05",
       "2 días, 1 hora y 5 minutos",
       "a, b y c"},
      {"pt-BR",
       "1.234,5",
       "-€_1.234,50",
       "03/11/2026",
       "3 de novembro de 2026",
       "terça-feira, 3 de novembro de 2026",
       "17:05",
       "3 de novembro de 2026 às 17:05",
       "2 dias, 1 hora e 5 minutos",
       "a, b e c"},
      {"it",
       "1.234,5",
       "-1.234,50_€",
       "03/11/2026",
       "3 novembre 2026",
       "martedì 3 novembre 2026",
       "17:05",
       "3 novembre 2026 alle ore 17:05",
       "2 giorni, 1 ora e 5 minuti",
       "a, b e c"},
      {"nl",
       "1.234,5",
       "-€_1.234,50",
       "03-11-2026",
       "3 november 2026",
       "dinsdag 3 november 2026",
       "17:05",
       "3 november 2026 om 17:05",
       "2 dagen, 1 uur en 5 minuten",
       "a, b en c"},
      {"pl",
       "1234,5",
       "-1234,50_€",
       "03.11.2026",
       "3 listopada 2026",
       "wtorek, 3 listopada 2026",
       "17:05",
       "3 listopada 2026 17:05",
       "2 dni, 1 godzina i 5 minut",
       "a, b i c"},
      {"ja",
       "1,234.5",
       "-€1,234.50",
       "2026/11/03",
       "2026年11月3日",
       "2026年11月3日火曜日",
       "17:05",
       "2026年11月3日 17:05",
       "2日1時間5分",
       "a、b、c"},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.locale);
    std::string locale = ", '" + std::string(row.locale) + "'";
    std::string at = "timestamp('2026-11-03T17:05:00Z')";
    CHECK(run("format.number(1234.5" + locale + ")") == row.number);
    CHECK(run("format.money(money('-1234.5', 'EUR')" + locale + ")") == row.money);
    CHECK(run("format.date('2026-11-03'" + locale + ", 'short')") == row.short_date);
    CHECK(run("format.date(" + at + locale + ")") == row.long_date);
    CHECK(run("format.date(" + at + locale + ", 'full')") == row.full_date);
    CHECK(run("format.time('17:05'" + locale + ")") == row.time);
    CHECK(run("format.datetime(" + at + locale + ")") == row.both);
    CHECK(run("format.duration(duration('49h5m')" + locale + ")") == row.duration);
    CHECK(run("format.list(['a', 'b', 'c']" + locale + ")") == row.list);
  }
}

TEST_CASE("what is special in one language or value") {
  struct Case {
    const char* source;
    const char* text;
  };
  constexpr Case kCases[] = {
      {"format.number(1234567, 'en')", "1,234,567"},
      {"format.number(-999, 'en')", "-999"},
      {"format.number(-1000, 'en')", "-1,000"},
      {"format.number(12345, 'es')", "12.345"},
      {"format.number(12345, 'pl')", "12_345"},
      {"format.number('0.125', 'de', 2)", "0,12"},
      {"format.number(2, 'de', 2)", "2,00"},
      {"format.number(0.1 + 0.2, 'en', 2)", "0.30"},
      {"format.number(1e30, 'en')", "1,000,000,000,000,000,000,000,000,000,000"},
      {"format.number(1e300, 'de')", "1e+300"},
      {"format.number(0.0 / 0.0, 'de')", "NaN"},
      {"format.number(18446744073709551615u, 'fr')", "18~446~744~073~709~551~615"},
      {"format.number(1.5, 'xx')", "1.5"},
      {"format.number(1.5, 'de_DE')", "1,5"},
      {"format.money({'amount': 5, 'currency': 'JPY'}, 'ja')", "￥5"},
      {"format.money({'amount': 5, 'currency': 'PLN'}, 'pl')", "5,00_zł"},
      {"format.money({'amount': 5, 'currency': 'CHF'}, 'en')", "CHF_5.00"},
      {"format.money({'amount': 5, 'currency': 'CHF'}, 'de-CH')", "CHF_5.00"},
      {"format.money({'amount': 5, 'currency': 'BRL'}, 'pt')", "R$_5,00"},
      {"format.money(money('0.125', 'EUR'), 'en')", "€0.125"},
      {"format.time('00:05', 'en')", "12:05 AM"},
      {"format.time('12:05', 'en')", "12:05 PM"},
      {"format.time(timestamp('2026-07-01T22:30:00Z'), 'de', 'Europe/Berlin')", "00:30"},
      {"format.date(timestamp('2026-07-01T22:30:00Z'), 'de', 'short', 'Europe/Berlin')", "02.07.2026"},
      {"format.datetime(timestamp('2026-07-01T22:30:00Z'), 'de', 'short', 'Asia/Tokyo')", "02.07.2026 07:30"},
      {"format.duration(duration('0s'), 'en')", "0 seconds"},
      {"format.duration(duration('0s'), 'fr')", "0 seconde"},
      {"format.duration(duration('1.5s'), 'de')", "1,5 Sekunden"},
      {"format.duration(duration('-1m'), 'en')", "-1 minute"},
      {"format.duration(duration('22h'), 'pl')", "22 godziny"},
      {"format.duration(duration('12h'), 'pl')", "12 godzin"},
      {"format.list([], 'en')", ""},
      {"format.list(['a'], 'en')", "a"},
      {"format.list(['a', 'b'], 'fr')", "a et b"},
      {"format.list([1234.5, money(5, 'EUR')], 'de')", "1.234,5 und 5,00_€"},
      {"format.date('23.11.2026', 'de')",
       "format.date('23.11.2026', 'de'): the text is neither a date such as "
       "2026-11-23 nor a time such as 18:30."},
      {"format.date('2026-11-23', 'de', 'tiny')",
       "format.date('2026-11-23', 'de', 'tiny'): the style is 'short', 'long' or 'full'."},
  };
  for (const Case& entry : kCases) {
    CAPTURE(entry.source);
    CHECK(run(entry.source) == entry.text);
  }
}

TEST_CASE("every language's row is complete") {
  std::set<std::string_view> tags;
  for (const Locale& row : locales()) {
    CAPTURE(row.tag);
    CHECK(tags.insert(row.tag).second);
    for (std::string_view month : row.months) CHECK_FALSE(month.empty());
    for (std::string_view day : row.weekdays) CHECK_FALSE(day.empty());
    for (const UnitWords& unit : row.units)
      CHECK_FALSE((unit.one.empty() || unit.few.empty() || unit.many.empty()));
    CHECK(row.money.contains('#'));
    CHECK(row.money.contains("¤"));
  }
  for (const char* tag : {"en", "de", "fr", "es", "pt", "it", "nl", "pl", "ja"}) CHECK(tags.contains(tag));
}

TEST_CASE("texts are cut, folded and hidden by characters, never inside one") {
  struct Case {
    const char* source;
    const char* text;
  };
  constexpr Case kCases[] = {
      {"text.truncate('añb', 3)", "añb"},
      {"text.truncate('ñandú grande', 6)", "ñandú…"},
      {"text.truncate('日本語テキスト', 4)", "日本語…"},
      {"text.truncate('abcdef', 5, '...')", "ab..."},
      {"text.truncate('abc', 0)", "text.truncate('abc', 0): the length leaves no room for the mark."},
      {"text.title('élan VITAL, ça va')", "Élan Vital, Ça Va"},
      {"text.capitalize('')", ""},
      {"text.initials('  ada  von   lovelace ')", "AVL"},
      {"text.words('a　b')", R"(["a","b"])"},  // an ideographic space
      {"text.isBlank(' \\t　')", "true"},
      {"text.slug(\"Don't stop — Straße & Łódź!\")", "dont-stop-strasse-lodz"},
      {"text.slug('日本 語')", "日本-語"},
      {"text.slug('!!!')", ""},
      {"text.mask('ñandú')", "•••••"},
      {"text.mask('añ', 5)", "añ"},
      {"text.mask('secret', -1)", "••••••"},
      {"text.similarity('', '')", "1"},
      {"text.similarity('abc', 'xyz')", "0"},
      {"text.padLeft('ñ', 3, '·')", "··ñ"},
      {"text.padRight('abc', 2)", "abc"},
      {"text.padLeft('a', 99999999)", "text.padLeft('a', 99999999): the length is at most 10000."},
      {"text.padLeft('a', 3, 'xy')", "text.padLeft('a', 3, 'xy'): the filling is one character."},
  };
  for (const Case& entry : kCases) {
    CAPTURE(entry.source);
    CHECK(run(entry.source) == entry.text);
  }
}
