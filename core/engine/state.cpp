#include "engine/state.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "base/json.hpp"
#include "base/sha256.hpp"

namespace parley::engine {

namespace {

constexpr std::array<std::string_view, 4> kOwners = {"bot", "pending_human", "human", "returning"};
constexpr std::array<std::string_view, 3> kFrameKinds = {"flow", "call", "repair"};
constexpr std::array<std::string_view, 8> kContinuations = {
    "none",
    "ask_again",
    "say_again",
    "rewind",
    "abandon",
    "restart",
    "hand_off",
    "conclude",
};

template <typename Enum, std::size_t N>
Enum by_name(const std::array<std::string_view, N>& names, std::string_view name) {
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i] == name) return static_cast<Enum>(i);
  }
  return Enum{};
}

// Writes one object as append_typed() would, without building a Value first. Leaves out what has its default,
// so a snapshot holds only what is going on.
class Fields {
 public:
  explicit Fields(std::string& out) : out_(out) { out_ += '{'; }

  Fields& text(std::string_view name, std::string_view value) {
    if (!value.empty()) append_json_string(begin(name), value);
    return *this;
  }
  Fields& number(std::string_view name, std::int64_t value, std::int64_t otherwise = 0) {
    if (value != otherwise) begin(name) += std::to_string(value);
    return *this;
  }
  Fields& flag(std::string_view name, bool value) {
    if (value) begin(name) += "true";
    return *this;
  }
  Fields& value(std::string_view name, const Value& value) {
    if (!value.is_null() && !((value.is_list() || value.is_map()) && value.size() == 0))
      append_typed(begin(name), value);
    return *this;
  }
  // A list, each item written by `write(out, item)`.
  template <typename Items, typename Write>
  Fields& list(std::string_view name, const Items& items, Write write) {
    if (items.empty()) return *this;
    begin(name);
    char separator = '[';
    for (const auto& item : items) {
      out_ += separator;
      write(out_, item);
      separator = ',';
    }
    out_ += ']';
    return *this;
  }
  // A map from std::string to values or counts, which is in canonical order already.
  template <typename Map>
  Fields& map(std::string_view name, const Map& items) {
    const auto reserved = [](const auto& item) { return item.first.starts_with('@'); };
    if (std::any_of(items.begin(), items.end(), reserved)) return value(name, as_value(items));
    if (items.empty()) return *this;
    begin(name);
    char separator = '{';
    for (const auto& [key, item] : items) {
      out_ += separator;
      append_json_string(out_, key);
      out_ += ':';
      append_typed(out_, item_value(item));
      separator = ',';
    }
    out_ += '}';
    return *this;
  }
  void end() { out_ += '}'; }

 private:
  static const Value& item_value(const Value& value) { return value; }
  static Value item_value(const std::string& text) { return Value(text); }
  static Value item_value(std::uint32_t count) { return Value(static_cast<std::int64_t>(count)); }

  template <typename Map>
  static Value as_value(const Map& items) {
    MapBuilder map;
    for (const auto& [key, item] : items) map.set(key, item_value(item));
    return map.build();
  }

  std::string& begin(std::string_view name) {
    INVARIANT(name > last_, "the fields of a snapshot are written in canonical order");
    if (!last_.empty()) out_ += ',';
    last_ = name;
    append_json_string(out_, name);
    return out_ += ':';
  }

  std::string& out_;
  std::string_view last_;
};

constexpr std::array<std::string_view, 6> kLeavings = {"none", "jump", "past", "again", "end", "error"};
constexpr std::array<std::string_view, 4> kBranchStates = {"ready", "waiting", "done", "failed"};

std::int64_t stored(flow::StepIndex step) {
  return step == flow::kNoStep ? -1 : static_cast<std::int64_t>(step);
}

void write_scope(std::string& out, const Scope& s);

