#include "tests/simulation/books.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "server/turns/log/replay.hpp"
#include "server/turns/log/transcript.hpp"
#include "tests/simulation/process.hpp"

namespace parley::simulation {

namespace {

constexpr std::uint32_t kAll = 1'000'000;

std::string words(const std::vector<engine::Say>& messages) {
  std::string json;
  for (const engine::Say& message : messages) turns::append_message(json, message);
  return json;
}

// What the store remembers of one conversation.
struct Remembered {
  std::map<std::uint64_t, turns::TranscriptTurn> turns;
  std::map<std::string, std::uint32_t> said;  // by the users: text → how often
};

class Comparison {
 public:
  Comparison(
      const ClientBook& clients, turns::MemoryStore& store, const SimulatedTools& tools, Report& report
  )
      : clients_(clients), store_(store), tools_(tools), report_(report) {}

  void run() {
    read_conversations();
    for (const Told& entry : clients_.entries()) {
      if (entry.told) check_told(entry);
    }
    check_order();
    check_left_open();
    for (const auto& [name, item] : tools_.book()) check_effects(name, item);
    for (const auto& [name, receipt] : paid_) {
      if (!tools_.book().contains(name)) wrong(name + " was reported done, but no tool was called");
    }
  }

 private:
  void wrong(std::string what) { report_.violations.push_back(std::move(what)); }

  void read_conversations() {
    const auto all = at_once(store_.list("default", {.limit = kAll}));
    std::size_t begun = 0;
    for (const Told& entry : clients_.entries()) begun += entry.text.empty() ? 1 : 0;
    if (all->size() > begun) wrong("more conversations were begun than clients asked for");
    for (const turns::ConversationSummary& summary : *all) {
      read_conversation(summary);
      report_.turns += summary.turn;
    }
  }

  void read_conversation(const turns::ConversationSummary& summary) {
    Remembered& remembered = remembered_[summary.id];
    const auto records = at_once(store_.records("default", summary.id, 0, kAll));
    std::vector<turns::TranscriptTurn> transcript;
    std::uint64_t expected = 0;
    for (const turns::LogRecord& record : *records) {
      if (record.sequence != ++expected) wrong(summary.id + ": the log has a gap");
      if (!turns::add_to_transcript(transcript, record)) wrong(summary.id + ": a record cannot be read");
    }
    for (turns::TranscriptTurn& turn : transcript) {
      if (turn.user.by_user) ++remembered.said[turn.user.text];
      for (const engine::Say& message : turn.messages) note_outcome(message.text);
      remembered.turns.emplace(turn.turn, std::move(turn));
    }
    for (const auto& [text, times] : remembered.said) {
      if (times > 1) wrong(text + " was taken " + std::to_string(times) + " times");
    }
    const auto replayed = at_once(turns::replay_stored(store_, releases(), "default", summary.id));
    if (!replayed || !replayed->same) {
      wrong(summary.id + " does not replay: " + (replayed ? replayed->what : replayed.error().message));
    }
  }

  // "paid ITEM RECEIPT" or "failed ITEM CODE".
  void note_outcome(std::string_view text) {
    const auto first = text.find(' ');
    const auto second = text.find(' ', first + 1);
    if (second == std::string_view::npos) return;
    const std::string item(text.substr(first + 1, second - first - 1));
    std::string rest(text.substr(second + 1));
    const bool paid = text.starts_with("paid ");
    if (!paid && !text.starts_with("failed ")) return;
    if (paid_.contains(item) || failed_.contains(item)) wrong("the outcome of " + item + " was told twice");
    (paid ? paid_ : failed_).insert_or_assign(item, std::move(rest));
  }

  void check_told(const Told& entry) {
    const turns::Answer& answer = entry.answer;
    const std::string which = "the turn of " + entry.key;
    ++report_.acknowledged;
    const auto conversation = remembered_.find(answer.conversation_id);
    if (conversation == remembered_.end()) return wrong(which + " is lost with its conversation");
    const auto turn = conversation->second.turns.find(answer.turn);
    if (turn == conversation->second.turns.end()) return wrong(which + " is lost");
    if (turn->second.user.text != entry.text) wrong(which + " holds another message");
    if (!words(turn->second.messages).starts_with(words(answer.messages))) wrong(which + " has changed");
    const auto kept = at_once(store_.find_answer("default", entry.scope, entry.key));
    if (!kept || !*kept || (*kept)->answer != answer.json) wrong(which + ": its answer was not kept");
  }

