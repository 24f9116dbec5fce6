#include "coordinator/desk/lease_table.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/coordinator/desk/small_plans.h"

namespace trackout::test {
namespace {

using absl::Seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class LeaseTableTest : public testing::Test {
 protected:
  absl::Status Hear(const Worker& worker, absl::Duration now = Seconds(0)) {
    lost_.clear();
    return table_.Hear(worker, now, lost_).status();
  }
  Lease Grant(const std::string& worker, std::vector<std::string> jobs, absl::Duration now = Seconds(0)) {
    ++questions_;
    return table_.Grant(worker, questions_, std::move(jobs), "nonce" + std::to_string(questions_), now).lease;
  }
  static Lease OfTerm(int64_t term, int64_t count, const std::vector<std::string>& jobs) {
    Lease lease;
    lease.set_attempt((term << 32) + count);
    lease.set_nonce("old" + std::to_string(count));
    for (const std::string& job : jobs) lease.add_job_keys(job);
    return lease;
  }

  LeaseTable table_{7, Seconds(15)};
  std::vector<std::string> lost_;
  int64_t questions_ = 0;
  const Worker ann_ = WorkerNamed("ann"), bob_ = WorkerNamed("bob");
};

TEST_F(LeaseTableTest, AttemptsRiseAndBeginWithTheTerm) {
  ASSERT_TRUE(Hear(ann_).ok());
  const Lease first = Grant("ann", {"a"}), second = Grant("ann", {"b"});
  EXPECT_EQ(first.attempt() >> 32, 7);
  EXPECT_GT(second.attempt(), first.attempt());
}

TEST_F(LeaseTableTest, ALeaseRunsOutAtItsDeadlineAndNotBefore) {
  ASSERT_TRUE(Hear(ann_).ok());
  Grant("ann", {"a"});
  EXPECT_THAT(table_.Expire(Seconds(15) - absl::Nanoseconds(1)), IsEmpty());
  EXPECT_THAT(table_.Expire(Seconds(15)), SizeIs(1));
  EXPECT_EQ(table_.HolderOf("a"), nullptr);
  EXPECT_EQ(table_.LostLeasesOf("a"), 1);
}

TEST_F(LeaseTableTest, ALeaseThatIsBeingHandedInDoesNotRunOut) {
  ASSERT_TRUE(Hear(ann_).ok());
  const Lease lease = Grant("ann", {"a"});
  table_.Find(lease, ann_)->is_committing = true;
  EXPECT_THAT(table_.Expire(Seconds(100)), IsEmpty());
  EXPECT_NE(table_.HolderOf("a"), nullptr);
}

TEST_F(LeaseTableTest, ALeaseThatRanOutComesBackUnlessSomebodyElseHasAJobOfIt) {
  ASSERT_TRUE(Hear(ann_).ok() && Hear(bob_).ok());
  const Lease lease = Grant("ann", {"a", "b"});
  table_.Expire(Seconds(20));
  EXPECT_NE(table_.Adopt(lease, ann_, Seconds(20)), nullptr);
  EXPECT_EQ(table_.LostLeasesOf("a"), 0) << "it was not lost after all";
  table_.Expire(Seconds(40));
  Grant("bob", {"b"}, Seconds(40));
  EXPECT_EQ(table_.Adopt(lease, ann_, Seconds(40)), nullptr);
  EXPECT_EQ(table_.HolderOf("a"), nullptr);
}

TEST_F(LeaseTableTest, ALeaseThatWasEndedNeverComesBack) {
  ASSERT_TRUE(Hear(ann_).ok());
  const Lease lease = Grant("ann", {"a"});
  table_.End(lease);
  EXPECT_EQ(table_.Adopt(lease, ann_, Seconds(1)), nullptr);
}

TEST_F(LeaseTableTest, ALeaseOfAnEarlierTermIsAdoptedUnlessTheJobWasGrantedAnew) {
  ASSERT_TRUE(Hear(ann_).ok());
  EXPECT_NE(table_.Adopt(OfTerm(6, 3, {"a"}), ann_, Seconds(0)), nullptr);
  Grant("ann", {"b"});
  EXPECT_EQ(table_.Adopt(OfTerm(6, 4, {"b"}), ann_, Seconds(0)), nullptr);
}

TEST_F(LeaseTableTest, OfTwoLeasesOfAnEarlierTermTheHigherWins) {
  ASSERT_TRUE(Hear(ann_).ok() && Hear(bob_).ok());
  EXPECT_NE(table_.Adopt(OfTerm(6, 3, {"a"}), ann_, Seconds(0)), nullptr);
  EXPECT_NE(table_.Adopt(OfTerm(6, 5, {"a"}), bob_, Seconds(0)), nullptr);
  EXPECT_EQ(table_.HolderOf("a")->worker, "bob");
  EXPECT_EQ(table_.Adopt(OfTerm(6, 3, {"a"}), ann_, Seconds(0)), nullptr);
  EXPECT_THAT(table_.FindWorker("ann")->nonces, IsEmpty());
}

TEST_F(LeaseTableTest, AnEarlierAttemptThatIsBeingHandedInIsNotReplaced) {
  ASSERT_TRUE(Hear(ann_).ok() && Hear(bob_).ok());
  table_.Adopt(OfTerm(6, 3, {"a"}), ann_, Seconds(0))->is_committing = true;
  EXPECT_EQ(table_.Adopt(OfTerm(6, 5, {"a"}), bob_, Seconds(0)), nullptr);
  EXPECT_EQ(table_.HolderOf("a")->worker, "ann");
}

TEST_F(LeaseTableTest, ALeaseOfAnEarlierTermDoesNotComeBackWhenTheJobWasDoneSince) {
  ASSERT_TRUE(Hear(ann_).ok() && Hear(bob_).ok());
  const Lease lease = Grant("bob", {"a"});
  table_.End(lease);
  table_.NoteEnded("a");
  EXPECT_EQ(table_.Adopt(OfTerm(6, 3, {"a"}), ann_, Seconds(1)), nullptr);
}

TEST_F(LeaseTableTest, ForgedLeasesAreNotFound) {
  ASSERT_TRUE(Hear(ann_).ok() && Hear(bob_).ok());
  const Lease lease = Grant("ann", {"a"});
  EXPECT_NE(table_.Find(lease, ann_), nullptr);
  EXPECT_EQ(table_.Find(lease, bob_), nullptr);
  Lease forged = lease;
  forged.set_attempt(lease.attempt() + 1);
  EXPECT_EQ(table_.Find(forged, ann_), nullptr);
  EXPECT_EQ(table_.Adopt(forged, ann_, Seconds(0)), nullptr);
  forged = lease;
  forged.add_job_keys("b");  // a job that it never was about
  EXPECT_EQ(table_.Find(forged, ann_), nullptr);
  forged = OfTerm(8, 1, {"c"});
  EXPECT_EQ(table_.Adopt(forged, ann_, Seconds(0)), nullptr) << "an attempt of the future";
}

TEST_F(LeaseTableTest, ANewIncarnationLosesWhatTheFormerHeld) {
  ASSERT_TRUE(Hear(ann_).ok());
  const Lease lease = Grant("ann", {"a", "b"});
  ASSERT_TRUE(Hear(WorkerNamed("ann", 2)).ok());
  EXPECT_THAT(lost_, ElementsAre("a", "b"));
  EXPECT_EQ(table_.HolderOf("a"), nullptr);
  EXPECT_EQ(table_.Find(lease, WorkerNamed("ann", 2)), nullptr);
  EXPECT_EQ(table_.Adopt(lease, WorkerNamed("ann", 2), Seconds(0)), nullptr);
}

TEST_F(LeaseTableTest, AFormerIncarnationIsRefused) {
  ASSERT_TRUE(Hear(ann_).ok() && Hear(WorkerNamed("ann", 2)).ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(Hear(ann_)));
  EXPECT_TRUE(Hear(WorkerNamed("ann", 2)).ok());
}

TEST_F(LeaseTableTest, TheSameQuestionHasTheSameAnswerOfThisIncarnationOnly) {
  ASSERT_TRUE(Hear(ann_).ok());
  const Lease lease = Grant("ann", {"a"});
  ASSERT_NE(table_.AnswerTo("ann", 1), nullptr);
  EXPECT_EQ(table_.AnswerTo("ann", 2), nullptr);
  table_.Find(lease, ann_)->is_committing = true;
  ASSERT_TRUE(Hear(WorkerNamed("ann", 2)).ok());
  EXPECT_EQ(table_.AnswerTo("ann", 1), nullptr) << "what the former one hands in is not the new one's";
}

TEST_F(LeaseTableTest, AnAdoptedLeaseAnswersNoQuestion) {
  ASSERT_TRUE(Hear(ann_).ok());
  ASSERT_NE(table_.Adopt(OfTerm(6, 3, {"a"}), ann_, Seconds(0)), nullptr);
  EXPECT_EQ(table_.AnswerTo("ann", -1), nullptr);
  EXPECT_EQ(table_.AnswerTo("ann", 0), nullptr);
}

TEST_F(LeaseTableTest, AWorkerRestsLongerWithEveryFailure) {
  ASSERT_TRUE(Hear(ann_).ok());
  WorkerEntry& worker = *table_.FindWorker("ann");
  std::vector<int64_t> rests;
  for (int i = 0; i < 8; ++i) {
    table_.NoteFailure(worker, "why", Seconds(100));
    rests.push_back(absl::ToInt64Seconds(worker.rests_until - Seconds(100)));
  }
  EXPECT_THAT(rests, ElementsAre(1, 2, 4, 8, 16, 32, 60, 60));
  EXPECT_EQ(worker.failures, 8);
}

TEST_F(LeaseTableTest, MakesRoomForNewWorkersAtTheCostOfThoseThatAreGone) {
  for (int i = 0; i < kMostKnownWorkers; ++i) ASSERT_TRUE(Hear(WorkerNamed("w" + std::to_string(i))).ok());
  EXPECT_TRUE(absl::IsResourceExhausted(Hear(ann_, Seconds(10))));
  EXPECT_TRUE(Hear(ann_, Seconds(16)).ok());
  EXPECT_THAT(table_.workers(), SizeIs(kMostKnownWorkers));
}

}  // namespace
}  // namespace trackout::test
