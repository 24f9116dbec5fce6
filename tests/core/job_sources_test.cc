// What a job reads: each source once, wherever it stands in the job.
#include "core/job_sources.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace trackout {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

void Add(const std::string& source, Playlist& playlist) {
  playlist.add_regions()->mutable_source()->set_sha256(source);
}

std::vector<std::string> Named(const RenderJob& job) {
  std::vector<std::string> names;
  for (const Digest* source : SourcesOf(job)) names.push_back(source->sha256());
  return names;
}

TEST(SourcesOf, APrintAreThoseOfItsStripsInOrderEachOnce) {
  RenderJob job;
  Add("kick", *job.mutable_print()->add_strips()->mutable_playlist());
  Playlist& snare = *job.mutable_print()->add_strips()->mutable_playlist();
  Add("snare", snare);
  Add("kick", snare);
  Add("room", snare);
  job.mutable_print()->add_strips();  // a bus
  EXPECT_THAT(Named(job), ElementsAre("kick", "snare", "room"));
}

TEST(SourcesOf, TracksAreThoseOfAllTheirSignals) {
  RenderJob job;
  TrackFile& snare = *job.mutable_track_files()->add_tracks();
  Add("top", *snare.add_signals()->mutable_playlist());
  Add("bottom", *snare.add_signals()->mutable_playlist());
  Add("bass", *job.mutable_track_files()->add_tracks()->add_signals()->mutable_playlist());
  EXPECT_THAT(Named(job), ElementsAre("top", "bottom", "bass"));
}

TEST(SourcesOf, WhatGainsListenToAndImpulsesAreSourcesToo) {
  RenderJob print;
  Strip& vox = *print.mutable_print()->add_strips();
  Add("vox", *vox.mutable_playlist());
  Add("hall", *vox.add_inserts()->mutable_impulse());
  Strip& key = *print.mutable_print()->add_whole();
  Add("kick", *key.mutable_playlist());
  Add("room", *key.add_inserts()->mutable_impulse());
  EXPECT_THAT(Named(print), ElementsAre("vox", "hall", "kick", "room"));
  RenderJob tracks;
  TrackSignal& signal = *tracks.mutable_track_files()->add_tracks()->add_signals();
  Add("bass", *signal.mutable_playlist());
  Add("amp", *signal.add_inserts()->mutable_impulse());
  Add("kick", *tracks.mutable_track_files()->add_whole()->mutable_playlist());
  EXPECT_THAT(Named(tracks), ElementsAre("bass", "amp", "kick"));
}

TEST(SourcesOf, AFinishAreThoseOfItsMaster) {
  RenderJob finish;
  MasterChain& master = *finish.mutable_finish()->mutable_master();
  Add("hall", *master.add_inserts()->mutable_impulse());
  Add("mastered", *master.mutable_print());
  EXPECT_THAT(Named(finish), ElementsAre("hall", "mastered"));
}

TEST(SourcesOf, APlainFinishAndAProofAreNone) {
  RenderJob finish;
  finish.mutable_finish()->add_prints()->set_job_key("print");
  EXPECT_THAT(Named(finish), IsEmpty());
  RenderJob proof;
  proof.mutable_sum_proof()->mutable_mix()->set_job_key("finish");
  EXPECT_THAT(Named(proof), IsEmpty());
}

TEST(SourcesOf, PointIntoTheJob) {
  RenderJob job;
  Add("kick", *job.mutable_print()->add_strips()->mutable_playlist());
  ASSERT_EQ(SourcesOf(job).size(), 1u);
  EXPECT_EQ(SourcesOf(job)[0], &job.print().strips(0).playlist().regions(0).source());
}

}  // namespace
}  // namespace trackout
