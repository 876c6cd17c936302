#include "server/memory/user_memory.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <span>
#include <unordered_set>
#include <utility>

#include "engine/run.hpp"
#include "expr/display.hpp"
#include "language/retrieval/hybrid_index.hpp"
#include "server/turns/log/transcript.hpp"
#include "server/turns/people_entries.hpp"

namespace parley::memory {

namespace {

constexpr std::uint32_t kPage = 200;     // of conversations
constexpr std::uint32_t kRecords = 500;  // of one conversation, at a time

std::string key_of(const turns::Caller& caller) {
  return caller.tenant + '\0' + caller.user_id;
}

// Turns get vectors at a question: with it, and after it.
constexpr std::size_t kTogether = 64;
constexpr std::size_t kLater = 448;

std::string searched_as(const language::RememberedTurn& turn) {
  return turn.user + "\n" + turn.assistant;
}

bool is_of(std::string_view tenant, std::string_view key) {
  return key.size() > tenant.size() && key.starts_with(tenant) && key[tenant.size()] == '\0';
}

std::string joined(const std::vector<engine::Say>& messages) {
  std::string text;
  for (const engine::Say& message : messages) {
    if (!text.empty()) text += '\n';
    text += message.text;
  }
  return text;
}

// What was found, with how well it answers.
struct Found {
  float score = 0;
  Value hit;
};

// A handful a user, so they are compared with the question as they are.
class Facts {
 public:
  Facts(std::vector<turns::RememberedFact> facts, std::string locale)
      : facts_(std::move(facts)), locale_(std::move(locale)) {
    constexpr std::size_t kMostFacts = 60;
    if (facts_.size() > kMostFacts) facts_.resize(kMostFacts);
    for (const turns::RememberedFact& fact : facts_)
      texts_.push_back(engine::spoken(fact.name) + ": " + expr::display(fact.value, locale_));
  }

  [[nodiscard]] const std::vector<std::string>& texts() const { return texts_; }
  // `vectors`: of the question and then of every text; or nothing. Best first.
  [[nodiscard]] std::vector<Found> find(std::string_view query, float least, const turns::Vectors& vectors)
      const;

