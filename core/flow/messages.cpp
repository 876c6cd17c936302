#include "flow/messages.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "base/json.hpp"
#include "flow/loading/context.hpp"

namespace parley::flow {
namespace {

using loading::Context;
using loading::quote;

// {variants: […]} and {tone: {…}} are texts; every other map holds more keys.
bool is_text(const Node& node) {
  if (!node.is_map()) return true;
  if (node.members.size() != 1) return false;
  const Node::Member& only = node.members.front();
  return (only.key == "variants" && only.value.is_list()) || (only.key == "tone" && only.value.is_map());
}

class Reader {
 public:
  Reader(const MessagesFile& file, Messages::Entries& entries, Diagnostics& diagnostics)
      : file_(file), entries_(entries), context_(scratch_, {}, diagnostics) {
    scratch_.file = file.file;
  }

  void read() {
    const Node& document = file_.document;
    if (document.is_null()) return;
    if (!document.is_map()) {
      context_.error(
          "F0107",
          document.position,
          "a file of messages is a map, not " + std::string(loading::describe(document)),
          "write key: text lines"
      );
      return;
    }
    read_map(document, {});
  }

 private:
  void read_map(const Node& map, const std::string& prefix) {
    for (const Node::Member& member : map.members) {
      if (context_.full()) return;
      const std::string key = prefix.empty() ? member.key : prefix + "." + member.key;
      if (!loading::is_flow_id(key)) {
        context_.error(
            "F0206",
            member.key_position,
            quote(key) + " cannot be the key of a message",
            "use letters, digits, '_', '.' and '-', starting with a letter"
        );
      } else if (is_text(member.value)) {
        read_text(key, member);
      } else {
        read_map(member.value, key);
      }
    }
  }

  void read_text(const std::string& key, const Node::Member& member) {
    Messages::Entry& entry = entries_[key];
    for (const Messages::Source& other : entry.sources) {
      if (other.locale != file_.locale) continue;
      context_.error(
          "F0103",
          member.key_position,
          "the message " + quote(key) + " is given twice",
          "the first is in line " + std::to_string(other.position.line) + "; remove one of the two"
      );
      return;
    }
    context_.owner = "message " + quote(key);
    context_.variables.clear();
    Text text = loading::compile_text(context_, member.value, key);
    if (text.empty()) return;
    std::set<std::string> names;
    for (const loading::NameUse& use : context_.variables) names.insert(use.name);
    check_plurals(text, member.value);
    entry.text.kind = Text::Kind::languages;
    entry.text.forms.push_back({file_.locale, std::move(text)});
    entry.sources.push_back(
        {file_.locale, file_.file, member.key_position, {names.begin(), names.end()}, to_value(member.value)}
    );
  }

  // A translation with the plural forms of another language reads wrong for some numbers only.
  void check_plurals(const Text& text, const Node& node) {
    each_text(text, [&](const Text& each) {
      if (each.kind != Text::Kind::plain) return;
      for (const expr::PluralUse& use : each.plain.plurals()) check_plural(use, node);
    });
  }

  void check_plural(const expr::PluralUse& use, const Node& node) {
    const auto needed = expr::plural_categories(file_.locale, use.kind);
    if (needed.empty()) return;
    std::string missing;
    for (const expr::PluralCategory category : needed) {
      const std::string_view word = expr::name(category);
      if (word == "other" || std::ranges::find(use.words, word) != use.words.end()) continue;
      missing += (missing.empty() ? "'" : ", '") + std::string(word) + "'";
    }
    if (missing.empty()) return;
    std::string forms;
    for (const expr::PluralCategory category : needed)
      forms += (forms.empty() ? "" : ", ") + std::string(expr::name(category));
    context_.warning(
        "F0718",
        loading::place_in(node, use.begin, use.end),
        "the plural lacks " + missing + ", which " + file_.locale + " needs",
        "the forms of " + file_.locale + " are " + forms
    );
  }

  const MessagesFile& file_;
  Messages::Entries& entries_;
  Flow scratch_;
  Context context_;
};

}  // namespace

const Text* Messages::find(std::string_view key) const {
  const auto found = entries_.find(key);
  return found == entries_.end() ? nullptr : &found->second.text;
}

std::vector<std::string> Messages::locales() const {
  std::set<std::string> all;
  for (const auto& [key, entry] : entries_) {
    for (const Source& source : entry.sources) all.insert(source.locale);
  }
  return {all.begin(), all.end()};
}

Value Messages::to_value() const {
  MapBuilder by_locale;
  for (const std::string& locale : locales()) {
    MapBuilder words;
    for (const auto& [key, entry] : entries_) {
      for (const Source& source : entry.sources) {
        if (source.locale == locale) words.set(key, source.written);
      }
    }
    by_locale.set(locale, words.build());
  }
  return by_locale.build();
}

Messages Messages::from_value(const Value& by_locale, std::string_view default_locale) {
  std::vector<MessagesFile> files;
  if (by_locale.is_map()) {
    for (const auto& [locale, words] : by_locale.entries()) {
      auto document = parse_json_document(write_canonical(words));
      if (document) files.push_back({std::string(locale.as_string()), {}, *std::move(document)});
    }
  }
  Diagnostics ignored;
  return load_messages(files, default_locale, ignored);
}

Messages Messages::over(const Messages& other, std::string_view default_locale) const {
  Messages made = *this;
  for (const auto& [key, theirs] : other.entries_) {
    Entry& entry = made.entries_[key];
    entry.text.kind = Text::Kind::languages;
    for (std::size_t i = 0; i < theirs.sources.size(); ++i) {
      const bool has =
          std::ranges::find(entry.sources, theirs.sources[i].locale, &Source::locale) != entry.sources.end();
      if (has) continue;
      entry.text.forms.push_back(theirs.text.forms[i]);
      entry.sources.push_back(theirs.sources[i]);
    }
  }
  made.order(default_locale);
  return made;
}

// The default language's words first: form_for() falls back to the first.
void Messages::order(std::string_view default_locale) {
  const std::string_view language = default_locale.substr(0, default_locale.find('-'));
  for (auto& [key, entry] : entries_) {
    for (const std::string_view wanted : {language, default_locale}) {
      const auto place = std::ranges::find(entry.sources, wanted, &Source::locale);
      if (place == entry.sources.end()) continue;
      const auto at = place - entry.sources.begin();
      std::rotate(entry.sources.begin(), place, place + 1);
      std::rotate(entry.text.forms.begin(), entry.text.forms.begin() + at, entry.text.forms.begin() + at + 1);
    }
  }
}

bool is_language_tag(std::string_view text) {
  return loading::is_locale_tag(text);
}

Messages load_messages(
    std::span<const MessagesFile> files, std::string_view default_locale, Diagnostics& diagnostics
) {
  Messages messages;
  for (const MessagesFile& file : files) Reader(file, messages.entries_, diagnostics).read();
  std::erase_if(messages.entries_, [](const auto& entry) { return entry.second.sources.empty(); });
  messages.order(default_locale);
  return messages;
}

}  // namespace parley::flow
