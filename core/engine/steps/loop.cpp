// loop: runs its steps again and again, while a condition holds or once for each item of a list or map.
#include "base/map_order.hpp"
#include "engine/origins.hpp"
#include "engine/steps/step_files.hpp"

namespace parley::engine::steps {

namespace {

using flow::FieldKind;

enum Keyword : std::size_t { k_while, k_for_each, k_as, k_max, k_steps };

constexpr flow::Keyword kKeywords[] = {
    {"while", FieldKind::expression, false, "CEL; another round is run as long as it is true."},
    {"for_each",
     FieldKind::expression,
     false,
     "CEL that gives a list, or a map; one round for each item, or for each {key, value}."},
    {"as", FieldKind::identifier, false, "The name of the item in the steps; default: `item`."},
    {"max", FieldKind::integer, false, "The most rounds; one more is the error `loop_limit`. Default: 100."},
    {"steps",
     FieldKind::steps,
     true,
     "What is done in each round. `next: break` leaves the loop, `next: continue` starts the next round."},
};
constexpr std::string_view kEither[] = {"while", "for_each"};
constexpr std::int64_t kDefaultMax = 100;

Result<Value> items_of(Run& run, const expr::Expression& from) {
  auto items = from.evaluate(run.scope());
  if (!items || items->is_list()) return items;
  if (!items->is_map()) {
    return fail(
        ErrorCode::evaluation,
        "for_each '" + from.source() + "' gave " + std::string(name(items->type())) + " instead of a list"
    );
  }
  ListBuilder list;
  for (const Value::Entry* entry : entries_by_key(*items)) {
    list.add(MapBuilder().set("key", entry->key).set("value", entry->value).build());
  }
  return list.build();
}

Outcome run(Run& run, const flow::Step& step) {
  Frame& frame = run.frame();
  const bool lasting = run.state().semantics >= kLastingOrigins;
  const auto* for_each = step.get<expr::Expression>(k_for_each);
  if (open_scope(frame) == nullptr) {
    Value items;
    if (for_each != nullptr) {
      auto found = items_of(run, *for_each);
      if (!found) return Outcome::fail(std::move(found.error().message));
      items = *std::move(found);
    }
    // Later rounds may find something else under the names that the list was made from.
    Origins from = lasting && for_each != nullptr ? origins::of(run, *for_each) : Origins();
    frame.scopes.push_back(Scope{.owner = frame.step, .items = std::move(items), .origins = std::move(from)});
    frame.entered = true;
  }
  Scope& scope = *open_scope(frame);
  bool more = for_each != nullptr && scope.count < scope.items.size();
  if (const auto* condition = step.get<expr::Expression>(k_while)) {
    auto holds = run.test(*condition);
    if (!holds) return Outcome::fail(std::move(holds.error().message));
    more = *holds;
  }
  if (!more) return close_blocks(run, step);
  const auto* max = step.get<Value>(k_max);
  const std::int64_t most = max == nullptr ? kDefaultMax : max->as_int();
  if (scope.count >= most) {
    return Outcome::fail("the loop ran " + std::to_string(most) + " rounds and was not done", "loop_limit");
  }
  if (for_each != nullptr) {
    const auto* as = step.get<flow::Name>(k_as);
    run.set_name(
        frame,
        as == nullptr ? "item" : as->text,
        scope.items.as_list()[scope.count],
        lasting ? scope.origins : origins::of(run, *for_each)
    );
  }
  ++scope.count;
  enter_block(run, step, 0);
  return Outcome::stay();
}

constexpr flow::StepSpec kSpec{
    .type = "loop",
    .doc = "Repeats its steps.",
    .keywords = kKeywords,
    .one_of = kEither,
    .repeats = true,
};

}  // namespace

extern const StepType loop{.spec = kSpec, .run = run};

}  // namespace parley::engine::steps
