// French: the everyday words.
#include "language/vocabulary.hpp"

namespace parley::language {
namespace {

using enum NumberRole;

// clang-format off
constexpr NumberWord kNumbers[] = {
    {"zéro", 0, unit}, {"deux", 2, unit}, {"trois", 3, unit}, {"quatre", 4, unit}, {"cinq", 5, unit},
    {"six", 6, unit}, {"sept", 7, unit}, {"huit", 8, unit}, {"neuf", 9, unit}, {"dix", 10, ten},
    {"onze", 11, teen}, {"douze", 12, teen}, {"treize", 13, teen}, {"quatorze", 14, teen},
    {"quinze", 15, teen}, {"seize", 16, teen}, {"vingt", 20, ten}, {"vingts", 20, ten}, {"trente", 30, ten},
    {"quarante", 40, ten}, {"cinquante", 50, ten}, {"soixante", 60, ten}, {"septante", 70, ten},
    {"huitante", 80, ten}, {"nonante", 90, ten}, {"cent", 100, hundred}, {"cents", 100, hundred},
    {"mille", 1'000, scale}, {"million", 1'000'000, scale}, {"millions", 1'000'000, scale},
    {"milliard", 1'000'000'000, scale}, {"milliards", 1'000'000'000, scale}, {"dizaine", 10, group},
    {"douzaine", 12, group}, {"vingtaine", 20, group},
};
constexpr FractionWord kFractions[] = {
    {"demi", 1, 2, true}, {"demie", 1, 2, true}, {"moitié", 1, 2, true}, {"quart", 1, 4, true},
    {"tiers", 1, 3, true},
};
constexpr NamedNumber kOrdinals[] = {
    {"premier", 1}, {"première", 1}, {"premiere", 1}, {"deuxième", 2}, {"deuxieme", 2}, {"second", 2},
    {"seconde", 2}, {"troisième", 3}, {"troisieme", 3}, {"quatrième", 4}, {"quatrieme", 4},
    {"cinquième", 5}, {"cinquieme", 5}, {"sixième", 6}, {"sixieme", 6}, {"septième", 7}, {"huitième", 8},
    {"neuvième", 9}, {"dixième", 10},
};
constexpr std::string_view kOrdinalSuffixes[] = {"er", "ère", "re", "e", "ème", "eme", "nd", "nde"};
constexpr std::string_view kArticles[] = {"un", "une"};
constexpr std::string_view kThe[] = {"le", "la", "les", "du", "des", "mon", "ma", "mes", "ce", "cette"};
constexpr std::string_view kConjunctions[] = {"et", "&"};
constexpr std::string_view kNegatives[] = {"moins"};
constexpr std::string_view kPoints[] = {"virgule"};
constexpr NamedNumber kLast[] = {{"dernier", -1}, {"dernière", -1}, {"derniere", -1}};

constexpr std::string_view kBetween[] = {"entre"};
constexpr std::string_view kFrom[] = {"de", "depuis"};
constexpr std::string_view kTo[] = {"à", "jusqu'à", "-", "et"};
constexpr std::string_view kUnder[] = {"moins de", "au plus", "au maximum", "maximum"};
constexpr std::string_view kAbove[] = {"plus de", "au moins", "au minimum", "minimum"};
constexpr std::string_view kAbout[] = {"environ", "vers", "à peu près", "autour de", "~"};

constexpr CurrencyWord kCurrencies[] = {
    {"€", "EUR"}, {"eur", "EUR"}, {"euro", "EUR"}, {"euros", "EUR"}, {"centime", "EUR", 1},
    {"centimes", "EUR", 1}, {"$", "$"}, {"dollar", "$"}, {"dollars", "$"}, {"usd", "USD"}, {"chf", "CHF"},
    {"francs suisses", "CHF"}, {"£", "GBP"}, {"livres sterling", "GBP"}, {"livres", "GBP"},
};
constexpr DurationWord kDurations[] = {
    {"seconde", 1}, {"secondes", 1}, {"s", 1}, {"minute", 60}, {"minutes", 60}, {"min", 60}, {"heure", 3600},
    {"heures", 3600}, {"h", 3600}, {"jour", 86'400}, {"jours", 86'400}, {"nuit", 86'400}, {"nuits", 86'400},
    {"semaine", 604'800}, {"semaines", 604'800}, {"mois", 1, true}, {"an", 12, true}, {"ans", 12, true},
    {"année", 12, true}, {"années", 12, true},
};
constexpr std::string_view kExtra[] = {"autres"};
constexpr std::string_view kOf[] = {"de", "d'"};
constexpr MeasureWord kMeasures[] = {
    {"g", Measure::mass, "gram"}, {"gramme", Measure::mass, "gram"}, {"grammes", Measure::mass, "gram"},
    {"kg", Measure::mass, "gram", 1000}, {"kilo", Measure::mass, "gram", 1000},
    {"kilos", Measure::mass, "gram", 1000}, {"l", Measure::volume, "litre"},
    {"litre", Measure::volume, "litre"}, {"litres", Measure::volume, "litre"},
    {"ml", Measure::volume, "litre", 1, 1000},
};

constexpr NamedNumber kMonths[] = {
    {"janvier", 1}, {"janv", 1}, {"février", 2}, {"fevrier", 2}, {"fév", 2}, {"mars", 3}, {"avril", 4},
    {"avr", 4}, {"mai", 5}, {"juin", 6}, {"juillet", 7}, {"juil", 7}, {"août", 8}, {"aout", 8},
    {"septembre", 9}, {"sept", 9}, {"octobre", 10}, {"oct", 10}, {"novembre", 11}, {"nov", 11},
    {"décembre", 12}, {"decembre", 12}, {"déc", 12},
};
constexpr NamedNumber kWeekdays[] = {
    {"dimanche", 0}, {"lundi", 1}, {"mardi", 2}, {"mercredi", 3}, {"jeudi", 4}, {"vendredi", 5},
    {"samedi", 6},
};
constexpr NamedNumber kDays[] = {
    {"aujourd'hui", 0}, {"ce matin", 0}, {"cet après - midi", 0}, {"ce soir", 0}, {"demain", 1},
    {"après - demain", 2}, {"après demain", 2}, {"apres demain", 2}, {"hier", -1}, {"avant - hier", -2},
    {"avant hier", -2},
};
constexpr std::string_view kNext[] = {"prochain", "prochaine", "la semaine prochaine"};
constexpr std::string_view kThis[] = {"ce", "cette", "cet"};
constexpr std::string_view kPrevious[] = {"dernier", "dernière"};
constexpr std::string_view kIn[] = {"dans", "d'ici"};
constexpr PartOfDay kParts[] = {
    {"du matin", Meridiem::am}, {"le matin", Meridiem::am}, {"ce matin", Meridiem::am},
    {"matin", Meridiem::am}, {"de l'après - midi", Meridiem::pm}, {"l'après - midi", Meridiem::pm},
    {"cet après - midi", Meridiem::pm}, {"après - midi", Meridiem::pm}, {"du soir", Meridiem::pm},
    {"le soir", Meridiem::pm}, {"ce soir", Meridiem::pm}, {"soir", Meridiem::pm},
};
constexpr NamedNumber kClockNames[] = {{"midi", 720}, {"minuit", 0}};
constexpr std::string_view kOclock[] = {"heures", "heure", "h"};
constexpr std::string_view kAt[] = {"à", "vers", "pour", "le", "dès", ","};
constexpr std::string_view kNow[] = {"maintenant", "tout de suite", "immédiatement"};

constexpr Pair kContractions[] = {
    {"j'ai", "je ai"}, {"j'aimerais", "je aimerais"}, {"j'en", "je en"}, {"c'est", "ce est"},
    {"c'était", "ce était"}, {"n'est", "ne est"}, {"n'en", "ne en"}, {"n'ai", "ne ai"}, {"qu'est", "que est"},
    {"d'accord", "de accord"}, {"d'un", "de un"}, {"d'une", "de une"}, {"qu'un", "que un"},
    {"s'il", "si il"}, {"m'aider", "me aider"}, {"l'humain", "humain"}, {"l'assistant", "assistant"},
    {"oublie-le", "oublie le"}, {"stp", "si te plaît"}, {"svp", "si vous plaît"},
};
constexpr std::string_view kPoliteness[] = {
    "si il vous plaît", "si il vous plait", "si il te plaît", "si il te plait", "si vous plaît",
    "si te plaît", "merci beaucoup", "merci bien", "merci", "bonjour", "bonsoir", "salut", "pardon",
    "excusez moi", "désolé", "désolée",
};

using enum CommandKind;
constexpr PhraseCommand kCommands[] = {
    {"annuler|annule|annulez|arrête|arrêtez|arrêter|arrete|stop|stopper tout|ça|cela|la? commande|réservation?",
     cancel},
    {"je? veux|voudrais|souhaite? annuler|arrêter|arreter", cancel},
    {"laisse|laissez tomber", cancel},
    {"oublie|oubliez ça|cela|le", cancel, "forget"},
    {"je ne veux plus", cancel},
    {"je ai changé de? avis|d'avis", cancel},
    {"quitter|quitte", cancel},
    {"je|on? veux|voudrais|peut|puis? je|on? tout? recommencer|recommence|recommençons|recommencez tout? à|depuis|du? zéro|le? début?",
     restart},
    {"je? veux|voudrais? reprendre depuis|du le? début", restart},
    {"reprenons|repartir|repartons depuis|de|du|à le? zéro|début", restart},
    {"revenir|reviens|revenons|retour|retourner en? arrière|arriere", correct_slot, "back"},
    {"je? veux|voudrais? revenir|retourner en arrière|arriere", correct_slot, "back"},
    {"question précédente|precedente", correct_slot, "back"},
    {"un|une humain|conseiller|conseillère|agent|opérateur|collègue", ask_human},
    {"humain|conseiller|conseillère|agent|opérateur", ask_human},
    {"un|une vraie? vrai? personne|humain|conseiller", ask_human},
    {"je? veux|voudrais|souhaite|puis|peux|aimerais? je? parler|discuter à|a|avec? un|une|le|quelqu'un? vrai|vraie? "
     "humain|personne|conseiller|conseillère|agent|opérateur|collègue",
     ask_human},
    {"je? veux|voudrais|souhaite|puis|peux? je? parler à|a|avec quelqu'un", ask_human},
    {"passez|passe|transférez|mettez moi? un|une|en|à? contact|relation? avec? un|une? "
     "humain|personne|conseiller|conseillère|agent|opérateur|collègue",
     ask_human},
    {"service client", ask_human},
    {"répéter|répète|répétez|repete|repetez ça|cela?", repeat},
    {"pouvez|peux vous|tu répéter|repeter ça|cela|la? question?", repeat},
    {"comment|quoi|hein", repeat},
    {"encore une fois", repeat},
    {"je ne? ai pas compris|entendu", repeat},
    {"je ne? comprends|comprend pas", repeat},
    {"passer|passe|sauter|suivant|suivante", skip},
    {"question suivante", skip},
    {"passer|sauter cette|la question", skip},
    {"je ne en ai pas|aucune", skip},
    {"sans objet", skip},
    {"je préfère|prefere ne pas répondre|repondre|dire", skip},
    {"pourquoi vous|tu? demandez|demandes? vous|tu? ça|cela?", chitchat, "why"},
    {"pourquoi cette question", chitchat, "why"},
    {"pourquoi avez|as vous|tu besoin de ça|cela|le|la|mon|ma? savoir?", chitchat, "why"},
    {"ce? est pour quoi faire", chitchat, "why"},
    {"combien de temps ça|cela|est? ce? que? ça|cela? va? prend|prendre|dure|durer", chitchat, "how_long"},
    {"ça|cela va? prendre|durer|prend|dure combien de temps", chitchat, "how_long"},
    {"combien de questions encore? reste|reste-t? t? il?", chitchat, "how_long"},
    {"ce est bientôt fini", chitchat, "how_long"},
    {"que est ce que je ai commandé|dit|choisi|réservé|indiqué jusqu'ici?", chitchat, "so_far"},
    {"je ai commandé|dit|choisi quoi", chitchat, "so_far"},
    {"que est ce que vous|tu avez|as noté|compris jusqu'ici?", chitchat, "so_far"},
    {"récapitulatif|recapitulatif|résumé", chitchat, "so_far"},
    {"déconnecte|déconnectez|deconnecte|deconnectez moi maintenant|partout?", chitchat, "sign_out"},
    {"déconnecte|déconnectez|deconnecte|deconnectez moi de|du|chez *", chitchat, "sign_out"},
    {"je veux|voudrais|souhaite me déconnecter|deconnecter partout?", chitchat, "sign_out"},
    {"déconnexion|deconnexion", chitchat, "sign_out"},
    {"je retire mon autorisation", chitchat, "sign_out"},
    {"où|ou suis je connecté|connectée|connecte", chitchat, "signed_in"},
    {"que savez|sais vous|tu sur|de moi", chitchat, "memory"},
    {"que est ce que vous|tu savez|sais sur|de moi", chitchat, "memory"},
    {"oublie|oubliez|efface|effacez|supprime|supprimez tout sur|de moi", chitchat, "forget_all"},
    {"efface|effacez|supprime|supprimez mes données|donnees", chitchat, "forget_all"},
    {"au revoir", chitchat, "goodbye"},
    {"adieu|ciao", chitchat, "goodbye"},
    {"à|a bientôt|bientot", chitchat, "goodbye"},
    {"bonne journée|soirée|nuit|journee|soiree", chitchat, "goodbye"},
    {"ce est tout pour? moi|aujourd'hui?", chitchat, "decline"},
    {"bonjour|bonsoir|salut|coucou|hello|hey à? tous?", chitchat, "greeting"},
    {"vous|tu êtes|es|etes toujours? là|la", chitchat, "greeting"},
    {"merci beaucoup|bien|infiniment?", chitchat, "thanks"},
    {"je vous|te remercie", chitchat, "thanks"},
    {"ce est très|tres? gentil|sympa", chitchat, "thanks"},
    {"vous|tu? êtes|etes|es vous|tu? un|une robot|machine|humain|ia|programme|chatbot|bot|personne|vraie? personne?",
     chitchat,
     "machine"},
    {"est ce que vous|tu êtes|etes|es un|une robot|machine|humain|ia|programme|chatbot|bot|personne|vraie? personne?",
     chitchat,
     "machine"},
    {"je parle à|a|avec un|une robot|machine|humain|personne", chitchat, "machine"},
    {"qui êtes|etes|es vous|tu", chitchat, "identity"},
    {"comment vous|tu? appelez|t'appelles vous|tu?", chitchat, "identity"},
    {"quel est votre|ton nom", chitchat, "identity"},
    {"comment allez|vas vous|tu", chitchat, "feelings"},
    {"ça|ca va", chitchat, "feelings"},
    {"aide|aidez|aider moi?", chitchat, "abilities"},
    {"pouvez|peux vous|tu me aider", chitchat, "abilities"},
    {"je ai besoin de aide", chitchat, "abilities"},
    {"que pouvez|peux|savez|sais vous|tu faire", chitchat, "abilities"},
    {"que est ce que vous|tu pouvez|peux|savez|sais faire", chitchat, "abilities"},
    {"comment ça|ca|cela marche|fonctionne", chitchat, "abilities"},
    {"bravo|super|génial|genial|parfait|excellent travail|boulot", chitchat, "praise"},
    {"vous|tu êtes|etes|es très|vraiment? super|génial|génials|efficace|gentil", chitchat, "praise"},
    {"ce est vraiment|trop|tellement? nul|inutile|mauvais|énervant|agaçant|stupide|ridicule", chitchat, "complaint"},
    {"vous|tu ne? comprenez|comprends rien|pas", chitchat, "complaint"},
};
constexpr std::string_view kYes[] = {
    "oui", "ouais", "ouaip", "si", "ok", "okay", "de accord", "bien sûr", "bien sur", "certainement",
    "absolument", "exactement", "exact", "tout à fait", "tout a fait", "correct", "ce est ça", "ce est ca",
    "ce est bon", "ce est correct", "ce est exact", "ce est parfait", "ça marche", "ca marche", "ça me va",
    "ça va", "volontiers", "avec plaisir", "je confirme", "confirmé", "vas y", "allez y", "pourquoi pas",
    "pas de problème", "je veux bien", "entendu", "oui oui", "évidemment", "👍", "✅", "je crois", "je pense",
};
constexpr std::string_view kNo[] = {
    "non", "nan", "non merci", "pas du tout", "surtout pas", "pas vraiment", "jamais", "faux", "incorrect",
    "pas correct", "ce est faux", "ce ne est pas ça", "ce est pas ça", "ce ne est pas correct", "absolument pas",
    "certainement pas", "bien sûr que non", "je ne crois pas", "je ne pense pas", "je crois pas", "pas maintenant",
    "👎", "❌", "hors de question", "pas intéressé", "ça ne va pas",
};
constexpr std::string_view kYesAlone[] = {"o", "bien", "bon", "parfait", "super", "très bien", "très bon", "confirmer"};
constexpr std::string_view kNoAlone[] = {"n", "pas", "aucun", "aucune", "rien"};
constexpr std::string_view kAnswerWords[] = {"oui", "ouais", "non", "nan", "ok", "okay", "exact"};
constexpr std::string_view kIntensifiers[] = {"bien sûr", "certainement", "absolument", "exactement"};
constexpr std::string_view kNeither[] = {
    "peut être", "je ne sais pas", "je sais pas", "aucune idée", "pas sûr", "pas sûre", "je ne suis pas sûr",
    "ça dépend", "oui et non",
};
constexpr std::string_view kHesitations[] = {
    "euh", "hum", "bah", "ben", "alors", "donc", "je", "ce", "est", "mais", "et", "merci", "bonjour",
};

constexpr std::string_view kRequestLeadIns[] = {
    "je voudrais", "je veux", "je souhaite", "je aimerais", "je aimerais bien", "je dois", "je peux",
    "puis je", "est ce que je peux", "est ce que vous pouvez", "pouvez vous", "peux tu", "pourriez vous",
    "nous voudrions", "on voudrait", "on veut", "dites moi", "au fait", "une question", "encore une question",
    "et", "mais", "alors", "donc", "ok", "oui", "non", "bonjour", "salut", "aussi", "en fait", "de abord", "il faut que je", "il me faut",
};
constexpr std::string_view kRequestFillers[] = {
    "pour", "à", "au", "aux", "le", "la", "les", "de", "du", "des", "un", "une", "en", "dans", "sur", "avec",
    "et", "mon", "ma", "mes", "notre", "nos", "votre", "je", "nous", "on", "me", "moi", "il", "ce", "est",
    "personnes", "personne", "gens", "heures", "heure", "h", "merci", "chez", "vers", "y", "a", "ai",
};
constexpr std::string_view kCommandEdges[] = {
    "non", "oui", "ok", "ah", "oh", "alors", "bon", "donc", "mais", "et", "en fait", "finalement", "stop", "euh",
    "maintenant", "juste",
};

constexpr std::string_view kLeadIns[] = {
    "je voudrais commander", "je voudrais", "je veux commander", "je veux", "je souhaite", "je aimerais",
    "j'aimerais", "j'ai", "je prends", "je prendrai", "je vais prendre", "je commande", "nous voudrions",
    "nous prenons", "on prend", "on voudrait", "donnez moi", "puis - je avoir", "est - ce que je peux avoir",
    "mon numéro est", "mon numéro est le", "mon e - mail est", "mon mail est", "mon adresse est", "mon nom est",
    "je m'appelle", "c'est", "ce sera", "il y a", "nous sommes", "nous serons", "on sera", "on est", "pour",
    "à", "vers", "avec", "le", "oui", "ok", "bonjour", "euh", "alors", "plutôt", "environ", "disons",
};
constexpr std::string_view kTails[] = {
    "s'il vous plaît", "s'il vous plait", "s'il te plaît", "s'il te plait", "svp", "stp", "merci", "merci beaucoup",
    "pour moi", "pour nous", "personnes", "c'est tout", "plutôt", "à emporter", "ça ira", "alors",
};
constexpr std::string_view kSeparators[] = {"et", "plus", "ainsi que", "et aussi", "avec aussi", "puis"};
constexpr std::string_view kPronouns[] = {"option", "choix", "numéro", "celui", "celle"};
constexpr std::string_view kQuestions[] = {
    "que", "quoi", "quel", "quelle", "quels", "quelles", "comment", "qui", "quand", "où", "pourquoi", "combien",
    "est", "avez", "y", "qu'est", "puis",
};
constexpr std::string_view kOptionWords[] = {"numéro", "numero", "n°", "option", "choix", "#", "le", "la"};
constexpr std::string_view kCorrectionLeadIns[] = {
    "en fait", "non attendez", "attendez", "attends", "je voulais dire", "je veux dire", "pardon", "désolé",
    "désolée", "correction", "plutôt", "finalement", "oups", "je me suis trompé", "je me suis trompée",
    "mon erreur", "à la réflexion", "erreur",
};
constexpr std::string_view kCorrectionTails[] = {"plutôt", "finalement"};
constexpr std::string_view kCorrectionFillers[] = {
    "je voulais dire", "je veux dire", "je voudrais", "je veux", "je préfère", "je préférerais", "plutôt",
    "mettez", "mets", "disons", "ce serait", "c'est", "ce sera", "on sera", "nous serons", "nous sommes", "pour", "mais", "et",
};
constexpr std::string_view kChangeVerbs[] = {
    "changez", "change", "changer", "modifiez", "modifie", "modifier", "je veux changer", "je voudrais changer",
    "je veux modifier", "je voudrais modifier", "remplacez", "remplace", "corrigez", "corrige", "pouvez - vous changer", "peux - tu changer",
};
constexpr std::string_view kChangeLinks[] = {"en", "à", "par", "pour", "="};
constexpr std::string_view kNoes[] = {"non", "nan", "faux", "non non", "ce n'est pas ça"};
constexpr std::string_view kNotBut[] = {"au lieu de", "à la place de", "plutôt que", "et pas", "pas", "et non"};
constexpr std::string_view kWrongWords[] = {"mauvais", "mauvaise", "faux", "fausse", "sauf", "à part", "pas bon"};
constexpr std::string_view kIsWrong[] = {
    "est faux", "est fausse", "est incorrect", "est incorrecte", "ne est pas bon", "ne est pas bonne",
    "ne est pas correct", "ne est pas correcte", "a changé", "ne va pas",
};
constexpr std::string_view kIsNow[] = {"est", "sera", "devrait être", "doit être", "est maintenant", "serait", "="};

constexpr std::string_view kAll[] = {"tout", "tous", "toutes", "tout cela", "tous les deux"};
constexpr std::string_view kBoth[] = {"les deux", "tous les deux", "toutes les deux"};
constexpr std::string_view kNone[] = {"aucun", "aucune", "rien", "rien du tout", "ni l'un ni l'autre", "non", "aucun des deux"};
constexpr std::string_view kExcept[] = {"sauf", "à part", "excepté", "sans", "mais pas"};

// clang-format on
constexpr Vocabulary kFrench = {
    .language = "fr",
    .decimal_mark = ',',
    .month_first = false,
    .and_after_tens = true,
    .vigesimal = true,
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
    .past = {},
    .before = {},
    .oclock = table<kOclock>,
    .at = table<kAt>,
    .now = table<kNow>,
    .half_means_before = false,
    .minutes_after_hour = true,
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

const Vocabulary& french() {
  return kFrench;
}

}  // namespace parley::language
