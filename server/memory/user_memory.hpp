// The step `recall` over what users said and were told before, and what is known of them, as the connector
// "memory".
//
// There is no copy of what was said in the store: the conversations' logs are the memory. A user's turns are
// read into an index at their first question, what has come since is added at each further one, and the
// indices of users who have not asked for long are dropped when there is no more room. Sensitive values are
// masked. Thread-safe; called from loop threads.
#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "language/retrieval/turn_memory.hpp"
#include "server/tools/tool_table.hpp"
#include "server/turns/ports.hpp"
#include "server/turns/text_vectors.hpp"
#include "server/turns/vectors/searched_texts.hpp"

namespace parley::memory {

struct UserMemoryOptions {
  std::string locale = "en";
  std::size_t most_turns = 200'000;  // in the indices of all users together
  // What is older is not recalled; the first moment: everything is. From any loop.
  std::function<Timestamp()> keep_since = [] { return Timestamp{}; };
};

class UserMemory : public tools::ConnectorRunner {
 public:
  // The store must outlive this.
  explicit UserMemory(turns::Store& store, UserMemoryOptions options = {});

  [[nodiscard]] bool has(std::string_view tool) const override { return tool == "memory.recall"; }
  [[nodiscard]] turns::EffectClass effect_class(std::string_view /*tool*/) const override {
    return turns::EffectClass::read;
  }
  // {query, k, min_score} → a list of {text, user, assistant, at, conversation, turn, score}, best first, a
  // fact also with {fact, value} and, when it is not the user's own, {origins}; empty for callers without a
  // user id, of whom nothing can be known. Failures are those of the store.
  turns::Awaitable<Result<turns::ToolAnswer>> run(const turns::ToolCall& call) override;
  [[nodiscard]] std::vector<flow::ToolSignature> signatures() const override { return {}; }
  // With them, what was said in other words is found, too; without an answer of theirs, it is looked for by
  // its words as before.
  void use_vectors(std::shared_ptr<turns::TextVectors> vectors) override;

  // Lets go of what is known of a user: it was erased.
  void forget(const turns::Caller& caller);
  // Conversations of which something is known; and lets go of the users whose these were: they were erased,
  // perhaps by another process.
  [[nodiscard]] std::vector<std::string> kept_conversations(std::string_view tenant);
  void let_go(std::string_view tenant, const std::vector<std::string>& conversations);

 private:
  struct Known {
    std::mutex mutex;  // of what follows; never held while the store is asked
    language::TurnMemory turns;
    std::unordered_map<std::string, std::uint64_t> read_until;  // by conversation: a record's sequence
    std::string maker;                                          // of all vectors
    std::unordered_map<std::string, std::vector<float>>
        facts;                                     // the vectors of the facts asked last, by text
    std::shared_ptr<turns::SearchedTexts> stored;  // `turns`, when the store compares them
    explicit Known(std::string locale) : turns(std::move(locale)) {}
  };
  using KnownPtr = std::shared_ptr<Known>;

  [[nodiscard]] KnownPtr known(const turns::Caller& caller);
  void make_room();
  turns::Awaitable<Result<void>> catch_up(const turns::Caller& caller, KnownPtr& known);
  turns::Awaitable<Result<void>> read(
      const turns::Caller& caller, Known& known, const turns::ConversationSummary& conversation
  );

  // The vectors of what is asked; at most so many turns since a time get theirs with them.
  turns::Awaitable<Result<turns::Vectors>> vectors_with_turns(
      turns::TextVectors& vectors, Known& known, turns::VectorsAsked asked, std::size_t most, Timestamp since
  );
  struct Meant {
    turns::Vectors vectors;       // of the question, then of `more`
    std::vector<float> nearness;  // of every turn, when the store has compared them
  };
  // Nothing when there are none. Turns get their vectors, which are
  // stored; those of `more` are not, so that a fact that is forgotten leaves nothing.
  turns::Awaitable<Meant> meanings(
      const turns::ToolCall& call, Known& known, std::vector<std::string> more, Timestamp since
  );
  // Empty: the store does not know.
  turns::Awaitable<std::vector<float>> nearness_in_store(
      turns::TextVectors& vectors, const turns::ToolCall& call, Known& known, Meant meant, Timestamp since
  );

  static turns::Vectors with_facts(
      Known& known, turns::Vectors made, std::vector<std::string> texts, const std::vector<std::string>& facts
  );

  turns::Store& store_;
  UserMemoryOptions options_;
  std::mutex mutex_;
  std::shared_ptr<turns::TextVectors> vectors_;
  // Most recently asked first.
  std::list<std::pair<std::string, KnownPtr>> users_;
  std::unordered_map<std::string, std::list<std::pair<std::string, KnownPtr>>::iterator> by_user_;
};

}  // namespace parley::memory