 private:
  std::vector<turns::RememberedFact> facts_;
  std::string locale_;
  std::vector<std::string> texts_;
};

std::vector<Found> Facts::find(std::string_view query, float least, const turns::Vectors& vectors) const {
  language::HybridIndex index({.window = {}, .locale = locale_});
  for (std::size_t i = 0; i < texts_.size(); ++i) {
    const auto id = index.add(texts_[i]);
    if (vectors.size() > i + 1) index.set_vector(id, vectors[i + 1]);
  }
  const std::span<const float> vector = vectors.empty() ? std::span<const float>() : vectors.front();
  std::vector<Found> found;
  const auto any = [](std::uint32_t) { return true; };
  const float worth = std::max(least, language::kNoise);
  for (const auto& match : language::best_of(index.scores(query, vector), texts_.size(), worth, any)) {
    const turns::RememberedFact& fact = facts_[match.text];
    MapBuilder hit;
    hit.set("text", texts_[match.text])
        .set("user", texts_[match.text])
        .set("assistant", "")
        .set("fact", fact.name)
        .set("value", fact.value)
        .set("at", fact.at)
        .set("conversation", fact.conversation)
        .set("turn", static_cast<std::int64_t>(fact.turn))
        .set("score", static_cast<double>(match.score));
    if (fact.origins.is_list()) hit.set("origins", fact.origins);
    found.push_back({match.score, hit.build()});
  }
  return found;
}

Value hit(const language::RememberedTurn& turn, float score) {
  std::string text;
  if (!turn.user.empty()) text += "User: " + turn.user + "\n";
  if (!turn.assistant.empty()) text += "Assistant: " + turn.assistant;
  if (text.ends_with('\n')) text.pop_back();
  return MapBuilder()
      .set("text", text)
      .set("user", turn.user)
      .set("assistant", turn.assistant)
      .set("at", turn.at)
      .set("conversation", turn.conversation)
      .set("turn", static_cast<std::int64_t>(turn.turn))
      .set("score", static_cast<double>(score))
      .build();
}

}  // namespace

UserMemory::UserMemory(turns::Store& store, UserMemoryOptions options)
    : store_(store), options_(std::move(options)) {}

UserMemory::KnownPtr UserMemory::known(const turns::Caller& caller) {
  const std::lock_guard lock(mutex_);
  const std::string key = key_of(caller);
  if (const auto found = by_user_.find(key); found != by_user_.end()) {
    users_.splice(users_.begin(), users_, found->second);
    return found->second->second;
  }
  users_.emplace_front(key, std::make_shared<Known>(options_.locale));
  by_user_.emplace(key, users_.begin());
  return users_.front().second;
}

void UserMemory::forget(const turns::Caller& caller) {
  const std::lock_guard lock(mutex_);
  const auto found = by_user_.find(key_of(caller));
  if (found == by_user_.end()) return;
  users_.erase(found->second);
  by_user_.erase(found);
}

std::vector<std::string> UserMemory::kept_conversations(std::string_view tenant) {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> kept;
  for (const auto& [key, known] : users_) {
    if (!is_of(tenant, key)) continue;
    const std::lock_guard inner(known->mutex);
    for (const auto& [conversation, sequence] : known->read_until) kept.push_back(conversation);
  }
  return kept;
}

void UserMemory::let_go(std::string_view tenant, const std::vector<std::string>& conversations) {
  const std::lock_guard lock(mutex_);
  for (auto each = users_.begin(); each != users_.end();) {
    const auto& [key, known] = *each;
    bool has_one = false;
    if (is_of(tenant, key)) {
      const std::lock_guard inner(known->mutex);
      has_one = std::ranges::any_of(conversations, [&](const std::string& id) {
        return known->read_until.contains(id);
      });
    }
    if (!has_one) {
      ++each;
      continue;
    }
    by_user_.erase(key);
    each = users_.erase(each);
  }
}

// Who asked last always stays.
void UserMemory::make_room() {
  const std::lock_guard lock(mutex_);
  std::size_t turns = 0;
  for (auto each = users_.begin(); each != users_.end();) {
    {
      const std::lock_guard inner(each->second->mutex);
      turns += each->second->turns.size();
    }
    if (turns <= options_.most_turns || each == users_.begin()) {
      ++each;
      continue;
    }
    by_user_.erase(each->first);
    each = users_.erase(each);
  }
}

turns::Awaitable<Result<void>> UserMemory::read(
    const turns::Caller& caller, Known& known, const turns::ConversationSummary& conversation
) {
  std::uint64_t after = 0;
  {
    const std::lock_guard lock(known.mutex);
    const auto found = known.read_until.find(conversation.id);
    if (found != known.read_until.end()) after = found->second;
  }
  std::vector<turns::TranscriptTurn> turns;
  std::uint64_t before_last = after;  // the record before the last turn's first
  std::uint64_t last = after;
  while (last < conversation.sequence) {
    const auto records = co_await store_.records(caller.tenant, conversation.id, last, kRecords);
    if (!records) co_return std::unexpected(records.error());
    if (records->empty()) break;
    for (const turns::LogRecord& record : *records) {
      if (turns.empty() || turns.back().turn != record.turn) before_last = record.sequence - 1;
      if (auto added = turns::add_to_transcript(turns, record); !added) co_return added;
      last = record.sequence;
    }
  }
  // A turn that is not over yet is read again when it is.
  const bool over = conversation.status != "working";
  if (!over && !turns.empty()) turns.pop_back();
  const std::lock_guard lock(known.mutex);
  for (const turns::TranscriptTurn& turn : turns) {
    if (!turn.user.by_user && turn.messages.empty()) continue;
    known.turns.add(
        {.conversation = conversation.id,
         .turn = turn.turn,
         .at = turn.at,
         .user = turn.user.text.starts_with('/') ? std::string() : turn.user.text,  // commands say nothing
         .assistant = joined(turn.messages)}
    );
  }
  known.read_until[conversation.id] = over ? last : before_last;
  co_return Result<void>();
}

turns::Awaitable<Result<void>> UserMemory::catch_up(const turns::Caller& caller, KnownPtr& known) {
  std::vector<turns::ConversationSummary> all;
  turns::ConversationFilter filter{.user_id = caller.user_id, .limit = kPage};
  while (true) {
    auto page = co_await store_.list(caller.tenant, filter);
    if (!page) co_return std::unexpected(std::move(page.error()));
    const bool last = page->size() < kPage;
    if (!page->empty()) filter.before = page->back().id;
    std::ranges::move(*page, std::back_inserter(all));
    if (last) break;
  }
  // What was erased must not be remembered by an index.
  std::unordered_set<std::string_view> there;
  for (const turns::ConversationSummary& conversation : all) there.insert(conversation.id);
  bool erased = false;
  {
    const std::lock_guard lock(known->mutex);
    for (const auto& [conversation, sequence] : known->read_until) erased |= !there.contains(conversation);
  }
  if (erased) {
    forget(caller);
    known = this->known(caller);
  }
  // Oldest first, so that equally good turns are known in the order of time.
  std::ranges::reverse(all);
  for (const turns::ConversationSummary& conversation : all) {
    if (auto done = co_await read(caller, *known, conversation); !done) co_return done;
  }
  co_return Result<void>();
}

void UserMemory::use_vectors(std::shared_ptr<turns::TextVectors> vectors) {
  const std::lock_guard lock(mutex_);
  vectors_ = std::move(vectors);
}

turns::Awaitable<Result<turns::Vectors>> UserMemory::vectors_with_turns(
    turns::TextVectors& vectors, Known& known, turns::VectorsAsked asked, std::size_t most, Timestamp since
) {
  const std::string maker = vectors.maker();
  const std::size_t before = asked.texts.size();
  std::vector<std::size_t> places;
  {
    const std::lock_guard lock(known.mutex);
    if (known.maker != maker) {
      known.turns.forget_vectors();
      known.facts.clear();
    }
    known.maker = maker;
    asked.said_at.resize(before);
    places = known.turns.without_vector(most, since);
    for (const std::size_t place : places) {
      const language::RememberedTurn& turn = known.turns.turn(place);
      asked.texts.push_back(searched_as(turn));
      asked.said_at.emplace_back(turn.at);
    }
  }
  if (asked.texts.empty()) co_return turns::Vectors();
  auto made = co_await vectors.of(std::move(asked));
  if (!made) co_return made;
  {
    const std::lock_guard lock(known.mutex);
    for (std::size_t i = 0; i < places.size() && known.maker == maker; ++i)
      known.turns.set_vector(places[i], (*made)[before + i]);
  }
  made->resize(before);
  co_return made;
}

// Brings the collection up to date as far as time allows, and asks it.
turns::Awaitable<std::vector<float>> UserMemory::nearness_in_store(
    turns::TextVectors& vectors, const turns::ToolCall& call, Known& known, Meant meant, Timestamp since
) {
  turns::Collection collection{
      .tenant = call.caller.tenant,
      .user_id = call.caller.user_id,
      .what = "turns",
      .maker = vectors.maker(),
      .texts = 0
  };
  std::shared_ptr<turns::SearchedTexts> stored;
  {
    const std::lock_guard lock(known.mutex);
    if (known.stored == nullptr || known.maker != collection.maker)
      known.stored = std::make_shared<turns::SearchedTexts>();
    if (known.maker != collection.maker) known.facts.clear();
    known.maker = collection.maker;
    stored = known.stored;
    while (stored->size() < known.turns.size())
      stored->add(vectors.key(searched_as(known.turns.turn(stored->size()))));
    collection.texts = stored->size();
  }
  if (auto looked = co_await stored->look(*vectors.search(), collection); !looked)
    co_return std::vector<float>();
  turns::VectorsAsked asked{
      .tenant = collection.tenant,
      .user_id = collection.user_id,
      .texts = {},
      .timeout_ms = call.timeout_ms / 3
  };
  std::vector<std::size_t> fresh = stored->missing();
  {
    const std::lock_guard lock(known.mutex);
    std::erase_if(fresh, [&](std::size_t place) { return known.turns.turn(place).at < since; });
    fresh.resize(std::min(fresh.size(), kTogether + kLater));
    for (const std::size_t place : fresh) {
      asked.texts.push_back(searched_as(known.turns.turn(place)));
      asked.said_at.emplace_back(known.turns.turn(place).at);
    }
  }
  if (!fresh.empty() && co_await vectors.collect(std::move(asked), collection)) stored->note_there(fresh);
  std::vector<std::uint32_t> promising;
  {
    const std::lock_guard lock(known.mutex);
    promising = known.turns.promising(call.arguments.text("query"), turns::VectorSearch::kNearest);
  }
  auto near =
      co_await stored->nearness(*vectors.search(), collection, std::move(meant.vectors.front()), promising);
  co_return near ? std::move(*near) : std::vector<float>();
}

// The question goes with some turns, as one request usually; then more turns, without which it can do. Both
// together take two thirds of the time at most. Turns that are still left wait for the next question.
turns::Awaitable<UserMemory::Meant> UserMemory::meanings(
    const turns::ToolCall& call, Known& known, std::vector<std::string> more, Timestamp since
) {
  std::shared_ptr<turns::TextVectors> vectors;
  {
    const std::lock_guard lock(mutex_);
    vectors = vectors_;
  }
  const std::string_view query = call.arguments.text("query");
  if (vectors == nullptr || vectors->maker().empty() || query.find_first_not_of(" \t\r\n") == query.npos)
    co_return Meant();
  turns::VectorsAsked asked{
      .tenant = call.caller.tenant,
      .user_id = call.caller.user_id,
      .texts = {std::string(query)},
      .timeout_ms = call.timeout_ms / 3,
  };
  {
    const std::lock_guard lock(known.mutex);
    const bool same = known.maker == vectors->maker();
    std::ranges::copy_if(more, std::back_inserter(asked.texts), [&](const std::string& text) {
      return !same || !known.facts.contains(text);
    });
  }
  bool in_store = vectors->search() != nullptr;
  if (in_store) {
    const std::lock_guard lock(known.mutex);
    in_store = known.turns.size() > vectors->searched_beyond(call.caller.user_id);
    if (in_store) known.turns.forget_vectors();
  }
  if (in_store) {
    asked.said_at.resize(asked.texts.size());  // a question and facts: not to be stored
    auto made = co_await vectors->of(asked);
    if (!made) co_return Meant();
    Meant meant{.vectors = with_facts(known, *std::move(made), std::move(asked.texts), more), .nearness = {}};
    meant.nearness = co_await nearness_in_store(*vectors, call, known, meant, since);
    co_return meant;
  }
  const std::size_t room = kTogether - std::min(kTogether, asked.texts.size());
  auto first = co_await vectors_with_turns(*vectors, known, asked, room, since);
  if (!first) co_return Meant();
  auto answer = with_facts(known, *std::move(first), std::move(asked.texts), more);
  asked.texts.clear();
  (void)co_await vectors_with_turns(*vectors, known, std::move(asked), kLater, since);
  co_return Meant{.vectors = std::move(answer), .nearness = {}};
}

// `made`: the vectors of `texts`, a question and the facts that had none. Only those of `facts` stay known.
turns::Vectors UserMemory::with_facts(
    Known& known, turns::Vectors made, std::vector<std::string> texts, const std::vector<std::string>& facts
) {
  turns::Vectors answer{std::move(made.front())};
  const std::lock_guard lock(known.mutex);
  auto before = std::exchange(known.facts, {});
  for (std::size_t i = 1; i < texts.size(); ++i)
    before.insert_or_assign(std::move(texts[i]), std::move(made[i]));
  for (const std::string& fact : facts) {
    const auto found = before.find(fact);
    // Somebody else's question may have come between, of other facts; then words do.
    if (found == before.end()) return {answer.front()};
    answer.push_back(found->second);
    known.facts.insert_or_assign(fact, found->second);
  }
  return answer;
}

turns::Awaitable<Result<turns::ToolAnswer>> UserMemory::run(const turns::ToolCall& call) {
  if (!has(call.tool))
    co_return fail(ErrorCode::not_found, "there is no tool '" + call.tool + "'", "unknown_tool");
  if (call.caller.user_id.empty()) co_return turns::ToolAnswer{Value::list()};
  KnownPtr known = this->known(call.caller);
  if (auto done = co_await catch_up(call.caller, known); !done) {
    Error error = std::move(done.error());
    error.pointer = "memory_failed";
    co_return std::unexpected(std::move(error));
  }
  const auto entries = co_await store_.memory(call.caller.tenant, call.caller.user_id);
  if (!entries) co_return fail(ErrorCode::unavailable, entries.error().message, "memory_failed");
  const auto setting =
      co_await store_.setting(call.caller.tenant, turns::forgotten_until(call.caller.user_id));
  if (!setting) co_return fail(ErrorCode::unavailable, setting.error().message, "memory_failed");
  make_room();
  const Value& k = call.arguments["k"];
  const Value& least = call.arguments["min_score"];
  const std::string query(call.arguments.text("query"));
  const std::size_t most = k.is_int() && k.as_int() > 0 ? static_cast<std::size_t>(k.as_int()) : 3;
  const float min_score = least.is_number() ? static_cast<float>(least.to_double()) : 0.0F;
  const Facts known_facts(turns::facts_of(*entries), options_.locale);
  const Timestamp since = std::max(turns::forgotten_before(*entries, *setting), options_.keep_since());
  const auto [vectors, nearness] = co_await meanings(call, *known, known_facts.texts(), since);
  const std::vector<Found> facts = known_facts.find(query, min_score, vectors);
  std::vector<Found> said;
  {
    const std::lock_guard lock(known->mutex);
    const auto matches = known->turns.recall(
        {.text = query,
         .vector = vectors.empty() ? std::span<const float>() : vectors.front(),
         .nearness = nearness,
         .k = most,
         .min_score = min_score,
         .conversation = call.caller.conversation_id,
         .before_turn = call.caller.turn,
         .since = since}
    );
    for (const language::Match& match : matches)
      said.push_back({match.score, hit(known->turns.turn(match.text), match.score)});
  }
  // What was noted on purpose comes before what was only said, among equals.
  std::vector<Found> found;
  std::ranges::merge(
      facts, said, std::back_inserter(found), std::ranges::greater{}, &Found::score, &Found::score
  );
  ListBuilder hits;
  for (std::size_t i = 0; i < std::min(most, found.size()); ++i) hits.add(std::move(found[i].hit));
  co_return turns::ToolAnswer{hits.build()};
}

}  // namespace parley::memory
