// Spanish: the everyday words.
#include "language/vocabulary.hpp"

namespace parley::language {
namespace {

using enum NumberRole;

// clang-format off
constexpr NumberWord kNumbers[] = {
    {"cero", 0, unit}, {"uno", 1, unit}, {"dos", 2, unit}, {"tres", 3, unit}, {"cuatro", 4, unit},
    {"cinco", 5, unit}, {"seis", 6, unit}, {"siete", 7, unit}, {"ocho", 8, unit}, {"nueve", 9, unit},
    {"diez", 10, teen}, {"once", 11, teen}, {"doce", 12, teen}, {"trece", 13, teen}, {"catorce", 14, teen},
    {"quince", 15, teen}, {"dieciséis", 16, teen}, {"dieciseis", 16, teen}, {"diecisiete", 17, teen},
    {"dieciocho", 18, teen}, {"diecinueve", 19, teen}, {"veinte", 20, teen}, {"veintiuno", 21, teen},
    {"veintiún", 21, teen}, {"veintiuna", 21, teen}, {"veintidós", 22, teen}, {"veintidos", 22, teen},
    {"veintitrés", 23, teen}, {"veintitres", 23, teen}, {"veinticuatro", 24, teen}, {"veinticinco", 25, teen},
    {"veintiséis", 26, teen}, {"veintiseis", 26, teen}, {"veintisiete", 27, teen}, {"veintiocho", 28, teen},
    {"veintinueve", 29, teen}, {"treinta", 30, ten}, {"cuarenta", 40, ten}, {"cincuenta", 50, ten},
    {"sesenta", 60, ten}, {"setenta", 70, ten}, {"ochenta", 80, ten}, {"noventa", 90, ten},
    {"cien", 100, hundred}, {"ciento", 100, hundred}, {"mil", 1'000, scale}, {"millón", 1'000'000, scale},
    {"millon", 1'000'000, scale}, {"millones", 1'000'000, scale}, {"docena", 12, group}, {"par", 2, group},
};
constexpr FractionWord kFractions[] = {
    {"medio", 1, 2, false}, {"media", 1, 2, false}, {"cuarto", 1, 4, true}, {"tercio", 1, 3, true},
};
constexpr NamedNumber kOrdinals[] = {
    {"primero", 1}, {"primera", 1}, {"primer", 1}, {"segundo", 2}, {"segunda", 2}, {"tercero", 3},
    {"tercera", 3}, {"tercer", 3}, {"cuarta", 4}, {"quinto", 5}, {"quinta", 5}, {"sexto", 6},
    {"sexta", 6}, {"séptimo", 7}, {"séptima", 7}, {"octavo", 8}, {"octava", 8}, {"noveno", 9}, {"décimo", 10},
};
constexpr std::string_view kOrdinalSuffixes[] = {"º", "ª", "o", "a"};
constexpr std::string_view kArticles[] = {"un", "una"};
constexpr std::string_view kThe[] = {"el", "la", "los", "las", "lo", "del", "mi", "mis", "unos", "unas"};
constexpr std::string_view kConjunctions[] = {"y", "e", "&"};
constexpr std::string_view kNegatives[] = {"menos"};
constexpr std::string_view kPoints[] = {"coma"};
constexpr NamedNumber kLast[] = {{"último", -1}, {"última", -1}, {"ultimo", -1}, {"ultima", -1}};

constexpr std::string_view kBetween[] = {"entre"};
constexpr std::string_view kFrom[] = {"de", "desde"};
constexpr std::string_view kTo[] = {"a", "hasta", "-", "y"};
constexpr std::string_view kUnder[] = {"menos de", "como máximo", "máximo"};
constexpr std::string_view kAbove[] = {"más de", "mas de", "al menos", "como mínimo", "mínimo"};
constexpr std::string_view kAbout[] = {"unos", "unas", "aproximadamente", "alrededor de", "sobre", "cerca de", "~"};

constexpr CurrencyWord kCurrencies[] = {
    {"€", "EUR"}, {"eur", "EUR"}, {"euro", "EUR"}, {"euros", "EUR"}, {"céntimo", "EUR", 1},
    {"céntimos", "EUR", 1}, {"centimos", "EUR", 1}, {"$", "$"}, {"dólar", "$"}, {"dólares", "$"},
    {"dolares", "$"}, {"usd", "USD"}, {"peso", "MXN"}, {"pesos", "MXN"}, {"mxn", "MXN"}, {"£", "GBP"}, {"libras", "GBP"},
};
constexpr DurationWord kDurations[] = {
    {"segundo", 1}, {"segundos", 1}, {"s", 1}, {"minuto", 60}, {"minutos", 60}, {"min", 60}, {"hora", 3600},
    {"horas", 3600}, {"h", 3600}, {"día", 86'400}, {"días", 86'400}, {"dia", 86'400}, {"dias", 86'400},
    {"noche", 86'400}, {"noches", 86'400}, {"semana", 604'800}, {"semanas", 604'800}, {"mes", 1, true},
    {"meses", 1, true}, {"año", 12, true}, {"años", 12, true},
};
constexpr std::string_view kExtra[] = {"más"};
constexpr std::string_view kOf[] = {"de"};
constexpr MeasureWord kMeasures[] = {
    {"g", Measure::mass, "gram"}, {"gramo", Measure::mass, "gram"}, {"gramos", Measure::mass, "gram"},
    {"kg", Measure::mass, "gram", 1000}, {"kilo", Measure::mass, "gram", 1000},
    {"kilos", Measure::mass, "gram", 1000}, {"l", Measure::volume, "litre"},
    {"litro", Measure::volume, "litre"}, {"litros", Measure::volume, "litre"},
    {"ml", Measure::volume, "litre", 1, 1000},
};

constexpr NamedNumber kMonths[] = {
    {"enero", 1}, {"ene", 1}, {"febrero", 2}, {"feb", 2}, {"marzo", 3}, {"mar", 3}, {"abril", 4}, {"abr", 4},
    {"mayo", 5}, {"junio", 6}, {"jun", 6}, {"julio", 7}, {"jul", 7}, {"agosto", 8}, {"ago", 8},
    {"septiembre", 9}, {"setiembre", 9}, {"sep", 9}, {"octubre", 10}, {"oct", 10}, {"noviembre", 11},
    {"nov", 11}, {"diciembre", 12}, {"dic", 12},
};
constexpr NamedNumber kWeekdays[] = {
    {"domingo", 0}, {"lunes", 1}, {"martes", 2}, {"miércoles", 3}, {"miercoles", 3}, {"jueves", 4},
    {"viernes", 5}, {"sábado", 6}, {"sabado", 6},
};
constexpr NamedNumber kDays[] = {
    {"hoy", 0}, {"esta mañana", 0}, {"esta tarde", 0}, {"esta noche", 0}, {"mañana", 1}, {"pasado mañana", 2},
    {"ayer", -1}, {"anteayer", -2}, {"antes de ayer", -2},
};
constexpr std::string_view kNext[] = {"próximo", "próxima", "proximo", "proxima", "la próxima", "el próximo", "el proximo"};
constexpr std::string_view kThis[] = {"este", "esta", "el"};
constexpr std::string_view kPrevious[] = {"pasado", "pasada"};
constexpr std::string_view kIn[] = {"en", "dentro de"};
constexpr std::string_view kAgo[] = {"atrás"};
constexpr PartOfDay kParts[] = {
    {"de la mañana", Meridiem::am}, {"por la mañana", Meridiem::am}, {"de la tarde", Meridiem::pm},
    {"por la tarde", Meridiem::pm}, {"de la noche", Meridiem::pm}, {"por la noche", Meridiem::pm},
    {"esta tarde", Meridiem::pm}, {"esta noche", Meridiem::pm}, {"tarde", Meridiem::pm},
};
constexpr NamedNumber kClockNames[] = {{"mediodía", 720}, {"mediodia", 720}, {"medianoche", 0}};
constexpr std::string_view kAm[] = {"am", "a . m ."};
constexpr std::string_view kPm[] = {"pm", "p . m ."};
constexpr std::string_view kOclock[] = {"horas", "h", "en punto"};
constexpr std::string_view kAt[] = {"a", "las", "la", "para", "sobre", "el", "hacia", ","};
constexpr std::string_view kNow[] = {"ahora", "ahora mismo", "ya mismo", "inmediatamente"};

constexpr Pair kContractions[] = {{"q", "que"}, {"xq", "por que"}, {"porfa", "por favor"}};
constexpr std::string_view kPoliteness[] = {
    "por favor", "muchas gracias", "gracias", "hola", "buenos días", "buenos dias", "buenas tardes",
    "buenas noches", "buenas", "perdón", "perdon", "disculpe", "disculpa", "lo siento",
};

using enum CommandKind;
constexpr PhraseCommand kCommands[] = {
    {"cancelar|cancela|cancele|parar|pare|detener|basta|stop|anular|anula todo|eso|esto|el|la|mi? pedido|reserva?",
     cancel},
    {"quiero|quisiera|deseo cancelar|parar|anular eso|esto|lo|el|la|mi? pedido|reserva?", cancel},
    {"déjalo|dejalo|déjelo|dejelo ya|estar?", cancel},
    {"olvídalo|olvidalo|olvídelo|olvidelo|olvida|olvide eso|esto?", cancel, "forget"},
    {"ya no quiero nada?", cancel},
    {"he cambiado de opinión|opinion|idea", cancel},
    {"salir", cancel},
    {"empezar|empecemos|empieza|comenzar|comencemos|volver de nuevo|cero|nuevo?", restart},
    {"quiero|quisiera? empezar|comenzar|volver de|desde|otra a? cero|nuevo|vez|el? principio|empezar?", restart},
    {"empezar|empecemos|empieza|comenzar|comencemos otra|desde vez|cero|el|principio principio?", restart},
    {"desde el principio", restart},
    {"reiniciar", restart},
    {"volver|vuelve|vuelva|volvamos|ir atrás|atras", correct_slot, "back"},
    {"quiero|quisiera volver|ir atrás|atras", correct_slot, "back"},
    {"pregunta anterior", correct_slot, "back"},
    {"un|una|el|la? humano|agente|operador|operadora|asesor|asesora|representante", ask_human},
    {"una persona real|humana|verdadera", ask_human},
    {"quiero|quisiera|puedo|necesito|me? gustaría|gustaria? hablar|chatear con un|una|el|la|alguien|algún? "
     "humano|persona|agente|operador|operadora|asesor|asesora|representante|encargado real|humana?",
     ask_human},
    {"quiero|quisiera|puedo|necesito|me? gustaría|gustaria? hablar|chatear con alguien", ask_human},
    {"hablar con un|una|alguien humano|persona|agente|operador|asesor? real?", ask_human},
    {"pásame|pásame|páseme|paseme|comuníqueme|comunícame|póngame con un|una|alguien "
     "humano|persona|agente|operador|asesor|representante?",
     ask_human},
    {"atención|servicio al cliente", ask_human},
    {"repetir|repite|repita eso|la? pregunta?", repeat},
    {"puede|puedes|podría|podrías repetir|repetirlo|repetirme eso|la|lo? pregunta?", repeat},
    {"cómo|como|qué|que", repeat},
    {"otra vez", repeat},
    {"no le|te|lo? entiendo|entendí|entendi", repeat},
    {"no le|te|lo? he entendido", repeat},
    {"saltar|salta|omitir|omite|siguiente|pasar|paso|pasa pregunta|esta|eso? pregunta?", skip},
    {"no tengo ninguno|ninguna", skip},
    {"no aplica", skip},
    {"prefiero no decirlo|responder|contestar", skip},
    {"por qué|que lo|me? pregunta|preguntas|pide|pides eso|esto?", chitchat, "why"},
    {"para? qué|que? lo? necesita|necesitas eso|esto|saberlo|saber", chitchat, "why"},
    {"por qué|que necesita|necesitas saber|saberlo|eso|esto|mi? eso|esto|correo|teléfono?", chitchat, "why"},
    {"cuánto|cuanto tiempo? va|tarda|tardará|dura|durará|llevará|lleva a? tardar|durar|llevar? esto|eso|todo?",
     chitchat,
     "how_long"},
    {"cuántas|cuantas preguntas quedan|faltan|son", chitchat, "how_long"},
    {"falta mucho", chitchat, "how_long"},
    {"qué|que he pedido|dicho|elegido|reservado|indicado hasta? ahora?", chitchat, "so_far"},
    {"qué|que pedí|pedi|dije|elegí|elegi", chitchat, "so_far"},
    {"qué|que tiene|tienes|lleva|llevas hasta|apuntado? ahora?", chitchat, "so_far"},
    {"resumen", chitchat, "so_far"},
    {"cierra|cierre|cerrar mi|la? sesión|sesion", chitchat, "sign_out"},
    {"cierra|cierre mi|la? sesión|sesion en|de *", chitchat, "sign_out"},
    {"quiero|quisiera cerrar mi|la? sesión|sesion", chitchat, "sign_out"},
    {"desconéctame|desconectame|desconécteme|desconecteme", chitchat, "sign_out"},
    {"retiro mi permiso", chitchat, "sign_out"},
    {"dónde|donde he iniciado sesión|sesion", chitchat, "signed_in"},
    {"qué|que sabe|sabes|recuerda|recuerdas de|sobre mí|mi", chitchat, "memory"},
    {"olvida|olvide|borra|borre|elimina|elimine todo lo? que? sabes|sabe? sobre|de mí|mi", chitchat, "forget_all"},
    {"borra|borre|elimina|elimine mis datos", chitchat, "forget_all"},
    {"adiós|adios|chao|chau", chitchat, "goodbye"},
    {"hasta luego|pronto", chitchat, "goodbye"},
    {"que tenga|tengas un|una? buen|buena día|dia|tarde|noche", chitchat, "goodbye"},
    {"eso|esto es todo por? ahora|hoy?", chitchat, "decline"},
    {"nada más|mas", chitchat, "decline"},
    {"hola|buenas|ey|holi a? todos?", chitchat, "greeting"},
    {"buenos|buenas días|dias|tardes|noches", chitchat, "greeting"},
    {"hay alguien ahí|ahi", chitchat, "greeting"},
    {"muchas? mil? gracias por? todo?", chitchat, "thanks"},
    {"se|te lo agradezco", chitchat, "thanks"},
    {"muy amable", chitchat, "thanks"},
    {"es|eres usted|tú? un|una? robot|máquina|maquina|bot|humano|persona|programa|ia real?", chitchat, "machine"},
    {"estoy hablando|hablo con un|una robot|máquina|maquina|bot|humano|persona real?", chitchat, "machine"},
    {"quién|quien es|eres usted|tú?", chitchat, "identity"},
    {"cómo|como se|te llama|llamas", chitchat, "identity"},
    {"cuál|cual es su|tu nombre", chitchat, "identity"},
    {"cómo|como está|esta|estás|estas", chitchat, "feelings"},
    {"qué|que tal", chitchat, "feelings"},
    {"ayuda|ayúdame|ayudame|ayúdeme", chitchat, "abilities"},
    {"puede|puedes|me ayudarme|puede|puedes ayudar?", chitchat, "abilities"},
    {"necesito ayuda", chitchat, "abilities"},
    {"qué|que puede|puedes|sabe|sabes hacer", chitchat, "abilities"},
    {"en qué|que puede|puedes ayudarme", chitchat, "abilities"},
    {"cómo|como funciona esto?", chitchat, "abilities"},
    {"muy|bien|buen bien|hecho|trabajo", chitchat, "praise"},
    {"excelente|genial|fantástico|estupendo trabajo", chitchat, "praise"},
    {"eres|es muy|realmente? bueno|genial|útil|amable", chitchat, "praise"},
    {"esto|eso|eres|es|qué|que es|eres|muy|tan? inútil|inutil|horrible|malo|pésimo|estúpido|ridículo|frustrante",
     chitchat,
     "complaint"},
    {"no me entiende|entiendes nada?", chitchat, "complaint"},
};
constexpr std::string_view kYes[] = {
    "sí", "si", "sip", "sep", "claro", "claro que sí", "claro que si", "por supuesto", "vale", "ok", "okay", "de acuerdo",
    "correcto", "exacto", "exactamente", "así es", "asi es", "eso es", "está bien", "esta bien", "perfecto",
    "desde luego", "cómo no", "como no", "adelante", "confirmo", "confirmado", "sí claro", "si claro",
    "me parece bien", "sin problema", "por qué no", "creo que sí", "creo que si", "seguro", "ciertamente", "es correcto", "👍", "✅",
};
constexpr std::string_view kNo[] = {
    "no", "no gracias", "nop", "para nada", "en absoluto", "claro que no", "por supuesto que no", "nunca",
    "jamás", "incorrecto", "falso", "no es correcto", "no está bien", "no esta bien", "eso no", "no es así",
    "no creo", "creo que no", "ahora no", "ni hablar", "de ninguna manera", "no me interesa", "👎", "❌",
};
constexpr std::string_view kYesAlone[] = {"s", "bien", "bueno", "genial", "dale", "perfecto", "confirmar", "muy bien"};
constexpr std::string_view kNoAlone[] = {"n", "nada", "ninguno", "ninguna"};
constexpr std::string_view kAnswerWords[] = {"sí", "si", "no", "claro", "vale", "ok", "okay", "correcto"};
constexpr std::string_view kIntensifiers[] = {"por supuesto", "desde luego", "claro", "seguro", "exactamente"};
constexpr std::string_view kNeither[] = {
    "quizás", "quizas", "quizá", "tal vez", "no sé", "no se", "ni idea", "no estoy seguro", "no estoy segura",
    "depende", "sí y no",
};
constexpr std::string_view kHesitations[] = {
    "eh", "este", "pues", "bueno", "mmm", "a ver", "yo", "es", "lo", "que", "pero", "y", "gracias", "hola",
};

constexpr std::string_view kRequestLeadIns[] = {
    "quiero", "quisiera", "querría", "me gustaría", "me gustaria", "necesito", "deseo", "puedo", "podría",
    "podria", "puede", "puedes", "podrías", "queremos", "quisiéramos", "nos gustaría", "dígame", "dime",
    "por cierto", "una pregunta", "otra pregunta", "y", "pero", "pues", "bueno", "ok", "vale", "sí", "no",
    "hola", "también", "en realidad", "primero", "tengo que", "ayúdame a", "es posible",
};
constexpr std::string_view kRequestFillers[] = {
    "para", "a", "al", "en", "de", "del", "el", "la", "los", "las", "un", "una", "con", "por", "y", "mi",
    "mis", "su", "nuestro", "yo", "nosotros", "me", "nos", "es", "somos", "son", "hay", "personas", "persona",
    "gente", "horas", "hora", "gracias", "favor", "que",
};
constexpr std::string_view kCommandEdges[] = {
    "no", "sí", "si", "ok", "vale", "ah", "oh", "pues", "bueno", "entonces", "pero", "y", "ahora", "mejor",
    "solo", "eh",
};

constexpr std::string_view kLeadIns[] = {
    "quiero pedir", "quiero", "quisiera pedir", "quisiera", "querría", "me gustaría", "necesito", "deseo",
    "voy a querer", "voy a pedir", "tomaré", "pido", "para mí", "ponme", "póngame", "dame", "deme",
    "nos gustaría", "queremos", "puedo pedir", "me da", "mi número es", "mi número es el", "mi correo es",
    "mi email es", "mi dirección es", "mi nombre es", "me llamo", "es", "es el", "son", "somos", "seremos", "sería", "serían",
    "para", "a", "a las", "a la", "el", "sobre", "con", "sí", "vale", "hola", "pues", "mejor", "solo", "unos",
};
constexpr std::string_view kTails[] = {
    "por favor", "gracias", "muchas gracias", "para mí", "para nosotros", "personas", "eso es todo", "nada más",
    "para llevar", "mejor", "entonces",
};
constexpr std::string_view kSeparators[] = {"y", "más", "además", "y también", "junto con", "con también"};
constexpr std::string_view kPronouns[] = {"opción", "opcion", "número", "respuesta"};
constexpr std::string_view kQuestions[] = {
    "qué", "que", "cuál", "cual", "cuáles", "cómo", "como", "quién", "cuándo", "cuando", "dónde", "donde",
    "por", "cuánto", "cuántos", "tiene", "tienen", "hay",
};
constexpr std::string_view kOptionWords[] = {"número", "numero", "nº", "opción", "opcion", "#", "la", "el"};
constexpr std::string_view kCorrectionLeadIns[] = {
    "en realidad", "no espera", "no espere", "espera", "espere", "quise decir", "quería decir", "digo",
    "perdón", "perdon", "corrección", "mejor", "me equivoqué", "me he equivocado", "mejor dicho", "ups", "pensándolo bien",
};
constexpr std::string_view kCorrectionTails[] = {"mejor"};
constexpr std::string_view kCorrectionFillers[] = {
    "quise decir", "quería decir", "digo", "quiero", "quisiera", "prefiero", "mejor", "que sea", "que sean", "que sean las",
    "pon", "ponga", "es", "son", "seremos", "somos", "serán", "para", "pero", "y", "a las",
};
constexpr std::string_view kChangeVerbs[] = {
    "cambia", "cambie", "cambiar", "quiero cambiar", "quisiera cambiar", "modifica", "modifique", "modificar",
    "corrige", "corrija", "reemplaza", "reemplace", "puede cambiar", "puedes cambiar", "pon",
};
constexpr std::string_view kChangeLinks[] = {"a", "por", "en", "="};
constexpr std::string_view kNoes[] = {"no", "no no", "eso no", "incorrecto", "mal"};
constexpr std::string_view kNotBut[] = {"en vez de", "en lugar de", "y no", "no"};
constexpr std::string_view kWrongWords[] = {"mal", "incorrecto", "incorrecta", "equivocado", "equivocada", "excepto", "menos", "salvo"};
constexpr std::string_view kIsWrong[] = {
    "está mal", "esta mal", "es incorrecto", "es incorrecta", "no es correcto", "no es correcta", "ha cambiado",
    "está equivocado", "está equivocada",
};
constexpr std::string_view kIsNow[] = {"es", "debe ser", "debería ser", "será", "sea", "es ahora", "="};

constexpr std::string_view kAll[] = {"todo", "todos", "todas", "todo eso", "todos ellos"};
constexpr std::string_view kBoth[] = {"ambos", "ambas", "los dos", "las dos"};
constexpr std::string_view kNone[] = {"ninguno", "ninguna", "nada", "ninguno de ellos", "ni uno ni otro", "no"};
constexpr std::string_view kExcept[] = {"excepto", "menos", "salvo", "sin", "pero no"};

// clang-format on
constexpr Vocabulary kSpanish = {
    .language = "es",
    .decimal_mark = ',',
    .month_first = false,
    .and_after_tens = true,
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
    .from_now = {},
    .parts_of_day = table<kParts>,
    .clock_names = table<kClockNames>,
    .am = table<kAm>,
    .pm = table<kPm>,
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

const Vocabulary& spanish() {
  return kSpanish;
}

}  // namespace parley::language