void write_branch(std::string& out, const BranchRun& b) {
  Fields(out)
      .flag("asked", b.at.asked)
      .flag("due", b.at.due)
      .flag("entered", b.at.entered)
      .value("held", b.at.held)
      .text("pending_effect", b.at.pending_effect)
      .list("scopes", b.at.scopes, write_scope)
      .text("state", kBranchStates[static_cast<std::size_t>(b.state)])
      .number("step", stored(b.at.step))
      .text("timer", b.at.timer)
      .end();
}

void write_scope(std::string& out, const Scope& s) {
  const bool leaving = s.then.kind != Leaving::Kind::none;
  Fields(out)
      .number("block", s.block)
      .list("branches", s.branches, write_branch)
      .number("count", s.count)
      .value("items", s.items)
      .list("origins", s.origins, append_json_string)
      .number("owner", s.owner)
      .text("then", leaving ? kLeavings[static_cast<std::size_t>(s.then.kind)] : "")
      .text("then_code", s.then.code)
      .flag("then_in_doubt", s.then.in_doubt)
      .number("then_step", stored(s.then.step), -1)
      .text("then_text", s.then.text)
      .end();
}

void write_undo(std::string& out, const Undo& u) {
  Fields(out)
      .value("arguments", u.arguments)
      .list("sensitive", u.sensitive, append_json_string)
      .number("step", stored(u.step))
      .text("tool", u.tool)
      .end();
}

// Nothing, or one.
std::span<const Spent> spent_of(const Frame& f) {
  return {&f.spent, f.spent == Spent{} ? std::size_t{0} : std::size_t{1}};
}

void write_spent(std::string& out, const Spent& s) {
  Fields(out)
      .number("model_calls", s.model_calls)
      .number("model_tokens", s.model_tokens)
      .number("tool_calls", s.tool_calls)
      .end();
}

void write_frame(std::string& out, const Frame& f) {
  Fields(out)
      .value("about", f.about)
      .flag("asked", f.asked)
      .map("attempts", f.attempts)
      .flag("confirmed", f.confirmed)
      .text("continuation", f.continuation == Continuation::none ? "" : name(f.continuation))
      .list("done", f.done, [](std::string& bytes, flow::StepIndex index) { bytes += std::to_string(index); })
      .flag("due", f.due)
      .flag("entered", f.entered)
      .text("flow", f.flow)
      .value("held", f.held)
      .text("kind", kFrameKinds[static_cast<std::size_t>(f.kind)])
      .value("origins", f.origins.empty() ? Value() : origins_value(f.origins))
      .text("outcome", f.outcome)
      .text("pending_effect", f.pending_effect)
      .text("prompt", f.prompt)
      .text("review", f.review)
      .list("scopes", f.scopes, write_scope)
      .number("segment", f.segment)
      .list("skipped", f.skipped, append_json_string)
      .map("slots", f.slots)
      .list("spent", spent_of(f), write_spent)
      .number("step", stored(f.step))
      .number("target", stored(f.target), -1)
      .text("timer", f.timer)
      .list("undo", f.undo, write_undo)
      .end();
}

void write_approval(std::string& out, const Approval& a) {
  Fields(out).text("actor", a.actor).flag("author", a.author).text("reviewer", a.reviewer).end();
}

void write_review(std::string& out, const OpenReview& r) {
  Fields(out)
      .list("approvals", r.approvals, write_approval)
      .text("digest", r.digest)
      .value("due", r.due ? Value(*r.due) : Value())
      .value("hidden", r.hidden)
      .text("id", r.id)
      .text("kind", name(r.kind))
      .text("note", r.note)
      .number("people", r.people, 1)
      .text("reviewer", r.reviewer)
      .text("status", name(r.status))
      .number("turn", static_cast<std::int64_t>(r.turn))
      .value("values", r.values)
      .end();
}

void write_say(std::string& out, const Say& say) {
  append_typed(out, to_value(Effect(say)));
}

