#include "engine/repair/builtin_words.hpp"

#include <cstdio>
#include <string_view>
#include <vector>

#include "flow/document.hpp"

namespace parley::engine {

namespace {

struct Language {
  std::string_view tag;
  std::string_view words;
};

// The keys are part of the interface: translators of other languages write them.
constexpr Language kLanguages[] = {
    {"en", R"({"parley": {
      "person": "Talk to a person",
      "stop": "Stop",
      "repair": {
        "all_forgotten": "I have forgotten everything that I remembered about you.",
        "abilities": "{repair.open, select, true {I can help with several things; we are at {{repair.title}} now.} other {Here is what I can do:}}",
        "cancel": "{repair.title == '', select, true {There is nothing to stop right now.} other {Okay, I have stopped {{repair.title}}.}}",
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
        "identity": "I am {{assistant.name}}, an automated assistant.",
        "in_doubt": "I could not find out whether that went through, so I will not try it again. A person will check and get back to you here.",
        "machine": "I am a program, not a person. You can ask for a person at any time.",
        "memory": "{size(repair.known) == 0, select, true {I have noted nothing about you.} other {This is what I have noted about you: {{repair.known.map(each, each.label + ': ' + each.shown).join('; ')}}. Say \"forget everything about me\" if I should not.}}",
        "off_topic": "I can only help with what I was made for.",
        "praise": "Thank you, that is good to hear.",
        "resume": "Now back to {{repair.title}}.",
        "settled": "That has already gone through with {{repair.label}} as it was, so I cannot change it from here. A person can help with that.",
        "sign_out_failed": "I could not do that just now. Please try again in a moment.",
        "signed_in": "{size(found.services) == 0, select, true {You are not signed in anywhere through me.} other {You have let me act for you at {{found.services.join(', ')}}. Say \"sign me out\" if I should not any more.}}",
        "signed_out": "{size(found.services) == 0, select, true {You are not signed in there through me.} other {Okay, you are signed out. I can no longer act for you at {{found.services.join(', ')}}.}}",
        "silence": "Are you still there?",
        "skip": "I do need {{repair.label}} to go on.",
        "thanks": "You are welcome.",
        "too_deep": "There are a few things open already. Let us finish {{repair.title}} first.",
        "too_many_attempts": "I could not get that right, so I am bringing in a person. You can keep writing here; they will see it.",
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
    {"de", R"({"parley": {
      "person": "Mit einem Menschen sprechen",
      "stop": "Abbrechen",
      "repair": {
        "all_forgotten": "Ich habe alles vergessen, was ich mir über Sie gemerkt hatte.",
        "abilities": "{repair.open, select, true {Ich kann bei mehrerem helfen; gerade sind wir bei {{repair.title}}.} other {Das kann ich:}}",
        "cancel": "{repair.title == '', select, true {Gerade läuft nichts, was ich abbrechen könnte.} other {In Ordnung, {{repair.title}} ist abgebrochen.}}",
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
        "identity": "Ich bin {{assistant.name}}, ein automatischer Assistent.",
        "in_doubt": "Ich konnte nicht feststellen, ob das geklappt hat, und versuche es deshalb nicht noch einmal. Ein Mensch prüft es und meldet sich hier.",
        "machine": "Ich bin ein Programm, kein Mensch. Sie können jederzeit nach einem Menschen fragen.",
        "memory": "{size(repair.known) == 0, select, true {Ich habe mir nichts über Sie gemerkt.} other {Das habe ich mir über Sie gemerkt: {{repair.known.map(each, each.label + ': ' + each.shown).join('; ')}}. Sagen Sie „vergiss alles über mich“, wenn ich das nicht soll.}}",
        "off_topic": "Ich kann nur bei dem helfen, wofür ich gemacht bin.",
        "praise": "Danke, das freut mich.",
        "resume": "Zurück zu {{repair.title}}.",
        "settled": "Das ist mit {{repair.label}} so schon erledigt; von hier aus kann ich es nicht mehr ändern. Ein Mensch kann dabei helfen.",
        "sign_out_failed": "Das konnte ich gerade nicht tun. Bitte versuchen Sie es gleich noch einmal.",
        "signed_in": "{size(found.services) == 0, select, true {Sie sind über mich nirgends angemeldet.} other {Ich darf für Sie bei {{found.services.join(', ')}} handeln. Sagen Sie „melde mich ab“, wenn ich das nicht mehr soll.}}",
        "signed_out": "{size(found.services) == 0, select, true {Sie sind dort nicht über mich angemeldet.} other {Okay, Sie sind abgemeldet. Bei {{found.services.join(', ')}} kann ich nicht mehr für Sie handeln.}}",
        "silence": "Sind Sie noch da?",
        "skip": "Ohne {{repair.label}} geht es leider nicht weiter.",
        "thanks": "Gern geschehen.",
        "too_deep": "Es ist schon einiges offen. Schließen wir erst {{repair.title}} ab.",
        "too_many_attempts": "Das ist mir nicht gelungen, deshalb hole ich einen Menschen dazu. Sie können hier weiterschreiben; es wird gelesen.",
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
};

flow::Messages load() {
  std::vector<flow::MessagesFile> files;
  for (const Language& language : kLanguages) {
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
  static const auto* const all = new flow::Messages(load());
  return *all;
}

}  // namespace parley::engine
