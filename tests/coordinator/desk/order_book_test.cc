#include "coordinator/desk/order_book.h"

#include "coordinator/desk/order_status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/coordinator/desk/small_plans.h"

namespace trackout::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class OrderBookTest : public testing::Test {
 protected:
  void Accept(const std::string& id, const std::vector<SmallSong>& songs) {
    const Order order = SmallOrder(id, songs);
    for (const PlannedJob& job : order.plan().jobs()) jobs_[NameOf(job.key())] = job;
    book_.Apply(Accepted(order));
  }
  void Finish(const std::string& job) { book_.Apply(Done({ResultOf(jobs_.at(job))})); }
  OrderStatus::State State(const std::string& id) { return StateOf(*book_.Find(id)); }
  bool Needs(const std::string& id, int song, const std::string& job) {
    const BookedOrder& booked = *book_.Find(id);
    return book_.IsNeeded(booked, booked.songs[static_cast<size_t>(song - 1)],
                          *booked.jobs.at(KeyNamed(job)));
  }

  OrderBook book_;
  std::map<std::string, PlannedJob> jobs_;
};

TEST_F(OrderBookTest, TakesEveryUpdateInEveryState) {
  const Order order = SmallOrder("order001", {{{"p"}, {"r"}, "f", "v"}, {{}, {"q"}}});
  std::vector<Update> updates = {Accepted(order),
                                 Update(),
                                 Canceled("order001"),
                                 Paused("order001"),
                                 Resumed("order001"),
                                 Canceled("nothing1"),
                                 Paused("nothing1"),
                                 Forgotten({KeyNamed("nothing")}),
                                 Failed({KeyNamed("nothing")}, "ann", "why"),
                                 Accepted(SmallOrder("order001", {{{}, {"z"}}}))};
  for (const PlannedJob& job : order.plan().jobs()) {
    updates.push_back(Done({ResultOf(job)}));
    updates.push_back(Failed({job.key()}, "ann", "why"));
    updates.push_back(FailedForGood({job.key()}, "ann", "why"));
    updates.push_back(Forgotten({job.key()}));
  }
  // Every pair in a state that every third one has led to; and the same once more gives the same.
  for (const Update& first : updates) {
    for (const Update& second : updates) {
      OrderBook book, again;
      for (const Update& update : {Accepted(order), first, second, first}) {
        book.Apply(update);
        again.Apply(update);
      }
      const BookedOrder& booked = *book.Find("order001");
      int open = 0;
      for (const BookedSong& song : booked.songs) {
        EXPECT_EQ(song.is_open, !song.is_done && !song.is_failed);
        open += song.is_open;
      }
      EXPECT_EQ(booked.open_songs, open);
      EXPECT_EQ(booked.HasEnded(), booked.is_canceled || open == 0);
      const bool is_kept = book.IsDone(KeyNamed("p")) && !book.IsReadByOpenSong(KeyNamed("p"));
      EXPECT_EQ(book.IsKept(KeyNamed("p")), is_kept);
      EXPECT_EQ(book.kept_bytes(), is_kept ? 1000 : 0);
      const auto no_steps = [](const std::string&) -> int64_t { return -1; };
      EXPECT_EQ(StatusOf(book, booked, no_steps).SerializeAsString(),
                StatusOf(again, *again.Find("order001"), no_steps).SerializeAsString());
    }
  }
}

TEST_F(OrderBookTest, KeepsTheFirstOrderOfAnId) {
  Accept("order001", {{{}, {"r"}}});
  book_.Apply(Accepted(SmallOrder("order001", {{{}, {"z"}}})));
  EXPECT_TRUE(book_.Find("order001")->jobs.contains(KeyNamed("r")));
  EXPECT_THAT(book_.WantedBy(KeyNamed("z")), IsEmpty());
  EXPECT_THAT(book_.orders(), SizeIs(1));
}

TEST_F(OrderBookTest, KeepsTheFirstResultOfAJob) {
  Accept("order001", {{{}, {"r"}}});
  Finish("r");
  book_.Apply(Done({WrongResultOf(jobs_.at("r"))}));
  EXPECT_TRUE(SameResult(*book_.ResultOf(KeyNamed("r")), ResultOf(jobs_.at("r"))));
}

TEST_F(OrderBookTest, EndsAnOrderWithoutItsPrints) {
  Accept("order001", {{{"p"}, {}, "f"}});
  Finish("f");
  EXPECT_EQ(State("order001"), OrderStatus::done);
}

