#include "server/api/inbound/sign_in_words.hpp"

#include <algorithm>

#include "server/net/http.hpp"

namespace parley::api {

namespace {

constexpr SignInWords kWords[] = {
    {
        .language = "en",
        .the_assistant = "the assistant",
        .allow_title = "Let {assistant} act for you at {service}?",
        .allow_why = "In a chat with {assistant} somebody asked for something that can only be done with an "
                     "account at {service}.",
        .allow_team = "Everybody who chats with {assistant} will then act with the account that you sign in "
                      "with.",
        .asked_by = "Asked by",
        .somebody = "a visitor whose name is not known",
        .everybody = "an administrator, for everybody",
        .asked_at = "When",
        .just_now = "just now ({time} UTC)",
        .minutes_ago = "{minutes} min ago ({time} UTC)",
        .channel = "Chat",
        .you_sign_in_at = "You sign in at",
        .warning =
            "Go on only if you asked for this yourself. If somebody sent you this link, close the page: "
            "the account that you sign in with would be used in the chat of whoever sent it.",
        .go_on = "I asked for this: go on to {host}",
        .going_title = "Signing in",
        .going = "You are being taken to {host}.",
        .going_link = "Go there now",
        .code_title = "One step is left",
        .code =
            "You are signed in at {service}. Now write this code in the chat in which you asked, so that it "
            "counts there:",
        .code_label = "Code",
        .code_warning =
            "It counts for ten minutes. Give it to nobody: whoever writes it in his chat acts with "
            "your account.",
        .done_title = "You are signed in at {service}.",
        .done = "The chat goes on by itself.",
        .close = "You can close this window.",
        .failed_title = "Signing in",
        .failed = "That did not work: {why}.",
    },
    {
        .language = "de",
        .the_assistant = "der Assistent",
        .allow_title = "Darf {assistant} bei {service} für Sie handeln?",
        .allow_why = "In einem Chat mit {assistant} hat jemand um etwas gebeten, das nur mit einem Konto bei "
                     "{service} geht.",
        .allow_team = "Alle, die mit {assistant} schreiben, handeln dann mit dem Konto, mit dem Sie sich "
                      "anmelden.",
        .asked_by = "Gefragt hat",
        .somebody = "ein Besucher, dessen Name nicht bekannt ist",
        .everybody = "ein Administrator, für alle",
        .asked_at = "Wann",
        .just_now = "gerade eben ({time} UTC)",
        .minutes_ago = "vor {minutes} Min. ({time} UTC)",
        .channel = "Chat",
        .you_sign_in_at = "Sie melden sich an bei",
        .warning =
            "Machen Sie nur weiter, wenn Sie selbst darum gebeten haben. Wenn Ihnen jemand diesen Link "
            "geschickt hat, schließen Sie die Seite: Das Konto, mit dem Sie sich anmelden, würde im Chat "
            "des Absenders benutzt.",
        .go_on = "Ich habe darum gebeten: weiter zu {host}",
        .going_title = "Anmelden",
        .going = "Sie werden zu {host} geleitet.",
        .going_link = "Jetzt dorthin",
        .code_title = "Noch ein Schritt",
        .code = "Sie sind bei {service} angemeldet. Schreiben Sie jetzt diesen Code in den Chat, in dem Sie "
                "gefragt haben, damit es dort gilt:",
        .code_label = "Code",
        .code_warning =
            "Er gilt zehn Minuten. Geben Sie ihn niemandem: Wer ihn in seinen Chat schreibt, handelt "
            "mit Ihrem Konto.",
        .done_title = "Sie sind bei {service} angemeldet.",
        .done = "Im Chat geht es von selbst weiter.",
        .close = "Sie können dieses Fenster schließen.",
        .failed_title = "Anmelden",
        .failed = "Das hat nicht geklappt: {why}.",
    },
    {
        .language = "fr",
        .the_assistant = "l'assistant",
        .allow_title = "{assistant} peut-il agir pour vous chez {service} ?",
        .allow_why =
            "Dans une discussion avec {assistant}, quelqu'un a demandé ce qui n'est possible qu'avec un "
            "compte chez {service}.",
        .allow_team =
            "Tous ceux qui écrivent à {assistant} agiront alors avec le compte avec lequel vous vous "
            "connectez.",
        .asked_by = "Demandé par",
        .somebody = "un visiteur dont le nom n'est pas connu",
        .everybody = "un administrateur, pour tous",
        .asked_at = "Quand",
        .just_now = "à l'instant ({time} UTC)",
        .minutes_ago = "il y a {minutes} min ({time} UTC)",
        .channel = "Discussion",
        .you_sign_in_at = "Vous vous connectez chez",
        .warning =
            "Ne continuez que si vous l'avez demandé vous-même. Si quelqu'un vous a envoyé ce lien, fermez "
            "la page : le compte avec lequel vous vous connectez servirait dans la discussion de "
            "l'expéditeur.",
        .go_on = "Je l'ai demandé : continuer vers {host}",
        .going_title = "Connexion",
        .going = "Vous êtes dirigé vers {host}.",
        .going_link = "Y aller maintenant",
        .code_title = "Encore une étape",
        .code =
            "Vous êtes connecté chez {service}. Écrivez maintenant ce code dans la discussion où vous l'avez "
            "demandé, pour que cela y compte :",
        .code_label = "Code",
        .code_warning =
            "Il vaut dix minutes. Ne le donnez à personne : qui l'écrit dans sa discussion agit avec "
            "votre compte.",
        .done_title = "Vous êtes connecté chez {service}.",
        .done = "La discussion continue d'elle-même.",
        .close = "Vous pouvez fermer cette fenêtre.",
        .failed_title = "Connexion",
        .failed = "Cela n'a pas marché : {why}.",
    },
    {
        .language = "es",
        .the_assistant = "el asistente",
        .allow_title = "¿Puede {assistant} actuar por usted en {service}?",
        .allow_why =
            "En un chat con {assistant} alguien ha pedido algo que solo se puede hacer con una cuenta en "
            "{service}.",
        .allow_team =
            "Todos los que escriben a {assistant} actuarán entonces con la cuenta con la que inicia "
            "sesión.",
        .asked_by = "Lo ha pedido",
        .somebody = "un visitante cuyo nombre no se conoce",
        .everybody = "un administrador, para todos",
        .asked_at = "Cuándo",
        .just_now = "ahora mismo ({time} UTC)",
        .minutes_ago = "hace {minutes} min ({time} UTC)",
        .channel = "Chat",
        .you_sign_in_at = "Inicia sesión en",
        .warning =
            "Siga solo si lo ha pedido usted. Si alguien le ha enviado este enlace, cierre la página: la "
            "cuenta con la que inicia sesión se usaría en el chat de quien lo envió.",
        .go_on = "Lo he pedido yo: seguir a {host}",
        .going_title = "Iniciar sesión",
        .going = "Se le lleva a {host}.",
        .going_link = "Ir ahora",
        .code_title = "Falta un paso",
        .code = "Ha iniciado sesión en {service}. Escriba ahora este código en el chat en el que lo pidió, "
                "para que "
                "cuente allí:",
        .code_label = "Código",
        .code_warning =
            "Vale diez minutos. No se lo dé a nadie: quien lo escriba en su chat actúa con su cuenta.",
        .done_title = "Ha iniciado sesión en {service}.",
        .done = "El chat sigue solo.",
        .close = "Puede cerrar esta ventana.",
        .failed_title = "Iniciar sesión",
        .failed = "No ha funcionado: {why}.",
    },
};

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

}  // namespace

const SignInWords& sign_in_words(std::string_view accept_language) {
  for (std::string_view rest = accept_language; !rest.empty();) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    const std::string_view tag = trimmed(rest.substr(0, std::min(rest.find(';'), end)));
    const std::string_view language = tag.substr(0, tag.find('-'));
    for (const SignInWords& words : kWords) {
      if (net::equals_ignoring_case(words.language, language)) return words;
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return kWords[0];
}

std::string filled(
    std::string_view text, std::initializer_list<std::pair<std::string_view, std::string_view>> values
) {
  std::string out;
  while (!text.empty()) {
    const std::size_t open = std::min(text.find('{'), text.size());
    out += text.substr(0, open);
    text.remove_prefix(open);
    const std::size_t close = text.find('}');
    if (close == text.npos) break;
    const std::string_view name = text.substr(1, close - 1);
    for (const auto& [known, value] : values) {
      if (known == name) out += value;
    }
    text.remove_prefix(close + 1);
  }
  return out;
}

}  // namespace parley::api
