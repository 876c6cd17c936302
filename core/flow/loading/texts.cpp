// Texts: one template, or a choice by language, tone, turn, message key or experiment.
#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "base/json.hpp"
#include "base/murmur3.hpp"
#include "flow/loading/context.hpp"

namespace parley::flow::loading {
namespace {

constexpr Key kKeyKeys[] = {{"key", {}, {}}, {"with", {}, {}}};
constexpr Key kVariantsKeys[] = {{"variants", {}, {}}};
constexpr Key kToneKeys[] = {{"tone", {}, {}}};
constexpr Key kExperimentKeys[] = {{"experiment", {}, {}}};

bool expect_language(Context& context, const Node::Member& member) {
  if (is_locale_tag(member.key)) return true;
  std::string with_hyphen = member.key;
  std::ranges::replace(with_hyphen, '_', '-');
  std::string help = did_you_mean(member.key, text_forms());
  if (is_locale_tag(with_hyphen)) help = "did you mean " + quote(with_hyphen) + "?";
  context.error(
      "F0312",
      member.key_position,
      quote(member.key) + " is not a language tag",
      !help.empty() ? help
                    : "use tags such as en, de or pt-BR as keys; for forms by tone write tone: {formal: …, "
                      "casual: …}"
  );
  return false;
}

Text compile_languages(Context& context, const Node& node, std::string_view key) {
  Text text;
  for (const Node::Member& member : node.members) {
    if (!expect_language(context, member)) continue;
    Text form = compile_text(context, member.value, key);
    if (!form.empty()) text.forms.push_back({member.key, std::move(form)});
  }
  if (!text.forms.empty()) text.kind = Text::Kind::languages;
  return text;
}

Text compile_tones(Context& context, const Node& node, std::string_view key) {
  Text text;
  if (!expect_map(context, node, "tone")) return text;
  if (node.members.empty())
    context.error("F0116", node.position, "'tone' is an empty map", "write {formal: …, casual: …}");
  for (const Node::Member& member : node.members) {
    if (!note_tone(context, member.key, member.key_position)) continue;
    Text form = compile_text(context, member.value, key);
    if (!form.empty()) text.forms.push_back({member.key, std::move(form)});
  }
  if (!text.forms.empty()) text.kind = Text::Kind::tones;
  return text;
}

Text compile_variants(Context& context, const Node& node, std::string_view key) {
  Text text;
  if (!expect_list(context, node, "variants")) return text;
  if (node.items.size() < 2) {
    context.error(
        "F0710", node.position, "'variants' needs at least two texts", "with one, write the text itself"
    );
  }
  for (const Node& item : node.items) {
    Text form = compile_text(context, item, key);
    if (!form.empty()) text.forms.push_back({std::to_string(text.forms.size()), std::move(form)});
  }
  if (text.forms.empty()) return text;
  text.kind = Text::Kind::variants;
  // Equal lists take turns together, wherever they stand; moving a step does not start them anew.
  constexpr std::string_view kDigits = "0123456789abcdef";
  const std::uint32_t hash = murmur3_32(write_canonical(to_value(node)));
  for (int shift = 28; shift >= 0; shift -= 4) text.key += kDigits[hash >> shift & 15U];
  return text;
}

// `with: [a, b]` passes values on under their own names.
Data::Map read_arguments(Context& context, const Node& node) {
  Data::Map arguments;
  for (const Node& item : node.items) {
    const auto name = read_text(context, item, "with");
    if (!name) continue;
    Node read = item;
    read.text = "{{" + *name + "}}";
    arguments.push_back({*name, item.position, compile_data(context, read, "with")});
  }
  for (const Node::Member& member : node.members) {
    arguments.push_back({member.key, member.key_position, compile_data(context, member.value, member.key)});
  }
  std::erase_if(arguments, [&](const Data::Member& member) {
    return !check_identifier(context, member.key, member.key_position, "name");
  });
  return arguments;
}

Text compile_key(Context& context, const Node& node) {
  Text text;
  const Node& name = *node.find("key");
  const auto key = read_text(context, name, "key");
  if (!key) return text;
  if (!is_flow_id(*key)) {
    context.error(
        "F0206",
        name.position,
        quote(*key) + " cannot be the key of a message",
        "use letters, digits, '_', '.' and '-', starting with a letter, such as order.confirm"
    );
    return text;
  }
  if (const Node* with = node.find("with")) {
    if (with->is_list() || with->is_map()) {
      text.with = read_arguments(context, *with);
    } else {
      (void)expect_map(context, *with, "with");
    }
  }
  text.kind = Text::Kind::key;
  text.key = *key;
  MessageUse use{.key = *key, .with = {}, .position = name.position, .user = context.owner};
  for (const Data::Member& argument : text.with) use.with.push_back({argument.key, argument.key_position});
  context.flow.messages.push_back(std::move(use));
  return text;
}

Text compile_experiment(Context& context, const Node& node, std::string_view key) {
  Text text;
  auto experiment = read_experiment(context, node, "text");
  const Node* variants = node.find("variants");
  if (!experiment || variants == nullptr) return text;
  for (const Node& item : variants->items) {
    const Node* words = item.find("text");
    const Node* name = item.find("name");
    if (words == nullptr || name == nullptr) continue;  // reported
    Text form = compile_text(context, *words, key);
    if (!form.empty()) text.forms.push_back({name->text, std::move(form)});
  }
  if (text.forms.size() != experiment->variants.size()) return Text();
  text.kind = Text::Kind::experiment;
  text.experiment = std::make_shared<Experiment>(*std::move(experiment));
  return text;
}

struct FormRow {
  std::string_view name;
  std::span<const Key> keys;
  std::string_view what;
};
constexpr FormRow kForms[] = {
    {"key", kKeyKeys, "a text by key"},
    {"variants", kVariantsKeys, "a text in variants"},
    {"tone", kToneKeys, "a text by tone"},
    {"experiment", kExperimentKeys, "a text of an experiment"},
};
constexpr auto kFormNames = [] {
  std::array<std::string_view, std::size(kForms)> names{};
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = kForms[i].name;
  return names;
}();

// A map is a text by languages unless it has the keyword of another form; the two are never mixed.
const FormRow* form_of(Context& context, const Node& node) {
  const FormRow* const row =
      std::ranges::find_if(kForms, [&](const FormRow& form) { return node.find(form.name) != nullptr; });
  if (row == std::end(kForms)) return nullptr;
  for (const Node::Member& member : node.members) {
    const bool own = std::ranges::find(row->keys, member.key, &Key::name) != row->keys.end();
    if (own || (!is_locale_tag(member.key) && std::ranges::find(kFormNames, member.key) == kFormNames.end()))
      continue;
    context.error(
        "F0707",
        member.key_position,
        quote(member.key) + " cannot stand beside " + quote(row->name) + " in one text",
        "put one inside the other, such as {en: {variants: […]}, de: {variants: […]}}"
    );
    return row;
  }
  check_keys(context, node, row->keys, row->what);
  return row;
}

}  // namespace

std::optional<std::string> read_wording(
    Context& context, const Node& node, std::string_view key, Wordings& by_language
) {
  if (!node.is_map()) return read_text(context, node, key);
  if (node.members.empty())
    context.error("F0116", node.position, quote(key) + " is an empty map", "write {en: …, de: …}");
  for (const Node::Member& member : node.members) {
    // "key" would pass for a language.
    if (std::ranges::find(text_forms(), member.key) != text_forms().end()) {
      context.error(
          "F0953",
          member.key_position,
          quote(key) + " is a name, which " + quote(member.key) + " cannot give",
          "write the name, or one for each language: {en: …, de: …}"
      );
      continue;
    }
    if (!expect_language(context, member)) continue;
    if (auto text = read_text(context, member.value, key))
      by_language.push_back({member.key, *std::move(text)});
  }
  if (by_language.empty()) return std::nullopt;
  // The order of the keys decides nothing, as in texts.
  std::ranges::sort(by_language, [](const Wording& a, const Wording& b) {
    if ((a.locale == "en") != (b.locale == "en")) return a.locale == "en";
    return a.locale < b.locale;
  });
  return by_language.front().text;
}

std::span<const std::string_view> text_forms() {
  return kFormNames;
}

bool note_tone(Context& context, const std::string& tone, Position position) {
  const bool digits =
      !tone.empty() && tone.size() <= 3 && tone.find_first_not_of("0123456789") == std::string::npos;
  if (digits ? std::stoi(tone) <= 100 : is_identifier(tone)) {
    if (!digits) context.flow.tones.push_back({tone, position});
    return true;
  }
  context.error(
      "F0709",
      position,
      quote(tone) + " is not a tone",
      "write a number from 0 to 100, or a name such as formal"
  );
  return false;
}

Text compile_text(Context& context, const Node& node, std::string_view key) {
  Text text;
  if (!node.is_map()) {
    if (node.is_scalar() && !read_text(context, node, key)) return text;
    if (auto form = compile_template(context, node, key)) text = Text::of(*std::move(form));
  } else if (node.members.empty()) {
    context.error(
        "F0317", node.position, quote(key) + " is empty", "write the text or leave the keyword out"
    );
  } else if (const FormRow* form = form_of(context, node)) {
    const Node& value = *node.find(form->name);
    text = form->name == "key"        ? compile_key(context, node)
           : form->name == "variants" ? compile_variants(context, value, key)
           : form->name == "tone"     ? compile_tones(context, value, key)
                                      : compile_experiment(context, value, key);
  } else {
    text = compile_languages(context, node, key);
  }
  text.position = node.position;
  return text;
}

}  // namespace parley::flow::loading
