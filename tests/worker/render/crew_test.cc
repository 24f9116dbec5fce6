// A crew: each piece of work is done once, by no more threads than there are places.
#include "worker/render/crew.h"

#include <atomic>
#include <chrono>
#include <optional>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace trackout {
namespace {

using std::chrono::milliseconds;

// How many threads were in ForEach at once, with this much work for each to stay in it.
class Presence {
 public:
  void Work(milliseconds time) {
    const int now = ++at_work_;
    int most = most_;
    while (now > most && !most_.compare_exchange_weak(most, now)) {
    }
    std::this_thread::sleep_for(time);
    --at_work_;
  }
  int most() const { return most_; }

 private:
  std::atomic<int> at_work_ = 0;
  std::atomic<int> most_ = 0;
};

TEST(Crew, DoesEachPieceOnce) {
  Crew crew(3);
  const Crew::Place place(crew);
  for (int round = 0; round < 3000; ++round) {
    std::vector<std::atomic<int>> done(static_cast<size_t>(round % 17));
    crew.ForEach(static_cast<int>(done.size()), [&](int i) { ++done[static_cast<size_t>(i)]; });
    for (const std::atomic<int>& one : done) ASSERT_EQ(one, 1);
  }
}

TEST(Crew, HelpsARenderThatIsAlone) {
  Crew crew(3);
  const Crew::Place place(crew);
  Presence presence;
  crew.ForEach(30, [&](int) { presence.Work(milliseconds(5)); });
  EXPECT_EQ(presence.most(), 3);
}

TEST(Crew, OfOnePlaceHasNoHelpers) {
  Crew crew(1);
  const Crew::Place place(crew);
  const std::thread::id here = std::this_thread::get_id();
  crew.ForEach(20, [&](int) { EXPECT_EQ(std::this_thread::get_id(), here); });
}

TEST(Crew, HasNoMoreThreadsAtWorkThanPlaces) {
  constexpr int kPlaces = 3;
  Crew crew(kPlaces);
  Presence presence;
  const auto render = [&] {
    const Crew::Place place(crew);
    for (int round = 0; round < 10; ++round) crew.ForEach(6, [&](int) { presence.Work(milliseconds(1)); });
  };
  std::vector<std::thread> renders;
  for (int i = 0; i < kPlaces; ++i) renders.emplace_back(render);
  for (std::thread& one : renders) one.join();
  // A render that takes a place while a helper is at work waits for no one: the helper ends its piece.
  EXPECT_LE(presence.most(), 2 * kPlaces - 1);
  Presence full;
  std::vector<std::optional<Crew::Place>> places(kPlaces);
  for (std::optional<Crew::Place>& place : places) place.emplace(crew);
  std::this_thread::sleep_for(milliseconds(20));
  crew.ForEach(20, [&](int) { full.Work(milliseconds(1)); });
  EXPECT_EQ(full.most(), 1);
}

TEST(Crew, HelpsAgainOnceAPlaceIsFree) {
  Crew crew(2);
  const Crew::Place place(crew);
  for (int round = 0; round < 3; ++round) {
    {
      const Crew::Place other(crew);
      Presence alone;
      crew.ForEach(10, [&](int) { alone.Work(milliseconds(1)); });
      EXPECT_EQ(alone.most(), 1);
    }
    std::this_thread::sleep_for(milliseconds(10));  // the helper sleeps by now
    Presence helped;
    crew.ForEach(20, [&](int) { helped.Work(milliseconds(5)); });
    EXPECT_EQ(helped.most(), 2);
  }
}

}  // namespace
}  // namespace trackout
