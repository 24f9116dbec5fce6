// The worker's life against a desk that a test scripts: leases as they come, get lost, and end.
#include "worker/lease_loop.h"

#include <sys/mount.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <set>
#include <thread>

#include "gmock/gmock.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "proto/leases.grpc.pb.h"
#include "spdlog/sinks/ringbuffer_sink.h"
#include "spdlog/spdlog.h"
#include "tests/support/folder.h"
#include "tests/support/process.h"
#include "tests/support/sound.h"
#include "tests/worker/desk.h"
#include "worker/farm_trouble.h"
#include "worker/render/bundle.h"

namespace trackout {
namespace {

using test::Desk;
using test::Eventually;
using test::FarmStore;
using test::Folder;
using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::Ge;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr int kSampleRate = 48000;

class LeaseLoopTest : public testing::Test {
 protected:
  LeaseLoopTest() : store_(*FileStore::Open(farm_folder_.path(), Durability::kCached)) {
    settings_.name = "studio-1";
    settings_.block_frames = 1000;
    settings_.renew_every = absl::Milliseconds(10);
    OpenCache(cache_folder_.path());
  }

  void OpenCache(const std::string& folder) {
    cache_.reset();
    cache_store_ = *FileStore::Open(folder, Durability::kCached);
    cache_ = std::make_unique<Cache>(*cache_store_, int64_t{1} << 40);
  }

  void TearDown() override {
    loop_.reset();
    if (former_logger_ != nullptr) spdlog::set_default_logger(former_logger_);
  }

  // Before the start: what is logged can be read.
  void KeepLog() {
    log_ = std::make_shared<spdlog::sinks::ringbuffer_sink_mt>(1000);
    former_logger_ = spdlog::default_logger();
    spdlog::set_default_logger(std::make_shared<spdlog::logger>("test", log_));
  }
  int TimesLogged(const std::string& words) const {
    const std::vector<std::string> lines = log_->last_formatted();
    return static_cast<int>(std::count_if(lines.begin(), lines.end(), [&](const std::string& line) {
      return line.find(words) != std::string::npos;
    }));
  }
  bool Logs(const std::string& words) const {
    return Eventually([&] { return TimesLogged(words) > 0; });
  }

  void Start(int slots = 1) {
    settings_.slots = slots;
    absl::StatusOr<std::unique_ptr<LeaseLoop>> loop =
        LeaseLoop::Start(settings_, desk_, farm_store_, *cache_);
    ASSERT_TRUE(loop.ok()) << loop.status();
    loop_ = *std::move(loop);
  }

  Digest Upload(const std::string& bytes) {
    std::unique_ptr<BlobWriter> writer = *store_->Create();
    EXPECT_TRUE(writer->Append(std::as_bytes(std::span(bytes))).ok());
    return *writer->Commit();
  }
  // A source of noise, at the farm.
  Digest Record(uint64_t seed, int64_t frames) {
    const std::string path = test::WriteWav(sources_ / "source.wav", test::Wav(Format::BITS_24), 1,
                                            kSampleRate, test::Noise(frames, 0.4, seed));
    return Upload(test::ReadFile(path));
  }

  static PlannedJob Planned(RenderJob job, int64_t frames) {
    job.set_engine_version(kEngineVersion);
    job.set_sample_rate(kSampleRate);
    job.set_frames(frames);
    PlannedJob planned;
    planned.set_key(KeyOf(job));
    *planned.mutable_job() = job;
    return planned;
  }
  // One raw track of a source.
  static PlannedJob TrackOf(const Digest& source, int64_t frames) {
    RenderJob job;
    TrackFile& track = *job.mutable_track_files()->add_tracks();
    track.set_channels(1);
    *track.mutable_format() = test::Wav(Format::BITS_16);
    Playlist& playlist = *track.add_signals()->mutable_playlist();
    playlist.set_channels(1);
    Region& region = *playlist.add_regions();
    *region.mutable_source() = source;
    region.set_frame_count(frames);
    return Planned(job, frames);
  }
  PlannedJob Track(uint64_t seed) { return TrackOf(Record(seed, 3000), 3000); }
  // Silence: needs nothing, and lasts.
  static PlannedJob Silence(int64_t frames) {
    RenderJob job;
    TrackFile& track = *job.mutable_track_files()->add_tracks();
    track.set_channels(1);
    track.add_signals()->mutable_playlist()->set_channels(1);
    *track.mutable_format() = test::Wav(Format::BITS_16);
    return Planned(job, frames);
  }
  // Makes nothing, for days.
  static PlannedJob Endless(int64_t number = 0) {
    RenderJob job;
    job.mutable_finish()->set_channels(2);
    return Planned(job, (int64_t{1} << 46) + number);
  }

