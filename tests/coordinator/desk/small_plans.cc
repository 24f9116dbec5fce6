#include "tests/coordinator/desk/small_plans.h"

#include <map>

#include "core/digest.h"
#include "fmt/format.h"

namespace trackout::test {
namespace {

constexpr size_t kKeyBytes = 32;
constexpr int64_t kFileBytes = 1000;

Rendered RenderedFile(std::string bytes) {
  Rendered rendered;
  rendered.mutable_digest()->set_sha256(std::move(bytes));
  rendered.mutable_digest()->set_size_bytes(kFileBytes);
  rendered.mutable_measured()->set_peak_dbfs(-6);
  return rendered;
}

int OutputsOf(const RenderJob& job) {
  if (job.has_print()) return 1;
  if (job.has_track_files()) return job.track_files().tracks_size();
  if (!job.has_finish()) return 0;
  int outputs = job.finish().mix_files_size();
  for (const StemSet& set : job.finish().stem_sets()) outputs += set.stems_size();
  return outputs;
}

JobResult Made(const PlannedJob& job, char mark) {
  JobResult result;
  result.set_job_key(job.key());
  for (int i = 0; i < OutputsOf(job.job()); ++i) {
    std::string bytes = job.job().has_print() && job.key()[0] == '~' ? KeyNamed("silence") : job.key();
    bytes[kKeyBytes - 2] = static_cast<char>('0' + i);
    bytes[kKeyBytes - 1] = mark;
    *result.add_outputs() = RenderedFile(std::move(bytes));
  }
  if (job.job().has_sum_proof()) {
    Residual& residual = *result.mutable_residual();
    residual.set_residual_peak_dbfs(mark == '=' ? -200 : -20);
    residual.set_residual_rms_dbfs(-220);
    residual.set_within_bound(true);
  }
  return result;
}

// Puts jobs into a plan, each once.
class Planner {
 public:
  explicit Planner(int engine_version) : engine_version_(engine_version) {}

  void AddSong(const SmallSong& song) {
    ++number_;
    SongFacts& facts = *plan_.mutable_manifest()->add_songs();
    facts.set_title(fmt::format("Song {}", number_));
    facts.set_number(number_);
    facts.set_sample_rate(48000);
    facts.set_frames(song.frames);
    for (const std::string& name : song.prints) AddPrint(name, song);
    for (const std::string& name : song.raw_tracks) AddRawTracks(name, song);
    if (!song.finish.empty()) AddFinish(song);
    if (!song.proof.empty()) AddProof(song);
  }

  RenderPlan Take() { return std::move(plan_); }

 private:
  // The job, where it is new.
  RenderJob* Add(const std::string& name, const SmallSong& song) {
    const auto [known, is_new] = jobs_.emplace(name, plan_.jobs_size());
    PlannedJob& job = is_new ? *plan_.add_jobs() : *plan_.mutable_jobs(known->second);
    job.add_songs(number_);
    if (!is_new) return nullptr;
    job.set_key(KeyNamed(name));
    job.mutable_job()->set_engine_version(engine_version_);
    job.mutable_job()->set_sample_rate(48000);
    job.mutable_job()->set_frames(song.frames);
    return job.mutable_job();
  }
  PlannedJob& Last() { return *plan_.mutable_jobs(plan_.jobs_size() - 1); }

  Region AddSource(const std::string& name, int64_t frames) {
    Source& source = *plan_.add_sources();
    source.set_path(name + ".wav");
    *source.mutable_digest() = SourceOf(name);
    Region region;
    *region.mutable_source() = source.digest();
    region.set_frame_count(frames);
    return region;
  }

  void AddFile(const std::string& job, int output, const std::string& kind) {
    PlannedFile& file = *plan_.add_files();
    file.mutable_made_by()->set_job_key(KeyNamed(job));
    file.mutable_made_by()->set_output(output);
    file.mutable_file()->set_path(fmt::format("{:02}_Song/{}_{}.wav", number_, plan_.files_size(), kind));
    file.mutable_file()->set_kind(kind);
    file.mutable_file()->set_song(number_);
    file.mutable_file()->set_name(job);
    file.mutable_file()->set_size_bytes(kFileBytes);
  }

  void AddPrint(const std::string& name, const SmallSong& song) {
    RenderJob* job = Add(name, song);
    if (job == nullptr) return;
    *job->mutable_print()->add_strips()->mutable_playlist()->add_regions() = AddSource(name, song.frames);
  }

  void AddRawTracks(const std::string& name, const SmallSong& song) {
    if (RenderJob* job = Add(name, song))
      *job->mutable_track_files()->add_tracks()->add_signals()->mutable_playlist()->add_regions() =
          AddSource(name, song.frames);
    AddFile(name, 0, "track");
  }

