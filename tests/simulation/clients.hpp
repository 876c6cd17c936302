// The people around the server, and the network between: devices that send messages, give up waiting and send
// them again, two devices in one conversation, and reviewers who find out what became of calls in doubt.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/simulation/books.hpp"
#include "tests/simulation/faults.hpp"
#include "tests/simulation/process.hpp"

namespace parley::simulation {

struct Surroundings {
  Timeline& timeline;
  const Faults& faults;
  const Processes& processes;
  ClientBook& book;
};

// One conversation and the devices that take part in it.
class Party {
 public:
  Party(Surroundings world, std::uint64_t number);
  Party(const Party&) = delete;
  Party& operator=(const Party&) = delete;

  void begin();
  // Every message is answered, or given up.
  [[nodiscard]] bool done() const { return begun_ && open_ == 0; }

 private:
  struct Request {
    std::size_t entry = 0;  // in the book
    std::uint64_t device = 0;
    std::uint64_t index = 0;  // of the device's messages; the next follows its answer
    turns::ChatRequest chat;
    bool starts = false;
    bool over = false;
  };
  using RequestPtr = std::shared_ptr<Request>;

  void say(std::uint64_t device, std::uint64_t index);
  void send(const RequestPtr& request);
  void arrive(const RequestPtr& request);
  void answered(const RequestPtr& request, const Result<turns::Answer>& answer);
  void finish(const RequestPtr& request);

  Surroundings world_;
  std::uint64_t number_;
  std::string flow_;
  std::string user_;
  std::string conversation_;
  std::uint64_t devices_;
  std::uint64_t messages_;  // of each device
  std::uint64_t open_ = 0;  // messages not yet over
  bool begun_ = false;
};

// Look at what waits for a decision, find out the truth, and decide, sometimes two at once.
class Reviewers {
 public:
  Reviewers(Surroundings world, turns::MemoryStore& store, const SimulatedTools& tools)
      : world_(world), store_(store), tools_(tools) {}
  void look();

 private:
  void decide(const turns::ReviewEntry& review);

  Surroundings world_;
  turns::MemoryStore& store_;
  const SimulatedTools& tools_;
  std::map<std::string, std::uint64_t> seen_;  // since when
};

}  // namespace parley::simulation