TEST_F(OrderBookTest, JudgesNoStemsThatNeedNotAddUp) {
  Order order = SmallOrder("order001", {{{}, {}, "f", "v"}});
  for (PlannedJob& job : *order.mutable_plan()->mutable_jobs()) {
    if (IsProof(job)) job.mutable_job()->mutable_sum_proof()->set_is_comparison(true);
    jobs_[NameOf(job.key())] = job;
  }
  book_.Apply(Accepted(order));
  Finish("f");
  JobResult differs = ResultOf(jobs_.at("v"));
  differs.mutable_residual()->set_within_bound(false);
  book_.Apply(Done({differs}));
  EXPECT_EQ(State("order001"), OrderStatus::done);
  EXPECT_EQ(book_.Find("order001")->verdict, "passed");
}

TEST_F(OrderBookTest, AnOrderWhoseJobsAreAllKnownIsDoneAtOnce) {
  Accept("order001", {{{}, {"r"}}});
  Finish("r");
  Accept("order002", {{{}, {"r"}}});
  EXPECT_EQ(State("order002"), OrderStatus::done);
}

TEST_F(OrderBookTest, NeedsAPrintOnlyWhileAnOpenSongReadsIt) {
  Accept("order001", {{{"p"}, {}, "f"}, {{"p"}, {}, "g"}, {{}, {"r"}}});
  EXPECT_TRUE(Needs("order001", 1, "p"));
  Finish("f");
  EXPECT_TRUE(book_.IsNeededByAny(KeyNamed("p")));
  Finish("g");
  EXPECT_FALSE(book_.IsNeededByAny(KeyNamed("p")));
}

// Found by the simulation: it was rendered, dropped as unread, and rendered again, without end.
TEST_F(OrderBookTest, DoesNotNeedAPrintThatOnlyAFailedSongWouldRead) {
  Accept("order001", {{{"p"}, {}, "f"}, {{"p"}, {}, "g"}, {{}, {"r"}}});
  Finish("g");
  book_.Apply(FailedForGood({KeyNamed("f")}, "ann", "why"));
  EXPECT_FALSE(Needs("order001", 2, "p"));
  EXPECT_FALSE(book_.IsNeededByAny(KeyNamed("p")));
  EXPECT_FALSE(book_.IsReadByOpenSong(KeyNamed("p")));
}

TEST_F(OrderBookTest, FailsOnlyTheSongsThatWantTheJob) {
  Accept("order001", {{{}, {"r"}}, {{}, {"q"}}});
  book_.Apply(FailedForGood({KeyNamed("r")}, "ann", "broken"));
  EXPECT_TRUE(book_.Find("order001")->songs[0].is_failed);
  EXPECT_EQ(State("order001"), OrderStatus::running);
  Finish("q");
  EXPECT_EQ(State("order001"), OrderStatus::failed);
}

TEST_F(OrderBookTest, ABundleThatFailsLeavesTheSongsAloneThatShareSomeOfIt) {
  Accept("order001", {{{"p1"}, {"shared"}, "f1"}});
  Accept("order002", {{{"p2"}, {"shared"}, "f2"}});
  book_.Apply(
      FailedForGood({KeyNamed("p1"), KeyNamed("shared"), KeyNamed("f1")}, "ann", "kick.wav is cut short"));
  EXPECT_EQ(State("order001"), OrderStatus::failed);
  EXPECT_EQ(State("order002"), OrderStatus::running);
  EXPECT_TRUE(Needs("order002", 1, "shared"));
}

TEST_F(OrderBookTest, ADigestOfAnotherSizeIsNobodysWork) {
  Accept("order001", {{{}, {"r"}}});
  Finish("r");
  Digest digest = ResultOf(jobs_.at("r")).outputs(0).digest();
  EXPECT_THAT(book_.MakersOf(digest), SizeIs(1));
  digest.set_size_bytes(digest.size_bytes() + 1);
  EXPECT_THAT(book_.MakersOf(digest), IsEmpty());
}

TEST_F(OrderBookTest, ASongThatIsDoneDoesNotFailAnyMore) {
  Accept("order001", {{{}, {"r"}}});
  Finish("r");
  book_.Apply(FailedForGood({KeyNamed("r")}, "ann", "late"));
  EXPECT_EQ(State("order001"), OrderStatus::done);
}

