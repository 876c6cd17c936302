// Steps inside steps: the body of a loop, the branches of a parallel, what a try does and catches.
#include <utility>

#include "flow/loading/context.hpp"

namespace parley::flow::loading {
namespace {

constexpr Key kBranchKeys[] = {
    {"id", {}, {}},
    {"steps", {}, {}},
};
constexpr Key kCatchKeys[] = {
    {"match", {}, {}},
    {"as", {}, {}},
    {"steps", {}, {}},
};

// Reads the steps into the flow, then goes on with the owner as if nothing had happened.
void load_block(Context& context, const Node& steps, std::string_view key, Block block, Blocks& blocks) {
  if (!expect_list(context, steps, key)) return;
  if (steps.items.empty()) {
    context.error("F0116", steps.position, quote(key) + " is an empty list", "write at least one step");
    return;
  }
  const StepIndex owner = context.step;
  std::string owner_words = context.owner;
  const std::uint32_t number = context.blocks;
  block.first = static_cast<StepIndex>(context.flow.steps.size());
  block.number = number;
  for (const Node& step : steps.items) load_step(context, step, owner, number);
  context.step = owner;
  context.owner = std::move(owner_words);
  context.blocks = number + 1;
  blocks.push_back(std::move(block));
}

void load_branch(Context& context, const Node& node, Blocks& blocks) {
  if (!expect_map(context, node, "branches")) return;
  check_keys(context, node, kBranchKeys, "a branch");
  Block block{.position = node.position};
  if (const Node* id = node.find("id")) block.id = read_text(context, *id, "id").value_or("");
  const Node* steps = node.find("steps");
  if (steps == nullptr) {
    context.error("F0110", node.position, "a branch lacks 'steps'", "write {id: name, steps: […]}");
    return;
  }
  load_block(context, *steps, "steps", std::move(block), blocks);
}

void load_catch(Context& context, const Node& node, Blocks& blocks) {
  if (!expect_map(context, node, "catch")) return;
  check_keys(context, node, kCatchKeys, "a catch");
  Block block{.position = node.position};
  if (const Node* match = node.find("match")) {
    block.match = read_names(context, *match, "match");
  } else {
    block.match.push_back({"*", node.position});
  }
  if (const Node* as = node.find("as")) {
    if (auto name = read_text(context, *as, "as");
        name && check_identifier(context, *name, as->position, "result")) {
      context.saved.push_back(*name);
      block.as = *std::move(name);
    }
  }
  const Node* steps = node.find("steps");
  if (steps == nullptr) {
    context.error("F0110", node.position, "a catch lacks 'steps'", "write {match: code, steps: […]}");
    return;
  }
  load_block(context, *steps, "steps", std::move(block), blocks);
}

}  // namespace

Blocks load_blocks(Context& context, const Keyword& keyword, const Node& node) {
  Blocks blocks;
  if (keyword.kind == FieldKind::steps) {
    load_block(context, node, keyword.name, Block{.position = node.position}, blocks);
    return blocks;
  }
  if (!expect_list(context, node, keyword.name)) return blocks;
  if (node.items.empty()) {
    context.error(
        "F0116", node.position, quote(keyword.name) + " is an empty list", "write at least one entry"
    );
  }
  for (const Node& item : node.items) {
    if (keyword.kind == FieldKind::catches) {
      load_catch(context, item, blocks);
    } else {
      load_branch(context, item, blocks);
    }
  }
  return blocks;
}

}  // namespace parley::flow::loading
