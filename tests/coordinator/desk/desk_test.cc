#include "coordinator/desk/desk.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/coordinator/desk/small_plans.h"

namespace trackout::test {
namespace {

using absl::Seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// What a call was answered; nothing yet: unset.
template <typename Response>
struct Told {
  std::optional<absl::StatusOr<Response>> answer;
  Answer<Response> Taker() {
    return [this](const absl::StatusOr<Response>& response) {
      EXPECT_FALSE(answer) << "answered twice";
      answer = response;
    };
  }
  bool Is() const { return answer.has_value(); }
  const Response& operator*() const { return **answer; }
};

class DeskTest : public testing::Test {
 protected:
  void Answer() {
    for (const auto& answer : desk_.TakeAnswers()) answer();
    for (const Digest& digest : desk_.TakeUnread()) dropped_.push_back(NameOf(digest.sha256()));
  }
  std::vector<Update> Take() { return desk_.TakeUpdates(1); }
  void Settle(const absl::Status& status = absl::OkStatus()) {
    desk_.Settle(status, now_);
    Answer();
  }
  void Write() {
    Answer();
    while (!desk_.IsSettled()) {
      Take();
      Settle();
    }
  }
  void Submit(const std::string& id, const std::vector<SmallSong>& songs, Bundling bundling = BUNDLING_JOB) {
    const Order order = SmallOrder(id, songs, bundling);
    for (const PlannedJob& job : order.plan().jobs()) jobs_[job.key()] = job;
    desk_.Submit(order, {}, int64_t{1} << 40, now_, [](const absl::StatusOr<SubmitResponse>&) {});
    Write();
  }
  void Ask(const Worker& worker, int64_t number, Told<AcquireResponse>& told, int64_t wait_ms = 10'000) {
    AcquireRequest request;
    *request.mutable_worker() = worker;
    request.set_number(number);
    request.set_wait_ms(wait_ms);
    desk_.Acquire(request, now_, told.Taker());
    Answer();
  }
  Lease Get(const Worker& worker, int64_t number) {
    Told<AcquireResponse> told;
    Ask(worker, number, told);
    EXPECT_TRUE(told.Is() && (*told).has_lease());
    return told.Is() ? (*told).lease() : Lease();
  }
  CompleteRequest ResultsOf(const Worker& worker, const Lease& lease) {
    CompleteRequest request;
    *request.mutable_worker() = worker;
    *request.mutable_lease() = lease;
    for (const std::string& key : lease.job_keys()) *request.add_results() = ResultOf(jobs_.at(key));
    return request;
  }
  void HandIn(const CompleteRequest& request, Told<CompleteResponse>& told) {
    desk_.Complete(request, {}, now_, told.Taker());
    Answer();
  }
  absl::Status HandIn(const CompleteRequest& request) {
    Told<CompleteResponse> told;
    HandIn(request, told);
    Write();
    return told.answer->status();
  }
  void GiveBack(const Worker& worker, const Lease& lease, ReleaseRequest::Cause cause) {
    ReleaseRequest request;
    *request.mutable_worker() = worker;
    *request.mutable_lease() = lease;
    request.set_cause(cause);
    desk_.Release(request, {}, now_, [](const absl::StatusOr<ReleaseResponse>&) {});
    Write();
  }
  void Tick() {
    Pass(Seconds(1));
    Write();
  }
  void Pass(absl::Duration time) {
    now_ += time;
    desk_.Tick(now_, free_bytes_);
    Answer();
  }

