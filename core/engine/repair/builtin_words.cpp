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
      "yes": "Yes",
      "no": "No",
      "refused": "That does not work for {{ label }}.",
      "handoff": "I'm bringing in a person. You can keep writing here; they will see it.",
      "operator": {
        "joined": "{{ name }} has joined the conversation.",
        "left": "You are chatting with the automated assistant again."
      }
    }})"},
    {"de", R"({"parley": {
      "yes": "Ja",
      "no": "Nein",
      "refused": "Das passt nicht für {{ label }}.",
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
