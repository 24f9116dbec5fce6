#include "coordinator/planner/planner.h"

#include <algorithm>
#include <map>
#include <set>

#include "coordinator/package/paths.h"
#include "coordinator/planner/mixes.h"
#include "core/audio/wav.h"
#include "core/job_key.h"
#include "core/spec/album_check.h"
#include "core/spec/routing.h"
#include "core/text.h"
#include "fmt/format.h"

namespace trackout {
namespace {

constexpr int kStereo = 2;
constexpr const char* kUndelivered = "print:premaster";

bool SameFormat(const Format& a, const Format& b) {
  return FormatName(a) == FormatName(b);
}

// Plans one song into the plan of the album.
class SongPlanner {
 public:
  SongPlanner(const Album& album, int song_index, const Timeline& timeline, RenderPlan& plan,
              std::map<std::string, int>& job_index)
      : album_(album),
        song_(album.songs(song_index)),
        number_(song_index + 1),
        timeline_(timeline),
        plan_(plan),
        job_index_(job_index) {}

  void Run() {
    SongFacts& facts = *plan_.mutable_manifest()->add_songs();
    facts.set_title(song_.title());
    facts.set_number(number_);
    facts.set_sample_rate(timeline_.sample_rate);
    facts.set_frames(timeline_.frames);
    finish_.set_master_fader_db(song_.master().fader());
    for (const Deliverable& entry : DeliverOf(album_, song_)) {
      if (entry.has_tracks()) PlanTracks(FormatOf(entry, entry.tracks()));
      if (entry.has_stems()) PlanStems(FormatOf(entry, entry.stems()));
      for (const MixRequest& mix : entry.mixes()) PlanMix(mix, FormatOf(entry, mix));
    }
    CloseTracks();
    CloseFinish();
  }

 private:
  // A file that waits for the finish that makes it: a mix file of it, or a stem of one of its sets.
  struct Waiting {
    int file;  // in the plan
    int mix_file = -1;
    int set = -1, stem = -1;
  };

  template <typename Request>
  static Format FormatOf(const Deliverable& entry, const Request& request) {
    return ResolvedFormat(request.has_format() ? request.format() : entry.format());
  }

  // Adds the file to the plan unless it is there already; returns its index, or -1.
  int AddFile(const std::string& kind, const std::string& name, const std::string& variant,
              const Format& format, int channels) {
    if (!seen_.insert(fmt::format("{}\n{}\n{}\n{}", kind, name, variant, FormatName(format))).second)
      return -1;
    File& file = *plan_.add_files()->mutable_file();
    file.set_kind(kind);
    file.set_song(number_);
    file.set_name(name);
    file.set_variant(variant);
    file.set_size_bytes(WavSizeBytes(format, channels, timeline_.frames));
    file.set_frames(timeline_.frames);
    file.set_channels(channels);
    file.set_sample_rate(timeline_.sample_rate);
    file.set_encoding(FormatName(format));
    return plan_.files_size() - 1;
  }

  void PlanTracks(const Format& format) {
    for (int t = 0; t < song_.tracks_size(); ++t) {
      const Track& track = song_.tracks(t);
      const int file = AddFile("track", track.name(), "raw", format, timeline_.tracks[t].channels());
      if (file < 0) continue;
      if (!IsHeard(song_, track)) plan_.mutable_files(file)->mutable_file()->set_unused(true);
      RawTrack raw = timeline_.tracks[t];
      *raw.mutable_format() = format;
      if (format.bits() == Format::BITS_16) raw.set_tpdf_seed(SeedOf(raw));
      raw_tracks_[FeedOf(song_, track)].push_back({raw, file});
    }
  }

  void PlanMix(const MixRequest& mix, const Format& format) {
    const int file = AddFile("mix", mix.name(), "", format, kStereo);
    if (file < 0) return;
    Waiting waiting{file};
    waiting.mix_file = AddMixFile(MixIndex(mix), format, format.bits() == Format::BITS_16);
    waiting_.push_back(waiting);
  }

