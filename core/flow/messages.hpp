// The words of an assistant that stand outside its flows: messages/en.yaml and its siblings, by key and
// language. Immutable once made; shared between threads.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/value.hpp"
#include "flow/diagnostic.hpp"
#include "flow/document.hpp"
#include "flow/flow.hpp"
#include "flow/text.hpp"

namespace parley::flow {

// One file: a language and its words. Maps inside of maps make dotted keys: {order: {confirm: …}} is
// order.confirm.
struct MessagesFile {
  std::string locale;  // "pt-BR"
  std::string file;    // for diagnostics
  Node document;
};

class Messages {
 public:
  // Where a language's words for a key stand.
  struct Source {
    std::string locale;
    std::string file;
    Position position;
    std::vector<std::string> reads;  // the names in it, sorted
    Value written;                   // as in the file
  };
  struct Entry {
    Text text;                    // by languages, that of users who speak none of them first
    std::vector<Source> sources;  // parallel to text.forms
  };
  using Entries = std::map<std::string, Entry, std::less<>>;

  // Null when there is no such message.
  [[nodiscard]] const Text* find(std::string_view key) const;
  [[nodiscard]] const Entries& entries() const { return entries_; }
  [[nodiscard]] std::vector<std::string> locales() const;  // sorted
  [[nodiscard]] bool empty() const { return entries_.empty(); }

  // {"de": {"order.confirm": "…"}}: all there is to it, for a release.
  [[nodiscard]] Value to_value() const;
  // What to_value() gave; mistakes in it are left out.
  [[nodiscard]] static Messages from_value(const Value& by_locale, std::string_view default_locale);

  // These words, and for keys and languages that they lack those of `other`.
  [[nodiscard]] Messages over(const Messages& other, std::string_view default_locale) const;

 private:
  friend Messages load_messages(
      std::span<const MessagesFile> files, std::string_view default_locale, Diagnostics& diagnostics
  );
  void order(std::string_view default_locale);

  Entries entries_;
};

[[nodiscard]] Messages load_messages(
    std::span<const MessagesFile> files, std::string_view default_locale, Diagnostics& diagnostics
);

// language ["-" script] ["-" region]: de, pt-BR, zh-Hant-TW.
[[nodiscard]] bool is_language_tag(std::string_view text);

// What a tone is called, and where between 0 and 100 it stands.
struct ToneStop {
  std::string name;
  std::uint32_t value = 0;
};

// What the texts of flows are checked against.
struct Words {
  const Messages& messages;  // the assistant's own
  const Messages& builtin;   // those that every assistant has
  std::span<const ToneStop> tones;
  std::string_view default_locale;
};

// Checks across flows and messages: unknown and unused keys, missing translations, names that differ between
// languages or that a text does not pass, unknown tones, experiments that are written twice and not alike.
void check_words(std::span<const FlowPtr> flows, const Words& words, Diagnostics& diagnostics);

}  // namespace parley::flow
