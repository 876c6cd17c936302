// English.
#include <algorithm>
#include <string>

#include "language/vocabulary.hpp"

namespace parley::language {
namespace {

using enum NumberRole;

// clang-format off
constexpr NumberWord kNumbers[] = {
    {"zero", 0, unit}, {"naught", 0, unit}, {"nought", 0, unit}, {"nil", 0, unit}, {"one", 1, unit},
    {"two", 2, unit}, {"three", 3, unit}, {"four", 4, unit}, {"five", 5, unit}, {"six", 6, unit},
    {"seven", 7, unit}, {"eight", 8, unit}, {"nine", 9, unit}, {"ten", 10, teen}, {"eleven", 11, teen},
    {"twelve", 12, teen}, {"thirteen", 13, teen}, {"fourteen", 14, teen}, {"fifteen", 15, teen},
    {"sixteen", 16, teen}, {"seventeen", 17, teen}, {"eighteen", 18, teen}, {"nineteen", 19, teen},
    {"twenty", 20, ten}, {"thirty", 30, ten}, {"forty", 40, ten}, {"fourty", 40, ten}, {"fifty", 50, ten},
    {"sixty", 60, ten}, {"seventy", 70, ten}, {"eighty", 80, ten}, {"ninety", 90, ten},
    {"hundred", 100, hundred}, {"hundreds", 100, hundred}, {"thousand", 1'000, scale},
    {"thousands", 1'000, scale}, {"grand", 1'000, scale}, {"lakh", 100'000, scale}, {"lakhs", 100'000, scale},
    {"lac", 100'000, scale}, {"lkh", 100'000, scale}, {"million", 1'000'000, scale},
    {"millions", 1'000'000, scale}, {"mio", 1'000'000, scale}, {"crore", 10'000'000, scale},
    {"crores", 10'000'000, scale}, {"krore", 10'000'000, scale}, {"krores", 10'000'000, scale},
    {"billion", 1'000'000'000, scale}, {"billions", 1'000'000'000, scale}, {"bn", 1'000'000'000, scale},
    {"trillion", 1'000'000'000'000, scale}, {"trillions", 1'000'000'000'000, scale}, {"dozen", 12, group},
    {"dozens", 12, group}, {"couple", 2, group}, {"pair", 2, group}, {"pairs", 2, group},
    {"score", 20, group},
};

constexpr FractionWord kFractions[] = {
    {"half", 1, 2, false}, {"halves", 1, 2, true}, {"quarter", 1, 4, true}, {"quarters", 1, 4, true},
    {"third", 1, 3, true}, {"thirds", 1, 3, true}, {"fourth", 1, 4, true}, {"fourths", 1, 4, true},
    {"fifth", 1, 5, true}, {"fifths", 1, 5, true}, {"eighth", 1, 8, true}, {"eighths", 1, 8, true},
    {"tenth", 1, 10, true}, {"tenths", 1, 10, true},
};

constexpr NamedNumber kOrdinals[] = {
    {"first", 1}, {"second", 2}, {"third", 3}, {"fourth", 4}, {"fifth", 5}, {"sixth", 6}, {"seventh", 7},
    {"eighth", 8}, {"ninth", 9}, {"tenth", 10}, {"eleventh", 11}, {"twelfth", 12}, {"thirteenth", 13},
    {"fourteenth", 14}, {"fifteenth", 15}, {"sixteenth", 16}, {"seventeenth", 17}, {"eighteenth", 18},
    {"nineteenth", 19}, {"twentieth", 20}, {"thirtieth", 30}, {"fortieth", 40}, {"fiftieth", 50},
    {"sixtieth", 60}, {"seventieth", 70}, {"eightieth", 80}, {"ninetieth", 90}, {"hundredth", 100},
};
constexpr std::string_view kOrdinalSuffixes[] = {"st", "nd", "rd", "th"};
constexpr std::string_view kArticles[] = {"a", "an", "another"};
constexpr std::string_view kThe[] = {"the", "some", "my", "your", "that", "this"};
constexpr std::string_view kConjunctions[] = {"and", "&", "n", "'n'", "plus"};
constexpr std::string_view kNegatives[] = {"minus", "negative"};
constexpr std::string_view kPoints[] = {"point", "dot"};
constexpr NamedNumber kLast[] = {
    {"last", -1}, {"final", -1}, {"bottom", -1}, {"top", 1}, {"former", 1}, {"latter", -1},
};

constexpr std::string_view kBetween[] = {"between"};
constexpr std::string_view kFrom[] = {"from"};
constexpr std::string_view kTo[] = {"to", "until", "till", "-", "and"};
constexpr std::string_view kUnder[] = {
    "less than", "under", "below", "lower than", "at most", "no more than", "not more than", "up to",
    "fewer than", "max",
};
constexpr std::string_view kAbove[] = {
    "more than", "over", "above", "exceeding", "at least", "no less than", "not less than", "higher than",
    "min",
};
constexpr std::string_view kAbout[] = {
    "about", "around", "approximately", "approx", "roughly", "exactly", "precisely", "nearly", "almost",
    "close to", "~", "circa",
};

constexpr CurrencyWord kCurrencies[] = {
    {"$", "$"}, {"us $", "USD"}, {"us dollars", "USD"}, {"us dollar", "USD"}, {"usd", "USD"}, {"dollar", "$"},
    {"dollars", "$"}, {"canadian dollars", "CAD"}, {"australian dollars", "AUD"}, {"cad", "CAD"},
    {"aud", "AUD"}, {"nzd", "NZD"}, {"a $", "AUD"}, {"c $", "CAD"}, {"buck", ""}, {"bucks", ""},
    {"cent", "$", 1}, {"cents", "$", 1}, {"c", "$", 1}, {"¢", "$", 1}, {"sen", "MYR", 1}, {"sens", "MYR", 1},
    {"nickel", "$", 5}, {"nickels", "$", 5}, {"dime", "$", 10}, {"dimes", "$", 10}, {"quarter", "$", 25},
    {"quarters", "$", 25}, {"€", "EUR"}, {"€ ur", "EUR"}, {"eur", "EUR"}, {"euro", "EUR"}, {"euros", "EUR"},
    {"£", "GBP"}, {"gbp", "GBP"}, {"pound", "GBP"}, {"pounds", "GBP"}, {"quid", "GBP"},
    {"british pounds", "GBP"}, {"pounds sterling", "GBP"}, {"pence", "GBP", 1}, {"penny", "GBP", 1},
    {"pennies", "GBP", 1}, {"p", "GBP", 1}, {"¥", "JPY"}, {"jpy", "JPY"}, {"yen", "JPY"}, {"cny", "CNY"},
    {"yuan", "CNY"}, {"rmb", "CNY"}, {"₹", "INR"}, {"rs", "INR"}, {"rs .", "INR"}, {"inr", "INR"},
    {"rupee", "INR"}, {"rupees", "INR"}, {"paise", "INR", 1}, {"chf", "CHF"}, {"franc", "CHF"},
    {"francs", "CHF"}, {"swiss francs", "CHF"}, {"sek", "SEK"}, {"nok", "NOK"}, {"dkk", "DKK"},
    {"kronor", "SEK"}, {"kroner", "NOK"}, {"pln", "PLN"}, {"zloty", "PLN"}, {"zł", "PLN"}, {"czk", "CZK"},
    {"huf", "HUF"}, {"try", "TRY"}, {"lira", "TRY"}, {"₺", "TRY"}, {"brl", "BRL"}, {"r $", "BRL"},
    {"reais", "BRL"}, {"mxn", "MXN"}, {"peso", "MXN"}, {"pesos", "MXN"}, {"zar", "ZAR"}, {"rand", "ZAR"},
    {"krw", "KRW"}, {"won", "KRW"}, {"₩", "KRW"}, {"sgd", "SGD"}, {"hkd", "HKD"}, {"ils", "ILS"},
    {"₪", "ILS"}, {"shekel", "ILS"}, {"shekels", "ILS"}, {"aed", "AED"}, {"dirham", "AED"},
    {"dirhams", "AED"}, {"sar", "SAR"}, {"saudiriyal", "SAR"}, {"saudi riyal", "SAR"},
    {"saudi riyals", "SAR"}, {"riyal", "SAR"}, {"riyals", "SAR"}, {"qar", "QAR"}, {"kwd", "KWD"},
    {"dinar", "KWD"}, {"dinars", "KWD"}, {"irr", "IRR"}, {"rial", "IRR"}, {"rials", "IRR"}, {"egp", "EGP"},
    {"le", "EGP"}, {"egyptianpound", "EGP"}, {"egyptian pound", "EGP"}, {"egyptian pounds", "EGP"},
    {"lbp", "LBP"}, {"lebanese pounds", "LBP"}, {"lebanese pound", "LBP"}, {"myr", "MYR"}, {"rm", "MYR"},
    {"ringgit", "MYR"}, {"ringgits", "MYR"}, {"malaysia ringgit", "MYR"}, {"malaysia ringgits", "MYR"},
    {"malaysian ringgit", "MYR"}, {"malaysian ringgits", "MYR"}, {"mnt", "MNT"}, {"tugrik", "MNT"},
    {"tugriks", "MNT"}, {"uah", "UAH"}, {"₴", "UAH"}, {"hryvnia", "UAH"}, {"kopiyka", "UAH", 1},
    {"kopiykas", "UAH", 1}, {"rub", "RUB"}, {"ruble", "RUB"}, {"rubles", "RUB"}, {"₽", "RUB"}, {"thb", "THB"},
    {"baht", "THB"}, {"php", "PHP"}, {"idr", "IDR"}, {"rupiah", "IDR"}, {"vnd", "VND"}, {"dong", "VND"},
    {"ngn", "NGN"}, {"naira", "NGN"}, {"kes", "KES"}, {"jmd", "JMD"}, {"ttd", "TTD"},
};

constexpr DurationWord kDurations[] = {
    {"second", 1}, {"seconds", 1}, {"sec", 1}, {"secs", 1}, {"s", 1}, {"\"", 1}, {"minute", 60},
    {"minutes", 60}, {"min", 60}, {"mins", 60}, {"m", 60}, {"'", 60}, {"hour", 3600}, {"hours", 3600},
    {"hr", 3600}, {"hrs", 3600}, {"h", 3600}, {"day", 86'400}, {"days", 86'400}, {"d", 86'400},
    {"night", 86'400}, {"nights", 86'400}, {"week", 604'800}, {"weeks", 604'800}, {"wk", 604'800},
    {"wks", 604'800}, {"w", 604'800}, {"fortnight", 1'209'600}, {"fortnights", 1'209'600}, {"month", 1, true},
    {"months", 1, true}, {"mth", 1, true}, {"mths", 1, true}, {"quarter", 3, true}, {"quarters", 3, true},
    {"year", 12, true}, {"years", 12, true}, {"yr", 12, true}, {"yrs", 12, true}, {"y", 12, true},
    {"decade", 120, true}, {"decades", 120, true},
};

constexpr std::string_view kExtra[] = {
    "additional", "extra", "more", "less", "fewer", "full", "whole", "business",
};
constexpr std::string_view kOf[] = {"of"};

constexpr MeasureWord kMeasures[] = {
    {"milligrams", Measure::mass, "gram", 1, 1000}, {"milligram", Measure::mass, "gram", 1, 1000},
    {"mg", Measure::mass, "gram", 1, 1000}, {"mgs", Measure::mass, "gram", 1, 1000},
    {"grams", Measure::mass, "gram"}, {"gram", Measure::mass, "gram"}, {"gs", Measure::mass, "gram"},
    {"g", Measure::mass, "gram"}, {"gr", Measure::mass, "gram"}, {"kilograms", Measure::mass, "gram", 1000},
    {"kilogram", Measure::mass, "gram", 1000}, {"kilos", Measure::mass, "gram", 1000},
    {"kilo", Measure::mass, "gram", 1000}, {"kg", Measure::mass, "gram", 1000},
    {"kgs", Measure::mass, "gram", 1000}, {"k . gs", Measure::mass, "gram", 1000},
    {"k . g", Measure::mass, "gram", 1000}, {"pounds", Measure::mass, "pound"},
    {"pound", Measure::mass, "pound"}, {"lb", Measure::mass, "pound"}, {"lbs", Measure::mass, "pound"},
    {"ounces", Measure::mass, "ounce"}, {"ounce", Measure::mass, "ounce"}, {"oz", Measure::mass, "ounce"},
    {"cups", Measure::cooking, "cup"}, {"cup", Measure::cooking, "cup"},
    {"tablespoons", Measure::cooking, "tablespoon"}, {"tablespoon", Measure::cooking, "tablespoon"},
    {"tbsp", Measure::cooking, "tablespoon"}, {"teaspoons", Measure::cooking, "teaspoon"},
    {"teaspoon", Measure::cooking, "teaspoon"}, {"tsp", Measure::cooking, "teaspoon"},
    {"pints", Measure::cooking, "pint"}, {"pint", Measure::cooking, "pint"},
    {"kilometers", Measure::distance, "kilometre"}, {"kilometer", Measure::distance, "kilometre"},
    {"kilometres", Measure::distance, "kilometre"}, {"kilometre", Measure::distance, "kilometre"},
    {"km", Measure::distance, "kilometre"}, {"kms", Measure::distance, "kilometre"},
    {"meters", Measure::distance, "metre"}, {"meter", Measure::distance, "metre"},
    {"metres", Measure::distance, "metre"}, {"metre", Measure::distance, "metre"},
    {"centimeters", Measure::distance, "centimetre"}, {"centimetres", Measure::distance, "centimetre"},
    {"cm", Measure::distance, "centimetre"}, {"mm", Measure::distance, "millimetre"},
    {"miles", Measure::distance, "mile"}, {"mile", Measure::distance, "mile"},
    {"mi", Measure::distance, "mile"}, {"yards", Measure::distance, "yard"},
    {"yard", Measure::distance, "yard"}, {"yds", Measure::distance, "yard"},
    {"feet", Measure::distance, "foot"}, {"foot", Measure::distance, "foot"},
    {"ft", Measure::distance, "foot"}, {"inches", Measure::distance, "inch"},
    {"inch", Measure::distance, "inch"}, {"in", Measure::distance, "inch"},
    {"liters", Measure::volume, "litre"}, {"liter", Measure::volume, "litre"},
    {"litres", Measure::volume, "litre"}, {"litre", Measure::volume, "litre"},
    {"l", Measure::volume, "litre"}, {"ml", Measure::volume, "millilitre"},
    {"milliliters", Measure::volume, "millilitre"}, {"millilitres", Measure::volume, "millilitre"},
    {"millilitre", Measure::volume, "millilitre"}, {"cl", Measure::volume, "centilitre"},
    {"hectoliters", Measure::volume, "hectolitre"}, {"hectolitre", Measure::volume, "hectolitre"},
    {"gallons", Measure::volume, "gallon"}, {"gallon", Measure::volume, "gallon"},
    {"gals", Measure::volume, "gallon"}, {"gal", Measure::volume, "gallon"},
    {"milliliter", Measure::volume, "millilitre"}, {"mls", Measure::volume, "millilitre"},
    {"hectoliter", Measure::volume, "hectolitre"}, {"hectolitres", Measure::volume, "hectolitre"},
    {"hl", Measure::volume, "hectolitre"}, {"millimeters", Measure::distance, "millimetre"},
    {"millimeter", Measure::distance, "millimetre"}, {"millimetres", Measure::distance, "millimetre"},
    {"millimetre", Measure::distance, "millimetre"}, {"centimeter", Measure::distance, "centimetre"},
    {"centimetre", Measure::distance, "centimetre"}, {"cms", Measure::distance, "centimetre"},
    {"m", Measure::distance, "metre"}, {"yd", Measure::distance, "yard"}, {"\"", Measure::distance, "inch"},
    {"'", Measure::distance, "foot"}, {"' '", Measure::distance, "inch"}, {"fahrenheit", Measure::temperature, "fahrenheit"},
    {"degrees fahrenheit", Measure::temperature, "fahrenheit"},
    {"degree fahrenheit", Measure::temperature, "fahrenheit"},
    {"degrees f", Measure::temperature, "fahrenheit"}, {"° f", Measure::temperature, "fahrenheit"},
    {"° fahrenheit", Measure::temperature, "fahrenheit"}, {"f", Measure::temperature, "fahrenheit"},
    {"celsius", Measure::temperature, "celsius"}, {"centigrade", Measure::temperature, "celsius"},
    {"degrees celsius", Measure::temperature, "celsius"}, {"degree celsius", Measure::temperature, "celsius"},
    {"degrees centigrade", Measure::temperature, "celsius"}, {"degrees c", Measure::temperature, "celsius"},
    {"° c", Measure::temperature, "celsius"}, {"° celsius", Measure::temperature, "celsius"},
    {"c", Measure::temperature, "celsius"}, {"°", Measure::temperature, "degree"},
    {"degrees", Measure::temperature, "degree"}, {"degree", Measure::temperature, "degree"},
    {"deg .", Measure::temperature, "degree"}, {"deg", Measure::temperature, "degree"},
    {"kelvin", Measure::temperature, "kelvin"},
};

constexpr NamedNumber kMonths[] = {
    {"january", 1}, {"jan", 1}, {"february", 2}, {"feb", 2}, {"march", 3}, {"mar", 3}, {"april", 4},
    {"apr", 4}, {"may", 5}, {"june", 6}, {"jun", 6}, {"july", 7}, {"jul", 7}, {"august", 8}, {"aug", 8},
    {"september", 9}, {"sept", 9}, {"sep", 9}, {"october", 10}, {"oct", 10}, {"november", 11}, {"nov", 11},
    {"december", 12}, {"dec", 12},
};
constexpr NamedNumber kWeekdays[] = {
    {"sunday", 0}, {"sun", 0}, {"monday", 1}, {"mon", 1}, {"tuesday", 2}, {"tue", 2}, {"tues", 2},
    {"wednesday", 3}, {"wed", 3}, {"thursday", 4}, {"thu", 4}, {"thur", 4}, {"thurs", 4}, {"friday", 5},
    {"fri", 5}, {"saturday", 6}, {"sat", 6},
};
constexpr NamedNumber kDays[] = {
    {"the day after tomorrow", 2}, {"day after tomorrow", 2}, {"the day before yesterday", -2},
    {"day before yesterday", -2}, {"today", 0}, {"tonight", 0}, {"tomorrow", 1}, {"tomorow", 1},
    {"tommorow", 1}, {"tommorrow", 1}, {"tmrw", 1}, {"tmr", 1}, {"yesterday", -1}, {"this morning", 0},
    {"this afternoon", 0}, {"this evening", 0},
};
constexpr std::string_view kNext[] = {"next", "following"};
constexpr std::string_view kThis[] = {"this", "coming", "this coming", "current", "upcoming"};
constexpr std::string_view kPrevious[] = {"last", "past", "previous"};
constexpr std::string_view kIn[] = {"in", "within"};
constexpr std::string_view kAgo[] = {"ago", "back"};
constexpr std::string_view kFromNow[] = {"from now", "from today", "from right now", "hence", "later"};
constexpr PartOfDay kParts[] = {
    {"in the morning", Meridiem::am}, {"this morning", Meridiem::am}, {"morning", Meridiem::am},
    {"in the am", Meridiem::am}, {"in the afternoon", Meridiem::pm}, {"this afternoon", Meridiem::pm},
    {"afternoon", Meridiem::pm}, {"in the evening", Meridiem::pm}, {"this evening", Meridiem::pm},
    {"evening", Meridiem::pm}, {"at night", Meridiem::pm}, {"tonight", Meridiem::pm},
    {"in the pm", Meridiem::pm}, {"night", Meridiem::pm},
};
constexpr NamedNumber kClockNames[] = {{"noon", 720}, {"midday", 720}, {"mid day", 720}, {"midnight", 0}};
constexpr std::string_view kAm[] = {"am", "a m", "a . m .", "a . m", "a"};
constexpr std::string_view kPm[] = {"pm", "p m", "p . m .", "p . m", "p"};
constexpr std::string_view kPast[] = {"past", "after"};
constexpr std::string_view kBefore[] = {"to", "before", "til", "till", "of"};
constexpr std::string_view kOclock[] = {"o'clock", "oclock", "o clock", "ish"};
constexpr std::string_view kAt[] = {"at", "@", "by", "for", "on", "from", "around", "about", ","};
constexpr std::string_view kNow[] = {"now", "right now", "just now", "immediately"};

constexpr Pair kContractions[] = {
    {"i'd", "i would"}, {"i'm", "i am"}, {"i'll", "i will"}, {"i've", "i have"}, {"im", "i am"},
    {"id", "i would"}, {"it's", "it is"}, {"its", "it is"}, {"that's", "that is"}, {"thats", "that is"},
    {"what's", "what is"}, {"whats", "what is"}, {"we'd", "we would"}, {"we'll", "we will"},
    {"we're", "we are"}, {"you're", "you are"}, {"let's", "let us"}, {"lets", "let us"}, {"don't", "do not"},
    {"dont", "do not"}, {"doesn't", "does not"}, {"doesnt", "does not"}, {"didn't", "did not"},
    {"didnt", "did not"}, {"can't", "can not"}, {"cant", "can not"}, {"cannot", "can not"},
    {"won't", "will not"}, {"wont", "will not"}, {"isn't", "is not"}, {"isnt", "is not"},
    {"aren't", "are not"}, {"wasn't", "was not"}, {"wouldn't", "would not"}, {"wouldnt", "would not"},
    {"couldn't", "could not"}, {"shouldn't", "should not"}, {"there's", "there is"},
    {"where's", "where is"}, {"wheres", "where is"}, {"when's", "when is"}, {"who's", "who is"},
    {"how's", "how is"}, {"here's", "here is"}, {"haven't", "have not"}, {"hasn't", "has not"},
    {"btw", "by the way"}, {"wanna", "want to"},
    {"gonna", "going to"}, {"gimme", "give me"}, {"nevermind", "never mind"}, {"u", "you"}, {"pls", "please"},
    {"plz", "please"}, {"thx", "thanks"},
};

constexpr std::string_view kPoliteness[] = {
    "please", "thanks a lot", "thanks", "thank you very much", "thank you so much", "thank you", "hi there",
    "hi", "hello there", "hello", "hey there", "hey", "good morning", "good evening", "good afternoon",
    "sorry", "excuse me", "kindly", "cheers",
};

using enum CommandKind;
// clang-format on
constexpr PhraseCommand kCommands[] = {
    {"cancel|stop|abort it|that|this|everything|all? now?", cancel},
    {"cancel my|the order|request|booking|conversation?", cancel},
    {"i? can|could|want|would|need|have|let? i|we|you|us|like? to? cancel|stop|quit|abort it|that|this|here? "
     "now?",
     cancel},
    {"never mind that|it?", cancel},
    {"forget about? it|that|this", cancel, "forget"},
    {"what do|did you know|remember|store|save about|of me already|now?", chitchat, "memory"},
    {"what have you stored|saved|noted|remembered about|of me", chitchat, "memory"},
    {"show me? everything|all|what you? know|remember|have about|of me", chitchat, "memory"},
    {"forget|delete|erase me", chitchat, "forget_all"},
    {"forget|delete|erase everything|all about|of me", chitchat, "forget_all"},
    {"forget|delete|erase everything|all|what you know|remember|have about|of me", chitchat, "forget_all"},
    {"delete|erase my data|memory|history", chitchat, "forget_all"},
    {"sign|log me? out|off now|again|everywhere|please?", chitchat, "sign_out"},
    {"sign|log me? out|off of|from|at *", chitchat, "sign_out"},
    {"i want|need to sign|log out|off now|everywhere?", chitchat, "sign_out"},
    {"i want|need to sign|log out|off of|from|at *", chitchat, "sign_out"},
    {"i would like to sign|log out|off now|everywhere?", chitchat, "sign_out"},
    {"logout|signout|logoff", chitchat, "sign_out"},
    {"revoke|withdraw my permission|permissions|consent", chitchat, "sign_out"},
    {"you may|can no longer act for me now?", chitchat, "sign_out"},
    {"you may|can not act for me anymore", chitchat, "sign_out"},
    {"where|what am i signed|logged in to|at?", chitchat, "signed_in"},
    {"what|which services|accounts|apps am i signed|logged in to|at|with", chitchat, "signed_in"},
    {"am i still? signed|logged in anywhere|somewhere?", chitchat, "signed_in"},
    {"quit|exit|end", cancel},
    {"bye|goodbye|cya bye?", chitchat, "goodbye"},
    {"good bye|night", chitchat, "goodbye"},
    {"see you later|soon|tomorrow?", chitchat, "goodbye"},
    {"have a good|nice|great day|one|evening|night|weekend", chitchat, "goodbye"},
    {"that is|was all|it for? now|today?", chitchat, "decline"},
    {"hi|hello|hey|hiya|howdy|greetings|yo there|again|you|all|everyone|everybody?", chitchat, "greeting"},
    {"good morning|afternoon|evening|day", chitchat, "greeting"},
    {"👋", chitchat, "greeting"},
    {"🙏", chitchat, "thanks"},
    {"hello? is anybody|anyone|someone there|here", chitchat, "greeting"},
    {"are you still? there", chitchat, "greeting"},
    {"thanks|cheers|ta a? lot|million|so|very? much?", chitchat, "thanks"},
    {"many thanks", chitchat, "thanks"},
    {"thank you so|very? much?", chitchat, "thanks"},
    {"much appreciated", chitchat, "thanks"},
    {"i appreciate it|that", chitchat, "thanks"},
    {"that is|was very|so|really? kind|nice of you", chitchat, "thanks"},
    {"are you a|an|the? real|actual|live|true? "
     "bot|robot|machine|computer|program|ai|human|person|chatbot|automated? being?",
     chitchat,
     "machine"},
    {"am i talking|speaking|chatting|writing to|with a|an? real|actual|live? "
     "bot|robot|machine|computer|program|ai|human|person|chatbot being?",
     chitchat,
     "machine"},
    {"is this|that a|an? real|actual|live? bot|robot|machine|computer|program|ai|human|person|chatbot",
     chitchat,
     "machine"},
    {"you are a|an? bot|robot|machine|computer|program|ai|human|person right?", chitchat, "machine"},
    {"are you real", chitchat, "machine"},
    {"are you a|an? bot|robot|machine|computer|program|ai|human|person|real or a|an|the? real? "
     "bot|robot|machine|computer|program|ai|human|person",
     chitchat,
     "machine"},
    {"who are|r you exactly?", chitchat, "identity"},
    {"what are you", chitchat, "identity"},
    {"what is your name", chitchat, "identity"},
    {"who am i talking|speaking|chatting to|with", chitchat, "identity"},
    {"who is this|that", chitchat, "identity"},
    {"do you have a name", chitchat, "identity"},
    {"how are|r you doing|today|feeling? today?", chitchat, "feelings"},
    {"how is it going", chitchat, "feelings"},
    {"how do you do", chitchat, "feelings"},
    {"what is up", chitchat, "feelings"},
    {"help me? please?", chitchat, "abilities"},
    {"i need help", chitchat, "abilities"},
    {"can you help me?", chitchat, "abilities"},
    {"what can|do you do here|for|all? me?", chitchat, "abilities"},
    {"what can|could you help me? with?", chitchat, "abilities"},
    {"what else can you do", chitchat, "abilities"},
    {"what can i ask|do|say you|here?", chitchat, "abilities"},
    {"what are my options", chitchat, "abilities"},
    {"how does this|it work", chitchat, "abilities"},
    {"how do you work", chitchat, "abilities"},
    {"you are so|very|really? awesome|great|amazing|good|helpful|brilliant|wonderful|nice|kind|the best?",
     chitchat,
     "praise"},
    {"well done", chitchat, "praise"},
    {"good|great job|work|bot", chitchat, "praise"},
    {"i love|like you|this", chitchat, "praise"},
    {"this|that|you|it is|are so|really|just|very|absolutely|completely|totally? "
     "useless|stupid|annoying|terrible|ridiculous|rubbish|awful|frustrating|horrible|dumb|bad",
     chitchat,
     "complaint"},
    {"i hate this|you|bots", chitchat, "complaint"},
    {"you do not understand me|anything|this?", chitchat, "complaint"},
    {"i have? changed my mind", cancel},
    {"forget about? the|my|this whole? thing|order|booking|request|transfer", cancel},
    {"drop|leave it|that", cancel},
    {"i am? no|not longer? interested anymore?", cancel},
    {"i do not want this|it|that|to|anything continue|go? on? anymore|now?", cancel},
    {"i? can|could|let|want|would|need|may? i|we|us|me|like? to? start|begin over|again|fresh|afresh|anew",
     restart},
    {"i? can|could|let|want|would|need|may? i|we|us|me|like? to? start|begin|restart over|again? from the? "
     "beginning|scratch|start|top",
     restart},
    {"from the? beginning|scratch|start|top", restart},
    {"restart this|it|everything|the? conversation|form|order|booking?", restart},
    {"go|take|step me|us? back one|a? step|question?", correct_slot, "back"},
    {"i? can|could|want|would|need|let? i|we|us|like? to? go back one|a? step|question?", correct_slot, "back"
    },
    {"the? previous|last question|step", correct_slot, "back"},
    {"one? step? back", correct_slot, "back"},
    {"why do you|we ask|need|want|require to? know? me|my|for|that|this|it? that|this|it?", chitchat, "why"},
    {"why do you|we ask|need|want to? know? my email|phone|number|name|address|birthday|date? of? birth? "
     "number|address?",
     chitchat,
     "why"},
    {"why are you asking me? about|for? that|this|it?", chitchat, "why"},
    {"why is|are that|this|it needed|necessary|required|important|relevant", chitchat, "why"},
    {"why does that|this|it matter", chitchat, "why"},
    {"what do you need that|this|it|my for|email|number|address? for?", chitchat, "why"},
    {"what is that|this|it for", chitchat, "why"},
    {"why", chitchat, "why"},
    {"how long will|does|is|would this|it|that going? to? take|be|last", chitchat, "how_long"},
    {"how much longer will|does|is? this|it|that? going? to? take|be?", chitchat, "how_long"},
    {"how many more? questions|steps are|do|will|is? there|you|be|have|left|to? "
     "left|have|to|go|more|come|ask|remaining? "
     "left|go|come?",
     chitchat,
     "how_long"},
    {"are|is we|it|this nearly|almost|soon done|there|finished|over yet?", chitchat, "how_long"},
    {"what did|have i just|already? "
     "order|ordered|say|said|choose|chose|chosen|pick|picked|tell|told|enter|entered|book|booked|answer|"
     "answered|select|selected "
     "you? so|until|up? far|now|to? now?",
     chitchat,
     "so_far"},
    {"what do|did|have you have|got|get|understand|understood|note|noted|write|written? down? so|until "
     "far|now",
     chitchat,
     "so_far"},
    {"what have|did you got|get|understand|understood|note|noted so? far?", chitchat, "so_far"},
    {"what have|do we have|got so? far?", chitchat, "so_far"},
    {"what is in my|the cart|basket|order|list so|right? far|now?", chitchat, "so_far"},
    {"what is my order|booking|reservation so far", chitchat, "so_far"},
    {"show|tell|give me? my|the? order|booking|cart|basket|answers|summary|reservation so far",
     chitchat,
     "so_far"},
    {"can|could? you? summarise|summarize|sum it|this|that|everything|up? up|so? far?", chitchat, "so_far"},
    {"summary", chitchat, "so_far"},
    {"scratch that", cancel},
    {"call it off", cancel},
    {"a|an|the? real|live|actual|human? "
     "person|human|agent|operator|representative|rep|advisor|somebody|someone please?",
     ask_human},
    {"live chat|support|help", ask_human},
    {"customer service|support|care", ask_human},
    {"i? would|want|need|wish|have|like? like? to|a? talk|speak|chat|talking|speaking? to|with? "
     "a|an|the|some|your|my|any? real|live|actual|human|another? "
     "person|human|agent|operator|representative|rep|advisor|manager|supervisor|somebody|someone|people|"
     "staff|colleague|employee|support|service|team please|now|instead?",
     ask_human},
    {"can|could|may|let|is? i|me|we|you|there? please? a|an? talk|speak|chat|get|have? to|with? "
     "a|an|the|some|your|my|any? real|live|actual|human|another? "
     "person|human|agent|operator|representative|rep|advisor|manager|supervisor|somebody|someone|people|"
     "staff|colleague|employee|support|service|team i|can|could|here? can|could? talk|speak? to|with? "
     "please|now|instead?",
     ask_human},
    {"can|could? you? please? get|give|connect|transfer|put|hand|pass|forward|bring|find me through|over? "
     "to|with? a|an|the|some|your|my? real|live|actual|human|another? "
     "person|human|agent|operator|representative|rep|advisor|manager|supervisor|somebody|someone|people|"
     "staff|colleague|employee|support|service|team please|now?",
     ask_human},
    {"transfer|hand me over?", ask_human},
    {"can|could|would? you? please? repeat that|it|this|yourself|the? question|message? again|for|once? "
     "me|more?",
     repeat},
    {"can|could|would? you? please? say|ask|tell me? that|it|this? again|once more?", repeat},
    {"say that|it? again", repeat},
    {"come again", repeat},
    {"what", repeat},
    {"what was|is that|it|the|your? question|again?", repeat},
    {"repeat", repeat},
    {"what did you just? say|ask|mean", repeat},
    {"pardon me?", repeat},
    {"i? beg your pardon", repeat},
    {"huh|again|eh", repeat},
    {"one|once more time?", repeat},
    {"i did|do not quite? catch|get|hear|understand that|it|you?", repeat},
    {"sorry what", repeat},
    {"can|could|let|may? i|we|us? skip it|this|that|the? one|question|step|part?", skip},
    {"i? will|would|want|like? to? skip|pass it|this|that|the? one|question|step?", skip},
    {"next question", skip},
    {"i do not have one|any|that|it", skip},
    {"i? would|prefer|rather? rather|prefer|not to|say|not not|say|to? say|answer|tell?", skip},
    {"move on", skip},
    {"not applicable", skip},
    {"does not apply", skip},
};
// clang-format off

constexpr std::string_view kYes[] = {
    "yes", "yse", "eys", "yeah", "yea", "yep", "yeap", "yup", "ya", "yah", "yass", "yess", "yesss", "yes indeed", "indeed",
    "sure", "sure thing", "surely", "for sure", "ok", "okay", "okey", "okie dokie", "okey dokey", "alright",
    "all right", "correct", "exactly", "precisely", "true", "absolutely", "definitely", "certainly",
    "of course", "by all means", "affirmative", "affirmitive", "affirm", "agreed", "i agree", "agree",
    "go ahead", "go for it", "do it", "please do", "sounds good", "sounds great", "sounds right",
    "sounds fine", "sounds about right", "looks good", "looks right", "looks great", "that is right",
    "that is correct", "that is true", "that is fine", "that is good", "that is great", "that works",
    "works for me", "it is right", "it is correct", "it is true", "that would be great", "that will do",
    "confirmed", "i confirm", "why not", "no problem", "no worries", "no doubt", "no question",
    "without a doubt", "without doubt", "not wrong", "not false", "not untrue", "not incorrect",
    "not a problem", "not a bad idea", "no objection", "no objections", "no complaints", "totally",
    "very well", "aye", "you bet", "you got it", "you are right", "you are correct", "i think so",
    "i believe so", "i guess so", "i suppose so", "i would love to", "i would like that", "with pleasure",
    "gladly", "accepted", "approved", "true that", "100 percent", "a hundred percent", "uh huh", "mhm",
    "mm hmm", "roger", "👍", "✅", "👌", "that is a yes", "it is a yes", "i said yes", "that is accurate",
    "that is affirmative", "that is what i want", "the answer is yes", "quite right", "nothing wrong",
    "that makes sense", "that is a fact", "that is the truth", "right on",
};
constexpr std::string_view kYesAlone[] = {
    "y", "k", "kk", "right", "fine", "perfect", "great", "good", "cool", "awesome", "it is", "that is it",
    "confirm", "not bad", "i do", "i am", "i did", "i would", "i have", "i will", "we do", "we are",
    "we will", "do that", "let us do it", "let us go", "proceed", "continue", "accept", "positive",
    "obviously", "naturally", "accurate", "i am sure", "so it is", "my pleasure", "facts", "fact", "that is",
    "they are", "he is", "she is", "makes sense", "very good", "sounds like a plan", "it does", "it was",
    "please", "yes yes",
};
constexpr std::string_view kNo[] = {
    "no", "nope", "nah", "naw", "nay", "negatory", "no way", "no thanks", "no thank you", "no sir", "no good",
    "maybe later", "perhaps later", "another time", "some other time", "not this time",
    "not at all", "not really", "not now", "not today", "not yet", "not right", "not correct", "not true",
    "not good", "not fine", "not ok", "not okay", "not what i want", "not accurate", "not exactly",
    "not quite", "wrong", "false", "untrue", "invalid", "incorrect", "absolutely not", "definitely not",
    "certainly not", "of course not", "surely not", "i do not think so", "i do not believe so",
    "i do not agree", "do not think so", "i disagree", "disagree", "i would rather not", "i would prefer not",
    "prefer not", "rather not", "no chance", "not a chance", "not in a million years", "by no means",
    "under no circumstances", "no can do", "no deal", "out of the question", "i refuse", "hard pass",
    "not interested", "i am not interested", "👎", "❌", "that is a no", "it is a no", "i said no",
    "the answer is no", "sounds bad", "that does not work", "there is no way", "i am afraid not",
    "afraid not", "i must decline", "i guess not", "i hope not", "i suppose not", "not a good idea", "uh uh",
    "nuh uh", "not on your life", "not happening", "not for me", "not going to happen", "i think not",
    "that is wrong", "that is not right", "that is not correct", "that is not true", "that is not it",
    "that is false", "that is incorrect", "it is wrong", "it is false", "that is not what i want",
};
constexpr std::string_view kNoAlone[] = {
    "n", "never", "negative", "that is a negative", "negative for sure", "not", "i would not", "i do not", "i did not", "i am not", "i have not",
    "i will not", "it is not", "that is not", "do not", "do not do it", "do not do that", "please do not",
    "decline", "declined", "reject", "rejected", "refuse", "forget it", "stop", "does not work",
    "nothing of the sort", "i will pass", "ill pass", "pass", "we do not", "we are not", "it does not",
    "it was not", "no longer", "none", "nothing", "never ever",
};
constexpr std::string_view kAnswerWords[] = {
    "yes", "yeah", "yea", "yep", "yup", "sure", "ok", "okay", "alright", "absolutely", "definitely",
    "certainly", "correct", "exactly", "no", "nope", "nah", "naw", "negative", "wrong", "incorrect",
};
constexpr std::string_view kIntensifiers[] = {
    "for sure", "definitely", "absolutely", "certainly", "totally", "sure", "indeed", "surely", "of course",
};

constexpr std::string_view kNeither[] = {
    "yeah right", "oh yeah right", "as if", "not sure", "i am not sure", "maybe", "perhaps", "i do not know", "do not know", "no idea", "not certain",
    "i am not certain", "who knows", "could be", "might be", "possibly", "it depends", "depends",
    "yes and no", "yes or no", "what is right", "what is good", "no clue", "not positive",
    "i am not positive", "hard to say", "i can not say", "i can not decide", "unsure", "is that right",
    "is that correct", "is it true", "is that true", "are you sure", "is it right", "right now", "i am good",
    "how good", "no matter", "i am fine", "i am 50", "i have no idea", "i have not decided", "i am undecided",
    "i am unsure", "we will see", "am not sure", "i really do not know", "i am not so sure",
    "i do not really know", "not entirely sure", "not quite sure", "not really sure", "not totally sure",
    "cannot say for sure", "not say for sure", "have a clue", "have any idea", "have an idea",
    "have the answer", "have an answer", "have that information", "have any clue", "know the answer",
    "not know for sure", "can not be sure", "can not tell", "not completely sure",
    "not one hundred percent sure", "not 100 percent sure", "not be certain", "not be sure", "not too sure",
};

constexpr std::string_view kHesitations[] = {
    "um", "uh", "uhm", "er", "hmm", "hm", "well", "oh", "ah", "so", "like", "then", "now", "i think",
    "i guess", "i believe", "i suppose", "i mean", "just", "really", "very", "to", "me", "it", "that", "the",
    "is", "a", "this", "you", "i", "my", "please", "thanks", "thank you", "man", "dude", "sir", "but", "and",
    "for", "will", "with", "hell", "heck", "would", "be", "say", "am", "do", "of", "course", "answer",
    "statement", "about", "are", "all", "going", "can", "have", "let us", "in", "fact", "was", "what", "we",
    "so much", "quite", "as", "far", "know", "sounds",
};

constexpr std::string_view kRequestLeadIns[] = {
    "i would like to", "i would love to", "i want to", "i wanted to", "i need to", "i have to", "i wish to",
    "i am trying to", "i am looking to", "i was wondering", "i just want to", "i just wanted to",
    "i would also like to", "i also want to", "i also need to", "i would like", "i want", "i need",
    "we would like to", "we want to", "we need to", "we would like", "we want", "we need", "can i", "could i",
    "can we", "could we", "may i", "may we", "can you", "could you", "would you", "will you", "can you please",
    "could you please", "can you tell me", "could you tell me", "can you help me", "could you help me",
    "please tell me", "tell me", "let me know", "do you know", "do you happen to know", "help me",
    "help me to", "let me", "let us", "how do i", "how can i", "how do we", "where do i", "where can i",
    "is it possible to", "would it be possible to", "i have question", "quick question", "one question",
    "just quick question", "question", "by the way", "before that", "first of all", "first", "one more thing",
    "another thing", "also", "and", "and also", "but", "but first", "ok", "okay", "alright", "so", "actually",
    "wait", "hold on", "hang on", "oh", "ah", "hmm", "um", "uh", "well", "no", "yes", "yeah", "now", "then",
    "instead", "what about", "how about", "just", "only", "again", "maybe", "perhaps", "to", "go ahead and",
    "i think i", "i think", "my", "your", "our", "the", "please", "sorry", "excuse me", "hi", "hello", "hey",
    "hi there", "hello there", "hey there", "good morning", "good evening", "good afternoon", "thanks",
    "thank you", "try to", "start", "begin", "rather", "i would rather", "i prefer to", "if", "me", "you",
    "do you", "guys", "bot",
};
constexpr std::string_view kRequestFillers[] = {
    "for", "at", "on", "in", "of", "from", "to", "with", "by", "around", "about", "as", "and", "please", "the",
    "a", "an", "some", "my", "our", "your", "their", "it", "is", "are", "be", "we", "i", "us", "me", "there",
    "will", "would", "like", "want", "it's", "that", "this", "possible", "if", "you", "can", "could", "here",
    "thanks", "thank", "ok", "okay", "just", "so", "then", "people", "persons", "person", "guests", "pax",
    "adults", "number", "no", "nr", "account", "today's", "hi", "hello", "hey", "sorry", "too", "also", "now",
    "instead", "i'd", "we're", "i'm", "asap", "say", "let's", "make", "table", "be", "sometime", "maybe",
};
constexpr std::string_view kCommandEdges[] = {
    "no", "oh", "ah", "ok", "okay", "well", "um", "uh", "hmm", "hm", "actually", "so", "then", "just", "wait",
    "please", "sorry", "thanks", "thank you", "and", "but", "now", "alright", "i think", "maybe", "anyway",
    "instead", "you know what", "yes", "yeah", "hey", "hi", "hello", "right now", "look", "listen", "man",
    "let us", "let us just", "guess", "i guess", "first",
};

constexpr std::string_view kLeadIns[] = {
    "i would like to order", "i would like to have", "i would like to get", "i would like",
    "i'd like to order", "i'd like to have", "i'd like to get", "i'd like to buy", "i would like to buy",
    "i'd like", "i want to order", "i want to have", "i want to buy", "i want to get", "i want",
    "i wanna order", "i wanna", "i need", "i'll have", "i will have", "i'll take", "i will take", "i'll get",
    "i would love", "i'd love", "i am looking for", "i'm looking for", "looking for", "can i get",
    "can i have", "can i order", "could i get", "could i have", "could i order", "may i have", "may i get",
    "can we get", "can we have", "could we get", "could we have", "can you get me", "could you get me",
    "can you send me", "we'd like", "we would like", "we want", "we'll have", "we'll take", "we will have",
    "we need", "get me", "give me", "gimme", "bring me", "send me", "let me get", "let me have", "let's have",
    "let's get", "lets get", "let us have", "let's do", "let's go with", "i'll go with", "i will go with",
    "i go with", "go with", "i pick", "i choose", "i take", "i'd go with", "please add", "add", "order",
    "make it", "make that", "it is", "it's", "its", "that is", "that's", "they are", "my email is",
    "my number is", "my phone number is", "my name is", "my email address is", "the answer is",
    "it should be", "it will be", "it'll be", "that would be", "i'm", "i am", "i think", "i guess", "maybe",
    "probably", "just", "only", "well", "um", "uh", "hmm", "so", "ok", "okay", "yes", "yeah", "yep", "sure",
    "hi", "hello", "hey", "please", "actually", "about", "around", "also", "then", "for", "at", "on",
    "the date is", "to start", "we are", "there are", "there will be", "how about", "what about",
    "you can reach me at", "reach me at", "call me at", "me",
};
constexpr std::string_view kTails[] = {
    "please", "thanks", "thank you", "for me", "for us", "to go", "then", "would be great", "would be nice",
    "would be good", "would be fine", "will do", "if possible", "if you can", "if you could", "thanks a lot",
    "thank you very much", "as well", "too", "pls", "plz", "thx", "today please", "that's all", "that's it",
    "thats all", "that is all", "that would be great", "of us", "people", "would be perfect", "cheers",
    "i think", "i guess", "on it", "instead",
};
constexpr std::string_view kSeparators[] = {
    "and", "plus", "and also", "as well as", "and then", "also", "along with", "together with",
};
constexpr std::string_view kBoundPairs[] = {
    "fish and chips", "mac and cheese", "macaroni and cheese", "bacon and eggs", "ham and cheese",
    "salt and pepper", "salt and vinegar", "gin and tonic", "rum and coke", "bread and butter",
    "peanut butter and jelly", "cookies and cream", "sour cream and onion", "chicken and waffles",
    "surf and turf", "black and white", "rice and beans", "bangers and mash", "cheese and onion",
    "burger and fries",
};
constexpr std::string_view kPronouns[] = {"one", "ones", "option", "choice", "item", "answer", "entry"};
constexpr std::string_view kQuestions[] = {
    "what", "what's", "which", "how", "who", "when", "where", "why", "do", "does", "did", "is", "are", "will",
    "should", "would",
};
constexpr std::string_view kOptionWords[] = {"number", "option", "choice", "no", "#", "nr", "answer", "item"};

constexpr std::string_view kCorrectionLeadIns[] = {
    "actually", "no wait", "wait no", "wait", "hold on", "hang on", "ah", "i said", "i did say", "almost",
    "nearly", "not quite", "let's rather", "i'd rather", "i would rather", "oops", "whoops", "sorry", "correction",
    "i meant to say", "i meant", "what i meant was", "i mean", "scratch that", "let me correct that",
    "on second thought", "on second thoughts", "my mistake", "my bad", "rather", "instead", "oh",
    "sorry i meant", "make that", "make it", "i made a mistake", "i changed my mind", "change that to",
    "change it to", "change this to", "should be", "it should be", "it should have been", "that should be",
    "not that",
};
constexpr std::string_view kCorrectionTails[] = {"instead", "rather", "actually"};
constexpr std::string_view kCorrectionFillers[] = {
    "make it", "make that", "it should be", "that should be", "it should have been", "it is", "it's", "its",
    "that's", "i want", "i'd like", "i would like", "i'd prefer", "i would prefer", "i prefer",
    "i meant to say", "i meant", "i mean", "let's make it", "let's do", "let's make that", "can you make it",
    "could you make it", "can we make it", "please make it", "change it to", "change that to",
    "change this to", "can you change it to", "please change it to", "switch it to", "set it to", "rather",
    "i need", "i'll take", "i'll have", "i said", "please", "actually", "sorry", "can we do", "could we do",
    "can we say", "how about", "what about", "let's say", "then", "it's now", "but", "and",
    "we're", "we are", "there are", "there will be", "there's", "i'm", "i am", "can you do", "no",
};
constexpr std::string_view kChangeVerbs[] = {
    "change", "please change", "can you change", "could you change", "can i change", "could i change",
    "i want to change", "i'd like to change", "i would like to change", "i need to change", "update",
    "please update", "can you update", "i want to update", "i'd like to update", "set", "please set",
    "correct", "please correct", "switch", "please switch", "let's change", "let me change", "can we change",
    "edit", "modify", "replace", "fix", "i wanna change", "i have to change",
};
constexpr std::string_view kChangeLinks[] = {"to", "with", "into", "as", "="};
constexpr std::string_view kNoes[] = {
    "no", "nope", "nah", "not quite", "wrong", "no no", "that's wrong", "that is wrong", "that's not right",
    "not that",
};

constexpr std::string_view kNotBut[] = {
    "instead of", "rather than", "not", "and not", "in place of", "do not want", "anything but",
};
constexpr std::string_view kAll[] = {
    "all", "all of them", "all of those", "all of these", "everything", "every one", "every single one", "the lot",
    "each of them", "all the above", "all of the above",
};
constexpr std::string_view kBoth[] = {"both", "both of them", "both please", "the two of them"};
constexpr std::string_view kNone[] = {
    "none", "none of them", "none of those", "none of these", "nothing", "neither", "neither of them", "none of the above",
    "not any", "nothing at all", "no", "nope", "not any of them",
};
constexpr std::string_view kExcept[] = {"except", "except for", "but", "but not", "apart from", "besides", "without", "other than"};
constexpr std::string_view kWrongWords[] = {
    "wrong", "not right", "not my", "incorrect", "that is wrong", "that is not", "made mistake with",
    "i made mistake with", "mistake in", "there is mistake in", "except", "apart from", "problem with",
    "something is wrong with",
};
constexpr std::string_view kIsWrong[] = {
    "is wrong", "is not right", "is not correct", "is incorrect", "is off", "was wrong", "has changed",
    "changed", "is not", "needs to change", "needs changing", "has to change", "must change", "is bad",
};
constexpr std::string_view kIsNow[] = {
    "should be", "should have been", "is", "is now", "must be", "has to be", "needs to be", "will be", "was",
    "to", "would be", "is actually", "ought to be", "shall be", "=",
};

constexpr Pair kIrregular[] = {
    {"knives", "knife"}, {"loaves", "loaf"}, {"leaves", "leaf"}, {"halves", "half"}, {"wives", "wife"},
    {"shelves", "shelf"}, {"wolves", "wolf"}, {"calves", "calf"}, {"scarves", "scarf"}, {"mice", "mouse"},
    {"children", "child"}, {"people", "person"}, {"men", "man"}, {"women", "woman"}, {"feet", "foot"},
    {"teeth", "tooth"}, {"geese", "goose"}, {"buses", "bus"}, {"potatoes", "potato"}, {"tomatoes", "tomato"},
    {"mangoes", "mango"}, {"heroes", "hero"}, {"echoes", "echo"}, {"torpedoes", "torpedo"},
    {"gateaux", "gateau"}, {"paninis", "panini"}, {"octopuses", "octopus"}, {"hummuses", "hummus"},
    {"quizzes", "quiz"}, {"lenses", "lens"}, {"gases", "gas"}, {"pizzas", "pizza"}, {"cookies", "cookie"},
    {"brownies", "brownie"}, {"smoothies", "smoothie"}, {"pies", "pie"}, {"ties", "tie"}, {"movies", "movie"},
    {"hoodies", "hoodie"}, {"veggies", "veggie"}, {"calories", "calorie"}, {"lies", "lie"},
    {"birdies", "birdie"}, {"foodies", "foodie"}, {"beanies", "beanie"}, {"genies", "genie"},
    {"selfies", "selfie"}, {"caches", "cache"}, {"quiches", "quiche"}, {"avalanches", "avalanche"},
    {"headaches", "headache"}, {"axes", "axe"}, {"toothaches", "toothache"}, {"brioches", "brioche"},
    {"ciches", "ciche"}, {"cognacs", "cognac"}, {"plusses", "plus"},
};
// Nouns that have no singular, mean something else in it, or only look like a plural.
constexpr std::string_view kUncounted[] = {
    "fries", "chips", "glasses", "sunglasses", "scissors", "trousers", "jeans", "pants", "shorts", "tights",
    "leggings", "pyjamas", "pajamas", "headphones", "earphones", "noodles", "nachos", "tapas", "oats",
    "greens", "series", "species", "news", "hummus", "couscous", "asparagus", "octopus", "citrus", "swiss",
    "molasses", "lens", "gas", "bus", "yes", "was", "is", "his", "plus", "christmas", "las", "los", "les",
    "des", "cans of", "gyros", "hollandaise", "schnapps", "ours", "this", "lotus", "cactus", "campus",
    "status", "virus", "bonus", "menus", "tennis", "pancreas", "atlas", "texas", "canvas", "alias", "bias",
    "chaos", "cosmos", "pliers", "binoculars", "goggles", "tongs", "tweezers", "mathematics", "physics",
    "electronics", "means", "savings", "thanks", "clothes",
};

// clang-format on
bool ends_with_any(std::string_view noun, std::initializer_list<std::string_view> endings) {
  return std::any_of(endings.begin(), endings.end(), [&](std::string_view end) {
    return noun.ends_with(end);
  });
}

std::string singular(std::string_view noun) {
  for (const auto& [plural, single] : kIrregular) {
    if (noun == plural) return std::string(single);
  }
  if (noun.size() <= 3 || !noun.ends_with('s') || contains(kUncounted, noun)) return std::string(noun);
  // Loanwords, before what only looks like a plural: paninis, but tennis.
  if (ends_with_any(noun, {"inis", "onis", "ottis", "iolis", "occolis", "kiwis", "taxis"}))
    return std::string(noun.substr(0, noun.size() - 1));
  if (ends_with_any(noun, {"ss", "us", "is"})) return std::string(noun);
  if (noun.ends_with("ies")) return std::string(noun.substr(0, noun.size() - 3)) + "y";
  if (ends_with_any(noun, {"sses", "shes", "ches", "xes", "zzes"}))
    return std::string(noun.substr(0, noun.size() - 2));
  return std::string(noun.substr(0, noun.size() - 1));
}

constexpr Vocabulary kEnglish = {
    .language = "en",
    .decimal_mark = '.',
    .month_first = true,
    .numbers = table<kNumbers>,
    .fractions = table<kFractions>,
    .ordinals = table<kOrdinals>,
    .ordinal_suffixes = table<kOrdinalSuffixes>,
    .articles = table<kArticles>,
    .the = table<kThe>,
    .conjunctions = table<kConjunctions>,
    .negatives = table<kNegatives>,
    .points = table<kPoints>,
    .last_words = table<kLast>,
    .between = table<kBetween>,
    .from = table<kFrom>,
    .to = table<kTo>,
    .under = table<kUnder>,
    .above = table<kAbove>,
    .about = table<kAbout>,
    .currencies = table<kCurrencies>,
    .durations = table<kDurations>,
    .measures = table<kMeasures>,
    .extra_words = table<kExtra>,
    .of = table<kOf>,
    .months = table<kMonths>,
    .weekdays = table<kWeekdays>,
    .days = table<kDays>,
    .next = table<kNext>,
    .this_one = table<kThis>,
    .previous = table<kPrevious>,
    .in = table<kIn>,
    .ago = table<kAgo>,
    .from_now = table<kFromNow>,
    .parts_of_day = table<kParts>,
    .clock_names = table<kClockNames>,
    .am = table<kAm>,
    .pm = table<kPm>,
    .past = table<kPast>,
    .before = table<kBefore>,
    .oclock = table<kOclock>,
    .at = table<kAt>,
    .now = table<kNow>,
    .half_means_before = false,
    .contractions = table<kContractions>,
    .politeness = table<kPoliteness>,
    .commands = kCommands,
    .yes = table<kYes>,
    .no = table<kNo>,
    .yes_alone = table<kYesAlone>,
    .no_alone = table<kNoAlone>,
    .answer_words = table<kAnswerWords>,
    .intensifiers = table<kIntensifiers>,
    .neither = table<kNeither>,
    .hesitations = table<kHesitations>,
    .request_lead_ins = table<kRequestLeadIns>,
    .request_fillers = table<kRequestFillers>,
    .command_edges = table<kCommandEdges>,
    .lead_ins = table<kLeadIns>,
    .tails = table<kTails>,
    .separators = table<kSeparators>,
    .bound_pairs = table<kBoundPairs>,
    .pronouns = table<kPronouns>,
    .question_words = table<kQuestions>,
    .option_words = table<kOptionWords>,
    .correction_lead_ins = table<kCorrectionLeadIns>,
    .correction_tails = table<kCorrectionTails>,
    .correction_fillers = table<kCorrectionFillers>,
    .change_verbs = table<kChangeVerbs>,
    .change_links = table<kChangeLinks>,
    .noes = table<kNoes>,
    .not_but = table<kNotBut>,
    .wrong_words = table<kWrongWords>,
    .is_wrong = table<kIsWrong>,
    .is_now = table<kIsNow>,
    .all = table<kAll>,
    .both = table<kBoth>,
    .none = table<kNone>,
    .except = table<kExcept>,
    .singular = singular,
};

}  // namespace

const Vocabulary& english() {
  return kEnglish;
}

}  // namespace parley::language