  void PlanStems(const Format& format) {
    std::vector<int> feeders = FeedersOf(song_);
    // What feeds the master directly comes first in the sum, and last in the list.
    if (!feeders.empty() && feeders.front() == kMaster)
      std::rotate(feeders.begin(), feeders.begin() + 1, feeders.end());
    StemSet set;
    *set.mutable_format() = format;
    std::vector<int> files;
    for (const int feeder : feeders) {
      const std::string name = feeder == kMaster ? OtherName() : song_.buses(feeder).name();
      const int file = AddFile("stem", name, "wet", format, kStereo);
      if (file < 0) return;  // the same set was asked for before
      set.add_prints(PrintIndex(PrintOfFeeder(album_, song_, timeline_, feeder)));
      files.push_back(file);
    }
    if (files.empty()) return;
    MixRequest whole;
    whole.set_name("master");
    set.set_mix(MixIndex(whole));
    for (size_t i = 0; i < files.size(); ++i) {
      Waiting waiting{files[i]};
      waiting.set = finish_.stem_sets_size();
      waiting.stem = static_cast<int>(i);
      waiting_.push_back(waiting);
    }
    *finish_.add_stem_sets() = set;
  }

  // The name of what no bus holds, beside a bus of that name.
  std::string OtherName() const {
    std::set<std::string> names;
    for (const Bus& bus : song_.buses()) names.insert(Folded(bus.name()));
    std::string name = "Other";
    for (int i = 2; names.contains(Folded(name)); ++i) name = fmt::format("Other_{}", i);
    return name;
  }

  int AddJob(RenderJob job, const std::vector<std::string>& needs) {
    job.set_engine_version(kEngineVersion);
    job.set_sample_rate(timeline_.sample_rate);
    job.set_frames(timeline_.frames);
    const std::string key = KeyOf(job);
    const auto [found, is_new] = job_index_.emplace(key, plan_.jobs_size());
    if (is_new) {
      PlannedJob& planned = *plan_.add_jobs();
      planned.set_key(key);
      *planned.mutable_job() = std::move(job);
      for (const std::string& need : needs) planned.add_needs(need);
    }
    auto& songs = *plan_.mutable_jobs(found->second)->mutable_songs();
    if (songs.empty() || songs[songs.size() - 1] != number_) songs.Add(number_);
    return found->second;
  }

  JobOutput OutputOf(int job, int output) const {
    JobOutput made;
    made.set_job_key(plan_.jobs(job).key());
    made.set_output(output);
    return made;
  }

  int PrintIndex(const Print& print) {
    RenderJob job;
    *job.mutable_print() = print;
    const int index = AddJob(std::move(job), {});
    const JobOutput made = OutputOf(index, 0);
    for (int i = 0; i < finish_.prints_size(); ++i) {
      if (finish_.prints(i).job_key() == made.job_key()) return i;
    }
    *finish_.add_prints() = made;
    return finish_.prints_size() - 1;
  }

  int MixIndex(const MixRequest& request) {
    Mix mix;
    for (const PrintTerm& term : TermsOf(album_, song_, timeline_, request)) {
      MixTerm& added = *mix.add_terms();
      added.set_print(PrintIndex(term.print));
      added.set_gain_db(term.gain_db);
    }
    const std::string encoding = CanonicalEncoding(mix);
    for (int i = 0; i < finish_.mixes_size(); ++i) {
      if (CanonicalEncoding(finish_.mixes(i)) == encoding) return i;
    }
    *finish_.add_mixes() = mix;
    return finish_.mixes_size() - 1;
  }

  // Equal sound in an equal format is one output.
  int AddMixFile(int mix, const Format& format, bool is_dithered) {
    for (int i = 0; i < finish_.mix_files_size(); ++i) {
      const MixFile& file = finish_.mix_files(i);
      if (file.mix() == mix && SameFormat(file.format(), format) && file.has_tpdf_seed() == is_dithered)
        return i;
    }
    MixFile& file = *finish_.add_mix_files();
    file.set_mix(mix);
    *file.mutable_format() = format;
    if (is_dithered) file.set_tpdf_seed(SeedOfMix(mix));
    return finish_.mix_files_size() - 1;
  }

  // Depends on what the mix is, not on what else is delivered.
  uint64_t SeedOfMix(int mix) const {
    Finish alone;
    alone.set_master_fader_db(finish_.master_fader_db());
    Mix& terms = *alone.add_mixes();
    for (const MixTerm& term : finish_.mixes(mix).terms()) {
      MixTerm& added = *terms.add_terms();
      added.set_print(alone.prints_size());
      added.set_gain_db(term.gain_db());
      *alone.add_prints() = finish_.prints(term.print());
    }
    return SeedOf(alone);
  }

  void CloseTracks() {
    for (const auto& [bus, tracks] : raw_tracks_) {
      RenderJob job;
      for (const auto& [raw, file] : tracks) *job.mutable_raw_tracks()->add_tracks() = raw;
      const int index = AddJob(std::move(job), {});
      for (size_t i = 0; i < tracks.size(); ++i) {
        *plan_.mutable_files(tracks[i].second)->mutable_made_by() = OutputOf(index, static_cast<int>(i));
      }
    }
  }

