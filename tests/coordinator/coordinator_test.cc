// The shell: many threads call it at once, and every answer follows what is durable. Without gRPC, so that
// the thread sanitizer sees all of it.
#include "coordinator/coordinator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <set>
#include <thread>

#include "core/job_key.h"
#include "core/spec/spec_reader.h"
#include "fmt/format.h"
#include "tests/support/folder.h"
#include "tests/support/recorded_source.h"

namespace trackout {
namespace {

// A journal whose disk can be full, and that tells what is durable.
class WatchedJournal : public Journal {
 public:
  absl::StatusOr<int64_t> BeginTerm() override { return inner_->BeginTerm(); }
  absl::Status Replay(const std::function<void(const Update&)>& apply) override {
    return inner_->Replay(apply);
  }
  absl::Status Append(std::span<const Update> updates) override {
    if (is_full) return absl::ResourceExhaustedError("the disk is full");
    const absl::Status appended = inner_->Append(updates);
    ++batches;
    count += static_cast<int>(updates.size());
    return appended;
  }

  std::atomic<bool> is_full = false;
  std::atomic<int> batches = 0;
  std::atomic<int> count = 0;

 private:
  const std::unique_ptr<Journal> inner_ = MemoryJournal();
};

class CoordinatorTest : public testing::Test {
 protected:
  void SetUp() override {
    store_ = *FileStore::Open(folder_.path(), Durability::kCached);
    Put("kick");
    Start();
  }
  void Start() { coordinator_ = *Coordinator::Start({}, journal_, *store_); }

  void Put(const std::string& bytes) {
    std::unique_ptr<BlobWriter> writer = *store_->Create();
    ASSERT_TRUE(writer->Append(std::as_bytes(std::span(bytes))).ok());
    ASSERT_TRUE(writer->Commit().ok());
  }

  // An album of one song and one mix, of its own by its faders.
  static SubmitRequest Album(const std::string& order, int number, double master_db = 0) {
    SubmitRequest request;
    request.set_order(order);
    request.set_bundling(BUNDLING_SONG);
    const Spec spec = ReadSpecText(
        "album.yaml",
        fmt::format("album: A\nartist: B\ndeliver: [{{mixes: [master]}}]\n"
                    "songs: [{{title: One, master: {{fader: {}}}, tracks: [{{name: Kick, file: kick.wav, "
                    "fader: {}}}]}}]\n",
                    master_db, -0.01 * number),
        Solo::kRefuse);
    EXPECT_TRUE(spec.findings.empty());
    *request.mutable_album() = spec.album;
    request.set_spec_text(spec.text);
    *request.add_sources() = test::RecordedSource("kick.wav", "kick", 4800);
    return request;
  }

  // Waits for the answer.
  template <typename Response, typename Call>
  static absl::StatusOr<Response> Ask(const Call& call) {
    std::promise<absl::StatusOr<Response>> promise;
    call([&](absl::StatusOr<Response> answer) { promise.set_value(std::move(answer)); });
    return promise.get_future().get();
  }
  absl::StatusOr<SubmitResponse> Submit(const SubmitRequest& request) {
    return Ask<SubmitResponse>([&](auto answer) { coordinator_->Submit(request, answer); });
  }
  absl::StatusOr<OrderStatus> StatusOf(const std::string& order) {
    OrderRequest request;
    request.set_order(order);
    return Ask<OrderStatus>([&](auto answer) { coordinator_->Status(request, answer); });
  }
  absl::StatusOr<AcquireResponse> Acquire(const Worker& worker, int64_t number, int64_t wait_ms = 50) {
    AcquireRequest request;
    *request.mutable_worker() = worker;
    request.set_number(number);
    request.set_wait_ms(wait_ms);
    return Ask<AcquireResponse>([&](auto answer) { coordinator_->Acquire(request, answer); });
  }
  absl::StatusOr<CompleteResponse> Complete(const Worker& worker, const AcquireResponse& work) {
    CompleteRequest request;
    *request.mutable_worker() = worker;
    *request.mutable_lease() = work.lease();
    for (const PlannedJob& job : work.jobs()) {
      if (!job.job().has_finish() && work.jobs_size() > 1) continue;
      JobResult& result = *request.add_results();
      result.set_job_key(job.key());
      // A blob that is there.
      *result.add_outputs()->mutable_digest() = DigestOf(job.job().has_finish() ? "kick" : "print");
    }
    return Ask<CompleteResponse>([&](auto answer) { coordinator_->Complete(request, answer); });
  }
  static Worker WorkerCalled(const std::string& name) {
    Worker worker;
    worker.set_name(name);
    worker.set_incarnation(name);
    worker.set_slots(1);
    worker.set_engine_version(kEngineVersion);
    return worker;
  }

