#include "engine/repair/builtin_words.hpp"

#include <cstdio>
#include <string_view>
#include <vector>

#include "engine/semantics.hpp"
#include "flow/document.hpp"

namespace parley::engine {

namespace {

// `since`: the level of behaviour (semantics.hpp) from which on a conversation hears the words.
struct Language {
  std::string_view tag;
  std::uint32_t since;
  std::string_view words;
};

// The keys are part of the interface: translators of other languages write them.
constexpr Language kLanguages[] = {
    {"en", kFirstSemantics, R"({"parley": {
      "person": "Talk to a person",
      "stop": "Stop",
      "repair": {
        "all_forgotten": "I have forgotten everything that I remembered about you.",
        "abilities": "{repair.open, select, true {I can help with several things; we are at {{repair.title}} now.} other {Here is what I can do:}}",
        "cancel": "{repair.title == '', select, true {There is nothing to stop right now.} other {Okay, I have stopped {{repair.title}}{{has(repair.settled) ? '; what has already gone through stays as it is' : ''}}.}}",
        "clarify": "{size(repair.options) == 1, select, true {Did you mean this?} other {Which of these did you mean?}}",
        "complaint": "I am sorry about that. Would you rather talk to a person?",
        "completed": "Is there anything else I can help you with?",
        "correct_again": "Okay, let us change {{repair.label}}.",
        "corrected": "Okay, {{repair.changes.map(change, change.label + ' is now ' + change.shown)}}.",
        "denied": "Okay, I have not done anything yet. What should I change?",
        "failed": "Something went wrong on our side, so I had to stop {{repair.title}}. Please try again later, or ask for a person.",
        "feelings": "I am a program, so I have no feelings, but everything works here. Thanks for asking!",
        "flow_changed": "{size(repair.offers) == 0, select, true {I have changed since then, and \"{{repair.wanted}}\" is no longer available.} other {I have changed since then, and \"{{repair.wanted}}\" is no longer available. Here is what I can do now:}}",
        "forgotten": "Okay, I have forgotten {{repair.label}}.",
        "goodbye": "Goodbye! Write whenever you need something.",
        "greeting": "{repair.open, select, true {Hello!} other {Hello! What can I do for you?}}",
        "handoff_request": "A person will be with you shortly. You can keep writing here; they will see it.",
        "how_long": "{repair.questions == 1, select, true {There is one question left for {{repair.title}}.} other {There are about {{repair.questions}} questions left for {{repair.title}}.}}",
        "identity": "I am {{assistant.name}}, an automated assistant.",
        "in_doubt": "I could not find out whether that went through, so I will not try it again. A person will check and get back to you here.",
        "machine": "I am a program, not a person. You can ask for a person at any time.",
        "memory": "{size(repair.known) == 0, select, true {I have noted nothing about you.} other {This is what I have noted about you: {{repair.known.map(each, each.label + ': ' + each.shown).join('; ')}}. Say \"forget everything about me\" if I should not.}}",
        "off_topic": "I can only help with what I was made for.",
        "praise": "Thank you, that is good to hear.",
        "refused": "{{repair.reason == '' ? \"Sorry, that is not possible right now.\" : repair.reason}}",
        "restart": "Okay, let us start over with {{repair.title}}.",
        "resume": "Now back to {{repair.title}}.",
        "review_outcome": "I could not find out whether that went through, so I will not try it again. A person will check and get back to you here.",
        "review_asked": "A colleague has to decide this first. I will tell you here as soon as they have.",
        "review_pending": "We are still waiting for a colleague to decide about {{repair.title}}. I will tell you here as soon as they have.",
        "review_rejected": "A colleague has looked at this and said no, so I have stopped {{repair.title}}.{{has(repair.reason) ? ' They say: ' + repair.reason : ''}}",
        "settled": "That has already gone through with {{repair.label}} as it was, so I cannot change it from here. A person can help with that.",
        "sign_out_failed": "I could not do that just now. Please try again in a moment.",
        "signed_in": "{size(found.services) == 0, select, true {You are not signed in anywhere through me.} other {You have let me act for you at {{found.services.join(', ')}}. Say \"sign me out\" if I should not any more.}}",
        "signed_out": "{size(found.services) == 0, select, true {You are not signed in there through me.} other {Okay, you are signed out. I can no longer act for you at {{found.services.join(', ')}}.}}",
        "silence": "Are you still there?",
        "skip": "I do need {{repair.label}} to go on.",
        "so_far": "{size(repair.known) == 0, select, true {You have not told me anything for {{repair.title}} yet.} other {This is what I have for {{repair.title}} so far: {{repair.known.map(each, each.label + ': ' + each.shown).join('; ')}}.}}",
        "thanks": "You are welcome.",
        "too_deep": "There are a few things open already. Let us finish {{repair.title}} first.",
        "too_many_attempts": "I could not get that right, so I am bringing in a person. You can keep writing here; they will see it.",
        "waiting": "I am still waiting for something before I can go on with {{repair.title}}. I will write to you here.",
        "why": "{repair.label == '', select, true {I ask to be sure: nothing is done before you say yes.} other {I need {{repair.label}} for {{repair.title}}.}}",
        "unknown": "{repair.open || size(repair.offers) == 0, select, true {Sorry, I did not understand that.} other {Sorry, I did not understand that. Here is what I can do:}}"
      },
      "yes": "Yes",
      "no": "No",
      "refused": "That does not work for {{ label }}.",
      "sign_in": "I need your permission at {{ service }} first. Sign in here, I will go on as soon as you are back: {{ link }}",
      "signed_in": "Thank you, I can act for you at {{ service }} now.",
      "handoff": "I'm bringing in a person. You can keep writing here; they will see it.",
      "operator": {
        "joined": "{{ name }} has joined the conversation.",
        "left": "You are chatting with the automated assistant again."
      }
    }})"},
    {"de", kFirstSemantics, R"({"parley": {
      "person": "Mit einem Menschen sprechen",
      "stop": "Abbrechen",
      "repair": {
        "all_forgotten": "Ich habe alles vergessen, was ich mir über Sie gemerkt hatte.",
        "abilities": "{repair.open, select, true {Ich kann bei mehrerem helfen; gerade sind wir bei {{repair.title}}.} other {Das kann ich:}}",
        "cancel": "{repair.title == '', select, true {Gerade läuft nichts, was ich abbrechen könnte.} other {In Ordnung, {{repair.title}} ist abgebrochen{{has(repair.settled) ? '; was schon erledigt ist, bleibt so' : ''}}.}}",
        "clarify": "{size(repair.options) == 1, select, true {Meinten Sie das?} other {Was davon meinten Sie?}}",
        "complaint": "Das tut mir leid. Möchten Sie lieber mit einem Menschen sprechen?",
        "completed": "Kann ich sonst noch etwas für Sie tun?",
        "correct_again": "In Ordnung, ändern wir {{repair.label}}.",
        "corrected": "In Ordnung, {{repair.changes.map(change, change.label + ' ist jetzt ' + change.shown)}}.",
        "denied": "In Ordnung, ich habe noch nichts unternommen. Was soll ich ändern?",
        "failed": "Bei uns ist etwas schiefgegangen, deshalb musste ich {{repair.title}} abbrechen. Versuchen Sie es bitte später noch einmal, oder fragen Sie nach einem Menschen.",
        "feelings": "Ich bin ein Programm und habe keine Gefühle, aber hier läuft alles. Danke der Nachfrage!",
        "flow_changed": "{size(repair.offers) == 0, select, true {Ich habe mich seitdem geändert, „{{repair.wanted}}“ gibt es nicht mehr.} other {Ich habe mich seitdem geändert, „{{repair.wanted}}“ gibt es nicht mehr. Das kann ich jetzt:}}",
        "forgotten": "In Ordnung, {{repair.label}} habe ich vergessen.",
        "goodbye": "Auf Wiedersehen! Schreiben Sie, wann immer Sie etwas brauchen.",
        "greeting": "{repair.open, select, true {Hallo!} other {Hallo! Was kann ich für Sie tun?}}",
        "handoff_request": "Gleich ist ein Mensch für Sie da. Sie können hier weiterschreiben; es wird gelesen.",
        "how_long": "{repair.questions == 1, select, true {Für {{repair.title}} fehlt noch eine Frage.} other {Für {{repair.title}} fehlen noch etwa {{repair.questions}} Fragen.}}",
        "identity": "Ich bin {{assistant.name}}, ein automatischer Assistent.",
        "in_doubt": "Ich konnte nicht feststellen, ob das geklappt hat, und versuche es deshalb nicht noch einmal. Ein Mensch prüft es und meldet sich hier.",
        "machine": "Ich bin ein Programm, kein Mensch. Sie können jederzeit nach einem Menschen fragen.",
        "memory": "{size(repair.known) == 0, select, true {Ich habe mir nichts über Sie gemerkt.} other {Das habe ich mir über Sie gemerkt: {{repair.known.map(each, each.label + ': ' + each.shown).join('; ')}}. Sagen Sie „vergiss alles über mich“, wenn ich das nicht soll.}}",
        "off_topic": "Ich kann nur bei dem helfen, wofür ich gemacht bin.",
        "praise": "Danke, das freut mich.",
        "restart": "In Ordnung, {{repair.title}} noch einmal von vorn.",
        "resume": "Zurück zu {{repair.title}}.",
        "settled": "Das ist mit {{repair.label}} so schon erledigt; von hier aus kann ich es nicht mehr ändern. Ein Mensch kann dabei helfen.",
        "sign_out_failed": "Das konnte ich gerade nicht tun. Bitte versuchen Sie es gleich noch einmal.",
        "signed_in": "{size(found.services) == 0, select, true {Sie sind über mich nirgends angemeldet.} other {Ich darf für Sie bei {{found.services.join(', ')}} handeln. Sagen Sie „melde mich ab“, wenn ich das nicht mehr soll.}}",
        "signed_out": "{size(found.services) == 0, select, true {Sie sind dort nicht über mich angemeldet.} other {Okay, Sie sind abgemeldet. Bei {{found.services.join(', ')}} kann ich nicht mehr für Sie handeln.}}",
        "silence": "Sind Sie noch da?",
        "skip": "Ohne {{repair.label}} geht es leider nicht weiter.",
        "so_far": "{size(repair.known) == 0, select, true {Für {{repair.title}} haben Sie mir noch nichts gesagt.} other {Für {{repair.title}} habe ich bisher: {{repair.known.map(each, each.label + ': ' + each.shown).join('; ')}}.}}",
        "thanks": "Gern geschehen.",
        "too_deep": "Es ist schon einiges offen. Schließen wir erst {{repair.title}} ab.",
        "too_many_attempts": "Das ist mir nicht gelungen, deshalb hole ich einen Menschen dazu. Sie können hier weiterschreiben; es wird gelesen.",
        "why": "{repair.label == '', select, true {Ich frage, um sicherzugehen: Ohne Ihr Ja geschieht nichts.} other {Ich brauche {{repair.label}} für {{repair.title}}.}}",
        "unknown": "{repair.open || size(repair.offers) == 0, select, true {Das habe ich leider nicht verstanden.} other {Das habe ich leider nicht verstanden. Das kann ich:}}"
      },
      "yes": "Ja",
      "no": "Nein",
      "refused": "Das passt nicht für {{ label }}.",
      "sign_in": "Dafür brauche ich zuerst Ihre Erlaubnis bei {{ service }}. Melden Sie sich hier an; sobald Sie zurück sind, mache ich weiter: {{ link }}",
      "signed_in": "Danke, bei {{ service }} kann ich jetzt für Sie handeln.",
      "handoff": "Ich hole einen Menschen dazu. Sie können hier weiterschreiben; es wird gelesen.",
      "operator": {
        "joined": "{{ name }} ist jetzt im Gespräch.",
        "left": "Sie schreiben jetzt wieder mit dem automatischen Assistenten."
      }
    }})"},
    {"de", kListenersSemantics, R"({"parley": {
      "repair": {
        "refused": "{{repair.reason == '' ? \"Das ist im Moment leider nicht möglich.\" : repair.reason}}",
        "review_outcome": "Ich konnte nicht feststellen, ob das geklappt hat, und versuche es deshalb nicht noch einmal. Ein Mensch prüft es und meldet sich hier.",
        "review_asked": "Darüber muss zuerst jemand aus dem Team entscheiden. Sobald das geschehen ist, melde ich mich hier.",
        "review_pending": "Über {{repair.title}} ist noch nicht entschieden. Sobald es so weit ist, melde ich mich hier.",
        "review_rejected": "Jemand aus dem Team hat es geprüft und abgelehnt, deshalb ist {{repair.title}} abgebrochen.{{has(repair.reason) ? ' Die Begründung: ' + repair.reason : ''}}",
        "waiting": "Ich warte noch auf etwas, bevor es mit {{repair.title}} weitergeht. Ich melde mich hier."
      }
    }})"},
    {"fr", kListenersSemantics, R"({"parley": {
      "person": "Parler à une personne",
      "stop": "Arrêter",
      "repair": {
        "all_forgotten": "J'ai oublié tout ce que je savais de vous.",
        "abilities": "{repair.open, select, true {Je peux aider pour plusieurs choses ; nous en sommes à {{repair.title}}.} other {Voici ce que je peux faire :}}",
        "cancel": "{repair.title == '', select, true {Il n'y a rien à arrêter pour le moment.} other {D'accord, j'ai arrêté {{repair.title}}{{has(repair.settled) ? ' ; ce qui est déjà fait reste fait' : ''}}.}}",
        "clarify": "{size(repair.options) == 1, select, true {Est-ce bien cela ?} other {De quoi s'agit-il ?}}",
        "complaint": "J'en suis désolé. Préférez-vous parler à une personne ?",
        "completed": "Puis-je faire autre chose pour vous ?",
        "correct_again": "D'accord, changeons {{repair.label}}.",
        "corrected": "D'accord, {{repair.changes.map(change, change.label + ' : ' + change.shown)}}.",
        "denied": "D'accord, je n'ai encore rien fait. Que faut-il changer ?",
        "failed": "Un problème est survenu de notre côté, j'ai donc dû arrêter {{repair.title}}. Réessayez plus tard, ou demandez une personne.",
        "feelings": "Je suis un programme, je n'ai donc pas d'émotions, mais tout fonctionne ici. Merci de demander !",
        "flow_changed": "{size(repair.offers) == 0, select, true {J'ai changé depuis, et « {{repair.wanted}} » n'existe plus.} other {J'ai changé depuis, et « {{repair.wanted}} » n'existe plus. Voici ce que je peux faire maintenant :}}",
        "forgotten": "D'accord, j'ai oublié {{repair.label}}.",
        "goodbye": "Au revoir ! Écrivez quand vous aurez besoin de quelque chose.",
        "greeting": "{repair.open, select, true {Bonjour !} other {Bonjour ! Que puis-je faire pour vous ?}}",
        "handoff_request": "Une personne sera bientôt là pour vous. Vous pouvez continuer à écrire ici ; elle le verra.",
        "how_long": "{repair.questions == 1, select, true {Il reste une question pour {{repair.title}}.} other {Il reste environ {{repair.questions}} questions pour {{repair.title}}.}}",
        "identity": "Je suis {{assistant.name}}, un assistant automatique.",
        "in_doubt": "Je n'ai pas pu savoir si cela a fonctionné, je ne réessaie donc pas. Une personne vérifie et vous répondra ici.",
        "machine": "Je suis un programme, pas une personne. Vous pouvez demander une personne à tout moment.",
        "memory": "{size(repair.known) == 0, select, true {Je n'ai rien noté sur vous.} other {Voici ce que j'ai noté sur vous : {{repair.known.map(each, each.label + ' : ' + each.shown).join(' ; ')}}. Dites « oublie tout sur moi » si je ne dois pas le garder.}}",
        "off_topic": "Je ne peux aider que pour ce qui est prévu.",
        "praise": "Merci, cela fait plaisir.",
        "refused": "{{repair.reason == '' ? \"Désolé, ce n'est pas possible pour le moment.\" : repair.reason}}",
        "restart": "D'accord, reprenons {{repair.title}} depuis le début.",
        "resume": "Revenons à {{repair.title}}.",
        "review_outcome": "Je n'ai pas pu savoir si cela a fonctionné, je ne réessaie donc pas. Une personne vérifie et vous répondra ici.",
        "review_asked": "Un collègue doit d'abord en décider. Je vous le dirai ici dès que ce sera fait.",
        "review_pending": "Nous attendons encore la décision d'un collègue pour {{repair.title}}. Je vous le dirai ici dès qu'elle sera prise.",
        "review_rejected": "Un collègue l'a examiné et a refusé, j'ai donc arrêté {{repair.title}}.{{has(repair.reason) ? ' Sa raison : ' + repair.reason : ''}}",
        "settled": "C'est déjà fait avec {{repair.label}} ; je ne peux plus le changer d'ici. Une personne peut vous aider.",
        "sign_out_failed": "Je n'ai pas pu le faire à l'instant. Réessayez dans un moment, s'il vous plaît.",
        "signed_in": "{size(found.services) == 0, select, true {Vous n'êtes connecté nulle part par mon intermédiaire.} other {Je peux agir pour vous chez {{found.services.join(', ')}}. Dites « déconnecte-moi » si je ne le dois plus.}}",
        "signed_out": "{size(found.services) == 0, select, true {Vous n'y êtes pas connecté par mon intermédiaire.} other {D'accord, vous êtes déconnecté. Je ne peux plus agir pour vous chez {{found.services.join(', ')}}.}}",
        "silence": "Êtes-vous toujours là ?",
        "skip": "J'ai besoin de {{repair.label}} pour continuer.",
        "so_far": "{size(repair.known) == 0, select, true {Vous ne m'avez encore rien dit pour {{repair.title}}.} other {Voici ce que j'ai pour {{repair.title}} : {{repair.known.map(each, each.label + ' : ' + each.shown).join(' ; ')}}.}}",
        "thanks": "Avec plaisir.",
        "too_deep": "Plusieurs choses sont déjà en cours. Terminons d'abord {{repair.title}}.",
        "too_many_attempts": "Je n'y suis pas arrivé, je fais donc venir une personne. Vous pouvez continuer à écrire ici ; elle le verra.",
        "waiting": "J'attends encore quelque chose avant de pouvoir continuer {{repair.title}}. Je vous écrirai ici.",
        "why": "{repair.label == '', select, true {Je demande pour être sûr : rien n'est fait avant votre oui.} other {J'ai besoin de {{repair.label}} pour {{repair.title}}.}}",
        "unknown": "{repair.open || size(repair.offers) == 0, select, true {Désolé, je n'ai pas compris.} other {Désolé, je n'ai pas compris. Voici ce que je peux faire :}}"
      },
      "yes": "Oui",
      "no": "Non",
      "refused": "Cela ne convient pas pour {{ label }}.",
      "sign_in": "Il me faut d'abord votre autorisation chez {{ service }}. Connectez-vous ici, je continuerai dès votre retour : {{ link }}",
      "signed_in": "Merci, je peux maintenant agir pour vous chez {{ service }}.",
      "handoff": "Je fais venir une personne. Vous pouvez continuer à écrire ici ; elle le verra.",
      "operator": {
        "joined": "{{ name }} a rejoint la conversation.",
        "left": "Vous parlez de nouveau avec l'assistant automatique."
      }
    }})"},
    {"es", kListenersSemantics, R"({"parley": {
      "person": "Hablar con una persona",
      "stop": "Parar",
      "repair": {
        "all_forgotten": "He olvidado todo lo que recordaba de usted.",
        "abilities": "{repair.open, select, true {Puedo ayudar con varias cosas; ahora estamos con {{repair.title}}.} other {Esto es lo que puedo hacer:}}",
        "cancel": "{repair.title == '', select, true {Ahora mismo no hay nada que parar.} other {De acuerdo, he parado {{repair.title}}{{has(repair.settled) ? '; lo que ya se ha hecho queda como está' : ''}}.}}",
        "clarify": "{size(repair.options) == 1, select, true {¿Se refería a esto?} other {¿A cuál de estas cosas se refería?}}",
        "complaint": "Lo siento. ¿Prefiere hablar con una persona?",
        "completed": "¿Puedo ayudarle en algo más?",
        "correct_again": "De acuerdo, cambiemos {{repair.label}}.",
        "corrected": "De acuerdo, {{repair.changes.map(change, change.label + ': ' + change.shown)}}.",
        "denied": "De acuerdo, todavía no he hecho nada. ¿Qué hay que cambiar?",
        "failed": "Algo ha fallado por nuestra parte y he tenido que parar {{repair.title}}. Inténtelo más tarde o pida hablar con una persona.",
        "feelings": "Soy un programa, así que no tengo sentimientos, pero aquí todo funciona. ¡Gracias por preguntar!",
        "flow_changed": "{size(repair.offers) == 0, select, true {He cambiado desde entonces, y «{{repair.wanted}}» ya no está disponible.} other {He cambiado desde entonces, y «{{repair.wanted}}» ya no está disponible. Esto es lo que puedo hacer ahora:}}",
        "forgotten": "De acuerdo, he olvidado {{repair.label}}.",
        "goodbye": "¡Hasta luego! Escriba cuando necesite algo.",
        "greeting": "{repair.open, select, true {¡Hola!} other {¡Hola! ¿Qué puedo hacer por usted?}}",
        "handoff_request": "Enseguida le atenderá una persona. Puede seguir escribiendo aquí; lo verá.",
        "how_long": "{repair.questions == 1, select, true {Queda una pregunta para {{repair.title}}.} other {Quedan unas {{repair.questions}} preguntas para {{repair.title}}.}}",
        "identity": "Soy {{assistant.name}}, un asistente automático.",
        "in_doubt": "No he podido saber si se ha hecho, así que no lo intentaré de nuevo. Una persona lo comprobará y le responderá aquí.",
        "machine": "Soy un programa, no una persona. Puede pedir hablar con una persona en cualquier momento.",
        "memory": "{size(repair.known) == 0, select, true {No he anotado nada sobre usted.} other {Esto es lo que he anotado sobre usted: {{repair.known.map(each, each.label + ': ' + each.shown).join('; ')}}. Diga «olvida todo sobre mí» si no debo guardarlo.}}",
        "off_topic": "Solo puedo ayudar con aquello para lo que estoy hecho.",
        "praise": "Gracias, me alegra oírlo.",
        "refused": "{{repair.reason == '' ? \"Lo siento, ahora mismo no es posible.\" : repair.reason}}",
        "restart": "De acuerdo, empecemos {{repair.title}} desde el principio.",
        "resume": "Volvamos a {{repair.title}}.",
        "review_outcome": "No he podido saber si se ha hecho, así que no lo intentaré de nuevo. Una persona lo comprobará y le responderá aquí.",
        "review_asked": "Primero tiene que decidirlo alguien del equipo. Se lo diré aquí en cuanto lo haga.",
        "review_pending": "Seguimos esperando la decisión sobre {{repair.title}}. Se la diré aquí en cuanto la haya.",
        "review_rejected": "Alguien del equipo lo ha revisado y lo ha rechazado, así que he parado {{repair.title}}.{{has(repair.reason) ? ' El motivo: ' + repair.reason : ''}}",
        "settled": "Eso ya se ha hecho con {{repair.label}} como estaba; desde aquí no puedo cambiarlo. Una persona puede ayudarle.",
        "sign_out_failed": "No lo he podido hacer ahora mismo. Inténtelo de nuevo en un momento, por favor.",
        "signed_in": "{size(found.services) == 0, select, true {No ha iniciado sesión en ningún sitio a través de mí.} other {Puedo actuar por usted en {{found.services.join(', ')}}. Diga «cierra mi sesión» si ya no debo.}}",
        "signed_out": "{size(found.services) == 0, select, true {No ha iniciado sesión ahí a través de mí.} other {De acuerdo, he cerrado su sesión. Ya no puedo actuar por usted en {{found.services.join(', ')}}.}}",
        "silence": "¿Sigue ahí?",
        "skip": "Necesito {{repair.label}} para continuar.",
        "so_far": "{size(repair.known) == 0, select, true {Todavía no me ha dicho nada para {{repair.title}}.} other {Esto es lo que tengo para {{repair.title}}: {{repair.known.map(each, each.label + ': ' + each.shown).join('; ')}}.}}",
        "thanks": "De nada.",
        "too_deep": "Ya hay varias cosas abiertas. Terminemos primero {{repair.title}}.",
        "too_many_attempts": "No lo he conseguido, así que voy a llamar a una persona. Puede seguir escribiendo aquí; lo verá.",
        "waiting": "Todavía espero algo antes de seguir con {{repair.title}}. Le escribiré aquí.",
        "why": "{repair.label == '', select, true {Pregunto para estar seguro: no se hace nada antes de su sí.} other {Necesito {{repair.label}} para {{repair.title}}.}}",
        "unknown": "{repair.open || size(repair.offers) == 0, select, true {Perdón, no le he entendido.} other {Perdón, no le he entendido. Esto es lo que puedo hacer:}}"
      },
      "yes": "Sí",
      "no": "No",
      "refused": "Eso no vale para {{ label }}.",
      "sign_in": "Primero necesito su permiso en {{ service }}. Inicie sesión aquí; seguiré en cuanto vuelva: {{ link }}",
      "signed_in": "Gracias, ya puedo actuar por usted en {{ service }}.",
      "handoff": "Voy a llamar a una persona. Puede seguir escribiendo aquí; lo verá.",
      "operator": {
        "joined": "{{ name }} se ha unido a la conversación.",
        "left": "Vuelve a hablar con el asistente automático."
      }
    }})"},
};

flow::Messages load(std::uint32_t level) {
  std::vector<flow::MessagesFile> files;
  for (const Language& language : kLanguages) {
    if (language.since > level) continue;
    auto document = flow::parse_json_document(language.words);
    INVARIANT(document.has_value(), "the built-in words are valid JSON");
    files.push_back({std::string(language.tag), std::string(language.tag) + ".json", *std::move(document)});
  }
  flow::Diagnostics diagnostics;
  flow::Messages messages = flow::load_messages(files, "en", diagnostics);
  for (const flow::Diagnostic& diagnostic : diagnostics)
    std::fprintf(stderr, "%s: %s\n", diagnostic.file.c_str(), diagnostic.message.c_str());
  INVARIANT(diagnostics.empty(), "the built-in words are valid messages");
  return messages;
}

}  // namespace

const flow::Messages& builtin_words() {
  static const auto* const all = new flow::Messages(load(kNewestSemantics));
  return *all;
}

const flow::Messages& builtin_words_before() {
  static const auto* const earlier = new flow::Messages(load(kFirstSemantics));
  return *earlier;
}

}  // namespace parley::engine
