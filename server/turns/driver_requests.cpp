// What callers ask for: one message, one event, one reading. A repeated request is recognised here.
#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

#include "base/json.hpp"
#include "engine/advance.hpp"
#include "engine/people/reviews.hpp"
#include "server/turns/driver.hpp"
#include "server/turns/people_entries.hpp"
#include "server/turns/turn.hpp"

namespace parley::turns {

namespace {

// The key under which a message with an id is remembered. The channel repeats ids only for the same message,
// so there is no body to compare.
RequestKey key_of_message(const ChatRequest& request) {
  std::string scope = request.conversation_id.empty()
                          ? "message:user:" + request.channel + ":" + request.user_id
                          : "message:conversation:" + request.conversation_id;
  return {std::move(scope), request.message_id, "message"};
}

std::string in_flight_key(const ChatRequest& request) {
  std::string key = request.tenant;
  key += '\0';
  key += request.idempotency->scope;
  key += '\0';
  key += request.idempotency->key;
  return key;
}

std::unexpected<Error> no_conversation(std::string_view conversation_id) {
  return fail(
      ErrorCode::not_found,
      "there is no conversation '" + std::string(conversation_id) + "'",
      "conversation_id",
      "leave it out to start a new conversation"
  );
}

// What a person gives for a call fits the tool.
Result<void> check_given(
    const ToolRunner& tools, const ReviewEntry& asked, const engine::ReviewDecided& decision
) {
  if (asked.kind != "approval") return {};
  const Value request = parse_json(asked.request).value_or(Value());
  const std::string_view tool = request["subject"].text("tool");
  if (tool.empty()) return {};
  // What stands for a value that was not shown fits nothing; the call is checked again when it is made.
  const bool hides = request["sensitive"].is_list();
  if (decision.decision == engine::ReviewStatus::edited)
    return hides ? Result<void>() : tools.check_arguments(tool, decision.values);
  if (decision.decision == engine::ReviewStatus::answered) return tools.check_result(tool, decision.values);
  return {};
}

}  // namespace

Awaitable<Result<Answer>> TurnDriver::chat(ChatRequest request, Observer* observer) {
  // Whoever moves the slider has nothing to say.
  const bool says = !request.text.empty() || !request.payload.empty() || !request.style.is_null();
  if (!request.conversation_id.empty() && !says) {
    co_return fail(
        ErrorCode::invalid_input, "the message is empty", "message", "send a text or a button's payload"
    );
  }
  co_return co_await answer_once(std::move(request), observer);
}

Awaitable<Result<Answer>> TurnDriver::start(ChatRequest request, Observer* observer) {
  request.conversation_id.clear();
  request.text.clear();
  request.payload.clear();
  co_return co_await answer_once(std::move(request), observer);
}

Awaitable<Result<Answer>> TurnDriver::arrive(ChatRequest request, Observer* observer) {
  request.text.clear();
  request.payload.clear();
  if (request.conversation_id.empty() && !request.user_id.empty()) {
    auto last = co_await world_.store.list(request.tenant, {.user_id = request.user_id, .limit = 1});
    if (!last) co_return std::unexpected(std::move(last.error()));
    if (!last->empty() && last->front().status != "ended") request.conversation_id = last->front().id;
  }
  co_return co_await answer_once(std::move(request), observer);
}

// The first of equal requests is answered; all others get its answer. That a key is new is found out by the
// turn's first commit, which claims it, and looked up beforehand only where more than that commit would come
// of a repeat: what is shown in a stream, what it does to other messages that wait, and a model that would be
// asked.
Awaitable<Result<Answer>> TurnDriver::answer_once(ChatRequest request, Observer* observer) {
  if (!request.idempotency && !request.message_id.empty()) request.idempotency = key_of_message(request);
  if (!request.idempotency) co_return co_await take_message(std::move(request), observer);

  const std::string key = in_flight_key(request);
  for (;;) {
    auto ticket = in_flight_.begin(key, request.idempotency->fingerprint);
    if (!ticket) {
      auto outcome = co_await in_flight_.wait(key, request.idempotency->fingerprint);
      if (!outcome) continue;
      if (*outcome) {
        count(metrics_.repeated_answers);
        (*outcome)->repeated = true;
      }
      co_return std::move(*outcome);
    }
    const bool looks_first = observer != nullptr ||
                             admission_for(options_.admission, request.channel).mode != AdmissionMode::queue;
    std::optional<Answer> known;
    if (looks_first) {
      auto earlier = co_await earlier_answer(request);
      if (!earlier) {
        const Result<Answer> problem = std::unexpected(std::move(earlier.error()));
        ticket->finish(problem);
        co_return problem;
      }
      known = *std::move(earlier);
    }
    Result<Answer> answer =
        known ? Result<Answer>(*std::move(known)) : co_await take_message(request, observer);
    answer = co_await answer_of_other(request, std::move(answer), looks_first);
    ticket->finish(answer);
    co_return answer;
  }
}

namespace {

Result<std::optional<Answer>> stored_answer(const ChatRequest& request, std::optional<InboxEntry> entry) {
  if (!entry) return std::nullopt;
  if (entry->fingerprint != request.idempotency->fingerprint) return key_reused();
  if (entry->answer.empty()) return std::nullopt;
  auto answer = decode_answer(std::move(entry->answer));
  if (!answer) return std::unexpected(std::move(answer.error()));
  answer->repeated = true;
  return *std::move(answer);
}

}  // namespace

// What this request was answered before, perhaps by an earlier process. A turn that was never finished is
// finished now.
Awaitable<Result<std::optional<Answer>>> TurnDriver::earlier_answer(const ChatRequest& request) {
  for (bool finished = false;; finished = true) {
    auto entry = co_await world_.store.find_answer(
        request.tenant, request.idempotency->scope, request.idempotency->key
    );
    if (!entry) co_return std::unexpected(std::move(entry.error()));
    if (!*entry) co_return std::nullopt;
    const std::string conversation_id = (*entry)->conversation_id;
    auto answer = stored_answer(request, *std::move(entry));
    if (answer && *answer) count(metrics_.repeated_answers);
    if (!answer || *answer) co_return answer;
    if (finished) {
      co_return fail(
          ErrorCode::unavailable,
          "the first answer to this request is not ready",
          "unavailable",
          "try again later"
      );
    }
    Turn turn;
    turn.tenant = request.tenant;
    turn.from_store = membership_.shared();  // the turn may be open at another process
    if (auto admitted = co_await admit(turn, conversation_id); !admitted) {
      co_return std::unexpected(std::move(admitted.error()));
    }
    if (auto loaded = co_await load(turn, conversation_id); !loaded) {
      co_return std::unexpected(std::move(loaded.error()));
    }
    turn.lease.put(std::move(turn.hot));
  }
}

// The request was taken before, or somewhere else at the same moment: its answer is given here as well.
// `looked`: it was not there a moment ago.
Awaitable<Result<Answer>> TurnDriver::answer_of_other(
    const ChatRequest& request, Result<Answer> refused, bool looked
) {
  if (refused) co_return refused;
  if (refused.error().pointer != kKeySpent) {
    if (looked) co_return refused;
    // What fitted when it came first may not fit any more.
    auto entry = co_await world_.store.find_answer(
        request.tenant, request.idempotency->scope, request.idempotency->key
    );
    if (!entry) co_return refused;
    auto answer = stored_answer(request, *std::move(entry));
    if (answer && !*answer) co_return refused;
    if (!answer) co_return std::unexpected(std::move(answer.error()));
    count(metrics_.repeated_answers);
    co_return **std::move(answer);
  }
  auto earlier = co_await earlier_answer(request);
  if (!earlier) co_return std::unexpected(std::move(earlier.error()));
  if (*earlier) co_return std::move(**earlier);
  // One that was to be answered together with this one.
  co_return fail(
      ErrorCode::unavailable,
      "another message of this turn was answered already",
      "unavailable",
      "send it again"
  );
}

// A code is no message: what happens then is that somebody has signed in, and the code is written nowhere.
Awaitable<Result<bool>> TurnDriver::confirms_sign_in(ChatRequest& request) {
  const bool may_be = !request.conversation_id.empty() && !request.text.empty() && request.payload.empty();
  if (!may_be || !options_.confirm_sign_in) co_return false;
  const auto connector = co_await options_.confirm_sign_in(request.conversation_id, request.text);
  if (!connector) co_return std::unexpected(connector.error());
  if (!*connector) co_return false;
  request.event = MapBuilder()
                      .set("name", kSignedIn)
                      .set("data", MapBuilder().set("connector", **connector).set("code", true).build())
                      .build();
  request.text.clear();
  co_return true;
}

Awaitable<Result<Answer>> TurnDriver::take_message(ChatRequest request, Observer* observer) {
  const auto confirmed = co_await confirms_sign_in(request);
  if (!confirmed) co_return std::unexpected(confirmed.error());
  if (*confirmed) co_return co_await take_turn(request, observer, AdmissionMode::queue);
  const Admission rule = admission_for(options_.admission, request.channel);
  // A pressed button says exactly what it means, and a new conversation has nothing to wait for.
  const bool joins = !request.conversation_id.empty() && !request.text.empty() && request.payload.empty() &&
                     request.style.is_null();
  if (rule.mode == AdmissionMode::merge && joins)
    co_return co_await take_burst(std::move(request), observer, rule.window);
  co_return co_await take_turn(request, observer, rule.mode);
}

// What comes within the window is said in one turn, a line each. Everyone gets its answer, and a repeated
// message too.
Awaitable<Result<Answer>> TurnDriver::take_burst(ChatRequest request, Observer* observer, Duration window) {
  const std::string conversation = ConversationTable::key(request.tenant, request.conversation_id);
  Bursts::Message message{.text = request.text};
  if (request.idempotency) {
    message.key_scope = request.idempotency->scope;
    message.key = request.idempotency->key;
    message.fingerprint = request.idempotency->fingerprint;
  }
  if (auto answered = co_await bursts_.join(conversation, std::move(message))) co_return std::move(*answered);

  co_await pause(
      *options_.alarms, std::chrono::milliseconds(window.seconds * 1000 + window.nanos / 1'000'000)
  );
  Bursts::Closed burst = bursts_.close(conversation);
  std::vector<RequestKey> merged;
  for (const Bursts::Message& each : burst.messages) {
    request.text += "\n" + each.text;
    if (!each.key.empty()) merged.push_back({each.key_scope, each.key, each.fingerprint});
  }
  Result<Answer> answer = co_await take_turn(request, observer, AdmissionMode::queue, std::move(merged));
  for (auto& waiter : burst.waiters) waiter(answer);
  co_return answer;
}

Awaitable<Result<Answer>> TurnDriver::take_turn(
    const ChatRequest& request, Observer* observer, AdmissionMode mode, std::vector<RequestKey> merged
) {
  std::string conversation_id = request.conversation_id;
  try {
    if (request.conversation_id.empty()) conversation_id = world_.ids.next("c_");
    Turn turn;
    turn.tenant = request.tenant;
    turn.observer = observer;
    turn.merged = std::move(merged);
    if (auto admitted = co_await admit(turn, conversation_id, mode); !admitted) {
      co_return std::unexpected(std::move(admitted.error()));
    }
    for (;;) {
      if (auto opened = co_await open_turn(turn, request, conversation_id); !opened)
        co_return std::unexpected(std::move(opened.error()));
      // Nobody is asked about a state that is history.
      if (turn.unsure && co_await is_stale(turn)) {
        count(metrics_.conflicts);
        turn.start_over();
        turn.from_store = true;
        continue;
      }
      if (turn.unsure) {
        if (auto fresh = co_await check_is_new(turn.tenant, turn.request); !fresh)
          co_return std::unexpected(std::move(fresh.error()));
      }
      co_await ask_what_is_meant(turn);
      auto committed = co_await commit(turn);
      if (committed) break;
      if (auto again = co_await begin_again(turn, committed.error()); !again)
        co_return std::unexpected(std::move(again.error()));
    }
    co_return co_await complete(turn);
  } catch (const std::exception& problem) {
    options_.log_problem(problem.what());
  }
  left_unfinished(conversation_id);
  co_return fail(
      ErrorCode::unavailable,
      "the message could not be handled just now",
      "turn_broke",
      "send it again in a moment"
  );
}

// Before anything is done that a commit would not undo.
Awaitable<Result<void>> TurnDriver::check_is_new(
    std::string_view tenant, const std::optional<RequestKey>& request
) {
  if (!request) co_return Result<void>();
  const auto entry = co_await world_.store.find_answer(tenant, request->scope, request->key);
  if (!entry) co_return std::unexpected(entry.error());
  if (*entry) co_return fail(ErrorCode::conflict, "this request was taken already", std::string(kKeySpent));
  co_return Result<void>();
}

// Everything up to the first commit: the state, and what the request makes of it.
Awaitable<Result<void>> TurnDriver::open_turn(
    Turn& turn, const ChatRequest& request, std::string_view conversation_id
) {
  const bool fresh = request.conversation_id.empty();
  if (fresh) {
    turn.answer.conversation_id = conversation_id;
    if (auto begun = co_await begin_conversation(turn, request); !begun) co_return begun;
  } else {
    if (auto loaded = co_await load(turn, conversation_id); !loaded) co_return loaded;
    adopt_release(turn);
  }
  turn.request = request.idempotency;
  if (!fresh && !request.event.is_null()) {
    advance(
        turn,
        engine::EventArrived{
            std::string(request.event.text("name")),
            request.event["data"],
            std::string(request.event.text("origin"))
        }
    );
  }
  if (!fresh && !request.style.is_null()) {
    advance(turn, engine::StyleChosen{request.style["tone"], std::string(request.style.text("length"))});
  }
  if (!request.text.empty() || !request.payload.empty()) {
    turn.said = {true, request.text, request.payload};
    advance(turn, engine::MessageReceived{request.message_id, request.text, request.payload});
  }
  if (turn.observer != nullptr && turn.attempts == 0 && !membership_.shared())
    turn.observer->on_turn_started(conversation_id, turn.hot->state.turn);
  co_return Result<void>();
}

Awaitable<Result<Answer>> TurnDriver::complete(Turn& turn) {
  auto carried = co_await carry_out_effects(turn);
  if (carried) co_return finish(turn);
  if (membership_.shared() && carried.error().code == ErrorCode::conflict) {
    co_return fail(
        ErrorCode::unavailable,
        "another server goes on with this turn",
        "turn_broke",
        "send it again in a moment; it is answered once"
    );
  }
  co_return std::unexpected(std::move(carried.error()));
}

Awaitable<Result<Answer>> TurnDriver::event(
    std::string tenant, std::string conversation_id, engine::EventBody body
) {
  co_return co_await take_event(tenant, conversation_id, std::move(body));
}

Awaitable<Result<bool>> TurnDriver::decides_as_author(
    const Turn& turn, const engine::ReviewDecided& decision
) {
  const auto& stack = turn.hot->state.stack;
  const auto waiting = std::ranges::find(stack, decision.review_id, &engine::Frame::review);
  if (options_.author_approves_alone() || waiting == stack.end()) co_return false;
  const flow::Flow* flow = turn.hot->release->find(waiting->flow);
  if (flow == nullptr) co_return false;
  const auto version = co_await world_.store.flow_by_hash(turn.tenant, flow->hash);
  if (!version) co_return std::unexpected(version.error());
  if (!*version) co_return false;
  co_return is_author((*version)->author, decision);
}

// What only the server knows about a decision, and whether it can be taken.
Awaitable<Result<void>> TurnDriver::complete(const Turn& turn, engine::ReviewDecided& decision) {
  const auto author = co_await decides_as_author(turn, decision);
  if (!author) co_return std::unexpected(author.error());
  decision.author = *author;
  const auto fits = engine::reviews::check_decision(*turn.hot->release, turn.hot->state, decision, turn.at);
  if (!fits) co_return std::unexpected(fits.error());
  co_return Result<void>();
}

Awaitable<Result<Answer>> TurnDriver::take_event(
    std::string_view tenant, std::string_view conversation_id, engine::EventBody body
) {
  try {
    Turn turn;
    turn.tenant = tenant;
    if (auto admitted = co_await admit(turn, conversation_id); !admitted) {
      co_return std::unexpected(std::move(admitted.error()));
    }
    for (;;) {
      if (auto loaded = co_await load(turn, conversation_id); !loaded) {
        co_return std::unexpected(std::move(loaded.error()));
      }
      if (auto* decision = std::get_if<engine::ReviewDecided>(&body)) {
        auto fits = co_await complete(turn, *decision);
        if (!fits && co_await is_stale(turn)) {
          turn.start_over();
          turn.from_store = true;
          continue;
        }
        if (!fits) {
          turn.lease.put(std::move(turn.hot));
          co_return std::unexpected(std::move(fits.error()));
        }
      }
      // A timer that has gone off is gone; the engine may start it again in the same commit.
      if (const auto* fired = std::get_if<engine::TimerFired>(&body))
        turn.timers = {{fired->timer_id, std::nullopt}};
      advance(turn, body);
      auto committed = co_await commit(turn);
      if (committed) break;
      if (auto again = co_await begin_again(turn, committed.error()); !again)
        co_return std::unexpected(std::move(again.error()));
    }
    co_return co_await complete(turn);
  } catch (const std::exception& problem) {
    options_.log_problem(problem.what());
  }
  left_unfinished(conversation_id);
  co_return fail(
      ErrorCode::unavailable, "this could not be done just now", "turn_broke", "try again in a moment"
  );
}

Awaitable<Result<Answer>> TurnDriver::feedback(
    std::string tenant, std::string conversation_id, std::int32_t stars, std::string comment
) {
  if (stars < 1 || stars > 5) co_return fail(ErrorCode::invalid_input, "stars must be 1 to 5", "stars");
  co_return co_await take_event(tenant, conversation_id, engine::FeedbackGiven{stars, std::move(comment)});
}

Awaitable<Result<Answer>> TurnDriver::decide(std::string tenant, engine::ReviewDecided decision) {
  auto review = co_await world_.store.review(tenant, decision.review_id);
  if (!review) co_return std::unexpected(std::move(review.error()));
  if (!*review) {
    co_return fail(
        ErrorCode::not_found, "there is no review '" + decision.review_id + "'", "review_not_found"
    );
  }
  const ReviewEntry& asked = **review;
  if (asked.status != "open") {
    co_return fail(
        ErrorCode::conflict,
        "this review is closed already: " + asked.status,
        "review_closed",
        "a review is decided once"
    );
  }
  if (auto fits = check_given(world_.tools, asked, decision); !fits)
    co_return std::unexpected(std::move(fits.error()));
  co_return co_await take_event(tenant, asked.conversation_id, std::move(decision));
}

// ---- reading
// -------------------------------------------------------------------------------------------------

// The state as the store has it: the snapshot, or what was known before, and the records after it told to the
// engine again.
Awaitable<Result<std::unique_ptr<Hot>>> TurnDriver::read(
    std::string_view tenant, std::string_view conversation_id, std::unique_ptr<Hot> older
) {
  count(metrics_.loads);
  const std::uint64_t known = older == nullptr ? 0 : older->summary.sequence;
  auto stored = co_await (
      known == 0 ? world_.store.load(tenant, conversation_id)
                 : world_.store.load_since(tenant, conversation_id, known)
  );
  if (!stored) co_return std::unexpected(std::move(stored.error()));
  if (!*stored) co_return no_conversation(conversation_id);
  auto hot = std::make_unique<Hot>();
  hot->summary = std::move((*stored)->summary);
  hot->unsettled = (*stored)->unsettled;
  hot->worker = (*stored)->worker;
  hot->worker_lives = (*stored)->worker_lives;
  if (known > 0 && (*stored)->snapshot.empty() && (*stored)->snapshot_sequence == known) {
    hot->state = std::move(older->state);
    hot->release = std::move(older->release);
  } else if (!(*stored)->snapshot.empty()) {
    auto state = engine::restore((*stored)->snapshot);
    if (!state) co_return std::unexpected(std::move(state.error()));
    hot->state = std::move(*state);
  }
  const auto release_of = [&](const engine::Event& event) -> const std::string& {
    if (const auto* started = std::get_if<engine::ConversationStarted>(&event.body)) return started->release;
    if (const auto* adopted = std::get_if<engine::ReleaseAdopted>(&event.body)) return adopted->release;
    return hot->state.release;
  };
  engine::Effects caused;  // and carried out long ago
  for (const LogRecord& record : (*stored)->records) {
    const auto body = decode_record(record.body);
    if (!body) co_return std::unexpected(body.error());
    for (const engine::Event& event : body->events) {
      const std::string& hash = release_of(event);
      if (hot->release == nullptr || hot->release->hash() != hash) {
        auto release = co_await world_.releases.by_hash(tenant, hash);
        if (!release) co_return std::unexpected(std::move(release.error()));
        hot->release = std::move(*release);
      }
      engine::advance(*hot->release, hot->state, event, caused);
      caused.clear();
    }
  }
  if (hot->release == nullptr || hot->release->hash() != hot->state.release) {
    auto release = co_await world_.releases.by_hash(tenant, hot->state.release);
    if (!release) co_return std::unexpected(std::move(release.error()));
    hot->release = std::move(*release);
  }
  co_return hot;
}

Awaitable<Result<ConversationView>> TurnDriver::conversation(
    std::string tenant, std::string conversation_id
) {
  auto hot = co_await read(tenant, conversation_id);
  if (!hot) co_return std::unexpected(std::move(hot.error()));
  std::string next_step(engine::waiting_step(*(*hot)->release, (*hot)->state));
  co_return ConversationView{std::move((*hot)->summary), std::move((*hot)->state), std::move(next_step)};
}

Awaitable<Result<TranscriptPage>> TurnDriver::turns(
    Store& from,
    std::string tenant,
    std::string conversation_id,
    std::uint64_t after_turn,
    std::uint32_t limit
) {
  constexpr std::uint32_t kRecords = 100;
  std::vector<TranscriptTurn> found;
  // A turn has at least one record, so the records of later turns have sequences above its number.
  std::uint64_t sequence = after_turn;
  for (;;) {
    const auto records = co_await from.records(tenant, conversation_id, sequence, kRecords);
    if (!records) co_return std::unexpected(records.error());
    for (const LogRecord& record : *records) {
      sequence = record.sequence;
      if (after_turn > 0 && record.turn <= after_turn) continue;
      if (auto added = add_to_transcript(found, record); !added)
        co_return std::unexpected(std::move(added.error()));
    }
    if (records->size() < kRecords || found.size() > limit) break;
  }
  if (found.empty() && after_turn == 0) co_return no_conversation(conversation_id);
  TranscriptPage page;
  page.has_more = found.size() > limit;
  if (page.has_more) found.resize(limit);
  for (const TranscriptTurn& turn : found) page.turns.push_back(encode_transcript_turn(turn));
  co_return page;
}

}  // namespace parley::turns
