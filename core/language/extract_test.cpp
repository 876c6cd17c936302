#include "language/extract.hpp"

#include <doctest/doctest.h>

#include "base/json.hpp"
#include "base/utf8.hpp"
#include "language/dimension.hpp"

namespace parley::language {
namespace {

using flow::SlotKind;

// A Monday morning.
Circumstances monday(std::string_view locale = "en") {
  return {
      .now = *parse_timestamp("2026-11-23T10:00:00Z"),
      .utc_offset_seconds = 0,
      .locale = locale,
      .currency = "USD"
  };
}

flow::Slot slot_of(SlotKind kind) {
  flow::Slot slot;
  slot.name = "answer";
  slot.type.kind = kind;
  return slot;
}

flow::Slot list_of(SlotKind kind) {
  flow::Slot slot = slot_of(SlotKind::list);
  slot.type.element = std::make_shared<flow::SlotType>(flow::SlotType{kind, nullptr});
  return slot;
}

// The value as JSON, or the reason of the refusal in brackets.
std::string answer(const flow::Slot& slot, std::string_view text, std::string_view locale = "en") {
  const auto value = read_answer(slot, text, monday(locale));
  return value ? write_json(*value) : "(" + value.error().reason + ")";
}

struct Row {
  std::string text;
  std::string expected;
};

void check_all(const flow::Slot& slot, std::span<const Row> rows, std::string_view locale = "en") {
  for (const auto& [text, expected] : rows) {
    CAPTURE(text);
    CHECK(answer(slot, text, locale) == expected);
  }
}

std::vector<flow::Choice> sizes() {
  return {
      {"small", "Small", {}},
      {"medium", "Medium", {"regular"}},
      {"large", "Large", {"big"}},
      {"xl", "Extra large", {"extra-large"}}
  };
}

}  // namespace

TEST_CASE("numbers in digits and words") {
  const Row rows[] = {
      {"5", "5"},
      {"0", "0"},
      {"-5", "-5"},
      {"minus 3", "-3"},
      {"negative twelve", "-12"},
      {"3.5", "3.5"},
      {".5", "0.5"},
      {"1,299", "1299"},
      {"1,299.50", "1299.5"},
      {"1,00,000", "100000"},
      {"twenty-one", "21"},
      {"twenty one", "21"},
      {"ninety nine", "99"},
      {"a hundred", "100"},
      {"one hundred and five", "105"},
      {"five hundred and two", "502"},
      {"two thousand twenty six", "2026"},
      {"one hundred twenty three thousand four hundred fifty six", "123456"},
      {"3 million", "3000000"},
      {"2k", "2000"},
      {"1.5k", "1500"},
      {"2M", "2000000"},
      {"a dozen", "12"},
      {"half a dozen", "6"},
      {"two dozen", "24"},
      {"a couple", "2"},
      {"half", "0.5"},
      {"a quarter", "0.25"},
      {"1/2", "0.5"},
      {"3 1/2", "3.5"},
      {"two and a half", "2.5"},
      {"one and three quarters", "1.75"},
      {"two point five", "2.5"},
      {"2½", "2.5"},
      {"around 20 people", "20"},
      {"i need 4 please", "4"},
      {"we are 6", "6"},
      {"three (3)", "3"},
      {"ten, that is 10", "10"},
      {"99999999999999999999", "100000000000000000000"},
      {"2 or 3", "(ambiguous)"},
      {"between 5 and 10", "(ambiguous)"},
      {"none", "(not_a_number)"},
      {"A4", "(not_a_number)"},
      {"1.2.3", "(not_a_number)"},
      {"2nd", "(not_a_number)"},
      {"", "(empty)"},
      {" \n", "(empty)"},
  };
  check_all(slot_of(SlotKind::number), rows);
}

TEST_CASE("whole numbers") {
  const Row rows[] = {
      {"3", "3"},
      {"three", "3"},
      {"3.0", "3"},
      {"4 people", "4"},
      {"2.5", "(not_an_integer)"},
      {"half", "(not_an_integer)"},
      {"lots", "(not_a_number)"},
  };
  check_all(slot_of(SlotKind::integer), rows);
}

TEST_CASE("yes and no") {
  const Row rows[] = {
      {"yes", "true"},
      {"Yes!", "true"},
      {"yep", "true"},
      {"sure", "true"},
      {"sure thing", "true"},
      {"ok", "true"},
      {"yes please", "true"},
      {"that's right", "true"},
      {"That is correct.", "true"},
      {"not wrong", "true"},
      {"that is not false", "true"},
      {"no problem", "true"},
      {"why not", "true"},
      {"of course", "true"},
      {"go ahead", "true"},
      {"yeah, go ahead", "true"},
      {"sounds good to me", "true"},
      {"I think so", "true"},
      {"absolutely", "true"},
      {"👍", "true"},
      {"👍🏽", "true"},
      {"yes, to my home address please", "true"},
      {"i do", "true"},
      {"y", "true"},
      {"looks good", "true"},
      {"no", "false"},
      {"nope", "false"},
      {"nope, thanks", "false"},
      {"no thanks", "false"},
      {"no way", "false"},
      {"absolutely not", "false"},
      {"definitely no", "false"},
      {"I don't think so", "false"},
      {"not really", "false"},
      {"that's not right", "false"},
      {"that is wrong", "false"},
      {"no, that's wrong", "false"},
      {"not at all", "false"},
      {"of course not", "false"},
      {"don't", "false"},
      {"never", "false"},
      {"n", "false"},
      {"no, I want the other one", "false"},
      {"maybe", "(not_yes_or_no)"},
      {"not sure", "(not_yes_or_no)"},
      {"I'm not sure", "(not_yes_or_no)"},
      {"I don't know", "(not_yes_or_no)"},
      {"yes and no", "(not_yes_or_no)"},
      {"is that right?", "(not_yes_or_no)"},
      {"two pizzas", "(not_yes_or_no)"},
      {"I want a pizza with no cheese", "(not_yes_or_no)"},
      {"i would like to know what time it is", "(not_yes_or_no)"},
  };
  check_all(slot_of(SlotKind::boolean), rows);
}

TEST_CASE("amounts of money are exact") {
  const auto usd = [](const char* amount) {
    return std::string(R"({"amount":")") + amount + R"(","currency":"USD"})";
  };
  struct {
    std::string text;
    std::string expected;
  } cases[] = {
      {"$12.50", usd("12.50")},
      {"$ 10", usd("10.00")},
      {"10 dollars", usd("10.00")},
      {"a dollar", usd("1.00")},
      {"1,299.00 USD", usd("1299.00")},
      {"US$ 3.14", usd("3.14")},
      {"five dollars and twenty cents", usd("5.20")},
      {"20 dollars 43", usd("20.43")},
      {"$20 43", usd("20.43")},
      {"two dollars fifty", usd("2.50")},
      {"50 cents", usd("0.50")},
      {"10¢", usd("0.10")},
      {"20 bucks", usd("20.00")},
      {"$1.2k", usd("1200.00")},
      {"$4.7 billion", usd("4700000000.00")},
      {"-$5", usd("-5.00")},
      {"5", usd("5.00")},
      {"twelve fifty", usd("12.50")},
      {"0.1", usd("0.10")},
      {"$0.30", usd("0.30")},
      {"two nickels", usd("0.10")},
      {"about 30", usd("30.00")},
      {"$19.999", usd("19.999")},
      {"12 euros", R"({"amount":"12.00","currency":"EUR"})"},
      {"EUR 5", R"({"amount":"5.00","currency":"EUR"})"},
      {"12,50 €", R"({"amount":"12.50","currency":"EUR"})"},
      {"1.299,00 €", R"({"amount":"1299.00","currency":"EUR"})"},
      {"£5", R"({"amount":"5.00","currency":"GBP"})"},
      {"3 GBP and one", R"({"amount":"3.01","currency":"GBP"})"},
      {"100 yen", R"({"amount":"100","currency":"JPY"})"},
      {"5 KWD", R"({"amount":"5.000","currency":"KWD"})"},
      {"5 lakh rupees", R"({"amount":"500000.00","currency":"INR"})"},
      {"CHF 3.04", R"({"amount":"3.04","currency":"CHF"})"},
      {"between 5 and 10 dollars", "(range)"},
      {"5 euros or 10 euros", "(ambiguous)"},
      {"a lot", "(not_an_amount)"},
      {"exactly dollars", "(not_an_amount)"},
  };
  for (const auto& [text, expected] : cases) {
    CAPTURE(text);
    CHECK(answer(slot_of(SlotKind::money), text) == expected);
  }
}

TEST_CASE("addresses") {
  const Row emails[] = {
      {"ada@example.com", R"("ada@example.com")"},
      {"my email is ada.l@example.co.uk.", R"("ada.l@example.co.uk")"},
      {"<ada+x@example.com>", R"("ada+x@example.com")"},
      {"ada at gmail dot com", R"("ada@gmail.com")"},
      {"asdf dot k@fb dot com", R"("asdf.k@fb.com")"},
      {"foo@", "(not_an_email)"},
      {"a@b", "(not_an_email)"},
      {"@example.com", "(not_an_email)"},
      {"a..b@example.com", "(not_an_email)"},
      {"meet at noon", "(not_an_email)"},
      {"x@y.com or z@y.com", "(ambiguous)"},
  };
  check_all(slot_of(SlotKind::email), emails);
  const Row phones[] = {
      {"+1 (650) 701-8887", R"("+16507018887")"},
      {"555 1234", R"("5551234")"},
      {"call me at 06354640807", R"("06354640807")"},
      {"+33 1 46 64 79 98", R"("+33146647998")"},
      {"+1 202.555.0121", R"("+12025550121")"},
      {"(030) 123456", R"("030123456")"},
      {"12345", "(not_a_phone)"},
      {"12345678901234567", "(not_a_phone)"},
      {"later", "(not_a_phone)"},
  };
  check_all(slot_of(SlotKind::phone), phones);
  const Row urls[] = {
      {"http://www.example.com", R"("http://www.example.com")"},
      {"see https://a.b/c?d=e#f, ok", R"("https://a.b/c?d=e#f")"},
      {"cnn.com/info.", R"("cnn.com/info")"},
      {"localhost:8080", R"("localhost:8080")"},
      {"HTTPS://Example.com", R"("HTTPS://Example.com")"},
      {"25", "(not_a_url)"},
      {"ada@example.com", "(not_a_url)"},
      {"hello.world", "(not_a_url)"},
  };
  check_all(slot_of(SlotKind::url), urls);
}

TEST_CASE("choices, also with typing mistakes") {
  flow::Slot slot = slot_of(SlotKind::choice);
  slot.choices = sizes();
  const Row rows[] = {
      {"small", R"("small")"},
      {"LARGE!", R"("large")"},
      {"Extra large", R"("xl")"},
      {"xl", R"("xl")"},
      {"regular", R"("medium")"},
      {"the big one please", R"("large")"},
      {"I'd like the large one", R"("large")"},
      {"smal", R"("small")"},
      {"larg", R"("large")"},
      {"medum", R"("medium")"},
      {"mediun please", R"("medium")"},
      {"lrage", R"("large")"},
      {"extra lrage", R"("xl")"},
      {"extralarge", R"("xl")"},
      {"med", R"("medium")"},
      {"s", R"("small")"},
      {"extra", R"("xl")"},
      {"2", R"("medium")"},
      {"the second one", R"("medium")"},
      {"number two", R"("medium")"},
      {"option 3", R"("large")"},
      {"3rd", R"("large")"},
      {"option b", R"("medium")"},
      {"the last one", R"("xl")"},
      {"first", R"("small")"},
      {"one", R"("small")"},
      {"5", "(not_a_choice)"},
      {"0", "(not_a_choice)"},
      {"huge", "(not_a_choice)"},
      {"small or large", "(ambiguous)"},
      {"???", "(not_a_choice)"},
  };
  check_all(slot, rows);
}

TEST_CASE("an ambiguous choice is refused with the rivals' names") {
  flow::Slot slot = slot_of(SlotKind::choice);
  slot.choices = {
      {"std", "Standard delivery", {}}, {"exp", "Express delivery", {}}, {"pickup", "Pickup", {"pick up"}}
  };
  const auto value = read_answer(slot, "delivery", monday());
  REQUIRE(!value);
  CHECK(value.error().reason == "ambiguous");
  CHECK(value.error().message == "Did you mean Standard delivery or Express delivery?");
  const Row rows[] = {
      {"express", R"("exp")"},
      {"expres delivry", R"("exp")"},
      {"standard please", R"("std")"},
      {"I'll pick up", R"("pickup")"},
      {"standrad", R"("std")"},
      {"pikcup", R"("pickup")"},
  };
  check_all(slot, rows);
}

TEST_CASE("choices that are numbers win over places in the list") {
  flow::Slot slot = slot_of(SlotKind::choice);
  slot.choices = {{"10", "", {}}, {"2", "", {}}, {"1", "", {}}};
  const Row rows[] = {{"1", R"("1")"}, {"2", R"("2")"}, {"10", R"("10")"}, {"the third", R"("1")"}};
  check_all(slot, rows);
}

TEST_CASE("days") {
  const Row rows[] = {
      {"2026-11-23", R"("2026-11-23")"},
      {"2026/12/01", R"("2026-12-01")"},
      {"23 November 2026", R"("2026-11-23")"},
      {"Nov 23", R"("2026-11-23")"},
      {"Nov 22", R"("2027-11-22")"},
      {"Dec 1st, 2027", R"("2027-12-01")"},
      {"the second of december", R"("2026-12-02")"},
      {"december the 2nd", R"("2026-12-02")"},
      {"14april 2027", R"("2027-04-14")"},
      {"11/23/2026", R"("2026-11-23")"},
      {"31/12/2026", R"("2026-12-31")"},
      {"23.11.2026", R"("2026-11-23")"},
      {"10/31/74", R"("1974-10-31")"},
      {"12/24", R"("2026-12-24")"},
      {"today", R"("2026-11-23")"},
      {"tomorrow", R"("2026-11-24")"},
      {"yesterday", R"("2026-11-22")"},
      {"the day after tomorrow", R"("2026-11-25")"},
      {"friday", R"("2026-11-27")"},
      {"on monday", R"("2026-11-30")"},
      {"next friday", R"("2026-12-04")"},
      {"this friday", R"("2026-11-27")"},
      {"friday next week", R"("2026-12-04")"},
      {"last monday", R"("2026-11-16")"},
      {"in 3 days", R"("2026-11-26")"},
      {"in two weeks", R"("2026-12-07")"},
      {"in a month", R"("2026-12-23")"},
      {"3 days ago", R"("2026-11-20")"},
      {"a week from tomorrow", R"("2026-12-01")"},
      {"two weeks from now", R"("2026-12-07")"},
      {"next week", R"("2026-11-30")"},
      {"the 15th", R"("2026-12-15")"},
      {"Mon, Nov 30", R"("2026-11-30")"},
      {"monday the 30th", R"("2026-11-30")"},
      {"29 February", R"("2028-02-29")"},
      {"29 Feb 2027", "(not_a_date)"},
      {"30 Feb 2026", "(not_a_date)"},
      {"13/13/2026", "(not_a_date)"},
      {"soon", "(not_a_date)"},
      {"today or tomorrow", "(ambiguous)"},
  };
  check_all(slot_of(SlotKind::date), rows);
}

TEST_CASE("the locale decides between day and month") {
  CHECK(answer(slot_of(SlotKind::date), "03/04/2027", "en-US") == R"("2027-03-04")");
  CHECK(answer(slot_of(SlotKind::date), "03/04/2027", "en-GB") == R"("2027-04-03")");
  CHECK(answer(slot_of(SlotKind::date), "03/04/2027", "de") == R"("2027-04-03")");
}

TEST_CASE("times of day") {
  const Row rows[] = {
      {"18:30", R"("18:30")"},
      {"6pm", R"("18:00")"},
      {"6 p.m.", R"("18:00")"},
      {"6:15 PM", R"("18:15")"},
      {"12am", R"("00:00")"},
      {"12pm", R"("12:00")"},
      {"noon", R"("12:00")"},
      {"midnight", R"("00:00")"},
      {"half past six", R"("06:30")"},
      {"half past 6 pm", R"("18:30")"},
      {"quarter to 5", R"("04:45")"},
      {"a quarter past 3pm", R"("15:15")"},
      {"ten past nine", R"("09:10")"},
      {"20 minutes past 3pm", R"("15:20")"},
      {"twenty to eight in the evening", R"("19:40")"},
      {"half three", R"("03:30")"},
      {"8 o'clock", R"("08:00")"},
      {"3 in the afternoon", R"("15:00")"},
      {"seven thirty", R"("07:30")"},
      {"seven thirty p.m.", R"("19:30")"},
      {"twelve oh three", R"("12:03")"},
      {"18h30", R"("18:30")"},
      {"15h", R"("15:00")"},
      {"1830", R"("18:30")"},
      {"5.30", R"("05:30")"},
      {"15:23:24", R"("15:23:24")"},
      {"6", R"("06:00")"},
      {"at 7", R"("07:00")"},
      {"around 7ish", R"("07:00")"},
      {"25:00", "(not_a_time)"},
      {"10:75", "(not_a_time)"},
      {"later", "(not_a_time)"},
      {"650-650-6500", "(not_a_time)"},
  };
  check_all(slot_of(SlotKind::time), rows);
}

TEST_CASE("points in time") {
  const Row rows[] = {
      {"tomorrow at 6pm", R"("2026-11-24T18:00:00Z")"},
      {"6pm tomorrow", R"("2026-11-24T18:00:00Z")"},
      {"friday at noon", R"("2026-11-27T12:00:00Z")"},
      {"Nov 30 18:30", R"("2026-11-30T18:30:00Z")"},
      {"2026-11-30T18:30:00+01:00", R"("2026-11-30T17:30:00Z")"},
      {"2026-11-30T18:30", R"("2026-11-30T18:30:00Z")"},
      {"in 2 hours", R"("2026-11-23T12:00:00Z")"},
      {"in half an hour", R"("2026-11-23T10:30:00Z")"},
      {"20 minutes ago", R"("2026-11-23T09:40:00Z")"},
      {"now", R"("2026-11-23T10:00:00Z")"},
      {"at 9am", R"("2026-11-24T09:00:00Z")"},
      {"today at 11", R"("2026-11-23T11:00:00Z")"},
      {"today at 6", R"("2026-11-23T18:00:00Z")"},
      {"tonight at 8", R"("2026-11-23T20:00:00Z")"},
      {"tomorrow evening at 7", R"("2026-11-24T19:00:00Z")"},
      {"tomorrow morning at 9", R"("2026-11-24T09:00:00Z")"},
      {"tomorrow", "(no_time)"},
      {"sometime", "(not_a_datetime)"},
  };
  check_all(slot_of(SlotKind::datetime), rows);
}

TEST_CASE("the user's offset moves days and times") {
  Circumstances late = monday();
  late.utc_offset_seconds = -11 * 3600;  // still Sunday there
  CHECK(write_json(*read_answer(slot_of(SlotKind::date), "today", late)) == R"("2026-11-22")");
  CHECK(
      write_json(*read_answer(slot_of(SlotKind::datetime), "tomorrow at 6pm", late)) ==
      R"("2026-11-24T05:00:00Z")"
  );
}

TEST_CASE("spans of time") {
  const Row rows[] = {
      {"90 minutes", R"("5400s")"},
      {"an hour and a half", R"("5400s")"},
      {"two and a half hours", R"("9000s")"},
      {"half an hour", R"("1800s")"},
      {"three quarters of an hour", R"("2700s")"},
      {"1h30m", R"("5400s")"},
      {"2 hours 10", R"("7800s")"},
      {"2 weeks", R"("1209600s")"},
      {"a fortnight", R"("1209600s")"},
      {"5 days and 3 hours", R"("442800s")"},
      {"1 month", R"("2592000s")"},
      {"a year", R"("31536000s")"},
      {"15.5 minutes", R"("930s")"},
      {"a while", "(not_a_duration)"},
      {"30", "(not_a_duration)"},
      {"I second that", "(not_a_duration)"},
      {"999999999999 years", "(not_a_duration)"},
  };
  check_all(slot_of(SlotKind::duration), rows);
}

TEST_CASE("orders: things with quantities") {
  const Row rows[] = {
      {"2 pizzas and a coke", R"([{"item":"pizza","quantity":2},{"item":"coke","quantity":1}])"},
      {"two large pizzas, a coke and three beers please",
       R"([{"item":"large pizza","quantity":2},{"item":"coke","quantity":1},{"item":"beer","quantity":3}])"},
      {"I'd like a margherita", R"([{"item":"margherita","quantity":1}])"},
      {"pizza", R"([{"item":"pizza","quantity":1}])"},
      {"pizza x2", R"([{"item":"pizza","quantity":2}])"},
      {"2x pizza", R"([{"item":"pizza","quantity":2}])"},
      {"2 x coke", R"([{"item":"coke","quantity":2}])"},
      {"coke: 3, pizza (2)", R"([{"item":"coke","quantity":3},{"item":"pizza","quantity":2}])"},
      {"a couple of beers", R"([{"item":"beer","quantity":2}])"},
      {"half a dozen eggs", R"([{"item":"egg","quantity":6}])"},
      {"half a pizza", R"([{"item":"pizza","quantity":0.5}])"},
      {"two and a half pizzas", R"([{"item":"pizza","quantity":2.5}])"},
      {"a hundred and five roses", R"([{"item":"rose","quantity":105}])"},
      {"can I get 2 pizzas 1 coke and fries?",
       R"([{"item":"pizza","quantity":2},{"item":"coke","quantity":1},{"item":"fries","quantity":1}])"},
      {"fish and chips and 2 glasses of wine",
       R"([{"item":"fish and chips","quantity":1},{"item":"glass of wine","quantity":2}])"},
      {"two pizzas and a coke to 5 Main Street please",
       R"([{"item":"pizza","quantity":2},{"item":"coke","quantity":1}])"},
      {"two large pepperonis and three paninis",
       R"([{"item":"large pepperoni","quantity":2},{"item":"panini","quantity":3}])"},
      {"2 burgers with fries, 1 coke",
       R"([{"item":"burger with fries","quantity":2},{"item":"coke","quantity":1}])"},
      {"500ml water and 2 pizzas", R"([{"item":"500ml water","quantity":1},{"item":"pizza","quantity":2}])"},
      {"a 2 liter coke", R"([{"item":"2 liter coke","quantity":1}])"},
      {"2 pizzas\n1 coke", R"([{"item":"pizza","quantity":2},{"item":"coke","quantity":1}])"},
      {"2 pizzas, and also a coke for me", R"([{"item":"pizza","quantity":2},{"item":"coke","quantity":1}])"},
      {"I would like to order 3 cheeseburgers, two orders of fries, and a large sprite.",
       R"([{"item":"cheeseburger","quantity":3},{"item":"order of fries","quantity":2},{"item":"large sprite","quantity":1}])"
      },
      {"3 loaves of bread", R"([{"item":"loaf of bread","quantity":3}])"},
      {"2 cookies, 2 sandwiches, 2 berries, 2 knives, 2 glasses",
       R"([{"item":"cookie","quantity":2},{"item":"sandwich","quantity":2},{"item":"berry","quantity":2},{"item":"knife","quantity":2},{"item":"glasses","quantity":2}])"
      },
      {"7-up", R"([{"item":"7-up","quantity":1}])"},
      {"another coke", R"([{"item":"coke","quantity":1}])"},
      {"just a coffee for me please", R"([{"item":"coffee","quantity":1}])"},
      {"what do you have?", "(not_an_item)"},
      {"no thanks", "(not_an_item)"},
      {"hello", "(not_an_item)"},
      {"please", "(not_an_item)"},
      {"!!!", "(not_an_item)"},
  };
  check_all(list_of(SlotKind::item), rows);
}

TEST_CASE("orders from a menu") {
  flow::Slot slot = list_of(SlotKind::item);
  slot.choices = {
      {"margherita", "Margherita", {}},
      {"hawaii", "Ham and pineapple", {"hawaiian"}},
      {"seasons", "4 seasons", {}},
      {"coke", "Coca-Cola", {"coke", "cola"}}
  };
  const Row rows[] = {
      {"2 margheritas and a coke", R"([{"item":"margherita","quantity":2},{"item":"coke","quantity":1}])"},
      {"a margarita", R"([{"item":"margherita","quantity":1}])"},
      {"2 margherta", R"([{"item":"margherita","quantity":2}])"},
      {"2 ham and pineapple, a cola", R"([{"item":"hawaii","quantity":2},{"item":"coke","quantity":1}])"},
      {"4 seasons", R"([{"item":"seasons","quantity":1}])"},
      {"3 4 seasons", R"([{"item":"seasons","quantity":3}])"},
      {"a burger", "(not_a_choice)"},
  };
  check_all(slot, rows);
  const auto unknown = read_answer(slot, "a burger", monday());
  REQUIRE(!unknown);
  CHECK(unknown.error().message.find("\"burger\"") != std::string::npos);
}

TEST_CASE("lists of other kinds") {
  const Row numbers[] = {{"1, 5 and 12", "[1,5,12]"}, {"1,2,3", "[1,2,3]"}, {"none", "(not_a_number)"}};
  check_all(list_of(SlotKind::number), numbers);
  const Row texts[] = {
      {"red, green and blue", R"(["red","green","blue"])"}, {"Ada Lovelace", R"(["Ada Lovelace"])"}
  };
  check_all(list_of(SlotKind::text), texts);
  const Row emails[] = {{"a@x.com, b@y.org", R"(["a@x.com","b@y.org"])"}};
  check_all(list_of(SlotKind::email), emails);
  flow::Slot choices = list_of(SlotKind::choice);
  choices.choices = sizes();
  const Row chosen[] = {
      {"small and large", R"(["small","large"])"},
      {"the first and the last one", R"(["small","xl"])"},
      {"small, smal", R"(["small"])"},
      {"small and huge", "(not_a_choice)"}
  };
  check_all(choices, chosen);
}

TEST_CASE("bounds, patterns and choices of a slot are checked") {
  flow::Slot number = slot_of(SlotKind::integer);
  number.min = 1;
  number.max = 10;
  const Row numbers[] = {{"0", "(below_min)"}, {"1", "1"}, {"ten", "10"}, {"11", "(above_max)"}};
  check_all(number, numbers);

  flow::Slot money = slot_of(SlotKind::money);
  money.min = 5;
  money.max = 9.99;
  const Row amounts[] = {
      {"$4.99", "(below_min)"}, {"$9.99", R"({"amount":"9.99","currency":"USD"})"}, {"$10", "(above_max)"}
  };
  check_all(money, amounts);

  flow::Slot text = slot_of(SlotKind::text);
  text.min = 2;
  text.max = 4;
  const Row texts[] = {
      {"a", "(too_short)"}, {"  ab  ", R"("ab")"}, {"äöüß", R"("äöüß")"}, {"abcde", "(too_long)"}
  };
  check_all(text, texts);

  flow::Slot code = slot_of(SlotKind::text);
  code.pattern = *Regex::compile("[A-Z]{2}-[0-9]{3}");
  const Row codes[] = {{"AB-123", R"("AB-123")"}, {"AB-1234", "(pattern)"}, {"xAB-123", "(pattern)"}};
  check_all(code, codes);

  flow::Slot list = list_of(SlotKind::item);
  list.min = 2;
  list.max = 3;
  const Row lists[] = {{"a pizza", "(too_few)"}, {"pizza, coke, fries, beer", "(too_many)"}};
  check_all(list, lists);

  flow::Slot among = slot_of(SlotKind::number);
  among.choices = {{"5", "", {}}, {"10", "", {}}};
  const Row offered[] = {{"ten", "10"}, {"7", "(not_a_choice)"}};
  check_all(among, offered);
}

TEST_CASE("objects come from forms") {
  const Row rows[] = {
      {R"({"a":1})", R"({"a":1})"}, {"[1]", "(not_an_object)"}, {"my address", "(not_an_object)"}
  };
  check_all(slot_of(SlotKind::object), rows);
}

TEST_CASE("German: the same code with other tables") {
  const Row orders[] = {
      {"ich hätte gerne zwei Bier und eine Pizza bitte",
       R"([{"item":"bier","quantity":2},{"item":"pizza","quantity":1}])"}
  };
  check_all(list_of(SlotKind::item), orders, "de-DE");
  const Row polarity[] = {
      {"ja", "true"},
      {"Ja, gerne", "true"},
      {"nein danke", "false"},
      {"vielleicht", "(not_yes_or_no)"},
      {"kein Problem", "true"}
  };
  check_all(slot_of(SlotKind::boolean), polarity, "de");
  const Row money[] = {
      {"12,50 Euro", R"({"amount":"12.50","currency":"EUR"})"},
      {"1.299 €", R"({"amount":"1299.00","currency":"EUR"})"}
  };
  check_all(slot_of(SlotKind::money), money, "de");
  const Row times[] = {
      {"halb sechs", R"("05:30")"},
      {"18 Uhr", R"("18:00")"},
      {"Viertel nach acht", R"("08:15")"},
      {"18.30 Uhr", R"("18:30")"}
  };
  check_all(slot_of(SlotKind::time), times, "de");
  const Row dates[] = {
      {"übermorgen", R"("2026-11-25")"},
      {"3. Dezember 2026", R"("2026-12-03")"},
      {"nächsten Freitag", R"("2026-12-04")"}
  };
  check_all(slot_of(SlotKind::date), dates, "de");
}

TEST_CASE("an unknown locale is read as English") {
  CHECK(answer(slot_of(SlotKind::number), "five", "xx-YY") == "5");
}

TEST_CASE("values inside a longer message, with their places") {
  const std::string_view text =
      "Two large pepperoni to 5 Main St, call +1 202 555 0121 tomorrow at 6pm or mail ada@example.com";
  struct {
    SlotKind kind;
    std::string expected;
    std::string place;
  } cases[] = {
      {SlotKind::email, R"("ada@example.com")", "ada@example.com"},
      {SlotKind::phone, R"("+12025550121")", "+1 202 555 0121"},
      {SlotKind::datetime, R"("2026-11-24T18:00:00Z")", "tomorrow at 6pm"},
      {SlotKind::date, R"("2026-11-24")", "tomorrow"},
      {SlotKind::time, R"("18:00")", "6pm"},
  };
  for (const auto& [kind, expected, place] : cases) {
    CAPTURE(place);
    const auto found = find_values({kind, nullptr}, {}, text, monday());
    REQUIRE(found.size() == 1);
    CHECK(write_json(found[0].value) == expected);
    CHECK(text.substr(found[0].begin, found[0].end - found[0].begin) == place);
  }
}

TEST_CASE("choices are found inside a longer message") {
  const std::string_view text = "one larg coffee and a SMALL tea";
  const auto found = find_values({SlotKind::choice, nullptr}, sizes(), text, monday());
  REQUIRE(found.size() == 2);
  CHECK(write_json(found[0].value) == R"("large")");
  CHECK(text.substr(found[1].begin, found[1].end - found[1].begin) == "SMALL");
}

TEST_CASE("any bytes at all are read without harm, and places lie inside the text in order") {
  std::uint32_t state = 20261123;
  const auto next = [&](std::uint32_t below) {
    state = state * 1664525 + 1013904223;
    return (state >> 8) % below;
  };
  const std::string_view pieces[] = {
      "1",     "2,",      "3.",     "/",        "-",        "$",      "€",  " ",    "  ",       "two ",
      "and ",  "half ",   "a ",     "hundred ", "million ", "at ",    "@",  ".com", "pm",       ":30",
      "next ", "friday ", "in ",    "days",     "x",        "(",      ")",  "\xFF", "\xE2\x82", "ü",
      "👍",    "\n",      "pizza ", "of ",      "quarter ", "to ",    "20", "th ",  "dot ",     "http://",
      "+",     "'",       "\"",     "dozen ",   "minus ",   "point ",
  };
  constexpr SlotKind kKinds[] = {
      SlotKind::text,
      SlotKind::number,
      SlotKind::integer,
      SlotKind::boolean,
      SlotKind::money,
      SlotKind::date,
      SlotKind::time,
      SlotKind::datetime,
      SlotKind::duration,
      SlotKind::email,
      SlotKind::phone,
      SlotKind::url,
      SlotKind::choice,
      SlotKind::item,
      SlotKind::list,
      SlotKind::object,
  };
  const std::vector<flow::Choice> choices = sizes();
  for (int round = 0; round < 1000; ++round) {
    std::string text;
    const std::uint32_t length = next(24);
    for (std::uint32_t i = 0; i < length; ++i) {
      if (next(4) == 0) {
        text += static_cast<char>(next(256));
      } else {
        text += pieces[next(std::size(pieces))];
      }
    }
    const SlotKind kind = kKinds[static_cast<std::size_t>(round) % std::size(kKinds)];
    CAPTURE(text);
    flow::Slot slot = slot_of(kind);
    if (kind == SlotKind::choice) slot.choices = choices;
    (void)read_answer(slot, text, monday());
    std::size_t floor = 0;
    for (const Found& found : find_values(slot.type, slot.choices, text, monday())) {
      CHECK(found.begin >= floor);
      CHECK(found.end > found.begin);
      CHECK(found.end <= text.size());
      floor = found.end;
    }
    for (std::size_t dimension = 0; dimension <= static_cast<std::size_t>(Dimension::url); ++dimension) {
      for (const Found& found :
           find_dimension(static_cast<Dimension>(dimension), text, monday(), Latent::yes)) {
        CHECK(found.end <= text.size());
      }
    }
  }
}

TEST_CASE("long hostile messages stay cheap") {
  for (const std::string_view piece :
       {"1,", "1.", "1 (", "one ", "a@", "1-", "and ", "no ", "million ", "dot ", "a.", "half "}) {
    std::string text;
    while (text.size() < 4000) text += piece;
    CAPTURE(piece);
    for (const SlotKind kind :
         {SlotKind::number,
          SlotKind::money,
          SlotKind::datetime,
          SlotKind::email,
          SlotKind::phone,
          SlotKind::url}) {
      (void)read_answer(slot_of(kind), text, monday());
    }
    (void)read_answer(list_of(SlotKind::item), text, monday());
    (void)read_polarity(text, monday());
  }
}

}  // namespace parley::language
