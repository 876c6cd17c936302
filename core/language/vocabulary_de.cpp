// German: the everyday words.
#include "language/vocabulary.hpp"

namespace parley::language {
namespace {

using enum NumberRole;

// clang-format off
constexpr NumberWord kNumbers[] = {
    {"null", 0, unit}, {"eins", 1, unit}, {"zwei", 2, unit}, {"zwo", 2, unit}, {"drei", 3, unit},
    {"vier", 4, unit}, {"fünf", 5, unit}, {"sechs", 6, unit}, {"sieben", 7, unit}, {"acht", 8, unit},
    {"neun", 9, unit}, {"zehn", 10, teen}, {"elf", 11, teen}, {"zwölf", 12, teen}, {"dreizehn", 13, teen},
    {"vierzehn", 14, teen}, {"fünfzehn", 15, teen}, {"sechzehn", 16, teen}, {"siebzehn", 17, teen},
    {"achtzehn", 18, teen}, {"neunzehn", 19, teen}, {"zwanzig", 20, ten}, {"dreißig", 30, ten},
    {"vierzig", 40, ten}, {"fünfzig", 50, ten}, {"sechzig", 60, ten}, {"siebzig", 70, ten},
    {"achtzig", 80, ten}, {"neunzig", 90, ten}, {"hundert", 100, hundred}, {"tausend", 1'000, scale},
    {"million", 1'000'000, scale}, {"millionen", 1'000'000, scale}, {"milliarde", 1'000'000'000, scale},
    {"milliarden", 1'000'000'000, scale}, {"dutzend", 12, group}, {"paar", 2, group},
    {"einundzwanzig", 21, teen}, {"zweiundzwanzig", 22, teen}, {"dreiundzwanzig", 23, teen},
    {"vierundzwanzig", 24, teen}, {"fünfundzwanzig", 25, teen}, {"sechsundzwanzig", 26, teen},
    {"siebenundzwanzig", 27, teen}, {"achtundzwanzig", 28, teen}, {"neunundzwanzig", 29, teen},
    {"einunddreißig", 31, teen}, {"zweiunddreißig", 32, teen}, {"dreiunddreißig", 33, teen},
    {"vierunddreißig", 34, teen}, {"fünfunddreißig", 35, teen}, {"sechsunddreißig", 36, teen},
    {"siebenunddreißig", 37, teen}, {"achtunddreißig", 38, teen}, {"neununddreißig", 39, teen},
    {"einundvierzig", 41, teen}, {"zweiundvierzig", 42, teen}, {"dreiundvierzig", 43, teen},
    {"vierundvierzig", 44, teen}, {"fünfundvierzig", 45, teen}, {"sechsundvierzig", 46, teen},
    {"siebenundvierzig", 47, teen}, {"achtundvierzig", 48, teen}, {"neunundvierzig", 49, teen},
    {"einundfünfzig", 51, teen}, {"zweiundfünfzig", 52, teen}, {"dreiundfünfzig", 53, teen},
    {"vierundfünfzig", 54, teen}, {"fünfundfünfzig", 55, teen}, {"sechsundfünfzig", 56, teen},
    {"siebenundfünfzig", 57, teen}, {"achtundfünfzig", 58, teen}, {"neunundfünfzig", 59, teen},
    {"einundsechzig", 61, teen}, {"zweiundsechzig", 62, teen}, {"dreiundsechzig", 63, teen},
    {"vierundsechzig", 64, teen}, {"fünfundsechzig", 65, teen}, {"sechsundsechzig", 66, teen},
    {"siebenundsechzig", 67, teen}, {"achtundsechzig", 68, teen}, {"neunundsechzig", 69, teen},
    {"einundsiebzig", 71, teen}, {"zweiundsiebzig", 72, teen}, {"dreiundsiebzig", 73, teen},
    {"vierundsiebzig", 74, teen}, {"fünfundsiebzig", 75, teen}, {"sechsundsiebzig", 76, teen},
    {"siebenundsiebzig", 77, teen}, {"achtundsiebzig", 78, teen}, {"neunundsiebzig", 79, teen},
    {"einundachtzig", 81, teen}, {"zweiundachtzig", 82, teen}, {"dreiundachtzig", 83, teen},
    {"vierundachtzig", 84, teen}, {"fünfundachtzig", 85, teen}, {"sechsundachtzig", 86, teen},
    {"siebenundachtzig", 87, teen}, {"achtundachtzig", 88, teen}, {"neunundachtzig", 89, teen},
    {"einundneunzig", 91, teen}, {"zweiundneunzig", 92, teen}, {"dreiundneunzig", 93, teen},
    {"vierundneunzig", 94, teen}, {"fünfundneunzig", 95, teen}, {"sechsundneunzig", 96, teen},
    {"siebenundneunzig", 97, teen}, {"achtundneunzig", 98, teen}, {"neunundneunzig", 99, teen},
};
constexpr FractionWord kFractions[] = {
    {"halb", 1, 2, false}, {"halbe", 1, 2, false}, {"halbes", 1, 2, false}, {"halben", 1, 2, false},
    {"viertel", 1, 4, true},
};
constexpr NamedNumber kOrdinals[] = {
    {"erste", 1}, {"ersten", 1}, {"erster", 1}, {"zweite", 2}, {"zweiten", 2}, {"dritte", 3}, {"dritten", 3},
    {"vierte", 4}, {"vierten", 4}, {"fünfte", 5}, {"fünften", 5}, {"sechste", 6}, {"siebte", 7}, {"achte", 8},
};
constexpr std::string_view kOrdinalSuffixes[] = {"."};
constexpr std::string_view kArticles[] = {"ein", "eine", "einen", "einer", "einem", "eines"};
constexpr std::string_view kThe[] = {"der", "die", "das", "den", "dem", "etwas"};
constexpr std::string_view kConjunctions[] = {"und", "&"};
constexpr std::string_view kNegatives[] = {"minus"};
constexpr std::string_view kPoints[] = {"komma"};
constexpr NamedNumber kLast[] = {{"letzte", -1}, {"letzten", -1}, {"letzter", -1}};

constexpr std::string_view kBetween[] = {"zwischen"};
constexpr std::string_view kFrom[] = {"von"};
constexpr std::string_view kTo[] = {"bis", "-", "und"};
constexpr std::string_view kUnder[] = {"weniger als", "unter", "höchstens", "maximal"};
constexpr std::string_view kAbove[] = {"mehr als", "über", "mindestens"};
constexpr std::string_view kAbout[] = {"etwa", "ungefähr", "circa", "ca", "rund", "genau", "~"};

constexpr CurrencyWord kCurrencies[] = {
    {"€", "EUR"}, {"eur", "EUR"}, {"euro", "EUR"}, {"euros", "EUR"}, {"cent", "EUR", 1}, {"$", "$"},
    {"dollar", "$"}, {"usd", "USD"}, {"chf", "CHF"}, {"franken", "CHF"}, {"rappen", "CHF", 1}, {"£", "GBP"},
    {"pfund", "GBP"},
};
constexpr DurationWord kDurations[] = {
    {"sekunde", 1}, {"sekunden", 1}, {"s", 1}, {"minute", 60}, {"minuten", 60}, {"min", 60}, {"stunde", 3600},
    {"stunden", 3600}, {"std", 3600}, {"h", 3600}, {"tag", 86'400}, {"tage", 86'400}, {"tagen", 86'400},
    {"woche", 604'800}, {"wochen", 604'800}, {"monat", 1, true}, {"monate", 1, true}, {"monaten", 1, true},
    {"jahr", 12, true}, {"jahre", 12, true}, {"jahren", 12, true},
};
constexpr std::string_view kExtra[] = {"weitere", "ganze", "zusätzliche"};
constexpr std::string_view kOf[] = {"von"};
constexpr MeasureWord kMeasures[] = {
    {"g", Measure::mass, "gram"}, {"gramm", Measure::mass, "gram"}, {"kg", Measure::mass, "gram", 1000},
    {"kilo", Measure::mass, "gram", 1000}, {"kilogramm", Measure::mass, "gram", 1000},
    {"l", Measure::volume, "litre"}, {"liter", Measure::volume, "litre"},
    {"ml", Measure::volume, "litre", 1, 1000},
};

constexpr NamedNumber kMonths[] = {
    {"januar", 1}, {"jan", 1}, {"februar", 2}, {"feb", 2}, {"märz", 3}, {"april", 4}, {"apr", 4}, {"mai", 5},
    {"juni", 6}, {"jun", 6}, {"juli", 7}, {"jul", 7}, {"august", 8}, {"aug", 8}, {"september", 9}, {"sep", 9},
    {"oktober", 10}, {"okt", 10}, {"november", 11}, {"nov", 11}, {"dezember", 12}, {"dez", 12},
};
constexpr NamedNumber kWeekdays[] = {
    {"sonntag", 0}, {"montag", 1}, {"dienstag", 2}, {"mittwoch", 3}, {"donnerstag", 4}, {"freitag", 5},
    {"samstag", 6}, {"sonnabend", 6},
};
constexpr NamedNumber kDays[] = {
    {"heute", 0}, {"morgen", 1}, {"übermorgen", 2}, {"gestern", -1}, {"vorgestern", -2},
};
constexpr std::string_view kNext[] = {"nächsten", "nächste", "nächster", "kommende", "kommenden"};
constexpr std::string_view kThis[] = {"diesen", "diese", "dieser"};
constexpr std::string_view kPrevious[] = {"letzten", "letzte", "vorigen", "vergangenen"};
constexpr std::string_view kIn[] = {"in"};
constexpr PartOfDay kParts[] = {
    {"vormittags", Meridiem::am}, {"früh", Meridiem::am}, {"morgens", Meridiem::am},
    {"nachmittags", Meridiem::pm}, {"am nachmittag", Meridiem::pm}, {"abends", Meridiem::pm},
    {"am abend", Meridiem::pm}, {"nachts", Meridiem::pm},
};
constexpr NamedNumber kClockNames[] = {{"mittag", 720}, {"mitternacht", 0}};
constexpr std::string_view kPast[] = {"nach"};
constexpr std::string_view kBefore[] = {"vor"};
constexpr std::string_view kOclock[] = {"uhr"};
constexpr std::string_view kAt[] = {"um", "gegen", "am", "ab", ","};
constexpr std::string_view kNow[] = {"jetzt", "sofort"};

constexpr std::string_view kPoliteness[] = {
    "bitte", "danke", "vielen dank", "danke schön", "hallo", "guten tag", "guten morgen", "guten abend",
    "entschuldigung",
};

using enum CommandKind;
constexpr PhraseCommand kCommands[] = {
    {"abbrechen|abbruch|stopp|stop|stornieren|aufhören", cancel}, {"das|es|alles|bitte? abbrechen|stornieren", cancel},
    {"brich|brechen sie? das|es? alles? ab", cancel}, {"hör|hören sie? auf", cancel},
    {"ich? möchte|will|würde? gern|gerne? das|es|alles? abbrechen|stornieren|aufhören", cancel},
    {"lass|lassen sie? es|das? gut? sein", cancel}, {"ich habe? es|mir? mir? anders überlegt", cancel},
    {"ich möchte|will das? doch? nicht mehr", cancel}, {"beenden|ende", cancel},
    {"noch|nochmal? einmal|mal? von vorn|vorne|anfang an? anfangen|beginnen?", restart}, {"neu anfangen|beginnen|starten|start", restart},
    {"neustart", restart}, {"fangen|fang wir|sie? noch? einmal? von vorn|vorne an?", restart},
    {"ich? möchte|will|würde? gern? noch? einmal? von vorn|vorne|neu anfangen|beginnen", restart},
    {"zurück", correct_slot, "back"}, {"einen? schritt zurück", correct_slot, "back"},
    {"gehen|geh|kann|können|ich|möchte|will wir|sie|ich? noch? einmal|einen? schritt? zurück gehen?", correct_slot, "back"},
    {"vorige|letzte|vorherige frage", correct_slot, "back"},
    {"vergiss es", cancel, "forget"},
    {"vergiss das", cancel, "forget"}, {"vergessen sie es", cancel, "forget"},
    {"vergessen sie das", cancel, "forget"}, {"was wissen sie über mich", chitchat, "memory"},
    {"was weißt du über mich", chitchat, "memory"}, {"was haben sie über mich gespeichert", chitchat, "memory"},
    {"was hast du dir über mich gemerkt", chitchat, "memory"},
    {"was haben sie sich über mich gemerkt", chitchat, "memory"},
    {"vergiss alles über mich", chitchat, "forget_all"},
    {"vergessen sie alles über mich", chitchat, "forget_all"},
    {"löschen sie meine daten", chitchat, "forget_all"}, {"lösche meine daten", chitchat, "forget_all"},
    {"lösche alles über mich", chitchat, "forget_all"},
    {"melde|meld mich bitte? jetzt|überall|wieder? ab", chitchat, "sign_out"},
    {"melden sie mich bitte? jetzt|überall|wieder? ab", chitchat, "sign_out"},
    {"melde|meld mich bitte? bei|von * ab", chitchat, "sign_out"},
    {"melden sie mich bitte? bei|von * ab", chitchat, "sign_out"},
    {"logge|log mich bitte? überall? aus", chitchat, "sign_out"},
    {"loggen sie mich bitte? überall? aus", chitchat, "sign_out"},
    {"ich möchte|will mich überall? abmelden|ausloggen", chitchat, "sign_out"},
    {"ich möchte|will mich bei|von * abmelden", chitchat, "sign_out"},
    {"abmelden|ausloggen|logout", chitchat, "sign_out"},
    {"ich nehme meine|die erlaubnis zurück", chitchat, "sign_out"},
    {"ich widerrufe meine|die erlaubnis", chitchat, "sign_out"},
    {"du darfst nicht mehr für mich handeln", chitchat, "sign_out"},
    {"sie dürfen nicht mehr für mich handeln", chitchat, "sign_out"},
    {"wo bin ich überall|noch? angemeldet|eingeloggt", chitchat, "signed_in"},
    {"bin ich noch? irgendwo? angemeldet|eingeloggt", chitchat, "signed_in"},
    {"bei welchen diensten bin ich angemeldet", chitchat, "signed_in"},
    {"warum|wieso|weshalb fragst|fragen|willst|wollen|brauchst|brauchen|benötigen du|sie das|es|danach|meine|meinen? wissen?",
     chitchat,
     "why"},
    {"warum|wieso|weshalb müssen|musst sie|du das wissen", chitchat, "why"},
    {"wofür|wozu brauchen|brauchst|benötigen|ist sie|du? das", chitchat, "why"},
    {"wie lange dauert|dauerts das|es? noch?", chitchat, "how_long"}, {"wie lange noch", chitchat, "how_long"},
    {"wie lange wird das|es dauern", chitchat, "how_long"},
    {"wie viele fragen sind|kommen|noch es|das? noch?", chitchat, "how_long"},
    {"sind|ist wir|das bald|gleich fertig", chitchat, "how_long"},
    {"was habe|hab ich bisher|alles|denn|da? bestellt|gesagt|gewählt|ausgewählt|gebucht|angegeben", chitchat, "so_far"},
    {"was haben|hast sie|du bisher|bis? jetzt? notiert|verstanden?", chitchat, "so_far"},
    {"zusammenfassung|zusammenfassen", chitchat, "so_far"}, {"fassen|fass sie? das|es? zusammen", chitchat, "so_far"},
    {"hallo|hi|hey|moin|servus|grüezi|guten tag|morgen|abend?", chitchat, "greeting"},
    {"guten|schönen tag|morgen|abend", chitchat, "greeting"}, {"grüß gott", chitchat, "greeting"},
    {"hallo? ist da jemand", chitchat, "greeting"}, {"sind|bist sie|du noch? da", chitchat, "greeting"},
    {"danke|dank schön|sehr|vielmals?", chitchat, "thanks"}, {"vielen|herzlichen|tausend dank", chitchat, "thanks"},
    {"das ist|war sehr|wirklich? nett|lieb|freundlich von? ihnen|dir?", chitchat, "thanks"},
    {"tschüss|tschüs|ciao|tschau|ade", chitchat, "goodbye"}, {"auf wiedersehen", chitchat, "goodbye"},
    {"bis bald|dann", chitchat, "goodbye"},
    {"einen? schönen|schöne tag|abend|nacht noch?", chitchat, "goodbye"}, {"gute nacht", chitchat, "goodbye"},
    {"das war|wars|ist es|alles|schon? für? heute?", chitchat, "decline"},
    {"bist|sind du|sie ein|eine|der|die? echter|echte|richtiger? roboter|bot|maschine|mensch|computer|programm|ki|chatbot|person",
     chitchat,
     "machine"},
    {"spreche|rede|schreibe ich hier|gerade? mit einem|einer roboter|bot|maschine|menschen|computer|programm|ki|person",
     chitchat,
     "machine"},
    {"ist das|hier ein|eine roboter|bot|maschine|mensch|programm|ki|echter? mensch?", chitchat, "machine"},
    {"wer bist|sind du|sie", chitchat, "identity"}, {"wie heißt|heißen du|sie", chitchat, "identity"},
    {"was bist|sind du|sie", chitchat, "identity"}, {"mit wem spreche|rede ich", chitchat, "identity"},
    {"wie geht es|geht's? dir|ihnen?", chitchat, "feelings"}, {"wie geht's dir|ihnen?", chitchat, "feelings"},
    {"hilfe", chitchat, "abilities"}, {"hilf|helfen sie? mir", chitchat, "abilities"},
    {"kannst|können|könnten du|sie mir helfen", chitchat, "abilities"},
    {"ich brauche|bräuchte hilfe", chitchat, "abilities"}, {"was kannst|können du|sie alles|denn|für? mich? tun|machen?", chitchat, "abilities"},
    {"wobei|womit kannst|können du|sie mir? helfen", chitchat, "abilities"},
    {"wie funktioniert das|es|dies", chitchat, "abilities"},
    {"gut|toll|super|prima gemacht", chitchat, "praise"},
    {"du|sie bist|sind sehr|wirklich|echt? toll|super|gut|klasse|hilfreich|nett", chitchat, "praise"},
    {"das|du|sie|es ist|bist|sind wirklich|echt|total|völlig|so? schlecht|nutzlos|dumm|blöd|furchtbar|schrecklich|nervig|lächerlich|mist",
     chitchat,
     "complaint"},
    {"du|sie verstehst|verstehen mich|gar? nicht|nichts", chitchat, "complaint"},
    {"ich? möchte|will|würde|kann|können|könnte? ich|sie|gern|gerne? ich? bitte? mit|zu|einem|einen|jemandem|jemand|an? einem|einen|jemandem|echten|richtigen? echten|richtigen? "
     "menschen|mitarbeiter|person|berater|mitarbeiterin|kollegen|jemandem|jemand sprechen|reden|weiterleiten|verbinden|verbunden werden?",
     ask_human},
    {"ich brauche|möchte|will einen|eine? echten|richtigen? menschen|mitarbeiter|person|berater", ask_human},
    {"kundenservice|kundendienst|support|berater|operator", ask_human},
    {"löschen sie alles über mich", chitchat, "forget_all"}, {"schon gut", cancel}, {"doch nicht", cancel},
    {"ich möchte abbrechen", cancel}, {"mensch", ask_human}, {"ein mensch", ask_human},
    {"mitarbeiter", ask_human}, {"ich möchte mit einem menschen sprechen", ask_human},
    {"mit einem menschen sprechen", ask_human}, {"mit einem mitarbeiter sprechen", ask_human},
    {"ich möchte mit einem mitarbeiter sprechen", ask_human},
    {"verbinden sie mich mit einem mitarbeiter", ask_human}, {"wie", repeat}, {"wie war das", repeat},
    {"noch einmal", repeat}, {"nochmal", repeat}, {"wiederholen", repeat},
    {"können sie das wiederholen", repeat}, {"was", repeat}, {"weiter", skip}, {"überspringen", skip},
    {"keine angabe", skip}, {"das|frage|diese? frage? überspringen", skip}, {"nächste frage", skip},
    {"wiederholen sie das", repeat}, {"ich habe das|es|sie nicht verstanden", repeat},
    {"das habe ich nicht verstanden", repeat}, {"ich verstehe nicht", repeat}, {"wie bitte", repeat},
    {"habe ich nicht", skip}, {"möchte ich nicht sagen|angeben", skip},
};
constexpr std::string_view kYes[] = {
    "ja", "jo", "jap", "alles klar", "jawohl", "genau", "richtig", "stimmt", "das stimmt", "korrekt", "klar", "na klar",
    "gerne", "gern", "sicher", "natürlich", "selbstverständlich", "ok", "okay", "in ordnung", "passt",
    "einverstanden", "auf jeden fall", "unbedingt", "warum nicht", "kein problem", "nicht falsch",
    "das ist richtig", "mach das", "y", "👍", "ich denke schon", "ich glaube schon",
};
constexpr std::string_view kNo[] = {
    "nein", "nee", "ne", "nö", "nicht", "niemals", "falsch", "das ist falsch", "stimmt nicht",
    "das stimmt nicht", "auf keinen fall", "keinesfalls", "nicht richtig", "lieber nicht", "besser nicht",
    "natürlich nicht", "ich glaube nicht", "ich denke nicht", "nein danke", "👎", "kein interesse",
};
constexpr std::string_view kYesAlone[] = {"gut", "super", "j", "mach ich"};
constexpr std::string_view kNoAlone[] = {"n", "nicht", "nie"};
constexpr std::string_view kAnswerWords[] = {"ja", "nein", "klar", "nee", "ok", "okay"};
constexpr std::string_view kIntensifiers[] = {"sicher", "natürlich", "auf jeden fall"};
constexpr std::string_view kNeither[] = {
    "vielleicht", "weiß nicht", "ich weiß nicht", "keine ahnung", "nicht sicher", "ich bin nicht sicher",
    "kommt darauf an", "ja und nein",
};
constexpr std::string_view kHesitations[] = {
    "äh", "ähm", "hm", "also", "na", "das", "ist", "so", "ich", "aber", "doch", "es", "mal", "bitte", "danke",
};

constexpr std::string_view kRequestLeadIns[] = {
    "ich möchte", "ich möchte gern", "ich möchte gerne", "ich will", "ich würde gern", "ich würde gerne",
    "ich muss", "kann ich", "könnte ich", "können sie", "könnten sie", "können wir", "kannst du", "wir möchten",
    "sagen sie mir", "bitte", "hallo", "guten tag", "übrigens", "noch eine frage", "eine frage", "und", "aber",
    "also", "erst", "zuerst", "doch", "eigentlich", "ja", "nein", "ok", "okay", "gern", "gerne", "mal",
};
constexpr std::string_view kRequestFillers[] = {
    "für", "um", "am", "an", "in", "im", "von", "vom", "mit", "zu", "zum", "zur", "und", "bitte", "der", "die",
    "das", "den", "dem", "ein", "eine", "einen", "einem", "mein", "meine", "meinen", "meinem", "wir", "ich",
    "uns", "mich", "mir", "es", "ist", "sind", "danke", "leute", "personen", "person", "gäste", "uhr", "gern",
    "gerne",
};
constexpr std::string_view kCommandEdges[] = {
    "nein", "ja", "ok", "okay", "ach", "oh", "also", "doch", "bitte", "danke", "jetzt", "dann", "aber", "und",
    "mal", "einfach",
};

constexpr std::string_view kLeadIns[] = {
    "ich möchte gerne", "ich möchte", "ich hätte gerne", "ich hätte gern", "ich will", "ich brauche",
    "ich nehme", "wir möchten", "wir hätten gerne", "wir nehmen", "kann ich", "könnte ich", "für mich",
    "bitte", "gerne", "also", "es sind", "es ist", "das ist", "mit", "ja", "hallo", "am", "um", "nur",
    "meine nummer ist", "meine e - mail ist", "bestelle",
};
constexpr std::string_view kTails[] = {
    "bitte", "danke", "haben", "für mich", "für uns", "bestellen", "bekommen", "nehmen", "vielen dank",
    "personen",
};
constexpr std::string_view kSeparators[] = {"und", "sowie", "und auch", "dazu"};
constexpr std::string_view kPronouns[] = {"option", "wahl"};
constexpr std::string_view kQuestions[] = {
    "was", "welche", "wie", "wer", "wann", "wo", "warum", "haben", "gibt", "ist", "sind",
};
constexpr std::string_view kOptionWords[] = {"nummer", "nr", "option", "#"};
constexpr std::string_view kCorrectionLeadIns[] = {
    "eigentlich", "nein warte", "warte", "moment", "ich meinte", "ich meine", "korrektur", "doch lieber",
    "lieber", "entschuldigung",
};
constexpr std::string_view kCorrectionTails[] = {"stattdessen"};
constexpr std::string_view kCorrectionFillers[] = {
    "ich meinte", "ich meine", "ich möchte", "ich will", "lieber", "doch", "es sollen", "mach", "bitte",
};
constexpr std::string_view kChangeVerbs[] = {
    "ändere", "ändern sie", "bitte ändern sie", "bitte ändere", "setze",
};
constexpr std::string_view kChangeLinks[] = {"auf", "zu", "in"};
constexpr std::string_view kNoes[] = {"nein", "nee", "falsch"};
constexpr std::string_view kNotBut[] = {"statt", "anstatt", "nicht", "und nicht"};
constexpr std::string_view kWrongWords[] = {"falsche", "falscher", "falsches", "außer", "bis auf"};
constexpr std::string_view kIsWrong[] = {"ist falsch", "stimmt nicht", "passt nicht"};
constexpr std::string_view kIsNow[] = {"ist", "sollte", "soll", "ist jetzt", "lautet"};

constexpr std::string_view kAll[] = {"alle", "alles", "alle davon", "alle zusammen", "das alles", "sämtliche"};
constexpr std::string_view kBoth[] = {"beide", "beides", "alle beide"};
constexpr std::string_view kNone[] = {"keine", "keines", "keins", "keinen", "nichts", "nichts davon", "keine davon", "weder noch", "nein"};
constexpr std::string_view kExcept[] = {"außer", "bis auf", "ohne", "nur nicht"};

// clang-format on
constexpr Vocabulary kGerman = {
    .language = "de",
    .decimal_mark = ',',
    .month_first = false,
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
    .ago = {},
    .from_now = {},
    .parts_of_day = table<kParts>,
    .clock_names = table<kClockNames>,
    .am = {},
    .pm = {},
    .past = table<kPast>,
    .before = table<kBefore>,
    .oclock = table<kOclock>,
    .at = table<kAt>,
    .now = table<kNow>,
    .half_means_before = true,
    .contractions = {},
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
    .bound_pairs = {},
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
    .singular = nullptr,
};

}  // namespace

const Vocabulary& german() {
  return kGerman;
}

}  // namespace parley::language