  // The delivered mix that a set adds up to, in its format; else one that only the proof reads.
  struct Reference {
    int mix_file;
    int file;  // in the plan; -1: undelivered
  };
  Reference ReferenceOf(const StemSet& set) {
    for (const Waiting& waiting : waiting_) {
      if (waiting.mix_file < 0) continue;
      const MixFile& mix_file = finish_.mix_files(waiting.mix_file);
      if (mix_file.mix() == set.mix() && SameFormat(mix_file.format(), set.format())) {
        return {waiting.mix_file, waiting.file};
      }
    }
    return {AddMixFile(set.mix(), set.format(), false), -1};
  }

  void CloseFinish() {
    if (finish_.mix_files().empty() && finish_.stem_sets().empty()) return;
    std::vector<Reference> references;
    for (const StemSet& set : finish_.stem_sets()) references.push_back(ReferenceOf(set));
    RenderJob job;
    *job.mutable_finish() = finish_;
    std::vector<std::string> needs;
    for (const JobOutput& print : finish_.prints()) needs.push_back(print.job_key());
    const int index = AddJob(std::move(job), needs);
    std::vector<int> first_stem;  // output of each set's first stem
    int outputs = finish_.mix_files_size();
    for (const StemSet& set : finish_.stem_sets()) {
      first_stem.push_back(outputs);
      outputs += set.prints_size();
    }
    for (const Waiting& waiting : waiting_) {
      const int output = waiting.mix_file >= 0 ? waiting.mix_file : first_stem[waiting.set] + waiting.stem;
      *plan_.mutable_files(waiting.file)->mutable_made_by() = OutputOf(index, output);
    }
    for (int s = 0; s < finish_.stem_sets_size(); ++s) PlanProof(s, references[s], index, first_stem[s]);
  }

  void PlanProof(int set, const Reference& reference, int finish_job, int first_stem) {
    const MixFile& mix_file = finish_.mix_files(reference.mix_file);
    RenderJob job;
    SumProof& sum = *job.mutable_sum_proof();
    *sum.mutable_mix() = OutputOf(finish_job, reference.mix_file);
    sum.set_mix_is_dithered(mix_file.has_tpdf_seed());
    for (int i = 0; i < finish_.stem_sets(set).prints_size(); ++i)
      *sum.add_stems() = OutputOf(finish_job, first_stem + i);
    PlannedProof& planned = *plan_.add_proofs();
    planned.set_song(number_);
    planned.mutable_proof()->set_name(fmt::format("stems {}", FormatName(mix_file.format())));
    if (reference.file >= 0) planned.set_mix_file(reference.file);
    for (const Waiting& waiting : waiting_) {
      if (waiting.set == set) planned.add_stem_files(waiting.file);
    }
    planned.set_job_key(plan_.jobs(AddJob(std::move(job), {plan_.jobs(finish_job).key()})).key());
  }

  const Album& album_;
  const Song& song_;
  const int number_;
  const Timeline& timeline_;
  RenderPlan& plan_;
  std::map<std::string, int>& job_index_;

  Finish finish_;
  std::map<int, std::vector<std::pair<RawTrack, int>>> raw_tracks_;  // by bus: track and file
  std::vector<Waiting> waiting_;                                     // files of the finish
  std::set<std::string> seen_;
};

// Proofs name files by their paths, which are known when all files are.
void NameProofs(RenderPlan& plan) {
  for (PlannedProof& planned : *plan.mutable_proofs()) {
    Proof& proof = *planned.mutable_proof();
    proof.set_of(planned.has_mix_file() ? plan.files(planned.mix_file()).file().path() : kUndelivered);
    for (const int stem : planned.stem_files()) proof.add_stems(plan.files(stem).file().path());
  }
}

}  // namespace

RenderPlan PlanAlbum(const Album& album, const Sources& sources, std::vector<Finding>& findings) {
  RenderPlan plan;
  plan.mutable_manifest()->set_album(album.album());
  plan.mutable_manifest()->set_artist(album.artist());
  for (const auto& [path, source] : sources) *plan.add_sources() = source;
  std::vector<Timeline> timelines;
  for (int i = 0; i < album.songs_size(); ++i) {
    timelines.push_back(ResolveTimeline(album, i, sources, findings));
  }
  if (HasErrors(findings)) return plan;
  std::map<std::string, int> job_index;
  for (int i = 0; i < album.songs_size(); ++i) SongPlanner(album, i, timelines[i], plan, job_index).Run();
  AssignPaths(plan);
  NameProofs(plan);
  return plan;
}

}  // namespace trackout