  // What a client was told before it, or another, said something else came before that.
  void check_order() {
    const auto& entries = clients_.entries();
    for (const Told& earlier : entries) {
      for (const Told& later : entries) {
        if (!earlier.told || !later.told || earlier.answer.conversation_id != later.answer.conversation_id)
          continue;
        if (earlier.told_at < later.sent_at && earlier.answer.turn >= later.answer.turn)
          wrong(earlier.key + " and " + later.key + " have changed their order");
      }
    }
  }

  void check_left_open() {
    for (const turns::PendingEffect& effect : *at_once(store_.pending_effects("default", kAll)))
      wrong(effect.conversation_id + ": " + effect.entry.tool + " was never finished");
    const auto reviews = at_once(store_.reviews("default", {.limit = kAll}));
    report_.reviews = reviews->size();
    for (const turns::ReviewEntry& review : *reviews) {
      if (review.status == "open") wrong("review " + review.review_id + " was never decided");
    }
    for (const turns::ConversationSummary& summary : *at_once(store_.list("default", {.limit = kAll}))) {
      if (summary.status == "working") wrong(summary.id + " works for ever");
    }
  }

  void check_effects(const std::string& name, const Ordered& item) {
    report_.effects += item.effects;
    report_.calls += item.calls;
    const bool once = item.tool != "shop.read" && item.tool != "shop.natural";
    const bool called_once = item.tool == "shop.unsafe";
    const std::string what = item.tool + " of " + name;
    if (once && item.effects > 1) wrong(what + " happened " + std::to_string(item.effects) + " times");
    if (called_once && item.calls > 1) wrong(what + " was called again");
    if (item.requests.size() > 1) wrong(what + " was called with several keys");
    if (item.key_reused) wrong(what + " was called with other arguments for the same key");

    const bool second = name.ends_with("-b");  // of a pair: its outcome is told under the first's name
    const std::string told = second ? name.substr(0, name.size() - 2) : name;
    const bool pair = second || tools_.book().contains(name + "-b");
    if (const auto paid = paid_.find(told); paid != paid_.end()) {
      if (item.effects == 0) wrong(what + " was reported done, but did not happen");
      if (paid->second != "r-" + told) wrong(what + " was reported with another's receipt");
    } else if (const auto failed = failed_.find(told); failed != failed_.end()) {
      const bool known = failed->second == "http_402" || failed->second == "did_not_happen";
      if (!known) wrong(what + " was given up with " + failed->second);
      // Of a pair one may have happened when the other was refused.
      if (item.effects > 0 && !pair) wrong(what + " was reported failed, but happened");
    } else {
      wrong("what became of " + what + " was never told");
    }
  }

  const ClientBook& clients_;
  turns::MemoryStore& store_;
  const SimulatedTools& tools_;
  Report& report_;
  std::map<std::string, Remembered> remembered_;
  std::map<std::string, std::string> paid_;    // item → receipt
  std::map<std::string, std::string> failed_;  // item → code
};

}  // namespace

std::size_t ClientBook::sent(std::string scope, std::string key, std::string text, std::uint64_t at) {
  entries_.push_back(
      {.scope = std::move(scope), .key = std::move(key), .text = std::move(text), .sent_at = at}
  );
  return entries_.size() - 1;
}

void ClientBook::told(std::size_t index, const turns::Answer& answer, std::uint64_t at) {
  Told& entry = entries_[index];
  if (!entry.told) {
    entry.told = true;
    entry.told_at = at;
    entry.answer = answer;
  } else if (entry.answer.json != answer.json) {
    violations_.push_back(entry.key + " was answered in two ways");
  }
}

void compare(
    const ClientBook& clients, turns::MemoryStore& store, const SimulatedTools& tools, Report& report
) {
  for (const std::string& violation : clients.violations()) report.violations.push_back(violation);
  Comparison(clients, store, tools, report).run();
}

}  // namespace parley::simulation
