// Thousands of histories of the desk among faults. One of them again, with everything that happened:
//
//   TRACKOUT_SEED=17 desk_test --gtest_filter='SimulationTest.*'
//
// TRACKOUT_HISTORIES says how many, for a night; TRACKOUT_FIRST_SEED where to begin.
#include "tests/coordinator/desk/simulation.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "fmt/format.h"
#include "gtest/gtest.h"

namespace trackout::test {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int64_t kHistories = 500;
#else
constexpr int64_t kHistories = 10'000;
#endif
// Events before a violation that are printed.
constexpr size_t kLastEvents = 150;

int64_t NumberFrom(const char* name, int64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::atoll(text);
}

std::string Tell(const Outcome& outcome, size_t events) {
  std::string told;
  const size_t first = outcome.log.size() > events ? outcome.log.size() - events : 0;
  for (size_t i = first; i < outcome.log.size(); ++i) told += outcome.log[i] + "\n";
  if (outcome.violation)
    told += fmt::format("{}: {}\n", outcome.violation->invariant, outcome.violation->what);
  return told;
}

void AddTo(Counts& sum, const Counts& counts) {
  for (size_t i = 0; i < sum.size(); ++i) sum[i] += counts[i];
}

int64_t Of(const Counts& counts, Event event) {
  return counts[static_cast<size_t>(event)];
}

// The first violation of many histories with a planted bug.
std::optional<Violation> FindPlanted(Planted planted) {
  for (uint64_t seed = 1; seed <= static_cast<uint64_t>(kHistories); ++seed) {
    Outcome outcome = RunHistory(seed, planted);
    if (outcome.violation) return outcome.violation;
  }
  return std::nullopt;
}

TEST(SimulationTest, KeepsItsPromisesInEveryHistory) {
  if (const int64_t seed = NumberFrom("TRACKOUT_SEED", 0); seed != 0) {
    const Outcome outcome = RunHistory(static_cast<uint64_t>(seed), Planted::kNothing, Logging::kVerbose);
    fmt::print("{}", Tell(outcome, outcome.log.size()));
    EXPECT_FALSE(outcome.violation);
    return;
  }
  const int64_t histories = NumberFrom("TRACKOUT_HISTORIES", kHistories);
  const int64_t first = NumberFrom("TRACKOUT_FIRST_SEED", 1);
  Counts counts{};
  int64_t events = 0;
  int violations = 0;
  for (int64_t seed = first; seed < first + histories && violations < 3; ++seed) {
    const Outcome outcome = RunHistory(static_cast<uint64_t>(seed));
    AddTo(counts, outcome.counts);
    events += outcome.events;
    if (!outcome.violation) continue;
    ++violations;
    ADD_FAILURE() << "seed " << seed << "\n"
                  << Tell(RunHistory(static_cast<uint64_t>(seed), Planted::kNothing, Logging::kVerbose),
                          kLastEvents);
  }
  // What did not happen was not tested.
  fmt::print("{} histories, {} events\n", histories, events);
  for (size_t i = 0; i < counts.size(); ++i) {
    fmt::print("  {:<24}{:>9}\n", NameOf(static_cast<Event>(i)), counts[i]);
    if (histories >= 500 && static_cast<Event>(i) != Event::kInputDropped) {
      EXPECT_GE(counts[i], 1) << NameOf(static_cast<Event>(i));
    }
  }
  if (histories < 10'000) return;
  for (const Event event : {Event::kCrash,
                            Event::kCrashBeforeDurable,
                            Event::kCrashAfterDurable,
                            Event::kDiskFull,
                            Event::kWorkerCrash,
                            Event::kFreeze,
                            Event::kCut,
                            Event::kLost,
                            Event::kDoubled,
                            Event::kLate,
                            Event::kStale,
                            Event::kDuplicate,
                            Event::kAdoption,
                            Event::kAlarm,
                            Event::kDrain,
                            Event::kMissing,
                            Event::kBlobLost,
                            Event::kAdoptionAcrossTerms,
                            Event::kCancelRacing,
                            Event::kReopened,
                            Event::kInputLost,
                            Event::kFormerRefused,
                            Event::kSubmitTwice,
                            Event::kOtherAlbum,
                            Event::kPrintDropped,
                            Event::kPrintFound,
                            Event::kRoomMade,
                            Event::kOrderDone,
                            Event::kOrderFailed}) {
    EXPECT_GE(Of(counts, event), 100) << NameOf(event);
  }
}

TEST(SimulationTest, GivesTheSameHistoryOfTheSameSeed) {
  for (const uint64_t seed : {1, 2, 3, 4, 5}) {
    const Outcome one = RunHistory(seed, Planted::kNothing, Logging::kVerbose);
    const Outcome other = RunHistory(seed, Planted::kNothing, Logging::kVerbose);
    EXPECT_EQ(one.log, other.log);
    EXPECT_EQ(RunHistory(seed).events, one.events);
  }
}

TEST(SimulationTest, FindsAStaleCompletionThatIsAccepted) {
  const std::optional<Violation> found = FindPlanted(Planted::kStaleAccepted);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->invariant, "I3") << found->what;
}

TEST(SimulationTest, FindsAnUpdateThatIsAppliedWithoutTheJournal) {
  const std::optional<Violation> found = FindPlanted(Planted::kUnjournaled);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->invariant, "durable") << found->what;
}

TEST(SimulationTest, FindsAPrintThatIsForgottenThoughItIsRead) {
  const std::optional<Violation> found = FindPlanted(Planted::kReadForgotten);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->invariant, "I9") << found->what;
}

TEST(SimulationTest, FindsPrintsThatAreKeptBeyondTheRoom) {
  const std::optional<Violation> found = FindPlanted(Planted::kHoarded);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->invariant, "I9") << found->what;
}

}  // namespace
}  // namespace trackout::test
