// Buttons and cards.
#include <algorithm>
#include <utility>

#include "flow/loading/context.hpp"

namespace parley::flow::loading {
namespace {

constexpr std::size_t kMostCards = 10;
constexpr std::size_t kMostFacts = 20;
constexpr std::size_t kMostActions = 10;

constexpr Key kButtonKeys[] = {
    {"label", {}, {}},
    {"payload", {}, {}},
};

constexpr Key kFactKeys[] = {
    {"label", {}, {}},
    {"value", {}, {}},
};

constexpr Key kCardKeys[] = {
    {"title", {}, {}},
    {"subtitle", {}, {}},
    {"image", {}, {}},
    {"alt", {}, {}},
    {"facts", {}, {}},
    {"actions", {}, {}},
};

bool is_text(const Node& map) {
  const auto forms = text_forms();
  return std::ranges::all_of(map.members, [&](const Node::Member& member) {
    return is_locale_tag(member.key) || std::ranges::find(forms, member.key) != forms.end();
  });
}

bool too_many(Context& context, const Node& list, std::string_view key, std::size_t most) {
  if (list.items.size() <= most) return false;
  context.error(
      "F0713",
      list.position,
      quote(key) + " has more than " + std::to_string(most) + " entries",
      "nobody reads so many: show the most important ones"
  );
  return true;
}

// Pages load images under a policy that allows nothing but https.
void read_image(Context& context, const Node& node, Card& card) {
  const auto source = read_text(context, node, "image");
  if (!source) return;
  const bool computed = source->starts_with("{{");
  if (!computed && !source->starts_with("https://")) {
    context.error(
        "F0713",
        node.position,
        "the image " + quote(*source) + " does not begin with https://",
        "put the image on a server with https and write its whole address"
    );
    return;
  }
  card.image = compile_data(context, node, "image");
}

void read_facts(Context& context, const Node& node, Card& card) {
  if (!expect_list(context, node, "facts") || too_many(context, node, "facts", kMostFacts)) return;
  for (const Node& item : node.items) {
    if (!expect_map(context, item, "facts")) continue;
    check_keys(context, item, kFactKeys, "a fact");
    const Node* label = item.find("label");
    const Node* value = item.find("value");
    if (label == nullptr || value == nullptr) {
      context.error(
          "F0110",
          item.position,
          label == nullptr ? "a fact lacks 'label'" : "a fact lacks 'value'",
          "write {label: Total, value: \"{{ total }}\"}"
      );
      continue;
    }
    Card::Fact fact{
        .label = compile_text(context, *label, "label"), .value = compile_data(context, *value, "value")
    };
    if (!fact.label.empty()) card.facts.push_back(std::move(fact));
  }
}

std::optional<Card> read_card(Context& context, const Node& node) {
  if (!expect_map(context, node, "card")) return std::nullopt;
  check_keys(context, node, kCardKeys, "a card");
  Card card;
  const Node* title = node.find("title");
  if (title == nullptr) {
    context.error(
        "F0110", node.position, "a card lacks 'title'", "the title is what is read where no card can be shown"
    );
    return std::nullopt;
  }
  card.title = compile_text(context, *title, "title");
  if (const Node* subtitle = node.find("subtitle"))
    card.subtitle = compile_text(context, *subtitle, "subtitle");
  if (const Node* image = node.find("image")) {
    read_image(context, *image, card);
    if (node.find("alt") == nullptr) {
      context.warning(
          "F0714",
          image->position,
          "the image has no 'alt': who cannot see it learns nothing of it",
          "say in a few words what it shows, or alt: \"{{ '' }}\" when it only decorates"
      );
    }
  }
  if (const Node* alt = node.find("alt")) card.alt = compile_text(context, *alt, "alt");
  if (const Node* facts = node.find("facts")) read_facts(context, *facts, card);
  if (const Node* actions = node.find("actions")) {
    if (!too_many(context, *actions, "actions", kMostActions))
      card.actions = read_buttons(context, *actions, "actions");
  }
  if (card.title.empty()) return std::nullopt;
  return card;
}

}  // namespace

Buttons read_buttons(Context& context, const Node& node, std::string_view key) {
  Buttons buttons;
  if (!expect_list(context, node, key)) return buttons;
  for (const Node& item : node.items) {
    const Node* label = &item;
    const Node* payload = nullptr;
    // A label alone may be a text in several languages.
    if (item.is_map() && !is_text(item)) {
      check_keys(context, item, kButtonKeys, "a button");
      label = item.find("label");
      payload = item.find("payload");
    }
    if (label == nullptr) {
      context.error("F0110", item.position, "a button lacks 'label'", "write {label: Pay, payload: /pay}");
      continue;
    }
    Button button{.label = compile_text(context, *label, "label"), .payload = {}};
    if (button.label.empty()) continue;
    if (payload != nullptr) {
      button.payload = compile_data(context, *payload, "payload");
    } else if (const expr::Template* words = button.label.first()) {
      // Without a payload the button stands for its own words, in every language the same.
      button.payload = Data{.node = *words, .position = label->position};
    }
    buttons.push_back(std::move(button));
  }
  return buttons;
}

Cards read_cards(Context& context, const Node& node) {
  Cards cards;
  if (!node.is_list()) {
    if (auto card = read_card(context, node)) cards.push_back(*std::move(card));
    return cards;
  }
  if (node.items.empty())
    context.error("F0116", node.position, "'card' is an empty list", "write at least one card");
  if (too_many(context, node, "card", kMostCards)) return cards;
  for (const Node& item : node.items) {
    if (auto card = read_card(context, item)) cards.push_back(*std::move(card));
  }
  return cards;
}

}  // namespace parley::flow::loading