std::string text(const Value& map, std::string_view key) {
  return std::string(map.text(key));
}

std::int64_t number(const Value& map, std::string_view key, std::int64_t otherwise = 0) {
  const Value& value = map[key];
  return value.is_int() ? value.as_int() : otherwise;
}

std::uint32_t count(const Value& map, std::string_view key) {
  return static_cast<std::uint32_t>(number(map, key));
}

bool flag(const Value& map, std::string_view key) {
  const Value& value = map[key];
  return value.is_bool() && value.as_bool();
}

flow::StepIndex step(const Value& map, std::string_view key, std::int64_t otherwise) {
  const std::int64_t value = number(map, key, otherwise);
  return value < 0 ? flow::kNoStep : static_cast<flow::StepIndex>(value);
}

Slots read_slots(const Value& map) {
  Slots slots;
  if (map.is_map()) {
    for (const auto& [key, value] : map.entries())
      slots.insert_or_assign(std::string(key.as_string()), value);
  }
  return slots;
}

std::map<std::string, std::uint32_t, std::less<>> read_counts(const Value& map) {
  std::map<std::string, std::uint32_t, std::less<>> counts;
  if (map.is_map()) {
    for (const auto& [key, value] : map.entries()) {
      if (value.is_int())
        counts.insert_or_assign(std::string(key.as_string()), static_cast<std::uint32_t>(value.as_int()));
    }
  }
  return counts;
}

std::map<std::string, std::string, std::less<>> read_texts(const Value& map) {
  std::map<std::string, std::string, std::less<>> texts;
  if (map.is_map()) {
    for (const auto& [key, value] : map.entries()) {
      if (value.is_string())
        texts.insert_or_assign(std::string(key.as_string()), std::string(value.as_string()));
    }
  }
  return texts;
}

template <typename Names>
Names read_names(const Value& list) {
  Names names;
  if (list.is_list()) {
    for (const Value& name : list.as_list()) names.insert(names.end(), std::string(name.as_string()));
  }
  return names;
}

OpenReview read_review(const Value& m) {
  OpenReview review{
      .id = text(m, "id"),
      .kind = review_kind(m.text("kind")),
      .digest = text(m, "digest"),
      .turn = static_cast<std::uint64_t>(number(m, "turn")),
      .status = review_status(m.text("status")),
      .reviewer = text(m, "reviewer"),
      .note = text(m, "note"),
      .values = m["values"],
  };
  if (const Value& due = m["due"]; due.is_timestamp()) review.due = due.as_timestamp();
  review.people = static_cast<std::uint32_t>(number(m, "people", 1));
  review.hidden = m["hidden"];
  if (const Value& approvals = m["approvals"]; approvals.is_list()) {
    for (const Value& each : approvals.as_list())
      review.approvals.push_back({text(each, "reviewer"), text(each, "actor"), flag(each, "author")});
  }
  return review;
}

std::vector<flow::StepIndex> read_steps(const Value& list) {
  std::vector<flow::StepIndex> steps;
  if (list.is_list()) {
    for (const Value& index : list.as_list())
      steps.push_back(index.is_int() ? static_cast<flow::StepIndex>(index.as_int()) : 0);
  }
  return steps;
}

Scope read_scope(const Value& m);

std::vector<Scope> read_scopes(const Value& list) {
  std::vector<Scope> scopes;
  if (list.is_list()) {
    for (const Value& scope : list.as_list()) scopes.push_back(read_scope(scope));
  }
  return scopes;
}

void read_cursor(Cursor& cursor, const Value& m) {
  cursor.step = step(m, "step", 0);
  cursor.entered = flag(m, "entered");
  cursor.asked = flag(m, "asked");
  cursor.prompt = text(m, "prompt");
  cursor.held = m["held"];
  cursor.pending_effect = text(m, "pending_effect");
  cursor.timer = text(m, "timer");
  cursor.due = flag(m, "due");
  cursor.held = m["held"];
  cursor.scopes = read_scopes(m["scopes"]);
}

