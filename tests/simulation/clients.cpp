#include "tests/simulation/clients.hpp"

#include <algorithm>
#include <utility>

#include "base/json.hpp"

namespace parley::simulation {

namespace {

constexpr const char* kFlows[] = {"keyed", "unsafe", "pair", "natural", "read", "reconcile"};
constexpr std::uint64_t kReviewersWait = 20'000;  // until what was under way has surely happened, or not

}  // namespace

Party::Party(Surroundings world, std::uint64_t number)
    : world_(world), number_(number), user_("u" + std::to_string(number)) {
  Random& random = world.timeline.random;
  flow_ = kFlows[random.chance(700) ? random.below(3) : random.below(6)];
  devices_ = random.chance(300) ? 2 : 1;
  messages_ = random.between(1, 3);
}

void Party::begin() {
  const std::string key = "begin-" + std::to_string(number_);
  auto request = std::make_shared<Request>();
  request->starts = true;
  request->chat.user_id = user_;
  request->chat.flow = flow_;
  request->chat.idempotency = turns::RequestKey{"user:" + user_, key, "fp"};
  request->entry = world_.book.sent("user:" + user_, key, "", world_.timeline.now());
  ++open_;
  send(request);
}

void Party::say(std::uint64_t device, std::uint64_t index) {
  if (index >= messages_) return;
  Random& random = world_.timeline.random;
  const std::string text =
      "thing-" + std::to_string(number_) + "-" + std::to_string(device) + "-" + std::to_string(index);
  auto request = std::make_shared<Request>();
  request->device = device;
  request->index = index;
  request->chat.conversation_id = conversation_;
  request->chat.user_id = user_;
  request->chat.text = text;
  request->chat.idempotency = turns::RequestKey{"user:" + user_, text, "fp:" + text};
  request->entry = world_.book.sent("user:" + user_, text, text, world_.timeline.now());
  send(request);
  if (!random.chance(50)) return;
  // Does not wait for this answer.
  world_.timeline.after(random.between(1, 500), Owner::world, [this, request] { finish(request); });
}

// Again and again until it is over, always with the same key.
void Party::send(const RequestPtr& request) {
  if (request->over) return;
  Random& random = world_.timeline.random;
  const std::uint64_t copies = random.chance(world_.faults.request_doubled) ? 2 : 1;
  for (std::uint64_t copy = 0; copy < copies; ++copy) {
    if (random.chance(world_.faults.request_lost)) continue;
    world_.timeline.after(random.between(1, 300), Owner::world, [this, request] { arrive(request); });
  }
  world_.timeline.after(random.between(2'000, 8'000), Owner::world, [this, request] { send(request); });
}

void Party::arrive(const RequestPtr& request) {
  Process& process = any(world_.processes, world_.timeline.random);
  if (!process.runs()) return;
  world_.timeline.note("request", world_.book.entries()[request->entry].key);
  turns::TurnDriver& driver = process.driver();
  process.spawn<Result<turns::Answer>>(
      request->starts ? driver.start(request->chat) : driver.chat(request->chat),
      [this, request](Result<turns::Answer> answer) {
        Random& random = world_.timeline.random;
        if (random.chance(world_.faults.answer_lost)) return;
        world_.timeline.after(
            random.between(1, 300),
            Owner::world,
            [this, request, answer = std::move(answer)] { answered(request, answer); }
        );
      }
  );
}

void Party::answered(const RequestPtr& request, const Result<turns::Answer>& answer) {
  const std::string& key = world_.book.entries()[request->entry].key;
  world_.timeline.note("told " + key, answer ? answer->json : answer.error().message);
  if (!answer) return;  // it is sent again
  world_.book.told(request->entry, *answer, world_.timeline.now());
  if (request->starts && conversation_.empty()) {
    conversation_ = answer->conversation_id;
    open_ += devices_ * messages_;
  }
  finish(request);
}

void Party::finish(const RequestPtr& request) {
  if (std::exchange(request->over, true)) return;
  --open_;
  Random& random = world_.timeline.random;
  if (!request->starts) {
    const auto thinks = random.between(0, 4'000);
    world_.timeline.after(thinks, Owner::world, [this, request] {
      say(request->device, request->index + 1);
    });
    return;
  }
  begun_ = true;
  for (std::uint64_t device = 0; device < devices_; ++device)
    world_.timeline.after(random.between(0, 2'000), Owner::world, [this, device] { say(device, 0); });
}

void Reviewers::look() {
  for (const turns::ReviewEntry& review :
       *at_once(store_.reviews("default", {.status = "open", .limit = 100}))) {
    const auto since = seen_.emplace(review.review_id, world_.timeline.now()).first->second;
    if (world_.timeline.now() - since < kReviewersWait) continue;
    if (!std::ranges::any_of(world_.processes, &Process::runs)) continue;
    decide(review);
    if (world_.timeline.random.chance(200)) decide(review);
  }
}

void Reviewers::decide(const turns::ReviewEntry& review) {
  Process& process = any(world_.processes, world_.timeline.random);
  if (!process.runs()) return;
  const auto request = parse_json(review.request);
  const std::string item(request.value()["subject"]["arguments"].text("item"));
  const auto known = tools_.book().find(item);
  const bool happened = known != tools_.book().end() && known->second.effects > 0;
  engine::ReviewDecided decision{
      .review_id = review.review_id,
      .decision = happened ? engine::ReviewStatus::approved : engine::ReviewStatus::rejected,
      .digest = std::string(request.value().text("digest")),
  };
  if (happened) decision.values = MapBuilder().set("id", "r-" + item).build();
  process.spawn<Result<turns::Answer>>(
      process.driver().decide("default", std::move(decision)),
      [this, id = review.review_id](const Result<turns::Answer>& answer) {
        world_.timeline.note("decided " + id, answer ? answer->json : answer.error().message);
      }
  );
}

}  // namespace parley::simulation
