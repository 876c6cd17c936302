#include "server/memory/stored_vectors.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "server/memory/test_vectors.hpp"
#include "server/turns/test_driver.hpp"

using namespace parley;
using namespace parley::memory;
using namespace parley::turns;
using namespace parley::turns::testing;

namespace {

struct Stored {
  World world;
  std::shared_ptr<memory::testing::WordMaker> maker = std::make_shared<memory::testing::WordMaker>();
  StoredVectors vectors{maker, world.store, world.clock};

  Result<Vectors> of(std::vector<std::string> texts, std::string user = "ana") {
    return world.run(vectors.of({.tenant = "default", .user_id = std::move(user), .texts = std::move(texts)})
    );
  }
};

}  // namespace

TEST_CASE("no text is made a vector of twice, also by a process that was started later") {
  Stored stored;
  const auto first = stored.of({"sushi", "train", "sushi"});
  REQUIRE(first.has_value());
  CHECK(first->size() == 3);
  CHECK((*first)[0] == (*first)[2]);
  CHECK((*first)[0] != (*first)[1]);
  CHECK(stored.maker->made == std::vector<std::string>{"sushi", "train"});
  StoredVectors later(stored.maker, stored.world.store, stored.world.clock);
  const auto second =
      stored.world.run(later.of({.tenant = "default", .user_id = "ana", .texts = {"train", "money"}}));
  REQUIRE(second.has_value());
  CHECK((*second)[0] == (*first)[1]);
  CHECK(stored.maker->made.size() == 3);
}

TEST_CASE("vectors are of one user, and of one maker") {
  Stored stored;
  REQUIRE(stored.of({"sushi"}).has_value());
  REQUIRE(stored.of({"sushi"}, "ben").has_value());
  CHECK(stored.maker->made.size() == 2);
  stored.maker->name = "another";
  REQUIRE(stored.of({"sushi"}).has_value());
  CHECK(stored.maker->made.size() == 3);
}

TEST_CASE("what was made before a failure is kept, and only the rest is made anew") {
  Stored stored;
  stored.maker->fail_after = 1;
  CHECK(stored.of({"sushi", "train"}).error().pointer == "model_down");
  stored.maker->fail_after = SIZE_MAX;
  REQUIRE(stored.of({"sushi", "train"}).has_value());
  CHECK(stored.maker->made.size() == 2);
}

TEST_CASE("only the beginning of a very long text is looked at") {
  Stored stored;
  std::string text(StoredVectors::kMostTextBytes - 1, 'x');
  text += "äb";
  REQUIRE(stored.of({text}).has_value());
  CHECK(stored.maker->made[0] == std::string(StoredVectors::kMostTextBytes - 1, 'x'));
}

TEST_CASE("a maker that changes the length of its vectors is not used") {
  Stored stored;
  REQUIRE(stored.of({"sushi"}).has_value());
  stored.maker->dimensions = 5;
  CHECK(stored.of({"sushi", "train"}).error().pointer == "model_answer");
}