  void AddFinish(const SmallSong& song) {
    if (RenderJob* job = Add(song.finish, song)) {
      Finish& finish = *job->mutable_finish();
      finish.add_mix_files();
      StemSet& stems = *finish.add_stem_sets();
      for (size_t i = 0; i < song.prints.size(); ++i) {
        finish.add_prints()->set_job_key(KeyNamed(song.prints[i]));
        finish.add_mixes()->add_terms()->set_print(static_cast<int>(i));
        stems.add_stems(static_cast<int>(i));
        Last().add_needs(KeyNamed(song.prints[i]));
      }
    }
    for (size_t i = 0; i <= song.prints.size(); ++i)
      AddFile(song.finish, static_cast<int>(i), i == 0 ? "mix" : "stem");
  }

  void AddProof(const SmallSong& song) {
    if (RenderJob* job = Add(song.proof, song)) {
      SumProof& proof = *job->mutable_sum_proof();
      proof.mutable_mix()->set_job_key(KeyNamed(song.finish));
      for (size_t i = 1; i <= song.prints.size(); ++i) {
        JobOutput& stem = *proof.add_stems();
        stem.set_job_key(KeyNamed(song.finish));
        stem.set_output(static_cast<int>(i));
      }
      Last().add_needs(KeyNamed(song.finish));
    }
    PlannedProof& planned = *plan_.add_proofs();
    planned.set_song(number_);
    planned.set_job_key(KeyNamed(song.proof));
    planned.mutable_proof()->set_name("Stems");
  }

  const int engine_version_;
  int number_ = 0;
  RenderPlan plan_;
  std::map<std::string, int> jobs_;  // index, by name
};

}  // namespace

std::string KeyNamed(std::string_view name) {
  std::string key(name);
  key.resize(kKeyBytes, '.');
  return key;
}

std::string NameOf(std::string_view key) {
  return std::string(key.substr(0, key.find('.')));
}

Digest SourceOf(std::string_view name) {
  Digest digest;
  digest.set_sha256(KeyNamed(fmt::format("src-{}", name)));
  digest.set_size_bytes(kFileBytes);
  return digest;
}

RenderPlan SmallPlan(const std::vector<SmallSong>& songs, int engine_version) {
  Planner planner(engine_version);
  for (const SmallSong& song : songs) planner.AddSong(song);
  RenderPlan plan = planner.Take();
  plan.mutable_manifest()->set_album("Night Trains");
  plan.mutable_manifest()->set_artist("B");
  return plan;
}

Order SmallOrder(const std::string& id, const std::vector<SmallSong>& songs, Bundling bundling,
                 int engine_version) {
  Order order;
  order.set_id(id);
  *order.mutable_plan() = SmallPlan(songs, engine_version);
  order.mutable_album()->set_album("Night Trains");
  order.mutable_album()->set_artist("B");
  order.set_spec_text("album: Night Trains\n");
  order.set_bundling(bundling);
  std::string jobs;
  for (const PlannedJob& job : order.plan().jobs()) jobs += job.key();
  order.set_request_sha256(DigestOf(jobs).sha256());
  order.set_submitted_unix_ms(1);
  return order;
}

JobResult ResultOf(const PlannedJob& job) {
  return Made(job, '=');
}

JobResult WrongResultOf(const PlannedJob& job) {
  return Made(job, '?');
}

Worker WorkerNamed(const std::string& name, int incarnation, int slots, int engine_version) {
  Worker worker;
  worker.set_name(name);
  std::string bytes = fmt::format("{}-{}", name, incarnation);
  bytes.resize(16, '.');
  worker.set_incarnation(bytes);
  worker.set_slots(slots);
  worker.set_engine_version(engine_version);
  return worker;
}

Update Accepted(const Order& order) {
  Update update;
  update.set_unix_ms(1000);
  *update.mutable_order_accepted() = order;
  return update;
}

Update Done(const std::vector<JobResult>& results, const std::string& worker, int64_t attempt) {
  Update update;
  update.set_unix_ms(2000);
  for (const JobResult& result : results) *update.mutable_jobs_done()->add_results() = result;
  update.mutable_jobs_done()->set_worker(worker);
  update.mutable_jobs_done()->set_attempt(attempt);
  return update;
}

Update Failed(const std::vector<std::string>& keys, const std::string& worker, const std::string& reason) {
  Update update;
  update.set_unix_ms(3000);
  for (const std::string& key : keys) update.mutable_job_failed()->add_job_keys(key);
  update.mutable_job_failed()->set_worker(worker);
  update.mutable_job_failed()->set_reason(reason);
  return update;
}

Update FailedForGood(const std::vector<std::string>& keys, const std::string& worker,
                     const std::string& reason) {
  Update update = Failed(keys, worker, reason);
  update.mutable_job_failed()->set_is_final(true);
  return update;
}

Update Forgotten(const std::vector<std::string>& keys) {
  Update update;
  update.set_unix_ms(4000);
  for (const std::string& key : keys) update.mutable_results_forgotten()->add_job_keys(key);
  return update;
}

Update Canceled(const std::string& order) {
  Update update;
  update.set_unix_ms(5000);
  update.set_order_canceled(order);
  return update;
}

Update Paused(const std::string& order) {
  Update update;
  update.set_order_paused(order);
  return update;
}

Update Resumed(const std::string& order) {
  Update update;
  update.set_order_resumed(order);
  return update;
}

}  // namespace trackout::test
