// Experiments, on texts and on steps.
#include <algorithm>
#include <array>
#include <utility>

#include "flow/loading/context.hpp"

namespace parley::flow::loading {
namespace {

constexpr Key kExperimentKeys[] = {
    {"id", {}, {}},
    {"unit", {}, {}},
    {"variants", {}, {}},
    {"metric", {}, {}},
    {"guard", {}, {}},
};

constexpr std::uint32_t kMostWeight = 1'000'000;

std::optional<std::string> read_name(
    Context& context, const Node& map, std::string_view key, std::string_view what
) {
  const Node* node = map.find(key);
  if (node == nullptr) {
    context.error(
        "F0110", map.position, std::string(what) + " lacks " + quote(key), "give it a name of its own"
    );
    return std::nullopt;
  }
  auto name = read_text(context, *node, key);
  if (!name || is_flow_id(*name)) return name;
  context.error(
      "F0206",
      node->position,
      quote(*name) + " cannot be the name of " + std::string(what),
      "use letters, digits, '_', '.' and '-', starting with a letter"
  );
  return std::nullopt;
}

// `content` is what a variant has besides its name and weight: "text" or "next".
std::optional<Experiment::Variant> read_variant(
    Context& context, const Node& node, std::string_view content, const Experiment& experiment
) {
  if (!expect_map(context, node, "variants")) return std::nullopt;
  const Key keys[] = {{"name", {}, {}}, {"weight", {}, {}}, {content, {}, {}}};
  check_keys(context, node, keys, "a variant");
  auto name = read_name(context, node, "name", "a variant");
  const Node* what = node.find(content);
  if (what == nullptr) {
    context.error(
        "F0110",
        node.position,
        "a variant lacks " + quote(content),
        content == "text" ? "write what it says" : "name the step it leads to"
    );
  }
  if (!name || what == nullptr) return std::nullopt;
  Experiment::Variant variant{.name = *std::move(name), .weight = 1, .next = {}, .position = node.position};
  if (std::ranges::find(experiment.variants, variant.name, &Experiment::Variant::name) !=
      experiment.variants.end()) {
    context.error(
        "F0711",
        node.position,
        "the experiment " + quote(experiment.id) + " has two variants called " + quote(variant.name),
        "rename one of them"
    );
    return std::nullopt;
  }
  if (const Node* weight = node.find("weight")) {
    const auto number = read_integer(context, *weight, "weight", 0, kMostWeight);
    if (number) variant.weight = static_cast<std::uint32_t>(*number);
  }
  if (content == "next") {
    auto target = read_text(context, *what, "next");
    if (!target) return std::nullopt;
    variant.next = *target == "END" ? "end" : *std::move(target);
    context.step_targets.push_back({variant.next, {}, what->position, context.owner, context.step});
  }
  return variant;
}

void check_weights(Context& context, const Node& variants, const Experiment& experiment) {
  if (variants.items.size() < 2) {
    context.error(
        "F0711",
        variants.position,
        "the experiment " + quote(experiment.id) + " needs at least two variants",
        "write what it compares"
    );
  } else if (!experiment.variants.empty() &&
             std::ranges::all_of(experiment.variants, [](const auto& variant) {
               return variant.weight == 0;
             })) {
    context.error(
        "F0711",
        variants.position,
        "all variants of the experiment " + quote(experiment.id) + " have the weight 0",
        "give at least one of them a share"
    );
  }
}

}  // namespace

std::optional<Experiment> read_experiment(Context& context, const Node& node, std::string_view content) {
  constexpr auto kUnits = std::to_array<std::string_view>({"conversation", "user"});
  if (!expect_map(context, node, "experiment")) return std::nullopt;
  check_keys(context, node, kExperimentKeys, "an experiment");
  auto id = read_name(context, node, "id", "an experiment");
  const Node* variants = node.find("variants");
  if (variants == nullptr) {
    context.error(
        "F0110",
        node.position,
        "an experiment lacks 'variants'",
        "write what it compares as {name, weight, …}"
    );
  }
  if (!id || variants == nullptr || !expect_list(context, *variants, "variants")) return std::nullopt;
  Experiment experiment;
  experiment.id = *std::move(id);
  experiment.position = node.position;
  for (const Node& item : variants->items) {
    if (auto variant = read_variant(context, item, content, experiment))
      experiment.variants.push_back(*std::move(variant));
  }
  check_weights(context, *variants, experiment);
  if (const Node* unit = node.find("unit")) {
    experiment.unit = static_cast<Experiment::Unit>(read_choice(context, *unit, "unit", kUnits).value_or(0));
  }
  if (const Node* metric = node.find("metric"))
    experiment.metric = read_text(context, *metric, "metric").value_or("");
  if (const Node* guard = node.find("guard")) experiment.guard = compile_expression(context, *guard, "guard");
  context.flow.experiments.push_back(experiment);
  if (experiment.variants.size() < 2) return std::nullopt;
  return experiment;
}

}  // namespace parley::flow::loading