  // Makes nothing, for about a second in blocks of 16.
  static PlannedJob Long() {
    RenderJob job;
    job.mutable_finish()->set_channels(2);
    return Planned(job, 300'000'000);
  }

  bool HandsIn(size_t count) {
    return Eventually([&] { return desk_.completed().size() >= count; });
  }
  // The only lease that came back.
  ReleaseRequest Released() {
    EXPECT_TRUE(Eventually([&] { return !desk_.released().empty(); }));
    return desk_.released().empty() ? ReleaseRequest() : desk_.released().front();
  }

  const Folder sources_;
  const Folder farm_folder_;
  const Folder cache_folder_;
  const std::unique_ptr<FileStore> store_;
  FarmStore farm_store_{*store_};
  Desk desk_{*store_};
  std::unique_ptr<FileStore> cache_store_;
  std::unique_ptr<Cache> cache_;
  LeaseLoopSettings settings_;
  std::shared_ptr<spdlog::sinks::ringbuffer_sink_mt> log_;
  std::shared_ptr<spdlog::logger> former_logger_;
  std::unique_ptr<LeaseLoop> loop_;  // ends first
};

TEST_F(LeaseLoopTest, RendersUploadsAndHandsIn) {
  const Digest source = Record(1, 3000);
  const PlannedJob job = TrackOf(source, 3000);
  desk_.Offer({job});
  Start();
  ASSERT_TRUE(HandsIn(1));
  const CompleteRequest request = desk_.completed().front();
  EXPECT_EQ(request.worker().name(), "studio-1");
  EXPECT_EQ(request.worker().incarnation().size(), 16u);
  EXPECT_EQ(request.worker().slots(), 1);
  EXPECT_EQ(request.worker().engine_version(), kEngineVersion);
  EXPECT_EQ(request.lease().attempt(), 1);
  ASSERT_EQ(request.results_size(), 1);
  EXPECT_EQ(request.results(0).job_key(), job.key());
  EXPECT_THAT(desk_.verdicts(), ElementsAre(CompleteResponse::accepted));
  // The same bytes as without a farm.
  const std::atomic<bool> never = false;
  const auto here = RenderBundle({&job}, {}, *store_, {64, never, nullptr});
  ASSERT_TRUE(here.ok());
  EXPECT_TRUE(SameDigest(here->front().outputs(0).digest(), request.results(0).outputs(0).digest()));
  EXPECT_TRUE(Eventually([&] { return loop_->totals().accepted_leases == 1; }));
  EXPECT_EQ(loop_->totals().rendered_jobs, 1);
  EXPECT_EQ(loop_->totals().fetched_bytes, source.size_bytes());
  EXPECT_EQ(loop_->totals().uploaded_bytes, request.results(0).outputs(0).digest().size_bytes());
}

TEST_F(LeaseLoopTest, RendersManyWithThreePlaces) {
  std::vector<PlannedJob> jobs;
  for (uint64_t i = 0; i < 12; ++i) jobs.push_back(Track(i));
  for (const PlannedJob& job : jobs) desk_.Offer({job});
  Start(3);
  ASSERT_TRUE(HandsIn(12));
  std::set<std::string> keys;
  for (const CompleteRequest& request : desk_.completed()) keys.insert(request.results(0).job_key());
  EXPECT_THAT(keys, SizeIs(12));
  EXPECT_THAT(desk_.verdicts(), testing::Each(CompleteResponse::accepted));
  EXPECT_THAT(desk_.released(), IsEmpty());
}

TEST_F(LeaseLoopTest, RendersBundlesAndProofsOfWhatWasMadeEarlier) {
  const Digest source = Record(1, 3000);
  RenderJob print;
  Strip& strip = *print.mutable_print()->add_strips();
  strip.set_channels(1);
  strip.set_feeds(-1);
  *strip.mutable_playlist() = TrackOf(source, 3000).job().track_files().tracks(0).signals(0).playlist();
  print.mutable_print()->set_channels(2);
  const PlannedJob planned_print = Planned(print, 3000);
  RenderJob finish;
  finish.mutable_finish()->add_prints()->set_job_key(planned_print.key());
  finish.mutable_finish()->add_mixes()->add_terms();
  finish.mutable_finish()->set_channels(2);
  MixFile& mix_file = *finish.mutable_finish()->add_mix_files();
  *mix_file.mutable_format() = test::Wav(Format::BITS_24);
  mix_file.set_channels(2);
  StemSet& set = *finish.mutable_finish()->add_stem_sets();
  set.add_stems(0);
  set.set_channels(2);
  *set.mutable_format() = test::Wav(Format::BITS_24);
  PlannedJob planned_finish = Planned(finish, 3000);
  planned_finish.add_needs(planned_print.key());
  desk_.Offer({planned_print, planned_finish});
  Start();
  ASSERT_TRUE(HandsIn(1));
  const JobResult finished = desk_.completed().front().results(0);
  ASSERT_EQ(finished.outputs_size(), 2);

  RenderJob proof;
  proof.mutable_sum_proof()->mutable_mix()->set_job_key(planned_finish.key());
  JobOutput& stem = *proof.mutable_sum_proof()->add_stems();
  stem.set_job_key(planned_finish.key());
  stem.set_output(1);
  desk_.Offer({Planned(proof, 3000)}, {finished});
  ASSERT_TRUE(HandsIn(2));
  EXPECT_TRUE(desk_.completed().back().results(0).has_residual());
}

TEST_F(LeaseLoopTest, AsksAheadWhileItRenders) {
  const std::string first = desk_.Offer({Endless(1)});
  Start();
  ASSERT_TRUE(desk_.IsRendering(first));
  desk_.Offer({Endless(2)});
  ASSERT_TRUE(Eventually([&] { return desk_.given() == 2; }));
  // One idle question for the one place, then ahead.
  const std::vector<AcquireRequest> asked = desk_.asked();
  EXPECT_EQ(asked[0].need(), AcquireRequest::idle);
  for (size_t i = 1; i < asked.size(); ++i) EXPECT_EQ(asked[i].need(), AcquireRequest::ahead);
  // And no third one: it has enough.
  desk_.Offer({Endless(3)});
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_EQ(desk_.given(), 2u);
  EXPECT_THAT(desk_.completed(), IsEmpty());
}

TEST_F(LeaseLoopTest, AsksAgainUnderTheSameNumber) {
  desk_.answers_to_lose = 2;
  desk_.Offer({Track(1)});
  Start();
  ASSERT_TRUE(HandsIn(1));
  const std::vector<AcquireRequest> asked = desk_.asked();
  ASSERT_GE(asked.size(), 4u);
  EXPECT_GT(asked[0].number(), 0);
  EXPECT_EQ(asked[0].number(), asked[1].number());
  EXPECT_EQ(asked[1].number(), asked[2].number());
  EXPECT_NE(asked[2].number(), asked[3].number());
  EXPECT_THAT(desk_.completed(), SizeIs(1));
}

TEST_F(LeaseLoopTest, WaitsForAFarmThatIsNotThereYet) {
  desk_.is_away = true;
  desk_.Offer({Track(1)});
  Start();
  EXPECT_TRUE(Eventually([&] { return desk_.asked().size() >= 3; }));
  desk_.is_away = false;
  EXPECT_TRUE(HandsIn(1));
}

TEST_F(LeaseLoopTest, StopsARenderWhoseLeaseIsLostAndGoesOn) {
  settings_.block_frames = kFewestBlockFrames;
  const std::string nonce = desk_.Offer({Endless()});
  Start();
  ASSERT_TRUE(desk_.IsRendering(nonce));
  desk_.Lose(nonce);
  desk_.Offer({Track(1)});
  ASSERT_TRUE(HandsIn(1));
  EXPECT_EQ(desk_.completed().front().lease().attempt(), 2);
  EXPECT_THAT(desk_.released(), IsEmpty());
}

TEST_F(LeaseLoopTest, StopsARenderThatCannotBeRenewedInTwoThirdsOfItsTime) {
  desk_.lease_ms = 600;
  const std::string nonce = desk_.Offer({Endless()});
  Start();
  ASSERT_TRUE(desk_.IsRendering(nonce));
  desk_.GoAway();
  std::this_thread::sleep_for(std::chrono::milliseconds(700));
  desk_.Offer({Track(1)});
  desk_.is_away = false;
  ASSERT_TRUE(HandsIn(1));
  EXPECT_EQ(desk_.completed().front().lease().attempt(), 2);
  EXPECT_THAT(desk_.released(), IsEmpty());
}

TEST_F(LeaseLoopTest, HandsInWhatIsFinishedHoweverLongTheFarmIsAway) {
  desk_.lease_ms = 300;
  const std::string nonce = desk_.Offer({Silence(50'000)});
  farm_store_.is_away = true;
  Start();
  ASSERT_TRUE(Eventually([&] { return loop_->totals().rendered_jobs == 1; }));
  desk_.GoAway();
  farm_store_.is_away = false;
  ASSERT_TRUE(Eventually([&] { return desk_.completions_tried >= 1; }));
  std::this_thread::sleep_for(std::chrono::milliseconds(600));
  desk_.Lose(nonce);  // the coordinator thinks so, but the completion decides
  desk_.is_away = false;
  ASSERT_TRUE(HandsIn(1));
  EXPECT_EQ(loop_->totals().rendered_jobs, 1);
  EXPECT_THAT(desk_.verdicts(), ElementsAre(CompleteResponse::accepted));
}

TEST_F(LeaseLoopTest, UploadsAgainWhatTheFarmMisses) {
  const std::string nonce = desk_.Offer({Silence(50'000)});
  desk_.WillAnswer(CompleteResponse::missing);
  desk_.WillAnswer(CompleteResponse::missing);
  Start();
  ASSERT_TRUE(HandsIn(1));
  // As if the farm's disk had lost it between the two.
  store_->Remove(desk_.completed().front().results(0).outputs(0).digest());
  ASSERT_TRUE(HandsIn(3));
  EXPECT_EQ(desk_.verdicts().back(), CompleteResponse::accepted);
  EXPECT_THAT(store_->Held(), SizeIs(1));
}

TEST_F(LeaseLoopTest, DropsWhatIsStaleOrAlarming) {
  desk_.WillAnswer(CompleteResponse::stale);
  desk_.WillAnswer(CompleteResponse::alarm);
  desk_.WillAnswer(CompleteResponse::duplicate);
  for (uint64_t i = 0; i < 4; ++i) desk_.Offer({Track(i)});
  Start();
  ASSERT_TRUE(HandsIn(4));
  EXPECT_TRUE(Eventually([&] { return loop_->totals().accepted_leases == 2; }));
  EXPECT_THAT(desk_.released(), IsEmpty());
}

TEST_F(LeaseLoopTest, WaitsWithItsInputsForAStoreThatIsAway) {
  farm_store_.is_away = true;
  const std::string nonce = desk_.Offer({Track(1)});
  Start();
  ASSERT_TRUE(Eventually([&] { return desk_.renewed().size() > 50; }));
  EXPECT_THAT(desk_.released(), IsEmpty());
  farm_store_.is_away = false;
  EXPECT_TRUE(HandsIn(1));
}

TEST_F(LeaseLoopTest, GivesBackAtOnceWithoutGrace) {
  const std::string first = desk_.Offer({Endless(1)});
  Start();
  ASSERT_TRUE(desk_.IsRendering(first));
  desk_.Offer({Endless(2)});
  ASSERT_TRUE(Eventually([&] { return desk_.given() == 2; }));
  loop_->Stop(absl::ZeroDuration());
  EXPECT_TRUE(loop_->WaitUntilEnded(absl::Seconds(10)));
  const std::vector<ReleaseRequest> released = desk_.released();
  ASSERT_THAT(released, SizeIs(2));
  for (const ReleaseRequest& one : released) EXPECT_EQ(one.cause(), ReleaseRequest::given_back);
}

TEST_F(LeaseLoopTest, EndsWhatRendersWithinItsGrace) {
  settings_.block_frames = kFewestBlockFrames;
  const std::string first = desk_.Offer({Long()});
  Start();
  ASSERT_TRUE(desk_.IsRendering(first));
  desk_.Offer({Endless()});
  ASSERT_TRUE(Eventually([&] { return desk_.given() == 2; }));
  loop_->Stop(absl::Minutes(5));
  EXPECT_TRUE(loop_->WaitUntilEnded(absl::Minutes(5)));
  EXPECT_THAT(desk_.completed(), SizeIs(1));
  EXPECT_THAT(desk_.released(), SizeIs(1));  // what only waited
  EXPECT_EQ(Released().lease().attempt(), 2);
}

TEST_F(LeaseLoopTest, GivesBackWhenItsGraceIsOver) {
  const std::string nonce = desk_.Offer({Endless()});
  Start();
  ASSERT_TRUE(desk_.IsRendering(nonce));
  loop_->Stop(absl::Milliseconds(300));
  EXPECT_FALSE(loop_->WaitUntilEnded(absl::Milliseconds(50)));
  EXPECT_TRUE(loop_->WaitUntilEnded(absl::Seconds(20)));
  EXPECT_EQ(Released().cause(), ReleaseRequest::given_back);
}

TEST_F(LeaseLoopTest, ASecondStopEndsTheGrace) {
  const std::string nonce = desk_.Offer({Endless()});
  Start();
  ASSERT_TRUE(desk_.IsRendering(nonce));
  loop_->Stop(absl::Hours(1));
  loop_->Stop(absl::ZeroDuration());
  EXPECT_TRUE(loop_->WaitUntilEnded(absl::Seconds(20)));
  EXPECT_EQ(Released().cause(), ReleaseRequest::given_back);
}

TEST_F(LeaseLoopTest, EndsSoonThoughTheFarmIsAway) {
  desk_.Offer({Silence(50'000)});
  Start();
  farm_store_.is_away = true;
  ASSERT_TRUE(Eventually([&] { return loop_->totals().rendered_jobs == 1; }));
  desk_.GoAway();
  loop_->Stop(absl::ZeroDuration());
  EXPECT_TRUE(loop_->WaitUntilEnded(absl::Seconds(10)));
}

TEST_F(LeaseLoopTest, EndsWhatItHasWhenItIsDrained) {
  settings_.block_frames = kFewestBlockFrames;
  const std::string first = desk_.Offer({Long()});
  Start();
  ASSERT_TRUE(desk_.IsRendering(first));
  desk_.Offer({Track(1)});
  ASSERT_TRUE(Eventually([&] { return desk_.given() == 2; }));
  desk_.drains = true;
  EXPECT_TRUE(loop_->WaitUntilEnded(absl::Minutes(5)));
  EXPECT_THAT(desk_.completed(), SizeIs(2));
  EXPECT_THAT(desk_.released(), IsEmpty());
}

TEST_F(LeaseLoopTest, EndsAtOnceWhenItIsDrainedIdle) {
  Start();
  ASSERT_TRUE(Eventually([&] { return !desk_.asked().empty(); }));
  desk_.DrainWorker();
  EXPECT_TRUE(loop_->WaitUntilEnded(absl::Seconds(10)));
}

TEST_F(LeaseLoopTest, GivesBackAJobOfANewerKind) {
  RenderJob job = Track(1).job();
  job.clear_work();
  desk_.Offer({Planned(job, 3000)});
  Start();
  EXPECT_EQ(Released().cause(), ReleaseRequest::not_supported);
  EXPECT_THAT(Released().reason(), HasSubstr("kind"));
}

TEST_F(LeaseLoopTest, GivesBackAJobWithAFieldThatItDoesNotKnow) {
  PlannedJob job = Track(1);
  Region* region = job.mutable_job()
                       ->mutable_track_files()
                       ->mutable_tracks(0)
                       ->mutable_signals(0)
                       ->mutable_playlist()
                       ->mutable_regions(0);
  region->GetReflection()->MutableUnknownFields(region)->AddVarint(77, 1);
  desk_.Offer({job});
  Start();
  EXPECT_EQ(Released().cause(), ReleaseRequest::not_supported);
  EXPECT_THAT(Released().reason(), HasSubstr("tracks has a field that this worker does not know"));
}

TEST_F(LeaseLoopTest, GivesBackAJobInAFormatThatItDoesNotKnow) {
  RenderJob job = Track(1).job();
  job.mutable_track_files()->mutable_tracks(0)->mutable_format()->set_container(
      static_cast<Format::Container>(7));
  desk_.Offer({Planned(job, 3000)});
  Start();
  EXPECT_EQ(Released().cause(), ReleaseRequest::not_supported);
  EXPECT_THAT(Released().reason(), HasSubstr("container"));
}

TEST_F(LeaseLoopTest, GivesBackAJobUnderAWrongKey) {
  PlannedJob job = Track(1);
  job.mutable_job()->set_frames(2999);
  desk_.Offer({job});
  Start();
  EXPECT_EQ(Released().cause(), ReleaseRequest::not_supported);
  EXPECT_THAT(Released().reason(), HasSubstr("key"));
}

TEST_F(LeaseLoopTest, GivesBackAJobOfAnotherEngine) {
  PlannedJob job = Track(1);
  job.mutable_job()->set_engine_version(kEngineVersion + 1);
  job.set_key(KeyOf(job.job()));
  desk_.Offer({job});
  Start();
  EXPECT_EQ(Released().cause(), ReleaseRequest::not_supported);
  EXPECT_THAT(Released().reason(), HasSubstr("engine"));
}

TEST_F(LeaseLoopTest, SaysWhichInputsAreLost) {
  const Digest gone = DigestOf("gone");
  desk_.Offer({TrackOf(gone, 3000)});
  Start();
  const ReleaseRequest released = Released();
  EXPECT_EQ(released.cause(), ReleaseRequest::input_lost);
  ASSERT_EQ(released.lost_size(), 1);
  EXPECT_TRUE(SameDigest(released.lost(0), gone));
}

TEST_F(LeaseLoopTest, BlamesASourceThatIsNoSound) {
  desk_.Offer({TrackOf(Upload("no sound at all"), 3000)});
  Start();
  EXPECT_EQ(Released().cause(), ReleaseRequest::source_at_fault);
  desk_.Offer({Track(1)});
  EXPECT_TRUE(HandsIn(1));
}

TEST_F(LeaseLoopTest, SaysWhenAJobCannotBeRendered) {
  RenderJob job;
  job.mutable_print()->add_strips()->set_channels(3);
  desk_.Offer({Planned(job, 3000)});
  Start();
  EXPECT_EQ(Released().cause(), ReleaseRequest::render_failed);
  EXPECT_THAT(Released().reason(), HasSubstr("print: "));
}

TEST_F(LeaseLoopTest, SaysWhenItsInputsDoNotFit) {
  cache_ = std::make_unique<Cache>(*cache_store_, 10'000);
  desk_.Offer({TrackOf(Record(1, 20'000), 20'000)});
  Start();
  EXPECT_EQ(Released().cause(), ReleaseRequest::disk_full);
  EXPECT_THAT(Released().reason(), HasSubstr("reads 60.0 kB, and the worker's cache is bound to 10.0 kB"));
}

TEST_F(LeaseLoopTest, SaysWhenItsDiskIsFull) {
  const Folder small;
  if (mount("tmpfs", small.path().c_str(), "tmpfs", 0, "size=2m") != 0) GTEST_SKIP() << "needs root";
  OpenCache(small.path());
  desk_.Offer({Silence(4'000'000)});
  Start();
  EXPECT_EQ(Released().cause(), ReleaseRequest::disk_full);
  desk_.Offer({Track(1)});
  EXPECT_TRUE(HandsIn(1));
  loop_.reset();
  cache_.reset();
  cache_store_.reset();
  EXPECT_EQ(umount(small.path().c_str()), 0);
}

TEST_F(LeaseLoopTest, WaitsWithItsUploadForAFarmWhoseDiskIsFull) {
  KeepLog();
  farm_store_.is_full = true;
  desk_.Offer({Silence(50'000)});
  Start();
  ASSERT_TRUE(Eventually([&] { return farm_store_.puts_tried >= 4; }));
  EXPECT_THAT(desk_.released(), IsEmpty());
  EXPECT_EQ(TimesLogged("handed in at last"), 0);
  farm_store_.is_full = false;
  ASSERT_TRUE(HandsIn(1));
  EXPECT_TRUE(Logs("handed in at last"));
  EXPECT_EQ(TimesLogged("the farm's disk is full"), 1);
  EXPECT_EQ(TimesLogged("handed in at last"), 1);
  EXPECT_EQ(loop_->totals().rendered_jobs, 1);
}

TEST_F(LeaseLoopTest, WaitsToBeCompletedForAFarmWhoseJournalIsFull) {
  KeepLog();
  desk_.is_journal_full = true;
  desk_.Offer({Silence(50'000)});
  Start();
  ASSERT_TRUE(Eventually([&] { return desk_.completions_tried >= 4; }));
  EXPECT_THAT(desk_.released(), IsEmpty());
  desk_.is_journal_full = false;
  ASSERT_TRUE(HandsIn(1));
  EXPECT_TRUE(Logs("handed in at last"));
  EXPECT_EQ(TimesLogged("the farm's disk is full"), 1);
}

TEST(Refusals, AFullDiskOfTheFarmIsNone) {
  Refusals refusals;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_FALSE(refusals.AreEnough(absl::ResourceExhaustedError("the disk is full")));
    EXPECT_FALSE(refusals.AreEnough(absl::UnavailableError("away")));
  }
  for (int i = 1; i < 30; ++i) EXPECT_FALSE(refusals.AreEnough(absl::InternalError("odd")));
  EXPECT_TRUE(refusals.AreEnough(absl::InternalError("odd")));
  EXPECT_TRUE(Refusals().AreEnough(absl::NotFoundError("lost")));
}

TEST(Backoff, GrowsToItsLongestPause) {
  Backoff backoff;
  EXPECT_EQ(backoff.Next(), absl::Milliseconds(200));
  EXPECT_EQ(backoff.Next(), absl::Milliseconds(400));
  for (int i = 0; i < 100; ++i) EXPECT_LE(backoff.Next(Backoff::kLongestWhileFull), absl::Seconds(4));
  EXPECT_EQ(backoff.Next(Backoff::kLongestWhileFull), absl::Seconds(4));
  EXPECT_EQ(backoff.Next(), absl::Seconds(1));
}

TEST_F(LeaseLoopTest, EndsThoughTheFarmsDiskIsFull) {
  farm_store_.is_full = true;
  desk_.Offer({Silence(50'000)});
  Start();
  ASSERT_TRUE(Eventually([&] { return farm_store_.puts_tried >= 1; }));
  loop_->Stop(absl::ZeroDuration());
  EXPECT_TRUE(loop_->WaitUntilEnded(absl::Seconds(10)));
  EXPECT_EQ(Released().cause(), ReleaseRequest::given_back);
}

TEST_F(LeaseLoopTest, SaysWhetherTheFarmIsAwayOrRefuses) {
  KeepLog();
  desk_.Refuse(absl::ResourceExhaustedError("the farm has no room for more workers"));
  Start();
  EXPECT_TRUE(Logs("the farm refuses: the farm has no room for more workers"));
  desk_.Refuse(absl::DeadlineExceededError("late"));
  EXPECT_TRUE(Logs("the farm is away: late"));
  EXPECT_EQ(TimesLogged("the farm is away"), 1);
  desk_.Refuse(absl::OkStatus());
  desk_.Offer({Track(1)});
  EXPECT_TRUE(HandsIn(1));
  EXPECT_TRUE(Logs("the farm is back"));
  EXPECT_TRUE(loop_->status().ok());
}

TEST_F(LeaseLoopTest, EndsWhenAnotherOfItsNameHasBeenStartedWhileItWaits) {
  KeepLog();
  Start();
  ASSERT_TRUE(Eventually([&] { return !desk_.asked().empty(); }));
  desk_.Refuse(absl::FailedPreconditionError("a worker called \"studio-1\" has been started since"));
  EXPECT_TRUE(loop_->WaitUntilEnded(absl::Seconds(10)));
  EXPECT_TRUE(absl::IsFailedPrecondition(loop_->status())) << loop_->status();
  EXPECT_THAT(std::string(loop_->status().message()), HasSubstr("has been started since"));
  EXPECT_EQ(TimesLogged("[error] worker studio-1: ends: a worker called"), 1);
}

TEST_F(LeaseLoopTest, StopsItsRendersWhenAnotherOfItsNameHasBeenStarted) {
  const std::string first = desk_.Offer({Endless(1)});
  Start();
  ASSERT_TRUE(desk_.IsRendering(first));
  desk_.Offer({Endless(2)});
  ASSERT_TRUE(Eventually([&] { return desk_.given() == 2; }));
  desk_.Refuse(absl::FailedPreconditionError("a worker called \"studio-1\" has been started since"));
  EXPECT_TRUE(loop_->WaitUntilEnded(absl::Seconds(20)));
  EXPECT_TRUE(absl::IsFailedPrecondition(loop_->status())) << loop_->status();
  EXPECT_THAT(desk_.released(), IsEmpty());  // they are the other's to give back
}

TEST_F(LeaseLoopTest, SharesTheFarmsStoreWhenItIsEmbedded) {
  cache_ = std::make_unique<Cache>(*store_, 0);
  desk_.Offer({Track(1)});
  settings_.slots = 2;
  loop_ = *LeaseLoop::Start(settings_, desk_, *store_, *cache_);
  ASSERT_TRUE(HandsIn(1));
  EXPECT_THAT(desk_.verdicts(), ElementsAre(CompleteResponse::accepted));
  EXPECT_EQ(loop_->totals().fetched_bytes, 0);
  EXPECT_EQ(loop_->totals().uploaded_bytes, 0);
}

TEST_F(LeaseLoopTest, DropsWhatItSleptThrough) {
  desk_.lease_ms = 1'000;
  const std::string nonce = desk_.Offer({Endless()});
  Start();
  ASSERT_TRUE(desk_.IsRendering(nonce));
  // The process is stopped for longer than its lease lasts; then the desk has given it to another.
  desk_.Lose(nonce);
  const std::string self = std::to_string(getpid());
  test::Run({"sh", "-c", "kill -STOP " + self + "; sleep 1.5; kill -CONT " + self});
  desk_.Offer({Track(1)});
  EXPECT_TRUE(HandsIn(1));
  EXPECT_EQ(desk_.completed().front().lease().attempt(), 2);
}

TEST_F(LeaseLoopTest, CostsNothingWhileItWaits) {
  Start(4);
  ASSERT_TRUE(Eventually([&] { return desk_.asked().size() == 4; }));
  const clock_t before = clock();
  std::this_thread::sleep_for(std::chrono::seconds(1));
  EXPECT_LT(static_cast<double>(clock() - before) / CLOCKS_PER_SEC, 0.01);
  EXPECT_THAT(desk_.asked(), SizeIs(4));  // for each place; nothing is asked ahead of nothing
}

// The system's gRPC is built without TSan, which then takes its sockets and buffers for races.
#ifdef __SANITIZE_THREAD__
constexpr bool kTakesRpcForRaces = true;
#else
constexpr bool kTakesRpcForRaces = false;
#endif

// A farm to which every worker is one that another of its name has followed.
class FarmOfAnother : public Leases::Service {
 public:
  FarmOfAnother() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  ~FarmOfAnother() override { server_->Shutdown(); }

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  grpc::Status Acquire(grpc::ServerContext*, const AcquireRequest*, AcquireResponse*) override {
    return {grpc::StatusCode::FAILED_PRECONDITION, "a worker called \"b\" has been started since"};
  }

 private:
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

TEST(TrackoutWorker, EndsWithTwoWhenAnotherOfItsNameHasBeenStarted) {
  if (kTakesRpcForRaces) GTEST_SKIP() << "gRPC over a socket, under TSan";
  const FarmOfAnother farm;
  const Folder cache;
  const test::Ended ended = test::Run({test::ProgramPath("trackout-worker"), "--farm", farm.address(),
                                       "--cache", cache.path(), "--name", "b", "--cache-size", "0.01"});
  EXPECT_EQ(ended.exit_code, 2) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("trackout-worker: a worker called \"b\" has been started since\n"));
  EXPECT_THAT(ended.err, HasSubstr("is bound to 10.0 MB and holds 0.0 kB"));
}

TEST(TrackoutWorker, TakesTheLastOfAnOptionThatIsGivenTwice) {
  if (kTakesRpcForRaces) GTEST_SKIP() << "gRPC over a socket, under TSan";
  const FarmOfAnother farm;
  const Folder first;
  const Folder cache;
  const test::Ended ended = test::Run(
      {test::ProgramPath("trackout-worker"), "--farm", "127.0.0.1:1", "--farm", farm.address(), "--cache",
       first.path(), "--cache", cache.path(), "--name", "a", "--name", "b", "--slots", "1", "--slots", "2"});
  EXPECT_EQ(ended.exit_code, 2) << ended.err;
  EXPECT_THAT(ended.err,
              HasSubstr("worker b: works for the farm at " + farm.address() + ", 2 renders at a time"));
  EXPECT_THAT(ended.err, HasSubstr("cache " + cache.path()));
}

}  // namespace
}  // namespace trackout
