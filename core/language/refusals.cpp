#include "language/refusals.hpp"

#include <array>
#include <cstddef>

#include "language/vocabulary.hpp"

namespace parley::language {

namespace {

// In the order of Refused. "{value}" and "{names}" stand for what is told of it.
struct Row {
  std::string_view reason;
  std::string_view en;
  std::string_view de;
  std::string_view fr;
  std::string_view es;
};

constexpr auto kRows = std::to_array<Row>({
    {"not_a_number",
     "Please give a number, for example 12 or 2.5.",
     "Bitte nennen Sie eine Zahl, zum Beispiel 12 oder 2,5.",
     "Indiquez un nombre, par exemple 12 ou 2,5.",
     "Indique un número, por ejemplo 12 o 2,5."},
    {"not_a_number",
     "Please give a whole number, for example 12.",
     "Bitte nennen Sie eine ganze Zahl, zum Beispiel 12.",
     "Indiquez un nombre entier, par exemple 12.",
     "Indique un número entero, por ejemplo 12."},
    {"not_an_integer",
     "Please give a whole number, for example 12.",
     "Bitte nennen Sie eine ganze Zahl, zum Beispiel 12.",
     "Indiquez un nombre entier, par exemple 12.",
     "Indique un número entero, por ejemplo 12."},
    {"not_an_integer",
     "Please give whole numbers, for example 1, 5 and 12.",
     "Bitte nennen Sie ganze Zahlen, zum Beispiel 1, 5 und 12.",
     "Indiquez des nombres entiers, par exemple 1, 5 et 12.",
     "Indique números enteros, por ejemplo 1, 5 y 12."},
    {"not_an_amount",
     "Please give an amount of money, for example $12.50.",
     "Bitte nennen Sie einen Geldbetrag, zum Beispiel 12,50 €.",
     "Indiquez un montant, par exemple 12,50 €.",
     "Indique una cantidad de dinero, por ejemplo 12,50 €."},
    {"not_a_date",
     "Please give a date, for example 23 November 2026 or tomorrow.",
     "Bitte nennen Sie einen Tag, zum Beispiel 23. November 2026 oder morgen.",
     "Indiquez une date, par exemple 23 novembre 2026 ou demain.",
     "Indique una fecha, por ejemplo 23 de noviembre de 2026 o mañana."},
    {"not_a_time",
     "Please give a time of day, for example 18:30 or 6pm.",
     "Bitte nennen Sie eine Uhrzeit, zum Beispiel 18:30 oder 18 Uhr.",
     "Indiquez une heure, par exemple 18h30.",
     "Indique una hora, por ejemplo 18:30 o las 6 de la tarde."},
    {"not_a_datetime",
     "Please give a day and a time, for example tomorrow at 6pm.",
     "Bitte nennen Sie Tag und Uhrzeit, zum Beispiel morgen um 18 Uhr.",
     "Indiquez un jour et une heure, par exemple demain à 18h.",
     "Indique un día y una hora, por ejemplo mañana a las 18:00."},
    {"no_time",
     "At what time? For example tomorrow at 6pm.",
     "Um wie viel Uhr? Zum Beispiel morgen um 18 Uhr.",
     "À quelle heure ? Par exemple demain à 18h.",
     "¿A qué hora? Por ejemplo mañana a las 18:00."},
    {"not_a_duration",
     "Please say how long, for example 90 minutes or 2 weeks.",
     "Bitte sagen Sie, wie lange, zum Beispiel 90 Minuten oder 2 Wochen.",
     "Indiquez une durée, par exemple 90 minutes ou 2 semaines.",
     "Indique cuánto tiempo, por ejemplo 90 minutos o 2 semanas."},
    {"not_an_email",
     "Please give an email address, for example ada@example.com.",
     "Bitte nennen Sie eine E-Mail-Adresse, zum Beispiel ada@example.com.",
     "Indiquez une adresse e-mail, par exemple ada@example.com.",
     "Indique un correo electrónico, por ejemplo ada@example.com."},
    {"not_a_phone",
     "Please give a telephone number with 7 to 15 digits.",
     "Bitte nennen Sie eine Telefonnummer mit 7 bis 15 Ziffern.",
     "Indiquez un numéro de téléphone de 7 à 15 chiffres.",
     "Indique un número de teléfono de 7 a 15 cifras."},
    {"not_a_url",
     "Please give a web address, for example https://example.com.",
     "Bitte nennen Sie eine Webadresse, zum Beispiel https://example.com.",
     "Indiquez une adresse web, par exemple https://example.com.",
     "Indique una dirección web, por ejemplo https://example.com."},
    {"not_a_choice",
     "Please choose {names}.",
     "Bitte wählen Sie {names}.",
     "Choisissez {names}.",
     "Elija {names}."},
    {"not_a_choice",
     "There is no \"{value}\". Please choose {names}.",
     "„{value}“ gibt es nicht. Bitte wählen Sie {names}.",
     "Il n'y a pas de « {value} ». Choisissez {names}.",
     "No hay «{value}». Elija {names}."},
    {"not_an_item",
     "Please say what you would like, for example 2 pizzas and a coke.",
     "Bitte sagen Sie, was Sie möchten, zum Beispiel 2 Pizzen und eine Cola.",
     "Dites ce que vous souhaitez, par exemple 2 pizzas et un coca.",
     "Diga qué quiere, por ejemplo 2 pizzas y una cola."},
    {"too_many",
     "Please name one thing at a time.",
     "Bitte nennen Sie immer nur eines.",
     "Indiquez une seule chose à la fois.",
     "Indique una sola cosa cada vez."},
    {"empty",
     "Please name at least one.",
     "Bitte nennen Sie mindestens eines.",
     "Indiquez-en au moins un.",
     "Indique al menos uno."},
    {"ambiguous",
     "Did you mean {names}?",
     "Meinten Sie {names}?",
     "Vouliez-vous dire {names} ?",
     "¿Se refería a {names}?"},
    {"range",
     "Please give one amount instead of a range.",
     "Bitte nennen Sie einen Wert statt eines Bereichs.",
     "Indiquez une seule valeur au lieu d'un intervalle.",
     "Indique un solo valor en lugar de un intervalo."},
    {"below_min",
     "The least is {value}.",
     "Mindestens {value}.",
     "Le minimum est {value}.",
     "El mínimo es {value}."},
    {"above_max",
     "The most is {value}.",
     "Höchstens {value}.",
     "Le maximum est {value}.",
     "El máximo es {value}."},
    {"too_short",
     "Please use at least {value} characters.",
     "Bitte mindestens {value} Zeichen.",
     "Il faut au moins {value} caractères.",
     "Use al menos {value} caracteres."},
    {"too_long",
     "Please use at most {value} characters.",
     "Bitte höchstens {value} Zeichen.",
     "Il faut au plus {value} caractères.",
     "Use como máximo {value} caracteres."},
    {"too_few",
     "Please give at least {value}.",
     "Bitte nennen Sie mindestens {value}.",
     "Indiquez-en au moins {value}.",
     "Indique al menos {value}."},
    {"too_many",
     "Please give at most {value}.",
     "Bitte nennen Sie höchstens {value}.",
     "Indiquez-en au plus {value}.",
     "Indique como máximo {value}."},
    {"pattern",
     "That does not have the expected form.",
     "Das hat nicht die erwartete Form.",
     "Cela n'a pas la forme attendue.",
     "Eso no tiene la forma esperada."},
    {"not_yes_or_no",
     "Please answer yes or no.",
     "Bitte antworten Sie mit Ja oder Nein.",
     "Répondez par oui ou par non.",
     "Responda sí o no."},
    {"not_an_object",
     "This needs a form instead of words.",
     "Dafür braucht es ein Formular statt Worten.",
     "Il faut un formulaire plutôt que des mots.",
     "Para esto hace falta un formulario en lugar de palabras."},
    {"empty",
     "Please give an answer.",
     "Bitte geben Sie eine Antwort.",
     "Donnez une réponse.",
     "Dé una respuesta."},
});
static_assert(kRows.size() == static_cast<std::size_t>(Refused::empty) + 1);

std::string_view text_in(const Row& row, std::string_view language) {
  if (language == "de") return row.de;
  if (language == "fr") return row.fr;
  if (language == "es") return row.es;
  return row.en;
}

// "small, medium or large".
std::string listed(const RefusedAnswer& refused, std::string_view language) {
  const std::string_view last = language == "de"   ? " oder "
                                : language == "fr" ? " ou "
                                : language == "es" ? " o "
                                                   : " or ";
  std::string out;
  for (std::size_t i = 0; i < refused.names.size(); ++i) {
    const bool is_last = i + 1 == refused.names.size() && !refused.more_names;
    if (i > 0) out += is_last ? last : ", ";
    out += refused.names[i];
  }
  if (refused.more_names) out += "…";
  return out;
}

}  // namespace

std::string_view reason_of(Refused why) {
  return kRows[static_cast<std::size_t>(why)].reason;
}

std::string sentence_of(const RefusedAnswer& refused, std::string_view locale) {
  const std::string_view language = vocabulary_for(locale).language;
  std::string_view text = text_in(kRows[static_cast<std::size_t>(refused.why)], language);
  std::string out;
  while (!text.empty()) {
    if (text.starts_with("{value}")) {
      out += refused.value;
      text.remove_prefix(std::string_view("{value}").size());
    } else if (text.starts_with("{names}")) {
      out += listed(refused, language);
      text.remove_prefix(std::string_view("{names}").size());
    } else {
      out += text.front();
      text.remove_prefix(1);
    }
  }
  return out;
}

}  // namespace parley::language
