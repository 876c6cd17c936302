#include "tests/simulation/simulated_tools.hpp"

#include "base/json.hpp"
#include "tests/simulation/simulated_store.hpp"

namespace parley::simulation {

namespace {

// Calls that may be made again meet this many faults at most, so that the flow's attempts are enough.
constexpr std::uint32_t kFaultsOfOneItem = 3;
constexpr std::uint64_t kDripsFor = 15'000;

}  // namespace

turns::EffectClass SimulatedTools::effect_class(std::string_view tool) const {
  if (tool == "shop.read") return turns::EffectClass::read;
  if (tool == "shop.keyed") return turns::EffectClass::keyed;
  if (tool == "shop.natural") return turns::EffectClass::natural;
  if (tool == "shop.reconcile") return turns::EffectClass::reconcile;
  return mistake_ == Mistake::repeats_unsafe ? turns::EffectClass::keyed : turns::EffectClass::unsafe;
}

SimulatedTools::Fate SimulatedTools::draw_fate(Ordered& item, std::string_view tool) {
  Random& random = timeline_.random;
  if (random.chance(faults_.tool_refuses)) return Fate::refuses;
  Fate fate = Fate::works;
  if (random.chance(faults_.tool_500_before)) fate = Fate::breaks_before;
  if (random.chance(faults_.tool_500_after)) fate = Fate::breaks_after;
  if (random.chance(faults_.tool_cut_before)) fate = Fate::cut_before;
  if (random.chance(faults_.tool_cut_after)) fate = Fate::cut_after;
  if (random.chance(faults_.tool_hangs)) fate = Fate::hangs;
  if (random.chance(faults_.tool_drips)) fate = Fate::drips;
  const bool may_repeat = tool != "shop.unsafe" && tool != "shop.reconcile";
  if (fate != Fate::works && may_repeat && ++item.faults > kFaultsOfOneItem) fate = Fate::works;
  return fate;
}

// A remote that takes keys does a thing once; a natural one does the same again.
void SimulatedTools::act(Ordered& item, const std::string& name) {
  const bool recognised = item.tool == "shop.keyed" && item.effects >= item.requests.size();
  if (!recognised) ++item.effects;
  timeline_.note("effect of " + item.tool, name + (recognised ? " again" : ""));
}

// Whoever calls must not have lost the turn to somebody else.
void SimulatedTools::check_caller(const turns::Caller& caller) {
  const auto standing = at_once(truth_.standing(caller.tenant, caller.conversation_id));
  if (!*standing || (*standing)->worker == 0) return;
  const auto owner = lives_.enrolled_by.find((*standing)->worker);
  if (owner != lives_.enrolled_by.end() && owner->second != timeline_.acting) ++lives_.called_for_others;
}

turns::Awaitable<Result<turns::ToolAnswer>> SimulatedTools::run(const turns::ToolCall& call) {
  check_caller(call.caller);
  const std::string name(call.arguments.text("item"));
  std::string key = call.idempotency_key;
  if (mistake_ == Mistake::new_key_per_retry) key += std::to_string(call.attempt);
  Ordered& item = book_[name];
  item.tool = call.tool;
  ++item.calls;
  const std::string request = write_json(call.arguments);
  const auto known = item.requests.emplace(key, request).first;
  item.key_reused = item.key_reused || known->second != request;
  timeline_.note("call of " + call.tool, name + " " + key);

  // Whoever says reconcile asks before an attempt is repeated.
  if (call.tool == "shop.reconcile" && call.attempt > 1 && item.accepted) {
    co_await wait(timeline_, timeline_.random.between(1, 80));
    co_return turns::ToolAnswer{MapBuilder().set("id", "r-" + name).build(), false};
  }

  // A refusal is final: the remote remembers it as it remembers what it did.
  Fate fate = draw_fate(item, call.tool);
  if (item.accepted && fate == Fate::refuses) fate = Fate::works;
  if (item.refused) fate = Fate::refuses;
  const bool acts = fate == Fate::works || fate == Fate::breaks_after || fate == Fate::cut_after ||
                    fate == Fate::drips || (fate == Fate::hangs && timeline_.random.chance(500));
  const std::uint64_t acts_after = timeline_.random.between(1, 80);
  item.accepted = item.accepted || acts;
  if (acts) timeline_.after(acts_after, Owner::world, [this, &item, name] { act(item, name); });
  if (fate == Fate::refuses) item.refused = true;

  const std::uint64_t answers = acts_after + timeline_.random.between(0, 80);
  co_await wait(timeline_, fate == Fate::drips ? kDripsFor : answers);
  switch (fate) {
    case Fate::works:
    case Fate::drips:
      co_return turns::ToolAnswer{MapBuilder().set("id", "r-" + name).build(), false};
    case Fate::breaks_before:
    case Fate::breaks_after:
      co_return fail(ErrorCode::unavailable, "broken", "http_500");
    case Fate::cut_before:
    case Fate::cut_after:
      co_return fail(ErrorCode::unavailable, "the connection was cut", "in_doubt");
    case Fate::refuses:
      co_return fail(ErrorCode::invalid_input, "no money", "http_402");
    case Fate::hangs:
      break;
  }
  co_await wait(timeline_, 3'600'000);
  co_return fail(ErrorCode::unavailable, "gave up", "in_doubt");
}

}  // namespace parley::simulation
