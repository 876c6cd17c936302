#include "wire/overlay/overlay.hpp"

#include <ranges>
#include <span>
#include <utility>

#include "wire/overlay/json_path.hpp"

namespace parley::wire {
namespace {

constexpr int kMaxDepth = 200;

Value merged(const Value& target, const Value& update, int depth) {
  if (depth > kMaxDepth) return update;
  if (target.is_map() && update.is_map()) {
    Value out = target;
    for (const auto& [key, value] : update.entries()) {
      const Value* old = key.is_string() ? out.find(key.as_string()) : nullptr;
      if (key.is_string())
        out = out.with(key.as_string(), old == nullptr ? value : merged(*old, value, depth + 1));
    }
    return out;
  }
  if (target.is_list()) {
    std::vector<Value> items(target.as_list().begin(), target.as_list().end());
    if (update.is_list() && depth > 0) {
      items.insert(items.end(), update.as_list().begin(), update.as_list().end());
    } else {
      items.push_back(update);
    }
    return Value::list(std::move(items));
  }
  return update;
}

// The document with the value at a location replaced, or taken away when there is none.
Value replaced(const Value& root, std::span<const Value> location, const Value* replacement) {
  const Value& step = location.front();
  const bool last = location.size() == 1;
  if (root.is_list()) {
    std::vector<Value> items(root.as_list().begin(), root.as_list().end());
    const auto index = static_cast<std::size_t>(step.as_int());
    if (!last) {
      items[index] = replaced(items[index], location.subspan(1), replacement);
    } else if (replacement != nullptr) {
      items[index] = *replacement;
    } else {
      items.erase(items.begin() + static_cast<std::ptrdiff_t>(index));
    }
    return Value::list(std::move(items));
  }
  std::vector<Value::Entry> entries;
  entries.reserve(root.size());
  for (const Value::Entry& entry : root.entries()) {
    if (!(entry.key == step)) {
      entries.push_back(entry);
    } else if (!last) {
      entries.push_back({entry.key, replaced(entry.value, location.subspan(1), replacement)});
    } else if (replacement != nullptr) {
      entries.push_back({entry.key, *replacement});
    }
  }
  return Value::map(std::move(entries));
}

Result<void> act(Overlaid& out, const Value& action) {
  const std::string_view target = action.text("target");
  if (target.empty()) return fail(ErrorCode::invalid_input, "an action of an overlay needs a `target`");
  auto places = select(out.document, target);
  if (!places) return std::unexpected(std::move(places.error()));
  if (places->empty()) {
    out.warnings.push_back("the overlay's target " + std::string(target) + " names nothing");
    return {};
  }
  const bool removes = action["remove"].is_bool() && action["remove"].as_bool();
  Value update = action["update"];
  if (const std::string_view source = action.text("copy"); !source.empty()) {
    const auto sources = select(out.document, source);
    if (!sources) return std::unexpected(sources.error());
    if (sources->size() != 1) {
      return fail(ErrorCode::invalid_input, "`copy` must name one place: " + std::string(source));
    }
    update = *at(out.document, sources->front());
  } else if (!removes && action.find("update") == nullptr) {
    return fail(ErrorCode::invalid_input, "an action of an overlay needs `update`, `remove` or `copy`");
  }
  // From the end, so that what is removed from a list does not move the others.
  for (const Location& place : std::views::reverse(*places)) {
    const Value* old = at(out.document, place);
    if (old == nullptr) continue;
    if (place.empty()) {
      if (removes) return fail(ErrorCode::invalid_input, "an overlay cannot remove the whole document");
      out.document = merged(out.document, update, 0);
      continue;
    }
    const Value changed = removes ? Value() : merged(*old, update, 0);
    out.document = replaced(out.document, place, removes ? nullptr : &changed);
  }
  return {};
}

}  // namespace

Result<Overlaid> apply_overlay(const Value& document, const Value& overlay) {
  const Value& actions = overlay["actions"];
  if (overlay.find("overlay") == nullptr || !actions.is_list()) {
    return fail(
        ErrorCode::invalid_input,
        "this is no overlay",
        "/actions",
        "an overlay has `overlay: 1.0.0`, `info` and a list of `actions`"
    );
  }
  Overlaid out{document, {}};
  std::size_t index = 0;
  for (const Value& action : actions.as_list()) {
    if (auto done = act(out, action); !done) {
      Error error = std::move(done.error());
      error.pointer = "/actions/" + std::to_string(index);
      return std::unexpected(std::move(error));
    }
    ++index;
  }
  return out;
}

}  // namespace parley::wire
