#include "coordinator/desk/dispatcher.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/coordinator/desk/small_plans.h"

namespace trackout::test {
namespace {

using absl::Seconds;
using testing::ElementsAre;

class DispatcherTest : public testing::Test {
 protected:
  void Accept(const std::string& id, const std::vector<SmallSong>& songs, Bundling bundling = BUNDLING_FARM) {
    const Order order = SmallOrder(id, songs, bundling);
    for (const PlannedJob& job : order.plan().jobs()) jobs_[NameOf(job.key())] = job;
    Apply(Accepted(order));
  }
  void Apply(const Update& update) {
    for (const SongRef& song : book_.Apply(update)) dispatcher_.Touch(song);
  }
  void Meet(const Worker& worker) {
    std::vector<std::string> lost;
    ASSERT_TRUE(table_.Hear(worker, Seconds(0), lost).ok());
  }
  void AskAs(const std::string& name, AcquireRequest::Need need = AcquireRequest::idle) {
    Meet(WorkerNamed(name));
    asking_.push_back({name, need});
  }
  // "ann: p1 f1", granted; empty where there is nothing.
  std::string Next(absl::Duration now = Seconds(0)) {
    const std::optional<Assignment> next = dispatcher_.Next(book_, table_, asking_, now);
    if (!next) return "";
    const std::string worker = asking_[next->asking].worker;
    asking_.erase(asking_.begin() + static_cast<std::ptrdiff_t>(next->asking));
    std::string told = worker + ":";
    std::vector<std::string> keys;
    for (const PlannedJob* job : next->unit.jobs) {
      told += " " + NameOf(job->key());
      keys.push_back(job->key());
    }
    ++questions_;
    table_.Grant(worker, questions_, keys, "n" + std::to_string(questions_), now);
    for (const std::string& key : keys) {
      for (const SongRef& song : book_.WantedBy(key)) dispatcher_.Touch(song);
    }
    return told;
  }

  OrderBook book_;
  LeaseTable table_{1, Seconds(15)};
  Dispatcher dispatcher_;
  std::vector<Asking> asking_;
  std::map<std::string, PlannedJob> jobs_;
  int64_t questions_ = 0;
};

TEST_F(DispatcherTest, NamesTheSourcesOfAUnit) {
  Accept("order001", {{{"p"}, {"r"}, "f"}});
  const Unit unit{{"order001", 1}, {&jobs_.at("p"), &jobs_.at("r"), &jobs_.at("f")}, 0};
  EXPECT_THAT(Dispatcher::SourcesOf(unit), ElementsAre(SourceOf("p").sha256(), SourceOf("r").sha256()));
}

TEST_F(DispatcherTest, RendersASharedPrintOnceWhereSongsAreSplit) {
  Accept("order001", {{{"p"}, {}, "f"}, {{"p"}, {}, "g"}}, BUNDLING_JOB);
  AskAs("ann");
  AskAs("bob");
  EXPECT_EQ(Next(), "ann: p");
  EXPECT_EQ(Next(), "");
}

TEST_F(DispatcherTest, ASharedPrintIsInOneBundleAtATime) {
  Accept("order001", {{{"p"}, {}, "f"}, {{"p"}, {}, "g"}}, BUNDLING_SONG);
  AskAs("ann");
  AskAs("bob");
  EXPECT_EQ(Next(), "ann: p f");
  EXPECT_EQ(Next(), "") << "the other song waits for the print";
  Apply(Done({ResultOf(jobs_.at("f"))}));
  table_.End(table_.HolderOf(KeyNamed("p"))->lease);
  dispatcher_.Touch({"order001", 2});
  EXPECT_EQ(Next(), "bob: p g");
}

TEST_F(DispatcherTest, ASongThatIsUnderWayJobByJobGoesOnSo) {
  Accept("order001", {{{"p1", "p2"}, {}, "f"}});
  AskAs("ann");
  AskAs("bob");
  EXPECT_EQ(Next(), "ann: p1");
  EXPECT_EQ(Next(), "bob: p2");
  AskAs("cyd");
  EXPECT_EQ(Next(), "");
}

TEST_F(DispatcherTest, SlotsOfOneWorkerDoNotSplitASong) {
  Accept("order001", {{{"p1", "p2"}, {}, "f"}});
  AskAs("ann");
  AskAs("ann");
  EXPECT_EQ(Next(), "ann: p1 p2 f");
}

TEST_F(DispatcherTest, AProofIsNeverInABundle) {
  Accept("order001", {{{"p"}, {}, "f", "v"}});
  AskAs("ann");
  EXPECT_EQ(Next(), "ann: p f");
}

// Thirty-two are held against each other; those that cannot have the job are none of them.
TEST_F(DispatcherTest, FindsTheOneWorkerThatKnowsTheJobBehindManyThatDoNot) {
  Accept("order001", {{{}, {"r"}}});
  for (int i = 0; i < 100; ++i) {
    Meet(WorkerNamed("new" + std::to_string(i), 1, 1, 2));
    asking_.push_back({"new" + std::to_string(i), AcquireRequest::idle});
  }
  AskAs("ann");
  EXPECT_EQ(Next(), "ann: r");
}

TEST_F(DispatcherTest, AWorkerThatRestsIsNotAsked) {
  Accept("order001", {{{}, {"r"}}});
  AskAs("ann");
  table_.NoteFailure(*table_.FindWorker("ann"), "why", Seconds(0));
  EXPECT_EQ(Next(), "");
  EXPECT_EQ(Next(Seconds(1)), "ann: r");
}

TEST_F(DispatcherTest, AFailedJobWaitsForAWorkerThatIsThereAndBusy) {
  Accept("order001", {{{}, {"r"}}});
  Apply(Failed({KeyNamed("r")}, "ann", "why"));
  AskAs("ann");
  Meet(WorkerNamed("bob"));
  EXPECT_EQ(Next(), "");
  EXPECT_EQ(Next(Seconds(10)), "");
}

}  // namespace
}  // namespace trackout::test
