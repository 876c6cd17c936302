#include "engine/repair/handler_frame.hpp"

#include <algorithm>
#include <utility>

#include "expr/display.hpp"

namespace parley::engine::repair {

Frame* working_frame(Run& run) {
  auto& stack = run.state().stack;
  const auto found = std::find_if(stack.rbegin(), stack.rend(), [](const Frame& f) {
    return f.kind != Frame::Kind::repair;
  });
  return found == stack.rend() ? nullptr : &*found;
}

std::string title(Run& run) {
  auto& stack = run.state().stack;
  const auto found =
      std::find_if(stack.rbegin(), stack.rend(), [](const Frame& f) { return f.kind == Frame::Kind::flow; });
  return found == stack.rend() ? std::string() : run.name_of(run.flow_of(*found));
}

std::string shown(Run& run, const flow::Slot& slot, const Value& value) {
  for (const flow::Choice& choice : slot.choices) {
    if (value.is_string() && value.as_string() == choice.value) return run.label_of(choice);
  }
  return expr::display(value, run.state().locale, run.shown_offset());
}

void begin(Run& run, std::string_view repair, MapBuilder about, Continuation continuation, Frame details) {
  const Frame* working = working_frame(run);
  const flow::Flow& handler = working != nullptr ? run.release().handler(run.flow_of(*working), repair)
                                                 : run.release().handler(repair);
  about.set("title", title(run));
  details.kind = Frame::Kind::repair;
  details.flow = handler.id;
  details.about = about.build();
  details.continuation = continuation;
  run.push(std::move(details));
}

}  // namespace parley::engine::repair