  int nonces_ = 0;
  absl::Duration now_ = Seconds(100);
  int64_t free_bytes_ = int64_t{1} << 40;
  Desk desk_{DeskSettings(), 1, [this] {
               std::string nonce = "n" + std::to_string(++nonces_);
               nonce.resize(16, '.');
               return nonce;
             }};
  std::map<std::string, PlannedJob> jobs_;
  std::vector<std::string> dropped_;
  const Worker ann_ = WorkerNamed("ann"), bob_ = WorkerNamed("bob");
};

TEST_F(DeskTest, TellsNothingBeforeItIsDurable) {
  Told<SubmitResponse> told;
  desk_.Submit(SmallOrder("order001", {{{}, {"r"}}}), {}, int64_t{1} << 40, now_, told.Taker());
  Answer();
  EXPECT_THAT(Take(), SizeIs(1));
  Answer();
  EXPECT_FALSE(told.Is());
  EXPECT_EQ(desk_.book().Find("order001"), nullptr);
  Settle();
  EXPECT_TRUE(told.Is());
}

TEST_F(DeskTest, ChangesNothingWhereTheDiskIsFull) {
  Told<SubmitResponse> told;
  desk_.Submit(SmallOrder("order001", {{{}, {"r"}}}), {}, int64_t{1} << 40, now_, told.Taker());
  Take();
  Settle(absl::ResourceExhaustedError("full"));
  EXPECT_TRUE(absl::IsResourceExhausted(told.answer->status()));
  EXPECT_EQ(desk_.book().Find("order001"), nullptr);
  EXPECT_TRUE(desk_.IsSettled());
}

TEST_F(DeskTest, CallsDuringABatchFormTheNextOne) {
  desk_.Submit(SmallOrder("order001", {{{}, {"r"}}}), {}, int64_t{1} << 40, now_, [](const auto&) {});
  EXPECT_THAT(Take(), SizeIs(1));
  desk_.Submit(SmallOrder("order002", {{{}, {"q"}}}), {}, int64_t{1} << 40, now_, [](const auto&) {});
  desk_.Submit(SmallOrder("order003", {{{}, {"q"}}}), {}, int64_t{1} << 40, now_, [](const auto&) {});
  EXPECT_THAT(Take(), IsEmpty());
  Settle();
  EXPECT_THAT(Take(), SizeIs(2));
}

TEST_F(DeskTest, RefusesAnOrderThatDoesNotFit) {
  Told<SubmitResponse> told;
  desk_.Submit(SmallOrder("order001", {{{}, {"r"}}}), {}, 10, now_, told.Taker());
  Answer();
  EXPECT_TRUE(absl::IsResourceExhausted(told.answer->status()));
  EXPECT_TRUE(desk_.IsSettled());
}

TEST_F(DeskTest, RefusesResultsThatAreNotThoseOfTheLease) {
  Submit("order001", {{{"p"}, {}, "f", "v"}, {{}, {"r"}}});
  const Lease lease = Get(ann_, 1);
  const CompleteRequest right = ResultsOf(ann_, lease);
  CompleteRequest wrong = right;
  wrong.clear_results();
  EXPECT_TRUE(absl::IsInvalidArgument(HandIn(wrong)));
  wrong = right;
  *wrong.add_results() = right.results(0);
  EXPECT_TRUE(absl::IsInvalidArgument(HandIn(wrong)));
  wrong = right;
  *wrong.add_results() = ResultOf(jobs_.at(KeyNamed("r")));
  EXPECT_TRUE(absl::IsInvalidArgument(HandIn(wrong)));
  wrong = right;
  wrong.mutable_results(0)->mutable_outputs(0)->mutable_digest()->set_sha256("short");
  EXPECT_TRUE(absl::IsInvalidArgument(HandIn(wrong)));
  wrong = right;
  wrong.mutable_results(0)->mutable_residual();
  EXPECT_TRUE(absl::IsInvalidArgument(HandIn(wrong)));
  EXPECT_TRUE(HandIn(right).ok());
}

TEST_F(DeskTest, ALeaseDoesNotCoverJobsThatItIsNotOf) {
  Submit("order001", {{{}, {"r"}}, {{}, {"q"}}});
  const Lease mine = Get(ann_, 1);
  const Lease others = Get(bob_, 1);
  Lease forged = mine;
  forged.add_job_keys(others.job_keys(0));
  Told<CompleteResponse> told;
  HandIn(ResultsOf(ann_, forged), told);
  EXPECT_EQ((*told).verdict(), CompleteResponse::stale);
  EXPECT_EQ(desk_.stale_completions(), 1);
  EXPECT_TRUE(desk_.IsSettled());
}

TEST_F(DeskTest, RefusesAFormerIncarnation) {
  Submit("order001", {{{}, {"r"}}});
  const Lease lease = Get(ann_, 1);
  EXPECT_THAT(Get(WorkerNamed("ann", 2), 1).job_keys(), ElementsAre(KeyNamed("r")));
  EXPECT_TRUE(absl::IsFailedPrecondition(HandIn(ResultsOf(ann_, lease))));
}

// Found by the simulation: the new process got the lease that the former one was handing in.
TEST_F(DeskTest, ANewIncarnationDoesNotGetWhatTheFormerHandsIn) {
  Submit("order001", {{{}, {"r"}}});
  Told<CompleteResponse> handed;
  HandIn(ResultsOf(ann_, Get(ann_, 1)), handed);
  Take();
  Told<AcquireResponse> told;
  Ask(WorkerNamed("ann", 2), 1, told);
  EXPECT_FALSE(told.Is());
  Settle();
  EXPECT_EQ((*handed).verdict(), CompleteResponse::accepted);
}

// The lease stayed "on its way into the journal" for good, and nobody ever got its jobs.
TEST_F(DeskTest, JobsAreFreeAgainWhereTheDiskWasFullAndTheWorkerIsNoMore) {
  Submit("order001", {{{}, {"r"}}});
  Told<CompleteResponse> handed;
  HandIn(ResultsOf(ann_, Get(ann_, 1)), handed);
  Take();
  Told<AcquireResponse> early;
  Ask(WorkerNamed("ann", 2), 1, early);
  Settle(absl::ResourceExhaustedError("full"));
  Pass(Seconds(16));
  EXPECT_TRUE(early.Is());
  EXPECT_THAT(Get(bob_, 1).job_keys(), ElementsAre(KeyNamed("r")));
}

// Found by the simulation: a bundle handed in before a restart was accepted a second time, as another song
// still wanted a print of it.
TEST_F(DeskTest, WhatIsDoneIsADuplicateThoughOthersWantAPrintOfTheBundle) {
  const Order order = SmallOrder("order001", {{{"p"}, {}, "f"}, {{"p"}, {}, "g"}}, BUNDLING_SONG);
  for (const PlannedJob& job : order.plan().jobs()) jobs_[job.key()] = job;
  Desk desk(DeskSettings(), 2, [] { return std::string(16, 'n'); });
  desk.Replay(Accepted(order));
  desk.Replay(Done({ResultOf(jobs_.at(KeyNamed("f")))}));
  desk.Begin(now_);
  CompleteRequest request;
  *request.mutable_worker() = ann_;
  request.mutable_lease()->add_job_keys(KeyNamed("p"));
  request.mutable_lease()->add_job_keys(KeyNamed("f"));
  request.mutable_lease()->set_attempt((int64_t{1} << 32) + 1);
  request.mutable_lease()->set_nonce(std::string(16, 'o'));
  *request.add_results() = ResultOf(jobs_.at(KeyNamed("f")));
  Told<CompleteResponse> told;
  desk.Complete(request, {}, now_, told.Taker());
  for (const auto& answer : desk.TakeAnswers()) answer();
  ASSERT_TRUE(told.Is());
  EXPECT_EQ((*told).verdict(), CompleteResponse::duplicate);
  EXPECT_TRUE(desk.IsSettled());
  EXPECT_THAT(desk.table().entries(), IsEmpty());
}

// Found by the simulation: the answer was lost with the coordinator, the lease was adopted, and given back
// anew.
TEST_F(DeskTest, AFailureIsCountedOnceOverARestart) {
  const Order order = SmallOrder("order001", {{{}, {"r"}}});
  Lease lease;
  lease.add_job_keys(KeyNamed("r"));
  lease.set_attempt((int64_t{1} << 32) + 1);
  lease.set_nonce(std::string(16, 'o'));
  Desk desk(DeskSettings(), 2, [] { return std::string(16, 'n'); });
  desk.Replay(Accepted(order));
  Update failed = Failed({KeyNamed("r")}, "ann", "why");
  failed.mutable_job_failed()->set_attempt(lease.attempt());
  desk.Replay(failed);
  desk.Begin(now_);
  RenewRequest renewal;
  *renewal.mutable_worker() = ann_;
  *renewal.add_leases()->mutable_lease() = lease;
  Told<RenewResponse> renewed;
  desk.Renew(renewal, now_, renewed.Taker());
  ReleaseRequest request;
  *request.mutable_worker() = ann_;
  *request.mutable_lease() = lease;
  request.set_cause(ReleaseRequest::render_failed);
  Told<ReleaseResponse> released;
  desk.Release(request, {}, now_, released.Taker());
  for (const auto& answer : desk.TakeAnswers()) answer();
  EXPECT_THAT((*renewed).lost_nonces(), ElementsAre(lease.nonce()));
  EXPECT_TRUE(released.Is() && released.answer->ok());
  EXPECT_TRUE(desk.IsSettled());
}

TEST_F(DeskTest, KeepsPrintsThatNobodyReadsAnyMoreWhileThereIsRoom) {
  Submit("order001", {{{"p1", "p2"}, {}, "f"}});
  for (int64_t i = 1; i <= 3; ++i) EXPECT_TRUE(HandIn(ResultsOf(ann_, Get(ann_, i))).ok());
  free_bytes_ = kRoomBesidePrintsBytes + 6000;  // three times the bytes of the prints
  Tick();
  EXPECT_THAT(dropped_, IsEmpty());
  --free_bytes_;
  Tick();
  EXPECT_THAT(dropped_, ElementsAre("p1"));
  free_bytes_ = 0;
  Tick();
  EXPECT_THAT(dropped_, ElementsAre("p1", "p2"));
}

TEST_F(DeskTest, ForgetsNoMorePrintsWhileTheFirstAreOnTheirWayOut) {
  Submit("order001", {{{"p1", "p2"}, {}, "f"}});
  for (int64_t i = 1; i <= 3; ++i) EXPECT_TRUE(HandIn(ResultsOf(ann_, Get(ann_, i))).ok());
  free_bytes_ = kRoomBesidePrintsBytes + 3000;
  Pass(Seconds(1));
  Take();
  Pass(Seconds(1));  // the room of p1 is not free yet
  Settle();
  EXPECT_TRUE(desk_.IsSettled());
  EXPECT_THAT(dropped_, ElementsAre("p1"));
}

TEST_F(DeskTest, PrintsOfAnOpenSongStayHoweverFullTheDisk) {
  Submit("order001", {{{"p1", "p2"}, {}, "f"}});
  for (int64_t i = 1; i <= 2; ++i) EXPECT_TRUE(HandIn(ResultsOf(ann_, Get(ann_, i))).ok());
  free_bytes_ = 0;
  Tick();
  EXPECT_FALSE(desk_.MakeRoom(1, 0));
  Write();
  EXPECT_THAT(dropped_, IsEmpty());
}

// It tried with every tick, ten times a second.
TEST_F(DeskTest, RestsWhereItCannotWriteDownWhatIsForgotten) {
  Submit("order001", {{{"p1"}, {}, "f"}});
  for (int64_t i = 1; i <= 2; ++i) EXPECT_TRUE(HandIn(ResultsOf(ann_, Get(ann_, i))).ok());
  free_bytes_ = 0;
  Pass(absl::Milliseconds(100));
  Take();
  Settle(absl::ResourceExhaustedError("full"));
  Pass(absl::Milliseconds(100));
  EXPECT_TRUE(desk_.IsSettled());
  EXPECT_THAT(dropped_, IsEmpty());
  Pass(Seconds(1));
  Write();
  EXPECT_THAT(dropped_, ElementsAre("p1"));
}

TEST_F(DeskTest, CountsRoomOfEqualBytesOnce) {
  Submit("order001", {{{"~p1", "~p2"}, {}, "f"}});
  for (int64_t i = 1; i <= 3; ++i) EXPECT_TRUE(HandIn(ResultsOf(ann_, Get(ann_, i))).ok());
  EXPECT_FALSE(desk_.MakeRoom(1001, 0));
  EXPECT_TRUE(desk_.IsSettled());
  EXPECT_TRUE(desk_.MakeRoom(1000, 0));
  EXPECT_TRUE(desk_.MakeRoom(1000, 0)) << "it is on its way";
  EXPECT_THAT(Take(), SizeIs(1));
  Settle();
  EXPECT_FALSE(desk_.book().IsDone(KeyNamed("~p1")) || desk_.book().IsDone(KeyNamed("~p2")));
  EXPECT_THAT(dropped_, testing::Contains("silence"));
}

// An order reads them that is not in the book yet: it would render again what was there when it came.
TEST_F(DeskTest, DoesNotForgetWhatAnOrderOnItsWayIntoTheJournalReads) {
  Submit("order001", {{{"p1"}, {}, "f"}});
  for (int64_t i = 1; i <= 2; ++i) EXPECT_TRUE(HandIn(ResultsOf(ann_, Get(ann_, i))).ok());
  desk_.Submit(SmallOrder("order002", {{{"p1"}, {}, "g"}}), {}, int64_t{1} << 40, now_, [](const auto&) {});
  Take();
  free_bytes_ = 0;
  Pass(Seconds(1));
  EXPECT_FALSE(desk_.MakeRoom(1, 0));
  Write();
  Settle();
  EXPECT_TRUE(desk_.book().IsDone(KeyNamed("p1")));
  EXPECT_THAT(dropped_, IsEmpty());
}

TEST_F(DeskTest, WhoeverIsToSendSourcesIsAnsweredWhenTheRoomIsFree) {
  Submit("order001", {{{"p1"}, {}, "f"}});
  for (int64_t i = 1; i <= 2; ++i) EXPECT_TRUE(HandIn(ResultsOf(ann_, Get(ann_, i))).ok());
  Told<SubmitResponse> told;
  const Order next = SmallOrder("order002", {{{}, {"r1"}}});
  desk_.MakeRoomFor(next, 500, SubmitResponse(), told.Taker());
  Answer();
  EXPECT_FALSE(told.Is());
  Take();
  desk_.Settle(absl::OkStatus(), now_);
  EXPECT_THAT(desk_.TakeUnread(), SizeIs(1));
  Answer();
  EXPECT_TRUE(told.answer->ok());
  Told<SubmitResponse> refused;
  desk_.MakeRoomFor(next, 500, SubmitResponse(), refused.Taker());
  Answer();
  EXPECT_TRUE(absl::IsResourceExhausted(refused.answer->status()));
}

// Two prints of silence are one blob: the one was dropped while the other was on its way into the journal.
TEST_F(DeskTest, DoesNotDropBytesThatAreHandedInJustNow) {
  Submit("order001", {{{"~p1"}, {}, "f"}});
  Submit("order002", {{{"~p2"}, {}, "g"}});
  EXPECT_TRUE(HandIn(ResultsOf(ann_, Get(ann_, 1))).ok());
  const Lease finish = Get(ann_, 2), print = Get(bob_, 1);
  ASSERT_THAT(finish.job_keys(), ElementsAre(KeyNamed("f")));
  ASSERT_THAT(print.job_keys(), ElementsAre(KeyNamed("~p2")));
  Told<CompleteResponse> finished, printed;
  HandIn(ResultsOf(ann_, finish), finished);
  Take();
  Settle();  // ~p1 is unread now
  desk_.MakeRoom(1, 0);
  EXPECT_THAT(Take(), SizeIs(1));  // its forgetting
  HandIn(ResultsOf(bob_, print), printed);
  Settle();
  EXPECT_THAT(dropped_, IsEmpty());
  Write();
  EXPECT_EQ((*printed).verdict(), CompleteResponse::accepted);
  EXPECT_THAT(dropped_, IsEmpty());
}

TEST_F(DeskTest, AQuestionThatIsNotWaitedForIsAnsweredAndGetsNothing) {
  Told<AcquireResponse> told;
  Ask(ann_, 1, told);
  desk_.StopWaiting(ann_, 1);
  Answer();
  EXPECT_FALSE((*told).has_lease());
  Submit("order001", {{{}, {"r"}}});
  EXPECT_THAT(desk_.table().entries(), IsEmpty());
}

TEST_F(DeskTest, AQuestionIsAnsweredWhenItsTimeIsOver) {
  Told<AcquireResponse> told;
  Ask(ann_, 1, told, 2000);
  Pass(Seconds(1));
  EXPECT_FALSE(told.Is());
  Pass(Seconds(1));
  EXPECT_TRUE(told.Is());
}

TEST_F(DeskTest, AWorkerHasABoundedNumberOfLeases) {
  std::vector<SmallSong> songs;
  for (int i = 0; i <= kMostLeasesOfWorker; ++i) songs.push_back({{}, {"r" + std::to_string(i)}});
  Submit("order001", songs);
  for (int i = 0; i < kMostLeasesOfWorker; ++i) Get(ann_, i + 1);
  Told<AcquireResponse> told;
  Ask(ann_, kMostLeasesOfWorker + 1, told);
  EXPECT_TRUE(absl::IsResourceExhausted(told.answer->status()));
}

TEST_F(DeskTest, AStoppingCoordinatorAnswersWhoeverWaits) {
  Submit("order001", {{{}, {"r"}}, {{}, {"q"}}});
  const Lease lease = Get(ann_, 1);
  Told<Seen> seen;
  desk_.WatchFrom("order001", 1000, now_, seen.Taker());
  desk_.StopLeasing();
  Answer();
  EXPECT_TRUE(absl::IsUnavailable(seen.answer->status()));
  Told<AcquireResponse> told;
  Ask(bob_, 1, told);
  EXPECT_TRUE(absl::IsUnavailable(told.answer->status()));
  EXPECT_TRUE(HandIn(ResultsOf(ann_, lease)).ok()) << "what is rendered is taken";
}

TEST_F(DeskTest, AWatcherIsToldOfEveryChangeAndOfProgressNowAndThen) {
  Submit("order001", {{{}, {"r"}}});
  Told<Seen> first, second, third;
  desk_.WatchFrom("order001", 0, now_, first.Taker());
  Answer();
  ASSERT_TRUE(first.Is());
  desk_.WatchFrom("order001", (*first).revision, now_, second.Taker());
  Answer();
  EXPECT_FALSE(second.Is());
  const Lease lease = Get(ann_, 1);
  Pass(absl::Milliseconds(100));
  ASSERT_TRUE(second.Is());
  EXPECT_EQ((*second).status.songs(0).state(), SongStatus::rendering);
  desk_.WatchFrom("order001", (*second).revision, now_, third.Taker());
  EXPECT_TRUE(HandIn(ResultsOf(ann_, lease)).ok());
  ASSERT_TRUE(third.Is());
  EXPECT_EQ((*third).status.state(), OrderStatus::done);
}

TEST_F(DeskTest, AnAlarmFreesTheWorkersJobsForThoseThatWait) {
  Submit("order001", {{{}, {"r"}}, {{}, {"q"}}});
  const Lease done = Get(ann_, 1), held = Get(ann_, 2);
  const CompleteRequest right = ResultsOf(ann_, done);
  EXPECT_TRUE(HandIn(right).ok());
  Told<AcquireResponse> waits;
  Ask(bob_, 1, waits);
  EXPECT_FALSE(waits.Is());
  CompleteRequest wrong = right;
  *wrong.mutable_results(0) = WrongResultOf(jobs_.at(done.job_keys(0)));
  Told<CompleteResponse> told;
  HandIn(wrong, told);
  EXPECT_EQ((*told).verdict(), CompleteResponse::alarm);
  ASSERT_TRUE(waits.Is()) << "without waiting for the clock";
  EXPECT_THAT((*waits).lease().job_keys(), ElementsAre(held.job_keys(0)));
  EXPECT_THAT(desk_.TakeAlarms(), SizeIs(1));
}

TEST_F(DeskTest, AnOrderThatIsSubmittedAnewAfterItKilledItsWorkersHasItsChancesAnew) {
  Submit("order001", {{{}, {"r"}}});
  for (int i = 1; i <= kMostLostLeases; ++i) Get(WorkerNamed("ann", i), 1);
  Told<AcquireResponse> none;
  Ask(WorkerNamed("ann", kMostLostLeases + 1), 1, none);
  Write();
  EXPECT_EQ(desk_.book().Find("order001")->songs[0].is_failed, true);
  Submit("order002", {{{}, {"r"}}});
  Pass(Seconds(30));
  Get(WorkerNamed("ann", 20), 1);
  desk_.ListWorkers([](const auto&) {});
  Told<AcquireResponse> again;
  Ask(WorkerNamed("ann", 21), 1, again);
  Write();
  EXPECT_EQ(desk_.book().Find("order002")->songs[0].is_failed, false);
}

TEST_F(DeskTest, LosingASourceEndsTheLeasesOfItsSongs) {
  Submit("order001", {{{}, {"r"}}, {{}, {"q"}}});
  const Lease lease = Get(ann_, 1);
  desk_.BlobLost(SourceOf(NameOf(lease.job_keys(0))));
  Write();
  EXPECT_THAT(desk_.table().entries(), IsEmpty());
}

// It was handed out again at once, with the result that was just reported lost, as often as the disk took to
// write it down.
TEST_F(DeskTest, AJobWhoseInputIsGoneIsNotHandedOutBeforeTheInputIsMadeAgain) {
  Submit("order001", {{{"p"}, {}, "f"}});
  EXPECT_TRUE(HandIn(ResultsOf(ann_, Get(ann_, 1))).ok());
  const Lease finish = Get(ann_, 2);
  ReleaseRequest request;
  *request.mutable_worker() = ann_;
  *request.mutable_lease() = finish;
  request.set_cause(ReleaseRequest::input_lost);
  Told<ReleaseResponse> released;
  desk_.Release(request, {ResultOf(jobs_.at(KeyNamed("p"))).outputs(0).digest()}, now_, released.Taker());
  Answer();
  EXPECT_FALSE(released.Is());
  Told<AcquireResponse> told;
  Ask(bob_, 1, told);
  EXPECT_FALSE(told.Is());
  Write();
  EXPECT_TRUE(released.answer->ok());
  ASSERT_TRUE(told.Is());
  EXPECT_THAT((*told).lease().job_keys(), ElementsAre(KeyNamed("p")));
}

TEST_F(DeskTest, AJobWhoseSourceIsGoneIsNotHandedOutAgain) {
  Submit("order001", {{{}, {"r"}}});
  ReleaseRequest request;
  *request.mutable_worker() = ann_;
  *request.mutable_lease() = Get(ann_, 1);
  request.set_cause(ReleaseRequest::input_lost);
  Told<ReleaseResponse> released;
  desk_.Release(request, {SourceOf("r")}, now_, released.Taker());
  Told<AcquireResponse> told;
  Ask(bob_, 1, told);
  Write();
  EXPECT_TRUE(released.answer->ok());
  EXPECT_FALSE(told.Is());
  EXPECT_TRUE(desk_.book().Find("order001")->songs[0].is_failed);
}

TEST_F(DeskTest, AFailureIsCountedOnceHoweverOftenItIsTold) {
  Submit("order001", {{{}, {"r"}}});
  const Lease lease = Get(ann_, 1);
  GiveBack(ann_, lease, ReleaseRequest::render_failed);
  GiveBack(ann_, lease, ReleaseRequest::render_failed);
  EXPECT_THAT(desk_.book().FailuresOf(KeyNamed("r")), SizeIs(1));
}

}  // namespace
}  // namespace trackout::test