Scope read_scope(const Value& m) {
  Scope scope{
      .owner = step(m, "owner", 0),
      .block = count(m, "block"),
      .count = count(m, "count"),
      .items = m["items"],
      .origins = read_names<Origins>(m["origins"]),
      .then =
          {.kind = by_name<Leaving::Kind>(kLeavings, m.text("then", "none")),
           .step = step(m, "then_step", -1),
           .text = text(m, "then_text"),
           .code = text(m, "then_code"),
           .in_doubt = flag(m, "then_in_doubt")},
      .branches = {},
  };
  if (const Value& branches = m["branches"]; branches.is_list()) {
    for (const Value& branch : branches.as_list()) {
      BranchRun run{.state = by_name<BranchRun::State>(kBranchStates, branch.text("state")), .at = {}};
      read_cursor(run.at, branch);
      scope.branches.push_back(std::move(run));
    }
  }
  return scope;
}

Frame read_frame(const Value& m) {
  Frame frame;
  read_cursor(frame, m);
  frame.kind = by_name<Frame::Kind>(kFrameKinds, m.text("kind"));
  frame.flow = text(m, "flow");
  frame.confirmed = flag(m, "confirmed");
  frame.segment = step(m, "segment", 0);
  frame.done = read_steps(m["done"]);
  frame.slots = read_slots(m["slots"]);
  frame.attempts = read_counts(m["attempts"]);
  frame.skipped = read_names<std::set<std::string, std::less<>>>(m["skipped"]);
  if (const Value& undo = m["undo"]; undo.is_list()) {
    for (const Value& each : undo.as_list())
      frame.undo.push_back({
          step(each, "step", 0),
          text(each, "tool"),
          each["arguments"],
          read_names<std::vector<std::string>>(each["sensitive"]),
      });
  }
  if (const Value& spent = m["spent"]; spent.is_list() && spent.size() == 1) {
    const Value& counts = spent.as_list()[0];
    frame.spent = {
        .tool_calls = count(counts, "tool_calls"),
        .model_calls = count(counts, "model_calls"),
        .model_tokens = count(counts, "model_tokens"),
    };
  }
  frame.about = m["about"];
  frame.continuation = by_name<Continuation>(kContinuations, m.text("continuation", "none"));
  frame.target = step(m, "target", -1);
  frame.outcome = text(m, "outcome");
  frame.review = text(m, "review");
  frame.origins = read_origins(m["origins"]);
  return frame;
}

}  // namespace

std::string_view name(Owner owner) {
  return kOwners[static_cast<std::size_t>(owner)];
}
std::string_view name(Continuation continuation) {
  return kContinuations[static_cast<std::size_t>(continuation)];
}

Value origins_value(const OriginMap& origins) {
  MapBuilder map;
  for (const auto& [name, from] : origins) {
    ListBuilder list;
    for (const std::string& each : from) list.add(each);
    map.set(name, list.build());
  }
  return map.build();
}

OriginMap read_origins(const Value& map) {
  OriginMap origins;
  if (!map.is_map()) return origins;
  for (const auto& [name, from] : map.entries())
    origins.insert_or_assign(std::string(name.as_string()), read_names<Origins>(from));
  return origins;
}