  test::Folder folder_;
  std::unique_ptr<FileStore> store_;
  WatchedJournal journal_;
  std::unique_ptr<Coordinator> coordinator_;
};

TEST_F(CoordinatorTest, EndsEveryOrderOfManyClientsByManyWorkersOnce) {
  constexpr int kClients = 4, kWorkers = 6, kOrders = 25;
  std::atomic<int> done = 0;
  std::vector<std::thread> threads;
  for (int client = 0; client < kClients; ++client) {
    threads.emplace_back([&, client] {
      for (int i = 0; i < kOrders; ++i) {
        const SubmitRequest album = Album(fmt::format("client{}order{:03}", client, i), client * kOrders + i);
        EXPECT_TRUE(Submit(album).ok());
      }
    });
  }
  for (int w = 0; w < kWorkers; ++w) {
    threads.emplace_back([&, w] {
      const Worker worker = WorkerCalled(fmt::format("worker{}", w));
      for (int64_t number = 1; done < kClients * kOrders; ++number) {
        const absl::StatusOr<AcquireResponse> work = Acquire(worker, number);
        ASSERT_TRUE(work.ok()) << work.status();
        if (!work->has_lease()) continue;
        const absl::StatusOr<CompleteResponse> completed = Complete(worker, *work);
        ASSERT_TRUE(completed.ok()) << completed.status();
        EXPECT_EQ(completed->verdict(), CompleteResponse::accepted);
        ++done;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const absl::StatusOr<ListResponse> list =
      Ask<ListResponse>([&](auto answer) { coordinator_->List({}, answer); });
  ASSERT_EQ(list->orders_size(), kClients * kOrders);
  for (const OrderStatus& order : list->orders())
    EXPECT_EQ(order.state(), OrderStatus::done) << order.order();
  EXPECT_EQ(journal_.count, 2 * kClients * kOrders);
}

TEST_F(CoordinatorTest, KnowsEveryOrderAndResultAgainAfterAStart) {
  ASSERT_TRUE(Submit(Album("firstorder", 1)).ok());
  ASSERT_TRUE(Submit(Album("nextorder1", 2)).ok());
  const Worker worker = WorkerCalled("worker");
  ASSERT_EQ(Complete(worker, *Acquire(worker, 1))->verdict(), CompleteResponse::accepted);
  const OrderStatus before = *StatusOf("firstorder");
  coordinator_.reset();
  Start();
  EXPECT_EQ(StatusOf("firstorder")->state(), OrderStatus::done);
  EXPECT_EQ(StatusOf("firstorder")->ended_unix_ms(), before.ended_unix_ms());
  EXPECT_EQ(StatusOf("nextorder1")->state(), OrderStatus::running);
}

TEST_F(CoordinatorTest, AnAlbumWithAnotherMasterFindsItsPrintsAlsoAfterAStart) {
  Put("print");
  DeskSettings settings;
  settings.return_time = absl::ZeroDuration();
  settings.room_beside_prints = 0;
  coordinator_.reset();
  coordinator_ = *Coordinator::Start(settings, journal_, *store_);
  SubmitRequest album = Album("firstorder", 1);
  album.set_bundling(BUNDLING_JOB);
  ASSERT_TRUE(Submit(album).ok());
  const Worker worker = WorkerCalled("worker");
  for (int64_t number = 1; StatusOf("firstorder")->state() != OrderStatus::done; ++number) {
    ASSERT_LE(number, 2);
    ASSERT_EQ(Complete(worker, *Acquire(worker, number, 5'000))->verdict(), CompleteResponse::accepted);
  }
  coordinator_.reset();
  coordinator_ = *Coordinator::Start(settings, journal_, *store_);
  SubmitRequest again = Album("nextorder1", 1, -0.5);
  again.set_bundling(BUNDLING_JOB);
  ASSERT_TRUE(Submit(again).ok());
  const absl::StatusOr<AcquireResponse> work = Acquire(worker, 3, 5'000);
  ASSERT_EQ(work->jobs_size(), 1);
  EXPECT_TRUE(work->jobs(0).job().has_finish());
  ASSERT_EQ(work->earlier_size(), 1);
  EXPECT_EQ(Complete(worker, *work)->verdict(), CompleteResponse::accepted);
  EXPECT_EQ(StatusOf("nextorder1")->state(), OrderStatus::done);
}

TEST_F(CoordinatorTest, MakesNoRoomWhereNothingIsKept) {
  EXPECT_FALSE(coordinator_->MakeRoom(int64_t{1} << 60));
}

TEST_F(CoordinatorTest, RefusesAnOrderItCannotWriteDownAndTakesItLater) {
  journal_.is_full = true;
  const absl::StatusOr<SubmitResponse> refused = Submit(Album("firstorder", 1));
  EXPECT_TRUE(absl::IsResourceExhausted(refused.status())) << refused.status();
  EXPECT_TRUE(absl::IsNotFound(StatusOf("firstorder").status()));
  journal_.is_full = false;
  EXPECT_TRUE(Submit(Album("firstorder", 1)).ok());
}

TEST_F(CoordinatorTest, TakesACompletionAgainThatItCouldNotWriteDown) {
  ASSERT_TRUE(Submit(Album("firstorder", 1)).ok());
  const Worker worker = WorkerCalled("worker");
  const AcquireResponse work = *Acquire(worker, 1);
  journal_.is_full = true;
  EXPECT_TRUE(absl::IsResourceExhausted(Complete(worker, work).status()));
  const OrderStatus held_up = *StatusOf("firstorder");
  EXPECT_EQ(held_up.state(), OrderStatus::running);
  EXPECT_THAT(held_up.trouble(), testing::HasSubstr("the disk is full"));
  journal_.is_full = false;
  EXPECT_EQ(Complete(worker, work)->verdict(), CompleteResponse::accepted);
  EXPECT_EQ(StatusOf("firstorder")->state(), OrderStatus::done);
}

TEST_F(CoordinatorTest, RefusesAnOrderThatTheDiskHasNoRoomFor) {
  SubmitRequest large = Album("largeorder", 1);
  large.mutable_sources(0)->set_sample_rate(768'000);
  large.mutable_sources(0)->set_frames(int64_t{768'000} * 47 * 3600);  // a terabyte, in two days
  const absl::StatusOr<SubmitResponse> refused = Submit(large);
  ASSERT_TRUE(absl::IsResourceExhausted(refused.status())) << refused.status();
  EXPECT_THAT(std::string(refused.status().message()), testing::ContainsRegex("needs [0-9.]+ GB"));
}

TEST_F(CoordinatorTest, WaitsForDurabilityBeforeItHandsOutWork) {
  const Worker worker = WorkerCalled("worker");
  std::thread waits([&] {
    const absl::StatusOr<AcquireResponse> work = Acquire(worker, 1, 5'000);
    EXPECT_TRUE(work->has_lease());
    EXPECT_EQ(journal_.count, 1);
  });
  EXPECT_TRUE(Submit(Album("firstorder", 1)).ok());
  waits.join();
}

TEST_F(CoordinatorTest, AnswersWhoWaitsWhenItStops) {
  std::atomic<int> answers = 0;
  AcquireRequest request;
  *request.mutable_worker() = WorkerCalled("worker");
  request.set_wait_ms(20'000);
  coordinator_->Acquire(request, [&](const absl::StatusOr<AcquireResponse>& answer) {
    EXPECT_TRUE(absl::IsUnavailable(answer.status()));
    ++answers;
  });
  EXPECT_EQ(answers, 0);
  coordinator_.reset();
  EXPECT_EQ(answers, 1);
}

}  // namespace
}  // namespace trackout