TEST_F(OrderBookTest, GivesAttemptsAnewToAnOrderThatIsSubmittedAnew) {
  Accept("order001", {{{}, {"r"}}});
  book_.Apply(Failed({KeyNamed("r")}, "ann", "why"));
  Accept("order002", {{{}, {"r"}}});
  EXPECT_THAT(book_.FailuresOf(KeyNamed("r")), SizeIs(1)) << "the first order still tries";
  book_.Apply(FailedForGood({KeyNamed("r")}, "bob", "why"));
  Accept("order003", {{{}, {"r"}}});
  EXPECT_THAT(book_.FailuresOf(KeyNamed("r")), IsEmpty());
  EXPECT_EQ(State("order003"), OrderStatus::running);
  EXPECT_EQ(State("order001"), OrderStatus::failed);
}

TEST_F(OrderBookTest, ReopensADoneOrderButNeverACanceledOne) {
  Accept("order001", {{{}, {"r"}}});
  Accept("order002", {{{}, {"r"}}, {{}, {"q"}}});
  book_.Apply(Canceled("order002"));
  Finish("r");
  book_.Apply(Forgotten({KeyNamed("r")}));
  EXPECT_EQ(State("order001"), OrderStatus::running);
  EXPECT_EQ(State("order002"), OrderStatus::canceled);
}

std::vector<std::string> Kept(const OrderBook& book) {
  std::vector<std::string> names;
  for (const auto& [since, key] : book.kept_prints()) names.push_back(NameOf(key));
  return names;
}

TEST_F(OrderBookTest, KeepsPrintsThatNoOpenSongReadsTheOldestFirst) {
  Accept("order001", {{{"p1"}, {}, "f1"}, {{"p2"}, {}, "f2"}});
  Finish("p1");
  Finish("p2");
  EXPECT_THAT(Kept(book_), IsEmpty());
  Finish("f2");
  EXPECT_THAT(Kept(book_), ElementsAre("p2"));
  Finish("f1");
  EXPECT_THAT(Kept(book_), ElementsAre("p2", "p1"));
  EXPECT_EQ(book_.kept_bytes(), 2000);
  book_.Apply(Forgotten({KeyNamed("p2")}));
  EXPECT_THAT(Kept(book_), ElementsAre("p1"));
  EXPECT_EQ(book_.kept_bytes(), 1000);
}

TEST_F(OrderBookTest, APrintThatAnotherOrderWantedIsKeptAsTheLatest) {
  Accept("order001", {{{"p1"}, {}, "f1"}, {{"p2"}, {}, "f2"}});
  for (const char* job : {"p1", "p2", "f1", "f2"}) Finish(job);
  EXPECT_THAT(Kept(book_), ElementsAre("p1", "p2"));
  Accept("order002", {{{"p1"}, {}, "g"}});
  EXPECT_THAT(Kept(book_), ElementsAre("p2"));
  EXPECT_FALSE(Needs("order002", 1, "p1"));
  Finish("g");
  EXPECT_THAT(Kept(book_), ElementsAre("p2", "p1"));
  Accept("order003", {{{"p2"}, {}, "f2"}});  // nothing is left to do
  EXPECT_EQ(State("order003"), OrderStatus::done);
  EXPECT_THAT(Kept(book_), ElementsAre("p1", "p2"));
}

TEST_F(OrderBookTest, KeepsThePrintsOfSongsThatAreCanceledOrFail) {
  Accept("order001", {{{"p1"}, {}, "f1"}});
  Accept("order002", {{{"p2"}, {}, "f2"}});
  Finish("p1");
  Finish("p2");
  book_.Apply(Canceled("order001"));
  book_.Apply(FailedForGood({KeyNamed("f2")}, "ann", "why"));
  EXPECT_THAT(Kept(book_), ElementsAre("p1", "p2"));
}

TEST_F(OrderBookTest, APrintIsReadAgainWhereWhatWasMadeOfItIsLost) {
  Accept("order001", {{{"p"}, {}, "f"}});
  Finish("p");
  Finish("f");
  EXPECT_THAT(Kept(book_), ElementsAre("p"));
  book_.Apply(Forgotten({KeyNamed("f")}));
  EXPECT_THAT(Kept(book_), IsEmpty());
  EXPECT_EQ(book_.kept_bytes(), 0);
}

TEST_F(OrderBookTest, KnowsEveryMakerOfTheSameBytes) {
  Accept("order001", {{{"~p1", "~p2"}, {}, "f"}});
  Finish("~p1");
  Finish("~p2");
  const Digest silence = ResultOf(jobs_.at("~p1")).outputs(0).digest();
  EXPECT_THAT(book_.MakersOf(silence), ElementsAre(KeyNamed("~p1"), KeyNamed("~p2")));
  book_.Apply(Forgotten({KeyNamed("~p1")}));
  EXPECT_THAT(book_.MakersOf(silence), ElementsAre(KeyNamed("~p2")));
}

}  // namespace
}  // namespace trackout::test