std::string snapshot(const State& s) {
  std::string out;
  out.reserve(1024);
  Fields(out)
      .text("channel", s.channel)
      .value("context", s.context)
      .text("conversation_id", s.conversation_id)
      .text("currency", s.currency)
      .number("effects_so_far", s.effects_so_far)
      .flag("ended", s.ended)
      .map("experiments", s.experiments)
      .number("format", 1)
      .value("handoff", s.handoff)
      .text("handoff_timer", s.handoff_timer)
      .list("last_said", s.last_said, write_say)
      .text("locale", s.locale)
      .text("message", s.message)
      .number("messages_in_turn", s.messages_in_turn)
      .number("misunderstood", s.misunderstood)
      .map("occurrences", s.occurrences)
      .list("offered", s.offered, append_json_string)
      .text("offered_for", s.offered_for)
      .text("operator_name", s.operator_name)
      .value("origins", s.origins.empty() ? Value() : origins_value(s.origins))
      .text("outcome", s.outcome)
      .text("owner", name(s.owner))
      .text("release", s.release)
      .list("reviews", s.reviews, write_review)
      .map("rotations", s.rotations)
      .number("semantics", s.semantics, kFirstSemantics)
      .map("slots", s.slots)
      .list("stack", s.stack, write_frame)
      .text("tenant", s.tenant)
      .number("timers_so_far", s.timers_so_far)
      .number("turn", static_cast<std::int64_t>(s.turn))
      .flag("unprompted", s.unprompted)
      .text("user_id", s.user_id)
      .flag("user_known", s.user_known)
      .number("utc_offset_seconds", s.utc_offset_seconds)
      .end();
  return out;
}

Result<State> restore(std::string_view bytes) {
  auto parsed = parse_typed(bytes);
  if (!parsed) return std::unexpected(std::move(parsed.error()));
  const Value& m = *parsed;
  if (number(m, "format") != 1) {
    return fail(
        ErrorCode::unsupported,
        "this snapshot is of an unknown format",
        "/format",
        "a newer version wrote it; upgrade first"
    );
  }
  State s{
      .conversation_id = text(m, "conversation_id"),
      .tenant = text(m, "tenant"),
      .user_id = text(m, "user_id"),
      .channel = text(m, "channel"),
      .locale = text(m, "locale"),
      .utc_offset_seconds = static_cast<std::int32_t>(number(m, "utc_offset_seconds")),
      .currency = text(m, "currency"),
      .release = text(m, "release"),
      .semantics = static_cast<std::uint32_t>(number(m, "semantics", kFirstSemantics)),
      .user_known = flag(m, "user_known"),
      .context = m["context"],
      .owner = by_name<Owner>(kOwners, m.text("owner")),
      .operator_name = text(m, "operator_name"),
      .ended = flag(m, "ended"),
      .outcome = text(m, "outcome"),
      .turn = static_cast<std::uint64_t>(number(m, "turn")),
      .messages_in_turn = count(m, "messages_in_turn"),
      .unprompted = flag(m, "unprompted"),
      .effects_so_far = count(m, "effects_so_far"),
      .timers_so_far = count(m, "timers_so_far"),
      .misunderstood = count(m, "misunderstood"),
      .offered = read_names<std::vector<std::string>>(m["offered"]),
      .offered_for = text(m, "offered_for"),
      .message = text(m, "message"),
      .slots = read_slots(m["slots"]),
      .origins = read_origins(m["origins"]),
      .occurrences = read_counts(m["occurrences"]),
      .handoff = m["handoff"],
      .handoff_timer = text(m, "handoff_timer"),
      .rotations = read_counts(m["rotations"]),
      .experiments = read_texts(m["experiments"]),
  };
  if (const Value& stack = m["stack"]; stack.is_list()) {
    for (const Value& frame : stack.as_list()) s.stack.push_back(read_frame(frame));
  }
  if (const Value& reviews = m["reviews"]; reviews.is_list()) {
    for (const Value& review : reviews.as_list()) s.reviews.push_back(read_review(review));
  }
  if (const Value& said = m["last_said"]; said.is_list()) {
    for (const Value& say : said.as_list()) {
      if (auto effect = effect_from(say); effect && std::holds_alternative<Say>(*effect)) {
        s.last_said.push_back(std::get<Say>(std::move(*effect)));
      }
    }
  }
  return s;
}

std::string state_hash(const State& state) {
  return sha256_hex(snapshot(state));
}

}  // namespace parley::engine
