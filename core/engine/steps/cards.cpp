// Cards: their values, and the words for channels that show none.
#include "engine/origins.hpp"
#include "engine/steps/step_files.hpp"
#include "expr/display.hpp"

namespace parley::engine::steps {

namespace {

// Sets a member unless the text is empty.
Result<void> set_text(Run& run, MapBuilder& map, std::string_view name, const flow::Text& text) {
  auto words = run.render(text);
  if (!words) return std::unexpected(std::move(words.error()));
  if (!words->empty()) map.set(name, *std::move(words));
  return {};
}

Result<void> set_image(Run& run, MapBuilder& map, const flow::Card& card) {
  // What a model chose to load would tell its host what the model has read.
  if (!card.image || origins::by_model(origins::of(run, *card.image))) return {};
  auto address = card.image->evaluate(run.scope());
  if (!address) return std::unexpected(std::move(address.error()));
  // What a tool gave may be anything; pages load nothing but https.
  if (!address->is_string() || !address->as_string().starts_with("https://")) return {};
  map.set("image", *std::move(address));
  return set_text(run, map, "alt", card.alt);
}

Result<void> set_facts(Run& run, MapBuilder& map, const flow::Card& card) {
  if (card.facts.empty()) return {};
  ListBuilder facts;
  for (const flow::Card::Fact& fact : card.facts) {
    auto label = run.render(fact.label);
    if (!label) return std::unexpected(std::move(label.error()));
    auto value = run.show(fact.value);
    if (!value) return std::unexpected(std::move(value.error()));
    facts.add(MapBuilder().set("label", *std::move(label)).set("value", *std::move(value)).build());
  }
  map.set("facts", facts.build());
  return {};
}

Result<void> set_actions(Run& run, MapBuilder& map, const flow::Card& card) {
  if (card.actions.empty()) return {};
  auto buttons = render_buttons(run, card.actions);
  if (!buttons) return std::unexpected(std::move(buttons.error()));
  ListBuilder actions;
  for (SaidButton& button : *buttons) {
    actions.add(
        MapBuilder().set("label", std::move(button.label)).set("payload", std::move(button.payload)).build()
    );
  }
  map.set("actions", actions.build());
  return {};
}

Result<Value> render_card(Run& run, const flow::Card& card) {
  MapBuilder map;
  if (auto done = set_text(run, map, "title", card.title); !done) return std::unexpected(done.error());
  if (auto done = set_text(run, map, "subtitle", card.subtitle); !done) return std::unexpected(done.error());
  if (auto done = set_image(run, map, card); !done) return std::unexpected(done.error());
  if (auto done = set_facts(run, map, card); !done) return std::unexpected(done.error());
  if (auto done = set_actions(run, map, card); !done) return std::unexpected(done.error());
  return map.build();
}

void append_line(std::string& text, std::string_view line) {
  if (line.empty()) return;
  if (!text.empty()) text += '\n';
  text += line;
}

}  // namespace

Result<Value> render_cards(Run& run, const flow::Cards& cards) {
  if (cards.size() == 1) return render_card(run, cards.front());
  ListBuilder list;
  for (const flow::Card& card : cards) {
    auto value = render_card(run, card);
    if (!value) return value;
    list.add(*std::move(value));
  }
  return MapBuilder().set("carousel", list.build()).build();
}

std::string card_words(const Value& card) {
  std::string text;
  if (const Value& carousel = card["carousel"]; carousel.is_list()) {
    for (const Value& each : carousel.as_list()) append_line(text, card_words(each));
    return text;
  }
  append_line(text, card.text("title"));
  append_line(text, card.text("subtitle"));
  if (const Value& facts = card["facts"]; facts.is_list()) {
    for (const Value& fact : facts.as_list())
      append_line(text, std::string(fact.text("label")) + ": " + std::string(fact.text("value")));
  }
  return text;
}

}  // namespace parley::engine::steps
